"""How often one may try to sign in. Tries are counted before the password is looked at: many at once count as many.

Whoever knows an operator's email could keep them out by trying in their name. So a browser in which somebody of the
shop was signed in before is counted apart from strangers: these use up their own tries only.
"""

import hashlib
import hmac
import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from operating.refusal import Refused
from storage import sign_in_attempts
from storage.database import Database

WITHIN = timedelta(minutes=15)
PER_ACCOUNT = 5
PER_ADDRESS = 30
_KEPT = 2 * WITHIN
_IPV6_HOME = 64
"""Whoever has one IPv6 address has all of its /64."""


class TooManyTries(Refused):
    """Come again in `seconds`."""

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(1, math.ceil(wait.total_seconds()))
        minutes = math.ceil(self.seconds / 60)
        super().__init__(f"Muitas tentativas. Tente de novo em {minutes} minuto{'s' if minutes > 1 else ''}.")


@dataclass(frozen=True)
class Try:
    """A try that was counted."""

    account: str
    address: str | None
    counted_at: datetime


class SignInLimits:
    """Counts tries by account and by the client's address; what is stored tells neither."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._secret = secret

    async def count(self, account: str, address: str | None, *, is_known: bool = False) -> Try:
        """One more try; `is_known`: in a browser that `mark` was given to. Raises `TooManyTries`, and then it is not
        counted."""
        of_account = self._hash("account of a known browser" if is_known else "account", account)
        of_address = None if is_known else self._hash("address", _home(address))
        async with self._database.unbound() as unbound:
            # The account first, always: nobody waits for somebody who waits for them.
            for subject, limit in ((of_account, PER_ACCOUNT), (of_address, PER_ADDRESS)):
                if subject is None:
                    continue
                await sign_in_attempts.take_turn(unbound, subject)
                wait = await sign_in_attempts.wait_until(unbound, subject, limit=limit, within=WITHIN)
                if wait is not None:
                    raise TooManyTries(wait)
            at = await sign_in_attempts.count(unbound, of_account)
            if of_address is not None:
                at = await sign_in_attempts.count(unbound, of_address)
        return Try(of_account, of_address, at)

    async def forgive(self, tried: Try) -> None:
        """It was right: what the account failed before is forgotten, and the address has not failed this time."""
        async with self._database.unbound() as unbound:
            await sign_in_attempts.take_turn(unbound, tried.account)
            await sign_in_attempts.forget(unbound, tried.account, within=WITHIN)
            if tried.address is not None:
                await sign_in_attempts.forget_one(unbound, tried.address, tried.counted_at)
        async with self._database.unbound() as unbound:
            await sign_in_attempts.forget_old(unbound, older_than=_KEPT)

    def mark(self, slug: str) -> str:
        """What a browser of the shop's keeps, to be known by; it opens nothing."""
        return self._hash("known browser", slug)

    def is_marked(self, slug: str, mark: str) -> bool:
        """Whether a browser shows the shop's mark."""
        return hmac.compare_digest(self.mark(slug).encode(), mark.encode("utf-8", "replace"))

    def _hash(self, kind: str, value: str) -> str:
        return hmac.new(self._secret, f"sign-in|{kind}|{value}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _home(address: str | None) -> str:
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return address or "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, _IPV6_HOME), strict=False))
    return str(found)

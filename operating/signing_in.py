"""Signing in to the console and out of it, and whose session a browser shows.

The browser holds the shop's id and a random token; the database holds the token's hash. The look-up is bound to that
shop, so that a token is tried against one shop's sessions only, under row-level security.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import structlog

from domain.ids import OrganizationId
from domain.operators import Operator
from domain.shop import Organization
from operating import operators as accounts
from operating.deeds import Deed
from operating.passwords import Passwords, acceptable
from operating.refusal import Mistyped, Refused
from operating.sign_in_limits import SignInLimits
from storage import operator_sessions, operators, organizations
from storage.database import Connection, Database
from storage.operators import Credentials

_log = structlog.get_logger()

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
_TOUCH_EVERY = timedelta(minutes=1)
_TOKEN_BYTES = 32
_SHOWN = re.compile(r"([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")
_LONGEST_WORD = 254
_WRONG = "Loja, e-mail ou senha incorretos."


class NotSignedIn(Refused):
    """Shop, email or password is wrong; which, is not said."""


@dataclass(frozen=True)
class Session:
    """Who looks, and the shop they work for."""

    operator: Operator
    shop: Organization


class SigningIn:
    """The console's door. `secret` is the installation's own."""

    def __init__(self, database: Database, secret: bytes, passwords: Passwords | None = None) -> None:
        self._database = database
        self._limits = SignInLimits(database, secret)
        self.passwords = passwords or Passwords()

    def mark(self, slug: str) -> str:
        """What the browser keeps of a sign-in that was right, to be told from strangers (operating.sign_in_limits)."""
        return self._limits.mark(_word(slug))

    async def sign_in(self, slug: str, email: str, password: str, address: str | None, mark: str = "") -> str:
        """What the browser is to show from now on. Raises `NotSignedIn`, `TooManyTries`, `PasswordsBusy`.

        `mark` is what it keeps of an earlier sign-in, if anything. A wrong shop, email or password is answered with the
        same words after the same work.
        """
        slug, email = _word(slug), _word(email)
        tried = await self._limits.count(f"{slug}|{email}", address, is_known=self._limits.is_marked(slug, mark))
        shop = OrganizationId(uuid4())  # nobody's: a shop that does not exist is looked into all the same
        if slug:
            async with self._database.unbound() as unbound:
                shop = await organizations.id_of_slug(unbound, slug) or shop
        async with self._database.tenant(shop) as tenant:
            found = await operators.credentials(tenant, email=email)
        if not await self.passwords.is_right(found.password_hash if found else None, password) or found is None:
            _log.warning("[CONSOLE] Sign-in failed")
            raise NotSignedIn(_WRONG)
        await self._limits.forgive(tried)
        outdated = self.passwords.is_outdated(found.password_hash)
        newer = await self.passwords.hashed(password) if outdated else None
        async with self._database.tenant(shop) as tenant:
            await self._still(tenant, found)
            if newer is not None:
                await operators.set_password_hash(tenant, found.operator.id, newer)
            shown = await self._begin(tenant, found.operator)
        _log.info("[CONSOLE] Signed in", organizationId=str(shop), operatorId=str(found.operator.id))
        return shown

    async def session_of(self, shown: str, *, is_used: bool = True) -> Session | None:
        """Whose session it is; None when it is nobody's, over, or theirs who may not come in any more.

        It is seen by that, unless it is not `is_used`: a page that was left open uses nothing.
        """
        if (match := _SHOWN.fullmatch(shown)) is None:
            return None
        shop, token_hash = OrganizationId(UUID(match[1])), _hash(match[2])
        async with self._database.tenant(shop) as tenant:
            found = await operator_sessions.find(tenant, token_hash, idle=IDLE, touch_every=_TOUCH_EVERY)
            if found is None:
                return None
            if found.is_stale and is_used:
                await operator_sessions.touch(tenant, token_hash, touch_every=_TOUCH_EVERY)
            return Session(found.operator, await organizations.get(tenant, shop))

    async def sign_out(self, shown: str) -> None:
        """That session is over; one that is, stays so."""
        if (match := _SHOWN.fullmatch(shown)) is not None:
            async with self._database.tenant(OrganizationId(UUID(match[1]))) as tenant:
                await operator_sessions.end(tenant, _hash(match[2]))

    async def change_own_password(self, who: Operator, deed: Deed, old: str, new: str, address: str | None) -> str:
        """A new password, and what the browser is to show from now on: every session there was is over.

        Raises `Mistyped`: the old one is wrong, or the new one will not do; `TooManyTries`, `PasswordsBusy`.
        """
        async with self._database.tenant(who.organization_id) as tenant:
            slug = await organizations.slug_of(tenant, who.organization_id)
        acceptable(new, name=who.name, email=who.email, slug=slug)
        tried = await self._limits.count(f"{slug}|{who.email}", address, is_known=True)  # they are signed in
        async with self._database.tenant(who.organization_id) as tenant:
            found = await operators.credentials(tenant, operator_id=who.id)
        if not await self.passwords.is_right(found.password_hash if found else None, old) or found is None:
            raise Mistyped("a senha atual não confere")
        await self._limits.forgive(tried)
        password_hash = await self.passwords.hashed(new)
        async with self._database.tenant(who.organization_id) as tenant:
            await self._still(tenant, found)
            await accounts.keep_password(tenant, who, password_hash, deed)
            return await self._begin(tenant, who)

    async def _still(self, tenant: Connection, checked: Credentials) -> None:
        """Raises `NotSignedIn` when they were put out, or given another password, since theirs was checked."""
        if await operators.credentials(tenant, operator_id=checked.operator.id, for_change=True) != checked:
            raise NotSignedIn(_WRONG)

    async def _begin(self, tenant: Connection, who: Operator) -> str:
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        await operator_sessions.forget_over(tenant, who.id, idle=IDLE)
        await operator_sessions.begin(tenant, who.organization_id, who.id, _hash(token), longest=LONGEST)
        return f"{who.organization_id.hex}.{token}"


def _word(text: str) -> str:
    """A slug or an email as it is stored; what cannot be one is nobody's, and counts as a try all the same."""
    written = text.strip().lower()
    return written if written.isprintable() and len(written) <= _LONGEST_WORD else ""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

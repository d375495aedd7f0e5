"""Operators' passwords: what may be one, and how one is kept and checked."""

import asyncio
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import AuZapError
from domain.texts import folded
from operating.refusal import Mistyped

SHORTEST, LONGEST = 10, 200
_AT_ONCE = 2
"""Each takes some 64 MiB and a core for a while; the rest of the process has to go on."""

_PATIENCE_SECONDS = 10.0
_GENERATED_BYTES = 12


class PasswordsBusy(AuZapError):
    """So many passwords wait to be checked that this one was not."""


class Passwords:
    """Hashes by argon2, in threads, two at once."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe(_GENERATED_BYTES))

    async def hashed(self, password: str) -> str:
        """What is stored of a password. Raises `PasswordsBusy`."""
        await self._take_turn()
        try:
            return await asyncio.to_thread(self._hasher.hash, _bytes(password))
        finally:
            self._turn.release()

    async def is_right(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password of that hash; no hash takes as long, and is always wrong. `PasswordsBusy`."""
        await self._take_turn()
        try:
            return await asyncio.to_thread(self._verify, password_hash, password)
        finally:
            self._turn.release()

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than are used now."""
        return self._hasher.check_needs_rehash(password_hash)

    def _verify(self, password_hash: str | None, password: str) -> bool:
        fits = len(password) <= LONGEST
        try:
            self._hasher.verify(password_hash or self._nobodys, _bytes(password[:LONGEST]))
        except (VerificationError, InvalidHashError):
            return False
        return fits and password_hash is not None

    async def _take_turn(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._turn.acquire()
        except TimeoutError as error:
            raise PasswordsBusy("too many passwords to check") from error


def acceptable(password: str, *, name: str, email: str, slug: str) -> str:
    """The password itself. Raises `Mistyped`: too short or long, or what anybody would try first."""
    if len(password) < SHORTEST:
        raise Mistyped(f"a senha precisa de pelo menos {SHORTEST} letras ou números")
    if len(password) > LONGEST:
        raise Mistyped(f"a senha passa de {LONGEST} letras")
    obvious = {folded(word).replace(" ", "") for word in (name, email, email.partition("@")[0], slug)}
    written = folded(password).replace(" ", "")
    if written in obvious or len(set(password)) == 1:
        raise Mistyped("essa senha é fácil demais de adivinhar: não use o nome, o e-mail nem o apelido da loja")
    return password


def generated() -> str:
    """A password that nobody guesses, short enough to be told once."""
    return secrets.token_urlsafe(_GENERATED_BYTES)


def _bytes(password: str) -> bytes:
    """The same for the same letters, however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")

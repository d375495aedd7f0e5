"""Secrets of WhatsApp instances, encrypted before they reach the database."""

from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from domain.errors import Misconfigured


class Keyring:
    """Encrypts with the newest key and decrypts with any: keys are rotated by putting a new one in front."""

    def __init__(self, keys: Iterable[str]) -> None:
        """`keys` are Fernet keys (32 random bytes, url-safe base64), newest first. Raises `Misconfigured`."""
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise Misconfigured("AUZAP_SECRET_KEY is not a key; make one with `auzap new-key`") from error

    def encrypt(self, secret: str) -> bytes:
        """`secret`, unreadable without the key."""
        return self._fernet.encrypt(secret.encode())

    def decrypt(self, encrypted: bytes) -> str:
        """What was encrypted. Raises `Misconfigured` when no key fits."""
        try:
            return self._fernet.decrypt(encrypted).decode()
        except InvalidToken as error:
            raise Misconfigured("a stored secret does not open with AUZAP_SECRET_KEY; was the key replaced?") from error

"""Which instance a webhook is for, and whether it may come in."""

import asyncio
import hmac
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

import jwt
import structlog

from channels.cloud import verified_signature
from domain.errors import StorageUnavailable
from domain.instances import InstanceKind, WhatsAppInstance
from storage import organizations
from storage.database import Database
from storage.instances import Instances

_log = structlog.get_logger()

_FRESH = 5.0
"""Seconds an instance is remembered; while the database is away, what is remembered goes on serving."""

_REMEMBERED = 10_000
_LONGEST_NAME = 255

_JWT_LEEWAY = timedelta(minutes=30)
"""Evolution API signs a webhook once, for ten minutes, and repeats it with the same JWT for about twenty: after an
outage an expired one is the rule, and what is answered 401 is never repeated. Clocks differ, too."""


class Doors:
    """Finds instances by the key in a webhook's address."""

    def __init__(
        self, database: Database, instances: Instances, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._instances = instances
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, WhatsAppInstance]] = {}
        self._asked: dict[tuple[str, str], asyncio.Task[WhatsAppInstance | None]] = {}

    async def by_key(self, key: str) -> WhatsAppInstance | None:
        """The active instance of that webhook key. Raises `StorageUnavailable` when it cannot be known."""
        return await self._find("key", key)

    async def by_phone_number_id(self, phone_number_id: str) -> WhatsAppInstance | None:
        """The active Cloud API instance of that number. Raises as `by_key` does."""
        return await self._find("cloud", phone_number_id)

    async def _find(self, by: str, value: str) -> WhatsAppInstance | None:
        if not value.isprintable() or len(value) > _LONGEST_NAME:
            return None  # nobody's: Postgres would refuse to look for some of these
        at, remembered = self._known.get((by, value), (0.0, None))
        if remembered is not None and self._clock() - at < _FRESH:
            return remembered
        # Asked once for all who wait for it: the database is spared, and requests go on in the order they came.
        task = self._asked.get((by, value))
        if task is None:
            task = asyncio.create_task(self._ask(by, value, remembered))
            self._asked[by, value] = task
            task.add_done_callback(lambda _: self._asked.pop((by, value), None))
        return await asyncio.shield(task)

    async def _ask(self, by: str, value: str, remembered: WhatsAppInstance | None) -> WhatsAppInstance | None:
        try:
            async with self._database.unbound() as connection:
                found = (
                    await self._instances.by_webhook_key(connection, value)
                    if by == "key"
                    else await self._instances.by_external_id(connection, InstanceKind.CLOUD, value)
                )
            if found is not None:
                async with self._database.tenant(found.organization_id) as tenant:
                    settle = await organizations.settle_seconds(tenant, found.organization_id)
                found = found.model_copy(update={"settle_seconds": settle})
        except StorageUnavailable:
            if remembered is None:
                raise
            _log.warning("[WORKER] Database away, instance from memory", instanceId=str(remembered.id))
            return remembered
        if found is None:
            self._known.pop((by, value), None)
        else:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[by, value] = (self._clock(), found)
        return found


def holds_token(instance: WhatsAppInstance, headers: Mapping[str, str], in_body: object = None) -> bool:
    """Whether the request shows the instance's webhook token.

    As `Authorization: Bearer <token>`; as a JWT signed with it (Evolution's `jwt_key`); as `apikey` or
    `x-webhook-token` header; or, as Baileys' bridges send it, in the body.
    """
    token = instance.webhook_token.get_secret_value()
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    shown = [headers.get("apikey", ""), headers.get("x-webhook-token", ""), in_body if isinstance(in_body, str) else ""]
    if scheme.lower() == "bearer":
        shown.append(bearer.strip())
    if any(_same(token, candidate) for candidate in shown):
        return True
    return scheme.lower() == "bearer" and _signed_with(token, bearer.strip())


def is_signed_by_meta(instance: WhatsAppInstance, raw: bytes, header: str | None) -> bool:
    """Whether the body was signed with the instance's app secret."""
    secret = instance.app_secret.get_secret_value()
    return bool(secret) and verified_signature(secret.encode(), raw, header)


def is_verify_token(instance: WhatsAppInstance, shown: str) -> bool:
    """Whether Meta's verification request names the instance's verify token."""
    return _same(instance.webhook_token.get_secret_value(), shown)


def _same(secret: str, shown: str) -> bool:
    return bool(secret) and hmac.compare_digest(secret.encode(), shown.encode("utf-8", "replace"))


def _signed_with(token: str, bearer: str) -> bool:
    if (
        len(token) < 32 or bearer.count(".") != 2
    ):  # a shorter key makes a weak signature: then only the token itself counts
        return False
    try:
        jwt.decode(bearer, token, algorithms=["HS256"], options={"verify_aud": False}, leeway=_JWT_LEEWAY)
    except jwt.PyJWTError:
        return False
    return True

"""The webhooks' addresses, and what each answer means to a provider.

200 everything in the body is durable, or was deliberately ignored. 503 come again: the database or Temporal is away, or
the instance is not known (yet). 401, 413 and 422 only where coming again could never help: Evolution API never repeats
what was answered so.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from channels import baileys, cloud_webhook, evolution
from channels.reading import decoded, value_at
from domain.errors import Misconfigured, StorageUnavailable, UnreadableBody
from domain.events import ChannelEvent, Ignored, IgnoreReason
from domain.instances import InstanceKind, WhatsAppInstance
from webhooks.doors import Doors, holds_token, is_signed_by_meta, is_verify_token
from webhooks.intake import Intake, Receipt, TemporalUnavailable

_log = structlog.get_logger()

_Events = TypeVar("_Events")

_PATH_SHOWN, _PART_SHOWN = 100, 10

_BODY_SECONDS = 30.0
"""How long a body may take to arrive; without it, anybody could hold connections open for ever."""


class Refusal(Exception):
    """A request that is answered with an error; `status` tells the provider whether to come again."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message


def refused(request: Request, refusal: Exception) -> Response:
    """The answer to a refused request: `{"error": code, "message": sentence}`."""
    assert isinstance(refusal, Refusal)
    _log.warning(
        "[BAILEYS] Webhook refused",
        status=refusal.status,
        error=refusal.error,
        **_which(request),
        **({"cause": str(refusal.__cause__)} if refusal.__cause__ else {}),
    )
    headers = {"Retry-After": "5"} if refusal.status == 503 else None
    return JSONResponse({"error": refusal.error, "message": refusal.message}, refusal.status, headers)


def no_such_page(request: Request, problem: Exception) -> Response:
    """The answer to an unknown path or method, in the shape of every other error."""
    assert isinstance(problem, HTTPException)
    error = str(problem.detail).lower().replace(" ", "_")
    _log.warning("[BAILEYS] No such address", status=problem.status_code, error=error, **_which(request))
    body = {"error": error, "message": "the webhooks are POST /webhooks/{kind}/{key}; see the README"}
    return JSONResponse(body, problem.status_code, problem.headers)


def _which(request: Request) -> dict[str, str]:
    """What tells an operator whose webhook it was: the address, and the instance if one was found.

    Long parts of the address are cut: keys are, and whoever set it up wrongly may have put a token or a phone there.
    """
    instance: WhatsAppInstance | None = getattr(request.state, "instance", None)
    parts = (part if len(part) <= _PART_SHOWN else f"{part[:6]}…" for part in request.url.path.split("/"))
    found = {"method": request.method, "path": "/".join(parts)[:_PATH_SHOWN]}
    if instance is not None:
        found |= {"organizationId": str(instance.organization_id), "instanceId": str(instance.id)}
    return found


def router(doors: Doors, intake: Intake, *, max_body_bytes: int) -> APIRouter:
    """The webhooks of every channel."""
    routes = APIRouter(prefix="/webhooks", tags=["webhooks"])

    async def instance_of(request: Request, key: str, *kinds: InstanceKind) -> WhatsAppInstance:
        try:
            instance = await doors.by_key(key)
        except StorageUnavailable as away:
            raise Refusal(503, "database_away", "the database is away; send it again") from away
        except Misconfigured as problem:
            raise Refusal(503, "misconfigured", "the gateway is not set up rightly; send it again") from problem
        if instance is None or instance.kind not in kinds:
            raise Refusal(503, "unknown_instance", "no such instance yet; send it again")
        request.state.instance = instance
        return instance

    async def take(instance: WhatsAppInstance, events: list[ChannelEvent]) -> Receipt:
        try:
            return await intake.take(instance, events)
        except StorageUnavailable as away:
            raise Refusal(503, "database_away", "the database is away; send it again") from away
        except TemporalUnavailable as away:
            raise Refusal(503, "temporal_away", "Temporal is away; send it again") from away

    @routes.post("/evolution/{key}")
    @routes.post("/evolution/{key}/{event}")
    async def evolution_webhook(request: Request, key: str, event: str | None = None) -> Receipt:
        """Evolution API v2, with or without `webhookByEvents`."""
        instance = await instance_of(request, key, InstanceKind.EVOLUTION)
        if not holds_token(instance, request.headers):
            raise _unauthorized()
        body = _json(await whole_body(request, max_body_bytes))
        events = _parsed(lambda: evolution.parse(body, event_from_path=event, received_at=_now()))
        envelopes = [value_at(item, "body") for item in body] if isinstance(body, list) else [body]
        if {evolution.instance_name(envelope) for envelope in envelopes} - {None, instance.external_id}:
            # One address for all of a server's instances would mix the shops' customers.
            raise Refusal(503, "other_instance", "this address is of another instance; set its own, and send it again")
        return await take(instance, events)

    async def bridge(request: Request, key: str, kind: InstanceKind) -> Receipt:
        instance = await instance_of(request, key, kind)
        raw = await whole_body(request, max_body_bytes)
        if holds_token(instance, request.headers):
            body = _json(raw)
        else:  # a bridge that cannot set headers puts the token into the body
            try:
                body = _json(raw)
            except Refusal as unreadable:
                raise _unauthorized() from unreadable
            in_body = body.get("webhookVerifyToken") if isinstance(body, dict) else None
            if not holds_token(instance, request.headers, in_body):
                raise _unauthorized()
        events = _parsed(lambda: baileys.parse(body, received_at=_now()))
        job = baileys.job_ids(body)
        if job is not None and job != (str(instance.organization_id), str(instance.id)):
            _log.warning("[BAILEYS] Job of another instance ignored", instanceId=str(instance.id))
            events = [Ignored(reason=IgnoreReason.NOT_OURS)]
        return await take(instance, events)

    @routes.post("/baileys/{key}")
    async def baileys_webhook(request: Request, key: str) -> Receipt:
        """A Baileys bridge: Baileys' own events, or the seeds' job `{organizationId, instanceId, message}`."""
        return await bridge(request, key, InstanceKind.BAILEYS)

    @routes.post("/practice/{key}")
    async def practice_webhook(request: Request, key: str) -> Receipt:
        """The practice phone: a bridge like any other."""
        return await bridge(request, key, InstanceKind.PRACTICE)

    @routes.get("/cloud/{key}")
    async def cloud_verification(request: Request, key: str) -> Response:
        """Meta asks whether this address is ours: the challenge back, as plain text."""
        instance = await instance_of(request, key, InstanceKind.CLOUD)
        asked = request.query_params
        if asked.get("hub.mode") != "subscribe" or not is_verify_token(instance, asked.get("hub.verify_token", "")):
            raise _unauthorized()
        return PlainTextResponse(asked.get("hub.challenge", ""))

    @routes.post("/cloud/{key}")
    async def cloud_webhook_(request: Request, key: str) -> Receipt:
        """Meta's Cloud API. One body may hold events of several numbers of one app: each goes to its own instance."""
        signed_for = await instance_of(request, key, InstanceKind.CLOUD)
        raw = await whole_body(request, max_body_bytes)
        signature = request.headers.get("x-hub-signature-256")
        if not is_signed_by_meta(signed_for, raw, signature):
            raise _unauthorized()
        body = _json(raw)
        total, strangers = Receipt(), 0
        for phone_number_id, events in _parsed(lambda: cloud_webhook.parse(body, received_at=_now())):
            owner: WhatsAppInstance | None = signed_for
            if phone_number_id and phone_number_id != signed_for.external_id:
                try:
                    owner = await doors.by_phone_number_id(phone_number_id)
                except StorageUnavailable as away:
                    raise Refusal(503, "database_away", "the database is away; send it again") from away
                if owner is not None and not is_signed_by_meta(owner, raw, signature):
                    owner = None  # another app's number: this signature does not speak for it
            if owner is None:
                strangers += 1
            else:
                total = _sum(total, await take(owner, events))
        if strangers:  # said last: the others of the body are not to wait for it
            raise Refusal(503, "unknown_instance", "an instance of this body is not known yet; send it again")
        return total

    return routes


def _unauthorized() -> Refusal:
    return Refusal(401, "unauthorized", "the token or signature is missing or wrong")


async def whole_body(request: Request, limit: int) -> bytes:
    """The raw body. Raises `Refusal` for more than `limit` bytes, without reading on, and for what comes too slowly."""
    too_large = Refusal(413, "too_large", f"a webhook's body may have {limit} bytes at most")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise too_large
    chunks = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                chunks += chunk
                if len(chunks) > limit:
                    raise too_large
    except TimeoutError as error:
        raise Refusal(408, "too_slow", "the body did not arrive in time; send it again") from error
    except ClientDisconnect as error:
        raise Refusal(408, "cut_off", "the body did not arrive whole; send it again") from error
    return bytes(chunks)


def _json(raw: bytes) -> object:
    try:
        return decoded(raw)
    except UnreadableBody as error:
        raise Refusal(422, "not_json", "the body is not JSON") from error


def _parsed(parse: Callable[[], _Events]) -> _Events:
    try:
        return parse()
    except UnreadableBody as error:
        raise Refusal(422, "unreadable", str(error)) from error


def _sum(a: Receipt, b: Receipt) -> Receipt:
    ignored = {reason: a.ignored.get(reason, 0) + b.ignored.get(reason, 0) for reason in {**a.ignored, **b.ignored}}
    return Receipt(accepted=a.accepted + b.accepted, kept=a.kept + b.kept, ignored=ignored)


def _now() -> datetime:
    return datetime.now(UTC)

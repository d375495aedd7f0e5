"""Evolution API 2.3 as the engine meets it: sending, looking up what was sent, and its webhooks."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import JsonValue

from tests.fakes.faults import Faults
from tests.fakes.record import Record, SentText, decoded_image
from tests.fakes.serving import local_client

Json = dict[str, JsonValue]


@dataclass(slots=True)
class EvolutionInstance:
    """One instance of the server. `webhook_url` is the gateway's address for it; headers go with each webhook."""

    name: str
    apikey: str = "evolution-key"
    state: str = "open"
    shop_jid: str = "5511900000000@s.whatsapp.net"
    webhook_url: str = ""
    webhook_headers: Mapping[str, str] = field(default_factory=dict)
    webhook_by_events: bool = False


def problem(status: int, error: str, message: JsonValue) -> Json:
    """An error body in Evolution's shape."""
    return {"status": status, "error": error, "response": {"message": message}}


class EvolutionApi:
    """The fake server. Set an instance's `state` to "close" and sends answer "Connection Closed"."""

    def __init__(self, *instances: EvolutionInstance) -> None:
        self.instances = {instance.name: instance for instance in instances or (EvolutionInstance("petshop"),)}
        self.record = Record()
        self.faults = Faults()
        self.not_on_whatsapp: set[str] = set()
        self.stored_as: dict[str, str] = {}
        """Under which other address a message to an address is stored, as with the ninth digit."""
        self._count = 0
        self.app = FastAPI()
        self.app.post("/message/sendText/{name}")(self._send_text)
        self.app.post("/message/sendMedia/{name}")(self._send_media)
        self.app.post("/chat/findMessages/{name}")(self._find_messages)
        self.app.get("/instance/connectionState/{name}")(self._connection_state)

    async def _send_text(self, name: str, request: Request) -> Response:
        body = await self.record.keep_request(request)
        if (refusal := self._refusal(name, request)) is not None:
            return refusal
        return await self._send(name, body, str(body.get("text")), None)

    async def _send_media(self, name: str, request: Request) -> Response:
        body = await self.record.keep_request(request)
        if (refusal := self._refusal(name, request)) is not None:
            return refusal
        if body.get("mediatype") not in ("image", "video", "audio", "ptv", "document") or not body.get("fileName"):
            return JSONResponse(problem(400, "Bad Request", [["mediatype or fileName is wrong"]]), 400)
        image = decoded_image(body.get("media"), body.get("mimetype"))
        if image is None:
            return JSONResponse(problem(400, "Bad Request", ["Owned media must be a url or base64"]), 400)
        return await self._send(name, body, str(body.get("caption", "")), image)

    async def _send(self, name: str, body: Json, text: str, image: bytes | None) -> Response:
        fault = self.faults.take()
        if fault is not None and not fault.after_sending:
            return await self.faults.played(fault)
        instance, number = self.instances[name], str(body.get("number"))
        if instance.state != "open":
            return JSONResponse(problem(400, "Bad Request", ["Error: Connection Closed"]), 400)
        if number in self.not_on_whatsapp:
            missing: Json = {"jid": number, "exists": False, "number": number.partition("@")[0]}
            return JSONResponse(problem(400, "Bad Request", [missing]), 400)
        message = SentText(self.new_id(), name, number, text, int(time.time()), body, image)
        await self.record.keep_sent(message)
        if fault is not None:
            return await self.faults.played(fault)
        return JSONResponse(self.stored(message) | {"status": "PENDING"}, 201)

    async def _find_messages(self, name: str, request: Request) -> Response:
        body = await self.record.keep_request(request)
        if (refusal := self._refusal(name, request)) is not None:
            return refusal
        where = body.get("where")
        key = where.get("key") if isinstance(where, dict) else None
        wanted = key if isinstance(key, dict) else {}
        found = [self.stored(message) for message in reversed(self.record.sent) if message.instance == name]
        records: list[JsonValue] = [message for message in found if _matches(message["key"], wanted)]
        return JSONResponse({"messages": {"total": len(records), "pages": 1, "currentPage": 1, "records": records}})

    async def _connection_state(self, name: str, request: Request) -> Response:
        await self.record.keep_request(request)
        if (refusal := self._refusal(name, request)) is not None:
            return refusal
        return JSONResponse({"instance": {"instanceName": name, "state": self.instances[name].state}})

    def _refusal(self, name: str, request: Request) -> Response | None:
        if name not in self.instances:
            return JSONResponse(problem(404, "Not Found", [f'The "{name}" instance does not exist']), 404)
        if request.headers.get("apikey") != self.instances[name].apikey:
            return JSONResponse(problem(401, "Unauthorized", "Unauthorized"), 401)
        return None

    def new_id(self) -> str:
        """An id in WhatsApp's style, unique for this server."""
        self._count += 1
        return f"3EB0{self._count:016X}"

    def stored(self, message: SentText) -> Json:
        """A sent message as Evolution stores, answers and echoes it."""
        jid = self.stored_as.get(message.to, message.to)
        content: Json = {"conversation": message.text}
        if message.image is not None:
            content = {"imageMessage": {"mimetype": "image/jpeg", "caption": message.text}}
        return {
            "key": {"remoteJid": jid, "fromMe": True, "id": message.provider_id},
            "pushName": "",
            "message": content,
            "messageType": next(iter(content)),
            "messageTimestamp": message.at,
            "source": "web",
        }

    def written(self, jid: str, text: str, *, provider_id: str = "", alt: str = "", from_me: bool = False) -> Json:
        """A message that somebody wrote on a phone, as `data` of an upsert."""
        key: Json = {"remoteJid": jid, "fromMe": from_me, "id": provider_id or self.new_id(), "participant": ""}
        return {
            "key": key | ({"remoteJidAlt": alt, "addressingMode": "lid"} if alt else {}),
            "pushName": "Cliente de Teste",
            "status": "DELIVERY_ACK",
            "message": {"messageContextInfo": {"deviceListMetadataVersion": 2}, "conversation": text},
            "messageType": "conversation",
            "messageTimestamp": int(time.time()),
            "source": "android",
        }

    async def deliver(
        self, event: str, data: JsonValue, *, instance: str = "petshop", client: httpx.AsyncClient | None = None
    ) -> httpx.Response:
        """Post one webhook to the instance's gateway address; the gateway's answer."""
        target = self.instances[instance]
        url = target.webhook_url + (f"/{event.replace('.', '-')}" if target.webhook_by_events else "")
        body: Json = {
            "event": event,
            "instance": target.name,
            "data": data,
            "destination": url,
            "date_time": "2026-11-20T12:00:00.000Z",
            "sender": target.shop_jid,
            "server_url": "http://localhost:8080",
            "apikey": target.apikey,
        }
        if client is not None:
            return await client.post(url, json=body, headers=dict(target.webhook_headers))
        async with local_client() as own:
            return await own.post(url, json=body, headers=dict(target.webhook_headers))

    async def deliver_message(
        self, jid: str, text: str, *, instance: str = "petshop", provider_id: str = "", alt: str = ""
    ) -> httpx.Response:
        """A customer or owner wrote `text`."""
        data = self.written(jid, text, provider_id=provider_id, alt=alt)
        return await self.deliver("messages.upsert", data, instance=instance)

    async def deliver_typed_on_phone(self, jid: str, text: str, *, instance: str = "petshop") -> httpx.Response:
        """Somebody of the shop answered on the shop's phone."""
        return await self.deliver("messages.upsert", self.written(jid, text, from_me=True), instance=instance)

    async def deliver_echo(self, message: SentText) -> httpx.Response:
        """The echo of one of our sends."""
        return await self.deliver("send.message", self.stored(message), instance=message.instance)

    async def deliver_status(self, provider_id: str, status: str, *, instance: str = "petshop") -> httpx.Response:
        """A sent message got further; keyed by an address of the privacy kind, as Evolution does."""
        data: Json = {"keyId": provider_id, "remoteJid": "111222333444555@lid", "fromMe": True, "status": status}
        return await self.deliver("messages.update", data, instance=instance)

    async def deliver_connection(self, state: str, *, instance: str = "petshop") -> httpx.Response:
        """The shop's number came online or went away; sends behave accordingly from now on."""
        self.instances[instance].state = state
        data: Json = {"instance": instance, "state": state, "statusReason": 200}
        return await self.deliver("connection.update", data, instance=instance)


def _matches(key: JsonValue, wanted: Mapping[str, JsonValue]) -> bool:
    return isinstance(key, dict) and all(key.get(name) == value for name, value in wanted.items())

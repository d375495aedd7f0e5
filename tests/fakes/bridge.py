"""A bridge as the engine meets it: it takes our id of a message, and sends once however often it is asked."""

import time

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import JsonValue

from tests.fakes.faults import Faults
from tests.fakes.record import Record, SentText, decoded_image
from tests.fakes.serving import local_client


class Bridge:
    """The fake bridge of one shop's number."""

    def __init__(self, *, token: str = "bridge-token", webhook_url: str = "", webhook_token: str = "") -> None:
        self.token = token
        self.webhook_url = webhook_url
        self.webhook_token = webhook_token
        self.connected = True
        self.not_on_whatsapp: set[str] = set()
        self.record = Record()
        self.faults = Faults()
        self.app = FastAPI()
        self.app.post("/messages")(self._send)
        self.app.get("/messages/{message_id}")(self._look_up)

    async def _send(self, request: Request) -> Response:
        body = await self.record.keep_request(request)
        if not self._authorized(request):
            return JSONResponse({"error": "unauthorized"}, 401)
        fault = self.faults.take()
        if fault is not None and not fault.after_sending:
            return await self.faults.played(fault)
        if not self.connected:
            return JSONResponse({"error": "disconnected"}, 503)
        image = None
        if "image" in body:
            given = body["image"]
            image = decoded_image(given.get("base64"), given.get("mimetype")) if isinstance(given, dict) else None
            if image is None or "text" in body:
                return JSONResponse({"error": "malformed"}, 422)
        said = body.get("caption", "") if image else body.get("text")
        jid, text, message_id = (str(part) for part in (body.get("jid"), said, body.get("messageId")))
        if jid in self.not_on_whatsapp:
            return JSONResponse({"error": "not_on_whatsapp"}, 404)
        known = any(message.provider_id == message_id for message in self.record.sent)
        if not known:
            await self.record.keep_sent(SentText(message_id, "", jid, text, int(time.time()), body, image))
        if fault is not None:
            return await self.faults.played(fault)
        return JSONResponse({"key": {"remoteJid": jid, "fromMe": True, "id": message_id}}, 200 if known else 201)

    async def _look_up(self, message_id: str, request: Request) -> Response:
        await self.record.keep_request(request)
        if not self._authorized(request):
            return JSONResponse({"error": "unauthorized"}, 401)
        for message in self.record.sent:
            if message.provider_id == message_id:
                return JSONResponse({"key": {"remoteJid": message.to, "fromMe": True, "id": message_id}})
        return JSONResponse({"error": "unknown_message"}, 404)

    def _authorized(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.token}"

    async def deliver(self, event: str, data: JsonValue) -> httpx.Response:
        """Post one of Baileys' events to the gateway; the gateway's answer."""
        async with local_client() as client:
            return await client.post(
                self.webhook_url,
                json={"event": event, "data": data},
                headers={"authorization": f"Bearer {self.webhook_token}"},
            )

"""Meta's Cloud API as the engine meets it: sending, its errors by code, and its signed webhooks."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import JsonValue

from tests.fakes.faults import Answer, Faults
from tests.fakes.record import Record, SentText, decoded_image
from tests.fakes.serving import local_client

Json = dict[str, JsonValue]


def graph_error(code: int, message: str = "", *, status: int = 400, transient: bool = False) -> Answer:
    """An answer with one of the API's own errors."""
    error: Json = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    return Answer(status, {"error": error | ({"is_transient": True} if transient else {})})


class CloudApi:
    """The fake API of one number; its base URL ends in the version, `…/v23.0`."""

    def __init__(
        self,
        *,
        phone_number_id: str = "200000000000001",
        token: str = "cloud-token",
        app_secret: str = "app-secret",
        webhook_url: str = "",
    ) -> None:
        self.phone_number_id = phone_number_id
        self.token = token
        self.app_secret = app_secret
        self.webhook_url = webhook_url
        self.closed_windows: set[str] = set()
        self.record = Record()
        self.faults = Faults()
        self.upload_faults = Faults()
        self.media: dict[str, bytes] = {}
        self.app = FastAPI()
        self.app.post("/v23.0/{phone_number_id}/media")(self._upload)
        self.app.post("/v23.0/{phone_number_id}/messages")(self._messages)

    async def _refusal(self, phone_number_id: str, request: Request) -> Response | None:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return await self.faults.played(graph_error(190, "Invalid OAuth access token", status=401))
        if phone_number_id != self.phone_number_id:
            return await self.faults.played(graph_error(100, "Unsupported post request. Object does not exist"))
        return None

    async def _upload(self, phone_number_id: str, request: Request) -> Response:
        body = await self.record.keep_request(request)
        if (refusal := await self._refusal(phone_number_id, request)) is not None:
            return refusal
        if (fault := self.upload_faults.take()) is not None:
            return await self.upload_faults.played(fault)
        file = body.get("file")
        if body.get("messaging_product") != "whatsapp" or not isinstance(file, dict):
            return await self.faults.played(graph_error(100, "(#100) The parameter messaging_product is required."))
        image = decoded_image(file.get("base64"), file.get("mimetype"))
        if image is None or body.get("type") != file.get("mimetype"):
            return await self.faults.played(graph_error(100, "Param file must be a file with a supported type"))
        media_id = f"4490057485{len(self.media):05d}"
        self.media[media_id] = image
        return JSONResponse({"id": media_id})

    async def _messages(self, phone_number_id: str, request: Request) -> Response:
        body = await self.record.keep_request(request)
        if (refusal := await self._refusal(phone_number_id, request)) is not None:
            return refusal
        fault = self.faults.take()
        if fault is not None and not fault.after_sending:
            return await self.faults.played(fault)
        # As the real one: an address in `to` is taken for a phone, and `recipient` is for business-scoped ids.
        to = str(body.get("to") or body.get("recipient"))
        if to in self.closed_windows:
            return await self.faults.played(graph_error(131047, "Re-engagement message"))
        kind = str(body.get("type"))
        content = body.get(kind)
        given: Json = content if isinstance(content, dict) else {}
        if kind == "image" and given.get("id") not in self.media:
            return await self.faults.played(graph_error(131009, "Parameter value is not valid: no such media"))
        message = SentText(
            f"wamid.FAKE{len(self.record.sent) + 1:08d}",
            phone_number_id,
            to,
            str(given.get("caption" if kind == "image" else "body", "")),
            int(time.time()),
            body,
            self.media[str(given["id"])] if kind == "image" else None,
        )
        await self.record.keep_sent(message)
        if fault is not None:
            return await self.faults.played(fault)
        return JSONResponse(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": to, "wa_id": to}],
                "messages": [{"id": message.provider_id}],
            }
        )

    async def deliver(self, value: Mapping[str, JsonValue], *, field: str = "messages") -> httpx.Response:
        """Post one signed webhook with one change; the gateway's answer."""
        metadata: Json = {"display_phone_number": "15550000000", "phone_number_id": self.phone_number_id}
        change: Json = {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
        raw = json.dumps(
            {"object": "whatsapp_business_account", "entry": [{"id": "300000000000001", "changes": [change]}]}
        ).encode()
        return await self.deliver_raw(raw, signature=self.signature(raw))

    async def deliver_raw(self, raw: bytes, *, signature: str) -> httpx.Response:
        """Post exactly these bytes with this signature."""
        headers = {"content-type": "application/json", "x-hub-signature-256": signature}
        async with local_client() as client:
            return await client.post(self.webhook_url, content=raw, headers=headers)

    def signature(self, raw: bytes) -> str:
        """The `X-Hub-Signature-256` of `raw`."""
        return "sha256=" + hmac.new(self.app_secret.encode(), raw, hashlib.sha256).hexdigest()

    async def deliver_message(
        self, wa_id: str, text: str, *, provider_id: str, name: str = "Cliente"
    ) -> httpx.Response:
        """A customer or owner wrote `text`."""
        message: Json = {"from": wa_id, "id": provider_id, "timestamp": str(int(time.time())), "type": "text"}
        contact: Json = {"profile": {"name": name}, "wa_id": wa_id}
        return await self.deliver({"contacts": [contact], "messages": [message | {"text": {"body": text}}]})

    async def deliver_status(self, message: SentText, status: str, *errors: Json) -> httpx.Response:
        """A sent message got further; our reference comes back with it."""
        said: Json = {"id": message.provider_id, "status": status, "timestamp": str(int(time.time()))}
        reference = message.raw.get("biz_opaque_callback_data")
        said |= {"recipient_id": message.to, "biz_opaque_callback_data": reference}
        return await self.deliver({"statuses": [said | ({"errors": list(errors)} if errors else {})]})

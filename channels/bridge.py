"""A bridge: a small HTTP service that holds the WhatsApp socket. The practice phone speaks the same.

    POST {base_url}/messages  {"jid", "text", "messageId"}                                        → 200 or 201
                              {"jid", "image": {"base64", "mimetype"}, "caption", "messageId"}    {"key": {"id"}}
    GET  {base_url}/messages/{messageId}                                                          → 200 or 404
    503 {"error": "disconnected"} while the socket is down; `Authorization: Bearer <api_token>` on each

The message's id is ours, so a bridge that is asked twice sends once.
"""

import base64
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote

import httpx
from pydantic import JsonValue

from channels.exchange import TIMEOUT, asked, json_of, refused, sent, sent_id
from channels.port import Outbound, OutboundImage, OutboundText
from channels.reading import text_at
from domain.errors import ChannelDisconnected, ChannelError, ChannelRefused
from domain.instances import WhatsAppInstance


class BridgeChannel:
    """Sends through a bridge; whatever became of a send, repeating it is safe."""

    def __init__(self, client: httpx.AsyncClient, *, timeout: httpx.Timeout = TIMEOUT) -> None:
        self._client = client
        self._timeout = timeout

    async def send_text(self, instance: WhatsAppInstance, message: OutboundText) -> str:
        """Send `message` under its reference, which the bridge takes as the message's id."""
        return await self._send(instance, {"jid": message.to, "text": message.text, "messageId": message.reference})

    async def send_image(self, instance: WhatsAppInstance, message: OutboundImage) -> str:
        """As `send_text`."""
        picture: JsonValue = {"base64": base64.b64encode(message.image).decode(), "mimetype": message.mimetype}
        caption, reference = message.caption, message.reference
        return await self._send(
            instance, {"jid": message.to, "image": picture, "caption": caption, "messageId": reference}
        )

    async def _send(self, instance: WhatsAppInstance, body: dict[str, JsonValue]) -> str:
        response = await sent(
            self._client,
            f"{instance.base_url.rstrip('/')}/messages",
            headers=_headers(instance),
            body=body,
            timeout=self._timeout,
        )
        if response.is_success:
            return sent_id(response, "key", "id")
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise ChannelRefused("the number is not on WhatsApp", code="not_on_whatsapp")
        raise _error(response)

    async def find_sent(self, instance: WhatsAppInstance, message: Outbound, since: datetime) -> str | None:
        """The id under which the bridge sent `message`; `since` says nothing here, a reference is of one message."""
        response = await asked(
            self._client,
            "GET",
            f"{instance.base_url.rstrip('/')}/messages/{quote(message.reference, safe='')}",
            headers=_headers(instance),
            timeout=self._timeout,
        )
        if response.is_success:
            return sent_id(response, "key", "id")
        if response.status_code == HTTPStatus.NOT_FOUND:
            return None
        raise _error(response, asking=True)


def _headers(instance: WhatsAppInstance) -> dict[str, str]:
    return {"authorization": f"Bearer {instance.api_token.get_secret_value()}"}


def _error(response: httpx.Response, *, asking: bool = False) -> ChannelError:
    if (
        response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        and text_at(json_of(response), "error", longest=100) == "disconnected"
    ):
        return ChannelDisconnected("the bridge is not connected to WhatsApp")
    return refused(response, asking=asking)

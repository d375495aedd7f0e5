"""Meta's Cloud API: sending, and knowing that a webhook is Meta's. What webhooks say is read in `cloud_webhook`."""

import hashlib
import hmac
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote

import httpx
from pydantic import JsonValue

from channels.cloud_webhook import parse
from channels.exchange import TIMEOUT, Form, json_of, refused, retry_after, sent, sent_id, uploaded
from channels.port import Outbound, OutboundImage, OutboundText
from channels.reading import LONGEST_ID, integer, list_at, object_at, text_at, value_at
from domain.addresses import AddressKind, address_from_jid
from domain.errors import ChannelError, ChannelRefused, ChannelUnavailable, SendOutcomeUnknown
from domain.instances import WhatsAppInstance

__all__ = ["BASE_URL", "CloudChannel", "parse", "verified_signature"]

BASE_URL = "https://graph.facebook.com/v23.0"
"""What an instance's `base_url` is unless it says otherwise; it ends in the API's version."""

_SIGNATURE = "sha256="
_TRY_AGAIN = frozenset(
    {
        1,  # unknown error of the API
        2,  # API service
        4,  # too many calls of the app
        80007,  # too many calls of the business account
        130429,  # too many messages of the number
        131000,  # something went wrong, the message was not sent
        131016,  # service unavailable
        131048,  # too many messages of the number were taken for spam
        131056,  # too many messages of the number to this customer
        131057,  # the account is in maintenance
        133004,  # server temporarily unavailable
    }
)
_NEVER = {
    131047: "window_closed",
    131026: "undeliverable",
    131049: "undeliverable",  # kept back "to maintain healthy ecosystem engagement"
    130472: "undeliverable",  # the number is part of an experiment
    131021: "undeliverable",  # the shop's own number
    131030: "undeliverable",  # a test number sends only to listed recipients
    131062: "undeliverable",  # a business-scoped id cannot get this kind of message
    0: "token",
    190: "token",
    3: "permission",
    10: "permission",
    131005: "permission",
    368: "blocked",
    131031: "blocked",
    131042: "payment",
    133010: "not_registered",
    33: "bad_request",
    100: "bad_request",
    131008: "bad_request",
    131009: "bad_request",
}
_PERMISSION_CODES = range(200, 300)


def verified_signature(app_secret: bytes, raw: bytes, header: str | None) -> bool:
    """Whether `header` (`X-Hub-Signature-256`) signs `raw` with `app_secret`; without a secret nothing is Meta's."""
    if not app_secret or header is None or not header.startswith(_SIGNATURE):
        return False
    expected = hmac.new(app_secret, raw, hashlib.sha256).hexdigest()
    given = header.removeprefix(_SIGNATURE).encode(errors="replace")  # compare_digest refuses texts that are not ASCII
    return hmac.compare_digest(expected.encode(), given)


class CloudChannel:
    """Sends through the Cloud API; our reference goes along and comes back in each status."""

    def __init__(self, client: httpx.AsyncClient, *, timeout: httpx.Timeout = TIMEOUT) -> None:
        self._client = client
        self._timeout = timeout

    async def send_text(self, instance: WhatsAppInstance, message: OutboundText) -> str:
        """Send `message`; that it was accepted does not say that it will be delivered."""
        return await self._send(
            instance, message, {"type": "text", "text": {"body": message.text, "preview_url": False}}
        )

    async def send_image(self, instance: WhatsAppInstance, message: OutboundImage) -> str:
        """As `send_text`, after the picture was handed over; one that is handed over twice is still sent once."""
        media_id = await self._upload(instance, message)
        return await self._send(
            instance, message, {"type": "image", "image": {"id": media_id, "caption": message.caption}}
        )

    async def _upload(self, instance: WhatsAppInstance, message: OutboundImage) -> str:
        """The API's id of the picture. Nothing was sent yet, whatever goes wrong."""
        response = await uploaded(
            self._client,
            _url(instance, "media"),
            headers=_headers(instance),
            form=Form(
                fields={"messaging_product": "whatsapp", "type": message.mimetype},
                file_name=f"imagem.{message.mimetype.rpartition('/')[2]}",
                content=message.image,
                mimetype=message.mimetype,
            ),
            timeout=self._timeout,
        )
        if not response.is_success:
            raise _error(response, asking=True)
        media_id = text_at(json_of(response), "id", longest=LONGEST_ID + 1)
        if not media_id or len(media_id) > LONGEST_ID:
            raise ChannelUnavailable(f"HTTP {response.status_code} without an id of the picture")
        return media_id

    async def _send(self, instance: WhatsAppInstance, message: Outbound, content: dict[str, JsonValue]) -> str:
        body: dict[str, JsonValue] = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **_recipient(message.to),
            **content,
            "biz_opaque_callback_data": message.reference,
        }
        response = await sent(
            self._client, _url(instance, "messages"), headers=_headers(instance), body=body, timeout=self._timeout
        )
        if not response.is_success:
            raise _error(response)
        messages = list_at(json_of(response), "messages")
        return sent_id(httpx.Response(response.status_code, json=object_at(messages[0]) if messages else {}), "id")

    async def find_sent(self, instance: WhatsAppInstance, message: Outbound, since: datetime) -> str | None:
        """Always None: the Cloud API cannot be asked what was sent.

        If the lost send went through, its statuses carry our reference (`StatusChanged.our_reference`): look there.
        """
        return None


def _url(instance: WhatsAppInstance, call: str) -> str:
    return f"{(instance.base_url or BASE_URL).rstrip('/')}/{quote(instance.external_id, safe='')}/{call}"


def _headers(instance: WhatsAppInstance) -> dict[str, str]:
    return {"authorization": f"Bearer {instance.api_token.get_secret_value()}"}


def _recipient(to: str) -> dict[str, JsonValue]:
    """Where the API wants `to`: a business-scoped id put into `to` is accepted, and never delivered."""
    address = address_from_jid(to)
    if address is not None and address.kind is AddressKind.BSUID:
        return {"recipient": to}
    return {"to": to}


def _error(response: httpx.Response, *, asking: bool = False) -> ChannelError:
    """Which of our errors the API's answer is: its own code decides, the HTTP status where there is none."""
    error = object_at(json_of(response), "error")
    code = integer(error.get("code"))
    if code is None:
        return refused(response, asking=asking)
    said = f"Meta's error {code}: {text_at(error, 'message', longest=200)}"
    if code in _TRY_AGAIN or response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return ChannelUnavailable(said, retry_after=retry_after(response))
    if code in _NEVER:
        return ChannelRefused(said, code=_NEVER[code])
    if code in _PERMISSION_CODES:
        return ChannelRefused(said, code="permission")
    if value_at(error, "is_transient") is True:
        return ChannelUnavailable(said, retry_after=retry_after(response))
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ChannelUnavailable(said) if asking else SendOutcomeUnknown(said)
    return ChannelRefused(said, code=f"meta_{code}")

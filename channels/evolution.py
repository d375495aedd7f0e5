"""Evolution API v2: Baileys behind HTTP. Webhooks wrap Baileys' messages; errors are told apart by their bodies.

The envelope is `{event, instance, data, sender, apikey, …}`; its `sender` is the shop's own number, never the customer.
The event may be spelt `messages.upsert` or `MESSAGES_UPSERT`, or stand in the path of the webhook as `messages-upsert`.
"""

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import quote

import httpx
from pydantic import JsonValue

from channels import baileys
from channels.exchange import TIMEOUT, asked, json_of, refused, retry_after, sent, sent_id
from channels.port import Outbound, OutboundImage, OutboundText
from channels.reading import LONGEST_ID, leaves, list_at, object_at, text_at, time_of, value_at
from channels.whatsapp_content import content_of
from domain.addresses import address_from_jid
from domain.errors import ChannelDisconnected, ChannelError, ChannelRefused, ChannelUnavailable, UnreadableBody
from domain.events import ChannelEvent, Ignored, IgnoreReason, MessageKind
from domain.instances import WhatsAppInstance
from domain.texts import cleaned

_SEARCHED = 50
_CLOCKS_DIFFER_BY = timedelta(seconds=2)  # WhatsApp's times are whole seconds of its own clock


def parse(body: object, *, event_from_path: str | None, received_at: datetime) -> list[ChannelEvent]:
    """The events in a webhook's `body`, in its order; raises `UnreadableBody` when it is no envelope of Evolution's.

    A list of `{"body": envelope}`, as an automation tool forwards webhooks, is unwrapped.
    """
    if isinstance(body, list) and body and all(isinstance(value_at(item, "body"), dict) for item in body):
        return [
            event
            for item in body
            for event in _events(value_at(item, "body"), event_from_path=event_from_path, received_at=received_at)
        ]
    return _events(body, event_from_path=event_from_path, received_at=received_at)


def instance_name(body: object) -> str | None:
    """The instance the envelope says it is of, for whoever has to check it."""
    return text_at(body, "instance", longest=LONGEST_ID) or None


def _events(body: object, *, event_from_path: str | None, received_at: datetime) -> list[ChannelEvent]:
    event = baileys.event_name(value_at(body, "event")) or baileys.event_name(event_from_path)
    data = value_at(body, "data")
    if not isinstance(body, dict) or not event:
        raise UnreadableBody("expected Evolution's envelope: {event, instance, data, …}")
    match event:
        case "messages.upsert":
            late = value_at(data, "type") == "append"
            return baileys.upserts(baileys.messages_in(data), late=late, received_at=received_at)
        case "send.message":
            return baileys.shop_messages(baileys.messages_in(data), received_at=received_at)
        case "messages.update":
            if not isinstance(data, dict | list):
                raise UnreadableBody("messages.update holds no data")
            return baileys.statuses(data)
        case "connection.update":
            return [baileys.connection(value_at(data, "state"))]
        case "messages.edited" | "send.message.update":
            return [Ignored(reason=IgnoreReason.EDITED)]
        case "messages.delete":
            return [Ignored(reason=IgnoreReason.DELETED)]
        case _:
            return [Ignored(reason=IgnoreReason.EVENT_OF_NO_INTEREST)]


class EvolutionChannel:
    """Sends through Evolution API. It takes no id of ours, so a send of unknown outcome is looked for in its store."""

    def __init__(self, client: httpx.AsyncClient, *, timeout: httpx.Timeout = TIMEOUT) -> None:
        self._client = client
        self._timeout = timeout

    async def send_text(self, instance: WhatsAppInstance, message: OutboundText) -> str:
        """Send `message`; the address goes as it came, since Evolution rewrites bare digits."""
        return await self._send(
            instance, "sendText", {"number": message.to, "text": message.text, "linkPreview": False}
        )

    async def send_image(self, instance: WhatsAppInstance, message: OutboundImage) -> str:
        """As `send_text`; the base64 goes bare: with `data:` before it Evolution refuses it."""
        return await self._send(
            instance,
            "sendMedia",
            {
                "number": message.to,
                "mediatype": "image",
                "mimetype": message.mimetype,
                "caption": message.caption,
                "media": base64.b64encode(message.image).decode(),
                "fileName": f"imagem.{message.mimetype.rpartition('/')[2]}",
            },
        )

    async def _send(self, instance: WhatsAppInstance, call: str, body: dict[str, JsonValue]) -> str:
        response = await sent(
            self._client,
            f"{instance.base_url.rstrip('/')}/message/{call}/{quote(instance.external_id, safe='')}",
            headers={"apikey": instance.api_token.get_secret_value()},
            body=body,
            timeout=self._timeout,
        )
        if response.is_success:
            return sent_id(response, "key", "id")
        raise _error(response)

    async def find_sent(self, instance: WhatsAppInstance, message: Outbound, since: datetime) -> str | None:
        """The id of the earliest message with this text (or picture with this caption) to this person since `since`.

        Evolution may have stored it under another address of the person (with or without the ninth digit, `@lid`), so
        when nothing is found under the address itself, the latest messages to anybody are looked through.
        """
        for narrowed in (True, False):
            key: dict[str, JsonValue] = {"fromMe": True, "remoteJid": message.to} if narrowed else {"fromMe": True}
            response = await asked(
                self._client,
                "POST",
                f"{instance.base_url.rstrip('/')}/chat/findMessages/{quote(instance.external_id, safe='')}",
                headers={"apikey": instance.api_token.get_secret_value()},
                body={"where": {"key": key}, "page": 1, "offset": _SEARCHED},
                timeout=self._timeout,
            )
            if not response.is_success:
                raise _error(response, asking=True)
            if found := _earliest(_records(json_of(response)), message, since):
                return found
        return None


def _records(answer: object) -> Sequence[object]:
    """The messages found: Evolution pages them since 2.0, before it answered the bare list."""
    return list_at(answer, "messages", "records") or list_at(answer, "messages") or list_at(answer)


def _earliest(records: Sequence[object], message: Outbound, since: datetime) -> str | None:
    person = address_from_jid(message.to)
    is_image, said = (True, message.caption) if isinstance(message, OutboundImage) else (False, message.text)
    wanted = cleaned(said)
    matches = []
    for record in records:
        key = object_at(record, "key")
        jids = [text_at(key, name, longest=255) for name in ("remoteJid", "remoteJidAlt", "previousRemoteJid")]
        sent_at = time_of(value_at(record, "messageTimestamp"))
        content = content_of(value_at(record, "message"))
        if (
            key.get("fromMe") is True
            and (message.to in jids or (person and person in map(address_from_jid, jids)))
            and not isinstance(content, IgnoreReason)
            and content.text == wanted
            and (content.kind is MessageKind.IMAGE) is is_image
            and sent_at is not None
            and sent_at >= since - _CLOCKS_DIFFER_BY
        ):
            matches.append((sent_at, text_at(key, "id", longest=255)))
    return min(matches)[1] or None if matches else None


def _error(response: httpx.Response, *, asking: bool = False) -> ChannelError:
    """Which of our errors Evolution's answer is. Its bodies carry no codes, so here words must be matched."""
    body = json_of(response)
    if any("Connection Closed" in leaf for leaf in leaves(body)):
        return ChannelDisconnected("Evolution's connection to WhatsApp is closed")
    match response.status_code:
        case HTTPStatus.BAD_REQUEST if _does_not_exist(body):
            return ChannelRefused("the number is not on WhatsApp", code="not_on_whatsapp")
        case HTTPStatus.NOT_FOUND:  # the instance may still be in the making, or be made again
            return ChannelDisconnected("Evolution knows no such instance")
        case HTTPStatus.TOO_MANY_REQUESTS:
            return ChannelUnavailable("Evolution asks to wait", retry_after=retry_after(response))
        case _:
            return refused(response, asking=asking)


def _does_not_exist(body: object) -> bool:
    """Whether `exists: false` stands where Evolution 2 puts it, or where it once did."""
    places = [body, *list_at(body, "response", "message"), *list_at(body, "message"), object_at(body, "response")]
    return any(value_at(place, "exists") is False for place in places)

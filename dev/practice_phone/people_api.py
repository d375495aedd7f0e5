"""The people's side: registering shops, typing as a customer or on the shop's phone, reading, switching offline."""

from __future__ import annotations

import time
from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from dev.practice_phone.engine_api import ThePhone
from dev.practice_phone.phone import TokenTaken
from dev.practice_phone.pictures import picture_of
from dev.practice_phone.records import Connection, Instance, Jid, address_of
from dev.practice_phone.stream import events
from dev.practice_phone.views import (
    ConnectionState,
    InstanceView,
    MessageList,
    MessageView,
    Registration,
    TypedMessage,
)

router = APIRouter(prefix="/instances")


async def _instance(webhook_key: str, phone: ThePhone) -> Instance:
    instance = phone.store.instance(webhook_key)
    if instance is None:
        raise HTTPException(404, "unknown_instance")
    return instance


async def _jid(phone_number: str) -> Jid:
    jid = address_of(phone_number)
    if jid is None:
        raise HTTPException(422, "malformed_phone")
    return jid


async def _chat_of_stream(chat: Annotated[str | None, Query()] = None) -> Jid | None:
    return None if chat is None else await _jid(chat)


TheInstance = Annotated[Instance, Depends(_instance)]
TheChat = Annotated[Jid, Depends(_jid)]


@router.get("")
async def list_instances(phone: ThePhone) -> list[InstanceView]:
    """Every shop registered on this phone."""
    return [InstanceView.of(instance, phone.outbox.view(instance.webhook_key)) for instance in phone.store.instances()]


@router.get("/{webhook_key}")
async def show_instance(instance: TheInstance, phone: ThePhone) -> InstanceView:
    """One shop, with what its webhooks wait for."""
    return InstanceView.of(instance, phone.outbox.view(instance.webhook_key))


@router.put("/{webhook_key}")
async def register(webhook_key: str, body: Registration, phone: ThePhone, response: Response) -> InstanceView:
    """201 for a new shop, 200 for one renewed (its history and connection stay), 409 when the token is another's."""
    if not 1 <= len(webhook_key) <= 128 or not webhook_key.isascii() or not webhook_key.isprintable():
        raise HTTPException(422, "malformed_webhook_key")
    registered = Instance(
        webhook_key=webhook_key,
        token=body.token,
        shop_name=body.shop_name,
        shop_phone=body.shop_phone,
        gateway_url=None if body.gateway_url is None else str(body.gateway_url),
        presets=body.presets,
        connection=Connection.OPEN,
        revision=0,
    )
    try:
        response.status_code = 201 if phone.register(registered) else 200
    except TokenTaken as error:
        raise HTTPException(409, "token_in_use") from error
    return await show_instance(await _instance(webhook_key, phone), phone)


@router.post("/{webhook_key}/connection")
async def switch(instance: TheInstance, body: ConnectionState, phone: ThePhone) -> ConnectionState:
    """Connects or disconnects the shop's phone."""
    phone.switch(instance, body.state)
    return body


@router.post("/{webhook_key}/chats/{phone_number}/messages", status_code=202)
async def type_message(instance: TheInstance, jid: TheChat, body: TypedMessage, phone: ThePhone) -> dict[str, str]:
    """A customer types, or a person on the shop's own phone; the id of the message."""
    message = phone.type_message(
        instance,
        jid,
        text=body.text,
        name=body.name,
        kind=body.kind,
        upsert=body.type,
        sent_at=body.sent_at,
        from_phone=body.from_phone,
    )
    return {"id": message.id}


@router.get("/{webhook_key}/chats/{phone_number}/messages")
async def messages(
    instance: TheInstance,
    jid: TheChat,
    phone: ThePhone,
    after: str = "0",
    wait: Annotated[float, Query(ge=0, le=60)] = 0,
) -> MessageList:
    """The chat's messages after the one named, in order; none yet: waits for the next, `wait` seconds at most."""
    seq = 0
    if after != "0":
        last = phone.store.message(instance.webhook_key, after)
        if last is None or last.jid != jid:
            raise HTTPException(404, "unknown_message")
        seq = last.seq
    until = time.monotonic() + wait
    while True:
        found = phone.store.messages_after(instance.webhook_key, jid, seq)
        left = until - time.monotonic()
        if found or left <= 0 or phone.changes.closed:
            return MessageList(messages=tuple(MessageView.of(message) for message in found))
        await phone.changes.wait(left)


@router.get("/{webhook_key}/pictures/{message_id}")
async def picture(instance: TheInstance, message_id: str, phone: ThePhone) -> Response:
    """What an image message of the engine shows; it never changes."""
    found = picture_of(phone.store, instance.webhook_key, message_id)
    if found is None:
        raise HTTPException(404, "unknown_picture")
    return Response(found.content, media_type=found.mimetype, headers={"Cache-Control": "private, max-age=86400"})


@router.post("/{webhook_key}/chats/{phone_number}/read")
async def read(instance: TheInstance, jid: TheChat, phone: ThePhone) -> dict[str, int]:
    """The customer opens the chat: the shop's messages in it become read."""
    return {"read": phone.read(instance, jid)}


@router.get("/{webhook_key}/events", response_class=EventSourceResponse)
async def stream(
    instance: TheInstance,
    phone: ThePhone,
    jid: Annotated[Jid | None, Depends(_chat_of_stream)],
    after: Annotated[int, Query(ge=0)] = 0,
    last_event_id: Annotated[int | None, Header(ge=0)] = None,
) -> AsyncIterable[ServerSentEvent]:
    """The shop's changes and one chat's messages; a page that reconnects goes on after its `Last-Event-ID`."""
    start = after if last_event_id is None else last_event_id
    async for event in events(phone, instance.webhook_key, jid, start):
        yield event

"""Writes what a Baileys bridge would post: upserts, status updates and connection updates.

Source: Baileys' `BaileysEventMap` and `proto.WebMessageInfo`; times are unix seconds.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from enum import IntEnum
from typing import assert_never

from dev.practice_phone.records import Author, Connection, Delivery, Jid, Kind, Message, UpsertType

Body = dict[str, object]


class Status(IntEnum):
    """Baileys' `WebMessageInfo.Status`."""

    PENDING = 1
    SERVER_ACK = 2
    DELIVERED = 3
    READ = 4


def new_message_id() -> str:
    """An id as WhatsApp's phones make them: 20 hexadecimal digits, upper case."""
    return secrets.token_hex(10).upper()


def key(message: Message) -> Body:
    """`WAMessageKey`."""
    return {"remoteJid": message.jid, "fromMe": message.author is not Author.CUSTOMER, "id": message.id}


def web_message(
    message: Message, *, push_name: str, status: Status | None = None, reacted_to: Message | None = None
) -> Body:
    """`WAMessage`; the shop's own messages carry their status, and a reaction points at the message it answers."""
    shaped: Body = {
        "key": key(message),
        "messageTimestamp": int(message.at.timestamp()),
        "message": _content(message, reacted_to),
    }
    if push_name:
        shaped["pushName"] = push_name
    if status is not None:
        shaped["status"] = status.value
    return shaped


def status_of(message: Message) -> Status | None:
    """How far a message of the shop got; nothing for a customer's."""
    if message.author is Author.CUSTOMER:
        return None
    match message.delivery:
        case Delivery.READ:
            return Status.READ
        case Delivery.DELIVERED:
            return Status.DELIVERED
        case Delivery.HELD | Delivery.QUEUED | Delivery.ACCEPTED | Delivery.REFUSED:
            return Status.SERVER_ACK
        case _:
            assert_never(message.delivery)


def upsert(messages: Sequence[Body], kind: UpsertType) -> Body:
    """`messages.upsert`."""
    return {"event": "messages.upsert", "data": {"type": kind.value, "messages": list(messages)}}


def update(message: Message, status: Status) -> Body:
    """`messages.update` for one message."""
    return {"event": "messages.update", "data": [{"key": key(message), "update": {"status": status.value}}]}


def connection_update(state: Connection) -> Body:
    """`connection.update`."""
    return {"event": "connection.update", "data": {"connection": state.value}}


def sender_key(jid: Jid, message_id: str) -> Body:
    """The answer of a bridge to a send."""
    return {"key": {"remoteJid": jid, "fromMe": True, "id": message_id}, "status": Status.PENDING.value}


def _content(message: Message, reacted_to: Message | None) -> Body:
    match message.kind:
        case Kind.TEXT:
            return {"conversation": message.text}
        case Kind.AUDIO:
            return {"audioMessage": {"mimetype": "audio/ogg; codecs=opus", "seconds": 7, "ptt": True}}
        case Kind.IMAGE:
            image: Body = {"mimetype": "image/jpeg", "height": 1280, "width": 960}
            return {"imageMessage": image | ({"caption": message.text} if message.text else {})}
        case Kind.STICKER:
            return {"stickerMessage": {"mimetype": "image/webp", "isAnimated": False}}
        case Kind.REACTION:
            target: Body = {"remoteJid": message.jid} if reacted_to is None else key(reacted_to)
            return {"reactionMessage": {"key": target, "text": message.text or "👍"}}
        case _:
            assert_never(message.kind)

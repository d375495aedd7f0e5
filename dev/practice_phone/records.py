"""The practice phone's closed sets and rows: shops, chats, messages and webhooks waiting for the gateway."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from pydantic import BaseModel, ConfigDict, Field

Jid = NewType("Jid", str)

_JID = re.compile(r"[1-9]\d{7,14}@s\.whatsapp\.net|[1-9]\d{5,19}@lid", re.ASCII)
_PHONE = re.compile(r"\+?[1-9]\d{7,14}", re.ASCII)


class Connection(StrEnum):
    """Whether the shop's phone is connected to WhatsApp, in Baileys' words."""

    OPEN = "open"
    CLOSE = "close"


class Kind(StrEnum):
    """What a customer can send from the practice phone."""

    TEXT = "text"
    AUDIO = "audio"
    IMAGE = "image"
    STICKER = "sticker"
    REACTION = "reaction"


class UpsertType(StrEnum):
    """Baileys' word for a message that arrives now, or one that waited for a reconnection."""

    NOTIFY = "notify"
    APPEND = "append"


class Author(StrEnum):
    """Who wrote a message: the customer, the engine, or a person on the shop's own phone."""

    CUSTOMER = "customer"
    ENGINE = "engine"
    SHOP_PHONE = "shop_phone"


class Direction(StrEnum):
    """Seen from the shop: inbound is what customers write."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Delivery(StrEnum):
    """How far a message got: to the gateway (inbound), or to the customer (outbound)."""

    HELD = "held"  # inbound, waits for the shop's phone to connect again
    QUEUED = "queued"  # inbound, the gateway has not taken it yet
    ACCEPTED = "accepted"  # inbound, the gateway took it
    REFUSED = "refused"  # inbound, the gateway will never take it
    DELIVERED = "delivered"  # outbound, on the customer's phone
    READ = "read"  # outbound, the customer opened the chat


class WebhookState(StrEnum):
    """Held webhooks wait for the shop's phone; refused ones are kept only to be shown."""

    HELD = "held"
    PENDING = "pending"
    REFUSED = "refused"


class Role(StrEnum):
    """Whom a preset stands for."""

    CUSTOMER = "customer"
    OWNER = "owner"


class Preset(BaseModel):
    """A person that the page offers to be."""

    model_config = ConfigDict(frozen=True)

    phone: str = Field(pattern=r"^\+?[1-9]\d{7,14}$")
    name: str = Field(min_length=1, max_length=80)
    role: Role = Role.CUSTOMER


@dataclass(frozen=True, slots=True)
class Instance:
    """A shop's number, and where its webhooks go; `token` proves both directions."""

    webhook_key: str
    token: str
    shop_name: str
    shop_phone: str
    gateway_url: str | None
    presets: tuple[Preset, ...]
    connection: Connection
    revision: int


@dataclass(frozen=True, slots=True)
class Chat:
    """One customer's conversation with one shop."""

    jid: Jid
    name: str
    last_text: str
    last_kind: Kind
    unread: int
    revision: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat; `seq` orders a chat, `revision` grows whenever any row changes."""

    seq: int
    revision: int
    id: str
    jid: Jid
    author: Author
    kind: Kind
    text: str
    at: datetime
    delivery: Delivery

    @property
    def direction(self) -> Direction:
        return Direction.INBOUND if self.author is Author.CUSTOMER else Direction.OUTBOUND


@dataclass(frozen=True, slots=True)
class Picture:
    """What an image message of the engine shows."""

    mimetype: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Webhook:
    """One body on its way to the gateway; a lane (shop and chat) is delivered one at a time."""

    id: int
    webhook_key: str
    lane: str
    body: str
    attempts: int


def parse_jid(text: str) -> Jid | None:
    """A customer's WhatsApp address, or nothing where the text cannot be one (groups and broadcasts are not)."""
    return Jid(text) if _JID.fullmatch(text) else None


def address_of(phone_or_jid: str) -> Jid | None:
    """The address of a phone in international digits (`5511…`, a leading + allowed), or of a full address."""
    if _PHONE.fullmatch(phone_or_jid):
        return Jid(f"{phone_or_jid.removeprefix('+')}@s.whatsapp.net")
    return parse_jid(phone_or_jid)

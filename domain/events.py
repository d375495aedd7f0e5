"""What a channel tells us, in our words, whatever the provider."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from domain.addresses import Address
from domain.frozen import Frozen


class MessageKind(StrEnum):
    """What a customer sent; anything but `TEXT` may still carry a text (a caption)."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACTS = "contacts"
    UNSUPPORTED = "unsupported"


class DeliveryStatus(StrEnum):
    """How far an outbound message got; see `rank`: a status never goes back."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"

    @property
    def rank(self) -> int:
        """Order of progress. A failure reported after delivery is not believed; one before it is final."""
        return _RANK[self]


_RANK = {
    DeliveryStatus.PENDING: 0,
    DeliveryStatus.SENDING: 1,
    DeliveryStatus.SENT: 2,
    DeliveryStatus.FAILED: 3,
    DeliveryStatus.DELIVERED: 4,
    DeliveryStatus.READ: 5,
}


class ConnectionState(StrEnum):
    """Whether a shop's WhatsApp number is reachable."""

    OPEN = "open"
    CONNECTING = "connecting"
    CLOSE = "close"


class IgnoreReason(StrEnum):
    """Why an event was deliberately not acted on; each is logged."""

    GROUP = "group"
    STATUS_BROADCAST = "status_broadcast"
    NEWSLETTER = "newsletter"
    REACTION = "reaction"
    PROTOCOL = "protocol"
    UNDECRYPTABLE = "undecryptable"
    NO_CONTENT = "no_content"
    SYSTEM = "system"
    EDITED = "edited"
    DELETED = "deleted"
    NOT_OURS = "not_ours"
    EVENT_OF_NO_INTEREST = "event_of_no_interest"
    OWN_ECHO = "own_echo"


class InboundMessage(Frozen):
    """One message of a customer or owner, cleaned.

    `reply_to` is the address as it came, to which the answer goes. `addresses` are all identities the channel gave,
    canonical, phone first, at least one. `sent_at` is the channel's time. `late` says it was delivered after a
    reconnection (Baileys' `append`).
    """

    provider_message_id: str
    reply_to: str
    addresses: tuple[Address, ...]
    push_name: str | None = None
    kind: MessageKind = MessageKind.TEXT
    provider_type: str = "text"
    text: str = ""
    sent_at: AwareDatetime
    late: bool = False


class MessageReceived(Frozen):
    """A customer or an owner wrote."""

    type: Literal["message_received"] = "message_received"
    message: InboundMessage


class ShopMessageSeen(Frozen):
    """A message left the shop's number: the echo of our own send, or somebody typing on the shop's phone."""

    type: Literal["shop_message_seen"] = "shop_message_seen"
    provider_message_id: str
    to: str
    addresses: tuple[Address, ...]
    kind: MessageKind = MessageKind.TEXT
    text: str = ""
    sent_at: AwareDatetime


class StatusChanged(Frozen):
    """The channel reported progress of an outbound message; `our_reference` is what we sent along, where it can be."""

    type: Literal["status_changed"] = "status_changed"
    provider_message_id: str
    status: DeliveryStatus
    our_reference: str | None = None
    error: str | None = None
    at: datetime | None = None


class ConnectionChanged(Frozen):
    """The shop's number came online or went away."""

    type: Literal["connection_changed"] = "connection_changed"
    state: ConnectionState


class Ignored(Frozen):
    """An event that asks nothing of us."""

    type: Literal["ignored"] = "ignored"
    reason: IgnoreReason
    provider_message_id: str | None = None


class Malformed(Frozen):
    """One event of a body that cannot be read; kept as a dead letter. `payload` is its JSON."""

    type: Literal["malformed"] = "malformed"
    problem: str
    payload: str


ChannelEvent = MessageReceived | ShopMessageSeen | StatusChanged | ConnectionChanged | Ignored | Malformed

ANY_EVENT: TypeAdapter[ChannelEvent] = TypeAdapter(Annotated[ChannelEvent, Field(discriminator="type")])
"""Reads an event that we wrote down ourselves."""

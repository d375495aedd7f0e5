"""The JSON that the practice phone takes and gives, for its server, its client and its page."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime
from typing import Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    field_serializer,
    field_validator,
    model_validator,
)

from dev.practice_phone.outbox import OutboxView
from dev.practice_phone.records import (
    Author,
    Chat,
    Connection,
    Delivery,
    Direction,
    Instance,
    Jid,
    Kind,
    Message,
    Picture,
    Preset,
    UpsertType,
)


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Registration(_View):
    """Body of `PUT /instances/{webhook_key}`; without a gateway address the phone's own default holds."""

    token: str = Field(min_length=8, max_length=512, pattern=r"^[!-~]+$")
    shop_name: str = Field(min_length=1, max_length=120)
    shop_phone: str = Field(pattern=r"^\+?[1-9]\d{7,14}$")
    gateway_url: HttpUrl | None = None
    presets: tuple[Preset, ...] = Field(default=(), max_length=20)


class TypedMessage(_View):
    """Body of `POST …/chats/{phone}/messages`: a customer types, or a person at the shop (`from_phone`)."""

    text: str = Field(default="", max_length=65_536)
    name: str = Field(default="", max_length=80)
    kind: Kind = Kind.TEXT
    type: UpsertType = UpsertType.NOTIFY
    sent_at: AwareDatetime | None = None
    from_phone: bool = False


class ConnectionState(BaseModel):
    """Whether the shop's phone is connected."""

    model_config = ConfigDict(frozen=True)

    state: Connection


class OutgoingImage(BaseModel):
    """A picture in a body, at most 6 MB of it."""

    model_config = ConfigDict(frozen=True)

    base64: str = Field(min_length=1, max_length=8_000_000)
    mimetype: Literal["image/png", "image/jpeg"]

    @field_validator("base64")
    @classmethod
    def _decodable(cls, encoded: str) -> str:
        b64decode(encoded, validate=True)  # raises a ValueError
        return encoded


class OutgoingMessage(BaseModel):
    """Body of `POST /messages`, from the engine: a text, or an image. `messageId` makes a repeated send harmless."""

    model_config = ConfigDict(frozen=True)

    jid: str = Field(min_length=1, max_length=120)
    text: str | None = Field(default=None, min_length=1, max_length=65_536)
    image: OutgoingImage | None = None
    caption: str = Field(default="", max_length=65_536)
    messageId: str = Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")  # Baileys' spelling, on the wire

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.text is None) is (self.image is None):
            raise ValueError("a text or an image")
        return self

    @property
    def words(self) -> str:
        """The text, or the image's caption."""
        return self.caption if self.text is None else self.text

    @property
    def picture(self) -> Picture | None:
        """The image, decoded."""
        return Picture(self.image.mimetype, b64decode(self.image.base64)) if self.image else None


class MessageView(_View):
    """One message of a chat; `at` in ISO 8601 with milliseconds."""

    id: str
    seq: int
    jid: str
    direction: Direction
    author: Author
    kind: Kind
    text: str
    at: datetime
    delivery: Delivery

    @field_serializer("at")
    def _with_milliseconds(self, at: datetime) -> str:
        return at.isoformat(timespec="milliseconds")

    @classmethod
    def of(cls, message: Message) -> MessageView:
        return cls(
            id=message.id,
            seq=message.seq,
            jid=message.jid,
            direction=message.direction,
            author=message.author,
            kind=message.kind,
            text=message.text,
            at=message.at,
            delivery=message.delivery,
        )


class MessageList(_View):
    """Answer of the long poll."""

    messages: tuple[MessageView, ...]


class ChatView(_View):
    """One line of the page's list of chats."""

    jid: Jid
    name: str
    last_text: str
    last_kind: Kind
    unread: int

    @classmethod
    def of(cls, chat: Chat) -> ChatView:
        return cls(jid=chat.jid, name=chat.name, last_text=chat.last_text, last_kind=chat.last_kind, unread=chat.unread)


class RefusalView(_View):
    """A webhook that the gateway refused for good."""

    event: str
    jid: str
    reason: str
    at: datetime


class InstanceView(_View):
    """A shop as pages see it, without its token; `held`, `retrying` and `trouble` tell of waiting webhooks."""

    webhook_key: str
    shop_name: str
    shop_phone: str
    presets: tuple[Preset, ...]
    connection: Connection
    held: int
    retrying: int
    trouble: str | None
    refused: tuple[RefusalView, ...]

    @classmethod
    def of(cls, instance: Instance, outbox: OutboxView) -> InstanceView:
        return cls(
            webhook_key=instance.webhook_key,
            shop_name=instance.shop_name,
            shop_phone=instance.shop_phone,
            presets=instance.presets,
            connection=instance.connection,
            held=outbox.held,
            retrying=outbox.retrying,
            trouble=outbox.trouble,
            refused=tuple(
                RefusalView(event=refusal.event, jid=refusal.lane, reason=refusal.reason, at=refusal.at)
                for refusal in outbox.refused
            ),
        )

"""What Baileys says, whether a bridge posts its events, a queue hands on the seeds' job, or Evolution wraps it.

{"event": "messages.upsert", "data": {"type": "notify" | "append", "messages": [WAMessage]}}     a bridge
{"type": …, "messages": [WAMessage]}   [{"key", "update"}]   {"connection": "open"}              the bare events
{"organizationId", "instanceId", "message": WAMessage}                                           the seeds' job
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from channels.reading import (
    EventUnreadable,
    flag,
    identifier,
    integer,
    list_at,
    malformed,
    moment,
    name_at,
    object_at,
    text_at,
    value_at,
)
from channels.whatsapp_content import content_of
from domain.addresses import Address, AddressKind, address_from_jid, without_device
from domain.errors import UnreadableBody
from domain.events import (
    ChannelEvent,
    ConnectionChanged,
    ConnectionState,
    DeliveryStatus,
    Ignored,
    IgnoreReason,
    InboundMessage,
    MessageReceived,
    ShopMessageSeen,
    StatusChanged,
)

_NOTHING = Ignored(reason=IgnoreReason.NO_CONTENT)
_CIPHERTEXT = 2
_WHATSAPP_ITSELF = ("0", "server")
_STATUSES: dict[int | str, DeliveryStatus] = {
    0: DeliveryStatus.FAILED,
    1: DeliveryStatus.PENDING,
    2: DeliveryStatus.SENT,
    3: DeliveryStatus.DELIVERED,
    4: DeliveryStatus.READ,
    5: DeliveryStatus.READ,  # played: a voice message was listened to
    "ERROR": DeliveryStatus.FAILED,
    "PENDING": DeliveryStatus.PENDING,
    "SERVER_ACK": DeliveryStatus.SENT,
    "DELIVERY_ACK": DeliveryStatus.DELIVERED,
    "READ": DeliveryStatus.READ,
    "PLAYED": DeliveryStatus.READ,
}
_STATES = {
    "open": ConnectionState.OPEN,
    "connecting": ConnectionState.CONNECTING,
    "close": ConnectionState.CLOSE,
    "closed": ConnectionState.CLOSE,
    "refused": ConnectionState.CLOSE,
}


def parse(body: object, *, received_at: datetime) -> list[ChannelEvent]:
    """The events in `body`, in its order; raises `UnreadableBody` when it is of none of Baileys' shapes."""
    if job_ids(body) is not None:
        return upserts([value_at(body, "message")], late=False, received_at=received_at)
    event = event_name(value_at(body, "event"))
    data = value_at(body, "data") if event and value_at(body, "data") is not None else body
    if event == "messages.upsert" or (not event and isinstance(value_at(data, "messages"), list)):
        return upserts(messages_in(data), late=value_at(data, "type") == "append", received_at=received_at)
    if event == "messages.update" or (not event and _are_updates(data)):
        return statuses(data)
    if event == "connection.update" or (not event and isinstance(value_at(data, "connection"), str)):
        return [connection(value_at(data, "connection"))]
    if event:
        return [Ignored(reason=IgnoreReason.EVENT_OF_NO_INTEREST)]
    raise UnreadableBody("expected an event of Baileys (messages.upsert, messages.update, connection.update) or a job")


def job_ids(body: object) -> tuple[str, str] | None:
    """`(organizationId, instanceId)` when `body` is the seeds' job, for whoever has to check them; else None."""
    if not isinstance(value_at(body, "message"), dict):
        return None
    organization, instance = text_at(body, "organizationId", longest=255), text_at(body, "instanceId", longest=255)
    return (organization, instance) if organization and instance else None


def event_name(said: object) -> str:
    """An event's name in Baileys' spelling: `MESSAGES_UPSERT` and `messages-upsert` are `messages.upsert`."""
    return said[:100].strip().lower().replace("_", ".").replace("-", ".") if isinstance(said, str) else ""


def messages_in(data: object) -> Sequence[object]:
    """The messages of an upsert, which may be a list, hold a list, or be one message; raises `UnreadableBody`."""
    if isinstance(data, list):
        return data
    if isinstance(value_at(data, "messages"), list):
        return list_at(data, "messages")
    if isinstance(data, dict) and "key" in data:
        return [data]
    raise UnreadableBody("an upsert holds no messages")


def upserts(messages: Iterable[object], *, late: bool, received_at: datetime) -> list[ChannelEvent]:
    """One event for each of `messages`; one that cannot be read is `Malformed` and costs no other."""
    return [
        _guarded(lambda m: _one_message(m, late=late, received_at=received_at), message) for message in messages
    ] or [_NOTHING]


def shop_messages(messages: Iterable[object], *, received_at: datetime) -> list[ChannelEvent]:
    """As `upserts`, for messages that are known to have left the shop's number whatever their `fromMe` says."""
    return [
        _guarded(lambda m: _one_message(m, late=False, received_at=received_at, from_shop=True), message)
        for message in messages
    ] or [_NOTHING]


def statuses(data: object) -> list[ChannelEvent]:
    """What each entry of a `messages.update` says, in Baileys' shape or Evolution's flat one; one may come alone."""
    return [_guarded(_one_status, item) for item in (data if isinstance(data, list) else [data])] or [_NOTHING]


def connection(said: object) -> ChannelEvent:
    """What a `connection.update` says; those about QR codes and progress name no state."""
    state = _STATES.get(said) if isinstance(said, str) else None
    return ConnectionChanged(state=state) if state else Ignored(reason=IgnoreReason.EVENT_OF_NO_INTEREST)


def _guarded(read: Callable[[object], ChannelEvent], item: object) -> ChannelEvent:
    try:
        return read(item)
    except EventUnreadable as problem:
        return malformed(str(problem), item)


def _one_message(message: object, *, late: bool, received_at: datetime, from_shop: bool = False) -> ChannelEvent:
    key = object_at(message, "key")
    provider_id = identifier(key.get("id"), "key.id")
    jid = identifier(key.get("remoteJid"), "key.remoteJid")
    from_shop = from_shop or flag(key.get("fromMe"))
    if (reason := _nobody(jid)) is not None:
        return Ignored(reason=reason, provider_message_id=provider_id)
    stub = value_at(message, "messageStubType")
    if integer(stub) == _CIPHERTEXT or stub == "CIPHERTEXT":
        return Ignored(reason=IgnoreReason.UNDECRYPTABLE, provider_message_id=provider_id)
    if stub and not value_at(message, "message"):
        return Ignored(reason=IgnoreReason.SYSTEM, provider_message_id=provider_id)
    content = content_of(value_at(message, "message"))
    if isinstance(content, IgnoreReason):
        return Ignored(reason=content, provider_message_id=provider_id)
    addresses = _addresses(key, from_shop=from_shop)
    if "@" not in jid or not addresses:
        raise EventUnreadable("key.remoteJid names no person")
    sent_at = moment(value_at(message, "messageTimestamp"), received_at)
    if from_shop:
        return ShopMessageSeen(
            provider_message_id=provider_id,
            to=without_device(jid),
            addresses=addresses,
            kind=content.kind,
            text=content.text,
            sent_at=sent_at,
        )
    return MessageReceived(
        message=InboundMessage(
            provider_message_id=provider_id,
            reply_to=without_device(jid),
            addresses=addresses,
            push_name=name_at(message, "pushName") or name_at(message, "verifiedBizName"),
            kind=content.kind,
            provider_type=content.provider_type,
            text=content.text,
            sent_at=sent_at,
            late=late,
        )
    )


def _nobody(jid: str) -> IgnoreReason | None:
    """Why nobody in particular is behind `jid`, or None."""
    user, _, server = jid.partition("@")
    match server:
        case "g.us":
            return IgnoreReason.GROUP
        case "broadcast":
            return IgnoreReason.STATUS_BROADCAST
        case "newsletter":
            return IgnoreReason.NEWSLETTER
        case "bot" | "call":
            return IgnoreReason.SYSTEM
        case _:
            return IgnoreReason.SYSTEM if server and user in _WHATSAPP_ITSELF else None


def _addresses(key: Mapping[str, object], *, from_shop: bool) -> tuple[Address, ...]:
    """The customer's identities in `key`, the phone first; `sender…` and `participant…` of our own message are us."""
    names = ["remoteJid", "remoteJidAlt", "previousRemoteJid"]
    names += ["recipientPn", "peerRecipientPn"] if from_shop else ["senderPn", "participantPn", "senderLid"]
    found = [address_from_jid(text_at(key, name, longest=255)) for name in names]
    unique = dict.fromkeys(address for address in found if address is not None)
    return tuple(sorted(unique, key=lambda address: address.kind is not AddressKind.PHONE))


def _one_status(item: object) -> ChannelEvent:
    key, update = object_at(item, "key"), object_at(item, "update")
    provider_id = identifier(value_at(item, "keyId") or key.get("id"), "the id of the message")
    from_shop = value_at(item, "fromMe") if value_at(item, "fromMe") is not None else key.get("fromMe", True)
    if not flag(from_shop):
        return Ignored(reason=IgnoreReason.NOT_OURS, provider_message_id=provider_id)
    said = update.get("status", value_at(item, "status"))
    if said == "DELETED":
        return Ignored(reason=IgnoreReason.DELETED, provider_message_id=provider_id)
    known = said.upper() if isinstance(said, str) and not said.isdigit() else integer(said)
    status = _STATUSES.get(known) if known is not None else None
    if status is None:
        return Ignored(reason=IgnoreReason.EVENT_OF_NO_INTEREST, provider_message_id=provider_id)
    return StatusChanged(
        provider_message_id=provider_id,
        status=status,
        error=_error(update) if status is DeliveryStatus.FAILED else None,
    )


def _error(update: object) -> str:
    said = [text_at(part, longest=100) for part in list_at(update, "messageStubParameters")[:5]]
    return " ".join(part for part in said if part) or "ERROR"


def _are_updates(data: object) -> bool:
    items = data if isinstance(data, list) else [data]
    return bool(items) and all(isinstance(item, dict) and "key" in item and "update" in item for item in items)

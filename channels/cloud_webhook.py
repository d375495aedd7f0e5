"""What Meta's Cloud API says in a webhook: one body may hold many entries, of several numbers.

`entry[].changes[]` each have a `field` and a `value`; `value.metadata.phone_number_id` names the number.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from channels.reading import (
    EventUnreadable,
    first_text,
    identifier,
    integer,
    list_at,
    malformed,
    moment,
    name_at,
    object_at,
    text_at,
    type_name,
    value_at,
)
from channels.whatsapp_content import contacts_text, location_text
from domain.addresses import Address, AddressKind, address_from_jid
from domain.errors import UnreadableBody
from domain.events import (
    ChannelEvent,
    DeliveryStatus,
    Ignored,
    IgnoreReason,
    InboundMessage,
    MessageKind,
    MessageReceived,
    ShopMessageSeen,
    StatusChanged,
)

_STATUSES = {
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "played": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
}
_IGNORED = {
    "reaction": IgnoreReason.REACTION,
    "system": IgnoreReason.SYSTEM,
    "edit": IgnoreReason.EDITED,
    "revoke": IgnoreReason.DELETED,
    "request_welcome": IgnoreReason.EVENT_OF_NO_INTEREST,  # a customer opened the chat and said nothing yet
}
_WRITTEN = {
    "text": (("text", "body"),),
    "button": (("button", "text"), ("button", "payload")),
    "interactive": (
        ("interactive", "button_reply", "title"),
        ("interactive", "list_reply", "title"),
        ("interactive", "nfm_reply", "body"),
        ("interactive", "button_reply", "id"),
        ("interactive", "list_reply", "id"),
        ("interactive", "nfm_reply", "response_json"),
    ),
}
_MEDIA = {
    "image": MessageKind.IMAGE,
    "video": MessageKind.VIDEO,
    "audio": MessageKind.AUDIO,
    "voice": MessageKind.AUDIO,
    "document": MessageKind.DOCUMENT,
    "sticker": MessageKind.STICKER,
}
_CONTACTS_NAMED = 10


def parse(body: object, *, received_at: datetime) -> list[tuple[str, list[ChannelEvent]]]:
    """The events in `body` by phone_number_id, each in its order; raises `UnreadableBody` when it is not Meta's.

    What concerns no number (an account's news, an entry that cannot be read) is under the empty id.
    """
    entries = value_at(body, "entry")
    if value_at(body, "object") != "whatsapp_business_account" or not isinstance(entries, list):
        raise UnreadableBody('expected {"object": "whatsapp_business_account", "entry": […]}')
    by_number: dict[str, list[ChannelEvent]] = {}
    for entry in entries:
        changes = value_at(entry, "changes")
        if not isinstance(changes, list):
            by_number.setdefault("", []).append(malformed("an entry holds no changes", entry))
            continue
        for change in changes:
            number = value_at(change, "value", "metadata", "phone_number_id")
            try:
                number_id = "" if number is None else identifier(number, "phone_number_id")
                events = _events(change, received_at)
            except EventUnreadable as problem:
                number_id, events = "", [malformed(str(problem), change)]
            by_number.setdefault(number_id, []).extend(events)
    return list(by_number.items()) or [("", [Ignored(reason=IgnoreReason.NO_CONTENT)])]


def _events(change: object, received_at: datetime) -> list[ChannelEvent]:
    value = object_at(change, "value")
    if not isinstance(change, dict) or not value:
        raise EventUnreadable("a change holds no value")
    match value_at(change, "field"):
        case "messages":
            people = list_at(value, "contacts")
            events = [_guarded_message(message, people, received_at) for message in list_at(value, "messages")]
            events += [_guarded_status(status, received_at) for status in list_at(value, "statuses")]
            events += [Ignored(reason=IgnoreReason.SYSTEM) for _ in list_at(value, "errors")]
            return events or [Ignored(reason=IgnoreReason.NO_CONTENT)]
        case "smb_message_echoes" | "message_echoes":
            echoes = list_at(value, "message_echoes")
            return [_guarded_echo(echo, received_at) for echo in echoes] or [Ignored(reason=IgnoreReason.NO_CONTENT)]
        case _:
            return [Ignored(reason=IgnoreReason.EVENT_OF_NO_INTEREST)]


def _guarded_message(message: object, people: Sequence[object], received_at: datetime) -> ChannelEvent:
    try:
        return _message(message, people, received_at)
    except EventUnreadable as problem:
        return malformed(str(problem), message)


def _guarded_status(status: object, received_at: datetime) -> ChannelEvent:
    try:
        return _status(status, received_at)
    except EventUnreadable as problem:
        return malformed(str(problem), status)


def _guarded_echo(echo: object, received_at: datetime) -> ChannelEvent:
    try:
        return _echo(echo, received_at)
    except EventUnreadable as problem:
        return malformed(str(problem), echo)


def _message(message: object, people: Sequence[object], received_at: datetime) -> ChannelEvent:
    provider_id = identifier(value_at(message, "id"), "the message's id")
    kind_name = type_name(value_at(message, "type"))
    if (reason := _reason(message, kind_name)) is not None:
        return Ignored(reason=reason, provider_message_id=provider_id)
    kind, text = _content(message, kind_name)
    if kind is MessageKind.TEXT and not text:
        return Ignored(reason=IgnoreReason.NO_CONTENT, provider_message_id=provider_id)
    phone, user_id = _named(message, "from"), _named(message, "from_user_id")
    person = _person(people, phone, user_id)
    addresses = _addresses(phone, user_id, _named(person, "wa_id"), _named(person, "user_id"))
    reply_to = next((said for said in (phone, user_id) if address_from_jid(said) is not None), None)
    if reply_to is None:
        raise EventUnreadable("neither from nor from_user_id names a person")
    return MessageReceived(
        message=InboundMessage(
            provider_message_id=provider_id,
            reply_to=reply_to,
            addresses=addresses,
            push_name=name_at(person, "profile", "name"),
            kind=kind,
            provider_type=kind_name,
            text=text,
            sent_at=moment(value_at(message, "timestamp"), received_at),
        )
    )


def _echo(echo: object, received_at: datetime) -> ChannelEvent:
    provider_id = identifier(value_at(echo, "id"), "the message's id")
    kind_name = type_name(value_at(echo, "type"))
    if (reason := _reason(echo, kind_name)) is not None:
        return Ignored(reason=reason, provider_message_id=provider_id)
    phone, user_id = _named(echo, "to"), _named(echo, "to_user_id")
    to = next((said for said in (phone, user_id) if address_from_jid(said) is not None), None)
    if to is None:
        raise EventUnreadable("neither to nor to_user_id names a person")
    kind, text = _content(echo, kind_name)
    return ShopMessageSeen(
        provider_message_id=provider_id,
        to=to,
        addresses=_addresses(phone, user_id),
        kind=kind,
        text=text,
        sent_at=moment(value_at(echo, "timestamp"), received_at),
    )


def _status(status: object, received_at: datetime) -> ChannelEvent:
    provider_id = identifier(value_at(status, "id"), "the status' message id")
    known = _STATUSES.get(text_at(status, "status", longest=20))
    if known is None:
        return Ignored(reason=IgnoreReason.EVENT_OF_NO_INTEREST, provider_message_id=provider_id)
    return StatusChanged(
        provider_message_id=provider_id,
        status=known,
        our_reference=text_at(status, "biz_opaque_callback_data", longest=512) or None,
        error=_problem(status) if known is DeliveryStatus.FAILED else None,
        at=moment(value_at(status, "timestamp"), received_at),
    )


def _problem(status: object) -> str:
    """`131047: Re-engagement message`: Meta's code, then its words."""
    errors = list_at(status, "errors")
    first = errors[0] if errors else None
    said = first_text(first, (("error_data", "details"), ("message",), ("title",)))[:300]
    code = integer(value_at(first, "code"))
    return ": ".join(part for part in (str(code) if code is not None else "", said) if part) or "failed"


def _reason(message: object, kind_name: str) -> IgnoreReason | None:
    if value_at(message, "group_id"):
        return IgnoreReason.GROUP
    return _IGNORED.get(kind_name)


def _content(message: object, kind_name: str) -> tuple[MessageKind, str]:
    if kind_name in _WRITTEN:
        text = first_text(message, _WRITTEN[kind_name])
        unread = kind_name == "interactive" and not text
        return MessageKind.UNSUPPORTED if unread else MessageKind.TEXT, text
    if kind_name in _MEDIA:
        return _MEDIA[kind_name], text_at(message, kind_name, "caption")
    if kind_name == "location":
        place = object_at(message, "location")
        words = [text_at(place, "name"), text_at(place, "address")]
        return MessageKind.LOCATION, location_text(place.get("latitude"), place.get("longitude"), words)
    if kind_name == "contacts":
        return MessageKind.CONTACTS, contacts_text([_card(c) for c in list_at(message, "contacts")[:_CONTACTS_NAMED]])
    return MessageKind.UNSUPPORTED, text_at(message, "order", "text")


def _card(contact: object) -> tuple[str, str]:
    phones = list_at(contact, "phones")
    phone = first_text(phones[0], (("phone",), ("wa_id",)))[:30] if phones else ""
    return text_at(contact, "name", "formatted_name", longest=120), phone


def _named(value: object, name: str) -> str:
    """An address in `value`, or an empty text; too long a one is nobody's."""
    found = value_at(value, name)
    return identifier(found, name) if isinstance(found, str) and found.strip() else ""


def _person(people: Sequence[object], phone: str, user_id: str) -> Mapping[str, object]:
    """Who of `contacts[]` wrote. Only an equal id counts: a wrong guess would make one contact of two people."""
    for person in people:
        if (phone and value_at(person, "wa_id") == phone) or (user_id and value_at(person, "user_id") == user_id):
            return object_at(person)
    return {}


def _addresses(*said: str) -> tuple[Address, ...]:
    unique = dict.fromkeys(address for one in said if (address := address_from_jid(one)) is not None)
    return tuple(sorted(unique, key=lambda address: address.kind is not AddressKind.PHONE))

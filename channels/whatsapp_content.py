"""What a person said, out of WhatsApp's own `message` object as Baileys (and Evolution, which wraps it) hands it on.

One of about ninety keys holds the content; others (`messageContextInfo`, Evolution's `base64`, …) lie beside it in any
order, so keys are asked for by name and never by place.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from channels.reading import decoded, first_text, integer, list_at, object_at, text_at, type_name, value_at
from domain.errors import UnreadableBody
from domain.events import IgnoreReason, MessageKind

Path = tuple[str, ...]

_DEEPEST_WRAPPING = 8
_WRAPPERS = (
    "deviceSentMessage",
    "ephemeralMessage",
    "viewOnceMessage",
    "viewOnceMessageV2",
    "viewOnceMessageV2Extension",
    "documentWithCaptionMessage",
    "groupMentionedMessage",
    "botInvokeMessage",
    "lottieStickerMessage",
    "associatedChildMessage",
)
_CONTENTS: dict[str, tuple[MessageKind, tuple[Path, ...]]] = {
    "extendedTextMessage": (MessageKind.TEXT, (("text",),)),
    "buttonsResponseMessage": (MessageKind.TEXT, (("selectedDisplayText",), ("selectedButtonId",))),
    "templateButtonReplyMessage": (MessageKind.TEXT, (("selectedDisplayText",), ("selectedId",))),
    "listResponseMessage": (
        MessageKind.TEXT,
        (("title",), ("singleSelectReply", "selectedRowId"), ("description",)),
    ),
    # What another business' robot writes: its text is all there is to answer.
    "buttonsMessage": (MessageKind.TEXT, (("contentText",), ("text",))),
    "listMessage": (MessageKind.TEXT, (("description",), ("title",))),
    "templateMessage": (
        MessageKind.TEXT,
        (("hydratedTemplate", "hydratedContentText"), ("hydratedFourRowTemplate", "hydratedContentText")),
    ),
    "interactiveMessage": (MessageKind.TEXT, (("body", "text"),)),
    "imageMessage": (MessageKind.IMAGE, (("caption",),)),
    "videoMessage": (MessageKind.VIDEO, (("caption",),)),
    "ptvMessage": (MessageKind.VIDEO, (("caption",),)),
    "audioMessage": (MessageKind.AUDIO, ()),
    "documentMessage": (MessageKind.DOCUMENT, (("caption",),)),
    "stickerMessage": (MessageKind.STICKER, ()),
    "orderMessage": (MessageKind.UNSUPPORTED, (("message",),)),
    "groupInviteMessage": (MessageKind.UNSUPPORTED, (("caption",),)),
}
_REACTIONS = ("reactionMessage", "encReactionMessage")
_EDITS = ("editedMessage",)
_UNDECRYPTABLE = ("placeholderMessage",)
_PROTOCOL = (
    "senderKeyDistributionMessage",
    "fastRatchetKeySenderKeyDistributionMessage",
    "keepInChatMessage",
    "pinInChatMessage",
    "secretEncryptedMessage",
    "stickerSyncRmrMessage",
)
_BESIDE_CONTENT = ("messageContextInfo", "albumMessage")  # an album's pictures follow as messages of their own
_REVOKE, _MESSAGE_EDIT = (0, "REVOKE"), (14, "MESSAGE_EDIT")
_CONTACTS_NAMED = 10
_VCARD_SEEN = 4_096
_VCARD_PHONE = re.compile(r"^(?:\w{1,20}\.)?TEL[^:\n]{0,200}:([+0-9 ().-]{5,30})", re.MULTILINE | re.ASCII)


class Content(NamedTuple):
    """What was said; `provider_type` is WhatsApp's own name for it."""

    kind: MessageKind
    provider_type: str
    text: str


def content_of(message: object) -> Content | IgnoreReason:
    """The content of WhatsApp's `message` object, through its wrappers, or why there is none to act on."""
    for _ in range(_DEEPEST_WRAPPING):
        wrapper = next((name for name in _WRAPPERS if isinstance(value_at(message, name), dict)), None)
        if wrapper is None:
            return _unwrapped(object_at(message))
        message = object_at(message, wrapper, "message")
        if not message:  # a view-once picture reaches linked devices as an empty wrapper
            return Content(MessageKind.UNSUPPORTED, wrapper, "")
    return Content(MessageKind.UNSUPPORTED, "nestedTooDeeply", "")


def _unwrapped(message: Mapping[str, object]) -> Content | IgnoreReason:
    if text := text_at(message, "conversation"):
        return Content(MessageKind.TEXT, "conversation", text)
    present = [name for name, value in message.items() if isinstance(value, dict)]
    if any(name in _EDITS for name in present):
        return IgnoreReason.EDITED
    if any(name in _REACTIONS for name in present):
        return IgnoreReason.REACTION
    if any(name in _UNDECRYPTABLE for name in present):
        return IgnoreReason.UNDECRYPTABLE
    if (found := _spoken(message)) is not None:
        return found
    if "protocolMessage" in present:
        return _protocol(message["protocolMessage"])
    others = [name for name in present if name not in _PROTOCOL + _BESIDE_CONTENT]
    if others:
        return Content(MessageKind.UNSUPPORTED, type_name(others[0]), "")
    return IgnoreReason.PROTOCOL if any(name in _PROTOCOL for name in present) else IgnoreReason.NO_CONTENT


def _spoken(message: Mapping[str, object]) -> Content | IgnoreReason | None:
    for name, (kind, paths) in _CONTENTS.items():
        if isinstance(part := message.get(name), dict):
            text = first_text(part, paths)
            return IgnoreReason.NO_CONTENT if kind is MessageKind.TEXT and not text else Content(kind, name, text)
    if answer := object_at(message, "interactiveResponseMessage"):
        text = text_at(answer, "body", "text") or _chosen(answer)
        return Content(MessageKind.TEXT if text else MessageKind.UNSUPPORTED, "interactiveResponseMessage", text)
    for name in ("locationMessage", "liveLocationMessage"):
        if place := object_at(message, name):
            return Content(MessageKind.LOCATION, name, _location(place))
    if card := object_at(message, "contactMessage"):
        return Content(MessageKind.CONTACTS, "contactMessage", _contacts([card]))
    if cards := object_at(message, "contactsArrayMessage"):
        return Content(MessageKind.CONTACTS, "contactsArrayMessage", _contacts(list_at(cards, "contacts")))
    for name in message:
        if name.startswith("pollCreationMessage") and isinstance(message[name], dict):
            return Content(MessageKind.UNSUPPORTED, type_name(name), text_at(message, name, "name"))
    return None


def _chosen(answer: Mapping[str, object]) -> str:
    """What was chosen in a native flow, whose answer is JSON in a text."""
    raw = value_at(answer, "nativeFlowResponseMessage", "paramsJson")
    if not isinstance(raw, str):
        return ""
    try:
        chosen = decoded(raw.encode(errors="replace"))
    except UnreadableBody:
        return ""
    return first_text(chosen, (("title",), ("display_text",), ("id",)))


def _protocol(protocol: object) -> IgnoreReason:
    said = value_at(protocol, "type")
    kind = said if isinstance(said, str) else integer(said)
    if kind in _REVOKE:
        return IgnoreReason.DELETED
    return IgnoreReason.EDITED if kind in _MESSAGE_EDIT else IgnoreReason.PROTOCOL


def _location(place: Mapping[str, object]) -> str:
    return location_text(
        place.get("degreesLatitude"),
        place.get("degreesLongitude"),
        [text_at(place, "name"), text_at(place, "address"), text_at(place, "caption"), text_at(place, "comment")],
    )


def location_text(latitude: object, longitude: object, words: list[str]) -> str:
    """A place as the model and the operators read it: `[localização: -23.5, -46.6 · Clínica · Rua A, 1]`."""
    point = (_coordinate(latitude, 90), _coordinate(longitude, 180))
    said = " · ".join(part for part in (", ".join(point) if all(point) else "", *words) if part)
    return f"[localização: {said}]" if said else ""


def _coordinate(degrees: object, limit: int) -> str:
    if isinstance(degrees, bool) or not isinstance(degrees, int | float) or not -limit <= degrees <= limit:
        return ""
    return str(round(float(degrees), 5))


def _contacts(cards: object) -> str:
    people = []
    for card in list_at(cards)[:_CONTACTS_NAMED]:
        phone = _VCARD_PHONE.search(text_at(card, "vcard", longest=_VCARD_SEEN))
        people.append((text_at(card, "displayName", longest=120), phone[1].strip() if phone else ""))
    return contacts_text(people)


def contacts_text(people: list[tuple[str, str]]) -> str:
    """Shared contacts, each a name and a phone, as the model and operators read them: `[contato: Clínica, +55…]`."""
    said = "; ".join(", ".join(part for part in person if part) for person in people if any(person))
    return f"[contato: {said}]" if said else ""

"""Meta's webhooks: several numbers in one body, phones or business-scoped ids, statuses with our reference."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels import cloud
from domain.addresses import Address, AddressKind
from domain.errors import UnreadableBody
from domain.events import (
    ChannelEvent,
    DeliveryStatus,
    Ignored,
    IgnoreReason,
    InboundMessage,
    Malformed,
    MessageKind,
    MessageReceived,
    ShopMessageSeen,
    StatusChanged,
)

NOW = datetime(2025, 11, 20, 12, 0, 30, tzinfo=UTC)
SENT = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
NUMBER = "200000000000001"
PHONE = Address(kind=AddressKind.PHONE, value="5531987650006")
Json = dict[str, object]


def webhook(value: object, field: str = "messages") -> Json:
    """A body with one change."""
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": field, "value": value}]}],
    }


def one(message: Json, *contacts: Json) -> ChannelEvent:
    """The only event of a webhook with one message."""
    message = {"from": "553187650006", "id": "wamid.A1", "timestamp": "1763640000"} | message
    body = webhook({"metadata": {"phone_number_id": NUMBER}, "contacts": list(contacts), "messages": [message]})
    ((number, (event,)),) = cloud.parse(body, received_at=NOW)
    assert number == NUMBER
    return event


def test_one_body_tells_of_several_numbers() -> None:
    """Events are grouped by the number they concern, in order; a broken message costs no other."""
    body = json.loads((Path(__file__).parent / "fixtures" / "cloud_webhook.json").read_text())
    by_number = dict(cloud.parse(body, received_at=NOW))
    assert list(by_number) == [NUMBER, "200000000000002", ""]
    first, second, reaction, broken, echo = by_number[NUMBER]
    assert first == MessageReceived(
        message=InboundMessage(
            provider_message_id="wamid.A1",
            reply_to="553187650006",
            addresses=(PHONE, Address(kind=AddressKind.BSUID, value="BR.4000000000000001")),
            push_name="Cliente Um",
            provider_type="text",
            text="oi",
            sent_at=SENT,
        )
    )
    assert isinstance(second, MessageReceived)
    assert second.message.reply_to == "BR.4000000000000002"
    assert second.message.addresses == (Address(kind=AddressKind.BSUID, value="BR.4000000000000002"),)
    assert second.message.push_name == "Cliente Dois"
    assert (second.message.kind, second.message.text) == (MessageKind.IMAGE, "é esse o carrapato?")
    assert reaction == Ignored(reason=IgnoreReason.REACTION, provider_message_id="wamid.A3")
    assert isinstance(broken, Malformed)
    assert isinstance(echo, ShopMessageSeen)
    assert (echo.to, echo.text, echo.addresses[0]) == ("553187650006", "Oi, aqui é a Ana da loja", PHONE)
    assert by_number["200000000000002"] == [
        StatusChanged(provider_message_id="wamid.B1", status=DeliveryStatus.DELIVERED, our_reference="ref-7", at=SENT),
        StatusChanged(
            provider_message_id="wamid.B2",
            status=DeliveryStatus.FAILED,
            error="131047: More than 24 hours have passed",
            at=SENT,
        ),
        Ignored(reason=IgnoreReason.EVENT_OF_NO_INTEREST, provider_message_id="wamid.B3"),
    ]
    assert by_number[""] == [Ignored(reason=IgnoreReason.EVENT_OF_NO_INTEREST)]


@pytest.mark.parametrize(
    ("message", "kind", "text"),
    [
        ({"type": "text", "text": {"body": " oi "}}, "text", "oi"),
        ({"type": "button", "button": {"payload": "p", "text": "Confirmar"}}, "text", "Confirmar"),
        (
            {
                "type": "interactive",
                "interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "Sim"}},
            },
            "text",
            "Sim",
        ),
        (
            {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "Banho"}}},
            "text",
            "Banho",
        ),
        (
            {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": '{"a":1}'}}},
            "text",
            '{"a":1}',
        ),
        ({"type": "interactive", "interactive": {"type": "new"}}, "unsupported", ""),
        ({"type": "image", "image": {"id": "1"}}, "image", ""),
        ({"type": "video", "video": {"caption": "c"}}, "video", "c"),
        ({"type": "document", "document": {"caption": "c"}}, "document", "c"),
        ({"type": "audio", "audio": {"voice": True}}, "audio", ""),
        ({"type": "voice", "voice": {}}, "audio", ""),
        ({"type": "sticker", "sticker": {}}, "sticker", ""),
        (
            {"type": "location", "location": {"latitude": -23.5, "longitude": -46.6}},
            "location",
            "[localização: -23.5, -46.6]",
        ),
        (
            {
                "type": "contacts",
                "contacts": [{"name": {"formatted_name": "Dr. Vet"}, "phones": [{"phone": "+55 11 3333-4444"}]}],
            },
            "contacts",
            "[contato: Dr. Vet, +55 11 3333-4444]",
        ),
        ({"type": "order", "order": {"text": "2 rações"}}, "unsupported", "2 rações"),
        ({"type": "unsupported", "errors": [{"code": 131051}]}, "unsupported", ""),
        ({"type": "something_new"}, "unsupported", ""),
        ({}, "unsupported", ""),
    ],
    ids=lambda value: str(value)[:60],
)
def test_each_type_is_read(message: Json, kind: str, text: str) -> None:
    """Texts, answers, captions, places and contacts are read; unknown types are stored under their name."""
    event = one(message)
    assert isinstance(event, MessageReceived)
    assert (event.message.kind, event.message.text) == (MessageKind(kind), text)
    assert event.message.provider_type == message.get("type", "unknown")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"type": "reaction", "reaction": {"emoji": ""}}, IgnoreReason.REACTION),
        ({"type": "system", "system": {"type": "user_changed_number"}}, IgnoreReason.SYSTEM),
        ({"type": "edit", "edit": {"message": {}}}, IgnoreReason.EDITED),
        ({"type": "revoke", "from": "<placeholder>"}, IgnoreReason.DELETED),
        ({"type": "request_welcome"}, IgnoreReason.EVENT_OF_NO_INTEREST),
        ({"type": "text", "text": {"body": "\x00 "}}, IgnoreReason.NO_CONTENT),
        ({"type": "text", "group_id": "1", "text": {"body": "oi"}}, IgnoreReason.GROUP),
    ],
    ids=str,
)
def test_what_asks_nothing_is_ignored_with_its_reason(message: Json, reason: IgnoreReason) -> None:
    """Each ignored type has its reason."""
    assert one(message) == Ignored(reason=reason, provider_message_id="wamid.A1")


def test_only_an_equal_id_makes_a_contact_the_sender() -> None:
    """Another person's profile in the same body lends neither name nor identity."""
    event = one({"type": "text", "text": {"body": "oi"}}, {"wa_id": "5511900000001", "user_id": "BR.99999999"})
    assert isinstance(event, MessageReceived)
    assert event.message.addresses == (PHONE,)
    assert event.message.push_name is None


@pytest.mark.parametrize(
    "sender", [{"from": None}, {"from": "nobody"}, {"from": "1" * 300}, {"from": ["1"]}, {"id": 1.5}]
)
def test_a_message_of_nobody_is_malformed(sender: Json) -> None:
    """Without anybody to answer, the message is kept for the operator."""
    assert isinstance(one({"type": "text", "text": {"body": "oi"}} | sender), Malformed)


def test_what_concerns_no_number_is_under_the_empty_id() -> None:
    """News of the account, errors and entries that cannot be read are events too."""
    entries = [7, {"changes": None}, {"changes": [None, {"value": {"metadata": {"phone_number_id": "x" * 300}}}]}]
    ((number, events),) = cloud.parse({"object": "whatsapp_business_account", "entry": entries}, received_at=NOW)
    assert number == ""
    assert [type(event) for event in events] == [Malformed] * 4
    ((_, errors),) = cloud.parse(webhook({"errors": [{"code": 130429}]}), received_at=NOW)
    assert errors == [Ignored(reason=IgnoreReason.SYSTEM)]


@pytest.mark.parametrize(
    "body", [None, [], {}, {"entry": []}, {"object": "page", "entry": []}, {"object": "whatsapp_business_account"}]
)
def test_a_body_of_another_shape_is_refused(body: object) -> None:
    """What is no webhook of a WhatsApp business account is refused."""
    with pytest.raises(UnreadableBody):
        cloud.parse(body, received_at=NOW)


def test_only_metas_signature_is_believed() -> None:
    """The signature is of the raw body with the app's secret; without a secret, nothing is Meta's."""
    secret, raw = b"app-secret", '{"text": "ção"}'.encode()
    good = "sha256=" + hmac.new(secret, raw, hashlib.sha256).hexdigest()
    assert cloud.verified_signature(secret, raw, good)
    for header in (
        None,
        "",
        "sha256=",
        good[:-1],
        good + "0",
        good.removeprefix("sha256="),
        "sha256=é\udc80",
        "sha1=x",
    ):
        assert not cloud.verified_signature(secret, raw, header)
    assert not cloud.verified_signature(secret, raw + b" ", good)
    assert not cloud.verified_signature(b"other", raw, good)
    assert not cloud.verified_signature(b"", raw, "sha256=" + hmac.new(b"", raw, hashlib.sha256).hexdigest())

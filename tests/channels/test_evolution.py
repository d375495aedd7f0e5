"""Evolution's webhooks: one envelope around Baileys' messages, in several spellings."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels import evolution
from domain.addresses import Address, AddressKind
from domain.errors import UnreadableBody
from domain.events import (
    ChannelEvent,
    ConnectionChanged,
    ConnectionState,
    DeliveryStatus,
    Ignored,
    IgnoreReason,
    InboundMessage,
    Malformed,
    MessageReceived,
    ShopMessageSeen,
    StatusChanged,
)

NOW = datetime(2025, 11, 20, 12, 0, 30, tzinfo=UTC)
Json = dict[str, object]


@pytest.fixture
def upsert() -> Json:
    """An upsert as the server posts it."""
    body: Json = json.loads((Path(__file__).parent / "fixtures" / "evolution_upsert.json").read_text())
    return body


def parsed(body: object, event_from_path: str | None = None) -> list[ChannelEvent]:
    """The events of a body."""
    return evolution.parse(body, event_from_path=event_from_path, received_at=NOW)


def test_a_message_is_read_from_under_its_context_info(upsert: Json) -> None:
    """`messageContextInfo` as the first key hides no text, and the envelope's `sender` is never the customer."""
    assert parsed(upsert) == [
        MessageReceived(
            message=InboundMessage(
                provider_message_id="AC5100000000000000000000000000D1",
                reply_to="5531987650005@s.whatsapp.net",
                addresses=(
                    Address(kind=AddressKind.PHONE, value="5531987650005"),
                    Address(kind=AddressKind.LID, value="333444555666777"),
                ),
                push_name="Cliente da Loja",
                provider_type="conversation",
                text="Pode ser às 10h?",
                sent_at=datetime(2025, 11, 20, 12, 0, tzinfo=UTC),
            )
        )
    ]
    assert evolution.instance_name(upsert) == "petshop"
    assert evolution.instance_name([upsert]) is None


def test_the_data_may_come_as_an_object_a_list_or_messages(upsert: Json) -> None:
    """Every shape in which the server was seen to put messages gives the same event, and so does a forwarder's list."""
    expected = parsed(upsert)
    data = upsert["data"]
    assert parsed(upsert | {"data": [data]}) == expected
    assert parsed(upsert | {"data": {"messages": [data]}}) == expected
    assert parsed([{"headers": {}, "body": upsert}, {"body": upsert}]) == expected * 2


def test_the_event_may_be_spelt_in_three_ways_or_stand_in_the_path(upsert: Json) -> None:
    """Spelling never decides whether a message is heard."""
    expected = parsed(upsert)
    bare = {name: value for name, value in upsert.items() if name != "event"}
    assert parsed(upsert | {"event": "MESSAGES_UPSERT"}) == expected
    assert parsed(bare, "messages-upsert") == expected
    assert parsed(bare, "MESSAGES_UPSERT") == expected
    assert parsed(upsert | {"event": None}, "messages-upsert") == expected


def test_an_echo_of_a_send_is_the_shops_message(upsert: Json) -> None:
    """`send.message` is ours whatever its key says; so is an upsert from the shop's phone."""
    (echo,) = parsed(upsert | {"event": "send.message"})
    assert isinstance(echo, ShopMessageSeen)
    assert (echo.to, echo.text) == ("5531987650005@s.whatsapp.net", "Pode ser às 10h?")
    data = upsert["data"]
    assert isinstance(data, dict)
    (typed,) = parsed(upsert | {"data": data | {"key": data["key"] | {"fromMe": True}}})
    assert typed == echo


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"keyId": "3EB0D1", "remoteJid": "1234567890@lid", "fromMe": True, "status": "DELIVERY_ACK"},
            StatusChanged(provider_message_id="3EB0D1", status=DeliveryStatus.DELIVERED),
        ),
        (
            {"messageId": "database-id", "keyId": "3EB0D1", "fromMe": True, "status": "READ"},
            StatusChanged(provider_message_id="3EB0D1", status=DeliveryStatus.READ),
        ),
        (
            {"key": {"id": "3EB0D1", "fromMe": True}, "status": 2},
            StatusChanged(provider_message_id="3EB0D1", status=DeliveryStatus.SENT),
        ),
        (
            {"key": {"id": "3EB0D1", "fromMe": True}, "update": {"status": 5}},
            StatusChanged(provider_message_id="3EB0D1", status=DeliveryStatus.READ),
        ),
        (
            {"keyId": "3EB0D1", "fromMe": True, "status": "ERROR"},
            StatusChanged(provider_message_id="3EB0D1", status=DeliveryStatus.FAILED, error="ERROR"),
        ),
        (
            {"keyId": "3EB0D1", "fromMe": False, "status": "READ"},
            Ignored(reason=IgnoreReason.NOT_OURS, provider_message_id="3EB0D1"),
        ),
        (
            {"keyId": "3EB0D1", "fromMe": True, "status": "DELETED"},
            Ignored(reason=IgnoreReason.DELETED, provider_message_id="3EB0D1"),
        ),
        (
            {"keyId": "3EB0D1", "fromMe": True, "status": "SOMETHING_NEW"},
            Ignored(reason=IgnoreReason.EVENT_OF_NO_INTEREST, provider_message_id="3EB0D1"),
        ),
    ],
    ids=str,
)
def test_statuses_are_matched_by_the_id_of_the_send(data: Json, expected: ChannelEvent) -> None:
    """A status is keyed by `keyId`, whatever address it names, or by `key.id`; its value is a word or a number."""
    body = {"event": "messages.update", "instance": "petshop", "data": data}
    assert parsed(body) == [expected]
    assert parsed(body | {"data": [data, data]}) == [expected, expected]


def test_the_connection_is_known() -> None:
    """`data.state` says whether the number is online; a refused one is not."""
    for state, expected in (
        ("open", ConnectionState.OPEN),
        ("connecting", ConnectionState.CONNECTING),
        ("close", ConnectionState.CLOSE),
        ("refused", ConnectionState.CLOSE),
    ):
        body = {"event": "connection.update", "data": {"instance": "petshop", "state": state}}
        assert parsed(body) == [ConnectionChanged(state=expected)]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("contacts.update", IgnoreReason.EVENT_OF_NO_INTEREST),
        ("PRESENCE_UPDATE", IgnoreReason.EVENT_OF_NO_INTEREST),
        ("chats.upsert", IgnoreReason.EVENT_OF_NO_INTEREST),
        ("qrcode.updated", IgnoreReason.EVENT_OF_NO_INTEREST),
        ("messages.set", IgnoreReason.EVENT_OF_NO_INTEREST),
        ("messages.edited", IgnoreReason.EDITED),
        ("messages.delete", IgnoreReason.DELETED),
    ],
)
def test_other_events_are_ignored_with_their_reason(event: str, reason: IgnoreReason) -> None:
    """What asks nothing of us is answered 200 and logged."""
    assert parsed({"event": event, "data": {"id": "x"}}) == [Ignored(reason=reason)]


def test_a_message_that_cannot_be_read_is_kept() -> None:
    """An upsert whose message lacks its id becomes a dead letter, not a refusal of the whole body."""
    (event,) = parsed({"event": "messages.upsert", "data": {"key": {"remoteJid": "5511987654321@s.whatsapp.net"}}})
    assert isinstance(event, Malformed)


@pytest.mark.parametrize(
    "body",
    [
        None,
        "x",
        [],
        [1],
        {},
        {"data": {}},
        {"event": "messages.upsert"},
        {"event": "messages.upsert", "data": "x"},
        {"event": "messages.upsert", "data": {"messages": {}}},
        {"event": "messages.update"},
        [{"body": {}}],
    ],
    ids=str,
)
def test_a_body_of_another_shape_is_refused(body: object) -> None:
    """What is no envelope of Evolution's is refused, so that whoever sends it notices."""
    with pytest.raises(UnreadableBody):
        parsed(body)

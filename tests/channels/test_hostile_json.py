"""Whatever JSON a stranger sends, each parser answers events that can be stored, or refuses the body: nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import baileys, cloud, evolution
from channels.reading import decoded, integer, leaves
from domain.errors import UnreadableBody
from domain.events import ChannelEvent, MessageReceived, ShopMessageSeen

NOW = datetime(2025, 11, 20, 12, 0, 30, tzinfo=UTC)
WORDS = [
    "event", "data", "messages", "key", "id", "remoteJid", "fromMe", "message", "conversation", "messageTimestamp",
    "pushName", "imageMessage", "caption", "ephemeralMessage", "update", "status", "connection", "state", "keyId",
    "entry", "changes", "value", "field", "metadata", "phone_number_id", "contacts", "statuses", "from", "type", "text",
    "body", "errors", "location", "latitude", "longitude", "low", "high", "interactive", "message_echoes", "to",
    "locationMessage", "degreesLatitude", "contactMessage", "vcard", "protocolMessage", "messageStubType", "timestamp",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=20),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Zs"]), max_size=6),  # surrogates, controls, invisible ones
    st.sampled_from(
        [
            "messages.upsert",
            "messages.update",
            "connection.update",
            "send.message",
            "5511987654321@s.whatsapp.net",
            "123456789@lid",
            "x@g.us",
            "5511987654321",
            "BR.12345678",
            "text",
            "image",
            "delivered",
            "2",
            "open",
            ":@",
        ]
    ),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.integers(10**30, 10**40), st.floats(), TEXTS)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(st.sampled_from(WORDS), TEXTS), inner, max_size=6)
    ),
    max_leaves=25,
)
PARTS = st.dictionaries(st.sampled_from(WORDS), JSON, max_size=8)
KEYS = st.fixed_dictionaries(
    {"id": st.one_of(TEXTS, JSON), "remoteJid": TEXTS}, optional={"fromMe": JSON, "senderPn": JSON}
)
WHATSAPP = st.fixed_dictionaries(
    {"key": st.one_of(KEYS, JSON), "message": st.one_of(PARTS, JSON)},
    optional={"messageTimestamp": JSON, "pushName": JSON},
)
META = st.fixed_dictionaries(
    {"id": st.one_of(TEXTS, JSON), "type": TEXTS},
    optional={"from": TEXTS, "timestamp": JSON, "text": JSON, "image": JSON},
)


def _baileys(body: object) -> list[ChannelEvent]:
    return baileys.parse(body, received_at=NOW)


def _evolution(body: object) -> list[ChannelEvent]:
    return evolution.parse(body, event_from_path="messages-upsert", received_at=NOW)


def _cloud(body: object) -> list[ChannelEvent]:
    return [event for _, events in cloud.parse(body, received_at=NOW) for event in events]


def _is_safe(events: list[ChannelEvent]) -> None:
    assert events
    for event in events:
        for said in leaves(event.model_dump(mode="json")):
            assert "\x00" not in said
            said.encode()
        if isinstance(event, MessageReceived):
            assert event.message.addresses
            assert event.message.sent_at.tzinfo is not None
            assert len(event.message.provider_message_id) <= 255
        if isinstance(event, ShopMessageSeen):
            assert event.addresses


@pytest.mark.parametrize("parse", [_baileys, _evolution, _cloud])
@given(body=st.one_of(JSON, PARTS))
@settings(max_examples=150, deadline=None)
def test_any_json_gives_events_or_a_refusal(parse: Callable[[object], list[ChannelEvent]], body: object) -> None:
    """No JSON makes a parser raise anything but `UnreadableBody`."""
    try:
        events = parse(body)
    except UnreadableBody:
        return
    _is_safe(events)


@given(messages=st.lists(st.one_of(WHATSAPP, JSON), min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_every_message_of_a_batch_gives_one_storable_event(messages: list[object]) -> None:
    """As many events as messages, whatever the messages are."""
    for events in (_baileys({"messages": messages}), _evolution({"data": messages})):
        assert len(events) == len(messages)
        _is_safe(events)


@given(
    messages=st.lists(st.one_of(META, JSON), min_size=1, max_size=4), field=st.sampled_from(["messages", "statuses"])
)
@settings(max_examples=200, deadline=None)
def test_every_message_of_metas_gives_one_storable_event(messages: list[object], field: str) -> None:
    """As many events as messages or statuses, whatever they are."""
    value = {"metadata": {"phone_number_id": "1"}, field: messages}
    change = {"field": "messages", "value": value}
    events = _cloud({"object": "whatsapp_business_account", "entry": [{"changes": [change]}]})
    assert len(events) == len(messages)
    _is_safe(events)


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_are_json_or_a_refusal(raw: bytes) -> None:
    """Bytes that are no JSON are refused."""
    try:
        decoded(raw)
    except UnreadableBody:
        return


@pytest.mark.parametrize("raw", [b"", b"\xff", b"{", b"[" * 200_000, b'{"a":' * 200_000, b"1" * 5_000, b"oi"], ids=len)
def test_broken_bodies_are_refused(raw: bytes) -> None:
    """Bad UTF-8, bad JSON, nesting without end and integers of thousands of digits are refused, not crashes."""
    with pytest.raises(UnreadableBody):
        decoded(raw)


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_64_bit_integer_survives_its_two_halves(number: int) -> None:
    """`{low, high}` with signed halves, as JavaScript writes them, is the number."""
    low, high = number & 0xFFFFFFFF, number >> 32
    assert integer({"low": low - (1 << 32) if low >= 1 << 31 else low, "high": high}) == number

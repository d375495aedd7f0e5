"""A webhook's dead letter read again."""

from datetime import UTC, datetime

from domain.addresses import Address, AddressKind
from domain.events import InboundMessage, Malformed, MessageReceived
from domain.instances import InstanceKind
from operating.second_reading import read_again
from tests.channels.instances import instance

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_an_event_that_we_had_read_is_taken_as_it_was() -> None:
    """A letter of an event whose handling failed holds our own words; it comes back the same."""
    event = MessageReceived(
        message=InboundMessage(
            provider_message_id="A1",
            reply_to="5511999990001@s.whatsapp.net",
            addresses=(Address(kind=AddressKind.PHONE, value="5511999990001"),),
            text="oi",
            sent_at=NOW,
        )
    )
    for kind in InstanceKind:
        assert read_again(instance(kind, "http://127.0.0.1:9"), event.model_dump_json(), NOW) == [event]


def test_what_is_still_unreadable_says_so() -> None:
    """A message without an id stays what it was."""
    found = read_again(instance(InstanceKind.BAILEYS, "http://127.0.0.1:9"), '{"message": {"conversation": "oi"}}', NOW)
    assert [type(event) for event in found] == [Malformed]

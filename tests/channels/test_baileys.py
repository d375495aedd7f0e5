"""Baileys' own events, as a bridge posts them and as the seeds' queue hands them on."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from channels import baileys
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
    MessageKind,
    MessageReceived,
    ShopMessageSeen,
    StatusChanged,
)

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2025, 11, 20, 12, 0, 30, tzinfo=UTC)
SENT = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
JID = "5511987654321@s.whatsapp.net"
PHONE = Address(kind=AddressKind.PHONE, value="5511987654321")
Json = dict[str, object]


def written(message: object, key: Json | None = None, **more: object) -> Json:
    """One WAMessage."""
    return {"key": {"id": "M1", "remoteJid": JID, "fromMe": False} | (key or {}), "message": message} | more


def one(message: object, key: Json | None = None, **more: object) -> ChannelEvent:
    """The only event of an upsert with one message."""
    (event,) = baileys.parse({"messages": [written(message, key, **more)], "type": "notify"}, received_at=NOW)
    return event


def received(message: object, key: Json | None = None, **more: object) -> InboundMessage:
    """The message received, where the event is one."""
    event = one(message, key, **more)
    assert isinstance(event, MessageReceived), event
    return event.message


def reason(message: object, key: Json | None = None, **more: object) -> IgnoreReason:
    """Why the message was ignored."""
    event = one(message, key, **more)
    assert isinstance(event, Ignored), event
    assert event.provider_message_id == "M1"
    return event.reason


def test_a_batch_of_two_contacts_and_a_broken_message_loses_none() -> None:
    """Each message of a batch is an event of its own; the broken one is kept as JSON and costs no other."""
    first, broken, last = baileys.parse(
        json.loads((FIXTURES / "baileys_upsert_batch.json").read_text()), received_at=NOW
    )
    assert first == MessageReceived(
        message=InboundMessage(
            provider_message_id="3EB0A1",
            reply_to="5531987650001@s.whatsapp.net",
            addresses=(Address(kind=AddressKind.PHONE, value="5531987650001"),),
            push_name="Tutora do Rex",
            provider_type="conversation",
            text="Oi, o Rex pode tomar banho amanhã?",
            sent_at=SENT,
            late=True,
        )
    )
    assert isinstance(broken, Malformed)
    assert json.loads(broken.payload)["message"] == {"conversation": "sem id"}
    assert isinstance(last, MessageReceived)
    assert last.message.text == "Quanto custa a tosa? 🐩"


def test_a_privacy_id_is_answered_and_its_phone_known() -> None:
    """The answer goes to the `@lid` that wrote, while the phone beside it, ninth digit and all, comes first."""
    message = received(
        {"conversation": "oi"}, {"remoteJid": "222333444555666@lid", "senderPn": "551187654321@s.whatsapp.net"}
    )
    assert message.reply_to == "222333444555666@lid"
    assert message.addresses == (PHONE, Address(kind=AddressKind.LID, value="222333444555666"))


def test_our_own_number_never_becomes_the_customers() -> None:
    """In a message of ours `senderPn` is the shop: taking it for the customer would merge every customer with us."""
    event = one(
        {"conversation": "oi"},
        {"fromMe": True, "remoteJid": "222333444555666@lid", "senderPn": "551130000000@s.whatsapp.net"},
    )
    assert isinstance(event, ShopMessageSeen)
    assert event.addresses == (Address(kind=AddressKind.LID, value="222333444555666"),)


def test_what_the_shop_typed_is_seen() -> None:
    """A `fromMe` message is the shop's, addressed to the customer."""
    assert one({"conversation": "Oi, aqui é a Ana"}, {"fromMe": True}, messageTimestamp=1763640000) == ShopMessageSeen(
        provider_message_id="M1", to=JID, addresses=(PHONE,), text="Oi, aqui é a Ana", sent_at=SENT
    )


@pytest.mark.parametrize(
    ("message", "kind", "provider_type", "text"),
    [
        ({"messageContextInfo": {"a": {}}, "conversation": "oi"}, "text", "conversation", "oi"),
        ({"extendedTextMessage": {"text": "oi"}}, "text", "extendedTextMessage", "oi"),
        (
            {"extendedTextMessage": {"text": "oi"}, "senderKeyDistributionMessage": {}},
            "text",
            "extendedTextMessage",
            "oi",
        ),
        (
            {"conversation": "", "imageMessage": None, "extendedTextMessage": {"text": "oi"}},
            "text",
            "extendedTextMessage",
            "oi",
        ),
        ({"ephemeralMessage": {"message": {"conversation": "oi"}}}, "text", "conversation", "oi"),
        ({"viewOnceMessage": {"message": {"imageMessage": {"caption": "oi"}}}}, "image", "imageMessage", "oi"),
        ({"viewOnceMessageV2": {"message": {"videoMessage": {"caption": "oi"}}}}, "video", "videoMessage", "oi"),
        ({"viewOnceMessageV2Extension": {"message": {"audioMessage": {}}}}, "audio", "audioMessage", ""),
        ({"viewOnceMessageV2": {}}, "unsupported", "viewOnceMessageV2", ""),
        (
            {
                "ephemeralMessage": {
                    "message": {
                        "viewOnceMessageV2": {
                            "message": {
                                "documentWithCaptionMessage": {"message": {"documentMessage": {"caption": "exame"}}}
                            }
                        }
                    }
                }
            },
            "document",
            "documentMessage",
            "exame",
        ),
        (
            {"buttonsResponseMessage": {"selectedButtonId": "1", "selectedDisplayText": "Sim"}},
            "text",
            "buttonsResponseMessage",
            "Sim",
        ),
        ({"buttonsResponseMessage": {"selectedButtonId": "1"}}, "text", "buttonsResponseMessage", "1"),
        (
            {"templateButtonReplyMessage": {"selectedId": "1", "selectedDisplayText": "Confirmar"}},
            "text",
            "templateButtonReplyMessage",
            "Confirmar",
        ),
        (
            {"listResponseMessage": {"title": "Banho", "singleSelectReply": {"selectedRowId": "b"}}},
            "text",
            "listResponseMessage",
            "Banho",
        ),
        ({"listResponseMessage": {"singleSelectReply": {"selectedRowId": "b"}}}, "text", "listResponseMessage", "b"),
        ({"interactiveResponseMessage": {"body": {"text": "10:00"}}}, "text", "interactiveResponseMessage", "10:00"),
        (
            {"interactiveResponseMessage": {"nativeFlowResponseMessage": {"paramsJson": '{"id": "slot-10"}'}}},
            "text",
            "interactiveResponseMessage",
            "slot-10",
        ),
        (
            {"interactiveResponseMessage": {"nativeFlowResponseMessage": {"paramsJson": "[" * 100_000}}},
            "unsupported",
            "interactiveResponseMessage",
            "",
        ),
        (
            {"imageMessage": {"caption": "é esse?"}, "base64": "AAAA", "mediaUrl": "http://x"},
            "image",
            "imageMessage",
            "é esse?",
        ),
        ({"audioMessage": {"ptt": True}}, "audio", "audioMessage", ""),
        ({"stickerMessage": {}}, "sticker", "stickerMessage", ""),
        (
            {"locationMessage": {"degreesLatitude": -23.55052, "degreesLongitude": -46.6, "name": "Casa"}},
            "location",
            "locationMessage",
            "[localização: -23.55052, -46.6 · Casa]",
        ),
        ({"locationMessage": {"degreesLatitude": 1e308, "degreesLongitude": True}}, "location", "locationMessage", ""),
        (
            {
                "contactMessage": {
                    "displayName": "Dr. Vet",
                    "vcard": "BEGIN:VCARD\nitem1.TEL;waid=5511987654321:+55 11 98765-4321\nEND:VCARD",
                }
            },
            "contacts",
            "contactMessage",
            "[contato: Dr. Vet, +55 11 98765-4321]",
        ),
        (
            {"contactsArrayMessage": {"contacts": [{"displayName": "A"}, {"displayName": "B"}]}},
            "contacts",
            "contactsArrayMessage",
            "[contato: A; B]",
        ),
        ({"pollCreationMessageV3": {"name": "Qual dia?"}}, "unsupported", "pollCreationMessageV3", "Qual dia?"),
        ({"orderMessage": {"message": "2 rações"}}, "unsupported", "orderMessage", "2 rações"),
        ({"messageContextInfo": {}, "somethingNewMessage": {"a": 1}}, "unsupported", "somethingNewMessage", ""),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_was_said_is_found_wherever_it_lies(message: Json, kind: str, provider_type: str, text: str) -> None:
    """Text, captions and answers are found through wrappers and beside other keys; unknown types keep their name."""
    found = received(message)
    assert (found.kind, found.provider_type, found.text) == (MessageKind(kind), provider_type, text)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"protocolMessage": {"type": 1}}, IgnoreReason.PROTOCOL),
        ({"protocolMessage": {"type": 0, "key": {}}}, IgnoreReason.DELETED),
        ({"protocolMessage": {"type": "REVOKE"}}, IgnoreReason.DELETED),
        ({"protocolMessage": {"type": 14}}, IgnoreReason.EDITED),
        ({"editedMessage": {"message": {"protocolMessage": {}}}}, IgnoreReason.EDITED),
        ({"senderKeyDistributionMessage": {"groupId": "x"}}, IgnoreReason.PROTOCOL),
        ({"messageContextInfo": {"deviceListMetadata": {}}}, IgnoreReason.NO_CONTENT),
        ({"albumMessage": {"expectedImageCount": 3}}, IgnoreReason.NO_CONTENT),
        ({"reactionMessage": {"text": "👍"}}, IgnoreReason.REACTION),
        ({"placeholderMessage": {"type": 0}}, IgnoreReason.UNDECRYPTABLE),
        ({"conversation": " \n\u200b\x00 "}, IgnoreReason.NO_CONTENT),
        ({"extendedTextMessage": {"text": ""}}, IgnoreReason.NO_CONTENT),
        ({}, IgnoreReason.NO_CONTENT),
        (None, IgnoreReason.NO_CONTENT),
        ("text", IgnoreReason.NO_CONTENT),
    ],
    ids=str,
)
def test_what_asks_nothing_is_ignored_with_its_reason(message: object, expected: IgnoreReason) -> None:
    """Protocol, reactions, edits and empty messages are ignored, each for its own reason, and never silently."""
    assert reason(message) is expected


@pytest.mark.parametrize(
    ("jid", "expected"),
    [
        ("120363000000000000@g.us", IgnoreReason.GROUP),
        ("status@broadcast", IgnoreReason.STATUS_BROADCAST),
        ("123456789@broadcast", IgnoreReason.STATUS_BROADCAST),
        ("120363000000000000@newsletter", IgnoreReason.NEWSLETTER),
        ("0@s.whatsapp.net", IgnoreReason.SYSTEM),
        ("867051314767696@bot", IgnoreReason.SYSTEM),
    ],
)
@pytest.mark.parametrize("from_me", [True, False])
def test_where_nobody_in_particular_writes_nothing_is_answered(jid: str, expected: IgnoreReason, from_me: bool) -> None:
    """Groups, status, newsletters and WhatsApp itself are ignored, whoever wrote there."""
    assert reason({"conversation": "oi"}, {"remoteJid": jid, "fromMe": from_me}) is expected


def test_a_message_that_could_not_be_decrypted_is_ignored() -> None:
    """Stub type 2 says that the text comes later, or never; other stubs are notices of WhatsApp's."""
    for stub in (2, 2.0, "2", "CIPHERTEXT", {"low": 2, "high": 0}):
        assert reason(None, messageStubType=stub) is IgnoreReason.UNDECRYPTABLE
    assert reason(None, messageStubType=28) is IgnoreReason.SYSTEM


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (1763640000, SENT),
        ("1763640000", SENT),
        (1763640000.0, SENT),
        (1763640000000, SENT),
        ({"low": 1763640000, "high": 0, "unsigned": True}, SENT),
        ({"low": -1, "high": "x"}, NOW),
        (None, NOW),
        (0, NOW),
        (-5, NOW),
        (1, NOW),
        (True, NOW),
        ("tomorrow", NOW),
        (1e300, NOW),
        (10**30, NOW),
        (int(NOW.timestamp()) + 200, NOW.replace(microsecond=0) + timedelta(seconds=200)),
        (int(NOW.timestamp()) + 301, NOW),
        (99999999999, NOW),
    ],
    ids=str,
)
def test_the_channels_time_is_taken_where_it_can_be(timestamp: object, expected: datetime) -> None:
    """Seconds or milliseconds in any notation; missing, absurd and future times are the time of arrival."""
    assert received({"conversation": "oi"}, messageTimestamp=timestamp).sent_at == expected


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "text",
        {},
        {"message": {"conversation": "oi"}},
        {"key": {"remoteJid": JID}, "message": {"conversation": "oi"}},
        {"key": {"id": "M1"}, "message": {"conversation": "oi"}},
        {"key": {"id": "", "remoteJid": JID}, "message": {"conversation": "oi"}},
        {"key": {"id": "x" * 256, "remoteJid": JID}, "message": {"conversation": "oi"}},
        {"key": {"id": "M1", "remoteJid": "x" * 256}, "message": {"conversation": "oi"}},
        {"key": {"id": "M1", "remoteJid": "rubbish"}, "message": {"conversation": "oi"}},
        {"key": {"id": "M1", "remoteJid": "5511987654321"}, "message": {"conversation": "oi"}},
        {"key": {"id": "M1", "remoteJid": "abc@s.whatsapp.net"}, "message": {"conversation": "oi"}},
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_message_without_id_or_sender_is_kept_as_malformed(message: object) -> None:
    """What lacks its key is kept whole for the operator instead of being dropped."""
    (event,) = baileys.parse({"messages": [message]}, received_at=NOW)
    assert isinstance(event, Malformed)
    assert json.loads(event.payload) == message


def test_a_malformed_message_is_kept_within_bounds() -> None:
    """64 KiB of it at most, as valid JSON that Postgres takes: no NUL, no lone surrogate, no endless nesting."""
    deep: object = "x"
    for _ in range(5_000):
        deep = [deep]
    for hostile in ({"a": 'é"\\' * 200_000}, {"a": "\x00\ud800"}, {"a": deep}, {"a": 10**5_000, "b": float("nan")}):
        (event,) = baileys.parse({"messages": [hostile]}, received_at=NOW)
        assert isinstance(event, Malformed)
        assert len(event.payload.encode()) <= 64 * 1024
        assert "\\u0000" not in event.payload
        assert json.loads(event.payload, parse_constant=pytest.fail)


def test_a_name_is_one_short_line() -> None:
    """Push names are cleaned, at most 120 characters, and may be missing."""
    assert received({"conversation": "oi"}, pushName="Ana\n\x00 da\u202e Loja").push_name == "Ana da Loja"
    assert received({"conversation": "oi"}, pushName="é" * 500).push_name == "é" * 120
    assert received({"conversation": "oi"}, pushName=7).push_name is None
    assert received({"conversation": "oi"}, pushName="  ").push_name is None


def test_a_text_of_20000_characters_is_kept_whole() -> None:
    """Length is no reason to lose anything that WhatsApp itself takes."""
    assert len(received({"conversation": "á" * 20_000}).text) == 20_000


def test_wrapping_without_end_is_cut_off() -> None:
    """A message wrapped more often than any client wraps is stored as unsupported."""
    message: Json = {"conversation": "oi"}
    for _ in range(3_000):
        message = {"ephemeralMessage": {"message": message}}
    assert received(message).kind is MessageKind.UNSUPPORTED


def test_the_seeds_job_is_read_and_names_its_owner() -> None:
    """The queue's job gives the same event as an upsert, and its ids to whoever must check them."""
    job = json.loads((FIXTURES / "seed_job.json").read_text())
    (event,) = baileys.parse(job, received_at=NOW)
    assert isinstance(event, MessageReceived)
    assert event.message.text == "Quero marcar uma consulta"
    assert baileys.job_ids(job) == (job["organizationId"], job["instanceId"])
    assert baileys.job_ids({"messages": []}) is None
    assert baileys.job_ids({"organizationId": 1, "instanceId": "x", "message": {}}) is None


def test_delivery_reports_become_statuses() -> None:
    """Reports about our messages are statuses, with what WhatsApp said of a failure; others are ignored."""
    expected: list[ChannelEvent] = [
        StatusChanged(provider_message_id="3EB0C1", status=DeliveryStatus.DELIVERED),
        StatusChanged(provider_message_id="3EB0C2", status=DeliveryStatus.FAILED, error="463"),
        Ignored(reason=IgnoreReason.NOT_OURS, provider_message_id="3EB0C3"),
        Ignored(reason=IgnoreReason.EVENT_OF_NO_INTEREST, provider_message_id="3EB0C4"),
    ]
    body = json.loads((FIXTURES / "baileys_update.json").read_text())
    assert baileys.parse(body, received_at=NOW) == expected
    assert baileys.parse(body["data"], received_at=NOW) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (0, "failed"),
        (1, "pending"),
        (2, "sent"),
        (3, "delivered"),
        (4, "read"),
        (5, "read"),
        ("READ", "read"),
        ("3", "delivered"),
    ],
)
def test_every_status_has_its_meaning(status: object, expected: str) -> None:
    """Baileys' numbers and names of statuses are ours."""
    (event,) = baileys.parse([{"key": {"id": "S1", "fromMe": True}, "update": {"status": status}}], received_at=NOW)
    assert isinstance(event, StatusChanged)
    assert event.status == DeliveryStatus(expected)


@pytest.mark.parametrize("state", list(ConnectionState))
def test_the_connection_is_known(state: ConnectionState) -> None:
    """A connection update says whether the number is online, bare or in its envelope; one about QR codes does not."""
    expected = [ConnectionChanged(state=state)]
    assert baileys.parse({"connection": state.value}, received_at=NOW) == expected
    assert (
        baileys.parse({"event": "connection.update", "data": {"connection": state.value}}, received_at=NOW) == expected
    )
    (event,) = baileys.parse({"event": "connection.update", "data": {"qr": "…"}}, received_at=NOW)
    assert event == Ignored(reason=IgnoreReason.EVENT_OF_NO_INTEREST)


def test_an_event_of_no_interest_is_ignored() -> None:
    """Presence, contacts and the like are ignored with a reason."""
    (event,) = baileys.parse({"event": "presence.update", "data": {}}, received_at=NOW)
    assert event == Ignored(reason=IgnoreReason.EVENT_OF_NO_INTEREST)


@pytest.mark.parametrize("body", [None, 7, "x", [], {}, [{}], {"data": {}}, {"event": 7}, {"event": "messages.upsert"}])
def test_a_body_of_another_shape_is_refused(body: object) -> None:
    """What is none of Baileys' shapes is refused, so that whoever sends it notices."""
    with pytest.raises(UnreadableBody):
        baileys.parse(body, received_at=NOW)

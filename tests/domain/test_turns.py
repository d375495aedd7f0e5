"""What is done with messages that just arrived."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from domain.addresses import Address, AddressKind
from domain.conversation import AgentType, Audience, Conversation, ConversationStatus
from domain.events import DeliveryStatus, InboundMessage, MessageKind
from domain.ids import ContactId, ConversationId, OrganizationId
from domain.opening import OpeningHours
from domain.shop import AiConfig, Organization
from domain.turns import Decision, decide, is_late, sort_by_age_and_content

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP = Organization(
    id=OrganizationId(UUID(int=1)),
    name="Pet Feliz",
    timezone="America/Sao_Paulo",
    ai_enabled=True,
    ai_config=AiConfig(),
    opening_hours=OpeningHours({}),
    late_after_minutes=10,
    answer_limit_hours=12,
    outbound_limit_hours=6,
    loop_limit=20,
    loop_window_minutes=10,
    phone_quiet_minutes=60,
)
CONVERSATION = Conversation(
    id=ConversationId(UUID(int=2)),
    contact_id=ContactId(UUID(int=3)),
    audience=Audience.CUSTOMER,
    status=ConversationStatus.ACTIVE,
    ai_enabled=True,
)


def message(
    text: str = "oi", *, kind: MessageKind = MessageKind.TEXT, age: timedelta = timedelta(0), id_: str = "A"
) -> InboundMessage:
    """A message of that age."""
    return InboundMessage(
        provider_message_id=id_,
        reply_to="5511999990001@s.whatsapp.net",
        addresses=(Address(kind=AddressKind.PHONE, value="5511999990001"),),
        kind=kind,
        text=text,
        sent_at=NOW - age,
    )


TEXT, PICTURE = message(), message("", kind=MessageKind.IMAGE)


@pytest.mark.parametrize(
    ("messages", "status", "here", "shop", "recent", "expected"),
    [
        ([TEXT], "active", True, True, 0, Decision.THINK),
        ([TEXT], "active", True, True, 19, Decision.THINK),
        ([TEXT], "active", True, True, 20, Decision.SUSPECT_LOOP),
        ([TEXT], "active", True, True, 99, Decision.SUSPECT_LOOP),
        ([TEXT], "active", False, True, 0, Decision.SILENT),
        ([TEXT], "active", True, False, 0, Decision.SILENT),
        ([TEXT], "active", False, False, 99, Decision.SILENT),
        ([TEXT], "waiting_human", True, True, 0, Decision.JOIN_HANDOFF),
        ([TEXT], "waiting_human", False, False, 99, Decision.JOIN_HANDOFF),
        ([], "waiting_human", True, True, 0, Decision.JOIN_HANDOFF),
        ([], "active", True, True, 0, Decision.NOTHING),
        ([], "active", True, True, 99, Decision.NOTHING),
        ([PICTURE], "active", True, True, 0, Decision.ANSWER_MEDIA),
        ([PICTURE, PICTURE], "active", True, True, 20, Decision.SUSPECT_LOOP),
        ([PICTURE, TEXT], "active", True, True, 0, Decision.THINK),
        ([message("olha", kind=MessageKind.IMAGE)], "active", True, True, 0, Decision.THINK),
        ([TEXT], "resolved", True, True, 0, Decision.THINK),
    ],
)
def test_the_next_step(
    messages: list[InboundMessage], status: str, here: bool, shop: bool, recent: int, expected: Decision
) -> None:
    """A person comes first, then the switches, then the loop breaker, then what the messages are made of."""
    conversation = CONVERSATION.model_copy(update={"status": ConversationStatus(status), "ai_enabled": here})
    assert decide(messages, conversation, SHOP.model_copy(update={"ai_enabled": shop}), recent) is expected


def test_defect_08_after_an_escalation_nothing_makes_the_assistant_speak() -> None:
    """While a person has the conversation every message joins it; with `ai_enabled` off none is answered."""
    waiting = CONVERSATION.model_copy(update={"status": ConversationStatus.WAITING_HUMAN})
    off = CONVERSATION.model_copy(update={"ai_enabled": False})
    for messages, recent in product(([TEXT], [PICTURE], [TEXT, PICTURE]), (0, 5, 99)):
        assert decide(messages, waiting, SHOP, recent) is Decision.JOIN_HANDOFF
        assert decide(messages, off, SHOP, recent) is Decision.SILENT


def test_an_owner_is_answered_while_the_shop_is_paused() -> None:
    """Who paused Client AI for the whole shop can tell Aurora to let it go on; one conversation's switch is its own."""
    owners = CONVERSATION.model_copy(update={"audience": Audience.OWNER})
    paused = SHOP.model_copy(update={"ai_enabled": False})
    assert decide([TEXT], owners, paused, 0) is Decision.THINK
    assert decide([TEXT], owners.model_copy(update={"ai_enabled": False}), SHOP, 0) is Decision.SILENT
    assert decide([TEXT], CONVERSATION, paused, 0) is Decision.SILENT


def test_a_busy_owner_is_no_loop() -> None:
    """An owner who gives order upon order is answered; what no person keeps up ends, and hands nobody over."""
    owners = CONVERSATION.model_copy(update={"audience": Audience.OWNER})
    assert decide([TEXT], owners, SHOP, SHOP.loop_limit) is Decision.THINK
    assert decide([TEXT], owners, SHOP, 3 * SHOP.loop_limit) is Decision.SILENT


def test_messages_are_sorted_by_age_and_content() -> None:
    """Past the limit only recorded, exactly at it still answered, a text of nothing asks nothing, a picture does."""
    at_limit = message(age=timedelta(hours=12), id_="limit")
    too_old = message(age=timedelta(hours=12, seconds=1), id_="old")
    old_and_empty = message("", age=timedelta(days=3), id_="old and empty")
    empty = message("", id_="empty")
    kinds = sort_by_age_and_content([too_old, at_limit, PICTURE, empty, old_and_empty, TEXT], SHOP, NOW)
    assert kinds.answerable == (at_limit, PICTURE, TEXT)
    assert kinds.too_old == (too_old, old_and_empty)
    assert kinds.empty == (empty,)


@pytest.mark.parametrize(
    ("ages", "late"), [([], False), ([10], False), ([11], True), ([0, 11], True), ([0, 1], False), ([-5], False)]
)
def test_a_late_answer_begins_with_a_word_about_it(ages: list[int], late: bool) -> None:
    """One message that waited long enough makes the whole answer late; a clock ahead of ours does not."""
    assert is_late([message(age=timedelta(minutes=age)) for age in ages], SHOP, NOW) is late


def test_who_answers_whom() -> None:
    """Client AI answers customers, Aurora answers owners."""
    assert AgentType.of(Audience.CUSTOMER) is AgentType.CLIENT_AI
    assert AgentType.of(Audience.OWNER) is AgentType.AURORA


def test_every_delivery_status_has_a_rank_of_its_own() -> None:
    """Progress is a total order."""
    assert len({status.rank for status in DeliveryStatus}) == len(DeliveryStatus)

"""A question to the shop: until when it may be answered, what it is linked to, and who may answer it how."""

import uuid
from datetime import UTC, datetime, time, timedelta

import pytest

from assistants.team import toolbox
from assistants.toolbox import Turn
from domain.aurora_rules import AuroraRules
from domain.conversation import AgentType
from domain.ids import TurnId
from domain.model import ToolOutcome, ToolRequest
from domain.opening import OpeningHours, OpenSpan
from storage import knowledge, organizations, shop_questions
from storage.database import Database
from storage.organizations import SettingsChange
from tests.office.conftest import OwnersChat
from tests.shops import Shop
from tests.storage import rows
from tests.storage.rows import Customer

MONDAY_NOON = datetime(2026, 11, 23, 15, tzinfo=UTC)
"""In São Paulo; the shop is open from 9 to 18."""
HOUR = timedelta(hours=1)


async def asks(
    database: Database, shop: Shop, who: Customer, question: str, now: datetime = MONDAY_NOON
) -> ToolOutcome:
    """The model calls ask_the_shop in a turn of that customer."""
    async with database.tenant(shop.organization_id) as tenant:
        turn = Turn(
            tenant=tenant,
            organization=await organizations.get(tenant, shop.organization_id),
            conversation_id=who.conversation_id,
            contact_id=who.contact_id,
            turn_id=TurnId(uuid.uuid4()),
            now=now,
        )
        request = ToolRequest(id="1", name="ask_the_shop", arguments=f'{{"question": "{question}"}}')
        return await toolbox(AgentType.CLIENT_AI).call(turn, request)


async def somebody(database: Database, shop: Shop, number: int = 1) -> Customer:
    """A customer."""
    async with database.tenant(shop.organization_id) as tenant:
        return await rows.customer(tenant, shop, rows.phone(number))


async def open_questions(database: Database, shop: Shop) -> list[shop_questions.ShopQuestion]:
    """What waits for an answer."""
    async with database.tenant(shop.organization_id) as tenant:
        return await shop_questions.waiting(tenant)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (MONDAY_NOON, MONDAY_NOON + HOUR),
        (datetime(2026, 11, 24, 1, tzinfo=UTC), datetime(2026, 11, 24, 13, tzinfo=UTC)),  # 22:00: an hour from 9:00 on
        (datetime(2026, 11, 23, 11, 59, tzinfo=UTC), datetime(2026, 11, 23, 13, tzinfo=UTC)),  # a minute before opening
    ],
)
async def test_the_time_to_answer_runs_while_the_shop_opens(
    database: Database, shop: Shop, now: datetime, until: datetime
) -> None:
    """Asked while the shop is closed, the owner's time begins with the next opening."""
    outcome = await asks(database, shop, await somebody(database, shop), "aceitam cartão?", now)
    assert outcome.asked_shop
    assert [one.answer_by for one in await open_questions(database, shop)] == [until]


async def test_the_time_to_answer_is_the_shops_own(database: Database, shop: Shop) -> None:
    """The rule is a setting; days on which the shop does not open are passed over."""
    async with database.tenant(shop.organization_id) as tenant:
        hours = OpeningHours({2: (OpenSpan(opens=time(10), closes=time(12)),)})
        rules = AuroraRules(question_minutes=15)
        await organizations.change(
            tenant, shop.organization_id, SettingsChange(opening_hours=hours, aurora_rules=rules)
        )
    await asks(database, shop, await somebody(database, shop), "aceitam cartão?")
    wednesday = datetime(2026, 11, 25, 13, 15, tzinfo=UTC)
    assert [one.answer_by for one in await open_questions(database, shop)] == [wednesday]


async def test_the_same_question_is_linked_to_the_one_that_was_asked(database: Database, shop: Shop) -> None:
    """All who ask the same hang on the first, never on one another; another question stands for itself."""
    for number, question in enumerate(("aceitam cartão?", "vcs aceita cartao", "cartão, aceitam?", "tem vaga?")):
        await asks(database, shop, await somebody(database, shop, number), question)
    first, second, third, other = await open_questions(database, shop)
    assert [second.asked_as, third.asked_as] == [first.id, first.id]
    assert first.asked_as is None
    assert other.asked_as is None


async def test_who_asked_already_is_refused(database: Database, shop: Shop) -> None:
    """The same customer's same question opens no second one, and they are not told again that we find out."""
    who = await somebody(database, shop)
    await asks(database, shop, who, "aceitam cartão?")
    again = await asks(database, shop, who, "vocês aceitam cartões?")
    assert (again.ok, again.asked_shop) == (False, False)
    assert "already_asked" in again.content


@pytest.mark.parametrize("question", ["oi, tudo bem?", "???", "123"])
async def test_what_asks_nothing_reaches_nobody(database: Database, shop: Shop, question: str) -> None:
    """Small talk is no question to the owner."""
    outcome = await asks(database, shop, await somebody(database, shop), question)
    assert "bad_arguments" in outcome.content
    assert not await open_questions(database, shop)


async def test_the_shop_is_not_flooded(database: Database, shop: Shop) -> None:
    """However many customers ask, an owner is written so many questions a day; the same question still joins."""
    topics = [
        "gaiola",
        "piscina",
        "farmacia",
        "entrega",
        "estacionamento",
        "adestrador",
        "hospedagem",
        "tartaruga",
        "papagaio",
        "microchip",
    ]
    topics += [f"{topic} noturna" for topic in topics]
    for number, topic in enumerate(topics):
        outcome = await asks(database, shop, await somebody(database, shop, number + 10), f"Vocês têm {topic}?")
        assert outcome.ok, outcome.content
    refused = await asks(database, shop, await somebody(database, shop, 1), "Vocês vendem aquários?")
    assert '"nobody_to_ask"' in refused.content
    assert (await asks(database, shop, await somebody(database, shop, 2), f"Vocês têm {topics[0]}?")).ok


async def test_what_the_shop_has_answered_is_not_asked(database: Database, shop: Shop, owner: OwnersChat) -> None:
    """The tool itself tells the model the answer, should it have missed it in the prompt; nobody is bothered."""
    await asks(database, shop, await somebody(database, shop), "aceitam cartão?")
    (question,) = await open_questions(database, shop)
    await owner.says("sim, crédito e débito")
    await owner.use("answer_customer", question=question.code, answer="sim, crédito e débito")
    known = await asks(database, shop, await somebody(database, shop, 2), "vcs aceitam cartão?")
    assert (known.ok, known.asked_shop) == (True, False)
    assert "crédito e débito" in known.content
    assert not await open_questions(database, shop)


async def test_only_questions_of_the_own_shop(database: Database, shop: Shop, owner: OwnersChat) -> None:
    """A code that this shop's questions do not have is none, whatever other shops have."""
    refused = await owner.use("answer_customer", question="0a1b2c3d", answer="sim")
    assert refused["error"] == "question_not_found"


async def test_a_manager_may_answer_and_the_first_answer_stays(
    database: Database, shop: Shop, owner: OwnersChat, manager: OwnersChat
) -> None:
    """The second learns who was first; what was learned is the first answer."""
    await asks(database, shop, await somebody(database, shop), "aceitam cartão?")
    (question,) = await open_questions(database, shop)
    await manager.says("aceitamos cartão sim")
    await owner.says("não aceitamos cartão")
    done = await manager.call("answer_customer", question=question.code, answer="aceitamos cartão sim")
    assert done.done == "guardei a resposta de “aceitam cartão?” e aviso o cliente agora."
    refused = await owner.use("answer_customer", question=question.code, answer="não aceitamos cartão")
    assert refused["error"] == "already_done"
    assert "Gerente já respondeu" in str(refused["message"])


async def test_words_from_before_the_question_are_no_answer(database: Database, shop: Shop, owner: OwnersChat) -> None:
    """What the owner wrote of something else, earlier, cannot be made an answer."""
    await owner.says("aceitamos cartão de crédito da fornecedora")
    await asks(database, shop, await somebody(database, shop), "aceitam cartão?")
    (question,) = await open_questions(database, shop)
    refused = await owner.use("answer_customer", question=question.code, answer="aceitamos cartão de crédito")
    assert refused["error"] == "bad_arguments"
    assert [one.status for one in await open_questions(database, shop)] == [shop_questions.QuestionStatus.ASKED]


async def test_a_new_answer_takes_the_place_of_the_old(database: Database, shop: Shop) -> None:
    """Of one question there is one active answer: the newest."""
    async with database.tenant(shop.organization_id) as tenant:
        await knowledge.learn(tenant, shop.organization_id, "Aceitam cartão?", "não", None)
        await knowledge.learn(tenant, shop.organization_id, "aceitam  CARTAO", "sim", None)
        assert [(one.question, one.answer) for one in await knowledge.active(tenant)] == [("aceitam  CARTAO", "sim")]

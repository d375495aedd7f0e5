"""The customer is never lied to about a hand-over: "vou te transferir" is said if it happened, once, and when the shop
is closed, with when somebody will be there."""

import uuid
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from activities.handing_over import HandingOver, HandOver
from activities.questions import QuestionRef, Questions
from assistants.model import ChatModel
from dev.practice_model.faults import Fault, FaultKind
from domain.conversation import HandoffReason
from domain.ids import QuestionId
from domain.opening import OpeningHours, OpenSpan
from domain.replies import NOT_ANSWERED
from storage import organizations, shop_questions
from storage.database import Database
from storage.instances import Instances
from storage.organizations import SettingsChange
from tests.engine import Engine
from tests.shops import Shop, open_shop
from tests.storage import rows
from tests.workflows.test_failures import waits_for_person
from tests.workflows.test_handoff import release
from tests.workflows.test_turns import finished

ZONE = ZoneInfo("America/Sao_Paulo")
CLAIM = "Vou te transferir para uma pessoa da equipe."
NOTE = "A loja está fechada agora e volta a abrir"
CALLED = "select 1 from alerts where kind = 'asked_by_model'"


def calls(engine: Engine, times: int = 1) -> None:
    """The model calls a person so often, in rounds of one turn, and then says so."""
    for number in range(times):
        arguments = f'{{"reason": "motivo {number}"}}'
        engine.model.faults.add(
            Fault(kind=FaultKind.BROKEN_ARGUMENTS, tool="escalate_to_human", arguments=arguments, contains="socorro")
        )
    engine.model.faults.add(Fault(kind=FaultKind.SAYS, text=CLAIM, contains="socorro"))


async def opens(engine: Engine, *, now: bool) -> None:
    """The shop is open all day, or only on the day after tomorrow."""
    later = (datetime.now(ZONE) + timedelta(days=2)).weekday()
    whole = (OpenSpan(opens=time(0), closes=time(23, 59, 59)),)
    hours = OpeningHours(dict.fromkeys(range(7) if now else [later], whole))
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await organizations.change(tenant, engine.shop.organization_id, SettingsChange(opening_hours=hours))


@pytest.mark.parametrize("is_open", [True, False])
async def test_called_twice_in_a_turn_it_is_said_once(engine: Engine, is_open: bool) -> None:
    """One message, one hand-over with the first reason, one alert, and one word on when somebody will be there."""
    await opens(engine, now=is_open)
    calls(engine, times=2)
    await engine.says("socorro")
    (said,) = await engine.replies(1)
    await engine.until(lambda: waits_for_person(engine))
    assert said.startswith(CLAIM)
    assert said.count("transferir") == 1
    assert said.count(NOTE) == (0 if is_open else 1)
    assert len(await engine.rows(CALLED)) == 1
    (handoff,) = await engine.rows("select detail from handoffs where ended_at is null")
    assert handoff["detail"] == "motivo 0"
    assert len(await engine.replies(1)) == 1


async def test_while_a_person_has_it_nobody_says_it_again(engine: Engine) -> None:
    """She asks for a person once more: it is recorded, nothing is said, and the hand-over is the same."""
    calls(engine)
    await engine.says("socorro")
    await engine.replies(1)
    await engine.until(lambda: waits_for_person(engine))
    await engine.says("socorro de novo, quero uma pessoa")
    await engine.until_row("select 1 from messages where content like 'socorro de novo%'")
    assert len(engine.bridge.record.sent) == 1
    assert len(await engine.rows("select 1 from handoffs")) == 1
    assert len(await engine.rows(CALLED)) == 1


async def test_given_back_it_is_said_only_if_it_happens_again(engine: Engine) -> None:
    """What was true of the hand-over before is no support: the model is corrected, or calls again."""
    calls(engine)
    await engine.says("socorro")
    await engine.replies(1)
    await engine.until(lambda: waits_for_person(engine))
    await release(engine)
    await finished(engine)
    engine.model.faults.add(Fault(kind=FaultKind.SAYS, text=CLAIM, contains="banho"))
    await engine.says("quanto custa o banho?")
    second = (await engine.replies(2))[1]
    assert "transferir" not in second
    assert len(await engine.rows("select 1 from handoffs")) == 1
    calls(engine)
    await engine.says("socorro outra vez")
    assert (await engine.replies(3))[2].startswith(CLAIM)
    assert len(await engine.rows("select 1 from handoffs")) == 2


@pytest.fixture
async def shop(database: Database, instances: Instances) -> Shop:
    """A shop that opens every day from nine to six."""
    return await open_shop(database, instances)


NIGHT = datetime(2026, 11, 22, 22, tzinfo=ZONE)
NOON = datetime(2026, 11, 23, 12, tzinfo=ZONE)


@pytest.mark.parametrize(("now", "said"), [(NIGHT, "amanhã, segunda-feira, às 9h"), (NOON, None), (None, None)])
async def test_a_hand_over_by_failure_knows_when_somebody_is_there(
    database: Database, shop: Shop, now: datetime | None, said: str | None
) -> None:
    """The sentence for the customer while the shop is closed; again on a second run; none without a time."""
    async with database.tenant(shop.organization_id) as tenant:
        who = await rows.customer(tenant, shop)
    order = HandOver(
        organization_id=shop.organization_id,
        conversation_id=who.conversation_id,
        reason=HandoffReason.MODEL_FAILURE,
        fingerprint="run/1",
        now=now,
    )
    notes = [await HandingOver(database).hand_over(order) for _ in range(2)]
    if said is None:
        assert notes == [None, None]
    else:
        assert notes[0] is not None
        assert said in notes[0]
        assert notes[1] == notes[0]


@pytest.mark.parametrize(("now", "note"), [(NIGHT, f"\n\n{NOTE} amanhã, segunda-feira, às 9h"), (NOON, "")])
async def test_a_question_that_nobody_answered_tells_when_somebody_is_there(
    database: Database, shop: Shop, now: datetime, note: str
) -> None:
    """The letter about the hand-over has the sentence while the shop is closed."""
    async with database.tenant(shop.organization_id) as tenant:
        who = await rows.customer(tenant, shop)
        await rows.wrote(tenant, shop, who, "tem estacionamento?")
        await shop_questions.add(
            tenant,
            shop.organization_id,
            who.conversation_id,
            who.contact_id,
            question="tem estacionamento?",
            answer_by=now,
            asked_as=None,
        )
        question = QuestionId(await tenant.fetchval("select id from shop_questions"))
    model = ChatModel.connect(api_key=SecretStr(uuid.uuid4().hex), base_url="http://127.0.0.1:9", timeout_seconds=1)
    ref = QuestionRef(organization_id=shop.organization_id, id=question, now=now)
    await Questions(database, model).lapse_question(ref)
    await model.close()
    async with database.tenant(shop.organization_id) as tenant:
        content = await tenant.fetchval("select content from letters")
    assert content.startswith(f"{NOT_ANSWERED}{note}")
    assert (content == NOT_ANSWERED) is (not note)

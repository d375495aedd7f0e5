"""A step that keeps failing is seen with its error, can be tried at once, and done without."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, get_type_hints
from uuid import uuid4

import asyncpg
import httpx
import pytest
from pydantic import BaseModel, SecretStr
from temporalio.client import Client

from activities.thinking import AskModel, TurnRef
from activities.watching import organization_of
from assistants.model import ChatModel
from channels.registry import channels
from dev.postgres import DatabaseUrls
from dev.practice_model.faults import Fault, FaultKind
from domain import replies
from domain.conversation import AgentType, HandoffReason
from domain.ids import ContactId, ConversationId, DeedId, LetterId, OrganizationId, TurnId
from domain.letters import LetterPurpose
from domain.stuck import shown_error, step_in_words
from operating.deeds import Deed
from operating.inspecting import Inspecting, StuckNow
from operating.refusal import Refused
from operating.unsticking import Retried, StepName, Unsticking
from storage import conversations, letters
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.engine import Engine, running_engine
from tests.fakes.faults import Answer, Hang
from tests.shops import CUSTOMER, open_shop
from worker import activities_of
from workflows import contracts
from workflows.ids import letter_workflow_id

AWAY = Answer(503, {"error": "overloaded with secret words"})
BUSY = Answer(429, headers={"retry-after": "0.1"})


@pytest.fixture
async def engine(
    database: Database, instances: Instances, keys: Keys, temporal_client: Client, database_urls: DatabaseUrls
) -> AsyncIterator[Engine]:
    """Everything runs; time passes as it does."""
    async with running_engine(database, instances, keys, temporal_client, database_urls.app) as running:
        yield running


@pytest.fixture
def inspecting(engine: Engine) -> Inspecting:
    """Looks at the engine."""
    return Inspecting(engine.database, engine.temporal)


@pytest.fixture
def unstick(engine: Engine) -> Unsticking:
    """Does something about it."""
    return Unsticking(engine.database, engine.temporal)


def deed() -> Deed:
    """A new form's."""
    return Deed(DeedId(uuid4()))


def name_of(step: StuckNow) -> StepName:
    """What the console's button says."""
    return StepName(workflow_id=step.row.workflow_id, activity_id=step.row.activity_id)


async def stuck_send(engine: Engine, inspecting: Inspecting) -> StuckNow:
    """A customer's answer that the provider has refused to take three times."""
    engine.bridge.faults.next(BUSY, BUSY)
    engine.bridge.faults.always = AWAY
    await engine.says("oi")
    await engine.until_row("select workflow_id from stuck_steps")
    (step,) = await inspecting.stuck(engine.shop.organization_id)
    return step


async def nothing_stuck(engine: Engine) -> None:
    """Wait until no row is left."""

    async def is_clear() -> bool:
        return not await engine.rows("select true from stuck_steps")

    await engine.until(is_clear)


async def test_a_step_that_fails_thrice_is_seen_and_one_that_succeeds_is_gone(
    engine: Engine, inspecting: Inspecting, unstick: Unsticking
) -> None:
    """With whose conversation it holds up, what is wrong, how often and until when; tried at once on demand."""
    step = await stuck_send(engine, inspecting)
    (conversation,) = await engine.rows("select id from conversations")
    assert (step.row.conversation_id, step.row.customer) == (conversation["id"], "Cliente")
    assert (step.step, step.row.attempts, step.row.is_local) == ("enviar a resposta", 3, False)
    assert step.error == "o provedor não confirmou se a mensagem saiu"
    assert "secret" not in step.row.error
    assert step.pending is not None
    assert step.pending.attempt == 4
    assert step.pending.next_try is not None
    assert step.pending.next_try > datetime.now(UTC)
    (of_it,) = await inspecting.stuck_in(engine.shop.organization_id, step.row.conversation_id or conversation["id"])
    assert of_it.row == step.row
    engine.bridge.faults.always = None
    assert await unstick.retry_now(engine.shop.organization_id, name_of(step), deed()) is Retried.ORDERED
    await engine.replies(1, timeout=5)
    await nothing_stuck(engine)
    assert [row["action"] for row in await engine.rows("select action from audit_log")] == ["retry_step"]


async def test_each_further_failure_is_noted(engine: Engine, inspecting: Inspecting, unstick: Unsticking) -> None:
    """A try that somebody asked for and that failed again counts on; since when it fails stays."""
    step = await stuck_send(engine, inspecting)
    await unstick.retry_now(engine.shop.organization_id, name_of(step), deed())
    await engine.until_row("select true from stuck_steps where attempts = 4")
    (again,) = await inspecting.stuck(engine.shop.organization_id)
    assert again.row.first_failed_at == step.row.first_failed_at
    assert again.row.last_failed_at > step.row.last_failed_at


async def test_a_try_under_way_is_left_alone(engine: Engine, inspecting: Inspecting, unstick: Unsticking) -> None:
    """Who asks for a try while one is being made is told so; it is not interrupted."""
    step = await stuck_send(engine, inspecting)
    engine.bridge.faults.always = Hang()
    shop = engine.shop.organization_id
    assert await unstick.retry_now(shop, name_of(step), deed()) is Retried.ORDERED

    async def is_running() -> bool:
        (now,) = await inspecting.stuck(shop)
        return now.pending is not None and now.pending.is_running

    await engine.until(is_running)
    assert await unstick.retry_now(shop, name_of(step), deed()) is Retried.UNDER_WAY
    engine.bridge.faults.always = None
    engine.bridge.faults.release()


@asynccontextmanager
async def table_refuses(urls: DatabaseUrls, table: str) -> AsyncIterator[None]:
    """Every write of one table is given up by the database, as two that lock each other out are."""
    owner = await asyncpg.connect(urls.owner)
    await owner.execute(
        """create function gives_up() returns trigger language plpgsql as
           $$ begin raise exception 'could not serialize' using errcode = '40001'; end $$"""
    )
    await owner.execute(f"create trigger gives_up before insert or update on {table} execute function gives_up()")
    try:
        yield
    finally:
        await owner.execute("drop function gives_up cascade")
        await owner.close()


async def test_a_local_step_is_seen_and_cannot_be_hastened(
    engine: Engine, inspecting: Inspecting, unstick: Unsticking, database_urls: DatabaseUrls
) -> None:
    """A step inside the worker is noted like another; it is cleared as soon as it has succeeded."""
    shop = engine.shop.organization_id
    async with table_refuses(database_urls, "messages"):
        await engine.says("oi")
        await engine.until_row("select true from stuck_steps")
        (step,) = await inspecting.stuck(shop)
        assert (step.row.activity, step.row.is_local, step.pending) == ("open_turn", True, None)
        assert step.error == "o banco de dados não responde"
        with pytest.raises(Refused, match="sozinho"):
            await unstick.retry_now(shop, name_of(step), deed())
    await engine.replies(1)
    await nothing_stuck(engine)


async def test_a_step_that_is_given_up_is_gone(engine: Engine, database_urls: DatabaseUrls) -> None:
    """After its last try a call of the model is nobody's to wait for: the conversation goes to a person."""
    engine.model.faults.add(Fault(kind=FaultKind.RATE_LIMIT, retry_after="0.3", times=4))
    await engine.says("oi")
    row = await engine.until_row("select activity, error_type, attempts from stuck_steps")
    assert tuple(row) == ("ask_model", "ModelUnavailable", 3)
    await engine.replies(1)
    await nothing_stuck(engine)


async def test_a_conversation_that_ended_by_force_is_not_stuck(engine: Engine, inspecting: Inspecting) -> None:
    """What no execution waits for any more is cleared when somebody looks."""
    await stuck_send(engine, inspecting)
    await engine.temporal.get_workflow_handle(engine.workflow_id()).terminate()
    assert await inspecting.stuck(engine.shop.organization_id) == []
    assert await engine.rows("select true from stuck_steps") == []


async def test_a_note_that_cannot_be_made_changes_nothing(engine: Engine, database_urls: DatabaseUrls) -> None:
    """The step fails and succeeds as it would have; only nobody sees it fail."""
    engine.model.faults.add(Fault(kind=FaultKind.RATE_LIMIT, retry_after="0.1", times=3))
    async with table_refuses(database_urls, "stuck_steps"):
        await engine.says("oi")
        assert await engine.replies(1) != [replies.MODEL_FAILED_CUSTOMER]
    assert await engine.rows("select true from stuck_steps") == []


async def test_the_happy_path_asks_the_database_nothing(
    database: Database, database_urls: DatabaseUrls, engine: Engine
) -> None:
    """A turn in which nothing fails thrice leaves the table of stuck steps alone."""
    engine.bridge.faults.next(BUSY)
    await engine.says("oi")
    await engine.replies(1)
    owner = await asyncpg.connect(database_urls.owner)
    await owner.execute("select pg_stat_force_next_flush()")
    scans = await owner.fetchval(
        "select coalesce(seq_scan, 0) + coalesce(idx_scan, 0) from pg_stat_all_tables where relname = 'stuck_steps'"
    )
    await owner.close()
    assert scans == 0


async def test_another_shop_sees_and_does_nothing(
    engine: Engine, inspecting: Inspecting, unstick: Unsticking, instances: Instances
) -> None:
    """A guessed name of another shop's step is of nothing."""
    step = await stuck_send(engine, inspecting)
    stranger = (await open_shop(engine.database, instances, name="Outra")).organization_id
    assert await inspecting.stuck(stranger) == []
    for act in (unstick.retry_now, unstick.skip):
        with pytest.raises(Refused):
            await act(stranger, name_of(step), deed())
    with pytest.raises(Refused):
        await inspecting.waiting_for(stranger, step.row.conversation_id or ConversationId(uuid4()))


async def letter_to_customer(engine: Engine) -> LetterId:
    """A letter to the one customer, which the provider refuses to take."""
    (who,) = await engine.rows("select contact_id from conversations")
    engine.bridge.faults.next(BUSY, BUSY)
    engine.bridge.faults.always = AWAY
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        return await letters.write(
            tenant,
            engine.shop.organization_id,
            who["contact_id"],
            purpose=LetterPurpose.MESSAGE,
            content="Olá!",
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )


async def test_a_letter_is_done_without(engine: Engine, inspecting: Inspecting, unstick: Unsticking) -> None:
    """It is cancelled, what is left of it fails, its workflow ends at once, and the deed is noted once."""
    await engine.says("oi")
    await engine.replies(1)
    letter = await letter_to_customer(engine)
    await engine.until_row("select true from stuck_steps")
    (step,) = await inspecting.stuck(engine.shop.organization_id)
    assert (step.step, step.row.customer, step.can_be_skipped) == ("enviar a mensagem", "Cliente", True)
    once = deed()
    await unstick.skip(engine.shop.organization_id, name_of(step), once)
    await asyncio.wait_for(engine.temporal.get_workflow_handle(letter_workflow_id(letter)).result(), 5)
    await nothing_stuck(engine)
    (row,) = await engine.rows("select l.status, m.status from letters l join messages m on m.turn_id = l.id")
    assert tuple(row) == ("cancelled", "failed")
    assert [tuple(row) for row in await engine.rows("select action, deed_id from audit_log")] == [
        ("skip_step", once.id)
    ]
    with pytest.raises(Refused, match="já não está parado"):
        await unstick.skip(engine.shop.organization_id, name_of(step), once)


async def test_a_turn_is_done_without(engine: Engine, inspecting: Inspecting, unstick: Unsticking) -> None:
    """The reply that could not be sent fails, what the customer wrote is kept, and the conversation goes on."""
    step = await stuck_send(engine, inspecting)
    await unstick.skip(engine.shop.organization_id, name_of(step), deed())
    await asyncio.wait_for(engine.temporal.get_workflow_handle(engine.workflow_id()).result(), 10)
    assert await inspecting.stuck(engine.shop.organization_id) == []
    found = await engine.rows("select direction, status, handled_as from messages order by seq")
    assert [tuple(row) for row in found] == [("inbound", "received", "recorded"), ("outbound", "failed", None)]
    engine.bridge.faults.always = None
    await engine.says("quanto custa o banho?")
    assert "R$ 50,00" in (await engine.replies(1))[0]


async def test_what_it_waits_for_is_told(engine: Engine, inspecting: Inspecting) -> None:
    """While a person is called, by the hand-over's own words; while nothing runs, so; where no worker answers, by the
    row."""
    await engine.says("quero falar com um atendente")
    await engine.until_row("select true from conversations where status = 'waiting_human'")
    (conversation,) = await engine.rows("select id from conversations")
    shop, conversation_id = engine.shop.organization_id, ConversationId(conversation["id"])

    async def handed_over() -> bool:
        found = await engine.temporal.get_workflow_handle(engine.workflow_id()).describe()
        return found.workflow_type == "HandoffWorkflow"

    await engine.until(handed_over)
    told = await inspecting.waiting_for(shop, conversation_id)
    assert "A assistente chamou uma pessoa" in told.what
    assert told.run_id is not None
    await engine.temporal.get_workflow_handle(engine.workflow_id()).terminate()
    told = await inspecting.waiting_for(shop, conversation_id)
    assert "nenhuma execução" in told.what
    assert told.run_id is None


async def test_where_no_worker_answers_the_row_is_told(engine: Engine, inspecting: Inspecting) -> None:
    """A query waits for a worker; the row does not."""
    await engine.says("oi")
    await engine.replies(1)
    (conversation,) = await engine.rows("select id, contact_id from conversations")
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await conversations.hand_over(tenant, conversation["id"], HandoffReason.ASKED_BY_MODEL)
    await engine.temporal.get_workflow_handle(engine.workflow_id()).result()
    await engine.temporal.start_workflow(
        contracts.HANDOFF_WORKFLOW, id=engine.workflow_id(), task_queue=f"nobody-{uuid4().hex}"
    )
    told = await inspecting.waiting_for(engine.shop.organization_id, ConversationId(conversation["id"]))
    assert told.what.startswith("A assistente chamou uma pessoa, esperando")
    assert told.run_id is not None


def test_every_step_is_some_shops_and_has_words(engine_activities: Sequence[Callable[..., Any]]) -> None:
    """What an activity takes says whose it is, at its top or one below; and operators read what it does."""
    for step in engine_activities:
        name = step.__name__
        assert step_in_words(name) != "passo interno", name
        hints = [kind for what, kind in get_type_hints(step).items() if what != "return"]
        assert any(_says_whose(kind) for kind in hints), name


def _says_whose(kind: type[BaseModel]) -> bool:
    fields = kind.model_fields
    below = [field.annotation for field in fields.values()]
    return "organization_id" in fields or any(
        isinstance(one, type) and issubclass(one, BaseModel) and "organization_id" in one.model_fields for one in below
    )


@pytest.fixture
def engine_activities(database: Database, instances: Instances) -> Sequence[Callable[..., Any]]:
    """What a worker registers."""
    chat = ChatModel.connect(api_key=SecretStr("x"), base_url="http://127.0.0.1:9", timeout_seconds=1)
    return activities_of(database, instances, channels(httpx.AsyncClient()), chat)


def test_the_shop_is_found_below_the_top() -> None:
    """A tool's call names the turn, and the turn the shop; what names none is nobody's."""
    turn = TurnRef(
        organization_id=OrganizationId(uuid4()),
        conversation_id=ConversationId(uuid4()),
        contact_id=ContactId(uuid4()),
        agent=AgentType.CLIENT_AI,
        turn_id=TurnId(uuid4()),
        now=datetime.now(UTC),
    )
    assert organization_of([AskModel(turn=turn, round=1)]) == turn.organization_id
    assert organization_of([turn]) == turn.organization_id
    assert organization_of(["loja", 1]) is None


def test_no_number_is_kept_of_an_error() -> None:
    """Whatever a provider says of whom it could not reach."""
    assert shown_error(f"no such number {CUSTOMER}") == "no such number 5511*****0001"
    assert len(shown_error("x" * 1_000)) == 500

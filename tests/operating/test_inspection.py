"""What docs/inspection.md says of the Temporal Web UI is so: its filters find what they say, on the real server."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory

from dev.postgres import DatabaseUrls
from domain.addresses import message_key
from domain.ids import ConversationId, DeedId
from domain.operators import OperatorRole
from operating import operators
from operating.attending import Attending
from operating.deeds import Deed
from operating.finding import find_message
from operating.passwords import Passwords
from operating.refusal import NotInShop
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.engine import Engine, running_engine
from tests.shops import CUSTOMER, open_shop
from worker import WORKFLOWS

PAGE = (Path(__file__).parents[2] / "docs" / "inspection.md").read_text()
BY_DEADLINE, BY_OPERATOR, OVERDUE, FAILED, OF_MESSAGE = re.findall(r"^    (\w+ .*)$", PAGE, re.MULTILINE)
OTHER_CUSTOMER = "5511999990002"
_STEPS = (EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, EventType.EVENT_TYPE_TIMER_STARTED)


@pytest.fixture
async def engine(
    database: Database, instances: Instances, keys: Keys, temporal_client: Client, database_urls: DatabaseUrls
) -> AsyncIterator[Engine]:
    """Everything runs; time passes as it does."""
    async with running_engine(database, instances, keys, temporal_client, database_urls.app) as running:
        yield running


async def listed(engine: Engine, query: str, **names: object) -> set[tuple[str, str]]:
    """Id and type of what a filter finds."""
    shown = {
        name: f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value for name, value in names.items()
    }
    found = engine.temporal.list_workflows(query.format(**shown))
    return {(one.id, one.workflow_type) async for one in found}


async def until_listed(engine: Engine, expected: set[tuple[str, str]], query: str, **names: object) -> None:
    """Visibility follows a moment later."""

    async def is_so() -> bool:
        return await listed(engine, query, **names) == expected

    await engine.until(is_so)


async def asks_for_a_person(engine: Engine, phone: str = CUSTOMER) -> tuple[str, str]:
    """A customer who waits for somebody; the execution that keeps them."""
    await engine.says("quero falar com um atendente", phone=phone)
    execution = (engine.workflow_id(phone), "HandoffWorkflow")

    async def is_kept() -> bool:
        rows = await engine.rows("select due_at from handoffs where due_at is not null")
        found = await engine.temporal.get_workflow_handle(execution[0]).describe()
        return bool(rows) and found.workflow_type == execution[1]

    await engine.until(is_kept)
    return execution


async def test_hand_overs_by_deadline_and_overdue(engine: Engine) -> None:
    """A hand-over is found by its next deadline, in its own shop; overdue only when that has passed."""
    execution = await asks_for_a_person(engine)
    (row,) = await engine.rows("select due_at from handoffs")
    shop, due, minute = engine.shop.organization_id, row["due_at"].astimezone(UTC), timedelta(minutes=1)
    await until_listed(engine, {execution}, BY_DEADLINE, shop=shop, time=due + minute)
    assert await listed(engine, BY_DEADLINE, shop=shop, time=due - minute) == set()
    assert await listed(engine, BY_DEADLINE, shop=uuid4(), time=due + minute) == set()
    assert execution in await listed(engine, OVERDUE, now=due + minute)
    assert execution not in await listed(engine, OVERDUE, now=datetime.now(UTC))


async def test_what_one_operator_has(engine: Engine) -> None:
    """What was taken is the operator's; what waits is nobody's."""
    taken, _ = await asks_for_a_person(engine), await asks_for_a_person(engine, OTHER_CUSTOMER)
    ana = await operators.add(
        engine.database,
        Passwords(),
        engine.shop.organization_id,
        Deed(DeedId(uuid4())),
        name="Ana",
        email="ana@example.com",
        role=OperatorRole.ATTENDANT,
        password="cachorro quente 42",
    )
    (conversation,) = await engine.rows("select id from conversations where conversation_key = $1", taken[0][13:])
    attending = Attending(engine.database, engine.temporal, task_queue=engine.settings.auzap_task_queue)
    await attending.claim(ana, ConversationId(conversation["id"]), DeedId(uuid4()))
    await until_listed(engine, {taken}, BY_OPERATOR, operator=ana.id)
    assert await listed(engine, BY_OPERATOR, operator=uuid4()) == set()


async def test_failed_conversations_are_the_dead_letters(engine: Engine, database_urls: DatabaseUrls) -> None:
    """A run that could not go on shows as failed, and its messages are a dead letter."""
    owner = await asyncpg.connect(database_urls.owner)
    await owner.execute("revoke insert on messages from auzap_app")
    await owner.close()
    await engine.says("oi")
    await until_listed(engine, {(engine.workflow_id(), "MessageWorkflow")}, FAILED, shop=engine.shop.organization_id)
    (letter,) = await engine.rows("select workflow_id from dead_letters")
    assert letter["workflow_id"] == engine.workflow_id()


async def test_the_conversation_of_a_message(engine: Engine, instances: Instances) -> None:
    """By its hash as long as it began the run; by `auzap message find` in any case, and in no other shop."""
    await engine.says("oi", message_id="3EB0FIRST")
    await engine.replies(1)
    key = message_key(engine.settings.id_secret, engine.shop.instance.id, "3EB0FIRST")
    execution = (engine.workflow_id(), "MessageWorkflow")
    await until_listed(engine, {execution}, OF_MESSAGE, message=key)
    shop, secret = engine.shop.organization_id, engine.settings.id_secret
    found = await find_message(engine.database, instances, engine.temporal, secret, shop, "3EB0FIRST")
    (conversation,) = await engine.rows("select id from conversations")
    assert (found.conversation_id, found.workflow_id) == (conversation["id"], execution[0])
    assert [run.workflow_id for run in found.runs] == [execution[0]]
    other = await open_shop(engine.database, instances, name="Outra")
    for stranger, message in ((other.organization_id, "3EB0FIRST"), (shop, "3EB0NONE"), (shop, "' OR ''='")):
        with pytest.raises(NotInShop):
            await find_message(engine.database, instances, engine.temporal, secret, stranger, message)


def summaries(history: WorkflowHistory) -> list[str]:
    """What each step and timer of a run says of itself; empty where one says nothing."""
    return [
        event.user_metadata.summary.data.decode()
        for event in history.events
        if event.event_type in _STEPS or event.marker_recorded_event_attributes.marker_name == "core_local_activity"
    ]


async def test_every_step_says_what_it_does_and_nothing_of_anybody(engine: Engine) -> None:
    """Activities, local activities and timers, from the customer's word to the hand-over, without personal data."""
    execution, _ = await asks_for_a_person(engine)
    runs = [one.run_id async for one in engine.temporal.list_workflows(f"WorkflowId = '{execution}'")]
    assert len(runs) == 2
    said = [
        summary
        for run in runs
        for summary in summaries(await engine.temporal.get_workflow_handle(execution, run_id=run).fetch_history())
    ]
    assert '"abrir a conversa e ler o que o cliente escreveu"' in said
    assert all(said), said
    assert "passo interno" not in "".join(said)
    for private in (CUSTOMER, CUSTOMER[-8:], 'Cliente"', "quero falar"):
        assert private not in "".join(said)


def test_the_page_knows_every_workflow_and_five_filters() -> None:
    """A workflow that is not on the page would be a riddle in the Web UI."""
    for workflow in WORKFLOWS:
        assert f"| `{workflow.__name__}` |" in PAGE
    assert [query.count("{") for query in (BY_DEADLINE, BY_OPERATOR, OVERDUE, FAILED, OF_MESSAGE)] == [2, 1, 1, 1, 1]

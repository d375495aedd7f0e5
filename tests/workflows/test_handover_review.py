"""Hand-overs in the moments between two states: nothing is lost, nothing is answered twice, nobody waits unnoticed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.workflow import Info

from activities.serving import CarryOut, Serving
from assistants.model import ChatModel
from channels.registry import channels
from dev.postgres import DatabaseUrls
from dev.practice_model.faults import Fault, FaultKind
from domain.conversation import HandoffReason
from domain.handoffs import Deadline, DueKind, HandoffState
from domain.ids import NoteId
from operating.refusal import Refused
from storage import conversations, handoffs
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.engine import Engine, running_engine, upsert, whatsapp_message
from tests.shops import open_shop
from tests.storage import rows
from tests.workflows.people import Team, deed, team_of
from tests.workflows.test_failures import conversation_status
from tests.workflows.test_handoff import hand_over, recorded, release
from tests.workflows.test_turns import finished
from worker import activities_of, worker_for
from workflows import contracts
from workflows.contracts import Claim, HandoffStart, PersonNote, PersonReply, Release, Resolve, Skip, Standing

PRICE = "R$ 50,00"
LONG = 40
"""Events after which a run continues as new, where a test wants that."""


@pytest.fixture
async def team(engine: Engine) -> Team:
    """Ana and Bruno, in a shop that runs."""
    return await team_of(engine)


@pytest.fixture
async def idle_engine(
    database: Database, instances: Instances, keys: Keys, temporal_client: Client, database_urls: DatabaseUrls
) -> AsyncIterator[Engine]:
    """Everything runs but the worker."""
    async with running_engine(database, instances, keys, temporal_client, database_urls.app, worker=False) as running:
        yield running


@asynccontextmanager
async def working(engine: Engine, instances: Instances) -> AsyncIterator[None]:
    """The worker is there."""
    chat = ChatModel.connect(api_key=SecretStr("x"), base_url=engine.model.base_url, timeout_seconds=5)
    activities = activities_of(engine.database, instances, channels(engine.http), chat, None)
    queue = engine.settings.auzap_task_queue
    async with worker_for(engine.temporal, activities, database=engine.database, task_queue=queue):
        yield
    await chat.close()


async def signal(engine: Engine, name: str, order: object) -> None:
    """Tell the conversation's workflow, whatever it is."""
    await engine.temporal.get_workflow_handle(engine.workflow_id()).signal(name, order)


async def updated(engine: Engine, name: str, order: object) -> None:
    """Ask the conversation's workflow, however long it takes."""
    await engine.temporal.get_workflow_handle(engine.workflow_id()).execute_update(name, order)


def words_of(team: Team, text: str) -> PersonReply:
    """What Ana says."""
    return PersonReply(operator_id=team.ana.id, text=text, deed_id=deed())


async def noted(engine: Engine, team: Team, text: str) -> None:
    """A note is written by the workflow: what was signalled before has been taken up."""
    await signal(engine, contracts.NOTE, PersonNote(operator_id=team.ana.id, text=text, note_id=NoteId(deed())))
    await engine.until_row("select 1 from conversation_notes where content = $1", text)


async def standing_of(engine: Engine) -> Standing:
    """What the workflow itself knows."""
    found = await engine.temporal.get_workflow_handle(engine.workflow_id()).query("standing", result_type=Standing)
    assert isinstance(found, Standing)
    return found


async def test_what_is_written_after_a_resolve_is_not_settled_with_it(
    idle_engine: Engine, instances: Instances
) -> None:
    """No worker is there when a matter is settled, and the customer writes hours later: the AI answers that."""
    engine = idle_engine
    async with working(engine, instances):
        await hand_over(engine)
        await engine.until_row("select 1 from handoffs where due_kind = 'remind'")
    await signal(engine, contracts.RESOLVE, Resolve(by="teste"))
    await engine.says("quanto custa o banho?")
    async with working(engine, instances):
        assert PRICE in (await engine.replies(2))[1]
        await finished(engine)
    states = await engine.rows("select state from handoffs order by opened_at")
    assert [row["state"] for row in states] == ["resolved"]


async def test_who_types_on_the_phone_after_a_release_has_the_conversation(
    idle_engine: Engine, instances: Instances
) -> None:
    """No worker is there when it is given back, and somebody answers on the phone before one is: the AI is silent."""
    engine = idle_engine
    async with working(engine, instances):
        await hand_over(engine)
        await engine.until_row("select 1 from handoffs where due_kind = 'remind'")
    await signal(engine, contracts.RELEASE, Release(by="teste"))
    await engine.deliver(upsert(whatsapp_message({"conversation": "Oi, aqui é da loja"}, from_me=True)))
    async with working(engine, instances):
        await engine.until_row("select 1 from handoffs where reason = 'answered_on_phone' and due_kind = 'quiet'")
        assert await conversation_status(engine) == "waiting_human"


async def test_what_is_written_while_a_last_reply_is_on_its_way_is_not_lost(engine: Engine, team: Team) -> None:
    """It was given back while a reply was being written, and the customer wrote in that moment: the AI answers."""
    await hand_over(engine)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await tenant.execute("lock table letters in exclusive mode")
        replying = asyncio.create_task(updated(engine, contracts.REPLY, words_of(team, "Só um momento")))
        await rows.until_somebody_waits(tenant)
        await signal(engine, contracts.RELEASE, Release(by="teste"))
        await engine.until(lambda: _is_active(engine), timeout=30)
        await engine.says("quanto custa o banho?")
        await engine.until(lambda: _heard(engine, "message_received"), timeout=30)
    await replying
    assert any(PRICE in text for text in await engine.replies(3, timeout=30))
    await finished(engine)


async def _is_active(engine: Engine) -> bool:
    return await conversation_status(engine) == "active"


async def _heard(engine: Engine, name: str) -> bool:
    """Whether the last signal of that name has reached the workflow's code."""
    handle = engine.temporal.get_workflow_handle(engine.workflow_id())
    events = list((await handle.fetch_history()).events)
    signals = [
        number
        for number, event in enumerate(events)
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
        and event.workflow_execution_signaled_event_attributes.signal_name == name
    ]
    started = [n for n, e in enumerate(events) if e.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED]
    return bool(signals and started) and started[-1] > signals[-1]


async def test_a_release_that_meets_a_new_run_is_carried_out(
    engine: Engine, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The history is long, and a step is slow: what is ordered meanwhile is not left behind in the old run."""
    await hand_over(engine)
    await team.until_standing(due_kind="remind")
    monkeypatch.setattr(Info, "is_continue_as_new_suggested", lambda info: info.get_current_history_length() > 12)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await tenant.execute("select 1 from handoffs for update")
        order = Claim(operator_id=team.ana.id, conversation_id=await team.conversation(), deed_id=deed())
        taking = asyncio.create_task(updated(engine, contracts.CLAIM, order))
        await rows.until_somebody_waits(tenant)
        await signal(engine, contracts.RELEASE, Release(by="teste"))
        await engine.until(lambda: _heard(engine, "release"), timeout=30)
    await asyncio.wait([taking])
    await engine.until(lambda: _is_active(engine))
    await finished(engine)


def _is_long(info: Info) -> bool:
    """Whether a run is to continue as new."""
    return info.get_current_history_length() > LONG


async def test_everything_goes_on_in_a_new_run(engine: Engine, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has it, since when she waits, what is due, and what nobody answered: all of it is in the next run."""
    monkeypatch.setattr(Info, "is_continue_as_new_suggested", _is_long)
    await hand_over(engine)
    conversation = await team.conversation()
    await team.attending.reply(team.ana, conversation, "Oi, sou a Ana", deed())
    await team.until_standing(due_kind="idle")
    await engine.says("quanto custa o banho?")
    await team.until_standing(due_kind="remind")
    before = await team.standing()
    first = (await engine.temporal.get_workflow_handle(engine.workflow_id()).describe()).run_id
    for number in range(8):
        await noted(engine, team, f"nota {number}")
    now = await engine.temporal.get_workflow_handle(engine.workflow_id()).describe()
    assert now.run_id != first
    known = await standing_of(engine)
    assert (known.operator_id, known.waiting_since) == (team.ana.id, before["waiting_since"])
    assert [one.kind for one in known.deadlines] == [DueKind.REMIND, DueKind.ESCALATE, DueKind.TELL_CUSTOMER]
    await team.attending.release(team.ana, conversation, deed())
    assert PRICE in (await engine.replies(3))[2]
    assert len(await engine.rows("select 1 from conversation_notes")) == 8


async def test_what_a_number_delivers_again_makes_nobody_wait(engine: Engine, team: Team) -> None:
    """A message that a person has answered comes once more, as after a reconnection: the customer does not wait."""
    await hand_over(engine)
    conversation = await team.conversation()
    await engine.says("alguém aí?", message_id="3EB0AGAIN")
    await recorded(engine, "alguém aí?")
    await team.attending.reply(team.ana, conversation, "Oi, sou a Ana", deed())
    await team.until_standing(due_kind="idle", waiting_since=None)
    await engine.says("alguém aí?", message_id="3EB0AGAIN")
    for text in ("um", "dois"):
        await noted(engine, team, text)
    known = await standing_of(engine)
    assert known.waiting_since is None
    assert [one.kind for one in known.deadlines] == [DueKind.IDLE]


async def test_a_claim_answers_nothing(engine: Engine, team: Team) -> None:
    """The answer waits for the shop's number when an operator comes: given back in silence, the AI answers it."""
    engine.bridge.connected = False
    await engine.says("quanto custa o banho?")
    await engine.until_row("select 1 from messages where direction = 'outbound'")
    conversation = await team.conversation()
    await team.attending.claim(team.ana, conversation, deed())
    await team.until_standing(state="claimed", operator_id=team.ana.id, due_kind="remind")
    engine.bridge.connected = True
    await team.attending.release(team.ana, conversation, deed())
    assert PRICE in (await engine.replies(1))[0]


async def test_whose_turn_is_stopped_by_a_claim_waits_with_deadlines(engine: Engine, team: Team) -> None:
    """The AI would have answered: an operator who takes that over and forgets it is reminded."""
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=30))
    await engine.says("quanto custa o banho?")
    await engine.until_row("select 1 from messages where content = 'quanto custa o banho?'")
    await team.attending.claim(team.ana, await team.conversation(), deed())
    await team.until_standing(state="claimed", operator_id=team.ana.id, due_kind="remind")


async def test_an_answer_on_the_phone_is_the_first_answer(engine: Engine, team: Team) -> None:
    """Who waited and is answered on the shop's phone was answered, for the dashboard and for the closing line."""
    await hand_over(engine)
    await engine.deliver(upsert(whatsapp_message({"conversation": "Oi, aqui é da loja"}, from_me=True)))
    await team.until_standing(state="claimed", due_kind="idle", waiting_since=None)
    assert (await team.standing())["first_answer_at"] is not None


async def test_a_hand_over_ended_by_hand_is_gone_on_with(engine: Engine, team: Team) -> None:
    """Its execution was terminated: an operator's reply goes out, and the deadlines run again."""
    await hand_over(engine)
    await team.until_standing(due_kind="remind")
    await engine.temporal.get_workflow_handle(engine.workflow_id()).terminate("teste")
    await team.attending.reply(team.ana, await team.conversation(), "Oi, sou a Ana", deed())
    assert (await engine.replies(2))[1] == "Oi, sou a Ana"
    await team.until_standing(state="claimed", operator_id=team.ana.id, due_kind="idle")
    assert len(await engine.rows("select 1 from handoffs")) == 1


async def test_what_nobody_waits_in_goes_back_some_day_also_after_a_restart(engine: Engine, team: Team) -> None:
    """Terminated while Ana had it, answered; Bruno only looks in: it is still Ana's, and does not stay for ever."""
    await hand_over(engine)
    conversation = await team.conversation()
    await team.attending.reply(team.ana, conversation, "Oi, sou a Ana", deed())
    await team.until_standing(due_kind="idle")
    await engine.temporal.get_workflow_handle(engine.workflow_id()).terminate("teste")
    with pytest.raises(Refused, match="já está com Ana"):
        await team.attending.claim(team.bruno, conversation, deed())
    known = await standing_of(engine)
    assert (known.operator_id, [one.kind for one in known.deadlines]) == (team.ana.id, [DueKind.IDLE])


async def test_the_quiet_time_of_the_phone_outlives_its_execution(engine: Engine, team: Team) -> None:
    """Somebody answered on the phone, the execution was terminated, the customer writes: the AI still comes back."""
    await engine.deliver(upsert(whatsapp_message({"conversation": "Oi, aqui é da loja"}, from_me=True)))
    await team.until_standing(due_kind="quiet")
    quiet_until = (await team.standing())["due_at"]
    await engine.temporal.get_workflow_handle(engine.workflow_id()).terminate("teste")
    await engine.says("obrigada!")
    await recorded(engine, "obrigada!")
    await engine.until(lambda: _is_handoff(engine))
    await noted(engine, team, "visto")
    assert "a IA volta" in await engine.temporal.get_workflow_handle(engine.workflow_id()).query("waiting_for")
    await team.until_standing(state="claimed", due_kind="quiet", due_at=quiet_until)


async def _is_handoff(engine: Engine) -> bool:
    now = await engine.temporal.get_workflow_handle(engine.workflow_id()).describe()
    return now.workflow_type == contracts.HANDOFF_WORKFLOW


async def test_a_skipped_turn_in_which_a_person_was_called_leads_to_one(engine: Engine, team: Team) -> None:
    """The model called a person and then hung, and the turn was dropped: the customer waits, with deadlines."""
    arguments = '{"reason": "quer uma pessoa"}'
    engine.model.faults.add(
        Fault(kind=FaultKind.BROKEN_ARGUMENTS, tool="escalate_to_human", arguments=arguments, contains="socorro")
    )
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=30))
    await engine.says("socorro")
    await engine.until_row("select 1 from handoffs")
    await engine.until(lambda: _asked_twice(engine))
    await signal(engine, contracts.SKIP, Skip(by="teste"))
    await team.until_standing(state="waiting", due_kind="remind")


async def _asked_twice(engine: Engine) -> bool:
    return engine.model.calls.count > 1


async def test_what_comes_while_a_reply_is_written_is_not_answered_by_it(engine: Engine, team: Team) -> None:
    """A message that is stored before the reply, but came after it was sent off, still waits; given back, it is
    answered."""
    await hand_over(engine)
    await team.until_standing(due_kind="remind")
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await tenant.execute("lock table letters in exclusive mode")
        replying = asyncio.create_task(updated(engine, contracts.REPLY, words_of(team, "Só um momento")))
        await rows.until_somebody_waits(tenant)
        await engine.says("quanto custa o banho?")
        await engine.until_row("select 1 from messages where content = 'quanto custa o banho?'", timeout=30)
    await replying
    await team.until_standing(operator_id=team.ana.id, due_kind="remind")
    await release(engine)
    await engine.replies(3)
    await engine.until_row("select 1 from messages where content like 'quanto%' and handled_as = 'answered'")


async def test_replies_arrive_in_the_order_in_which_they_were_taken(engine: Engine, team: Team) -> None:
    """Five lines in a hurry are five letters in that order."""
    await hand_over(engine)
    conversation = await team.conversation()
    texts = [f"linha {number}" for number in range(5)]
    for text in texts[:1]:
        await team.attending.reply(team.ana, conversation, text, deed())
    sending = []
    for text in texts[1:]:
        sending.append(asyncio.create_task(team.attending.reply(team.ana, conversation, text, deed())))
        await asyncio.sleep(0.005)
    await asyncio.gather(*sending)
    said = await engine.rows("select content from messages where sender = 'human' order by seq")
    letters = await engine.rows("select content from letters where purpose = 'person' order by created_at, id")
    assert [row["content"] for row in said] == [row["content"] for row in letters]
    assert (await engine.replies(6))[1:] == [row["content"] for row in letters]


async def test_a_claim_is_carried_out_though_its_caller_gave_up(idle_engine: Engine, instances: Instances) -> None:
    """No worker is there, and the operator is told that the engine is away: when it is back, they have it."""
    engine = idle_engine
    team = await team_of(engine)
    async with working(engine, instances):
        await engine.says("oi")
        await engine.replies(1)
        await finished(engine)
    start = HandoffStart.model_validate(await _start_of(engine, team))
    assert start.claim is not None
    assert start.claim.operator_id == team.ana.id
    async with working(engine, instances):
        await team.until_standing(state="claimed", operator_id=team.ana.id, due_kind="idle")


async def _start_of(engine: Engine, team: Team) -> object:
    """What the workflow of a claim that nobody answered was started with."""
    claiming = asyncio.create_task(team.attending.claim(team.ana, await team.conversation(), deed()))
    await engine.until(lambda: _is_handoff(engine))
    claiming.cancel()
    await asyncio.wait([claiming])
    events = (await engine.temporal.get_workflow_handle(engine.workflow_id()).fetch_history()).events
    payloads = events[0].workflow_execution_started_event_attributes.input.payloads
    (start,) = await engine.temporal.data_converter.decode(payloads, [HandoffStart])
    return start


async def test_the_window_of_the_cloud_api_is_told_before_anything_is_written(engine: Engine, team: Team) -> None:
    """Meta takes free text for 24 hours only: the operator reads that at once, and nothing fails in silence."""
    await hand_over(engine)
    await engine.rows("update whatsapp_instances set kind = 'cloud' returning 1")
    yesterday = datetime.now(UTC) - timedelta(hours=25)
    await engine.rows(
        "update messages set sent_at = $1, created_at = $1 where direction = 'inbound' returning 1", yesterday
    )
    with pytest.raises(Refused, match="24 horas"):
        await team.attending.reply(team.ana, await team.conversation(), "Oi!", deed())
    assert await engine.rows("select 1 from letters where purpose = 'person'") == []


async def test_a_closing_line_waits_for_what_the_row_says(database: Database, instances: Instances) -> None:
    """An execution that was left behind by a merge closes nothing that another has put off since."""
    shop = await open_shop(database, instances)
    now = datetime.now(UTC)
    async with database.tenant(shop.organization_id) as tenant:
        who = await rows.customer(tenant, shop)
        await rows.wrote(tenant, shop, who, "oi")
        await conversations.hand_over(tenant, who.conversation_id, HandoffReason.TAKEN_BY_OPERATOR)
        await handoffs.note_answer(tenant, who.conversation_id)
        opened = await handoffs.find_open(tenant, who.conversation_id)
    assert opened is not None
    written = []
    for at in (now + timedelta(hours=3), now):
        async with database.tenant(shop.organization_id) as tenant:
            due = Deadline(kind=DueKind.IDLE, at=at)
            await handoffs.note_standing(
                tenant, opened.id, state=HandoffState.CLAIMED, operator_id=None, waiting_since=None, due=due
            )
        order = CarryOut(organization_id=shop.organization_id, handoff_id=opened.id, due=DueKind.IDLE, now=now)
        await Serving(database).carry_out_deadline(order)
        async with database.tenant(shop.organization_id) as tenant:
            written.append(await tenant.fetchval("select count(*) from letters"))
    assert written == [0, 1]

"""Records histories of real runs for the replay tests: `python -m tests.histories.record [scene …]`.

Run it when a change to a workflow is meant to be incompatible and no open run has to survive it; the stored files are
then replaced. As long as the replay tests pass with the old files, a deployment is safe for what runs.
"""

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.testing import TimeSkipper, TimeSkippingConfig, WorkflowEnvironment

from dev.postgres import throwaway_postgres
from dev.practice_model.faults import Fault, FaultKind
from dev.temporal_binary import find_temporal
from dev.temporal_server import dev_server_args
from domain.aurora_rules import Briefing
from domain.bookings import BookingStatus
from storage import contacts
from storage.database import Database
from storage.instances import Instances
from storage.migrate import migrate
from storage.shop_questions import QuestionStatus
from temporal import DATA_CONVERTER
from tests.conftest import Keys
from tests.engine import Engine, running_engine, upsert, whatsapp_message
from tests.shops import CUSTOMER, OWNER
from tests.workflows.agenda_days import Life, booked, customer, marked, moved, on_the_hour, shop_where_it_is
from tests.workflows.briefings_told import Told
from tests.workflows.inviting import filled
from tests.workflows.test_questions_to_the_shop import ANSWER, TO_OWNER, Line, lapsed
from tests.workflows.test_remembering import long_conversation
from tests.workflows.test_waiting_list import FIRST, SECOND, full_day
from workflows import contracts
from workflows.contracts import Release

FOLDER = Path(__file__).parent


async def booking(engine: Engine) -> None:
    """Tools in several rounds: look, register, book, confirm."""
    await engine.says("Quero agendar consulta geral amanhã de manhã para meu cachorro Rex")
    await engine.replies(1)
    await _end(engine)
    await engine.says("10h está ótimo. É um Golden Retriever de 3 anos.")
    await engine.replies(2)
    await _end(engine)


async def overtaken(engine: Engine) -> None:
    """A message arrives while the model thinks: the call is cancelled, the turn goes on with both."""
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=30))
    await engine.says("oi")
    while not engine.model.calls.count:
        await asyncio.sleep(0.02)
    await engine.says("quanto custa a tosa?")
    await engine.replies(1)
    await _end(engine)


async def corrected(engine: Engine) -> None:
    """The model claims a booking that is none, and is asked again."""
    engine.model.faults.add(Fault(kind=FaultKind.INVENTED_BOOKING))
    await engine.says("oi")
    await engine.replies(1)
    await _end(engine)


async def handed_over(engine: Engine) -> None:
    """The model fails, a person has the conversation (first run)."""
    engine.model.faults.add(Fault(kind=FaultKind.CONTEXT_LENGTH))
    await engine.says("oi")
    await engine.replies(1)
    await engine.until(lambda: _is_handoff(engine))


async def released(engine: Engine) -> None:
    """A hand-over in which the customer wrote and somebody typed on the phone, and which is given back."""
    await handed_over(engine)
    await engine.says("alguém aí?")
    await engine.deliver(upsert(whatsapp_message({"conversation": "Oi, aqui é a Ana"}, from_me=True)))
    await engine.until_row("select 1 from messages where sender = 'phone'")
    await engine.says("quanto custa o banho?")
    await engine.until_row("select 1 from messages where content like 'quanto%'")
    handle = engine.temporal.get_workflow_handle(engine.workflow_id())
    run_id = (await handle.describe()).run_id
    await handle.signal(contracts.RELEASE, Release(by="teste"))
    await engine.replies(2)
    history = await engine.temporal.get_workflow_handle(engine.workflow_id(), run_id=run_id).fetch_history()
    _store("released", history)


async def held(engine: Engine) -> None:
    """The shop's number is offline; the reply waits for it."""
    engine.bridge.connected = False
    await engine.says("oi")
    await engine.until_row("select 1 from messages where direction = 'outbound' and status = 'pending'")
    engine.bridge.connected = True
    await engine.bridge.deliver("connection.update", {"connection": "open"})
    await engine.replies(1)
    await _end(engine)


Handle = WorkflowHandle[Any, Any]  # Any: the handle of an id knows no types


async def _three_days_ahead(engine: Engine, skipper: TimeSkipper) -> Life:
    zone = await shop_where_it_is(engine, 10)
    life = await booked(engine, skipper, await customer(engine), on_the_hour(zone, 3, 14))
    await life.comes_to("ask_to_confirm")
    return life


async def booking_life(engine: Engine, skipper: TimeSkipper) -> Handle:
    """A booking from its making to the follow-up; the reminder waits a while for the shop's number."""
    life = await _three_days_ahead(engine, skipper)
    await life.passes_to(life.start - timedelta(hours=2))
    engine.bridge.connected = False
    await life.passes_to(life.start - timedelta(minutes=57))
    engine.bridge.connected = True
    await life.ends()
    return life.handle


async def booking_moved(engine: Engine, skipper: TimeSkipper) -> Handle:
    """A booking that is moved while its question waits for the shop's number, confirmed, and cancelled."""
    engine.bridge.connected = False
    life = await _three_days_ahead(engine, skipper)
    await life.passes_to(life.start - timedelta(hours=23, minutes=57))
    life = await moved(life, life.start + timedelta(days=7))
    await life.comes_to("ask_to_confirm")
    engine.bridge.connected = True
    await life.passes_to(life.start - timedelta(hours=5))
    await marked(life, BookingStatus.CONFIRMED)
    await life.comes_to("confirmed: notify (remind)")
    await life.passes_to(life.start - timedelta(minutes=30))
    await marked(life, BookingStatus.CANCELLED)
    await life.has_ended()
    return life.handle


async def waiting_list(engine: Engine, skipper: TimeSkipper) -> Handle:
    """Two wait; the first lets the deadline pass, the second takes the slot."""
    line = await full_day(engine, skipper)
    await line.joins(FIRST, "Thor")
    second = await line.joins(SECOND, "Mel")
    await marked(line.taken[0], BookingStatus.CANCELLED)
    await engine.bridge.record.wait_for_sent(1)
    await line.passes(timedelta(minutes=31))
    await line.answers(second, SECOND, "Mel", "sim, quero!")
    await line.has_ended()
    return line.handle


async def campaign(engine: Engine, skipper: TimeSkipper) -> Handle:
    """Three are invited, one of them is skipped, and the report is written."""
    filling = await filled(engine, skipper)
    await engine.bridge.record.wait_for_sent(1)
    await filling.is_still()
    begun = await _this_run(filling.handle, engine)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await contacts.set_opted_out(tenant, filling.customers[1].contact_id, True)
    await filling.has_ended()
    return begun


async def campaign_stopped(engine: Engine, skipper: TimeSkipper) -> Handle:
    """Ordered at night, begun in the morning, stopped by the owner after the first invitation."""
    filling = await filled(engine, skipper, hour=21)
    await filling.passes_to(datetime.combine(filling.tomorrow, time(9, 1), tzinfo=filling.zone))
    begun = await _this_run(filling.handle, engine)
    await filling.stop()
    await begun.result()
    return begun


async def _this_run(handle: Handle, engine: Engine) -> Handle:
    """The run that is under way: the end of a campaign wakes its id once more."""
    return engine.temporal.get_workflow_handle(handle.id, run_id=(await handle.describe()).run_id)


async def _first_run(engine: Engine, handle: Handle) -> Handle:
    """Of an id that was woken again after its end."""
    first = None
    while first is None:  # what is listed comes a moment later
        runs = [run async for run in engine.temporal.list_workflows(f"WorkflowId = '{handle.id}'")]
        first = min(runs, key=lambda run: run.start_time, default=None)
    return engine.temporal.get_workflow_handle(handle.id, run_id=first.run_id)


async def question_answered(engine: Engine, skipper: TimeSkipper) -> Handle:
    """The owner answers what a customer wanted to know; the model puts it into words."""
    line = Line(engine)
    await line.asks()
    await line.gets(OWNER, TO_OWNER)
    await line.answers()
    await line.gets(CUSTOMER, ANSWER)
    await line.ends()
    return await _first_run(engine, line.handle(await line.question(QuestionStatus.ANSWERED)))


async def question_lapsed(engine: Engine, skipper: TimeSkipper) -> Handle:
    """Nobody answers in time: a person has the conversation."""
    line = Line(engine)
    question = await lapsed(line, skipper)
    await line.ends()
    return await _first_run(engine, line.handle(question))


async def remembered(engine: Engine, skipper: TimeSkipper) -> Handle:
    """A turn of Aurora's after which a long conversation is summarised, and one that overtakes it."""
    await long_conversation(engine)
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=30, contains="Conversa:"))
    await engine.says("oi", phone=OWNER)
    while engine.model.calls.count < 2:
        await asyncio.sleep(0.02)
    await engine.says("oi de novo", phone=OWNER)
    handle: Handle = engine.temporal.get_workflow_handle(engine.workflow_id(OWNER))
    await handle.result()
    return handle


async def briefing(engine: Engine, _skipper: TimeSkipper) -> Handle:
    """The summary of a day on which a customer was served, by its own schedule."""
    told = Told(engine)
    await told.wants(Briefing.DAILY_SUMMARY)
    await told.booked([told.at(9)], status="completed")
    return await told.due(Briefing.DAILY_SUMMARY)


SCENES: tuple[Callable[[Engine], Awaitable[None]], ...] = (booking, overtaken, corrected, handed_over, released, held)
SCENES_OF_DAYS: tuple[Callable[[Engine, TimeSkipper], Awaitable[Handle]], ...] = (
    booking_life,
    booking_moved,
    waiting_list,
    campaign,
    campaign_stopped,
    question_answered,
    question_lapsed,
    remembered,
    briefing,
)


async def main(wanted: Sequence[str]) -> None:
    """Record these scenes; without a name every one."""
    binary = await find_temporal()
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(binary.path),
        dev_server_extra_args=dev_server_args(),
        data_converter=DATA_CONVERTER,
    )
    async with throwaway_postgres() as urls:
        await asyncio.to_thread(migrate, urls.owner, urls.app)
        database = await Database.connect(urls.app)
        keys = Keys(Fernet.generate_key().decode())
        store = Instances(keys.keyring)
        for scene in (one for one in SCENES if one.__name__ in wanted or not wanted):
            async with running_engine(database, store, keys, environment.client, urls.app) as engine:
                await scene(engine)
                if scene is not released:
                    handle = engine.temporal.get_workflow_handle(engine.workflow_id())
                    first = (await handle.describe()).raw_description.workflow_execution_info.first_run_id
                    run_id = first if scene is handed_over else None
                    history = await engine.temporal.get_workflow_handle(
                        engine.workflow_id(), run_id=run_id
                    ).fetch_history()
                    _store(scene.__name__, history)
                sys.stdout.write(f"{scene.__name__}\n")
        skipper = TimeSkipper(environment.client, config=TimeSkippingConfig(enabled=False))
        for of_days in (one for one in SCENES_OF_DAYS if one.__name__ in wanted or not wanted):
            async with running_engine(
                database, store, keys, environment.client, urls.app, starting=skipper.client
            ) as engine:
                _store(of_days.__name__, await (await of_days(engine, skipper)).fetch_history())
                sys.stdout.write(f"{of_days.__name__}\n")
        await database.close()
    await environment.shutdown()


def _store(name: str, history: WorkflowHistory) -> None:
    """Write a history, without what names the machine that recorded it: identities, and the paths in stack traces."""
    text = re.sub(r"\b\d+@[\w.-]+", "worker", history.to_json())
    text = re.sub(r'"stackTrace": "(?:[^"\\]|\\.)*"', '"stackTrace": ""', text)
    (FOLDER / f"{name}.json").write_text(f"{text}\n")


async def _end(engine: Engine) -> None:
    await engine.temporal.get_workflow_handle(engine.workflow_id()).result()


async def _is_handoff(engine: Engine) -> bool:
    described = await engine.temporal.get_workflow_handle(engine.workflow_id()).describe()
    return described.workflow_type == contracts.HANDOFF_WORKFLOW


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
    sys.stdout.flush()
    os._exit(0)

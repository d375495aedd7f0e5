"""What lasts for hours or days: each scene plays one life and names the run whose history is kept."""

import asyncio
from datetime import datetime, time, timedelta

from temporalio.testing import TimeSkipper

from dev.practice_model.faults import Fault, FaultKind
from domain.aurora_rules import Briefing
from domain.bookings import BookingStatus
from storage import contacts
from storage.shop_questions import QuestionStatus
from tests.engine import Engine
from tests.histories.conversations import Handle
from tests.shops import CUSTOMER, OWNER
from tests.workflows.agenda_days import Life, booked, customer, marked, moved, on_the_hour, shop_where_it_is
from tests.workflows.briefings_told import Told
from tests.workflows.inviting import filled
from tests.workflows.test_letters import written as letter_written
from tests.workflows.test_questions_to_the_shop import ANSWER, TO_OWNER, Line, lapsed
from tests.workflows.test_remembering import long_conversation
from tests.workflows.test_waiting_list import FIRST, SECOND, full_day
from workflows.ids import letter_workflow_id


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


async def letter(engine: Engine, skipper: TimeSkipper) -> Handle:
    """A letter that waits for the shop's number, twice, and goes out."""
    somebody = await customer(engine)
    engine.bridge.connected = False
    made = await letter_written(engine, somebody.contact_id)
    handle: Handle = engine.temporal.get_workflow_handle(letter_workflow_id(made))
    await engine.until_row("select 1 from messages where turn_id = $1 and status = 'pending'", made)
    await skipper.fast_forward(handle, timedelta(seconds=70))
    engine.bridge.connected = True
    await skipper.fast_forward(handle, timedelta(minutes=3))
    await handle.result()
    return handle


SCENES = (
    booking_life,
    booking_moved,
    waiting_list,
    campaign,
    campaign_stopped,
    question_answered,
    question_lapsed,
    remembered,
    briefing,
    letter,
)

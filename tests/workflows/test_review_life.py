"""Long lives in a world that changes: providers away at night, rules switched off, rows that are written all day."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.testing import TimeSkipper

from domain.bookings import BookingStatus, Intent, Proposal
from domain.ids import ContactId, ConversationId
from storage import conversations
from storage.conversations import Reach
from storage.database import Connection
from tests.engine import Engine
from tests.fakes.faults import Answer, Hang
from tests.shops import PLAIN_RULES
from tests.workflows.agenda_days import (
    QUESTION,
    REMINDER,
    THANKS,
    Life,
    booked,
    change_rules,
    customer,
    kinds_of,
    marked,
    on_the_hour,
    shop_where_it_is,
    written,
)
from tests.workflows.test_waiting_list import FIRST, OFFER, SECOND, full_day
from workflows.thinking import _same_matter

DAY = timedelta(days=1)


async def test_a_provider_that_is_back_at_night_wakes_nobody(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Its server answers 503 from closing time on and is well again in the evening: the reminder comes at opening."""
    engine = stepped_engine
    await change_rules(engine, PLAIN_RULES.model_copy(update={"slot_minutes": 30}))
    zone = await shop_where_it_is(engine, 16)
    life = await booked(engine, skipper, await customer(engine), on_the_hour(zone, 1, 9, 30))
    await life.comes_to("notify (remind)")
    engine.bridge.faults.always = Answer(503)
    await life.passes_to(life.start.replace(hour=20, minute=0) - DAY)
    engine.bridge.faults.always = None
    await life.passes_to(life.start.replace(hour=8, minute=58))
    assert life.texts() == []
    await life.passes_to(life.start.replace(hour=9, minute=2))
    assert kinds_of(life.texts()) == [REMINDER]


async def test_notices_that_were_switched_off_are_not_sent(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The owner wants no reminders any more, after the booking was made: also the next one stays unsent."""
    engine = stepped_engine
    zone = await shop_where_it_is(engine, 10)
    life = await booked(engine, skipper, await customer(engine), on_the_hour(zone, 3, 14))
    await life.comes_to("ask_to_confirm")
    off = {"confirm_hours_before": 0, "remind_minutes_before": 0}
    await change_rules(engine, PLAIN_RULES.model_copy(update=off))
    await life.ends()
    assert kinds_of(life.texts()) == [THANKS]
    assert (await life.row()).status is BookingStatus.COMPLETED


async def test_settings_that_cannot_be_read_for_a_while_end_no_life(
    stepped_engine: Engine, skipper: TimeSkipper
) -> None:
    """Another system writes a rule that cannot be, and mends it later: the customer is still reminded."""
    engine = stepped_engine
    zone = await shop_where_it_is(engine, 10)
    life = await booked(engine, skipper, await customer(engine), on_the_hour(zone, 3, 14))
    await life.comes_to("ask_to_confirm")
    await engine.rows("""update organization_settings set agenda_rules = '{"slot_minutes": 0}' returning 1""")
    await written(life, "status = status")
    await engine.until(lambda: _is_stuck(life))
    await engine.rows("update organization_settings set agenda_rules = $1 returning 1", PLAIN_RULES.model_dump_json())
    await life.ends()
    assert kinds_of(life.texts()) == [QUESTION, REMINDER, THANKS]


async def _is_stuck(life: Life) -> bool:
    """Whether the look has failed for good: the workflow waits for somebody to mend it, or has failed with it."""
    events = [event async for event in life.handle.fetch_history_events()]
    names = [event.event_type for event in events]
    return any(
        event.marker_recorded_event_attributes.HasField("failure")
        for event in events
        if event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED
    ) and names[-1] in (EventType.EVENT_TYPE_TIMER_STARTED, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED)


async def test_a_row_that_is_written_all_day_does_not_fill_the_history(
    stepped_engine: Engine, skipper: TimeSkipper
) -> None:
    """Another system writes every booking every few minutes, for weeks: the workflow begins anew when it grows long."""
    engine = stepped_engine
    zone = await shop_where_it_is(engine, 10)
    life = await booked(engine, skipper, await customer(engine), on_the_hour(zone, 80, 14))
    await life.comes_to("ask_to_confirm")
    first = (await life.handle.describe()).run_id
    async with asyncio.timeout(120):
        while (now := await life.handle.describe()).run_id == first and now.history_length < 6_000:
            for _ in range(10):
                await life.handle.signal("row_changed")
                await life.handle.query("next_step")
    assert now.run_id != first


async def test_an_offer_goes_where_its_slot_is_kept(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """A customer of two of the shop's numbers asked to wait on one, and wrote on the other since: asked on the one."""
    engine = stepped_engine
    line = await full_day(engine, skipper)
    who = await line.joins(FIRST, "Thor")
    other = (
        await engine.rows(
            """with number as (insert into whatsapp_instances (id, organization_id, kind, webhook_key, external_id,
                       base_url, secrets) select $1, organization_id, kind, $2, $2, base_url, secrets
                   from whatsapp_instances where id = $3 returning id, organization_id)
               insert into conversations (organization_id, contact_id, whatsapp_instance_id, audience,
                   conversation_key, last_message_at)
               select organization_id, $4, id, 'customer', $2, now() + interval '1 hour' from number returning id""",
            uuid.uuid4(),
            uuid.uuid4().hex[:12],
            engine.shop.instance.id,
            who.contact_id,
        )
    )[0]["id"]
    await engine.rows(
        """insert into messages (organization_id, conversation_id, whatsapp_instance_id, whatsapp_message_id, direction,
               sender, content, message_type, status, address, sent_at)
           select organization_id, id, whatsapp_instance_id, 'X1', 'inbound', 'customer', 'oi', 'text', 'received', $2,
               now() from conversations where id = $1 returning 1""",
        other,
        f"{FIRST}@s.whatsapp.net",
    )
    await marked(line.taken[0], BookingStatus.CANCELLED)
    row = await engine.until_row("select conversation_id, content from messages where direction = 'outbound'")
    assert OFFER in row["content"]
    assert row["conversation_id"] == who.conversation_id


async def test_an_offer_that_hangs_holds_up_no_other(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Two slots for two who wait, and the first message hangs in its provider: the other customer is told at once."""
    engine = stepped_engine
    line = await full_day(engine, skipper)
    await line.joins(FIRST, "Thor")
    await line.joins(SECOND, "Mel")
    engine.bridge.faults.next(Hang())
    await engine.rows("update bookings set status = 'cancelled' returning 1")
    await engine.bridge.record.wait_for_sent(1, timeout=5)
    assert len(line.offers()) == 1


async def test_an_offer_that_fails_for_good_ends_no_list(
    stepped_engine: Engine, skipper: TimeSkipper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first cannot be written to, for a reason nobody foresaw: after the deadline the second is asked."""
    engine = stepped_engine
    line = await full_day(engine, skipper)
    first = await line.joins(FIRST, "Thor")
    await line.joins(SECOND, "Mel")
    reach = conversations.reach

    async def broken(
        tenant: Connection, contact_id: ContactId, preferred: ConversationId | None = None
    ) -> Reach | None:
        if contact_id == first.contact_id:
            raise ValueError("nobody foresaw this")
        return await reach(tenant, contact_id, preferred)

    monkeypatch.setattr(conversations, "reach", broken)
    await marked(line.taken[0], BookingStatus.CANCELLED)
    await engine.until_row("select 1 from waiting_list where status = 'offered'")
    await line.is_still()
    await line.passes(31 * timedelta(minutes=1))
    await engine.bridge.record.wait_for_sent(1)
    assert line.offers() == [(SECOND, "14:00")]


def test_a_cancellation_takes_the_place_of_a_move() -> None:
    """ "Posso remarcar?" and "Posso cancelar?" of one appointment are not asked in one message: one yes is one."""
    start = datetime(2026, 11, 23, 13, tzinfo=UTC)
    move = Proposal(intent=Intent.MOVE, pet="Rex", service="Banho", start=start + DAY, before=start, price=Decimal(50))
    cancel = move.model_copy(update={"intent": Intent.CANCEL, "start": None})
    book = move.model_copy(update={"intent": Intent.BOOK, "before": None})
    assert _same_matter(move, cancel)
    assert not _same_matter(move, book)


async def test_a_provider_that_asks_for_an_hour_is_not_hammered(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """429 with `retry-after` of an hour, which is longer than one try of a notice: at most a request a minute."""
    engine = stepped_engine
    zone = await shop_where_it_is(engine, 10)
    life = await booked(engine, skipper, await customer(engine), on_the_hour(zone, 3, 14))
    await life.comes_to("ask_to_confirm")
    engine.bridge.faults.always = Answer(429, headers={"retry-after": "3600"})
    await life.passes_to(life.start - DAY + timedelta(minutes=5))
    assert 1 <= len([request for request in engine.bridge.record.requests if request.method == "POST"]) <= 7
    engine.bridge.faults.always = None
    await life.ends()
    assert kinds_of(life.texts()) == [QUESTION, REMINDER, THANKS]

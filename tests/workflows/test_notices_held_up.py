"""Notices that cannot go out at their time: held while they make sense, given up when they do not, never sent twice."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from temporalio.testing import ActivityEnvironment, TimeSkipper

from activities.booking_life import BookingLife, BookingStep, NotifyOutcome
from activities.sending import Sending
from channels.registry import channels
from domain.booking_life import NextStep, Step
from domain.bookings import BookingStatus
from domain.notices import NoticeKind
from storage.instances import Instances
from tests.engine import Engine
from tests.fakes.faults import Drop, Fault, Hang
from tests.shops import CUSTOMER, PLAIN_RULES
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
    moved,
    on_the_hour,
    shop_where_it_is,
    written,
)

MOVED = "start_time = start_time + interval '1 day', end_time = end_time + interval '1 day'"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


async def in_three_days(engine: Engine, skipper: TimeSkipper, **rules: int) -> Life:
    """A bath in three days at 14:00, of a customer who can be written to."""
    await change_rules(engine, PLAIN_RULES.model_copy(update=rules))
    zone = await shop_where_it_is(engine, 10)
    life = await booked(engine, skipper, await customer(engine), on_the_hour(zone, 3, 14))
    await life.comes_to("notify")
    return life


async def held(engine: Engine, skipper: TimeSkipper, **rules: int) -> Life:
    """A booking whose first notice is due since three minutes, and waits for the shop's number."""
    engine.bridge.connected = False
    life = await in_three_days(engine, skipper, **rules)
    ahead = rules.get("remind_minutes_before", 60) * MINUTE if rules.get("confirm_hours_before") == 0 else DAY
    await life.passes_to(life.start - ahead + 3 * MINUTE)
    assert [row["status"] for row in await outbox(engine)] == ["pending"]
    assert await outcomes(engine) == ["sending"]
    return life


async def outbox(engine: Engine) -> list[dict[str, str | None]]:
    """The notices as rows, in order."""
    found = await engine.rows("select status, error, content from messages where direction = 'outbound' order by seq")
    return [dict(row) for row in found]


async def outcomes(engine: Engine) -> list[str]:
    """What became of the notices, in order."""
    return [row["outcome"] for row in await engine.rows("select outcome from booking_notices order by created_at")]


async def test_a_held_notice_goes_out_when_the_number_is_back(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The shop's number was offline at the time of the question: it is asked once, when the number is back."""
    life = await held(stepped_engine, skipper)
    stepped_engine.bridge.connected = True
    await life.passes_to(life.start - DAY + 5 * MINUTE)
    assert kinds_of(life.texts()) == [QUESTION]
    await life.comes_to("remind")
    await life.ends()
    assert kinds_of(life.texts()) == [QUESTION, REMINDER, THANKS]
    assert await outcomes(stepped_engine) == ["sent"] * 3


async def test_a_reminder_of_what_has_begun_is_given_up(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The number came back after the start: the reminder is failed, and the booking lives on."""
    rules = {"confirm_hours_before": 0, "remind_minutes_before": 10, "follow_up_hours_after": 0}
    life = await held(stepped_engine, skipper, **rules)
    await life.passes_to(life.start + MINUTE)
    await life.comes_to("in_progress: close")
    stepped_engine.bridge.connected = True
    await life.ends()
    assert life.texts() == []
    (row,) = await outbox(stepped_engine)
    assert row["status"] == "failed"
    assert row["error"]
    assert await outcomes(stepped_engine) == ["skipped"]
    assert (await life.row()).status is BookingStatus.COMPLETED


async def test_a_held_notice_of_a_moved_booking_is_given_up(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Moved while the question waited: the old one is never sent, the new time's are."""
    life = await held(stepped_engine, skipper)
    life = await moved(life, life.start + 7 * DAY)
    await stepped_engine.until_row("select 1 from booking_notices where outcome = 'skipped'")
    stepped_engine.bridge.connected = True
    await life.comes_to("ask_to_confirm")
    await life.ends()
    assert [row["status"] for row in await outbox(stepped_engine)] == ["failed", "sent", "sent", "sent"]
    assert kinds_of(life.texts()) == [QUESTION, REMINDER, THANKS]
    assert f"{life.start:%d/%m}" in life.texts()[0]


async def test_a_held_notice_of_a_cancelled_booking_is_given_up(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Cancelled while the question waited: nothing is ever sent."""
    life = await held(stepped_engine, skipper)
    await marked(life, BookingStatus.CANCELLED)
    await life.has_ended()
    assert [row["status"] for row in await outbox(stepped_engine)] == ["failed"]
    assert await outcomes(stepped_engine) == ["skipped"]
    assert life.texts() == []


async def test_a_held_question_that_was_answered_is_given_up(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The customer confirmed by telephone while the question waited: it is not asked, and the reminder still comes."""
    life = await held(stepped_engine, skipper)
    await marked(life, BookingStatus.CONFIRMED)
    await life.comes_to("confirmed: notify (remind)")
    stepped_engine.bridge.connected = True
    await life.ends()
    assert kinds_of(life.texts()) == [REMINDER, THANKS]
    assert [row["status"] for row in await outbox(stepped_engine)] == ["failed", "sent", "sent"]


async def test_a_held_notice_survives_changes_that_do_not_concern_it(
    stepped_engine: Engine, skipper: TimeSkipper
) -> None:
    """Another system writes the row again, and the reminder is confirmed for: what is held is still due, and sent."""
    life = await held(stepped_engine, skipper, confirm_hours_before=0)
    await written(life, "status = status")
    await marked(life, BookingStatus.CONFIRMED)
    await stepped_engine.until(lambda: _no_wakes(stepped_engine))
    await life.passes_to(life.start - HOUR + 5 * MINUTE)
    stepped_engine.bridge.connected = True
    await life.ends()
    assert kinds_of(life.texts()) == [REMINDER, THANKS]
    assert await outcomes(stepped_engine) == ["sent", "sent"]


async def _no_wakes(engine: Engine) -> bool:
    return not await engine.rows("select 1 from wakes")


async def test_what_is_held_is_not_sent_at_night(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The number comes back at night: the customer sleeps on, and is reminded when the shop opens."""
    engine = stepped_engine
    await change_rules(engine, PLAIN_RULES.model_copy(update={"slot_minutes": 30}))
    zone = await shop_where_it_is(engine, 16)
    engine.bridge.connected = False
    life = await booked(engine, skipper, await customer(engine), on_the_hour(zone, 1, 9, 30))
    await life.comes_to("notify (remind)")
    await life.passes_to(life.start.replace(hour=20, minute=0) - DAY)
    await engine.until_row("select 1 from messages where direction = 'outbound' and status = 'pending'")
    engine.bridge.connected = True
    await life.passes_to(life.start.replace(hour=8, minute=58))
    assert life.texts() == []
    await life.passes_to(life.start.replace(hour=9, minute=2))
    assert kinds_of(life.texts()) == [REMINDER]


async def test_who_never_wrote_is_not_written_to(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """A booking of somebody without a conversation lives its life in silence."""
    zone = await shop_where_it_is(stepped_engine, 10)
    unknown = await customer(stepped_engine, has_written=False)
    life = await booked(stepped_engine, skipper, unknown, on_the_hour(zone, 3, 14))
    await life.comes_to("ask_to_confirm")
    await life.ends()
    assert life.texts() == []
    assert await outcomes(stepped_engine) == ["skipped"] * 3
    assert (await life.row()).status is BookingStatus.COMPLETED


async def test_a_channel_that_refuses_does_not_end_the_life(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The number is not on WhatsApp any more: each notice fails once, the operators see it, the booking completes."""
    stepped_engine.bridge.not_on_whatsapp.add(f"{CUSTOMER}@s.whatsapp.net")
    life = await in_three_days(stepped_engine, skipper)
    await life.ends()
    assert await outcomes(stepped_engine) == ["failed"] * 3
    assert [row["status"] for row in await outbox(stepped_engine)] == ["failed"] * 3
    assert (await stepped_engine.until_row("select kind from alerts"))["kind"] == "send_refused"
    assert (await life.row()).status is BookingStatus.COMPLETED


@pytest.mark.parametrize("fault", [Drop(), Drop(after_sending=True)], ids=["before", "after"])
async def test_a_lost_connection_costs_time_and_no_second_message(
    stepped_engine: Engine, skipper: TimeSkipper, fault: Fault
) -> None:
    """The connection drops before or after the question went out: the customer reads it once."""
    stepped_engine.bridge.faults.next(fault)
    life = await in_three_days(stepped_engine, skipper)
    await life.ends()
    assert kinds_of(life.texts()) == [QUESTION, REMINDER, THANKS]


@pytest.mark.parametrize("went_out", [False, True])
async def test_a_worker_that_dies_between_row_and_send_sends_once(
    stepped_engine: Engine, instances: Instances, skipper: TimeSkipper, went_out: bool
) -> None:
    """The first run dies with its row written, the message out or not; the next run finds what there is."""
    engine = stepped_engine
    life = await in_three_days(engine, skipper)
    order = await question(life)
    async with httpx.AsyncClient(trust_env=False) as http:
        steps = BookingLife(engine.database, Sending(engine.database, instances, channels(http)))
        engine.bridge.faults.next(Hang(after_sending=went_out))
        dying = asyncio.create_task(ActivityEnvironment().run(steps.notify_of_booking, order))
        await engine.bridge.record.wait_for_requests(1)
        dying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dying
        assert [row["status"] for row in await outbox(engine)] == ["sending"]
        assert len(life.texts()) == went_out
        for _ in range(2):
            assert await ActivityEnvironment().run(steps.notify_of_booking, order) is NotifyOutcome.DONE
    assert kinds_of(life.texts()) == [QUESTION]
    assert await outcomes(engine) == ["sent"]
    asked = [request.method for request in engine.bridge.record.requests]
    assert asked == (["POST", "GET"] if went_out else ["POST", "GET", "POST"])


@pytest.mark.parametrize("change", ["status = 'cancelled'", "status = 'confirmed'", MOVED])
async def test_what_changes_between_look_and_send_is_not_told(
    stepped_engine: Engine, instances: Instances, skipper: TimeSkipper, change: str
) -> None:
    """The question is on its way to a worker when the row changes: the worker looks again, and asks nothing."""
    life = await in_three_days(stepped_engine, skipper)
    order = await question(life)
    await written(life, change)
    async with httpx.AsyncClient(trust_env=False) as http:
        steps = BookingLife(stepped_engine.database, Sending(stepped_engine.database, instances, channels(http)))
        assert await ActivityEnvironment().run(steps.notify_of_booking, order) is NotifyOutcome.DONE
    assert life.texts() == []
    assert await outbox(stepped_engine) == []


async def question(life: Life) -> BookingStep:
    """The order to ask the customer to confirm, as the workflow gives it."""
    now = life.start - DAY
    step = NextStep(
        step=Step.NOTIFY,
        due=now,
        notice=NoticeKind.ASK_TO_CONFIRM,
        timed_at=(await life.row()).timed_at,
        until=life.start - 2 * HOUR,
    )
    return BookingStep(organization_id=life.engine.shop.organization_id, booking_id=life.id, step=step, now=now)

"""A booking's life over days: each message once and at its time, whatever is changed between any two of its steps."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest
from temporalio.testing import TimeSkipper

from domain.agenda_rules import Unattended
from domain.bookings import BookingStatus
from domain.dates import weekday
from reception import appointments
from reception.wishes import Wish
from storage import pets
from tests.engine import Engine
from tests.shops import PLAIN_RULES
from tests.storage import rows
from tests.workflows.agenda_days import (
    MISSED,
    QUESTION,
    REMINDER,
    THANKS,
    Life,
    booked,
    called,
    change_rules,
    customer,
    desk_of,
    kinds_of,
    marked,
    moved,
    on_the_hour,
    pet_of,
    shop_where_it_is,
    written,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def three_days_ahead(engine: Engine, skipper: TimeSkipper) -> Life:
    """A bath in three days at 14:00, booked on a morning."""
    zone = await shop_where_it_is(engine, 10)
    life = await booked(engine, skipper, await customer(engine), on_the_hour(zone, 3, 14))
    await life.comes_to("ask_to_confirm")
    return life


# What time alone does.


async def test_a_booking_lives_from_the_question_to_the_follow_up(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Asked the day before, reminded an hour before, begun, completed, thanked: each once, with the row's facts."""
    life = await three_days_ahead(stepped_engine, skipper)
    for due, before, after, sent in (
        (life.start - DAY, "ask_to_confirm", "remind", QUESTION),
        (life.start - HOUR, "remind", "begin", REMINDER),
        (life.start, "begin", "close", None),
        (life.start + 3 * HOUR, "close", "follow_up", None),
    ):
        told = kinds_of(life.texts())
        await life.passes_to(due - timedelta(minutes=1))
        await life.comes_to(before)
        assert kinds_of(life.texts()) == told
        await life.passes_to(due + timedelta(minutes=1))
        await life.comes_to(after)
        assert kinds_of(life.texts()) == told + ([sent] if sent else [])
        expected = {"close": BookingStatus.IN_PROGRESS, "follow_up": BookingStatus.COMPLETED}
        assert (await life.row()).status is expected.get(after, BookingStatus.SCHEDULED)
    await life.ends()
    assert kinds_of(life.texts()) == [QUESTION, REMINDER, THANKS]
    question, reminder, thanks = life.texts()
    at = f"{life.start:%d/%m}, às 14:00"
    assert f"Banho para Rex: amanhã, {weekday(life.start)}, {at}" in question
    assert f"Banho para Rex: hoje, {weekday(life.start)}, {at}" in reminder
    assert "Rex esteve com a gente: Banho" in thanks
    assert await life.told() == ["ask_to_confirm", "remind", "follow_up"]
    assert (await life.row()).status is BookingStatus.COMPLETED


async def test_held_slots_come_free_by_the_booking_s_own_timer(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Slots that are kept for ten minutes are there after nine, and gone after ten, with nobody doing anything."""
    zone = await shop_where_it_is(stepped_engine, 10)
    start = on_the_hour(zone, 1, 14)
    deciding = await customer(stepped_engine)
    offered = await called(
        stepped_engine, deciding, "check_availability", date=f"{start:%Y-%m-%d}", service_type="Banho"
    )
    assert len(offered.slots) >= 6
    held = await stepped_engine.rows("select booking_id, expires_at from held_slots")
    assert len(held) == 6
    life = Life(stepped_engine, skipper, held[0]["booking_id"], start)
    await life.comes_to("hold: release")
    await life.passes_to(held[0]["expires_at"] - timedelta(minutes=1))
    assert len(await stepped_engine.rows("select 1 from held_slots")) == 6
    await life.ends()
    assert await stepped_engine.rows("select 1 from held_slots") == []
    assert await life.handle.query("next_step") == "released: nada mais a fazer"


async def test_a_slot_that_was_taken_is_a_booking_with_a_life(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The booking has the id its slots were held under, and one workflow from the first offer on."""
    zone = await shop_where_it_is(stepped_engine, 10)
    start = on_the_hour(zone, 3, 14)
    deciding = await customer(stepped_engine)
    await pet_of(stepped_engine, deciding)
    day = f"{start:%Y-%m-%d}"
    await called(
        stepped_engine, deciding, "book_appointment",
        pet_name="Rex", service_type="Banho", preferred_date=day, preferred_time="14:00",
    )  # fmt: skip
    held = await stepped_engine.until_row("select booking_id from held_slots where intent = 'book'")
    life = Life(stepped_engine, skipper, held["booking_id"], start)
    await life.comes_to("hold: release")
    first = (await life.handle.describe()).run_id
    async with stepped_engine.database.tenant(stepped_engine.shop.organization_id) as tenant:
        desk = await desk_of(stepped_engine, tenant, datetime.now(UTC), deciding)
        (pet,) = await pets.of_contact(tenant, deciding.contact_id)
        wish = Wish(contact_id=deciding.contact_id, pet=pet, service=await rows.service(tenant, "Banho"), start=start)
        await appointments.book(desk, wish, booking_id=life.id)
    await life.comes_to("scheduled: notify (ask_to_confirm)")
    assert (await life.handle.describe()).run_id == first
    assert await stepped_engine.rows("select 1 from held_slots") == []


async def test_a_shop_that_notes_who_came_has_no_shows(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Where arrivals are noted, who was not noted did not come, and is missed, not thanked."""
    await change_rules(stepped_engine, PLAIN_RULES.model_copy(update={"unattended": Unattended.NO_SHOW}))
    life = await three_days_ahead(stepped_engine, skipper)
    await life.passes_to(life.start + 2 * HOUR)
    await life.comes_to("scheduled: close")
    await life.ends()
    assert (await life.row()).status is BookingStatus.NO_SHOW
    assert kinds_of(life.texts()) == [QUESTION, REMINDER, MISSED]


@pytest.mark.parametrize(
    ("marks", "thanked"),
    [
        ([BookingStatus.IN_PROGRESS], THANKS),
        ([BookingStatus.COMPLETED], THANKS),
        ([BookingStatus.NO_SHOW], MISSED),
        ([BookingStatus.IN_PROGRESS, BookingStatus.COMPLETED], THANKS),
        ([BookingStatus.NO_SHOW, BookingStatus.COMPLETED], THANKS),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
async def test_what_the_shop_saw_counts(
    stepped_engine: Engine, skipper: TimeSkipper, marks: list[BookingStatus], thanked: str
) -> None:
    """Arrived early, done, not come, come after all: time changes nothing of it, and one follow-up fits it."""
    life = await three_days_ahead(stepped_engine, skipper)
    await life.passes_to(life.start - timedelta(minutes=20))
    for status in marks:
        await life.comes_to("")
        await marked(life, status)
    await life.ends()
    last = marks[-1]
    assert (await life.row()).status is (BookingStatus.COMPLETED if last is BookingStatus.IN_PROGRESS else last)
    assert kinds_of(life.texts()) == [QUESTION, REMINDER, thanked]


async def test_who_has_confirmed_is_not_asked(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """A customer who told the reception that they come gets the reminder alone, and a word less in it."""
    life = await three_days_ahead(stepped_engine, skipper)
    await marked(life, BookingStatus.CONFIRMED)
    await life.comes_to("confirmed: notify (remind)")
    await life.ends()
    assert kinds_of(life.texts()) == [REMINDER, THANKS]
    assert "Se algo mudou" not in life.texts()[0]


async def test_what_the_rules_switch_off_is_not_said(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Zeros in the rules: the booking lives and ends without a word."""
    silent = {"confirm_hours_before": 0, "remind_minutes_before": 0, "follow_up_hours_after": 0}
    await change_rules(stepped_engine, PLAIN_RULES.model_copy(update=silent))
    zone = await shop_where_it_is(stepped_engine, 10)
    life = await booked(stepped_engine, skipper, await customer(stepped_engine), on_the_hour(zone, 3, 14))
    await life.comes_to("begin")
    await life.ends()
    assert (await life.row()).status is BookingStatus.COMPLETED
    assert life.texts() == []


# Between any two steps.


class Writer(StrEnum):
    """Who changes a booking."""

    RECEPTION = "reception"
    ANOTHER_SYSTEM = "another system"


@dataclass(frozen=True)
class Gap:
    """Between two steps: how long after the start that is, what comes next there, and what was told by then."""

    after_start: timedelta | None
    next: str
    told: tuple[str, ...]
    left: tuple[str, ...]
    """What is told of a booking that is moved to another day from here."""


ALL = (QUESTION, REMINDER, THANKS)
GAPS = {
    "before the question": Gap(None, "ask_to_confirm", (), ALL),
    "before the reminder": Gap(-23 * HOUR, "remind", (QUESTION,), ALL),
    "before the start": Gap(-HOUR / 2, "begin", (QUESTION, REMINDER), ALL),
    "in progress": Gap(HOUR / 6, "close", (QUESTION, REMINDER), (THANKS,)),
    "completed": Gap(4 * HOUR, "follow_up", (QUESTION, REMINDER), (THANKS,)),
}
CHANGES = [
    pytest.param(gap, writer, id=f"{name}-{writer}")
    for name, gap in GAPS.items()
    for writer in Writer
    # The reception neither moves nor cancels what has begun; another system may write what it likes.
    if writer is Writer.ANOTHER_SYSTEM or len(gap.left) == len(ALL)
]


async def at_gap(engine: Engine, skipper: TimeSkipper, gap: Gap) -> Life:
    """A booking whose life has come so far."""
    life = await three_days_ahead(engine, skipper)
    if gap.after_start is not None:
        await life.passes_to(life.start + gap.after_start)
        await life.comes_to(gap.next)
    assert kinds_of(life.texts()) == list(gap.told)
    return life


@pytest.mark.parametrize(("gap", "writer"), CHANGES)
async def test_a_cancelled_booking_is_told_of_no_more(
    stepped_engine: Engine, skipper: TimeSkipper, gap: Gap, writer: Writer
) -> None:
    """Cancelled between any two steps, by whoever: its life is over at once, and nothing more is sent."""
    life = await at_gap(stepped_engine, skipper, gap)
    if writer is Writer.RECEPTION:
        await marked(life, BookingStatus.CANCELLED)
    else:
        await written(life, "status = 'cancelled'")
    await life.has_ended()
    assert kinds_of(life.texts()) == list(gap.told)
    assert await life.handle.query("next_step") == "cancelled: nada mais a fazer"


@pytest.mark.parametrize(("gap", "writer"), CHANGES)
async def test_a_moved_booking_is_told_of_at_its_new_time_only(
    stepped_engine: Engine, skipper: TimeSkipper, gap: Gap, writer: Writer
) -> None:
    """Moved between any two steps, by whoever: nothing is said of the old time, and each notice of the new one once."""
    life = await at_gap(stepped_engine, skipper, gap)
    start = life.start + 7 * DAY
    if writer is Writer.RECEPTION:
        life = await moved(life, start)
    else:
        await written(life, "start_time = start_time + interval '7 days', end_time = end_time + interval '7 days'")
    await life.comes_to(f"{start.astimezone(UTC) - DAY:%d/%m %H:%M}" if len(gap.left) == 3 else "")
    await life.passes_to(start - 25 * HOUR)
    assert kinds_of(life.texts()) == list(gap.told)
    await life.ends()
    new = life.texts()[len(gap.told) :]
    assert kinds_of(new) == list(gap.left)
    assert all(f"{start:%d/%m}, às 14:00" in text for text in new if THANKS not in text)
    assert (await life.row()).status is BookingStatus.COMPLETED


async def test_what_was_moved_away_and_back_is_reminded_of_anew(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The customer was reminded, then told of another day, then of this one again: the reminder is due once more."""
    life = await at_gap(stepped_engine, skipper, GAPS["before the start"])
    for days in (7, -7):
        await written(
            life,
            "start_time = start_time + $2, end_time = end_time + $2",
            timedelta(days=days),
        )
    await stepped_engine.until(lambda: _has_sent(life, 3))
    await life.ends()
    assert kinds_of(life.texts()) == [QUESTION, REMINDER, REMINDER, THANKS]
    assert life.texts()[1] == life.texts()[2]


async def _has_sent(life: Life, count: int) -> bool:
    return len(life.texts()) >= count


async def test_a_booking_that_is_brought_forward_skips_what_it_is_too_late_for(
    stepped_engine: Engine, skipper: TimeSkipper
) -> None:
    """Moved to today in two hours: nobody is asked to confirm, and the reminder comes an hour before."""
    life = await three_days_ahead(stepped_engine, skipper)
    life = await moved(life, life.start.replace(hour=13) - 3 * DAY)
    await life.comes_to("notify (remind)")
    await life.ends()
    assert kinds_of(life.texts()) == [REMINDER, THANKS]


async def test_what_another_system_revives_lives_again(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """A cancelled booking that is scheduled again by plain SQL has its life back, in a run of its own."""
    life = await three_days_ahead(stepped_engine, skipper)
    await marked(life, BookingStatus.CANCELLED)
    await life.has_ended()
    await written(life, "status = 'scheduled'")
    await life.comes_to("ask_to_confirm")
    await life.ends()
    assert kinds_of(life.texts()) == list(ALL)

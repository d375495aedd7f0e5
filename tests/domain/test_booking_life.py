"""What comes next in a booking's life: decided by its row, the shop's rules and the clock alone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.agenda_rules import AgendaRules, Unattended
from domain.booking_life import BookingTimes, Step, after_time, calls_for, next_step, when
from domain.bookings import BookingStatus
from domain.notices import NoticeKind
from domain.opening import OpeningHours, OpenSpan
from domain.shop_calendar import ShopCalendar
from tests.domain.generated_shops import calendars, zones_and_days

ASK, REMIND, FOLLOW_UP = NoticeKind
SCHEDULED, CONFIRMED, IN_PROGRESS = BookingStatus.SCHEDULED, BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS
COMPLETED, CANCELLED, NO_SHOW = BookingStatus.COMPLETED, BookingStatus.CANCELLED, BookingStatus.NO_SHOW
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONE = ZoneInfo("America/Sao_Paulo")
SHOP = ShopCalendar(ZONE, OpeningHours(dict.fromkeys(range(7), (OpenSpan(opens=time(9), closes=time(18)),))))
START = datetime(2026, 11, 25, 14, tzinfo=ZONE)
LONG_AGO = START - 30 * DAY
NOTES_ARRIVALS = AgendaRules(unattended=Unattended.NO_SHOW)


def booking(
    status: BookingStatus = SCHEDULED, *told: NoticeKind, start: datetime = START, timed_at: datetime = LONG_AGO
) -> BookingTimes:
    """An hour on a Wednesday afternoon."""
    return BookingTimes(
        status=status,
        start=start.astimezone(UTC),
        end=start.astimezone(UTC) + HOUR,
        timed_at=timed_at.astimezone(UTC),
        told=frozenset(told),
    )


def to_come(
    of: BookingTimes | None,
    now: datetime,
    *,
    rules: AgendaRules | None = None,
    held_until: datetime | None = None,
) -> tuple[Step, NoticeKind | None, datetime] | None:
    """The next step in short."""
    step = next_step(of, held_until=held_until, rules=rules or AgendaRules(), calendar=SHOP, now=now)
    return (step.step, step.notice, step.due.astimezone(ZONE)) if step else None


@pytest.mark.parametrize(
    ("of", "now", "expected"),
    [
        (booking(), START - 3 * DAY, (Step.NOTIFY, ASK, START - DAY)),
        (booking(SCHEDULED, ASK), START - 23 * HOUR, (Step.NOTIFY, REMIND, START - HOUR)),
        (booking(CONFIRMED), START - 3 * DAY, (Step.NOTIFY, REMIND, START - HOUR)),
        (booking(SCHEDULED, ASK, REMIND), START - HOUR / 2, (Step.BEGIN, None, START)),
        (booking(IN_PROGRESS, ASK, REMIND), START, (Step.CLOSE, None, START + 3 * HOUR)),
        (booking(COMPLETED, ASK, REMIND), START + 3 * HOUR, (Step.NOTIFY, FOLLOW_UP, START + 25 * HOUR)),
        (booking(NO_SHOW, ASK, REMIND), START + 3 * HOUR, (Step.NOTIFY, FOLLOW_UP, START + 25 * HOUR)),
        (booking(COMPLETED, FOLLOW_UP), START + 26 * HOUR, None),
        (booking(CANCELLED), START - 3 * DAY, None),
        (None, START, None),
    ],
)
def test_what_comes_next(
    of: BookingTimes | None, now: datetime, expected: tuple[Step, NoticeKind | None, datetime] | None
) -> None:
    """Step by step, from the booking to the follow-up."""
    assert to_come(of, now) == expected


def test_held_slots_come_free_although_nothing_is_booked() -> None:
    """The release is a step like another: what is soonest comes first."""
    assert to_come(None, START, held_until=START + HOUR) == (Step.RELEASE, None, START + HOUR)
    soon = START - 2 * DAY
    assert to_come(booking(), START - 3 * DAY, held_until=soon) == (Step.RELEASE, None, soon)
    assert to_come(booking(CANCELLED), START, held_until=START) == (Step.RELEASE, None, START)


def test_a_shop_that_notes_arrivals_waits_for_the_note() -> None:
    """Nothing begins by itself there: who was not noted is closed as a no-show."""
    assert to_come(booking(SCHEDULED, ASK, REMIND), START, rules=NOTES_ARRIVALS) == (Step.CLOSE, None, START + 3 * HOUR)


def test_what_is_too_late_is_left_out() -> None:
    """A question two hours before the start, a reminder at the start, a follow-up days after make no sense any more."""
    assert to_come(booking(), START - 2 * HOUR - MINUTE) == (Step.NOTIFY, ASK, START - DAY)
    assert to_come(booking(), START - 2 * HOUR) == (Step.NOTIFY, REMIND, START - HOUR)
    assert to_come(booking(SCHEDULED, ASK), START) == (Step.BEGIN, None, START)
    assert to_come(booking(COMPLETED), START + 25 * HOUR + 2 * DAY) is None


def test_what_is_overdue_at_night_waits_for_the_morning() -> None:
    """The engine was away from noon to midnight: the question comes when the shop opens, not at midnight."""
    midnight, morning = START.replace(hour=0), START.replace(hour=9)
    assert to_come(booking(), midnight) == (Step.NOTIFY, ASK, morning)
    assert to_come(booking(), morning + MINUTE) == (Step.NOTIFY, ASK, START - DAY)
    early = booking(SCHEDULED, ASK, start=morning)
    assert to_come(early, midnight) == (Step.BEGIN, None, morning)


def test_who_confirms_before_being_asked_still_gets_the_reminder_the_question_stood_for() -> None:
    """One message stood for both; without the question it is the reminder, and after the question there is none."""
    rules = AgendaRules(confirm_hours_before=3, remind_minutes_before=150)
    assert to_come(booking(), START - DAY, rules=rules) == (Step.NOTIFY, ASK, START - 3 * HOUR)
    assert to_come(booking(CONFIRMED), START - DAY, rules=rules) == (Step.NOTIFY, REMIND, START - 150 * MINUTE)
    asked = booking(CONFIRMED, ASK)
    assert to_come(asked, START - 170 * MINUTE, rules=rules) == (Step.BEGIN, None, START)


@pytest.mark.parametrize(
    ("status", "step", "rules", "becomes"),
    [
        (SCHEDULED, Step.BEGIN, AgendaRules(), IN_PROGRESS),
        (CONFIRMED, Step.BEGIN, AgendaRules(), IN_PROGRESS),
        (SCHEDULED, Step.BEGIN, NOTES_ARRIVALS, None),
        (SCHEDULED, Step.CLOSE, AgendaRules(), None),
        (SCHEDULED, Step.CLOSE, NOTES_ARRIVALS, NO_SHOW),
        (CONFIRMED, Step.CLOSE, NOTES_ARRIVALS, NO_SHOW),
        (IN_PROGRESS, Step.CLOSE, AgendaRules(), COMPLETED),
        (IN_PROGRESS, Step.CLOSE, NOTES_ARRIVALS, COMPLETED),
        (IN_PROGRESS, Step.BEGIN, AgendaRules(), None),
        (COMPLETED, Step.CLOSE, AgendaRules(), None),
        (NO_SHOW, Step.CLOSE, AgendaRules(), None),
        (CANCELLED, Step.BEGIN, AgendaRules(), None),
        (CANCELLED, Step.CLOSE, NOTES_ARRIVALS, None),
    ],
)
def test_what_time_alone_makes_of_a_booking(
    status: BookingStatus, step: Step, rules: AgendaRules, becomes: BookingStatus | None
) -> None:
    """Time begins and closes; what people said or cancelled it leaves alone."""
    assert after_time(status, step, rules) is becomes


def test_when_time_begins_and_closes() -> None:
    """At the start, and the shop's own while after the end."""
    rules = AgendaRules(close_after_minutes=45)
    assert when(Step.BEGIN, start=START, end=START + HOUR, rules=rules) == START
    assert when(Step.CLOSE, start=START, end=START + HOUR, rules=rules) == START + HOUR + 45 * MINUTE


def test_who_is_still_told_of_what() -> None:
    """A question to who has not answered, a reminder of what is coming, a follow-up of what was."""
    told = {kind: {status for status in BookingStatus if calls_for(kind, status)} for kind in NoticeKind}
    assert told == {ASK: {SCHEDULED}, REMIND: {SCHEDULED, CONFIRMED}, FOLLOW_UP: {COMPLETED, NO_SHOW}}


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_every_life_ends_and_tells_each_thing_once(data: st.DataObject) -> None:
    """Lived through step by step, in any shop, with the engine away now and then: in hours, in order, to an end."""
    zone, day = data.draw(zones_and_days())
    calendar = data.draw(calendars(zone, day))
    start = datetime.combine(day, time(), tzinfo=UTC) + data.draw(st.integers(0, 2880)) * MINUTE
    rules = AgendaRules(
        confirm_hours_before=data.draw(st.sampled_from([0, 3, 24])),
        remind_minutes_before=data.draw(st.sampled_from([0, 60, 1440])),
        follow_up_hours_after=data.draw(st.sampled_from([0, 24])),
        unattended=data.draw(st.sampled_from(list(Unattended))),
    )
    now = start - data.draw(st.integers(0, 5 * 24 * 60)) * MINUTE
    of = BookingTimes(status=SCHEDULED, start=start, end=start + HOUR, timed_at=now)
    for _ in range(8):
        step = next_step(of, held_until=None, rules=rules, calendar=calendar, now=now)
        if step is None:
            break
        now = max(now, step.due.astimezone(UTC))
        if step.notice is not None:
            assert step.until is not None
            assert calendar.is_open_at(now)
            assert now < step.until
            assert step.notice not in of.told
            assert calls_for(step.notice, of.status)
            of = of.model_copy(update={"told": of.told | {step.notice}})
        else:
            becomes = after_time(of.status, step.step, rules)
            assert becomes is not None
            of = of.model_copy(update={"status": becomes})
        now += data.draw(st.sampled_from([0, 0, 0, 90, 720])) * MINUTE
    else:
        pytest.fail("the life does not end")
    assert of.status is (COMPLETED if rules.unattended is Unattended.COMPLETED else NO_SHOW)

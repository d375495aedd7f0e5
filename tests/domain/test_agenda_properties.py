"""Any shop, in any zone, on any day: what is offered is exactly what a slow reading of the rules allows."""

from datetime import UTC, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.agenda import free_at, free_slots, refusal_of_day, refusal_of_start
from domain.errors import RefusalCode
from tests.domain.generated_shops import Case, cases
from tests.domain.slow_agenda import SlowAgenda, open_spans


def _offered(case: Case) -> list[tuple[object, object]]:
    slots = free_slots(case.agenda, case.need, first=case.first, last=case.last, now=case.now)
    return [(slot.start.astimezone(UTC), slot.professionals) for slot in slots]


@settings(max_examples=250, deadline=None)
@given(case=cases())
def test_every_free_slot_is_offered_and_no_other(case: Case) -> None:
    """The starts, their order, and who could take each are those of the slow reading, to the last one."""
    assert _offered(case) == SlowAgenda(case).slots()


@settings(max_examples=150, deadline=None)
@given(case=cases())
def test_what_is_offered_is_never_refused(case: Case) -> None:
    """Asked again for a start that was offered, the rules say the same people and no reason against it."""
    for slot in free_slots(case.agenda, case.need, first=case.first, last=case.last, now=case.now):
        assert slot.start.tzinfo is case.agenda.calendar.zone
        assert free_at(case.agenda, case.need, slot.start) == slot.professionals
        assert refusal_of_start(case.agenda, case.need, slot.start, case.now) is None
        assert refusal_of_day(case.agenda, slot.start.date(), case.now) is None


@settings(max_examples=250, deadline=None)
@given(case=cases(), minutes=st.lists(st.integers(-24 * 60, 96 * 60), min_size=10, max_size=10))
def test_any_start_is_judged_as_the_slow_reading_judges_it(case: Case, minutes: list[int]) -> None:
    """Off the grid, in the second of a repeated hour, in the past: the same people, and the same first reason."""
    slow = SlowAgenda(case)
    offered = dict(_offered(case))
    for minute in (slow.time.minute(slow.time.begin + timedelta(days=4, minutes=minute)) for minute in minutes):
        start = slow.time.instant(minute).astimezone(case.agenda.calendar.zone)
        refused = refusal_of_start(case.agenda, case.need, start, case.now)
        takers = free_at(case.agenda, case.need, start)
        assert (refused.code if refused else None) == slow.refusal(minute)
        assert takers == slow.takers(minute)
        if case.first <= start.date() <= case.last and slow.on_grid(minute):
            assert offered.get(start.astimezone(UTC), ()) == (takers if refused is None else ())


@settings(max_examples=100, deadline=None)
@given(case=cases())
def test_a_day_is_refused_exactly_when_it_can_have_no_start(case: Case) -> None:
    """Past, too far ahead, or without a minute in which the shop is open."""
    slow = SlowAgenda(case)
    for day in (case.first + timedelta(days=n) for n in range((case.last - case.first).days + 1)):
        refused = refusal_of_day(case.agenda, day, case.now)
        if day < slow.today:
            expected = RefusalCode.PAST_DATE
        elif day > slow.last_day:
            expected = RefusalCode.TOO_FAR_AHEAD
        elif not any(slow.time.minutes(day, span) for span in open_spans(case.agenda.calendar, day)):
            expected = RefusalCode.CLOSED_DAY
        else:
            expected = None
        assert (refused.code if refused else None) == expected

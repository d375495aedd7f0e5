"""Which free slots are offered at once: few, in order, and spread over the days that were asked for."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.agenda import FreeSlot
from domain.offers import worth_offering

ZONE = ZoneInfo("America/Sao_Paulo")
MONDAY = datetime(2026, 11, 23, tzinfo=ZONE)


def slot(day: int, hour: int) -> FreeSlot:
    """A free slot of that day of the week."""
    return FreeSlot(start=MONDAY + timedelta(days=day, hours=hour), professionals=())


SLOTS = st.lists(st.tuples(st.integers(0, 6), st.integers(8, 18)), unique=True).map(
    lambda found: [slot(day, hour) for day, hour in sorted(found)]
)


def test_one_day_gives_its_earliest() -> None:
    """Of a free day the first slots are offered."""
    assert worth_offering([slot(0, hour) for hour in range(9, 18)], 3) == [slot(0, 9), slot(0, 10), slot(0, 11)]


def test_many_days_give_one_each_in_turn() -> None:
    """Two slots of each of three days, rather than six of the first."""
    found = [slot(day, hour) for day in range(3) for hour in range(9, 18)]
    assert worth_offering(found, 6) == [slot(day, hour) for day in range(3) for hour in (9, 10)]


def test_a_day_with_less_leaves_room_to_the_others() -> None:
    """A day that has one slot left gives that one."""
    assert worth_offering([slot(0, 9), slot(1, 9), slot(1, 10), slot(1, 11)], 3) == [
        slot(0, 9),
        slot(1, 9),
        slot(1, 10),
    ]


@given(SLOTS, st.integers(1, 20))
def test_what_is_offered_is_free_in_order_few_and_fair(free: list[FreeSlot], most: int) -> None:
    """As many as may be and there are, each once, soonest first; no day gives two more than one with more left."""
    chosen = worth_offering(free, most)
    assert len(chosen) == min(most, len(free))
    assert all(one in free for one in chosen)
    starts = [one.start for one in chosen]
    assert starts == sorted(set(starts))
    given_by = {one.start.date(): [c for c in chosen if c.start.date() == one.start.date()] for one in free}
    for day, of_day in given_by.items():
        all_of_day = [one for one in free if one.start.date() == day]
        assert of_day == all_of_day[: len(of_day)]
        if len(of_day) < len(all_of_day):
            assert all(len(others) <= len(of_day) + 1 for others in given_by.values())

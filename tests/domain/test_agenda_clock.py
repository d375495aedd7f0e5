"""The clock of a shop's days."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.agenda_clock import DayClock, jumping_days
from tests.domain.generated_shops import zones_and_days


@given(place=zones_and_days(), ahead=st.integers(-3, 1), length=st.integers(0, 20))
def test_days_that_jump_are_those_whose_clock_says_so(place: tuple[ZoneInfo, date], ahead: int, length: int) -> None:
    """Many days at once are told apart as one by one, in any zone and year."""
    zone, around = place
    days = [around + timedelta(days=ahead + n) for n in range(length)]
    assert jumping_days(days, zone) == {day for day in days if DayClock(day, zone).zero is None}

"""Periods: the days they are, when they begin and end, and what each is compared with."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.periods import NamedPeriod, Period

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def period(first: str, last: str | None = None) -> Period:
    """From one day to another, or a day alone."""
    return Period(first=date.fromisoformat(first), last=date.fromisoformat(last or first))


@pytest.mark.parametrize(
    ("asked", "before"),
    [
        # Whole months: the whole months before, however long.
        (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (("2026-02-01", "2026-02-28"), ("2026-01-01", "2026-01-31")),
        (("2028-03-01", "2028-03-31"), ("2028-02-01", "2028-02-29")),
        (("2028-02-01", "2028-02-29"), ("2028-01-01", "2028-01-31")),
        (("2026-01-01", "2026-01-31"), ("2025-12-01", "2025-12-31")),
        (("2026-04-01", "2026-06-30"), ("2026-01-01", "2026-03-31")),
        (("2028-01-01", "2028-12-31"), ("2027-01-01", "2027-12-31")),
        # Part of a month: the same days of the month before, as far as it has them.
        (("2026-11-01", "2026-11-22"), ("2026-10-01", "2026-10-22")),
        (("2026-03-01", "2026-03-30"), ("2026-02-01", "2026-02-28")),
        (("2028-03-01", "2028-03-30"), ("2028-02-01", "2028-02-29")),
        (("2028-02-01", "2028-02-28"), ("2028-01-01", "2028-01-28")),
        (("2026-12-01", "2026-12-30"), ("2026-11-01", "2026-11-30")),
        (("2026-12-01",), ("2026-11-01",)),
        (("2026-01-01", "2026-11-22"), ("2025-02-01", "2025-12-22")),
        # Days that begin a week: the same of the week before.
        (("2026-11-16", "2026-11-22"), ("2026-11-09", "2026-11-15")),
        (("2026-11-16", "2026-11-18"), ("2026-11-09", "2026-11-11")),
        # Anything else: as many days just before.
        (("2026-11-16",), ("2026-11-15",)),
        (("2026-11-17", "2026-11-19"), ("2026-11-14", "2026-11-16")),
        (("2026-11-16", "2026-11-29"), ("2026-11-02", "2026-11-15")),
        (("2028-03-31",), ("2028-03-30",)),
        (("2028-02-29",), ("2028-02-28",)),
        (("2026-10-24", "2026-11-22"), ("2026-09-24", "2026-10-23")),
    ],
)
def test_what_a_period_is_compared_with(asked: tuple[str, ...], before: tuple[str, ...]) -> None:
    """Months with months, weeks with weeks, days with as many days."""
    assert period(*asked).before() == period(*before)


@given(first=DAYS, length=st.integers(0, 800))
def test_the_period_before_is_over_before_it_begins(first: date, length: int) -> None:
    """No day is in both, and whole months stay whole."""
    asked = Period(first=first, last=first + timedelta(days=length))
    before = asked.before()
    assert before.last < asked.first
    if first.day == 1:
        assert before.first.day == 1
        if (asked.last + timedelta(days=1)).day == 1:
            assert before.last + timedelta(days=1) == asked.first
    else:
        assert before.days == asked.days


@pytest.mark.parametrize(
    ("zone", "day", "hours", "starts"),
    [
        ("America/Sao_Paulo", "2026-11-22", 24, "2026-11-22T03:00Z"),
        ("America/Sao_Paulo", "2018-11-04", 23, "2018-11-04T03:00Z"),  # begins at 01:00
        ("America/Sao_Paulo", "2018-02-17", 25, "2018-02-17T02:00Z"),
        ("America/Santiago", "2026-09-06", 23, "2026-09-06T04:00Z"),
        ("America/Santiago", "2026-04-04", 25, "2026-04-04T03:00Z"),
        ("America/Havana", "2026-11-01", 25, "2026-11-01T04:00Z"),  # midnight comes twice
    ],
)
def test_a_day_is_as_long_as_it_is(zone: str, day: str, hours: int, starts: str) -> None:
    """From the first instant of the day to the first of the next, also where the clock jumps."""
    start, end = period(day).bounds(ZoneInfo(zone))
    assert start.astimezone(UTC) == datetime.fromisoformat(starts)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=hours)


@given(first=DAYS, length=st.integers(0, 40), zone=st.sampled_from(["America/Sao_Paulo", "America/Asuncion", "UTC"]))
def test_periods_side_by_side_share_no_instant_and_leave_none_out(first: date, length: int, zone: str) -> None:
    """One ends at the instant at which the next begins."""
    whole = Period(first=first, last=first + timedelta(days=length))
    days = [Period(first=day, last=day) for n in range(whole.days) for day in [first + timedelta(days=n)]]
    edges = [day.bounds(ZoneInfo(zone)) for day in days]
    assert [end for _, end in edges[:-1]] == [start for start, _ in edges[1:]]
    assert (edges[0][0], edges[-1][1]) == whole.bounds(ZoneInfo(zone))


@given(today=DAYS)
def test_named_periods_fit_together(today: date) -> None:
    """Weeks begin on Monday; what has begun ends today; what is over, or has not begun, is whole."""

    def named(name: NamedPeriod) -> Period:
        return Period.named(name, today)

    one = timedelta(days=1)
    assert named(NamedPeriod.TODAY) == Period(first=today, last=today)
    assert named(NamedPeriod.YESTERDAY).last + one == today == named(NamedPeriod.TOMORROW).first - one
    for this, last, next_ in (
        (NamedPeriod.THIS_WEEK, NamedPeriod.LAST_WEEK, NamedPeriod.NEXT_WEEK),
        (NamedPeriod.THIS_MONTH, NamedPeriod.LAST_MONTH, NamedPeriod.NEXT_MONTH),
    ):
        assert named(this).last == today
        assert named(last).last + one == named(this).first <= today < named(next_).first
    assert named(NamedPeriod.THIS_WEEK).first.weekday() == named(NamedPeriod.NEXT_WEEK).first.weekday() == 0
    assert named(NamedPeriod.LAST_WEEK).days == named(NamedPeriod.NEXT_WEEK).days == 7
    for month in (NamedPeriod.LAST_MONTH, NamedPeriod.NEXT_MONTH):
        assert named(month).first.day == (named(month).last + one).day == 1
        assert 28 <= named(month).days <= 31
    assert [named(n).days for n in (NamedPeriod.LAST_7_DAYS, NamedPeriod.LAST_30_DAYS)] == [7, 30]
    assert named(NamedPeriod.LAST_YEAR).last + one == named(NamedPeriod.THIS_YEAR).first == date(today.year, 1, 1)


def test_a_period_does_not_end_before_it_begins() -> None:
    """A period has a day at least."""
    with pytest.raises(ValidationError):
        period("2026-11-22", "2026-11-21")


def test_in_words() -> None:
    """As owners read it."""
    assert period("2026-11-22").in_words() == "22/11/2026"
    assert period("2026-11-01", "2026-11-22").in_words() == "01/11/2026 a 22/11/2026"

"""Which starts fit: held against a slow computation on the instants themselves, in zones whose clocks jump."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.agenda import (
    GRID_MINUTES,
    Busy,
    OpeningHours,
    OpenSpan,
    fits_opening,
    free_professionals,
    free_starts,
    local_instant,
)
from domain.ids import ProfessionalId

ANA, BIA = ProfessionalId(UUID(int=1)), ProfessionalId(UUID(int=2))
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
JUMPS = [
    ("America/Sao_Paulo", date(2026, 11, 23)),  # no jump
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight does not exist
    ("America/Sao_Paulo", date(2018, 2, 17)),  # 23:00 comes twice
    ("America/New_York", date(2026, 3, 8)),  # two o'clock does not exist
    ("America/New_York", date(2026, 11, 1)),  # one o'clock comes twice
    ("Europe/Lisbon", date(2026, 3, 29)),
    ("Europe/Lisbon", date(2026, 10, 25)),
    ("Asia/Beirut", date(2021, 3, 28)),  # midnight does not exist
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # jumps by half an hour
]
CLOCK = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
DURATIONS = st.sampled_from([5, 30, 45, 60, 90, 120, 240]).map(lambda m: timedelta(minutes=m))


@st.composite
def spans(draw: st.DrawFn) -> tuple[OpenSpan, ...]:
    """Up to three open stretches in order."""
    edges = sorted(draw(st.lists(CLOCK, min_size=2, max_size=6, unique=True)))
    return tuple(OpenSpan(opens=a, closes=b) for a, b in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def stretches(draw: st.DrawFn, day: date) -> tuple[Busy, ...]:
    """Bookings around a day, of two people, given in UTC as the database does."""
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    found = []
    for _ in range(draw(st.integers(0, 8))):
        start = midnight + timedelta(minutes=15 * draw(st.integers(-40, 140)))
        length = timedelta(minutes=15 * draw(st.integers(1, 12)))
        found.append(Busy(professional_id=draw(st.sampled_from([ANA, BIA])), start=start, end=start + length))
    return tuple(found)


def every_day(of_day: tuple[OpenSpan, ...]) -> OpeningHours:
    """The same hours on every weekday."""
    return OpeningHours(dict.fromkeys(range(7), of_day))


def expected_starts(
    day: date, hours: tuple[OpenSpan, ...], zone: ZoneInfo, now: datetime, duration: timedelta, busy: tuple[Busy, ...]
) -> list[datetime]:
    """The same rules, quarter of an hour by quarter of an hour, judged on instants in UTC."""
    found = []
    for minute in range(0, 24 * 60, 15):  # all hours that are drawn begin at a quarter
        wall = datetime.combine(day, time(minute // 60, minute % 60))
        start = wall.replace(tzinfo=zone).astimezone(UTC)
        if start.astimezone(zone).replace(tzinfo=None) != wall or start <= now:
            continue
        end = start + duration
        end_wall = end.astimezone(zone).replace(tzinfo=None)
        inside = any(
            datetime.combine(day, s.opens) <= wall < datetime.combine(day, s.closes)
            and end_wall <= datetime.combine(day, s.closes)
            and (wall - datetime.combine(day, s.opens)) % timedelta(minutes=GRID_MINUTES) == timedelta(0)
            for s in hours
        )
        taken = {b.professional_id for b in busy if b.start < end and b.end > start}
        if inside and len(taken) < 2:
            found.append(start)
    return found


@pytest.mark.parametrize(("zone_name", "day"), JUMPS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_free_starts_are_exactly_those_that_fit(zone_name: str, day: date, data: st.DataObject) -> None:
    """Never outside the hours, in the past or where everybody is busy; and none that fits is left out."""
    zone, hours, duration = ZoneInfo(zone_name), data.draw(spans()), data.draw(DURATIONS)
    busy = data.draw(stretches(day))
    now = datetime.combine(day, time(), tzinfo=UTC) + timedelta(minutes=data.draw(st.integers(-600, 1800)))
    starts = free_starts(
        day, hours=every_day(hours), zone=zone, now=now, duration=duration, professionals=(ANA, BIA), busy=busy
    )
    assert [start.astimezone(UTC) for start in starts] == expected_starts(day, hours, zone, now, duration, busy)
    assert all(start.tzinfo is zone for start in starts)


def test_now_in_the_shops_own_zone_is_the_same_now() -> None:
    """A clock that jumps between now and the start does not hide or offer a start."""
    zone = ZoneInfo("America/New_York")
    day = date(2026, 11, 1)
    now = datetime(2026, 11, 1, 1, 30, tzinfo=zone, fold=1)  # the second half past one
    starts = free_starts(
        day,
        hours=every_day((OpenSpan(opens=time(0), closes=time(6)),)),
        zone=zone,
        now=now,
        duration=timedelta(hours=1),
        professionals=(ANA,),
        busy=(),
    )
    assert [start.hour for start in starts] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("zone_name", "day", "at", "exists"),
    [
        ("America/Sao_Paulo", date(2018, 11, 4), time(0, 0), False),
        ("America/Sao_Paulo", date(2018, 11, 4), time(1, 0), True),
        ("America/New_York", date(2026, 3, 8), time(2, 30), False),
        ("America/New_York", date(2026, 11, 1), time(1, 30), True),
        ("Europe/Lisbon", date(2026, 3, 29), time(1, 0), False),
        ("America/Sao_Paulo", date(2026, 11, 23), time(10, 0), True),
    ],
)
def test_a_local_time_that_the_clock_skips_is_none(zone_name: str, day: date, at: time, exists: bool) -> None:
    """No customer is given an hour that does not happen."""
    found = local_instant(day, at, ZoneInfo(zone_name))
    assert (found is not None) is exists


def test_a_booking_over_a_jump_lasts_as_long_as_it_lasts() -> None:
    """Ninety minutes from half past one end at four, not at three, when two o'clock is skipped."""
    zone = ZoneInfo("America/New_York")
    start = datetime(2026, 3, 8, 1, 30, tzinfo=zone)
    until_half_past_three = every_day((OpenSpan(opens=time(1), closes=time(3, 30)),))
    until_four = every_day((OpenSpan(opens=time(1), closes=time(4)),))
    assert not fits_opening(until_half_past_three, start, timedelta(minutes=90), zone)
    assert fits_opening(until_four, start, timedelta(minutes=90), zone)


def test_a_clock_set_back_does_not_bring_a_booking_back_into_the_hours() -> None:
    """Half past eleven at night, thirty minutes long, ends at eleven where that hour comes twice: the shop is
    closed."""
    zone = ZoneInfo("America/Sao_Paulo")
    start = datetime(2018, 2, 17, 23, 30, tzinfo=zone)
    until_eleven = every_day((OpenSpan(opens=time(9), closes=time(23)),))
    assert not fits_opening(until_eleven, start, timedelta(minutes=30), zone)


def test_a_booking_may_touch_its_neighbours_and_both_edges() -> None:
    """Ten to eleven is free between nine-to-ten and eleven-to-noon, and in hours of ten to eleven."""
    day, zone = date(2026, 11, 23), ZoneInfo("America/Sao_Paulo")
    ten = datetime(2026, 11, 23, 10, tzinfo=zone)
    hour = timedelta(hours=1)
    around = (
        Busy(professional_id=ANA, start=ten - hour, end=ten),
        Busy(professional_id=ANA, start=ten + hour, end=ten + 2 * hour),
    )
    assert free_professionals(ten, hour, (ANA, BIA), around) == (ANA, BIA)
    assert free_starts(
        day,
        hours=every_day((OpenSpan(opens=time(10), closes=time(11)),)),
        zone=zone,
        now=LONG_AGO,
        duration=hour,
        professionals=(ANA,),
        busy=around,
    ) == [ten]


def test_professionals_keep_their_order() -> None:
    """Who is asked first stays first; who is taken is left out."""
    ten = datetime(2026, 11, 23, 10, tzinfo=UTC)
    busy = (Busy(professional_id=ANA, start=ten, end=ten + timedelta(minutes=5)),)
    assert free_professionals(ten, timedelta(hours=1), (BIA, ANA), ()) == (BIA, ANA)
    assert free_professionals(ten, timedelta(hours=1), (ANA, BIA), busy) == (BIA,)


def test_nobody_works_no_start_is_free() -> None:
    """A shop without professionals offers nothing."""
    assert (
        free_starts(
            date(2026, 11, 23),
            hours=every_day((OpenSpan(opens=time(9), closes=time(18)),)),
            zone=ZoneInfo("America/Sao_Paulo"),
            now=LONG_AGO,
            duration=timedelta(hours=1),
            professionals=(),
            busy=(),
        )
        == []
    )


@pytest.mark.parametrize(
    "hours",
    [
        {7: [("09:00", "18:00")]},
        {0: [("18:00", "09:00")]},
        {0: [("09:00", "12:00"), ("11:00", "18:00")]},
        {0: [("13:00", "18:00"), ("09:00", "12:00")]},
        {0: [("09:00", "09:00")]},
    ],
)
def test_hours_that_make_no_sense_are_refused(hours: dict[int, list[tuple[str, str]]]) -> None:
    """Wrong weekdays, backward, overlapping, unordered or empty stretches."""
    with pytest.raises(ValidationError):
        OpeningHours.model_validate({d: [{"opens": a, "closes": b} for a, b in of_day] for d, of_day in hours.items()})


def test_hours_in_words() -> None:
    """A line a day, closed days too, lunch left out."""
    lunch = (OpenSpan(opens=time(8), closes=time(12)), OpenSpan(opens=time(13), closes=time(18)))
    words = OpeningHours({0: lunch, 6: ()}).in_words()
    assert words[0] == "segunda-feira: 08:00–12:00, 13:00–18:00"
    assert words[1:] == [f"{d}: fechado" for d in ("terça-feira", "quarta-feira", "quinta-feira", "sexta-feira")] + [
        "sábado: fechado",
        "domingo: fechado",
    ]

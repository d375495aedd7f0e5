"""Shops, staff, bookings and days for the agenda's properties, most of them around a clock that jumps."""

import zoneinfo
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from domain.agenda import Agenda, Need, Professional
from domain.agenda_rules import AgendaRules, State
from domain.busy_times import BusyTimes
from domain.ids import ProfessionalId, ServiceId
from domain.opening import OpeningHours, OpenSpan
from domain.shop_calendar import ShopCalendar

BATH, CLIP = ServiceId(UUID(int=1)), ServiceId(UUID(int=2))
Taken = list[tuple[datetime, datetime]]

NASTY = [
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight is skipped
    ("America/Sao_Paulo", date(2018, 2, 17)),  # 23:00 comes twice
    ("America/Sao_Paulo", date(2026, 12, 25)),  # Natal
    ("America/Sao_Paulo", date(2026, 12, 31)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Havana", date(2026, 11, 1)),  # midnight comes twice
    ("America/St_Johns", date(2008, 11, 2)),  # set back at 00:01 into the day before
    ("America/Nuuk", date(2026, 3, 28)),  # the hour before midnight is skipped
    ("Europe/Lisbon", date(2026, 10, 25)),
    ("Asia/Beirut", date(2021, 3, 28)),
    ("Asia/Kathmandu", date(1986, 1, 1)),  # a quarter of an hour is skipped
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # half an hour is skipped
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour comes twice
    ("Pacific/Chatham", date(2026, 9, 27)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that does not exist
    ("Pacific/Kiritimati", date(1994, 12, 31)),  # another
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Antarctica/Troll", date(2026, 3, 29)),  # jumps by two hours
]
_ZONES = sorted(zoneinfo.available_timezones())

CLOCK = st.one_of(
    st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45])),
    st.builds(time, st.sampled_from([0, 1, 2, 3, 22, 23]), st.integers(0, 59)),
    st.sampled_from([time(0), time(23, 59)]),
)


@cache
def _jumps(zone: ZoneInfo, year: int) -> list[date]:
    """The days of a year before whose noon, and after the noon before, the clock jumps."""
    noons = [datetime(year, 1, 1, 12, tzinfo=zone) + timedelta(days=n) for n in range(366)]
    return [noon.date() for before, noon in pairwise(noons) if before.utcoffset() != noon.utcoffset()]


@st.composite
def zones_and_days(draw: st.DrawFn) -> tuple[ZoneInfo, date]:
    """A zone and a day of it, near a jump where it has one."""
    if draw(st.booleans()):
        name, day = draw(st.sampled_from(NASTY))
        return ZoneInfo(name), day
    zone = ZoneInfo(draw(st.sampled_from(_ZONES)))
    year = draw(st.integers(1975, 2037))
    return zone, draw(st.sampled_from(_jumps(zone, year) or [date(year, 12, 31)]))


@st.composite
def spans(draw: st.DrawFn, most: int = 3) -> tuple[OpenSpan, ...]:
    """Some stretches of a day, in order; often a whole working day."""
    if draw(st.booleans()):
        opens = draw(st.builds(time, st.integers(0, 9), st.sampled_from([0, 0, 7, 30])))
        return (OpenSpan(opens=opens, closes=draw(st.sampled_from([time(17), time(23), time(23, 45), time(23, 59)]))),)
    edges = sorted(draw(st.lists(CLOCK, min_size=0, max_size=2 * most, unique=True)))
    return tuple(OpenSpan(opens=a, closes=b) for a, b in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def weeks(draw: st.DrawFn) -> OpeningHours:
    """One kind of day, and one weekday that is another."""
    usual, unusual = draw(spans()), draw(spans())
    usual = usual or (OpenSpan(opens=time(0), closes=time(12, 30)),)
    return OpeningHours(dict.fromkeys(range(7), usual) | {draw(st.integers(0, 6)): unusual})


@st.composite
def calendars(draw: st.DrawFn, zone: ZoneInfo, around: date) -> ShopCalendar:
    """A shop's days, with a special one near the day now and then."""
    special = {around + timedelta(days=draw(st.integers(-1, 2))): draw(spans()) for _ in range(draw(st.integers(0, 1)))}
    return ShopCalendar(
        zone=zone,
        hours=draw(weeks()),
        special_days=special,
        state=draw(st.sampled_from([None, State.SP, State.RJ])),
        opens_on_holidays=draw(st.sampled_from([True, True, False])),
    )


@st.composite
def taken(draw: st.DrawFn, around: date, most: int) -> Taken:
    """Bookings and absences near a day, as the database gives them: in UTC, in any order, overlapping or not."""
    midnight = datetime.combine(around, time(), tzinfo=UTC)
    found = []
    for _ in range(draw(st.integers(0, most))):
        start = midnight + timedelta(minutes=draw(st.integers(-36 * 60, 72 * 60)))
        found.append((start, start + timedelta(minutes=draw(st.sampled_from([1, 20, 60, 60, 90, 600])))))
    return found


@st.composite
def staff(draw: st.DrawFn) -> tuple[Professional, ...]:
    """Nobody, or a few people."""
    return tuple(
        Professional(
            id=ProfessionalId(UUID(int=100 + number)),
            name=f"Profissional {number}",
            services=draw(st.sampled_from([None, None, frozenset({BATH, CLIP}), frozenset({BATH}), frozenset()])),
            hours=draw(st.none() | st.none() | weeks()),
            lunch=draw(st.none() | spans(most=1).map(lambda found: found[0] if found else None)),
        )
        for number in range(draw(st.sampled_from([1, 2, 3, 0])))
    )


NEEDS = st.builds(
    Need,
    service_id=st.sampled_from([None, BATH, CLIP]),
    minutes=st.sampled_from([1, 20, 30, 45, 60, 60, 90, 240]),
    preparation_minutes=st.sampled_from([0, 0, 10, 25, 60]),
)


class Case:
    """All that `free_slots` is asked, and the stretches that `agenda.busy` was made of."""

    def __init__(self, agenda: Agenda, taken: dict[ProfessionalId, Taken], pet_taken: Taken) -> None:
        self.taken, self.pet_taken = taken, pet_taken
        busy = {who: BusyTimes.of(stretches) for who, stretches in taken.items()}
        self.agenda = replace(agenda, busy=busy, pet_busy=BusyTimes.of(pet_taken))
        self.need = Need(service_id=None, minutes=60)
        self.now = datetime(2000, 1, 1, tzinfo=UTC)
        self.first = self.last = date(2000, 1, 1)

    def __repr__(self) -> str:
        return f"Case({self.agenda}, {self.need}, {self.first} to {self.last}, now={self.now})"


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A shop asked about two or three days near a jump, not long before them or in their midst."""
    zone, day = draw(zones_and_days())
    rules = AgendaRules(
        slot_minutes=draw(st.sampled_from([5, 20, 30, 60, 60, 240])),
        minimum_notice_minutes=draw(st.sampled_from([0, 30, 90, 90, 24 * 60])),
        days_ahead=draw(st.sampled_from([90, 90, 90, 2, 1])),
    )
    people = draw(staff())
    case = Case(
        Agenda(calendar=draw(calendars(zone, day)), rules=rules, professionals=people, busy={}),
        {person.id: draw(taken(day, most=5)) for person in people if draw(st.booleans())},
        draw(taken(day, most=2)),
    )
    case.need = draw(NEEDS)
    case.first = day - timedelta(days=draw(st.integers(0, 1)))
    case.last = day + timedelta(days=draw(st.integers(0, 1)))
    ago = timedelta(minutes=draw(st.integers(-12 * 60, 48 * 60)), seconds=draw(st.sampled_from([0, 0, 1, 59])))
    case.now = datetime.combine(case.first, time(), tzinfo=UTC) - ago
    return case

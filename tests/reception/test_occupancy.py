"""Occupancy is what one counts minute by minute, and its parts add up."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.agenda import Professional
from domain.agenda_rules import AgendaRules, State
from domain.figures import Occupancy
from domain.ids import ProfessionalId
from domain.opening import OpeningHours, OpenSpan
from domain.periods import Period
from reception.desk import Desk
from reception.occupancy import occupancy
from storage import organizations, professionals, special_days
from storage.organizations import SettingsChange
from storage.special_days import SpecialDay
from tests.domain.generated_shops import spans, weeks
from tests.reception.conftest import Reception, monday
from tests.storage.counting import Counted, bookings_of, midnight
from tests.storage.rows import customer, insert_booking

MINUTE = timedelta(minutes=1)
PLACES = [
    ("America/Sao_Paulo", date(2026, 12, 25)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight is skipped
    ("America/Sao_Paulo", date(2018, 2, 17)),  # 23:00 comes twice
    ("America/Santiago", date(2026, 4, 4)),
    ("America/Santiago", date(2026, 9, 6)),
    ("America/Havana", date(2026, 11, 1)),  # midnight comes twice
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # half an hour is skipped
]
TIMES = st.tuples(st.integers(0, 2), st.integers(-4 * 96, 12 * 96), st.sampled_from([1, 4, 9, 40, 400, 1500]))
"""Of a professional: from a quarter of an hour after a midnight, for so many quarters."""


def shows(at: time) -> int:
    """The minute of the day."""
    return at.hour * 60 + at.minute


def lies_in(face: int, stretches: Iterable[OpenSpan]) -> bool:
    """Whether a clock that has come so far is in one of them."""
    return any(shows(one.opens) <= face < shows(one.closes) for one in stretches)


async def open_by_hand(desk: Desk, period: Period) -> Counter[tuple[UUID, date, int]]:
    """Every minute at which somebody could be booked, by who, day and hour: the clock is looked at each minute.

    A clock that is set back is in no stretch again that it has left.
    """
    people: list[Professional] = list(await professionals.active(desk.tenant))
    people += await professionals.retired(desk.tenant, await _everybody(desk))
    away = await desk.tenant.fetch("select professional_id, starts_at, ends_at from absences")
    calendar = await desk.calendar(period.first, period.last)
    found: Counter[tuple[UUID, date, int]] = Counter()
    at, end = midnight(period.first, desk.zone).astimezone(UTC), period.bounds(desk.zone)[1]
    day, face = date.min, 0
    while at < end:
        local = at.astimezone(desk.zone)
        day, face = local.date(), max(face, shows(local.time())) if day == local.date() else shows(local.time())
        if lies_in(face, calendar.spans(day)):
            for one in people:
                works = one.hours is None or lies_in(face, one.hours.spans(day))
                eats = one.lunch is not None and lies_in(face, [one.lunch])
                gone = any(a["professional_id"] == one.id and a["starts_at"] <= at < a["ends_at"] for a in away)
                if works and not eats and not gone:
                    found[one.id, day, local.hour] += 1
        at += MINUTE
    return found


async def _everybody(desk: Desk) -> list[ProfessionalId]:
    return [ProfessionalId(row["id"]) for row in await desk.tenant.fetch("select id from professionals")]


async def check(desk: Desk, period: Period) -> Occupancy:
    """The occupancy of a period, which is what one counts by hand."""
    booked = Counter(
        {
            key: minutes
            for key, minutes in Counted(await bookings_of(desk.tenant), desk.zone).occupied().items()
            if period.first <= key[0] <= period.last
        }
    )
    came = {(who, day) for day, who, _ in booked}
    active = [one.id for one in await professionals.active(desk.tenant)]
    open_minutes = Counter(
        {
            (day, who, hour): minutes
            for (who, day, hour), minutes in (await open_by_hand(desk, period)).items()
            if who in active or (who, day) in came
        }
    )
    found = await occupancy(desk, period)
    rows = {row.professional_id: row.occupied for row in found.by_professional}
    assert [row.professional_id for row in found.by_professional][: len(active)] == active
    assert set(rows) == {*active, *(who for who, _ in came)}
    for who, occupied in rows.items():
        assert occupied.booked_minutes == sum(m for (_, one, _), m in booked.items() if one == who)
        assert occupied.open_minutes == sum(m for (_, one, _), m in open_minutes.items() if one == who)
    crossed = {(row.professional_id, hour.hour): hour.occupied for row in found.by_professional for hour in row.by_hour}
    assert set(crossed) == {(who, hour) for _, who, hour in (*booked, *open_minutes) if who in rows}
    for (who, hour), occupied in crossed.items():
        assert occupied.booked_minutes == sum(m for (_, *both), m in booked.items() if both == [who, hour])
        assert occupied.open_minutes == sum(m for (_, *both), m in open_minutes.items() if both == [who, hour])
    hours = {row.hour: row.occupied for row in found.by_hour}
    assert list(hours) == sorted({hour for _, _, hour in (*booked, *open_minutes)})
    for hour, occupied in hours.items():
        assert occupied.booked_minutes == sum(m for (_, _, one), m in booked.items() if one == hour)
        assert occupied.open_minutes == sum(m for (_, _, one), m in open_minutes.items() if one == hour)
    for kind in ("booked_minutes", "open_minutes"):
        whole = getattr(found.total, kind)
        assert whole == sum(getattr(o, kind) for o in rows.values()) == sum(getattr(o, kind) for o in hours.values())
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.sampled_from(PLACES),
    hours=weeks(),
    own=st.none() | weeks(),
    lunch=st.none() | spans(most=1).map(lambda found: found[0] if found else None),
    special=st.dictionaries(st.integers(-2, 3), spans(), max_size=2),
    booked=st.lists(TIMES, max_size=8),
    absences=st.lists(TIMES, max_size=4),
    retires=st.booleans(),
    first=st.integers(-3, 1),
    days=st.sampled_from([1, 2, 9, 16]),
)
async def test_occupancy_is_what_one_counts_minute_by_minute(
    reception: Reception,
    place: tuple[str, date],
    hours: OpeningHours,
    own: OpeningHours | None,
    lunch: OpenSpan | None,
    special: dict[int, tuple[OpenSpan, ...]],
    booked: list[tuple[int, int, int]],
    absences: list[tuple[int, int, int]],
    retires: bool,
    first: int,
    days: int,
) -> None:
    """By professional and by hour, whatever the hours, lunches, absences, special days and jumps of the clock."""
    zone, day = ZoneInfo(place[0]), place[1]
    zero = midnight(day, zone).astimezone(UTC)
    shop = reception.shop
    async with reception.database.tenant(shop.organization_id) as tenant:
        for table in ("bookings", "absences", "special_days"):
            await tenant.execute(f"delete from {table}")
        await tenant.execute("update professionals set is_active = true")
        await organizations.change(
            tenant,
            shop.organization_id,
            SettingsChange(timezone=str(zone), opening_hours=hours, agenda_rules=AgendaRules(state=State.SP)),
        )
        while len(people := await professionals.active(tenant)) < 3:
            await professionals.add(tenant, shop.organization_id, "Mais uma")
        await professionals.set_hours(tenant, people[1].id, own, lunch)
        for ahead, opened in special.items():
            on = SpecialDay(day=day + timedelta(days=ahead), spans=opened, note="")
            await special_days.put(tenant, shop.organization_id, on)
        who = await customer(tenant, shop)
        for which, quarters, lasts in booked:
            start = zero + 15 * quarters * MINUTE
            try:
                async with tenant.transaction():
                    await insert_booking(
                        tenant,
                        shop,
                        who.contact_id,
                        start=start,
                        minutes=15 * min(lasts, 40),
                        professional=people[which].id,
                    )
            except asyncpg.ExclusionViolationError:
                continue
        for which, quarters, lasts in absences:
            start = zero + 15 * quarters * MINUTE
            end = start + 15 * lasts * MINUTE
            await professionals.add_absence(tenant, shop.organization_id, people[which].id, start, end)
        if retires:
            await professionals.retire(tenant, people[2].id)
    async with reception.desk() as desk:
        begins = day + timedelta(days=first)
        await check(desk, Period(first=begins, last=begins + timedelta(days=days - 1)))


async def test_a_day_one_can_add_up(reception: Reception) -> None:
    """Two professionals from nine to six, one of them away all afternoon: a bath of an hour and a half from 10:30."""
    async with reception.desk() as desk:
        (one, other) = await professionals.active(desk.tenant)
        who = await customer(desk.tenant, reception.shop)
        await insert_booking(
            desk.tenant, reception.shop, who.contact_id, start=monday(10, 30), minutes=90, professional=one.id
        )
        await professionals.add_absence(desk.tenant, reception.shop.organization_id, other.id, monday(13), monday(18))
        day = monday(9).date()
        found = await check(desk, Period(first=day, last=day))
    assert (found.total.booked_minutes, found.total.open_minutes) == (90, 9 * 60 + 4 * 60)
    assert [str(row.occupied.percent) for row in found.by_professional] == ["16.7", "0.0"]
    by_hour = {row.hour: (row.occupied.booked_minutes, row.occupied.open_minutes) for row in found.by_hour}
    assert by_hour == {9: (0, 120), 10: (30, 120), 11: (60, 120), 12: (0, 120)} | {h: (0, 60) for h in range(13, 18)}


@pytest.mark.parametrize("weekdays", [range(0), range(7)])
async def test_who_works_here_no_longer_counts_where_they_did(reception: Reception, weekdays: Iterable[int]) -> None:
    """Not at all in a period in which nothing was booked with them; and a shop that never opens has no share."""
    hours = OpeningHours(dict.fromkeys(weekdays, (OpenSpan(opens=time(9), closes=time(18)),)))
    async with reception.desk() as desk:
        (_, other) = await professionals.active(desk.tenant)
        who = await customer(desk.tenant, reception.shop)
        await insert_booking(desk.tenant, reception.shop, who.contact_id, start=monday(10), professional=other.id)
        await professionals.retire(desk.tenant, other.id)
        await organizations.change(desk.tenant, reception.shop.organization_id, SettingsChange(opening_hours=hours))
    day = monday(9).date()
    async with reception.desk() as desk:
        week = await check(desk, Period(first=day, last=day + timedelta(days=6)))
        assert week.by_professional[1].occupied.open_minutes == (9 * 60 if weekdays else 0)
        assert (week.total.percent is None) == (not weekdays)
        after = await check(desk, Period(first=day + timedelta(days=1), last=day + timedelta(days=6)))
        assert len(after.by_professional) == 1

"""The figures of a shop are what one counts by hand, whatever was done to its bookings before."""

import asyncio
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.bookings import BookingStatus
from domain.ids import ContactId
from domain.periods import Period
from storage import contacts, figures, organizations, professionals
from storage.database import Connection, Database
from storage.organizations import SettingsChange
from tests.shops import Shop
from tests.storage.counting import Counted, bookings_of, midnight
from tests.storage.rows import NOON, customer, insert_booking, pet, phone, until_somebody_waits

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
HOUR = timedelta(hours=1)
PLACES = [
    ("America/Sao_Paulo", date(2026, 2, 28)),
    ("America/Sao_Paulo", date(2028, 2, 29)),
    ("America/Sao_Paulo", date(2026, 12, 31)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight is skipped
    ("America/Sao_Paulo", date(2018, 2, 17)),  # 23:00 comes twice
    ("America/Santiago", date(2026, 4, 4)),
    ("America/Santiago", date(2026, 9, 6)),
    ("America/Asuncion", date(2023, 10, 1)),
    ("America/Noronha", date(2026, 3, 31)),
    ("America/Havana", date(2026, 11, 1)),  # midnight comes twice
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour comes twice
]
SERVICES = ("Banho", "Tosa", "Vacinação")
STATUSES = st.sampled_from(["completed", "completed", *BookingStatus])
STARTS = st.integers(-60 * 12, 84 * 12) | st.integers(-2, 26).map(lambda quarter: quarter * 3)
"""In five minutes from midnight of a day; often on quarters of an hour around that midnight."""
YEARS_AWAY = st.sampled_from([0, 0, -430, 430])
LENGTHS = st.sampled_from([5, 20, 30, 60, 60, 90, 600])
PRICES = st.integers(0, 20_000) | st.just(99_999_999)
BOOKINGS = st.tuples(
    st.just("book"),
    st.tuples(
        st.integers(0, 3), st.integers(0, 2), st.sampled_from(SERVICES), STARTS, YEARS_AWAY, LENGTHS, STATUSES, PRICES
    ),
)
WHICH = st.integers(0, 11)
CHANGES = st.one_of(
    BOOKINGS,
    st.tuples(st.just("status"), st.tuples(WHICH, STATUSES)),
    st.tuples(st.just("move"), st.tuples(WHICH, STARTS, LENGTHS)),
    st.tuples(st.just("price"), st.tuples(WHICH, PRICES)),
    st.tuples(st.just("service"), st.tuples(WHICH, st.sampled_from(SERVICES))),
    st.tuples(st.just("professional"), st.tuples(WHICH, st.integers(0, 2))),
    st.tuples(st.just("preparation"), st.tuples(WHICH, st.sampled_from([0, 10, 45]))),
    st.tuples(st.just("delete"), st.tuples(WHICH)),
    st.tuples(st.just("by"), st.tuples(WHICH, st.sampled_from(["customer", "owner", "time"]))),
    st.tuples(st.just("merge"), st.tuples(st.integers(0, 3), st.integers(0, 3))),
    st.tuples(st.just("opt out"), st.tuples(st.integers(0, 3))),
)
ASKED = st.lists(
    st.tuples(st.integers(-3, 3), st.sampled_from([1, 1, 2, 4, 31, 401, 430, 900]), st.sampled_from([0, 0, -430, -5])),
    min_size=2,
    max_size=4,
)


class Generated:
    """A shop at whose bookings anything may happen, around midnight of a day of its clock."""

    def __init__(self, tenant: Connection, shop: Shop, day: date, zone: ZoneInfo) -> None:
        self.tenant, self.shop, self.zero = tenant, shop, midnight(day, zone).astimezone(UTC)

    async def empty(self, zone: ZoneInfo) -> None:
        """Nothing booked, four customers with a pet each, three professionals."""
        await self.tenant.execute("delete from bookings")
        await self.tenant.execute("delete from contacts")
        await organizations.change(self.tenant, self.shop.organization_id, SettingsChange(timezone=str(zone)))
        while len(await professionals.active(self.tenant)) < 3:
            await professionals.add(self.tenant, self.shop.organization_id, "Mais uma")
        for who in range(4):
            await pet(self.tenant, self.shop, await self.person(who), "Rex" if who < 2 else f"Pet {who}")

    async def person(self, who: int) -> ContactId:
        """A customer; the one they became, after a merge."""
        return await contacts.upsert(self.tenant, self.shop.organization_id, [phone(who)], f"Cliente {who}")

    def at(self, fives: int, days: int = 0) -> datetime:
        """So many times five minutes after the midnight."""
        return self.zero + timedelta(days=days, minutes=5 * fives)

    async def do(self, what: str, how: tuple[object, ...]) -> None:
        """One thing that happens; what the database refuses did not."""
        try:
            async with self.tenant.transaction():
                await self._do(what, how)
        except asyncpg.ExclusionViolationError:
            pass

    async def _do(self, what: str, how: tuple[object, ...]) -> None:
        change = {
            "status": "status = $2::varchar",
            "move": "start_time = $2, end_time = $2::timestamptz + $3::interval",
            "price": "price = $2",
            "service": "service_id = (select id from services where name = $2::varchar)",
            "professional": "professional_id = (select id from professionals order by number offset $2::int limit 1)",
            "preparation": "preparation_minutes = $2",
            "by": "changed_by = $2, booked_by = $2",
        }
        match what, how:
            case "book", (
                int(who),
                int(pro),
                str(service),
                int(start),
                int(days),
                int(minutes),
                str(status),
                int(cents),
            ):
                contact_id = await self.person(who)
                made = await insert_booking(
                    self.tenant,
                    self.shop,
                    contact_id,
                    start=self.at(start, days),
                    minutes=minutes,
                    professional=(await professionals.active(self.tenant))[pro].id,
                    pet_id=await self.tenant.fetchval(
                        "select min(id::text)::uuid from pets where contact_id = $1", contact_id
                    ),
                    status=status,
                    service_name=service,
                )
                await self.tenant.execute("update bookings set price = $2 where id = $1", made, Decimal(cents) / 100)
            case "delete", (int(which),):
                await self.tenant.execute("delete from bookings where id = $1", await self._one(which))
            case "merge", (int(one), int(other)):
                await contacts.upsert(self.tenant, self.shop.organization_id, [phone(one), phone(other)], None)
            case "opt out", (int(who),):
                await contacts.set_opted_out(self.tenant, await self.person(who), True)
            case "move", (int(which), int(start), int(minutes)):
                values = await self._one(which), self.at(start), timedelta(minutes=minutes)
                await self.tenant.execute(f"update bookings set {change[what]} where id = $1", *values)
            case "price", (int(which), int(cents)):
                values_ = await self._one(which), Decimal(cents) / 100
                await self.tenant.execute(f"update bookings set {change[what]} where id = $1", *values_)
            case _, (int(which), value):
                await self.tenant.execute(
                    f"update bookings set {change[what]} where id = $1", await self._one(which), value
                )

    async def _one(self, which: int) -> uuid.UUID | None:
        ids = await self.tenant.fetch("select id from bookings order by created_at, start_time, id")
        return ids[which % len(ids)]["id"] if ids else None


async def sums(tenant: Connection) -> Mapping[str, list[asyncpg.Record]]:
    """What the triggers keep, but for sums that are nothing."""
    return {
        table: await tenant.fetch(f"select * from {table} where {something} order by 1, 2, 3, 4")
        for table, something in (
            ("booking_days", "bookings <> 0 or revenue <> 0"),
            ("occupied_hours", "minutes <> 0"),
            ("bookings_made", "bookings <> 0"),
            ("customer_visits", "true"),
        )
    }


async def check(tenant: Connection, zone: ZoneInfo, periods: list[Period], now: datetime) -> None:
    """Every figure of every period is what one counts by hand."""
    counted = Counted(await bookings_of(tenant), zone)
    kept = await sums(tenant)
    assert {
        (r["day"], r["professional_id"], r["hour"]): r["minutes"] for r in kept["occupied_hours"]
    } == counted.occupied()
    assert {(r["day"], r["booked_by"]): r["bookings"] for r in kept["bookings_made"]} == counted.made()
    for period in periods:
        assert await figures.attendance(tenant, period, zone) == counted.attendance(period)
        assert await figures.revenue(tenant, period) == counted.revenue(period)
        assert await figures.revenue_by_day(tenant, period) == counted.by_day(period)
        done = await figures.services(tenant, period)
        assert set(done) == counted.services(period)
        assert done == sorted(done, key=lambda one: (-one.bookings, -one.revenue))
        assert await figures.services(tenant, period, 1) == done[:1]
        assert await figures.no_shows(tenant, period) == counted.no_shows(period)
        who = await figures.customers(tenant, period, zone)
        assert who == counted.customers(period)
        assert who.new + who.returning == (await figures.attendance(tenant, period, zone)).clients
        for limit in (1, 10):
            found = await figures.inactive(tenant, period.first, zone, now, limit)
            assert found == counted.inactive(period.first, now, limit)
        start, end = period.bounds(zone)
        coming = [b for b in counted.bookings if start <= b.start_time < end and b.status in ("scheduled", "confirmed")]
        assert await figures.coming_bookings(tenant, start, end) == len(coming)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.sampled_from(PLACES),
    booked=st.lists(BOOKINGS, min_size=4, max_size=10),
    changes=st.lists(CHANGES, min_size=2, max_size=16),
    asked=ASKED,
    hour=st.integers(-48, 48),
)
async def test_figures_are_what_one_counts_by_hand(
    database: Database,
    shop: Shop,
    place: tuple[str, date],
    booked: list[tuple[str, tuple[object, ...]]],
    changes: list[tuple[str, tuple[object, ...]]],
    asked: list[tuple[int, int, int]],
    hour: int,
) -> None:
    """After bookings were made, moved, repriced, changed, merged and deleted in any order, in days of any length."""
    zone, day = ZoneInfo(place[0]), place[1]
    async with database.tenant(shop.organization_id) as tenant:
        generated = Generated(tenant, shop, day, zone)
        await generated.empty(zone)
        for what, how in booked + changes:
            await generated.do(what, how)
        periods = [
            Period(first=first, last=first + timedelta(days=days - 1))
            for ahead, days, away in asked
            for first in [day + timedelta(days=ahead + away)]
        ]
        await check(tenant, zone, periods, midnight(day, zone).astimezone(UTC) + hour * HOUR)
        kept = await sums(tenant)
        await tenant.execute("select rebuild_figures($1)", shop.organization_id)
        assert await sums(tenant) == kept


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(BOOKINGS, min_size=4, max_size=12),
    zones=st.lists(st.sampled_from(PLACES), min_size=2, max_size=2, unique_by=lambda place: place[0]),
)
async def test_in_another_time_zone_the_days_are_others(
    database: Database, shop: Shop, steps: list[tuple[str, tuple[object, ...]]], zones: list[tuple[str, date]]
) -> None:
    """When the shop's time zone changes, every figure is of the new days, and later bookings add to them."""
    before, after = (ZoneInfo(name) for name, _ in zones)
    day = zones[1][1]
    periods = [Period(first=day, last=day), Period(first=day - timedelta(days=2), last=day + timedelta(days=500))]
    async with database.tenant(shop.organization_id) as tenant:
        generated = Generated(tenant, shop, day, after)
        await generated.empty(before)
        for what, how in steps[::2]:
            await generated.do(what, how)
        await check(tenant, before, periods, NOON)
        await organizations.change(tenant, shop.organization_id, SettingsChange(timezone=str(after)))
        await check(tenant, after, periods, NOON)
        for what, how in steps[1::2]:
            await generated.do(what, how)
        await check(tenant, after, periods, NOON)


async def test_of_a_long_period_those_count_who_came_in_it(database: Database, shop: Shop) -> None:
    """Who came before and after it has been there only if they came in between as well."""
    long = Period(first=date(2024, 1, 1), last=date(2025, 12, 31))
    before, within, after = (datetime(year, 6, 1, 12, tzinfo=UTC) for year in (2023, 2025, 2026))
    came = [(before, after), (before, within, after), (before, within), (within, after), (within,), (before,), (after,)]
    async with database.tenant(shop.organization_id) as tenant:
        for who, visits in enumerate(came):
            one = await customer(tenant, shop, phone(who))
            for at in visits:
                start = at + who * HOUR
                await insert_booking(tenant, shop, one.contact_id, start=start, minutes=30, status="completed")
        one = await customer(tenant, shop, phone(0))
        await insert_booking(tenant, shop, one.contact_id, start=within - HOUR, minutes=30, status="no_show")
        found = await figures.customers(tenant, long, SAO_PAULO)
        assert (found.new, found.returning) == (2, 2)
        await check(tenant, SAO_PAULO, [long], NOON)


async def test_two_who_change_bookings_at_once_are_both_counted(database: Database, shop: Shop) -> None:
    """Two visits of one customer are completed in two transactions at the same time: both count."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        booked = [await insert_booking(tenant, shop, one.contact_id, start=NOON + n * 2 * HOUR) for n in range(2)]
    statement = "update bookings set status = 'completed' where id = $1"

    async def complete(second: uuid.UUID) -> None:
        async with database.tenant(shop.organization_id) as tenant:
            await tenant.execute(statement, second)

    async with database.tenant(shop.organization_id) as tenant:
        await tenant.execute(statement, booked[0])
        other = asyncio.create_task(complete(booked[1]))
        async with database.unbound() as watcher:
            await until_somebody_waits(watcher)
    await other
    day = NOON.date()
    async with database.tenant(shop.organization_id) as tenant:
        await check(tenant, SAO_PAULO, [Period(first=day, last=day)], NOON)
        assert await tenant.fetchval("select visits from customer_visits") == 2


async def test_a_booking_made_while_the_time_zone_changes_is_of_the_new_days(database: Database, shop: Shop) -> None:
    """Late in the evening in one zone is the next day in another: the sums are of one zone, whoever commits last."""
    late = datetime(2026, 11, 24, 2, tzinfo=UTC)
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)

    async def book(hours: int) -> None:
        async with database.tenant(shop.organization_id) as tenant:
            await insert_booking(tenant, shop, one.contact_id, start=late + hours * HOUR, status="completed")

    async def change(zone: str) -> None:
        async with database.tenant(shop.organization_id) as tenant:
            await organizations.change(tenant, shop.organization_id, SettingsChange(timezone=zone))

    async with database.tenant(shop.organization_id) as tenant:
        await insert_booking(tenant, shop, one.contact_id, start=late, status="completed")
        changing = asyncio.create_task(change("UTC"))
        async with database.unbound() as watcher:
            await until_somebody_waits(watcher)
    await changing
    async with database.tenant(shop.organization_id) as tenant:
        await organizations.change(tenant, shop.organization_id, SettingsChange(timezone="America/Sao_Paulo"))
        booking = asyncio.create_task(book(2))
        async with database.unbound() as watcher:
            await until_somebody_waits(watcher)
    await booking
    async with database.tenant(shop.organization_id) as tenant:
        days = [
            Period(first=date(2026, 11, 23), last=date(2026, 11, 23)),
            Period(first=date(2026, 11, 24), last=date(2026, 11, 24)),
        ]
        await check(tenant, SAO_PAULO, days, NOON)


async def test_who_made_a_booking_stays(database: Database, shop: Shop) -> None:
    """It is whoever made it at first, also where somebody else changed it, or says so."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        await insert_booking(tenant, shop, one.contact_id, start=NOON)
        await tenant.execute("update bookings set changed_by = 'owner', status = 'confirmed'")
        await tenant.execute("update bookings set booked_by = 'time'")
        assert await tenant.fetchval("select booked_by from bookings") == "operator"
        assert await tenant.fetchval("select booked_by from bookings_made where bookings > 0") == "operator"


async def test_figures_are_of_one_shop(database: Database, shop: Shop, other_shop: Shop) -> None:
    """Another shop's bookings are in no figure, and its sums cannot be rebuilt from here."""
    day = Period(first=NOON.date(), last=NOON.date())
    for one in (shop, other_shop):
        async with database.tenant(one.organization_id) as tenant:
            who = await customer(tenant, one)
            await insert_booking(tenant, one, who.contact_id, start=NOON, status="completed")
    async with database.tenant(shop.organization_id) as tenant:
        await tenant.execute("select rebuild_figures($1)", other_shop.organization_id)
    for one in (shop, other_shop):
        async with database.tenant(one.organization_id) as tenant:
            assert (await figures.attendance(tenant, day, SAO_PAULO)).clients == 1
            assert (await figures.revenue(tenant, day)).done.bookings == 1
            assert (await figures.inactive(tenant, date(2027, 1, 1), SAO_PAULO, NOON + 9 * HOUR)).total == 1
    async with database.unbound() as unbound:
        assert (await figures.revenue(unbound, day)).done.bookings == 0
    for table in ("booking_days", "occupied_hours", "bookings_made", "customer_visits"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.tenant(shop.organization_id) as tenant:
                await tenant.execute(f"update {table} set organization_id = $1", other_shop.organization_id)

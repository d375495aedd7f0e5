"""The agenda: the database decides who gets a slot, and the figures are those of the rows."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.bookings import BookingStatus
from domain.errors import RefusalCode, ToolRefused
from domain.ids import BookingId, ContactId
from domain.shop import Pet, Service
from storage import bookings, contacts, services
from storage.database import Database
from storage.instances import Instances
from tests.shops import Shop, open_shop
from tests.storage.rows import LID, NOON, PHONE, customer, insert_booking, pet, phone, service

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
HOUR = timedelta(hours=1)


async def book(
    database: Database, shop: Shop, contact_id: ContactId, of: Pet, what: Service, at: datetime
) -> BookingId | None:
    """One booking with whoever is free, in a transaction of its own."""
    async with database.tenant(shop.organization_id) as tenant:
        return await bookings.book(
            tenant,
            shop.organization_id,
            contact_id=contact_id,
            pet=of,
            service=what,
            start=at,
            professionals=await services.professionals(tenant),
        )


async def test_defect_04_one_professional_is_in_one_place(database: Database, shop: Shop) -> None:
    """Whoever writes, plain SQL too: an overlap is refused, touching is not, cancelling frees, rescheduling is
    checked."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        first = await insert_booking(tenant, shop, one.contact_id, start=NOON)
        await insert_booking(tenant, shop, one.contact_id, start=NOON + HOUR)
        await insert_booking(tenant, shop, one.contact_id, start=NOON - HOUR)
        other = (await services.professionals(tenant))[1]
        await insert_booking(tenant, shop, one.contact_id, start=NOON, professional=other)
        moved = await insert_booking(tenant, shop, one.contact_id, start=NOON + 5 * HOUR)
    for start, minutes in (
        (NOON, 60),
        (NOON + HOUR / 2, 60),
        (NOON - HOUR / 2, 31),
        (NOON + HOUR / 4, 5),
        (NOON - HOUR, 240),
    ):
        with pytest.raises(asyncpg.ExclusionViolationError):
            async with database.tenant(shop.organization_id) as tenant:
                await insert_booking(tenant, shop, one.contact_id, start=start, minutes=minutes)
    with pytest.raises(asyncpg.ExclusionViolationError):
        async with database.tenant(shop.organization_id) as tenant:
            await tenant.execute(
                "update bookings set start_time = $2, end_time = $3 where id = $1", moved, NOON, NOON + HOUR
            )
    async with database.tenant(shop.organization_id) as tenant:
        await tenant.execute("update bookings set status = 'cancelled' where id = $1", first)
        await insert_booking(tenant, shop, one.contact_id, start=NOON)
    with pytest.raises(asyncpg.ExclusionViolationError):
        async with database.tenant(shop.organization_id) as tenant:
            await tenant.execute("update bookings set status = 'scheduled' where id = $1", first)


async def test_professionals_of_two_shops_do_not_get_in_each_others_way(
    database: Database, shop: Shop, other_shop: Shop
) -> None:
    """One number line for all, a stretch of it each."""
    for one in (shop, other_shop):
        async with database.tenant(one.organization_id) as tenant:
            somebody = await customer(tenant, one)
            await insert_booking(tenant, one, somebody.contact_id, start=NOON)


async def test_fifty_at_once_for_one_hour_and_two_professionals(database: Database, shop: Shop) -> None:
    """Exactly two win, the other forty-eight are told so, and nobody ends in an error."""
    async with database.tenant(shop.organization_id) as tenant:
        bath = await service(tenant)
        people = [
            (contact_id, await pet(tenant, shop, contact_id))
            for contact_id in [await contacts.upsert(tenant, shop.organization_id, [phone(n)], None) for n in range(50)]
        ]
    done = await asyncio.gather(*(book(database, shop, who, rex, bath, NOON) for who, rex in people))
    assert len([booking for booking in done if booking]) == 2
    async with database.tenant(shop.organization_id) as tenant:
        rows = await tenant.fetch("select professional_id from bookings")
        assert len(rows) == len({row["professional_id"] for row in rows}) == 2


@pytest.mark.parametrize("people", [1, 3])
async def test_the_same_pet_at_the_same_start_is_a_conflict(
    database: Database, instances: Instances, people: int
) -> None:
    """Asked twice is not "taken": with one professional and with many; a cancelled one does not count."""
    shop = await open_shop(database, instances, people=people)
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        rex = await pet(tenant, shop, one.contact_id)
        bath = await service(tenant)
    first = await book(database, shop, one.contact_id, rex, bath, NOON)
    assert first is not None
    with pytest.raises(ToolRefused) as refused:
        await book(database, shop, one.contact_id, rex, bath, NOON)
    assert refused.value.code is RefusalCode.PET_SAME_START_CONFLICT
    async with database.tenant(shop.organization_id) as tenant:
        await tenant.execute("update bookings set status = 'cancelled'")
    assert await book(database, shop, one.contact_id, rex, bath, NOON) is not None


async def test_the_database_too_refuses_one_pet_two_places(database: Database, shop: Shop) -> None:
    """Plain SQL, another professional, the same start."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        rex = await pet(tenant, shop, one.contact_id)
        await insert_booking(tenant, shop, one.contact_id, start=NOON, pet_id=rex.id)
        other = (await services.professionals(tenant))[1]
    with pytest.raises(asyncpg.UniqueViolationError):
        async with database.tenant(shop.organization_id) as tenant:
            await insert_booking(tenant, shop, one.contact_id, start=NOON, pet_id=rex.id, professional=other)


async def test_a_booking_lasts_its_service_even_when_the_clock_jumps(database: Database, shop: Shop) -> None:
    """From half past one, in the night in which New York skips two o'clock, an hour is an hour."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        rex = await pet(tenant, shop, one.contact_id)
        long_bath = (await service(tenant)).model_copy(update={"duration_minutes": 90})
    start = datetime(2026, 3, 8, 1, 30, tzinfo=ZoneInfo("America/New_York"))
    assert await book(database, shop, one.contact_id, rex, long_bath, start)
    async with database.tenant(shop.organization_id) as tenant:
        assert await tenant.fetchval("select end_time - start_time from bookings") == timedelta(minutes=90)


async def test_who_is_busy(database: Database, shop: Shop) -> None:
    """What touches the period, not what only borders on it; a whole-day booking from the day before; nothing
    cancelled."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        first, second = await services.professionals(tenant)
        for start, minutes in ((NOON - HOUR, 60), (NOON, 30), (NOON + 2 * HOUR, 60)):
            await insert_booking(tenant, shop, one.contact_id, start=start, minutes=minutes)
        await insert_booking(tenant, shop, one.contact_id, start=NOON + HOUR, status="cancelled")
        await insert_booking(tenant, shop, one.contact_id, start=NOON - 23 * HOUR, minutes=1440, professional=second)
        busy = await bookings.busy_between(tenant, NOON, NOON + 2 * HOUR)
        assert {(b.professional_id, b.start, b.end) for b in busy} == {
            (first, NOON, NOON + HOUR / 2),
            (second, NOON - 23 * HOUR, NOON + HOUR),
        }


async def test_what_is_still_to_come(database: Database, shop: Shop) -> None:
    """The contact's own, soonest first, in the shop's time, with the pet where it is known; nothing over or
    cancelled."""
    async with database.tenant(shop.organization_id) as tenant:
        one, other = await customer(tenant, shop, PHONE), await customer(tenant, shop, LID)
        rex = await pet(tenant, shop, one.contact_id)
        await insert_booking(tenant, shop, one.contact_id, start=NOON + 2 * HOUR)
        await insert_booking(tenant, shop, one.contact_id, start=NOON + HOUR, pet_id=rex.id, status="confirmed")
        await insert_booking(tenant, shop, one.contact_id, start=NOON, status="scheduled")
        for number, status in enumerate(("cancelled", "completed", "no_show", "in_progress")):
            await insert_booking(tenant, shop, one.contact_id, start=NOON + (4 + number) * HOUR, status=status)
        await insert_booking(tenant, shop, other.contact_id, start=NOON + 3 * HOUR)
        found = await bookings.upcoming(tenant, one.contact_id, after=NOON, zone=SAO_PAULO)
        assert [b.line() for b in found] == [
            "2026-11-23 13:00, Rex, Banho, R$ 50,00",
            "2026-11-23 14:00, , Banho, R$ 50,00",
        ]


BOOKED = st.lists(
    st.tuples(
        st.integers(0, 3),  # who
        st.sampled_from(["Banho", "Tosa", "Consulta Veterinária Geral"]),
        st.integers(-40, 40),  # hours around local midnight
        st.sampled_from(list(BookingStatus)),
        st.integers(0, 99_999_999),  # cents
    ),
    max_size=15,
    unique_by=lambda booked: booked[2],
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(booked=BOOKED, day=st.dates(date(2018, 1, 1), date(2027, 1, 1)))
async def test_attendance_is_what_one_counts_by_hand(
    database: Database, shop: Shop, booked: list[tuple[int, str, int, BookingStatus, int]], day: date
) -> None:
    """Customers once each, completed bookings by kind, exact money; the day is the shop's, in years with summer
    time too."""
    start = datetime.combine(day, time(), tzinfo=SAO_PAULO)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=SAO_PAULO)
    async with database.tenant(shop.organization_id) as tenant:
        await tenant.execute("delete from bookings")
        people = [await contacts.upsert(tenant, shop.organization_id, [phone(n)], None) for n in range(4)]
        counted = []
        for who, what, hours, status, cents in booked:
            at = start.astimezone(UTC) + timedelta(hours=hours)
            made = await insert_booking(
                tenant, shop, people[who], start=at, minutes=60, status=status, service_name=what
            )
            price = Decimal(cents) / 100
            await tenant.execute("update bookings set price = $2 where id = $1", made, price)
            if status is BookingStatus.COMPLETED and at.astimezone(SAO_PAULO).date() == day:
                counted.append((who, what, price))
        found = await bookings.attendance(tenant, start, end)
    kinds = {"Banho": "banho", "Tosa": "tosa", "Consulta Veterinária Geral": "consulta"}
    assert found.clients == len({who for who, _, _ in counted})
    assert {c.category: c.count for c in found.by_category} == Counter(kinds[what] for _, what, _ in counted)
    assert [c.count for c in found.by_category] == sorted((c.count for c in found.by_category), reverse=True)
    assert found.revenue == sum(price for _, _, price in counted)


async def test_a_booking_of_nobody_there(database: Database, shop: Shop) -> None:
    """Without professionals nothing can be booked; the answer is that nothing is free."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        await tenant.execute("update professionals set is_active = false")
        rex, bath = await pet(tenant, shop, one.contact_id), await service(tenant)
    assert await book(database, shop, one.contact_id, rex, bath, NOON) is None

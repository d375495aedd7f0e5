"""The agenda: the database decides who gets a slot, and the figures are those of the rows."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.bookings import BookingStatus, ChangedBy, Intent
from domain.busy_times import NEVER_BUSY
from domain.ids import BookingId, ProfessionalId, TurnId
from domain.shop import Pet
from storage import bookings, held_slots, professionals
from storage import busy as busy_rows
from storage.bookings import Conflict, NewTimes
from storage.database import Connection, Database
from storage.held_slots import NewSlot
from tests.shops import Shop
from tests.storage.rows import (
    LID,
    NOON,
    PHONE,
    Customer,
    customer,
    insert_booking,
    pet,
    service,
    until_somebody_waits,
)

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
HOUR = timedelta(hours=1)


async def test_defect_04_one_professional_is_in_one_place(database: Database, shop: Shop) -> None:
    """Whoever writes, plain SQL too: an overlap is refused, touching is not, cancelling frees, rescheduling is
    checked."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        first = await insert_booking(tenant, shop, one.contact_id, start=NOON)
        await insert_booking(tenant, shop, one.contact_id, start=NOON + HOUR)
        await insert_booking(tenant, shop, one.contact_id, start=NOON - HOUR)
        other = (await professionals.active(tenant))[1].id
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


async def test_preparation_takes_the_professionals_time(database: Database, shop: Shop) -> None:
    """It lies before the start and is refused like an overlap, on either side; the pet is not taken by it."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        rex = await pet(tenant, shop, one.contact_id)
        second = (await professionals.active(tenant))[1]
        held = await insert_booking(tenant, shop, one.contact_id, start=NOON, pet_id=rex.id)
        await tenant.execute("update bookings set preparation_minutes = 30 where id = $1", held)
        before = await insert_booking(tenant, shop, one.contact_id, start=NOON - HOUR * 2)
        await insert_booking(
            tenant, shop, one.contact_id, start=NOON - HOUR / 2, minutes=30, pet_id=rex.id, professional=second.id
        )
        after = await insert_booking(tenant, shop, one.contact_id, start=NOON + HOUR)
    for statement, booking in (
        ("update bookings set end_time = end_time + interval '31 minutes' where id = $1", before),
        ("update bookings set preparation_minutes = 1 where id = $1", after),
        ("update bookings set preparation_minutes = 61 where id = $1", held),
    ):
        with pytest.raises(asyncpg.ExclusionViolationError, match="one_booking_at_a_time"):
            async with database.tenant(shop.organization_id) as tenant:
                await tenant.execute(statement, booking)
    async with database.tenant(shop.organization_id) as tenant:
        await tenant.execute("update bookings set end_time = end_time + interval '30 minutes' where id = $1", before)


async def test_the_database_too_refuses_one_pet_two_places(database: Database, shop: Shop) -> None:
    """Plain SQL, another professional, any overlap; touching is none; what is off or did not happen takes no place."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        rex = await pet(tenant, shop, one.contact_id)
        mimi = await pet(tenant, shop, one.contact_id, "Mimi")
        other = (await professionals.active(tenant))[1].id
        taken = await insert_booking(tenant, shop, one.contact_id, start=NOON, pet_id=rex.id)
        await insert_booking(tenant, shop, one.contact_id, start=NOON + HOUR, pet_id=rex.id, professional=other)
        await insert_booking(tenant, shop, one.contact_id, start=NOON, pet_id=mimi.id, professional=other)
    for start, minutes in ((NOON, 60), (NOON - HOUR / 2, 60), (NOON + HOUR / 4, 5), (NOON - HOUR, 240)):
        async with database.tenant(shop.organization_id) as tenant:
            third = await professionals.add(tenant, shop.organization_id, "Outra")
        with pytest.raises(asyncpg.ExclusionViolationError, match="one_place_at_a_time"):
            async with database.tenant(shop.organization_id) as tenant:
                await insert_booking(
                    tenant, shop, one.contact_id, start=start, minutes=minutes, pet_id=rex.id, professional=third
                )
    for status in ("no_show", "cancelled"):
        async with database.tenant(shop.organization_id) as tenant:
            third = await professionals.add(tenant, shop.organization_id, "Outra")
            await tenant.execute("update bookings set status = $2 where id = $1", taken, status)
            again = await insert_booking(tenant, shop, one.contact_id, start=NOON, pet_id=rex.id, professional=third)
        with pytest.raises(asyncpg.ExclusionViolationError, match="one_place_at_a_time"):
            async with database.tenant(shop.organization_id) as tenant:
                await tenant.execute("update bookings set status = 'completed' where id = $1", taken)
        async with database.tenant(shop.organization_id) as tenant:
            await tenant.execute("delete from bookings where id = $1", again)


async def test_a_booking_without_a_pet_is_in_nobodys_way(database: Database, shop: Shop) -> None:
    """Two at once with two professionals, and with a pet's beside them."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        people = [*(p.id for p in await professionals.active(tenant))]
        for who in people:
            await insert_booking(tenant, shop, one.contact_id, start=NOON, professional=who)
        rex = await pet(tenant, shop, one.contact_id)
        third = await professionals.add(tenant, shop.organization_id, "Outra")
        await insert_booking(tenant, shop, one.contact_id, start=NOON, professional=third, pet_id=rex.id)


@pytest.mark.parametrize("wrong", [None, 0, 1, 2**30])
async def test_wrong_numbers_open_no_way_round(database: Database, shop: Shop, wrong: int | None) -> None:
    """Another system that fills in the numbers wrongly, or not at all, is refused all the same, and harms nobody."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        rex = await pet(tenant, shop, one.contact_id)
        other = (await professionals.active(tenant))[1]
        await insert_booking(tenant, shop, one.contact_id, start=NOON, pet_id=rex.id)
        free = await insert_booking(tenant, shop, one.contact_id, start=NOON + 3 * HOUR)

    async def write(professional: bool, start: datetime) -> None:
        async with database.tenant(shop.organization_id) as tenant:
            await tenant.execute(
                """insert into bookings (organization_id, contact_id, pet_id, service_id, professional_id,
                       professional_number, pet_number, booking_type, start_time, end_time, duration_minutes, price)
                   select organization_id, contact_id, $5, service_id, case when $2 then $3 else professional_id end,
                       $1, $1, booking_type, $4::timestamptz, $4::timestamptz + interval '1 hour', 60, 0
                   from bookings where start_time = $6""",
                wrong,
                professional,
                other.id,
                start,
                rex.id if professional else None,
                NOON,
            )

    for professional, constraint in ((False, "one_booking_at_a_time"), (True, "one_place_at_a_time")):
        with pytest.raises(asyncpg.ExclusionViolationError, match=constraint):
            await write(professional, NOON + HOUR / 2)
    await write(False, NOON + HOUR)
    async with database.tenant(shop.organization_id) as tenant:
        await tenant.execute("update bookings set professional_number = 7, pet_number = 7 where id = $1", free)
        numbers = await tenant.fetch(
            """select b.professional_number = p.number right_one, b.pet_number is not distinct from t.number right_pet
               from bookings b join professionals p on p.id = b.professional_id left join pets t on t.id = b.pet_id"""
        )
        assert all(row["right_one"] and row["right_pet"] for row in numbers)


async def test_a_time_that_changes_is_a_new_time(database: Database, shop: Shop) -> None:
    """Whoever moves a booking, its reminders begin anew; nothing else renews them; a cancellation has its moment."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        made = await insert_booking(tenant, shop, one.contact_id, start=NOON)
        await tenant.execute("update bookings set timed_at = '2026-01-01'")

    async def timed_at(change: str) -> datetime:
        async with database.tenant(shop.organization_id) as tenant:
            await tenant.execute(f"update bookings set {change} where id = $1", made)
            found: datetime = await tenant.fetchval("select timed_at from bookings")
            return found

    for change in (
        "price = 1",
        "status = 'confirmed'",
        "end_time = end_time + interval '5 min'",
        "changed_by = 'time'",
    ):
        assert await timed_at(change) == datetime(2026, 1, 1, tzinfo=UTC), change
    assert await timed_at("start_time = start_time - interval '5 min'") > datetime(2026, 1, 2, tzinfo=UTC)
    ours = datetime(2026, 2, 2, tzinfo=UTC)
    assert await timed_at("start_time = start_time + interval '5 min', timed_at = '2026-02-02Z'") == ours
    assert await timed_at("status = 'cancelled'") == ours
    async with database.tenant(shop.organization_id) as tenant:
        assert await tenant.fetchval("select cancelled_at is not null from bookings")


async def test_the_constraint_decides_between_two_that_do_not_see_each_other(database: Database, shop: Shop) -> None:
    """Without the turns that our own code takes: the second waits for the first, and is told why it lost."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        rex, mimi = [await pet(tenant, shop, one.contact_id, name) for name in ("Rex", "Mimi")]
        bath = await service(tenant)
        first, second = [p.id for p in await professionals.active(tenant)]

    async def add(tenant: Connection, who: ProfessionalId, of: Pet) -> Conflict | None:
        return await bookings.add(
            tenant,
            shop.organization_id,
            BookingId(uuid.uuid4()),
            NewTimes(professional_id=who, start=NOON, end=NOON + HOUR, minutes=60, preparation_minutes=0),
            contact_id=one.contact_id,
            conversation_id=one.conversation_id,
            pet_id=of.id,
            service_id=bath.id,
            category=bath.category,
            price=bath.price,
            status=BookingStatus.SCHEDULED,
            by=ChangedBy.CUSTOMER,
            now=NOON,
        )

    async def later(who: ProfessionalId, of: Pet) -> Conflict | None:
        async with database.tenant(shop.organization_id) as tenant:
            return await add(tenant, who, of)

    async with database.tenant(shop.organization_id) as tenant:
        assert await add(tenant, first, rex) is None
        waiting = asyncio.create_task(later(first, mimi))
        await until_somebody_waits(tenant)
    assert await waiting is Conflict.PROFESSIONAL
    assert await later(second, rex) is Conflict.PET
    assert await later(second, mimi) is None
    async with database.tenant(shop.organization_id) as tenant:
        assert await tenant.fetchval("select count(*) from bookings") == 2


async def test_who_is_busy(database: Database, shop: Shop) -> None:
    """What reaches into the period: bookings with their preparation, absences, slots held for others; nothing that is
    off, has expired, is one's own or is the booking to be moved."""
    async with database.tenant(shop.organization_id) as tenant:
        one, other = await customer(tenant, shop), await customer(tenant, shop, LID)
        first, second = [p.id for p in await professionals.active(tenant)]
        for start, minutes in ((NOON - HOUR, 60), (NOON, 30), (NOON + 2 * HOUR, 60)):
            await insert_booking(tenant, shop, one.contact_id, start=start, minutes=minutes)
        moving = await insert_booking(tenant, shop, one.contact_id, start=NOON + 4 * HOUR)
        await tenant.execute("update bookings set preparation_minutes = 15 where id = $1", moving)
        await insert_booking(tenant, shop, one.contact_id, start=NOON + HOUR, status="cancelled")
        await insert_booking(tenant, shop, one.contact_id, start=NOON - 23 * HOUR, minutes=1440, professional=second)
        await professionals.add_absence(tenant, shop.organization_id, second, NOON + 2 * HOUR, NOON + 3 * HOUR)
        for who, hour, expires in ((one, 3, NOON + HOUR), (other, 5, NOON + HOUR), (other, 6, NOON)):
            await hold(tenant, shop, who, second, NOON + hour * HOUR, expires)

        async def busy(
            besides: uuid.UUID | None = None, own: Customer | None = None
        ) -> dict[ProfessionalId, list[tuple[float, float]]]:
            found = await busy_rows.of_professionals(
                tenant,
                NOON,
                NOON + 7 * HOUR,
                now=NOON,
                besides=BookingId(besides) if besides else None,
                own=own.conversation_id if own else None,
            )
            hours = {
                who: [
                    ((a - NOON.timestamp()) / 3600, (b - NOON.timestamp()) / 3600)
                    for a, b in zip(times.starts, times.ends, strict=True)
                ]
                for who, times in found.items()
            }
            return {first: hours[first], second: hours[second]}

        assert await busy() == {first: [(0, 0.5), (2, 3), (3.75, 5)], second: [(-23, 1), (2, 4), (5, 6)]}
        assert await busy(moving, one) == {first: [(0, 0.5), (2, 3)], second: [(-23, 1), (2, 3), (5, 6)]}
        assert (await busy(own=other))[second] == [(-23, 1), (2, 4)]


async def hold(
    tenant: Connection, shop: Shop, who: Customer, professional: ProfessionalId, start: datetime, expires: datetime
) -> None:
    """An hour that is kept for a customer."""
    await held_slots.hold(
        tenant,
        shop.organization_id,
        who.conversation_id,
        who.contact_id,
        [
            NewSlot(
                booking_id=BookingId(uuid.uuid4()),
                intent=Intent.OFFER,
                service_id=(await service(tenant)).id,
                professional_id=professional,
                start=start,
                end=start + HOUR,
            )
        ],
        turn_id=TurnId(uuid.uuid4()),
        expires_at=expires,
        now=NOON,
    )


QUARTERS = st.integers(-100, 140)  # of an hour, around a window of 40
TAKEN = st.lists(
    st.tuples(
        st.sampled_from(["booking", "absence", "hold", "own hold", "expired hold", "cancelled", "moving"]),
        st.integers(0, 2),
        QUARTERS,
        st.integers(1, 60),
        st.sampled_from([0, 0, 15, 60]),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=TAKEN)
async def test_busy_times_are_what_one_marks_by_hand(
    database: Database, shop: Shop, taken: list[tuple[str, int, int, int, int]]
) -> None:
    """Whatever is booked, absent or held, in any order: quarter by quarter of the window it is the plain union."""
    quarter = HOUR / 4
    async with database.tenant(shop.organization_id) as tenant:
        for table in ("bookings", "absences", "held_slots"):
            await tenant.execute(f"delete from {table}")
        one, other = await customer(tenant, shop), await customer(tenant, shop, LID)
        while len(people := await professionals.active(tenant)) < 3:
            await professionals.add(tenant, shop.organization_id, "Mais uma")
        marked: dict[ProfessionalId, set[int]] = {person.id: set() for person in people}
        moving: uuid.UUID | None = None
        for what, who, begins, length, preparation in taken:
            person, start = people[who].id, NOON + begins * quarter
            counts = set(range(begins - (0 if what == "absence" else preparation // 15), begins + length))
            if what == "absence":
                await professionals.add_absence(tenant, shop.organization_id, person, start, start + length * quarter)
            elif "hold" in what:
                expires = NOON if what == "expired hold" else NOON + HOUR
                await hold(tenant, shop, one if what == "own hold" else other, person, start, expires)
                await tenant.execute(
                    """update held_slots set end_time = start_time + $1::interval, preparation_minutes = $2
                       where id = (select id from held_slots order by created_at desc limit 1)""",
                    length * quarter,
                    preparation,
                )
                if what != "hold":
                    continue
            else:
                try:
                    async with tenant.transaction():
                        made = await insert_booking(
                            tenant,
                            shop,
                            one.contact_id,
                            start=start,
                            minutes=length * 15,
                            professional=person,
                            status="cancelled" if what == "cancelled" else "scheduled",
                        )
                        await tenant.execute(
                            "update bookings set preparation_minutes = $2 where id = $1", made, preparation
                        )
                except asyncpg.ExclusionViolationError:
                    continue
                if what == "cancelled" or (what == "moving" and moving is None):
                    moving = made if what == "moving" else moving
                    continue
            marked[person] |= counts
        found = await busy_rows.of_professionals(
            tenant,
            NOON,
            NOON + 40 * quarter,
            now=NOON,
            besides=BookingId(moving) if moving else None,
            own=one.conversation_id,
        )
    for person_id, counts in marked.items():
        times = found.get(person_id, NEVER_BUSY)
        assert list(times.starts) == sorted(times.starts)
        assert all(end < start for end, start in zip(times.ends, times.starts[1:], strict=False))
        for at in range(40):
            begin = int((NOON + at * quarter).timestamp())
            assert times.is_free(begin, begin + 900) is (at not in counts), (person_id, at)


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
        found = await bookings.coming(tenant, one.contact_id, after=NOON)
        assert [b.facts(SAO_PAULO).line().partition(": ")[2] for b in found] == [
            "2026-11-23 13:00, Rex, Banho, R$ 50,00, confirmado",
            "2026-11-23 14:00, , Banho, R$ 50,00, agendado",
        ]

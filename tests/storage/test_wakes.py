"""Wakes: every change of the agenda reaches its workflow, whoever writes it, and nothing else does."""

import asyncio
import uuid
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from dev.postgres import DatabaseUrls
from domain.bookings import Intent
from domain.ids import BookingId, OrganizationId, TurnId
from domain.letters import LetterPurpose, LetterStatus
from storage import held_slots, letters, waiting_list, wakes
from storage.database import Connection, Database
from storage.held_slots import NewSlot
from storage.waiting_list import WaitingStatus
from storage.wakes import Wake, WakeKind
from tests.shops import Shop
from tests.storage.rows import NOON, customer, insert_booking, pet, service

SOON = timedelta(minutes=1)
DAY = date(2026, 11, 23)
"""NOON's, in the shop."""


async def written(database: Database, shop: Shop) -> dict[str, int]:
    """The wakes there are: subject and version."""
    async with database.tenant(shop.organization_id) as tenant:
        rows = await tenant.fetch("select kind, subject, version from wakes")
    return {f"{row['kind']} {row['subject']}": row["version"] for row in rows}


async def forgotten(database: Database) -> None:
    """Temporal has taken all there are."""
    async with database.unbound() as unbound:
        for wake in await wakes.claim(unbound, most=1000, hold=timedelta(0)):
            await wakes.forget(unbound, wake)


async def wait_for(tenant: Connection, shop: Shop, day: date, name: str = "Rex") -> str:
    """A customer waits for a bath on a day; the subject of its waiting list."""
    one = await customer(tenant, shop)
    bath = await service(tenant)
    await waiting_list.join(
        tenant,
        shop.organization_id,
        conversation_id=one.conversation_id,
        contact_id=one.contact_id,
        service_id=bath.id,
        pet_id=(await pet(tenant, shop, one.contact_id, name)).id,
        day=day,
    )
    return f"waiting_list {bath.id}/{day}"


async def test_a_booking_wakes_its_workflow_at_every_change_that_matters(database: Database, shop: Shop) -> None:
    """One wake a booking, counted up; a price or a note wakes nobody."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        made = await insert_booking(tenant, shop, one.contact_id, start=NOON)
    subject = f"booking {made}"
    assert await written(database, shop) == {subject: 1}
    version = 1
    for change, counts in (
        ("price = 1", 0),
        ("changed_by = 'owner'", 0),
        ("status = 'confirmed'", 1),
        ("start_time = start_time - interval '5 min'", 1),
        ("end_time = end_time - interval '5 min'", 1),
        ("status = 'in_progress'", 1),
        ("status = 'completed'", 1),
        ("status = 'cancelled'", 1),
    ):
        async with database.tenant(shop.organization_id) as tenant:
            await tenant.execute(f"update bookings set {change} where id = $1", made)
        version += counts
        assert await written(database, shop) == {subject: version}, change


@pytest.mark.parametrize("status", ["completed", "cancelled", "no_show"])
async def test_history_that_is_imported_wakes_nobody(database: Database, shop: Shop, status: str) -> None:
    """What is over when it is written; what is still to come does."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        for day in range(1, 6):
            await insert_booking(tenant, shop, one.contact_id, start=NOON - timedelta(days=day), status=status)
    assert await written(database, shop) == {}
    async with database.tenant(shop.organization_id) as tenant:
        for number, coming in enumerate(("scheduled", "confirmed", "in_progress")):
            start = NOON + timedelta(days=number)
            await insert_booking(tenant, shop, one.contact_id, start=start, status=coming)
    assert len(await written(database, shop)) == 3


async def test_a_change_that_is_taken_back_wakes_nobody(database: Database, shop: Shop) -> None:
    """The wake is of the change's own transaction, and a savepoint's."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)

    async def take_back() -> None:
        async with database.tenant(shop.organization_id) as tenant:
            await insert_booking(tenant, shop, one.contact_id, start=NOON)
            assert await tenant.fetchval("select count(*) from wakes") == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await take_back()
    assert await written(database, shop) == {}
    async with database.tenant(shop.organization_id) as tenant:
        kept = await insert_booking(tenant, shop, one.contact_id, start=NOON)
        with pytest.raises(asyncpg.ExclusionViolationError):
            async with tenant.transaction():
                await insert_booking(tenant, shop, one.contact_id, start=NOON)
    assert await written(database, shop) == {f"booking {kept}": 1}


async def test_a_held_slot_wakes_the_booking_it_may_become(database: Database, shop: Shop) -> None:
    """So that it comes free by the booking's own timer; kept longer it needs no second word."""
    booking_id = BookingId(uuid.uuid4())
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        slot = NewSlot(booking_id=booking_id, intent=Intent.CANCEL, service_id=(await service(tenant)).id)
        for _ in range(2):
            await held_slots.hold(
                tenant,
                shop.organization_id,
                one.conversation_id,
                one.contact_id,
                [slot],
                turn_id=TurnId(uuid.uuid4()),
                expires_at=NOON,
                now=NOON,
            )
    assert await written(database, shop) == {f"booking {booking_id}": 1}


async def test_time_that_comes_free_wakes_who_waits_for_that_day(database: Database, shop: Shop) -> None:
    """A cancellation, a move away: the shop's own day counts, though it is another in UTC; other days sleep on."""
    late = datetime(2026, 11, 24, 2, tzinfo=NOON.tzinfo)  # eleven in the evening of DAY
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        made = [await insert_booking(tenant, shop, one.contact_id, start=at) for at in (NOON, late)]
        subject = await wait_for(tenant, shop, DAY)
        await wait_for(tenant, shop, DAY + timedelta(days=1))
    for change, booking, wakes_list in (
        ("status = 'confirmed'", made[0], False),
        ("price = 1", made[0], False),
        ("start_time = start_time + interval '5 min'", made[0], True),
        ("status = 'cancelled'", made[0], True),
        ("status = 'in_progress'", made[1], False),
        ("status = 'cancelled'", made[1], False),  # its time is over
        ("status = 'scheduled'", made[1], False),
        ("status = 'cancelled'", made[1], True),
    ):
        await forgotten(database)
        async with database.tenant(shop.organization_id) as tenant:
            await tenant.execute(f"update bookings set {change} where id = $1", booking)
        lists = {wake for wake in await written(database, shop) if wake.startswith("waiting_list")}
        assert lists == ({subject} if wakes_list else set()), change


async def test_a_waiting_list_wakes_when_somebody_joins_or_leaves(database: Database, shop: Shop) -> None:
    """Joining twice is once; each settled wait counts."""
    async with database.tenant(shop.organization_id) as tenant:
        subject = await wait_for(tenant, shop, DAY)
        assert await wait_for(tenant, shop, DAY) == subject
        await wait_for(tenant, shop, DAY, "Mimi")
    assert await written(database, shop) == {subject: 2}
    async with database.tenant(shop.organization_id) as tenant:
        ids = [row["id"] for row in await tenant.fetch("select id from waiting_list")]
        await waiting_list.settle(tenant, ids, WaitingStatus.LEFT)
        await waiting_list.settle(tenant, ids, WaitingStatus.LAPSED)  # what was settled stays
        assert {row["status"] for row in await tenant.fetch("select status from waiting_list")} == {"left"}
    assert await written(database, shop) == {subject: 4}


async def test_a_letter_wakes_its_workflow_only_while_it_is_to_be_sent(database: Database, shop: Shop) -> None:
    """Written, or touched while it waits, it wakes; ended by its own workflow it does not start that once more."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        letter = await letters.write(
            tenant,
            shop.organization_id,
            one.contact_id,
            purpose=LetterPurpose.MESSAGE,
            content="Olá!",
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )
    assert await written(database, shop) == {f"letter {letter}": 1}
    async with database.tenant(shop.organization_id) as tenant:
        await tenant.execute("update letters set status = status")
    assert await written(database, shop) == {f"letter {letter}": 2}
    await forgotten(database)
    async with database.tenant(shop.organization_id) as tenant:
        await letters.end(tenant, letter, LetterStatus.SENT)
    assert await written(database, shop) == {}


async def test_a_wake_that_is_written_again_is_not_forgotten(database: Database, shop: Shop) -> None:
    """Taken, changed meanwhile, reported: the change is still to be told; then it is gone."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        made = await insert_booking(tenant, shop, one.contact_id, start=NOON)
    async with database.unbound() as unbound:
        (taken,) = await wakes.claim(unbound, most=10, hold=SOON)
        assert taken == Wake(organization_id=shop.organization_id, kind=WakeKind.BOOKING, subject=str(made), version=1)
    async with database.unbound() as unbound:
        assert await wakes.claim(unbound, most=10, hold=SOON) == []
    async with database.tenant(shop.organization_id) as tenant:
        await tenant.execute("update bookings set status = 'confirmed'")
    async with database.unbound() as unbound:
        await wakes.forget(unbound, taken)
        (again,) = await wakes.claim(unbound, most=10, hold=timedelta(0))
        assert again.version == 2
        await wakes.forget(unbound, again)
        assert await wakes.claim(unbound, most=10, hold=SOON) == []
    assert await written(database, shop) == {}


async def test_who_dies_with_wakes_loses_none(database: Database, shop: Shop) -> None:
    """After its hold a wake is anybody's again; several takers at once share them, none twice."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        for hour in range(40):
            await insert_booking(tenant, shop, one.contact_id, start=NOON + timedelta(hours=hour))

    async def take() -> list[Wake]:
        async with database.unbound() as unbound:
            return await wakes.claim(unbound, most=5, hold=SOON)

    taken = [wake for found in await asyncio.gather(*(take() for _ in range(8))) for wake in found]
    assert len(taken) == len({wake.subject for wake in taken}) == 40
    assert await take() == []
    async with database.tenant(shop.organization_id) as tenant:
        await tenant.execute("update wakes set claimed_until = clock_timestamp() - interval '1 ms'")
    assert len(await take()) == 5


async def test_the_doors_of_the_wakes_lead_nowhere_else(
    database: Database, shop: Shop, other_shop: Shop, database_urls: DatabaseUrls
) -> None:
    """Unbound, or bound to another shop, they show ids of what changed; no row besides, and no stranger may call."""
    for one in (shop, other_shop):
        async with database.tenant(one.organization_id) as tenant:
            somebody = await customer(tenant, one)
            await insert_booking(tenant, one, somebody.contact_id, start=NOON)
    async with database.unbound() as unbound:
        rows = await unbound.fetch("select * from claim_wakes(10, '0')")
        assert {row["organization_id"] for row in rows} == {shop.organization_id, other_shop.organization_id}
        assert set(rows[0].keys()) == {
            "organization_id",
            "kind",
            "subject",
            "version",
            "claimed_until",
            "created_at",
        }
        assert await unbound.fetchval("select count(*) from wakes") == 0
        for table in ("bookings", "held_slots", "waiting_list", "organizations"):
            assert await unbound.fetchval(f"select count(*) from {table}") == 0
        unknown = Wake(organization_id=OrganizationId(uuid.uuid4()), kind=WakeKind.BOOKING, subject="x", version=1)
        await wakes.forget(unbound, unknown)
    assert len(await written(database, shop)) == len(await written(database, other_shop)) == 1
    owner = await asyncpg.connect(database_urls.owner)
    name = f"stranger_{uuid.uuid4().hex[:8]}"
    try:
        await owner.execute(f"create role {name}")
        for statement in ("select * from claim_wakes(1, '0')", "select forget_wake(null, '', '', 1)"):
            await owner.execute(f"set role {name}")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await owner.execute(statement)
            await owner.execute("reset role")
    finally:
        await owner.execute(f"drop role if exists {name}")
        await owner.close()


async def test_workers_are_told_at_the_commit(database: Database, shop: Shop, database_urls: DatabaseUrls) -> None:
    """A listener hears of a wake when it is there to be taken, and not before."""
    heard: asyncio.Queue[str] = asyncio.Queue()

    def hear(_connection: object, _pid: int, channel: str, _payload: object) -> None:
        heard.put_nowait(channel)

    listener = await asyncpg.connect(database_urls.app)
    try:
        await listener.add_listener(wakes.CHANNEL, hear)
        async with database.tenant(shop.organization_id) as tenant:
            one = await customer(tenant, shop)
            await insert_booking(tenant, shop, one.contact_id, start=NOON)
            await listener.execute("select 1")
            assert heard.empty()
        async with asyncio.timeout(5):
            assert await heard.get() == wakes.CHANNEL
    finally:
        await listener.close()


async def test_wakes_that_fail_for_ever_are_in_nobodys_way(database: Database, shop: Shop) -> None:
    """Twenty that nobody can deliver are claimed again and again; one that is written after them is claimed first."""
    async with database.tenant(shop.organization_id) as tenant:
        for _ in range(20):
            await tenant.execute("select wake($1, 'letter', $2)", shop.organization_id, str(uuid.uuid4()))
    async with database.unbound() as unbound:
        assert len(await wakes.claim(unbound, most=20, hold=timedelta(0))) == 20
    async with database.tenant(shop.organization_id) as tenant:
        await tenant.execute("select wake($1, 'letter', 'fresh')", shop.organization_id)
    async with database.unbound() as unbound:
        assert "fresh" in {wake.subject for wake in await wakes.claim(unbound, most=20, hold=timedelta(0))}

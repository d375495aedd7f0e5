"""One function books, moves and cancels, whoever asks: customers, operators, the owner, time."""

import asyncio
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from domain.agenda_rules import AgendaRules
from domain.bookings import BookingStatus, ChangedBy
from domain.errors import RefusalCode, RequestRefused
from domain.ids import BookingId, ProfessionalId
from domain.services import Variant
from domain.shop import Coat, Size
from reception import appointments
from reception.wishes import Wish
from storage import organizations, pets, professionals, services
from storage.instances import Instances
from storage.organizations import SettingsChange
from tests.shops import ALWAYS_OPEN, open_shop
from tests.storage.rows import insert_booking, service

from .conftest import SUNDAY, Reception, monday

HOUR = timedelta(hours=1)


def code_of(refused: pytest.ExceptionInfo[RequestRefused]) -> RefusalCode:
    """Why it was refused."""
    return refused.value.code


async def people_of(reception: Reception) -> list[ProfessionalId]:
    """Who works here."""
    async with reception.desk() as desk:
        return [one.id for one in await professionals.active(desk.tenant)]


@pytest.mark.parametrize("by", list(ChangedBy))
async def test_whoever_books_the_row_is_the_same(reception: Reception, by: ChangedBy) -> None:
    """Price, length, end and state are the service's; who did it is kept; the workflow is woken."""
    lia, [rex] = await reception.somebody(1, "Rex")
    facts = await reception.book(lia, rex, monday(10), by=by)
    assert (facts.start, facts.price, facts.minutes, facts.pet) == (monday(10), Decimal(50), 60, "Rex")
    async with reception.desk() as desk:
        row = await desk.tenant.fetchrow("select * from bookings")
        assert await desk.tenant.fetchval("select subject from wakes") == str(facts.id)
    assert row is not None
    assert (row["changed_by"], row["status"], row["end_time"]) == (by, "scheduled", monday(11))
    assert (row["timed_at"], row["booking_type"]) == (SUNDAY, "banho")
    assert (row["conversation_id"] is not None) is (by is ChangedBy.CUSTOMER)


@pytest.mark.parametrize("by", [ChangedBy.CUSTOMER, ChangedBy.OPERATOR])
async def test_nobody_books_past_a_rule(reception: Reception, by: ChangedBy) -> None:
    """Hours, holidays, absences, the pet and the past bind the shop's own people, too; notice does not."""
    lia, [rex] = await reception.somebody(1, "Rex")
    async with reception.desk() as desk:
        strict = AgendaRules(minimum_notice_minutes=120, days_ahead=30)
        await organizations.change(desk.tenant, desk.shop.id, SettingsChange(agenda_rules=strict))
    for start, code in (
        (monday(8, 59), RefusalCode.OUTSIDE_HOURS),
        (monday(17, 1), RefusalCode.OUTSIDE_HOURS),
        (SUNDAY - HOUR, RefusalCode.PAST_DATE),
        (datetime(2026, 12, 25, 10, tzinfo=SUNDAY.tzinfo), RefusalCode.TOO_FAR_AHEAD),
        (datetime(2026, 11, 20, 10, tzinfo=SUNDAY.tzinfo), RefusalCode.PAST_DATE),
    ):
        with pytest.raises(RequestRefused) as refused:
            await reception.book(lia, rex, start, by=by)
        assert code_of(refused) is code, start
    async with reception.desk() as desk:
        await organizations.change(
            desk.tenant, desk.shop.id, SettingsChange(agenda_rules=AgendaRules(minimum_notice_minutes=120))
        )
    with pytest.raises(RequestRefused) as refused:
        await reception.book(lia, rex, datetime(2026, 12, 25, 10, tzinfo=SUNDAY.tzinfo), by=by)
    assert code_of(refused) is RefusalCode.CLOSED_DAY
    soon = SUNDAY + HOUR
    if by is ChangedBy.CUSTOMER:
        with pytest.raises(RequestRefused) as refused:
            await reception.book(lia, rex, soon, by=by)
        assert code_of(refused) is RefusalCode.TOO_SOON
    else:
        await reception.book(lia, rex, soon, by=by)


@pytest.mark.parametrize("people", [1, 3])
async def test_the_same_pet_at_the_same_start(reception: Reception, instances: Instances, people: int) -> None:
    """Asked twice is not "taken", with one professional and with many; a cancelled one does not count."""
    reception.shop = await open_shop(reception.database, instances, people=people)
    lia, [rex] = await reception.somebody(1, "Rex")
    first = await reception.book(lia, rex, monday(10))
    for by, code in (
        (ChangedBy.CUSTOMER, RefusalCode.PET_SAME_START_CONFLICT),
        (ChangedBy.OPERATOR, RefusalCode.PET_BUSY),
    ):
        with pytest.raises(RequestRefused) as refused:
            await reception.book(lia, rex, monday(10), by=by, in_addition=True)
        assert code_of(refused) is code
    async with reception.desk() as desk:
        await appointments.cancel(desk, first.id)
    again = await reception.book(lia, rex, monday(10), by=ChangedBy.CUSTOMER)
    assert again.id != first.id


async def test_one_pet_wanted_in_two_places_at_once(reception: Reception) -> None:
    """Two people of the shop book it in the same moment with two professionals: one of them is told the pet is
    busy."""
    lia, [rex] = await reception.somebody(1, "Rex")
    done = await asyncio.gather(
        *(reception.book(lia, rex, monday(10) + n * HOUR / 4) for n in range(4)), return_exceptions=True
    )
    refused = [one for one in done if isinstance(one, BaseException)]
    assert len(refused) == 3
    assert all(isinstance(one, RequestRefused) and one.code is RefusalCode.PET_BUSY for one in refused)


async def test_a_shop_in_which_nobody_works(reception: Reception) -> None:
    """Nothing can be booked, and that is said."""
    lia, [rex] = await reception.somebody(1, "Rex")
    for person in await people_of(reception):
        async with reception.desk() as desk:
            await professionals.retire(desk.tenant, person)
    with pytest.raises(RequestRefused) as refused:
        await reception.book(lia, rex, monday(10))
    assert code_of(refused) is RefusalCode.NOBODY_DOES_IT


async def test_a_booking_lasts_its_service_even_when_the_clock_jumps(reception: Reception) -> None:
    """From half past one, in the night in which New York skips two o'clock, ninety minutes are ninety minutes."""
    lia, [rex] = await reception.somebody(1, "Rex")
    zone = ZoneInfo("America/New_York")
    reception.now = datetime(2026, 3, 7, 12, tzinfo=zone)
    async with reception.desk() as desk:
        at_night = ALWAYS_OPEN.model_validate({str(day): [{"opens": "00:00", "closes": "08:00"}] for day in range(7)})
        await organizations.change(
            desk.tenant, desk.shop.id, SettingsChange(timezone="America/New_York", opening_hours=at_night)
        )
        await desk.tenant.execute("update services set duration_minutes = 90")
    start = datetime(2026, 3, 8, 1, 30, tzinfo=zone)
    facts = await reception.book(lia, rex, start)
    assert facts.start == start
    async with reception.desk() as desk:
        assert await desk.tenant.fetchval("select end_time - start_time from bookings") == timedelta(minutes=90)
        moved = await appointments.move(desk, facts.id, start - HOUR)
        assert moved.start == start - HOUR
        assert await desk.tenant.fetchval("select end_time - start_time from bookings") == timedelta(minutes=90)


async def test_a_move_keeps_what_was_agreed(reception: Reception) -> None:
    """Price, length and, where possible, the professional; over its own old time, too; otherwise another professional
    takes it."""
    (lia, [rex]), (rui, [thor]) = await reception.somebody(1, "Rex"), await reception.somebody(2, "Thor")
    first, second = await people_of(reception)
    async with reception.desk() as desk:
        wish = Wish(
            contact_id=lia.contact_id,
            pet=rex,
            service=await service(desk.tenant),
            start=monday(10),
        )
        facts = await appointments.book(replace(desk, only=second), wish)
        await desk.tenant.execute("update services set price = 999, duration_minutes = 15, preparation_minutes = 60")
    async with reception.desk() as desk:
        await insert_booking(
            desk.tenant, reception.shop, rui.contact_id, start=monday(14), professional=second, pet_id=thor.id
        )

    async def moved_to(start: datetime) -> tuple[ProfessionalId, Decimal, int, datetime, str]:
        async with reception.desk(ChangedBy.OWNER) as desk:
            await appointments.confirm(desk, facts.id)
            assert (await appointments.move(desk, facts.id, start)).start == start
            row = await desk.tenant.fetchrow("select * from bookings where id = $1", facts.id)
            assert row is not None
            assert row["end_time"] == start + HOUR
            assert row["confirmed_at"] is None
            return row["professional_id"], row["price"], row["duration_minutes"], row["start_time"], row["status"]

    for start, who in ((monday(10, 30), second), (monday(10), second), (monday(14), first), (monday(14, 30), first)):
        assert await moved_to(start) == (who, Decimal(50), 60, start, "scheduled")


async def test_a_move_to_one_professional(reception: Reception) -> None:
    """An operator names who: only they take it, or nobody."""
    (lia, [rex]), (rui, [thor]) = await reception.somebody(1, "Rex"), await reception.somebody(2, "Thor")
    _, second = await people_of(reception)
    facts = await reception.book(lia, rex, monday(10))
    async with reception.desk() as desk:
        await insert_booking(
            desk.tenant, reception.shop, rui.contact_id, start=monday(12), professional=second, pet_id=thor.id
        )
    async with reception.desk() as desk:
        with pytest.raises(RequestRefused) as refused:
            await appointments.move(replace(desk, only=second), facts.id, monday(12))
        assert code_of(refused) is RefusalCode.SLOT_TAKEN
        await appointments.move(replace(desk, only=second), facts.id, monday(13))
        assert await desk.tenant.fetchval("select professional_id from bookings where id = $1", facts.id) == second


async def test_states_that_allow_no_change(reception: Reception) -> None:
    """What is over is neither moved, cancelled nor confirmed; what cannot follow what is not marked."""
    lia, [rex] = await reception.somebody(1, "Rex")
    facts = await reception.book(lia, rex, monday(10))
    for status in (
        BookingStatus.IN_PROGRESS,
        BookingStatus.COMPLETED,
        BookingStatus.NO_SHOW,
        BookingStatus.CANCELLED,
    ):
        async with reception.desk() as desk:
            await desk.tenant.execute("update bookings set status = $1::varchar", status)
        async with reception.desk() as desk:
            for change in (
                appointments.move(desk, facts.id, monday(12)),
                appointments.cancel(desk, facts.id),
                appointments.confirm(desk, facts.id),
                appointments.mark(
                    desk,
                    facts.id,
                    BookingStatus.COMPLETED if status is BookingStatus.CANCELLED else BookingStatus.IN_PROGRESS,
                )
                if status is not BookingStatus.IN_PROGRESS
                else appointments.mark(desk, facts.id, BookingStatus.SCHEDULED),
            ):
                with pytest.raises(RequestRefused) as refused:
                    await change
                assert code_of(refused) is RefusalCode.NOT_CHANGEABLE, status
                assert refused.value.details["status"] == status
            assert await desk.tenant.fetchval("select status from bookings") == status
    async with reception.desk() as desk:
        for change in (
            appointments.move(desk, BookingId(uuid.uuid4()), monday(12)),
            appointments.cancel(desk, BookingId(uuid.uuid4())),
        ):
            with pytest.raises(RequestRefused) as refused:
                await change
            assert code_of(refused) is RefusalCode.BOOKING_NOT_FOUND


async def test_what_people_saw(reception: Reception) -> None:
    """Arrived, done, did not come, and the correction of a mistake; marked twice is once."""
    lia, [rex] = await reception.somebody(1, "Rex")
    facts = await reception.book(lia, rex, monday(10))
    for status in (
        BookingStatus.IN_PROGRESS,
        BookingStatus.COMPLETED,
        BookingStatus.NO_SHOW,
        BookingStatus.NO_SHOW,
        BookingStatus.COMPLETED,
    ):
        async with reception.desk() as desk:
            assert (await appointments.mark(desk, facts.id, status)).status is status


async def test_a_cancelled_hour_is_free_again(lone: Reception) -> None:
    """For whoever comes next, at once."""
    (lia, [rex]), (rui, [thor]) = await lone.somebody(1, "Rex"), await lone.somebody(2, "Thor")
    facts = await lone.book(lia, rex, monday(10))
    async with lone.desk() as desk:
        done = await appointments.cancel(desk, facts.id)
        assert done.status is BookingStatus.CANCELLED
    assert (await lone.book(rui, thor, monday(10))).start == monday(10)


async def test_preparation_keeps_its_distance(lone: Reception) -> None:
    """It lies in the professional's hours, before the start, and in nobody's appointment."""
    (lia, [rex]), (rui, [thor]) = await lone.somebody(1, "Rex"), await lone.somebody(2, "Thor")
    async with lone.desk() as desk:
        await desk.tenant.execute("update services set preparation_minutes = 30 where name = 'Tosa'")
    for start, code in ((monday(9), RefusalCode.OUTSIDE_HOURS), (monday(9, 29), RefusalCode.OUTSIDE_HOURS)):
        with pytest.raises(RequestRefused) as refused:
            await lone.book(lia, rex, start, what="Tosa")
        assert code_of(refused) is code
    await lone.book(rui, thor, monday(10))
    with pytest.raises(RequestRefused) as refused:
        await lone.book(lia, rex, monday(11, 15), what="Tosa")
    assert code_of(refused) is RefusalCode.SLOT_TAKEN
    await lone.book(lia, rex, monday(11, 30), what="Tosa")
    with pytest.raises(RequestRefused) as refused:
        await lone.book(rui, thor, monday(10, 30) + HOUR / 2)
    assert code_of(refused) is RefusalCode.SLOT_TAKEN
    async with lone.desk() as desk:
        assert await desk.tenant.fetchval("select sum(preparation_minutes) from bookings") == 30


SIZES: list[tuple[Size, Coat, int, str]] = [
    (Size.PEQUENO, Coat.CURTO, 30, "40"),
    (Size.MEDIO, Coat.CURTO, 60, "50"),
    (Size.GRANDE, Coat.CURTO, 90, "80"),
    (Size.GRANDE, Coat.LONGO, 120, "110"),
    (Size.GIGANTE, Coat.MEDIO, 60, "50"),
    (Size.PEQUENO, Coat.LONGO, 30, "40"),
    (Size.MEDIO, Coat.LONGO, 75, "65"),
]


@pytest.mark.parametrize(("size", "coat", "minutes", "price"), SIZES)
async def test_price_and_length_go_by_size_and_coat(
    lone: Reception, size: Size, coat: Coat, minutes: int, price: str
) -> None:
    """The row has the figures of the variant that names most of the pet; others have the plain ones."""
    lia, [rex] = await lone.somebody(1, "Rex")
    async with lone.desk() as desk:
        bath = await service(desk.tenant)
        for variant in (
            Variant(size=Size.PEQUENO, minutes=30, price=Decimal(40)),
            Variant(size=Size.GRANDE, minutes=90, price=Decimal(80)),
            Variant(size=Size.GRANDE, coat=Coat.LONGO, minutes=120, price=Decimal(110)),
            Variant(coat=Coat.LONGO, minutes=75, price=Decimal(65)),
        ):
            await services.set_variant(desk.tenant, desk.shop.id, bath.id, variant)
        known = await pets.update(desk.tenant, rex.id, size=size, coat=coat)
    assert known is not None
    facts = await lone.book(lia, known, monday(10))
    assert (facts.minutes, facts.price) == (minutes, Decimal(price))
    async with lone.desk() as desk:
        row = await desk.tenant.fetchrow("select price, end_time from bookings")
    assert row is not None
    assert tuple(row) == (Decimal(price), monday(10) + timedelta(minutes=minutes))


async def test_an_operator_too_has_to_know_the_pet(lone: Reception) -> None:
    """Without its size there is no price: incomplete_pet, whoever asks."""
    lia, [rex] = await lone.somebody(1, "Rex")
    async with lone.desk() as desk:
        bath = await service(desk.tenant)
        await services.set_variant(
            desk.tenant, desk.shop.id, bath.id, Variant(size=Size.GRANDE, minutes=90, price=Decimal(80))
        )
    with pytest.raises(RequestRefused) as refused:
        await lone.book(lia, rex, monday(10))
    assert code_of(refused) is RefusalCode.INCOMPLETE_PET
    assert refused.value.details["missing"] == ["size"]


async def test_a_professional_who_does_not_do_it_is_not_given_it(reception: Reception) -> None:
    """Two could be free, one does clips: the second clip of the hour is taken, a bath is not."""
    (lia, [rex, mimi]), (rui, [thor]) = await reception.somebody(1, "Rex", "Mimi"), await reception.somebody(2, "Thor")
    first, second = await people_of(reception)
    async with reception.desk() as desk:
        bath = await service(desk.tenant)
        await professionals.set_services(desk.tenant, desk.shop.id, first, [bath.id])
    await reception.book(lia, rex, monday(10), what="Tosa")
    with pytest.raises(RequestRefused) as refused:
        await reception.book(rui, thor, monday(10), what="Tosa")
    assert code_of(refused) is RefusalCode.SLOT_TAKEN
    await reception.book(lia, mimi, monday(10))
    async with reception.desk() as desk:
        rows = await desk.tenant.fetch("select professional_id, booking_type from bookings")
    assert {tuple(row) for row in rows} == {(second, "tosa"), (first, "banho")}

"""The waiting list at the desk: who is offered what, until when, and who comes next."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest

from domain.bookings import BookingFacts, ChangedBy, Intent
from domain.errors import RefusalCode, RequestRefused
from domain.services import Variant
from domain.shop import Pet, Size
from reception import appointments, waiting, wishes
from reception.waiting import WaitingPlan
from storage import bookings, held_slots, professionals, services
from tests.storage.rows import Customer, service

from .conftest import Reception, monday, offering

DAY = monday(9).date()
MINUTES = timedelta(minutes=30)


@dataclass(frozen=True)
class FullDay:
    """A Monday with one professional, booked from nine to six; people who wait for a bath on it."""

    reception: Reception
    booked: list[BookingFacts]

    async def waits(self, number: int, name: str = "Rex", day: date = DAY) -> tuple[Customer, Pet]:
        """One more customer in line."""
        one, (pet,) = await self.reception.somebody(number, name)
        async with self.reception.desk(ChangedBy.CUSTOMER, one) as desk:
            await waiting.join(desk, offering(one), await service(desk.tenant), pet, day)
        return one, pet

    async def cancel(self, *hours: int) -> None:
        """These hours come free."""
        for facts in self.booked:
            if facts.start.hour in hours:
                async with self.reception.desk() as desk:
                    await appointments.cancel(desk, facts.id)

    async def plan(self, now: datetime | None = None, day: date = DAY) -> WaitingPlan:
        """What the list does at a moment."""
        at = replace(self.reception, now=now or self.reception.now)
        async with at.desk(ChangedBy.TIME) as desk:
            return await waiting.plan(desk, (await service(desk.tenant)).id, day)

    async def states(self) -> list[str]:
        """What became of each, in the order of joining."""
        async with self.reception.desk() as desk:
            return [
                row["status"] for row in await desk.tenant.fetch("select status from waiting_list order by created_at")
            ]


@pytest.fixture
async def full(lone: Reception) -> FullDay:
    """The day, full."""
    somebody, pets = await lone.somebody(99, *(f"Pet {number}" for number in range(9)))
    booked = [await lone.book(somebody, pet, monday(9 + hour)) for hour, pet in enumerate(pets)]
    return FullDay(lone, booked)


async def test_nothing_free_is_nothing_to_offer(full: FullDay) -> None:
    """The list sleeps until the day is over, or somebody wakes it."""
    await full.waits(1)
    plan = await full.plan()
    assert (plan.offers, plan.look_again) == ((), monday(0) + timedelta(days=1))


async def test_one_customer_at_a_time_in_the_order_of_the_line(full: FullDay) -> None:
    """The first is offered the hour and has half an hour; asked again the plan is the same; then it is the next's."""
    (lia, rex), (rui, thor) = await full.waits(1), await full.waits(2, "Thor")
    await full.cancel(14)
    plan = await full.plan()
    (offer,) = plan.offers
    assert (offer.contact_id, offer.answer_by) == (lia.contact_id, full.reception.now + MINUTES)
    assert all(part in offer.text for part in ("Banho", rex.name, "amanhã, segunda-feira, 23/11, às 14:00", "12:30"))
    assert plan.look_again == full.reception.now + MINUTES
    assert await full.plan() == plan
    assert await full.plan(full.reception.now + MINUTES - timedelta(seconds=1)) == plan
    assert await full.states() == ["offered", "waiting"]
    assert [await full.reception.free(who, 14) for who in (lia, rui, None)] == [1, 0, 0]
    late = await full.plan(full.reception.now + MINUTES)
    assert [(o.contact_id, o.answer_by) for o in late.offers] == [(rui.contact_id, full.reception.now + 2 * MINUTES)]
    assert late.offers[0].turn_id != offer.turn_id
    assert await full.states() == ["lapsed", "offered"]
    assert (await full.plan(full.reception.now + 2 * MINUTES)).offers == ()
    assert await full.states() == ["lapsed", "lapsed"]
    assert thor.name in late.offers[0].text


async def test_two_hours_for_two_customers(full: FullDay) -> None:
    """Each is offered an own one."""
    people = [await full.waits(number) for number in (1, 2, 3)]
    await full.cancel(10, 14)
    offers = (await full.plan()).offers
    assert [offer.contact_id for offer in offers] == [who.contact_id for who, _ in people[:2]]
    assert ["10:00" in offers[0].text, "14:00" in offers[1].text] == [True, True]


async def test_who_says_no_lets_the_next_have_it(full: FullDay) -> None:
    """The slot is let go at once; who leaves without an offer just leaves; who does not wait cannot leave."""
    (lia, rex), (rui, _) = await full.waits(1), await full.waits(2, "Thor")
    await full.cancel(14)
    await full.plan()

    async def leave(who: Customer, pet: Pet) -> None:
        async with full.reception.desk(ChangedBy.CUSTOMER, who) as desk:
            await waiting.leave(desk, offering(who), await service(desk.tenant), pet, DAY)

    await leave(lia, rex)
    assert await full.states() == ["declined", "waiting"]
    assert [offer.contact_id for offer in (await full.plan()).offers] == [rui.contact_id]
    with pytest.raises(RequestRefused) as refused:
        await leave(lia, rex)
    assert refused.value.code is RefusalCode.BOOKING_NOT_FOUND
    with pytest.raises(RequestRefused):
        await leave(rui, rex)


async def test_who_takes_it_is_done_waiting(full: FullDay) -> None:
    """Booked from the offer, or another way on that day: the wait is over, and nothing is offered any more."""
    (lia, rex), (rui, thor) = await full.waits(1), await full.waits(2, "Thor")
    await full.cancel(14)
    await full.plan()
    async with full.reception.desk(ChangedBy.CUSTOMER, lia) as desk:
        (slot,) = await held_slots.of_conversation(desk.tenant, lia.conversation_id, desk.now)
        assert (slot.intent, slot.pet_id) == (Intent.OFFER, rex.id)
        wish = wishes.Wish(contact_id=lia.contact_id, pet=rex, service=await service(desk.tenant), start=monday(14))
        await appointments.book(desk, wish, booking_id=slot.booking_id)
    await full.cancel(10)
    await full.reception.book(rui, thor, monday(10))
    assert (await full.plan()).look_again is None
    assert await full.states() == ["booked", "booked"]
    async with full.reception.desk() as desk:
        assert len(await bookings.coming(desk.tenant, lia.contact_id, after=desk.now)) == 1


async def test_nobody_is_asked_at_night(full: FullDay) -> None:
    """An hour that comes free after closing is offered when the shop opens."""
    await full.waits(1)
    await full.cancel(14)
    at_night = full.reception.now.replace(hour=22)
    plan = await full.plan(at_night)
    assert (plan.offers, plan.look_again) == ((), monday(9))
    assert len((await full.plan(monday(9))).offers) == 1


async def test_time_to_answer_ends_before_the_hour(full: FullDay) -> None:
    """Twenty minutes before the start there are twenty minutes to answer; with hardly any, another hour is looked
    for."""
    await full.waits(1)
    await full.cancel(14)
    (offer,) = (await full.plan(monday(13, 40))).offers
    assert offer.answer_by == monday(14)
    (again,) = await full.states()
    assert again == "offered"
    await full.waits(2, "Thor")
    assert (await full.plan(monday(13, 56))).offers == (offer,)
    await full.cancel(15)
    plan = await full.plan(monday(14))
    assert [o.answer_by for o in plan.offers] == [monday(14) + MINUTES]
    assert "15:00" in plan.offers[0].text


async def test_a_day_that_is_over_lapses(full: FullDay) -> None:
    """Whoever waits is done with it."""
    await full.waits(1)
    plan = await full.plan(monday(9) + timedelta(days=1))
    assert plan == WaitingPlan()
    assert await full.states() == ["lapsed"]


async def test_an_unknown_size_is_passed_over(full: FullDay) -> None:
    """Since they joined the bath got a price by size: nobody is offered a price nobody knows; the next one is."""
    await full.waits(1)
    rui, thor = await full.waits(2, "Thor")
    async with full.reception.desk() as desk:
        bath = await service(desk.tenant)
        await services.set_variant(
            desk.tenant, desk.shop.id, bath.id, Variant(size=Size.GRANDE, minutes=60, price=bath.price)
        )
        await desk.tenant.execute("update pets set size = 'pequeno' where id = $1", thor.id)
    await full.cancel(14)
    assert [offer.contact_id for offer in (await full.plan()).offers] == [rui.contact_id]


async def test_waiting_for_what_cannot_be(full: FullDay) -> None:
    """A day that is over, too far ahead or closed; twice for the same; then nothing is in the list."""
    one, (rex,) = await full.reception.somebody(1, "Rex")
    async with full.reception.desk(ChangedBy.CUSTOMER, one) as desk:
        bath = await service(desk.tenant)
        for day, code in (
            (DAY - timedelta(days=2), RefusalCode.PAST_DATE),
            (DAY + timedelta(days=400), RefusalCode.TOO_FAR_AHEAD),
            (date.max, RefusalCode.TOO_FAR_AHEAD),
            (date.min, RefusalCode.PAST_DATE),
        ):
            with pytest.raises(RequestRefused) as refused:
                await waiting.join(desk, offering(one), bath, rex, day)
            assert refused.value.code is code
        await waiting.join(desk, offering(one), bath, rex, DAY)
        with pytest.raises(RequestRefused) as refused:
            await waiting.join(desk, offering(one), bath, rex, DAY)
        assert refused.value.code is RefusalCode.ALREADY_WAITING
    assert await full.states() == ["waiting"]


async def test_an_absence_that_ends_early_is_found_too(lone: Reception) -> None:
    """The list looks at what is free, whatever freed it."""
    full = FullDay(lone, [])
    async with lone.desk() as desk:
        (one,) = await professionals.active(desk.tenant)
        away = await professionals.add_absence(
            desk.tenant, desk.shop.id, one.id, monday(0), monday(0) + timedelta(days=1)
        )
    await full.waits(1)
    assert (await full.plan()).offers == ()
    async with lone.desk() as desk:
        await professionals.drop_absence(desk.tenant, uuid.UUID(str(away)))
    assert len((await full.plan()).offers) == 1

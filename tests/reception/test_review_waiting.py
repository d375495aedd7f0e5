"""The waiting list when the shop, or the customer, does something else meanwhile."""

from dataclasses import replace
from datetime import timedelta

from domain.agenda import free_slots
from domain.bookings import ChangedBy
from domain.shop import Pet
from reception import appointments, offers, waiting, wishes
from storage import held_slots, professionals, special_days
from storage.special_days import SpecialDay
from tests.storage.rows import Customer, service

from .conftest import Reception, monday, offering
from .test_waiting import DAY, FullDay, full

__all__ = ["full"]
MINUTE = timedelta(minutes=1)


async def _looks(reception: Reception, who: Customer, of: Pet, *hours: int, what: str = "Banho", days: int = 0) -> None:
    """The customer asks for times of that service, and is offered these hours."""
    async with reception.desk(ChangedBy.CUSTOMER, who) as desk:
        wanted = await service(desk.tenant, what)
        need = wishes.need_of(wanted, of)
        day = DAY + timedelta(days=days)
        agenda = await desk.agenda(day, day, pet_id=of.id)
        found = free_slots(agenda, need, first=day, last=day, now=desk.now)
        slots = [slot for slot in found if slot.start.hour in hours]
        assert len(slots) == len(hours)
        await offers.offer(desk, offering(who), wanted, need, slots, pet_id=of.id)


async def test_an_offer_of_the_list_is_kept_as_long_as_it_was_promised(full: FullDay) -> None:
    """Who looks at the agenda after "guardo até 12:30" still has the hour after the ten minutes of a look."""
    (lia, rex), (rui, _) = await full.waits(1), await full.waits(2, "Thor")
    await full.cancel(14)
    (offer,) = (await full.plan()).offers
    await _looks(full.reception, lia, rex, 14)
    later = full.reception.now + 15 * MINUTE
    assert await replace(full.reception, now=later).free(rui, 14) == 0
    assert (await full.plan(later)).offers == (offer,)


async def test_a_booking_of_another_pet_lets_go_of_no_offer(full: FullDay) -> None:
    """The list keeps an hour for Rex; meanwhile Mimi is booked on another day: Rex's hour is still kept."""
    (lia, _), (rui, _) = await full.waits(1), await full.waits(2, "Thor")
    _, (mimi,) = await full.reception.somebody(1, "Mimi")
    await full.cancel(14)
    (offer,) = (await full.plan()).offers
    await _looks(full.reception, lia, mimi, 10, days=1)
    async with full.reception.desk(ChangedBy.CUSTOMER, lia) as desk:
        kept = await held_slots.of_conversation(desk.tenant, lia.conversation_id, desk.now)
        chosen = next(slot for slot in kept if slot.start == monday(10) + timedelta(days=1))
        wish = wishes.Wish(
            contact_id=lia.contact_id,
            pet=mimi,
            service=await service(desk.tenant),
            start=monday(10) + timedelta(days=1),
        )
        await appointments.book(desk, wish, booking_id=chosen.booking_id)
    assert await full.reception.free(rui, 14) == 0
    assert (await full.plan()).offers == (offer,)


async def test_what_is_not_sold_any_more_is_not_offered(full: FullDay) -> None:
    """The bath was retired while people waited for it: nobody is offered what nobody could then book."""
    await full.waits(1)
    await full.cancel(14)
    async with full.reception.desk() as desk:
        bath = await service(desk.tenant)
        await desk.tenant.execute("update services set is_active = false where id = $1", bath.id)
    async with full.reception.desk(ChangedBy.TIME) as desk:
        assert (await waiting.plan(desk, bath.id, DAY)).offers == ()


async def test_a_booking_that_changes_hands_wakes_who_waits(reception: Reception) -> None:
    """Another professional takes the bath, at the same time: the first one's hour is free, and the list looks at it."""
    lia, (rex,) = await reception.somebody(1, "Rex")
    facts = await reception.book(lia, rex, monday(14))
    rui, (thor,) = await reception.somebody(2, "Thor")
    async with reception.desk(ChangedBy.CUSTOMER, rui) as desk:
        clip = await service(desk.tenant, "Tosa")
        await waiting.join(desk, offering(rui), clip, thor, DAY)
        await desk.tenant.execute("delete from wakes")
    async with reception.desk() as desk:
        first, other = (one.id for one in await professionals.active(desk.tenant))
        taken = await desk.tenant.fetchval("select professional_id from bookings where id = $1", facts.id)
        to = other if taken == first else first
        await appointments.move(replace(desk, only=to), facts.id, monday(14))
        woken = await desk.tenant.fetch("select subject from wakes where kind = 'waiting_list'")
    assert [row["subject"] for row in woken] == [f"{clip.id}/{DAY}"]


async def test_a_long_recess_does_not_let_the_list_sleep_through_the_opening(full: FullDay) -> None:
    """Closed for ten days before the day that is waited for: the list looks again when the shop opens."""
    now = full.reception.now - timedelta(days=9)
    async with full.reception.desk() as desk:
        for ahead in range(10):
            day = now.date() + timedelta(days=ahead)
            await special_days.put(desk.tenant, desk.shop.id, SpecialDay(day=day, spans=(), note="recesso"))
    await full.waits(1)
    await full.cancel(14)
    plan = await full.plan(now)
    assert (plan.offers, plan.look_again) == ((), monday(9))

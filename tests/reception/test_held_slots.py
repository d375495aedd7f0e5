"""A slot that is held is nobody else's meanwhile: not offered, not proposed, not booked; and it always comes free."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.agenda import free_slots
from domain.bookings import BookingStatus, ChangedBy, Intent
from domain.errors import RefusalCode, RequestRefused
from domain.services import Variant
from domain.shop import Size
from reception import appointments, offers, wishes
from storage import held_slots, services
from tests.storage.rows import Customer, service

from .conftest import Reception, monday, offering


async def kept(reception: Reception, who: Customer) -> list[tuple[int, Intent]]:
    """What is kept for a customer: hour and intent."""
    async with reception.desk() as desk:
        found = await held_slots.of_conversation(desk.tenant, who.conversation_id, reception.now)
        return [(slot.start.astimezone(desk.zone).hour, slot.intent) for slot in found if slot.start]


async def test_what_is_held_is_nobody_elses(lone: Reception) -> None:
    """The next customer is not offered it, and is refused it; whom it is held for may have it."""
    (lia, [rex]), (rui, [thor]) = await lone.somebody(1, "Rex"), await lone.somebody(2, "Thor")
    await lone.hold(lia, monday(10), monday(11))
    assert [await lone.free(who, 10) for who in (lia, rui, None)] == [1, 0, 0]
    with pytest.raises(RequestRefused) as refused:
        await lone.book(rui, thor, monday(10), by=ChangedBy.CUSTOMER)
    assert refused.value.code is RefusalCode.SLOT_TAKEN
    assert refused.value.details["alternatives"] == ["09:00", "12:00", "13:00", "14:00", "15:00", "16:00"]
    await lone.book(lia, rex, monday(10), by=ChangedBy.CUSTOMER)


async def test_a_held_slot_comes_free_at_its_minute(lone: Reception) -> None:
    """Not a second earlier; whether its rows are gone by then or not."""
    (lia, _), (rui, [thor]) = await lone.somebody(1), await lone.somebody(2, "Thor")
    await lone.hold(lia, monday(10))
    almost = replace(lone, now=lone.now + timedelta(minutes=10, seconds=-1))
    over = replace(lone, now=lone.now + timedelta(minutes=10))
    assert [await at.free(rui, 10) for at in (almost, over)] == [0, 1]
    assert await kept(over, lia) == []
    await over.book(rui, thor, monday(10), by=ChangedBy.CUSTOMER)


async def test_a_held_slot_takes_its_preparation_too(lone: Reception) -> None:
    """What lies in the preparation of a held slot is not free for others."""
    (lia, _), (rui, _) = await lone.somebody(1), await lone.somebody(2)
    async with lone.desk() as desk:
        await desk.tenant.execute("update services set preparation_minutes = 30, duration_minutes = 30")
    assert len(await lone.hold(lia, monday(10))) == 1
    async with lone.desk(ChangedBy.CUSTOMER, rui) as desk:
        day = monday(10).date()
        need = wishes.need_of(await service(desk.tenant), None)
        agenda = await desk.agenda(day, day)
        free = [slot.start for slot in free_slots(agenda, need, first=day, last=day, now=desk.now)]
    # 09:30 would end where the preparation of the held one has begun, 10:30 would begin its own in the held one.
    assert free[0] == monday(11)


async def test_a_proposal_holds_its_slot(lone: Reception) -> None:
    """While one customer is asked "Posso confirmar?" nobody else gets it."""
    (lia, [rex]), (rui, [thor]) = await lone.somebody(1, "Rex"), await lone.somebody(2, "Thor")
    async with lone.desk(ChangedBy.CUSTOMER, lia) as desk:
        bath = await service(desk.tenant)
        agenda = await desk.agenda(monday(10).date(), monday(10).date())
        await offers.propose(
            desk,
            offering(lia),
            Intent.BOOK,
            service_id=bath.id,
            pet_id=rex.id,
            need=wishes.need_of(bath, rex),
            start=monday(10),
            professional_id=agenda.professionals[0].id,
        )
    assert await lone.free(rui, 10) == 0
    with pytest.raises(RequestRefused) as refused:
        await lone.book(rui, thor, monday(10), by=ChangedBy.CUSTOMER)
    assert refused.value.code is RefusalCode.SLOT_TAKEN


async def test_a_hold_is_one_professionals(reception: Reception) -> None:
    """Where two could do it, the other one is still free for the next customer."""
    (lia, _), (rui, [thor]) = await reception.somebody(1), await reception.somebody(2, "Thor")
    await reception.hold(lia, monday(10))
    assert [await reception.free(who, 10) for who in (lia, rui)] == [2, 1]
    await reception.book(rui, thor, monday(10), by=ChangedBy.CUSTOMER)
    assert [await reception.free(who, 10) for who in (lia, None)] == [1, 0]


async def test_what_was_booked_is_held_no_longer(reception: Reception) -> None:
    """The whole group of offers is let go with the booking that one of them became; other services' stay."""
    lia, [rex] = await reception.somebody(1, "Rex")
    await reception.hold(lia, monday(10), monday(11), monday(12))
    await reception.hold(lia, monday(15), what="Tosa")
    async with reception.desk(ChangedBy.CUSTOMER, lia) as desk:
        group = next(
            slot.booking_id
            for slot in await offers.offered(desk, lia.conversation_id)
            if slot.start and slot.start == monday(10)
        )
        wish = wishes.Wish(contact_id=lia.contact_id, pet=rex, service=await service(desk.tenant), start=monday(10))
        facts = await appointments.book(desk, wish, booking_id=group)
    assert facts.id == group
    assert await kept(reception, lia) == [(15, Intent.OFFER)]
    assert await reception.free(None, 11) == 2


async def test_nobody_keeps_a_whole_agenda_by_asking(reception: Reception) -> None:
    """Three offers' worth a conversation: the newest stay, and the oldest come free for others."""
    (lia, _), (rui, _) = await reception.somebody(1), await reception.somebody(2)
    for day in range(5):
        starts = [monday(hour) + timedelta(days=day) for hour in range(9, 15)]
        assert len(await reception.hold(lia, *starts)) == 6
    async with reception.desk() as desk:
        found = await held_slots.of_conversation(desk.tenant, lia.conversation_id, reception.now)
    assert {slot.start.astimezone(monday(9).tzinfo).day for slot in found if slot.start} == {25, 26, 27}
    assert len(found) == 18
    assert await reception.free(rui, 9) == 2


async def test_asking_again_keeps_the_codes(reception: Reception) -> None:
    """A second look at the same hours is no second hold: same codes, kept longer; an expired one is a new offer."""
    lia, _ = await reception.somebody(1)
    first = await reception.hold(lia, monday(10), monday(11))
    later = replace(reception, now=reception.now + timedelta(minutes=8))
    assert await later.hold(lia, monday(10), monday(11)) == first
    much_later = replace(reception, now=reception.now + timedelta(minutes=17))
    assert len(await kept(much_later, lia)) == 2
    assert await replace(reception, now=reception.now + timedelta(minutes=18)).free(None, 10) == 2


async def test_whoever_cancels_or_moves_lets_go_of_what_was_proposed(reception: Reception) -> None:
    """An operator was faster: the question that the customer was asked is void."""
    lia, [rex] = await reception.somebody(1, "Rex")
    for change in ("move", "cancel", "mark"):
        facts = await reception.book(lia, rex, monday(10))
        async with reception.desk(ChangedBy.CUSTOMER, lia) as desk:
            await offers.propose(
                desk,
                offering(lia),
                Intent.CANCEL,
                booking_id=facts.id,
                service_id=(await service(desk.tenant)).id,
                pet_id=rex.id,
            )
        async with reception.desk() as desk:
            if change == "move":
                await appointments.move(desk, facts.id, monday(12))
                await desk.tenant.execute("delete from bookings")
            elif change == "cancel":
                await appointments.cancel(desk, facts.id)
            else:
                await appointments.mark(desk, facts.id, BookingStatus.NO_SHOW)
        async with reception.desk() as desk:
            assert await held_slots.of_conversation(desk.tenant, lia.conversation_id, reception.now) == [], change


async def test_two_customers_who_look_at_once(lone: Reception) -> None:
    """Both may be shown an hour in the same moment; one of them gets it, the other is told so."""
    (lia, [rex]), (rui, [thor]) = await lone.somebody(1, "Rex"), await lone.somebody(2, "Thor")
    await asyncio.gather(lone.hold(lia, monday(10)), lone.hold(rui, monday(10)))
    done = await asyncio.gather(
        lone.book(lia, rex, monday(10), by=ChangedBy.CUSTOMER),
        lone.book(rui, thor, monday(10), by=ChangedBy.CUSTOMER),
        return_exceptions=True,
    )
    refused = [one for one in done if isinstance(one, BaseException)]
    assert all(isinstance(one, RequestRefused) and one.code is RefusalCode.SLOT_TAKEN for one in refused)
    assert len(refused) <= 2
    async with lone.desk() as desk:
        assert await desk.tenant.fetchval("select count(*) from bookings") == 2 - len(refused)


async def test_an_offer_is_as_long_as_the_longest_pet(lone: Reception) -> None:
    """While the pet is not known, what is offered is enough for any."""
    lia, _ = await lone.somebody(1)
    async with lone.desk() as desk:
        bath = await service(desk.tenant)
        big = Variant(size=Size.GIGANTE, minutes=150, price=bath.price)
        await services.set_variant(desk.tenant, desk.shop.id, bath.id, big)
    assert await lone.hold(lia, monday(17)) == []
    assert len(await lone.hold(lia, monday(15))) == 1
    async with lone.desk() as desk:
        found = await held_slots.of_conversation(desk.tenant, lia.conversation_id, lone.now)
    assert [slot.end for slot in found] == [monday(17, 30)]


async def test_one_question_at_a_time_holds_its_slots(lone: Reception) -> None:
    """What was proposed in an earlier turn is let go with the next proposal; what one turn proposes together stays."""
    lia, [rex, mimi] = await lone.somebody(1, "Rex", "Mimi")

    async def propose(turn: offers.Customer, name: str, hour: int, what: str) -> None:
        async with lone.desk(ChangedBy.CUSTOMER, lia) as desk:
            wanted, of = await service(desk.tenant, what), rex if name == "Rex" else mimi
            agenda = await desk.agenda(monday(10).date(), monday(10).date())
            await offers.propose(
                desk,
                turn,
                Intent.BOOK,
                service_id=wanted.id,
                pet_id=of.id,
                need=wishes.need_of(wanted, of),
                start=monday(hour),
                professional_id=agenda.professionals[0].id,
            )

    first, second = offering(lia), offering(lia)
    await propose(first, "Rex", 10, "Banho")
    await propose(first, "Mimi", 11, "Banho")
    await propose(first, "Rex", 12, "Tosa")
    assert [hour for hour, _ in await kept(lone, lia)] == [10, 11, 12]
    await propose(first, "Rex", 13, "Banho")  # instead of its first
    assert [hour for hour, _ in await kept(lone, lia)] == [11, 12, 13]
    await propose(second, "Rex", 15, "Tosa")
    assert [hour for hour, _ in await kept(lone, lia)] == [15]
    assert [await lone.free(None, hour) for hour in (10, 11, 12, 13, 15)] == [1, 1, 1, 1, 0]

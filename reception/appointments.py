"""Booking, moving, cancelling: the one way, whoever asks.

What the rules refuse is refused with a code and the facts to act on; who gets a slot is decided by the database.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from domain.agenda import Agenda, Need, free_at
from domain.bookings import BookingFacts, BookingStatus
from domain.errors import RefusalCode, RequestRefused
from domain.ids import BookingId, ProfessionalId
from reception.desk import Desk
from reception.wishes import Wish, check_cancel, check_move, check_wish, not_changeable, slot_taken
from storage import bookings, held_slots
from storage.bookings import BookingRow, Conflict, NewTimes


async def book(desk: Desk, wish: Wish, *, booking_id: BookingId | None = None) -> BookingFacts:
    """Book with whoever is free; of many who want one slot exactly one gets it.

    `booking_id` is the id under which slots were held for it. Raises `RequestRefused`: slot_taken with the next free
    times, pet_busy, or what a rule refuses.
    """
    await bookings.take_turn(desk.tenant, desk.shop.id)
    agenda, need = await check_wish(desk, wish)
    quote = wish.service.quote(wish.pet)
    is_fresh = booking_id is not None and await bookings.find(desk.tenant, booking_id) is None
    new_id = booking_id if booking_id is not None and is_fresh else BookingId(uuid.uuid4())
    for professional_id in _in_turn(agenda, need, wish.start):
        conflict = await bookings.add(
            desk.tenant,
            desk.shop.id,
            new_id,
            _times(need, wish.start, professional_id),
            contact_id=wish.contact_id,
            conversation_id=desk.conversation_id,
            pet_id=wish.pet.id,
            service_id=wish.service.id,
            category=wish.service.category,
            price=quote.price,
            status=BookingStatus.SCHEDULED,
            by=desk.by,
            now=desk.now,
        )
        if conflict is None:
            await held_slots.release(desk.tenant, new_id)
            return await desk.facts_of(await _row(desk, new_id))
        if conflict is Conflict.PET:
            raise pet_is_busy(wish.pet.name)
    raise await slot_taken(desk, agenda, need, wish.start)


async def move(desk: Desk, booking_id: BookingId, start: datetime) -> BookingFacts:
    """Another time for a booking, with the same professional where that is possible. Raises `RequestRefused`."""
    await bookings.take_turn(desk.tenant, desk.shop.id)
    row = await existing(desk, booking_id, for_change=True)
    agenda, need = await check_move(desk, row, start)
    for candidate in _in_turn(agenda, need, start, first=row.professional_id):
        conflict = await bookings.move(
            desk.tenant, booking_id, _times(need, start, candidate), by=desk.by, now=desk.now
        )
        if conflict is None:
            await held_slots.release(desk.tenant, booking_id)
            return await desk.facts_of(await _row(desk, booking_id))
        if conflict is Conflict.PET:
            raise pet_is_busy(row.pet)
    raise await slot_taken(desk, agenda, need, start, besides=row)


async def cancel(desk: Desk, booking_id: BookingId) -> BookingFacts:
    """The booking is off, and its time is free. Raises `RequestRefused`."""
    await bookings.take_turn(desk.tenant, desk.shop.id)
    row = await existing(desk, booking_id, for_change=True)
    await check_cancel(desk, row)
    return await _set(desk, row, BookingStatus.CANCELLED)


async def confirm(desk: Desk, booking_id: BookingId) -> BookingFacts:
    """The customer will come. Raises `RequestRefused` for a booking that is over."""
    row = await existing(desk, booking_id, for_change=True)
    if not row.status.is_coming:
        raise not_changeable(row)
    return await _set(desk, row, BookingStatus.CONFIRMED)


MARKS = {
    BookingStatus.IN_PROGRESS: (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED),
    BookingStatus.COMPLETED: (
        BookingStatus.SCHEDULED,
        BookingStatus.CONFIRMED,
        BookingStatus.IN_PROGRESS,
        BookingStatus.NO_SHOW,
    ),
    BookingStatus.NO_SHOW: (
        BookingStatus.SCHEDULED,
        BookingStatus.CONFIRMED,
        BookingStatus.IN_PROGRESS,
        BookingStatus.COMPLETED,
    ),
}
"""What people may see of a booking, and in which states of it."""


async def mark(desk: Desk, booking_id: BookingId, status: BookingStatus) -> BookingFacts:
    """What the shop's people saw: arrived, done, did not come. Raises `RequestRefused` where that cannot be."""
    row = await existing(desk, booking_id, for_change=True)
    if row.status is status:
        return await desk.facts_of(row)
    if row.status not in MARKS.get(status, ()):
        raise not_changeable(row)
    return await _set(desk, row, status)


async def existing(desk: Desk, booking_id: BookingId, *, for_change: bool = False) -> BookingRow:
    """The booking of that id. Raises `RequestRefused` (booking_not_found) when the shop has none such."""
    row = await bookings.find(desk.tenant, booking_id, for_change=for_change)
    if row is None:
        raise RequestRefused(RefusalCode.BOOKING_NOT_FOUND, "Esse agendamento não existe.")
    return row


def pet_is_busy(name: str) -> RequestRefused:
    """The pet is somewhere else in the shop."""
    return RequestRefused(RefusalCode.PET_BUSY, f"{name} já tem outro agendamento nesse horário.")


def _in_turn(
    agenda: Agenda, need: Need, start: datetime, *, first: ProfessionalId | None = None
) -> Sequence[ProfessionalId]:
    """Who is free then, among those the desk lets do it; `first` before the others."""
    return sorted(free_at(agenda, need, start), key=lambda professional: professional != first)


def _times(need: Need, start: datetime, professional_id: ProfessionalId) -> NewTimes:
    return NewTimes(
        professional_id=professional_id,
        start=start,
        end=start.astimezone(UTC) + timedelta(minutes=need.minutes),
        minutes=need.minutes,
        preparation_minutes=need.preparation_minutes,
    )


async def _row(desk: Desk, booking_id: BookingId) -> BookingRow:
    return await existing(desk, booking_id)


async def _set(desk: Desk, row: BookingRow, status: BookingStatus) -> BookingFacts:
    if await bookings.set_status(desk.tenant, row.id, status, by=desk.by, now=desk.now) is not None:
        raise pet_is_busy(row.pet)
    await held_slots.release(desk.tenant, row.id)
    return await desk.facts_of(await _row(desk, row.id))

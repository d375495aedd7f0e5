"""The free times an operator may choose from: the agenda's own, by the same rules as everybody's, without notice."""

from dataclasses import replace
from datetime import date, datetime

from domain.agenda import FreeSlot, Need, free_slots, refusal_of_day
from domain.errors import RequestRefused
from domain.frozen import Frozen
from domain.ids import ConversationId, ProfessionalId
from domain.services import Service
from domain.shop import Pet
from operating.refused_requests import in_words
from reception.desk import Desk
from reception.wishes import need_of, need_of_booked, next_free
from storage.bookings import BookingRow


class FreeTimes(Frozen):
    """The starts of one day, soonest first; where there are none, `why_none` is the sentence for it.

    `next_day` is the first day from then on, within two weeks, that has one.
    """

    starts: tuple[datetime, ...] = ()
    why_none: str = ""
    next_day: date | None = None


async def for_new(
    desk: Desk,
    pet: Pet,
    service: Service,
    day: date,
    *,
    professional_id: ProfessionalId | None = None,
    conversation_id: ConversationId | None = None,
) -> FreeTimes:
    """For a pet that is to be booked; `conversation_id` is where times may be kept for its owner."""
    desk = replace(desk, only=professional_id, conversation_id=conversation_id)
    return await _found(desk, need_of(service, pet), day, pet=pet)


async def for_booked(
    desk: Desk, row: BookingRow, day: date, *, professional_id: ProfessionalId | None = None
) -> FreeTimes:
    """For a booking that is to be moved; its own time is free to it."""
    desk = replace(desk, only=professional_id, conversation_id=row.conversation_id)
    return await _found(desk, need_of_booked(row), day, row=row)


async def _found(
    desk: Desk, need: Need, day: date, *, pet: Pet | None = None, row: BookingRow | None = None
) -> FreeTimes:
    pet_id = pet.id if pet else row.pet_id if row else None
    agenda = await desk.agenda(day, day, pet_id=pet_id, besides=row.id if row else None)
    slots: list[FreeSlot] = free_slots(agenda, need, first=day, last=day, now=desk.now)
    if slots:
        return FreeTimes(starts=tuple(slot.start for slot in slots))
    refused: RequestRefused | None = refusal_of_day(agenda, day, desk.now)
    later = await next_free(desk, need, max(day, desk.today), pet_id=pet_id, besides=row)
    return FreeTimes(
        why_none=in_words(refused) if refused else "Nenhum horário livre nesse dia.",
        next_day=later.start.date() if later else None,
    )

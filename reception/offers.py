"""Offers and proposals: what is kept for a customer who is deciding.

A few free slots are offered and kept for a while; any other change is proposed with a summary, and kept until it is
answered. What counts as a yes to either is decided in reception.consent.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from domain.agenda import FreeSlot, Need
from domain.bookings import Intent, Proposal
from domain.ids import BookingId, ContactId, ConversationId, PetId, ProfessionalId, ServiceId, TurnId
from domain.services import Service
from domain.shop import Pet
from reception.desk import Desk
from storage import bookings, held_slots, pets, services
from storage.held_slots import HeldSlot, NewSlot

_KEPT_SETS = 3
"""How many offers' worth of slots one conversation keeps: of a second look, and of a second pet."""


@dataclass(frozen=True)
class Customer:
    """Who is deciding, in which turn."""

    contact_id: ContactId
    conversation_id: ConversationId
    turn_id: TurnId


async def offer(
    desk: Desk,
    customer: Customer,
    service: Service,
    need: Need,
    slots: Sequence[FreeSlot],
    *,
    pet_id: PetId | None = None,
    moving: BookingId | None = None,
    until: datetime | None = None,
    booking_id: BookingId | None = None,
) -> list[HeldSlot]:
    """Keep these slots for the customer and give them the codes to choose by.

    `moving` is a booking that is to have one of them; `until` defaults to the shop's hold time.
    """
    kept = await held_slots.of_conversation(desk.tenant, customer.conversation_id, desk.now)
    of_another_pet = {s.booking_id for s in kept if pet_id is not None and s.pet_id not in (None, pet_id)}
    open_to_it = [slot for slot in kept if slot.booking_id not in of_another_pet]
    group = moving or booking_id or await _group(desk, open_to_it, service.id)
    await held_slots.hold(
        desk.tenant,
        desk.shop.id,
        customer.conversation_id,
        customer.contact_id,
        [_slot(group, Intent.OFFER, service.id, need, slot.start, slot.professionals[0], pet_id) for slot in slots],
        turn_id=customer.turn_id,
        expires_at=until or desk.now + timedelta(minutes=desk.shop.agenda_rules.hold_minutes),
        now=desk.now,
    )
    most = desk.shop.agenda_rules.offers_at_once * _KEPT_SETS
    await held_slots.release_beyond(desk.tenant, customer.conversation_id, most)
    starts = {slot.start for slot in slots}
    now_kept = await held_slots.of_conversation(desk.tenant, customer.conversation_id, desk.now)
    return [s for s in now_kept if s.booking_id == group and s.intent is Intent.OFFER and s.start in starts]


async def offered(desk: Desk, conversation_id: ConversationId) -> list[HeldSlot]:
    """The slots that are kept for a conversation and may be chosen."""
    kept = await held_slots.of_conversation(desk.tenant, conversation_id, desk.now)
    return [slot for slot in kept if slot.intent is Intent.OFFER]


async def propose(
    desk: Desk,
    customer: Customer,
    intent: Intent,
    *,
    booking_id: BookingId | None = None,
    service_id: ServiceId,
    pet_id: PetId | None,
    need: Need | None = None,
    start: datetime | None = None,
    professional_id: ProfessionalId | None = None,
) -> BookingId:
    """Keep a change until the customer answers; it takes the place of what was proposed before."""
    kept = await held_slots.of_conversation(desk.tenant, customer.conversation_id, desk.now)
    group = booking_id or await _group(desk, kept, service_id, pet_id)
    await held_slots.release_proposals(desk.tenant, customer.conversation_id, besides=customer.turn_id, of=group)
    slot = NewSlot(booking_id=group, intent=intent, service_id=service_id, pet_id=pet_id)
    if need is not None and start is not None and professional_id is not None:
        price = await price_now(desk, intent, group, service_id, pet_id)
        slot = _slot(group, intent, service_id, need, start, professional_id, pet_id, price=price)
    await held_slots.hold(
        desk.tenant,
        desk.shop.id,
        customer.conversation_id,
        customer.contact_id,
        [slot],
        turn_id=customer.turn_id,
        expires_at=desk.now + timedelta(minutes=desk.shop.agenda_rules.hold_minutes),
        now=desk.now,
    )
    return group


async def proposal_of(desk: Desk, conversation_id: ConversationId, booking_id: BookingId) -> Proposal:
    """What was proposed of that booking, in words. LookupError when nothing is."""
    kept = await held_slots.of_conversation(desk.tenant, conversation_id, desk.now)
    for slot in kept:
        if slot.intent is not Intent.OFFER and slot.booking_id == booking_id:
            return await in_words(desk, slot)
    raise LookupError(f"nothing is proposed of booking {booking_id}")


async def in_words(desk: Desk, slot: HeldSlot) -> Proposal:
    """A held slot as it is put to the customer: every fact from rows."""
    service = await services.get(desk.tenant, slot.service_id)
    pet = await pets.get(desk.tenant, slot.pet_id) if slot.pet_id else None
    row = await bookings.find(desk.tenant, slot.booking_id) if slot.intent is not Intent.BOOK else None
    return Proposal(
        intent=slot.intent,
        pet=pet.name if pet else "",
        service=service.name,
        start=slot.start.astimezone(desk.zone) if slot.start else None,
        before=row.start.astimezone(desk.zone) if row else None,
        price=row.price if row else _quoted(service, pet),
    )


async def price_now(
    desk: Desk, intent: Intent, booking_id: BookingId, service_id: ServiceId, pet_id: PetId | None
) -> Decimal:
    """What a change that is put to the customer costs at this moment."""
    row = await bookings.find(desk.tenant, booking_id) if intent is not Intent.BOOK else None
    if row is not None:
        return row.price
    pet = await pets.get(desk.tenant, pet_id) if pet_id else None
    return _quoted(await services.get(desk.tenant, service_id), pet)


def _quoted(service: Service, pet: Pet | None) -> Decimal:
    return service.quote(pet).price if pet else service.price


async def _group(desk: Desk, kept: Sequence[HeldSlot], service_id: ServiceId, pet_id: PetId | None = None) -> BookingId:
    """The booking that a conversation's offers of a service are to become; a new one, where there are none yet.

    Two pets proposed at once are two bookings.
    """
    others = {slot.booking_id for slot in kept if slot.intent is not Intent.OFFER and slot.pet_id != pet_id}
    for booking_id in dict.fromkeys(slot.booking_id for slot in kept if slot.service_id == service_id):
        if (
            booking_id not in others and await bookings.find(desk.tenant, booking_id) is None
        ):  # else they are offers to move it
            return booking_id
    return BookingId(uuid.uuid4())


def _slot(
    booking_id: BookingId,
    intent: Intent,
    service_id: ServiceId,
    need: Need,
    start: datetime,
    professional_id: ProfessionalId,
    pet_id: PetId | None,
    *,
    price: Decimal | None = None,
) -> NewSlot:
    return NewSlot(
        booking_id=booking_id,
        intent=intent,
        service_id=service_id,
        pet_id=pet_id,
        professional_id=professional_id,
        start=start,
        end=start.astimezone(UTC) + timedelta(minutes=need.minutes),
        preparation_minutes=need.preparation_minutes,
        price=price,
    )

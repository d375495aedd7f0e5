"""Offers and proposals: what is kept for a customer who is deciding, and what counts as a yes.

Nothing is written to the agenda that the customer did not agree to, and this is where that is decided, not in a prompt:
choosing one of the slots that were shown is a yes; anything else is proposed with a summary, and a yes to that very
question does it.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from domain.agenda import FreeSlot, Need
from domain.agreement import Reading, answer_to_question, chosen_start, names_time
from domain.agreement_subjects import names_another_pet, names_another_service
from domain.bookings import Intent, Proposal
from domain.ids import BookingId, ContactId, ConversationId, PetId, ProfessionalId, ServiceId, TurnId
from domain.services import Service
from domain.shop import Pet
from domain.texts import folded
from reception.desk import Desk
from storage import booking_notices, bookings, held_slots, inbound, pets, services
from storage.bookings import BookingRow
from storage.held_slots import HeldSlot, NewSlot
from storage.inbound import LastWord

_CONFIRMS = re.compile(r"\bconfirm")

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


async def chosen(
    desk: Desk, customer: Customer, among: Sequence[HeldSlot], start: datetime, *, pet_id: PetId
) -> HeldSlot | None:
    """The offered slot of that start, if the customer has seen it offered and then chosen it; else None.

    "Sim" and "o primeiro" choose among the times that the message they answer named; a time that was shown before has
    to be named again. What answers a reminder, a proposal or a person of the shop chooses nothing.
    """
    wanted = next((slot for slot in among if slot.start == start), None)
    word = await inbound.last_word(desk.tenant, customer.conversation_id)
    if wanted is None or word.answering is None or await bookings.find(desk.tenant, wanted.booking_id):
        return None  # the last: it was offered to move a booking
    kept = await held_slots.of_conversation(desk.tenant, customer.conversation_id, desk.now)
    if any(slot.intent is not Intent.OFFER and slot.turn_id == word.answering for slot in kept):
        return None
    if await booking_notices.asked_about(desk.tenant, customer.conversation_id, word.answering):
        return None
    if await _is_of_another(desk, customer, word, wanted.service_id, pet_id):
        return None
    seen: list[datetime] = []
    for slot in kept:
        if slot.intent is not Intent.OFFER or slot.start is None:
            continue
        local = slot.start.astimezone(desk.zone)
        shown = await inbound.sent_since(desk.tenant, customer.conversation_id, slot.created_at)
        if not any(names_time(text, local) for text in shown):
            continue
        seen.append(local)
        rival = slot.start == start and slot.service_id != wanted.service_id
        if rival and not (wanted.turn_id == word.answering != slot.turn_id):
            return None  # two services have that time, and the answer is not clearly about the one
    named = [local for local in seen if names_time(word.asked, local)]
    if not named:
        named = [local for local in seen if any(names_time(text, local) for text in word.texts)]
    return wanted if chosen_start(word.texts, named, desk.today) == start else None


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
        price = await _price(desk, intent, group, service_id, pet_id)
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


async def agreed_proposal(
    desk: Desk,
    customer: Customer,
    intent: Intent,
    *,
    start: datetime | None = None,
    booking_id: BookingId | None = None,
    service_id: ServiceId | None = None,
    pet_id: PetId | None = None,
) -> HeldSlot | None:
    """The proposal of exactly this, if it was the last thing the customer was told and the answer to it is a yes.

    A price that is another by now was not agreed to.
    """
    kept = await held_slots.of_conversation(desk.tenant, customer.conversation_id, desk.now)
    proposal = next(
        (
            slot
            for slot in kept
            if slot.intent is intent
            and slot.start == start
            and (booking_id is None or slot.booking_id == booking_id)
            and (service_id is None or slot.service_id == service_id)
            and (pet_id is None or slot.pet_id == pet_id)
        ),
        None,
    )
    if proposal is None:
        return None
    word = await inbound.last_word(desk.tenant, customer.conversation_id)
    if word.answering != proposal.turn_id:
        return None
    if await _is_of_another(desk, customer, word, proposal.service_id, proposal.pet_id):
        return None
    if start is not None:
        price = await _price(desk, intent, proposal.booking_id, proposal.service_id, proposal.pet_id)
        if price != proposal.price:
            return None
    row = await bookings.find(desk.tenant, proposal.booking_id) if start is None else None
    at = row.start if row else start
    return proposal if is_yes(desk, word, intent, about=at.astimezone(desk.zone) if at else None) else None


async def agreed_to_come(desk: Desk, customer: Customer, row: BookingRow) -> bool:
    """Whether the customer was asked about this booking last, and said yes, or says "confirmo" a little later."""
    word = await inbound.last_word(desk.tenant, customer.conversation_id)
    if word.answering is None:
        return False
    asked = await booking_notices.asked_about(desk.tenant, customer.conversation_id, word.answering)
    if asked is None and not await _confirms_later(desk, customer, word, row):
        return False
    if asked not in (None, row.id) or await _is_of_another(desk, customer, word, row.service_id, row.pet_id):
        return False
    return is_yes(desk, word, Intent.BOOK, about=row.start.astimezone(desk.zone))


def is_yes(desk: Desk, word: LastWord, to: Intent, *, about: datetime | None = None) -> bool:
    """Whether the customer's last word is a yes to that, at the time it is about, and to nothing else."""
    reading = answer_to_question(
        word.texts, about=about, today=desk.today, to_cancel=to is Intent.CANCEL, to_move=to is Intent.MOVE
    )
    return reading is Reading.YES


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


async def _price(
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


async def _confirms_later(desk: Desk, customer: Customer, word: LastWord, row: BookingRow) -> bool:
    """Whether the customer says "confirmo" with this as the one booking that was asked about and not answered.

    Something else was talked of since; it must not have been an offer or a proposal, which "confirmo" would answer.
    """
    if not any(_CONFIRMS.search(folded(text)) for text in word.texts):
        return False
    kept = await held_slots.of_conversation(desk.tenant, customer.conversation_id, desk.now)
    if any(slot.turn_id == word.answering for slot in kept):
        return False
    coming = await bookings.coming(desk.tenant, customer.contact_id, after=desk.now)
    return [one.id for one in coming if one.asked] == [row.id]


async def _is_of_another(
    desk: Desk, customer: Customer, word: LastWord, service_id: ServiceId, pet_id: PetId | None
) -> bool:
    """Whether the customer's last word names another service, or another of the own pets, than these."""
    service = await services.get(desk.tenant, service_id)
    own = {pet.id: pet.name for pet in await pets.of_contact(desk.tenant, customer.contact_id)}
    on_sale = [one.name for one in await services.active(desk.tenant)]
    return names_another_service(word.texts, service.name, on_sale) or (
        pet_id in own and names_another_pet(word.texts, own[pet_id], own.values())
    )


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

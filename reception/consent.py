"""What counts as a customer's yes: decided here, by what was sent and what was written back, never by a prompt.

Choosing one of the slots that were shown is a yes; so is a yes to the very question that was asked last. Doubt is none.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from domain.agreement import Reading, answer_to_question, chosen_start, names_time
from domain.agreement_subjects import names_another_pet, names_another_service
from domain.bookings import Intent
from domain.ids import BookingId, PetId, ServiceId
from domain.texts import folded
from reception.desk import Desk
from reception.offers import Customer, price_now
from storage import booking_notices, bookings, held_slots, inbound, pets, services
from storage.bookings import BookingRow
from storage.held_slots import HeldSlot
from storage.inbound import LastWord

_CONFIRMS = re.compile(r"\bconfirm")


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
    sent = await inbound.sent_since(desk.tenant, customer.conversation_id, min(slot.created_at for slot in kept))
    for slot in kept:
        if slot.intent is not Intent.OFFER or slot.start is None:
            continue
        local = slot.start.astimezone(desk.zone)
        if not any(at > slot.created_at and names_time(text, local) for at, text in sent):
            continue
        seen.append(local)
        rival = slot.start == start and slot.service_id != wanted.service_id
        if rival and not (wanted.turn_id == word.answering != slot.turn_id):
            return None  # two services have that time, and the answer is not clearly about the one
    named = [local for local in seen if names_time(word.asked, local)]
    if not named:
        named = [local for local in seen if any(names_time(text, local) for text in word.texts)]
    return wanted if chosen_start(word.texts, named, desk.today) == start else None


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
        price = await price_now(desk, intent, proposal.booking_id, proposal.service_id, proposal.pet_id)
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

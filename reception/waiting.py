"""The waiting list: when time comes free, one customer at a time is offered it, and has a while to answer."""

import re
import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from domain.agenda import FreeSlot, free_slots, refusal_of_day
from domain.bookings import Intent
from domain.dates import spoken
from domain.errors import RefusalCode, RequestRefused
from domain.frozen import Frozen
from domain.ids import BookingId, ContactId, ConversationId, ServiceId, TurnId
from domain.offers import worth_offering
from domain.services import Service
from domain.shop import Pet
from domain.texts import folded
from reception.consent import is_yes
from reception.desk import Desk
from reception.offers import Customer, offer
from reception.wishes import need_of
from storage import bookings, held_slots, inbound, outbox, pets, services, waiting_list
from storage.waiting_list import Waiting, WaitingStatus

_MOST_WAITS = 10
"""Days and services one customer may wait for."""

_SHORTEST = timedelta(minutes=5)
"""Nobody is asked who would have less time to answer."""

_WAITING = re.compile(r"\blista( de)? espera\b|\bfila( de)? espera\b")
_WANTS = re.compile(
    rf"{_WAITING.pattern}|\b(me )?(avis[ae]|avisar?|cham[ae])( me)? (se|quando|caso) "
    r"(vagar|(abrir|surgir|aparecer|tiver|sobrar)( (algum|alguma|um|uma|outro|outra|mais|qualquer))*"
    r"( (vagas?|horarios?|hora|encaixe|desistencia|lugar|espaco)\b|$))"
)
_REFUSES_OR_WONDERS = re.compile(
    r"\b(nao|nem|sem|como|o que|que e|qual|quant[oa]s?|saber|funciona|existe|explica)\b"
    r"|^((oi|ola|e|ai|voces|vcs|vc|a loja) )*(tem|teriam?|ha|fazem|usam) "
)
_TURNS = UUID("6d2f0f0e-52f5-4b0c-9d8e-0a4d8a3c5e11")


class WaitingOffer(Frozen):
    """An offer to somebody who waits, as it is to be sent: in the conversation for which its slot is kept."""

    waiting_id: UUID
    contact_id: ContactId
    conversation_id: ConversationId | None = None
    turn_id: TurnId
    text: str
    answer_by: datetime


class WaitingPlan(Frozen):
    """What a waiting list does now: the offers that are open, and when it has to look again; None: it is over."""

    offers: tuple[WaitingOffer, ...] = ()
    look_again: datetime | None = None


async def agreed(desk: Desk, customer: Customer) -> bool:
    """Whether the customer asked to wait, or said yes when asked."""
    word = await inbound.last_word(desk.tenant, customer.conversation_id)
    if any(_WANTS.search(folded(text)) and not _REFUSES_OR_WONDERS.search(folded(text)) for text in word.texts):
        return True
    return bool(_WAITING.search(folded(word.asked))) and is_yes(desk, word, Intent.BOOK)


async def join(desk: Desk, customer: Customer, service: Service, pet: Pet, day: date) -> None:
    """Wait from now on, for what is not free already: that did not suit.

    Raises `RequestRefused`: a day that cannot be booked, or that is waited for already.
    """
    agenda = await desk.agenda(day, day, pet_id=pet.id)
    if refusal := refusal_of_day(agenda, day, desk.now):
        raise refusal
    if len(await waiting_list.of_contact(desk.tenant, customer.contact_id, desk.today)) >= _MOST_WAITS:
        raise RequestRefused(
            RefusalCode.NOT_ALLOWED, "O cliente já espera por dias demais. Ofereça chamar uma pessoa da equipe."
        )
    free = free_slots(agenda, need_of(service, pet), first=day, last=day, now=desk.now)
    joined = await waiting_list.join(
        desk.tenant,
        desk.shop.id,
        conversation_id=customer.conversation_id,
        contact_id=customer.contact_id,
        service_id=service.id,
        pet_id=pet.id,
        day=day,
        unsuitable=[slot.start for slot in free],
    )
    if not joined:
        raise RequestRefused(RefusalCode.ALREADY_WAITING, f"{pet.name} já está na lista de espera desse dia.")


async def leave(desk: Desk, customer: Customer, service: Service, pet: Pet, day: date) -> None:
    """Wait no longer; a slot that was offered is the next one's. Raises `RequestRefused` for who does not wait."""
    line = await waiting_list.in_line(desk.tenant, service.id, day)
    mine = next((w for w in line if w.contact_id == customer.contact_id and w.pet_id == pet.id), None)
    if mine is None:
        raise RequestRefused(RefusalCode.BOOKING_NOT_FOUND, "O cliente não está na lista de espera desse dia.")
    offered = mine.status is WaitingStatus.OFFERED
    if mine.booking_id is not None:
        await held_slots.release(desk.tenant, mine.booking_id)
    await _settle(desk, mine, WaitingStatus.DECLINED if offered else WaitingStatus.LEFT)


async def plan(desk: Desk, service_id: ServiceId, day: date) -> WaitingPlan:
    """Settle what was answered or not answered in time, and offer what is free to the next in line.

    Idempotent: an offer that is open stays the same one, whoever asks again.
    """
    await bookings.take_turn(desk.tenant, desk.shop.id)  # what is free is not offered by two lists at once
    line = await waiting_list.in_line(desk.tenant, service_id, day)
    if day < desk.today:
        for waiting in line:
            await _settle(desk, waiting, WaitingStatus.LAPSED)
        return WaitingPlan()
    open_offers: list[WaitingOffer] = []
    still: list[Waiting] = []
    over = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=desk.zone)
    again = [over]
    for waiting in line:
        if await _is_booked(desk, waiting):
            await _settle(desk, waiting, WaitingStatus.BOOKED)
        elif waiting.status is WaitingStatus.WAITING:
            still.append(waiting)
        elif waiting.answer_by is not None and waiting.answer_by <= desk.now:
            await _settle(desk, waiting, WaitingStatus.LAPSED)
        elif waiting.answer_by is not None:
            again.append(waiting.answer_by)
            if open_ := await _open_offer(desk, waiting):
                open_offers.append(open_)
    calendar = await desk.calendar(desk.today, day)
    opens = calendar.earliest_open_after(desk.now, within=over - desk.now)
    if still and opens is not None and opens <= desk.now:  # nobody is asked at night
        for waiting in still:
            made = await _offer(desk, waiting)
            if made is not None:
                open_offers.append(made)
                again.append(made.answer_by)
    if not still and len(again) == 1:
        return WaitingPlan()
    if opens is not None and opens > desk.now:
        again.append(opens)
    return WaitingPlan(offers=tuple(open_offers), look_again=min(again))


async def _settle(desk: Desk, waiting: Waiting, status: WaitingStatus) -> None:
    """What became of a wait. An offer that still waits for the shop's number is not made any more."""
    await waiting_list.settle(desk.tenant, [waiting.id], status)
    if waiting.booking_id is not None:
        await outbox.give_up(desk.tenant, _turn(waiting.id, waiting.booking_id), "não enviada: passou do prazo")


async def _is_booked(desk: Desk, waiting: Waiting) -> bool:
    """Whether the pet has that service on that day by now, by this offer or another way."""
    coming = await bookings.coming(desk.tenant, waiting.contact_id, after=desk.now)
    return any(
        row.pet_id == waiting.pet_id
        and row.service_id == waiting.service_id
        and (row.id == waiting.booking_id or row.start.astimezone(desk.zone).date() == waiting.day)
        for row in coming
    )


async def _offer(desk: Desk, waiting: Waiting) -> WaitingOffer | None:
    """Keep the first slot of the day for this customer, if one is free that leaves time to answer."""
    service = next((one for one in await services.active(desk.tenant) if one.id == waiting.service_id), None)
    pet = await pets.get(desk.tenant, waiting.pet_id)
    if service is None or service.unknown_traits(pet):  # not on sale any more, or at a price nobody knows
        return None
    need = need_of(service, pet)
    agenda = await desk.agenda(waiting.day, waiting.day, pet_id=pet.id)
    every = free_slots(agenda, need, first=waiting.day, last=waiting.day, now=desk.now)
    free = [slot for slot in every if slot.start not in waiting.unsuitable]
    rules = desk.shop.agenda_rules
    for slot in worth_offering(free, len(free)):
        latest = slot.start - timedelta(minutes=rules.minimum_notice_minutes)
        answer_by = min(desk.now + timedelta(minutes=rules.waiting_list_minutes), latest)
        if answer_by - desk.now >= _SHORTEST:
            break
    else:
        return None
    booking_id = BookingId(uuid.uuid4())
    turn_id = _turn(waiting.id, booking_id)
    customer = Customer(waiting.contact_id, waiting.conversation_id, turn_id)
    await offer(desk, customer, service, need, [slot], pet_id=pet.id, until=answer_by, booking_id=booking_id)
    await waiting_list.offer(desk.tenant, waiting.id, booking_id, answer_by)
    return _in_words(desk, waiting, slot, booking_id, answer_by)


async def _open_offer(desk: Desk, waiting: Waiting) -> WaitingOffer | None:
    """The offer that was made to them, while its slot is kept."""
    held = await held_slots.of_conversation(desk.tenant, waiting.conversation_id, desk.now)
    slot = next((s for s in held if s.booking_id == waiting.booking_id and s.start is not None), None)
    if slot is None or slot.start is None or waiting.booking_id is None or waiting.answer_by is None:
        return None
    free = FreeSlot(start=slot.start.astimezone(desk.zone), professionals=())
    return _in_words(desk, waiting, free, waiting.booking_id, waiting.answer_by)


def _in_words(desk: Desk, waiting: Waiting, slot: FreeSlot, booking_id: BookingId, answer_by: datetime) -> WaitingOffer:
    local = slot.start.astimezone(desk.zone)
    until = answer_by.astimezone(desk.zone)
    return WaitingOffer(
        waiting_id=waiting.id,
        contact_id=waiting.contact_id,
        conversation_id=waiting.conversation_id,
        turn_id=_turn(waiting.id, booking_id),
        text=(
            f"Boa notícia! Abriu um horário de {waiting.service} para {waiting.pet}: "
            f"{spoken(local.date(), desk.today)}, às {local:%H:%M}. 🐾\n"
            f"Você quer? Guardo para você até {until:%H:%M}."
        ),
        answer_by=answer_by,
    )


def _turn(waiting_id: UUID, booking_id: BookingId) -> TurnId:
    return TurnId(uuid5(_TURNS, f"{waiting_id}/{booking_id}"))


def still_waiting(line: Sequence[Waiting]) -> list[str]:
    """What a customer waits for, a line each, for a prompt."""
    return [
        f"{w.service} de {w.pet} em {w.day.isoformat()}"
        + (" (um horário foi oferecido)" if w.status is WaitingStatus.OFFERED else "")
        for w in line
    ]

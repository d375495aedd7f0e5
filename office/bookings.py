"""move_booking, cancel_booking, book_again: one booking at a time, by the reception's one way; the customer is told."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pydantic import AwareDatetime, JsonValue

from domain.addresses import masked
from domain.agenda import free_at
from domain.bookings import BookingChange, BookingFacts, BookingStatus
from domain.dates import spoken
from domain.errors import RefusalCode, RequestRefused
from domain.ids import BookingId, ProfessionalId
from domain.money import reais
from domain.owner_orders import OrderKind
from office.booked import one_line
from office.customer_letters import tell, telling_line
from office.office import Office
from office.orders import Command, Done, Order, TakesBack
from reception import appointments, wishes
from reception.desk import Desk
from reception.wishes import Wish
from storage import agenda_entries, bookings, pets, professionals, services
from storage.bookings import BookingRow


class MoveBooking(Command):
    """Another time for a booking, another professional, or both; without a professional, whoever is free."""

    booking_id: BookingId
    start: AwareDatetime
    professional_id: ProfessionalId | None = None


class CancelBooking(Command):
    """A booking is off; the customer is told the reason."""

    booking_id: BookingId
    reason: str = ""


class BookAgain(Command):
    """What was cancelled is booked once more, at the same time with the same professional."""

    booking_id: BookingId


async def booking_of_code(office: Office, code: str) -> BookingRow:
    """The shop's booking of that code. Raises `RequestRefused`; other shops' bookings do not exist here."""
    digits = re.sub(r"[^0-9a-f]", "", code.lower())
    found = await agenda_entries.ids_of_code(office.tenant, digits) if len(digits) == 8 else []
    if not found:
        raise RequestRefused(RefusalCode.BOOKING_NOT_FOUND, "A loja não tem um agendamento com esse código.")
    if len(found) > 1:
        raise RequestRefused(RefusalCode.AMBIGUOUS_BOOKING, "Mais de um agendamento tem esse código.")
    return await appointments.existing(office.desk, found[0])


async def describe_move(office: Office, command: MoveBooking) -> str:
    """Whose booking moves from when to when, with whom, and whether the customer will be told."""
    row = await appointments.existing(office.desk, command.booking_id)
    if row.status.is_coming and row.start == command.start and command.professional_id in (None, row.professional_id):
        raise RequestRefused(RefusalCode.NOTHING_TO_CHANGE, "O agendamento já é nesse horário; nada foi mudado.")
    desk = await _desk(office, row, command.professional_id)
    agenda, need = await wishes.check_move(desk, row, command.start)
    free = free_at(agenda, need, command.start)
    if not free:
        raise await wishes.slot_taken(desk, agenda, need, command.start, besides=row)
    who = row.professional_id if row.professional_id in free else free[0]
    name = next(one.name for one in agenda.professionals if one.id == who)
    told = (
        await telling_line(office.desk, row)
        if row.start != command.start
        else "O horário é o mesmo: o cliente não precisa ser avisado."
    )
    return "\n".join(
        [
            f"🔁 Remarcar {await _what(office, row)}",
            f"De: {_when(office, row.start)}, com {row.professional}",
            f"Para: {_when(office, command.start)}, com {name}",
            told,
        ]
    )


async def carry_out_move(office: Office, command: MoveBooking) -> Done:
    """Moved, and the customer told of another time."""
    await bookings.take_turn(office.tenant, office.shop.id)  # before the row, as everybody does
    row = await appointments.existing(office.desk, command.booking_id, for_change=True)
    desk = await _desk(office, row, command.professional_id)
    facts = await appointments.move(desk, row.id, command.start)
    now = await appointments.existing(office.desk, row.id)
    told = (
        await _told(office, now, facts, BookingChange.MOVED, before=row.start)
        if row.start != now.start
        else "O horário é o mesmo."
    )
    return Done(
        told=f"{_named(row)} agora é {_when(office, now.start)}, com {now.professional}. {told}",
        subject=_subject(row),
        before=_in_json(office, row),
        after=_in_json(office, now),
        undo=TakesBack(
            OrderKind.MOVE_BOOKING,
            MoveBooking(booking_id=row.id, start=row.start, professional_id=row.professional_id),
        ),
    )


async def describe_cancel(office: Office, command: CancelBooking) -> str:
    """Which booking is off, and whether the customer will be told."""
    row = await appointments.existing(office.desk, command.booking_id)
    if row.status is BookingStatus.CANCELLED:
        raise RequestRefused(RefusalCode.NOTHING_TO_CHANGE, "Esse agendamento já está cancelado; nada foi mudado.")
    await wishes.check_cancel(office.desk, row)
    reason = [f"Motivo, dito ao cliente: {command.reason}"] if command.reason else []
    return "\n".join(
        [
            f"❌ Cancelar {await _what(office, row)}",
            f"Era: {_when(office, row.start)}, com {row.professional}",
            *reason,
            await telling_line(office.desk, row),
        ]
    )


async def carry_out_cancel(office: Office, command: CancelBooking) -> Done:
    """Off, and the customer told."""
    await bookings.take_turn(office.tenant, office.shop.id)  # before the row, as everybody does
    row = await appointments.existing(office.desk, command.booking_id, for_change=True)
    facts = await appointments.cancel(office.desk, row.id)
    now = await appointments.existing(office.desk, row.id)
    told = await _told(office, now, facts, BookingChange.CANCELLED, reason=command.reason)
    return Done(
        told=f"{_named(row)}, {_when(office, row.start)}, está cancelado. {told}",
        subject=_subject(row),
        before=_in_json(office, row),
        after={**_in_json(office, now), "reason": masked(command.reason)},
        undo=TakesBack(OrderKind.BOOK_AGAIN, BookAgain(booking_id=row.id)),
    )


async def describe_again(office: Office, command: BookAgain) -> str:
    """What is booked once more, at today's price, and whether the customer will be told."""
    row, wish = await _wish_again(office, command)
    desk = await _desk(office, row, row.professional_id)
    agenda, need = await wishes.check_wish(desk, wish)
    if not free_at(agenda, need, wish.start):
        raise await wishes.slot_taken(desk, agenda, need, wish.start)
    return "\n".join(
        [
            f"↩️ Marcar de novo {await _what(office, row)}",
            f"📅 {_when(office, row.start)}, com {row.professional}",
            f"💰 {reais(wish.service.quote(wish.pet).price)}",
            await telling_line(office.desk, row),
        ]
    )


async def carry_out_again(office: Office, command: BookAgain) -> Done:
    """A new booking in the place of the cancelled one, which stays as it is; the customer is told."""
    row, wish = await _wish_again(office, command)
    facts = await appointments.book(await _desk(office, row, row.professional_id), wish)
    made = await appointments.existing(office.desk, facts.id)
    told = await _told(office, made, facts, BookingChange.BOOKED, again=True)
    return Done(
        told=f"{_named(made)}, {_when(office, made.start)}, está marcado de novo. {told}",
        subject=_subject(row),
        before=_in_json(office, row),
        after={**_in_json(office, made), "booking": facts.code},
        undo=TakesBack(OrderKind.CANCEL_BOOKING, CancelBooking(booking_id=made.id)),
    )


async def _wish_again(office: Office, command: BookAgain) -> tuple[BookingRow, Wish]:
    row = await appointments.existing(office.desk, command.booking_id)
    if row.status is not BookingStatus.CANCELLED:
        raise RequestRefused(RefusalCode.NOTHING_TO_CHANGE, "Esse agendamento não está cancelado; nada foi mudado.")
    service = next((one for one in await services.active(office.tenant) if one.id == row.service_id), None)
    if service is None:
        raise RequestRefused(RefusalCode.UNKNOWN_SERVICE, f"A loja não oferece mais {row.service}.")
    if row.pet_id is None:
        raise RequestRefused(RefusalCode.PET_NOT_FOUND, "Esse agendamento não diz mais de que pet era.")
    pet = await pets.get(office.tenant, row.pet_id)
    return row, Wish(contact_id=row.contact_id, pet=pet, service=service, start=row.start)


async def _desk(office: Office, row: BookingRow, only: ProfessionalId | None) -> Desk:
    """The owner's desk, at which what is kept for this customer stands free. Raises `RequestRefused`."""
    if only is not None:
        one = next((one for one in await professionals.active(office.tenant) if one.id == only), None)
        if one is None:
            raise RequestRefused(RefusalCode.UNKNOWN_PROFESSIONAL, "Essa pessoa não atende mais na loja.")
        if not one.does(row.service_id):
            raise RequestRefused(RefusalCode.NOBODY_DOES_IT, f"{one.name} não faz {row.service}.")
    return replace(office.desk, conversation_id=row.conversation_id, only=only)


async def _told(
    office: Office,
    row: BookingRow,
    facts: BookingFacts,
    change: BookingChange,
    *,
    before: datetime | None = None,
    reason: str = "",
    again: bool = False,
) -> str:
    """The customer is written to, if they can be; what the owner is told of that."""
    told = await tell(
        office.desk, row, facts, change, before=before, reason=reason, again=again, order_id=office.order_id
    )
    return "O cliente está sendo avisado." if told else "Não consegui avisar o cliente pelo WhatsApp: avise você."


async def _what(office: Office, row: BookingRow) -> str:
    entry = await agenda_entries.of_booking(office.tenant, row.id)
    customer = entry.customer if entry else None
    return f"{_named(row)} ({one_line(customer)})" if customer else _named(row)


def _named(row: BookingRow) -> str:
    return f"{row.service} de {one_line(row.pet)}" if row.pet else row.service


def _when(office: Office, start: AwareDatetime) -> str:
    local = start.astimezone(office.zone)
    return f"{spoken(local.date(), office.today)}, às {local:%H:%M}"


def _subject(row: BookingRow) -> str:
    return f"{_named(row)} ({row.id.hex[:8]})"


def _in_json(office: Office, row: BookingRow) -> Mapping[str, JsonValue]:
    return {
        "start": row.start.astimezone(office.zone).isoformat(),
        "professional": row.professional,
        "status": str(row.status),
    }


MOVE_BOOKING = Order(kind=OrderKind.MOVE_BOOKING, command=MoveBooking, describe=describe_move, carry_out=carry_out_move)
CANCEL_BOOKING = Order(
    kind=OrderKind.CANCEL_BOOKING, command=CancelBooking, describe=describe_cancel, carry_out=carry_out_cancel
)
BOOK_AGAIN = Order(kind=OrderKind.BOOK_AGAIN, command=BookAgain, describe=describe_again, carry_out=carry_out_again)

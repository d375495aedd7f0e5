"""Bookings changed by the shop's people: the reception's one way, asked by an operator."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from domain.bookings import BookingFacts, BookingStatus
from domain.frozen import Frozen
from domain.ids import BookingId, OrganizationId
from domain.services import Service
from domain.shop import Coat, Pet, Size
from operating.refusal import Mistyped, Refused
from operating.refused_requests import told_to_operators
from operating.shops import desk_of
from operating.staff import professional_named
from reception import appointments
from reception.desk import Desk
from reception.naming import pet_named, service_named
from reception.wishes import Wish
from storage import agenda_entries, bookings, contacts, conversations, pets, services, waiting_list
from storage.agenda_entries import AgendaEntry
from storage.bookings import BookingRow
from storage.database import Connection, Database
from storage.waiting_list import Waiting


class NewBooking(Frozen):
    """A booking an operator wants. `phone` is canonical; size and coat are noted of the pet where they are given."""

    phone: str
    pet: str
    service: str
    start: datetime
    professional: str | None = None
    size: Size | None = None
    coat: Coat | None = None


async def listed(
    database: Database, shop: OrganizationId, first: date, last: date, now: datetime, *, cancelled: bool = False
) -> list[AgendaEntry]:
    """The bookings that begin on these days of the shop's calendar, soonest first."""
    async with database.tenant(shop) as tenant:
        zone = (await desk_of(tenant, shop, now)).zone
        start = datetime.combine(first, time.min, tzinfo=zone)
        end = datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone)
        return await agenda_entries.between(tenant, start, end, cancelled=cancelled)


async def waiting(database: Database, shop: OrganizationId, now: datetime) -> list[Waiting]:
    """Everybody who waits for a day that is still to come."""
    async with database.tenant(shop) as tenant:
        return await waiting_list.listed(tenant, (await desk_of(tenant, shop, now)).today)


async def book(database: Database, shop: OrganizationId, wanted: NewBooking, now: datetime) -> BookingRow:
    """Book for a customer the shop knows. Raises `Refused`: no such customer, pet, service, or what a rule refuses."""
    async with database.tenant(shop) as tenant:
        desk = await desk_of(tenant, shop, now)
        contact_id = await contacts.of_phone(tenant, wanted.phone)
        if contact_id is None:
            raise Refused(f"a loja não conhece um cliente com o telefone +{wanted.phone}")
        with told_to_operators():
            service = await service_named(tenant, wanted.service)
            pet = await _with_traits(tenant, await pet_named(tenant, contact_id, wanted.pet), wanted)
            if wanted.professional is not None:
                desk = await _with_only(desk, wanted.professional, service)
            if reach := await conversations.reach(tenant, contact_id):  # what is kept for this customer stands free
                desk = replace(desk, conversation_id=reach.conversation_id)
            facts = await appointments.book(
                desk,
                Wish(contact_id=contact_id, pet=pet, service=service, start=wanted.start),
            )
        return await _row(tenant, facts.id)


async def move(
    database: Database,
    shop: OrganizationId,
    code: str,
    now: datetime,
    *,
    start: datetime | None = None,
    professional: str | None = None,
) -> BookingRow:
    """Another time for a booking, another professional, or both; what is None stays. Raises `Refused`."""
    async with database.tenant(shop) as tenant:
        desk = await desk_of(tenant, shop, now)
        booking_id = await _id_of(tenant, code)
        row = await _row(tenant, booking_id)
        desk = replace(desk, conversation_id=row.conversation_id)
        if professional is not None:
            desk = await _with_only(desk, professional, await services.get(tenant, row.service_id))
        with told_to_operators():
            await appointments.move(desk, booking_id, start or row.start)
        return await _row(tenant, booking_id)


async def cancel(database: Database, shop: OrganizationId, code: str, now: datetime) -> BookingRow:
    """The booking is off. Raises `Refused`."""
    return await _change(database, shop, code, now, appointments.cancel)


async def confirm(database: Database, shop: OrganizationId, code: str, now: datetime) -> BookingRow:
    """The customer told the shop that they come. Raises `Refused`."""
    return await _change(database, shop, code, now, appointments.confirm)


async def mark(database: Database, shop: OrganizationId, code: str, status: BookingStatus, now: datetime) -> BookingRow:
    """What the shop's people saw. Raises `Refused`: nobody was seen yet, or its state does not allow it."""

    async def seen(desk: Desk, booking_id: BookingId) -> BookingFacts:
        start = (await appointments.existing(desk, booking_id)).start.astimezone(desk.zone)
        if start > now if status is BookingStatus.NO_SHOW else start.date() > desk.today:
            raise Refused(f"esse agendamento ainda está por vir: {start:%d/%m/%Y %H:%M}")
        return await appointments.mark(desk, booking_id, status)

    return await _change(database, shop, code, now, seen)


async def _change(
    database: Database,
    shop: OrganizationId,
    code: str,
    now: datetime,
    change: Callable[[Desk, BookingId], Awaitable[BookingFacts]],
) -> BookingRow:
    async with database.tenant(shop) as tenant:
        desk = await desk_of(tenant, shop, now)
        booking_id = await _id_of(tenant, code)
        with told_to_operators():
            await change(desk, booking_id)
        return await _row(tenant, booking_id)


async def _id_of(tenant: Connection, code: str) -> BookingId:
    """The booking of a whole id, or of its first eight digits. Raises `Mistyped`, `Refused`."""
    digits = code.strip().lower().replace("-", "")
    if re.fullmatch(r"[0-9a-f]{32}", digits):
        return BookingId(UUID(digits))
    if not re.fullmatch(r"[0-9a-f]{8}", digits):
        raise Mistyped(f"“{code}” não é o código de um agendamento; copie o da lista")
    found = await agenda_entries.ids_of_code(tenant, digits)
    if not found:
        raise Refused(f"a loja não tem o agendamento {digits}")
    if len(found) > 1:
        raise Refused(f"há mais de um agendamento {digits}; dê o id inteiro: {', '.join(map(str, found))}")
    return found[0]


async def _row(tenant: Connection, booking_id: BookingId) -> BookingRow:
    row = await bookings.find(tenant, booking_id)
    if row is None:
        raise Refused(f"a loja não tem o agendamento {booking_id}")
    return row


async def _with_only(desk: Desk, name: str, service: Service) -> Desk:
    one = await professional_named(desk.tenant, name)
    if not one.does(service.id):
        raise Refused(f"{one.name} não faz {service.name}")
    return replace(desk, only=one.id)


async def _with_traits(tenant: Connection, pet: Pet, wanted: NewBooking) -> Pet:
    if wanted.size is None and wanted.coat is None:
        return pet
    return await pets.update(tenant, pet.id, size=wanted.size, coat=wanted.coat) or pet

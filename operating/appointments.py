"""Bookings changed by the shop's people: the reception's one way, asked by an operator.

Each change is a deed: noted in its own transaction, told to the customer by a letter in the same, and done once
however often its form is sent.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from domain.addresses import masked
from domain.agenda import Professional
from domain.bookings import BookingChange, BookingFacts, BookingStatus
from domain.deeds import DeedKind
from domain.errors import RefusalCode, RequestRefused
from domain.ids import BookingId, OrganizationId, ProfessionalId
from domain.services import Service
from office.booked import one_line
from office.customer_letters import tell
from operating.changed_bookings import AlreadyBooked, Changed, CustomerTold
from operating.deeds import Deed, Facts
from operating.refusal import Mistyped, NotInShop, Refused
from operating.refused_requests import in_words, told_to_operators
from operating.shops import desk_of
from operating.wanted_bookings import NewBooking, meant, professional_meant
from reception import appointments
from reception.desk import Desk
from reception.wishes import Wish
from storage import agenda_entries, bookings, conversations, services
from storage.audit import AuditEntry
from storage.bookings import BookingRow
from storage.database import Connection, Database


async def book(
    database: Database,
    shop: OrganizationId,
    deed: Deed,
    wanted: NewBooking,
    now: datetime,
    *,
    tell_customer: bool = True,
) -> Changed:
    """Book for a customer the shop knows. A second run finds the booking of the first.

    Raises `Refused`: no such customer, pet, service, or what a rule refuses; `AlreadyBooked`, `NotInShop`.
    """
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)
        desk = await desk_of(tenant, shop, now)
        booking_id = BookingId(uuid5(shop, f"booking/{deed.id}"))  # nobody can hit another shop's by choosing an id
        if (done := await deed.noted(tenant)) is not None:
            return await _as_noted(desk, done, DeedKind.BOOK, booking_id)
        with told_to_operators():
            what = await meant(tenant, wanted)
            if what.professional is not None:
                desk = _with_only(desk, what.professional, what.service)
            if reach := await conversations.reach(tenant, what.contact_id):  # what is kept for them stands free
                desk = replace(desk, conversation_id=reach.conversation_id)
            wish = Wish(contact_id=what.contact_id, pet=what.pet, service=what.service, start=wanted.start)
            try:
                facts = await appointments.book(desk, wish, booking_id=booking_id)
            except RequestRefused as refused:
                raise await _there_already(desk, wish, refused) from refused
        row = await appointments.existing(desk, facts.id)
        told = await _told(desk, row, facts, BookingChange.BOOKED) if tell_customer else CustomerTold.NOT_ASKED
        await deed.note(
            tenant, shop, DeedKind.BOOK, _subject(row), after=_facts(desk, row, customer=told, price=str(row.price))
        )
        return Changed(booking=row, customer=told)


async def move(
    database: Database,
    shop: OrganizationId,
    deed: Deed,
    which: BookingId | str,
    now: datetime,
    *,
    start: datetime | None = None,
    professional: ProfessionalId | str | None = None,
    tell_customer: bool = True,
) -> Changed:
    """Another time for a booking, another professional, or both; what is None stays. Raises `Refused`.

    The customer is told of another time, not of other hands.
    """

    async def to(desk: Desk, row: BookingRow) -> BookingFacts:
        desk = replace(desk, conversation_id=row.conversation_id)
        one = await professional_meant(desk.tenant, professional)
        if one is not None:
            desk = _with_only(desk, one, await services.get(desk.tenant, row.service_id))
        return await appointments.move(desk, row.id, start or row.start)

    change = BookingChange.MOVED if tell_customer else None
    return await _change(database, shop, deed, which, now, DeedKind.MOVE_BOOKING, to, change)


async def cancel(
    database: Database,
    shop: OrganizationId,
    deed: Deed,
    which: BookingId | str,
    now: datetime,
    *,
    reason: str = "",
    tell_customer: bool = True,
) -> Changed:
    """The booking is off; the customer is told, and the reason, where there is one. Raises `Refused`."""

    async def off(desk: Desk, row: BookingRow) -> BookingFacts:
        return await appointments.cancel(desk, row.id)

    change = BookingChange.CANCELLED if tell_customer else None
    return await _change(database, shop, deed, which, now, DeedKind.CANCEL_BOOKING, off, change, reason=reason)


async def confirm(
    database: Database, shop: OrganizationId, deed: Deed, which: BookingId | str, now: datetime
) -> Changed:
    """The customer told the shop that they come. Raises `Refused`."""

    async def sure(desk: Desk, row: BookingRow) -> BookingFacts:
        return await appointments.confirm(desk, row.id)

    return await _change(database, shop, deed, which, now, DeedKind.CONFIRM_BOOKING, sure, None)


async def mark(
    database: Database,
    shop: OrganizationId,
    deed: Deed,
    which: BookingId | str,
    status: BookingStatus,
    now: datetime,
) -> Changed:
    """What the shop's people saw. Raises `Refused`: nobody was seen yet, or its state does not allow it."""

    async def seen(desk: Desk, row: BookingRow) -> BookingFacts:
        if is_too_early(desk, row, status):
            raise Refused(f"esse agendamento ainda está por vir: {row.start.astimezone(desk.zone):%d/%m/%Y %H:%M}")
        return await appointments.mark(desk, row.id, status)

    return await _change(database, shop, deed, which, now, DeedKind.MARK_BOOKING, seen, None)


def is_too_early(desk: Desk, row: BookingRow, status: BookingStatus) -> bool:
    """Whether nobody can have seen that yet: nobody is missed before the start, nobody comes before the day."""
    if status is BookingStatus.NO_SHOW:
        return row.start > desk.now
    return row.start.astimezone(desk.zone).date() > desk.today


async def _change(
    database: Database,
    shop: OrganizationId,
    deed: Deed,
    which: BookingId | str,
    now: datetime,
    kind: DeedKind,
    change: Callable[[Desk, BookingRow], Awaitable[BookingFacts]],
    tell_of: BookingChange | None,
    *,
    reason: str = "",
) -> Changed:
    """Change one booking, note it, and tell the customer of it where that is wanted and there is something to tell."""
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)
        desk = await desk_of(tenant, shop, now)
        booking_id = await _id_of(tenant, which)
        if (done := await deed.noted(tenant)) is not None:
            return await _as_noted(desk, done, kind, booking_id)
        before = await bookings.find(tenant, booking_id, for_change=True)
        if before is None:
            raise NotInShop("esse agendamento não existe na loja")
        with told_to_operators():
            facts = await change(desk, before)
        row = await appointments.existing(desk, booking_id)
        told = CustomerTold.NOT_ASKED
        if tell_of is BookingChange.MOVED and row.start != before.start:
            told = await _told(desk, row, facts, tell_of, before=before.start)
        elif tell_of is BookingChange.CANCELLED:
            told = await _told(desk, row, facts, tell_of, reason=reason)
        was, now_is = _facts(desk, before), _facts(desk, row)
        if was != now_is:
            extra: Facts = {"reason": masked(reason)} if reason else {}
            await deed.note(
                tenant, shop, kind, _subject(row), before=was, after={**now_is, **extra, "customer": str(told)}
            )
        return Changed(booking=row, customer=told)


async def _told(
    desk: Desk,
    row: BookingRow,
    facts: BookingFacts,
    change: BookingChange,
    *,
    before: datetime | None = None,
    reason: str = "",
) -> CustomerTold:
    is_told = await tell(desk, row, facts, change, before=before, reason=reason)
    return CustomerTold.BEING_TOLD if is_told else CustomerTold.UNREACHABLE


async def _as_noted(desk: Desk, done: AuditEntry, kind: DeedKind, booking_id: BookingId) -> Changed:
    """What an earlier run of the same deed left. Raises `Refused` when that was another deed."""
    row = await bookings.find(desk.tenant, booking_id)
    if row is None or done.action != kind or row.id.hex[:8] not in done.subject:
        raise Refused("esse formulário já foi usado para outra coisa; abra-o de novo")
    return Changed(booking=row, customer=CustomerTold(str(done.after.get("customer", CustomerTold.NOT_ASKED))))


async def _there_already(desk: Desk, wish: Wish, refused: RequestRefused) -> RequestRefused | AlreadyBooked:
    """The refusal, with the booking the pet has at that very start, where that is what stands in the way."""
    if refused.code is RefusalCode.PET_BUSY:
        for row in await bookings.coming(desk.tenant, wish.contact_id, after=desk.now):
            if (row.pet_id, row.start) == (wish.pet.id, wish.start):
                return AlreadyBooked(in_words(refused), row.id)
    return refused


async def _id_of(tenant: Connection, which: BookingId | str) -> BookingId:
    """The booking of an id, a whole one in letters, or of its first eight digits. Raises `Mistyped`, `Refused`."""
    if isinstance(which, UUID):
        return which
    digits = which.strip().lower().replace("-", "")
    if re.fullmatch(r"[0-9a-f]{32}", digits):
        return BookingId(UUID(digits))
    if not re.fullmatch(r"[0-9a-f]{8}", digits):
        raise Mistyped(f"“{which}” não é o código de um agendamento; copie o da lista")
    found = await agenda_entries.ids_of_code(tenant, digits)
    if not found:
        raise Refused(f"a loja não tem o agendamento {digits}")
    if len(found) > 1:
        raise Refused(f"há mais de um agendamento {digits}; dê o id inteiro: {', '.join(map(str, found))}")
    return found[0]


def _with_only(desk: Desk, one: Professional, service: Service) -> Desk:
    if not one.does(service.id):
        raise Refused(f"{one.name} não faz {service.name}")
    return replace(desk, only=one.id)


def _subject(row: BookingRow) -> str:
    whose = f" de {masked(one_line(row.pet))}" if row.pet else ""
    return f"{row.service}{whose} ({row.id.hex[:8]})"


def _facts(desk: Desk, row: BookingRow, **more: str) -> Facts:
    return {
        "start": row.start.astimezone(desk.zone).isoformat(),
        "professional": row.professional,
        "status": str(row.status),
        **more,
    }

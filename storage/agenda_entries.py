"""The agenda as the shop's own people read it: every booking with whose it is and how they are reached."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from domain.bookings import BookingStatus
from domain.frozen import Frozen
from domain.ids import BookingId, ContactId, ConversationId, ProfessionalId, ServiceId
from storage.database import Connection

_ENTRIES = """select b.id, b.start_time, b.end_time, b.preparation_minutes, b.status, b.price, s.name service,
        b.professional_id, w.name professional, p.name pet, b.contact_id, c.name customer, c.phone, coalesce(
            b.conversation_id, (select v.id from conversations v where v.contact_id = b.contact_id
                and v.audience = 'customer' order by v.last_message_at desc nulls last limit 1)) conversation_id
    from bookings b join services s on s.id = b.service_id join professionals w on w.id = b.professional_id
        join contacts c on c.id = b.contact_id left join pets p on p.id = b.pet_id"""
_MOST = 1000


class AgendaEntry(Frozen):
    """A booking, for people. Times are instants, in no zone of a shop's; `phone` is canonical.

    `conversation_id` is where it was booked, else where its customer wrote last; the professional's time is taken
    `preparation_minutes` before the start.
    """

    id: BookingId
    start: datetime
    end: datetime
    preparation_minutes: int
    status: BookingStatus
    price: Decimal
    service: str
    professional_id: ProfessionalId
    professional: str
    pet: str
    contact_id: ContactId
    customer: str | None
    phone: str | None
    conversation_id: ConversationId | None

    @property
    def code(self) -> str:
        """What people call it by: the beginning of its id."""
        return self.id.hex[:8]


async def between(tenant: Connection, start: datetime, end: datetime, *, cancelled: bool = False) -> list[AgendaEntry]:
    """Every booking that begins in `[start, end)`, soonest first; the `cancelled` ones only when asked for."""
    rows = await tenant.fetch(
        f"""{_ENTRIES} where b.start_time >= $1 and b.start_time < $2 and (b.status <> 'cancelled' or $3)
            order by b.start_time, w.number limit {_MOST}""",
        start,
        end,
        cancelled,
    )
    return [_from_row(row) for row in rows]


async def coming(
    tenant: Connection,
    after: datetime,
    *,
    until: datetime | None = None,
    professional_id: ProfessionalId | None = None,
    service_id: ServiceId | None = None,
    contact_id: ContactId | None = None,
) -> list[AgendaEntry]:
    """What is still to come and touches the period (its preparation too): of anybody, or of whom and what is named.

    Soonest first.
    """
    rows = await tenant.fetch(
        f"""{_ENTRIES} where b.end_time > $1 and b.status in ('scheduled', 'confirmed')
                and ($2::timestamptz is null or b.start_time - b.preparation_minutes * interval '1 minute' < $2)
                and b.start_time > $1::timestamptz - interval '1 day'
                and ($3::uuid is null or b.professional_id = $3) and ($4::uuid is null or b.service_id = $4)
                and ($5::uuid is null or b.contact_id = $5)
            order by b.start_time, w.number""",
        after,
        until,
        professional_id,
        service_id,
        contact_id,
    )
    return [_from_row(row) for row in rows]


async def of_contact(tenant: Connection, contact_id: ContactId, limit: int) -> list[AgendaEntry]:
    """The contact's bookings, whatever became of them, latest first."""
    rows = await tenant.fetch(
        f"{_ENTRIES} where b.contact_id = $1 order by b.start_time desc, b.id limit $2", contact_id, limit
    )
    return [_from_row(row) for row in rows]


async def of_booking(tenant: Connection, booking_id: BookingId) -> AgendaEntry | None:
    """The booking of that id, whatever became of it."""
    row = await tenant.fetchrow(f"{_ENTRIES} where b.id = $1", booking_id)
    return _from_row(row) if row else None


async def ids_of_code(tenant: Connection, code: str) -> list[BookingId]:
    """The bookings whose id begins with these eight hexadecimal digits; hardly ever more than one."""
    rows = await tenant.fetch(
        "select id from bookings where id between $1 and $2 order by id", UUID(code + "0" * 24), UUID(code + "f" * 24)
    )
    return [BookingId(row["id"]) for row in rows]


def _from_row(row: asyncpg.Record) -> AgendaEntry:
    return AgendaEntry(
        id=BookingId(row["id"]),
        start=row["start_time"],
        end=row["end_time"],
        preparation_minutes=row["preparation_minutes"],
        status=BookingStatus(row["status"]),
        price=row["price"],
        service=row["service"],
        professional_id=ProfessionalId(row["professional_id"]),
        professional=row["professional"],
        pet=row["pet"] or "",
        contact_id=ContactId(row["contact_id"]),
        customer=row["customer"],
        phone=row["phone"],
        conversation_id=ConversationId(row["conversation_id"]) if row["conversation_id"] else None,
    )

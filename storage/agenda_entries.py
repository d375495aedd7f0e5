"""The agenda as the shop's own people read it: every booking with whose it is and how they are reached."""

from datetime import datetime
from uuid import UUID

import asyncpg

from domain.bookings import BookingStatus
from domain.frozen import Frozen
from domain.ids import BookingId, ContactId, ProfessionalId, ServiceId
from storage.database import Connection

_ENTRIES = """select b.id, b.start_time, b.end_time, b.status, s.name service, w.name professional, p.name pet,
        c.name customer, c.phone
    from bookings b join services s on s.id = b.service_id join professionals w on w.id = b.professional_id
        join contacts c on c.id = b.contact_id left join pets p on p.id = b.pet_id"""
_MOST = 1000


class AgendaEntry(Frozen):
    """A booking, for people. Times are instants, in no zone of a shop's; `phone` is canonical."""

    id: BookingId
    start: datetime
    end: datetime
    status: BookingStatus
    service: str
    professional: str
    pet: str
    customer: str | None
    phone: str | None

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
        status=BookingStatus(row["status"]),
        service=row["service"],
        professional=row["professional"],
        pet=row["pet"] or "",
        customer=row["customer"],
        phone=row["phone"],
    )

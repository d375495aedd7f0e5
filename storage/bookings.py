"""Rows of the agenda. Constraints of the database, not checks of ours, decide who gets a slot."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

import asyncpg

from domain.bookings import BookingFacts, BookingStatus, ChangedBy
from domain.frozen import Frozen
from domain.ids import BookingId, ContactId, ConversationId, OrganizationId, PetId, ProfessionalId, ServiceId
from storage.database import Connection

_COLUMNS = """b.id, b.contact_id, b.conversation_id, b.pet_id, p.name pet, b.service_id, s.name service,
    b.professional_id, w.name professional, b.start_time, b.end_time, b.duration_minutes, b.preparation_minutes,
    b.price, b.status, b.timed_at, b.status = 'scheduled' and exists (
        select from booking_notices n where n.booking_id = b.id and n.kind <> 'follow_up' and n.timed_at = b.timed_at
            and n.outcome = 'sent') asked"""
_JOINED = """bookings b join services s on s.id = b.service_id join professionals w on w.id = b.professional_id
    left join pets p on p.id = b.pet_id"""


MOST_COMING = 20
"""Bookings a customer may have coming: more than that is nobody's pets, but somebody who wants the agenda full."""


class BookingRow(Frozen):
    """A row of `bookings`, with the names it points to. Times are instants, in no zone of a shop's."""

    id: BookingId
    contact_id: ContactId
    conversation_id: ConversationId | None
    pet_id: PetId | None
    pet: str
    service_id: ServiceId
    service: str
    professional_id: ProfessionalId
    professional: str
    start: datetime
    end: datetime
    minutes: int
    preparation_minutes: int
    price: Decimal
    status: BookingStatus
    timed_at: datetime
    asked: bool

    def facts(self, zone: ZoneInfo, *, pet_described: str = "", reminder: str = "") -> BookingFacts:
        """What may be said of it."""
        return BookingFacts(
            id=self.id,
            pet=self.pet,
            pet_described=pet_described or self.pet,
            service=self.service,
            start=self.start.astimezone(zone),
            price=self.price,
            status=self.status,
            minutes=self.minutes,
            asked=self.asked,
            reminder=reminder,
        )


class NewTimes(Frozen):
    """When a booking is to be, and with whom."""

    professional_id: ProfessionalId
    start: datetime
    end: datetime
    minutes: int
    preparation_minutes: int


class Conflict(StrEnum):
    """Why the database refused a booking."""

    PROFESSIONAL = "one_booking_at_a_time"
    PET = "one_place_at_a_time"


async def take_turn(tenant: Connection, organization_id: OrganizationId) -> None:
    """Bookings of one shop are written one after the other, until the transaction ends.

    Two inserts that exclude each other would wait for each other until Postgres ends one as a deadlock.
    """
    await tenant.execute("select pg_advisory_xact_lock(hashtextextended($1, 3))", f"{organization_id}|agenda")


async def add(
    tenant: Connection,
    organization_id: OrganizationId,
    booking_id: BookingId,
    times: NewTimes,
    *,
    contact_id: ContactId,
    conversation_id: ConversationId | None,
    pet_id: PetId,
    service_id: ServiceId,
    category: str,
    price: Decimal,
    status: BookingStatus,
    by: ChangedBy,
    now: datetime,
) -> Conflict | None:
    """A new booking; or why the database refused it, and then nothing is written."""
    return await _write(
        tenant,
        """insert into bookings (id, organization_id, contact_id, conversation_id, pet_id, service_id,
               professional_id, booking_type, start_time, end_time, duration_minutes, preparation_minutes,
               price, status, changed_by, timed_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)""",
        booking_id,
        organization_id,
        contact_id,
        conversation_id,
        pet_id,
        service_id,
        times.professional_id,
        category,
        times.start,
        times.end,
        times.minutes,
        times.preparation_minutes,
        price,
        status,
        by,
        now,
    )


async def move(
    tenant: Connection, booking_id: BookingId, times: NewTimes, *, by: ChangedBy, now: datetime
) -> Conflict | None:
    """Another time for a booking, which is then not confirmed any more; or why the database refused it.

    One that only changes hands keeps its state: what the customer was told, and said, of its time still holds.
    """
    return await _write(
        tenant,
        """update bookings set professional_id = $2, start_time = $3, end_time = $4, duration_minutes = $5,
               preparation_minutes = $6, changed_by = $7,
               status = case when start_time = $3 then status else 'scheduled' end,
               confirmed_at = case when start_time = $3 then confirmed_at end,
               timed_at = case when start_time = $3 then timed_at else $8 end
           where id = $1""",
        booking_id,
        times.professional_id,
        times.start,
        times.end,
        times.minutes,
        times.preparation_minutes,
        by,
        now,
    )


async def set_status(
    tenant: Connection, booking_id: BookingId, status: BookingStatus, *, by: ChangedBy, now: datetime
) -> Conflict | None:
    """What a booking is now; or why the database refused it: a pet that did not come may be elsewhere by now."""
    return await _write(
        tenant,
        """update bookings set status = $2::varchar, changed_by = $3,
               confirmed_at = case when $2::varchar = 'confirmed' then $4::timestamptz else confirmed_at end,
               cancelled_at = case when $2::varchar = 'cancelled' then $4::timestamptz end
           where id = $1 and status <> $2::varchar""",
        booking_id,
        status,
        by,
        now,
    )


async def _write(tenant: Connection, statement: str, *values: object) -> Conflict | None:
    """Write, or say which constraint refused it; then nothing is written."""
    try:
        async with tenant.transaction():
            await tenant.execute(statement, *values)
    except asyncpg.ExclusionViolationError as error:
        return Conflict(error.constraint_name or "")
    return None


async def find(tenant: Connection, booking_id: BookingId, *, for_change: bool = False) -> BookingRow | None:
    """The booking of that id; `for_change` keeps others from changing it until the transaction ends."""
    lock = "for update of b" if for_change else ""
    row = await tenant.fetchrow(f"select {_COLUMNS} from {_JOINED} where b.id = $1 {lock}", booking_id)
    return _from_row(row) if row else None


async def coming(tenant: Connection, contact_id: ContactId, *, after: datetime) -> list[BookingRow]:
    """The contact's bookings that are still to come, soonest first."""
    rows = await tenant.fetch(
        f"""select {_COLUMNS} from {_JOINED}
            where b.contact_id = $1 and b.start_time > $2 and b.status in ('scheduled', 'confirmed')
            order by b.start_time limit $3""",
        contact_id,
        after,
        MOST_COMING,
    )
    return [_from_row(row) for row in rows]


async def latest_end(
    tenant: Connection, pet_id: PetId, service_id: ServiceId, *, before: datetime, besides: BookingId | None = None
) -> datetime | None:
    """When the pet last had, or will have had, a service by then; None when it never will."""
    found: datetime | None = await tenant.fetchval(
        """select max(end_time) from bookings where pet_id = $1 and service_id = $2 and end_time <= $3
           and status not in ('cancelled', 'no_show') and id is distinct from $4""",
        pet_id,
        service_id,
        before,
        besides,
    )
    return found


async def needing(tenant: Connection, booking: BookingRow) -> list[BookingRow]:
    """The pet's coming bookings of services that need this one's first."""
    rows = await tenant.fetch(
        f"""select {_COLUMNS} from {_JOINED} where b.pet_id = $1 and s.needs_first_id = $2 and b.start_time >= $3
            and b.status in ('scheduled', 'confirmed') order by b.start_time""",
        booking.pet_id,
        booking.service_id,
        booking.end,
    )
    return [_from_row(row) for row in rows]


def _from_row(row: asyncpg.Record) -> BookingRow:
    return BookingRow(
        id=BookingId(row["id"]),
        contact_id=ContactId(row["contact_id"]),
        conversation_id=ConversationId(row["conversation_id"]) if row["conversation_id"] else None,
        pet_id=PetId(row["pet_id"]) if row["pet_id"] else None,
        pet=row["pet"] or "",
        service_id=ServiceId(row["service_id"]),
        service=row["service"],
        professional_id=ProfessionalId(row["professional_id"]),
        professional=row["professional"],
        start=row["start_time"],
        end=row["end_time"],
        minutes=row["duration_minutes"],
        preparation_minutes=row["preparation_minutes"],
        price=row["price"],
        status=BookingStatus(row["status"]),
        timed_at=row["timed_at"],
        asked=row["asked"],
    )

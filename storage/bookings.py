"""The agenda. A constraint of the database, not a check of ours, decides who gets a slot."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import asyncpg

from domain.agenda import Busy
from domain.bookings import BookingFacts, BookingStatus
from domain.errors import RefusalCode, ToolRefused
from domain.frozen import Frozen
from domain.ids import BookingId, ContactId, OrganizationId, ProfessionalId
from domain.shop import Pet, Service
from storage.database import Connection


class CategoryCount(Frozen):
    """Bookings of one category of service."""

    category: str
    count: int


class Attendance(Frozen):
    """What was done in a period: customers served, completed bookings by category, and their revenue in reais."""

    clients: int
    by_category: tuple[CategoryCount, ...]
    revenue: Decimal


async def busy_between(tenant: Connection, start: datetime, end: datetime) -> tuple[Busy, ...]:
    """Every stretch in which a professional is taken and that touches the period."""
    rows = await tenant.fetch(
        """select professional_id, start_time, end_time from bookings
           where start_time < $2 and start_time > $1::timestamptz - interval '1 day' and end_time > $1
             and status <> 'cancelled'""",
        start,
        end,
    )
    return tuple(
        Busy(professional_id=ProfessionalId(row["professional_id"]), start=row["start_time"], end=row["end_time"])
        for row in rows
    )


async def book(
    tenant: Connection,
    organization_id: OrganizationId,
    *,
    contact_id: ContactId,
    pet: Pet,
    service: Service,
    start: datetime,
    professionals: Sequence[ProfessionalId],
    status: BookingStatus = BookingStatus.SCHEDULED,
) -> BookingId | None:
    """Book with the first of `professionals` whom the constraint lets; None when all are taken.

    Raises `ToolRefused` (pet_same_start_conflict) when this pet has a booking at that very start. Bookings of one shop
    take turns: two inserts that exclude each other would wait for each other until Postgres ends one as a deadlock.
    """
    await tenant.execute("select pg_advisory_xact_lock(hashtextextended($1, 3))", f"{organization_id}|agenda")
    if await tenant.fetchval(
        "select exists (select from bookings where pet_id = $1 and start_time = $2 and status <> 'cancelled')",
        pet.id,
        start,
    ):
        raise _same_start(pet)
    end = start.astimezone(UTC) + timedelta(minutes=service.duration_minutes)  # local time may jump in between
    for professional_id in professionals:
        try:
            async with tenant.transaction():
                return BookingId(
                    await tenant.fetchval(
                        """insert into bookings
                               (organization_id, contact_id, pet_id, service_id, professional_id, professional_number,
                                booking_type, start_time, end_time, duration_minutes, price, status)
                           select $1, $2, $3, $4, p.id, p.number, $6, $7, $8, $9, $10, $11
                           from professionals p where p.id = $5
                           returning id""",
                        organization_id,
                        contact_id,
                        pet.id,
                        service.id,
                        professional_id,
                        service.category,
                        start,
                        end,
                        service.duration_minutes,
                        service.price,
                        status,
                    )
                )
        except asyncpg.ExclusionViolationError:
            continue
        except asyncpg.UniqueViolationError as error:
            raise _same_start(pet) from error
    return None


def _same_start(pet: Pet) -> ToolRefused:
    return ToolRefused(RefusalCode.PET_SAME_START_CONFLICT, f"{pet.name} já tem um agendamento nesse mesmo horário.")


async def upcoming(tenant: Connection, contact_id: ContactId, *, after: datetime, zone: ZoneInfo) -> list[BookingFacts]:
    """The contact's bookings that are still to come, soonest first, in the shop's time."""
    rows = await tenant.fetch(
        """select b.id, p.name pet, s.name service, b.start_time, b.price from bookings b
           join services s on s.id = b.service_id left join pets p on p.id = b.pet_id
           where b.contact_id = $1 and b.start_time > $2 and b.status in ('scheduled', 'confirmed')
           order by b.start_time limit 10""",
        contact_id,
        after,
    )
    return [
        BookingFacts(
            id=BookingId(row["id"]),
            pet=row["pet"] or "",
            pet_described=row["pet"] or "",
            service=row["service"],
            start=row["start_time"].astimezone(zone),
            price=row["price"],
        )
        for row in rows
    ]


async def attendance(tenant: Connection, start: datetime, end: datetime) -> Attendance:
    """What was completed among the bookings that began in `[start, end)`; one read, so that the figures add up."""
    rows = await tenant.fetch(
        """select s.category, count(*) bookings, sum(b.price) revenue,
                  (select count(distinct contact_id) from bookings
                   where start_time >= $1 and start_time < $2 and status = 'completed') clients
           from bookings b join services s on s.id = b.service_id
           where b.start_time >= $1 and b.start_time < $2 and b.status = 'completed'
           group by s.category order by count(*) desc, s.category""",
        start,
        end,
    )
    return Attendance(
        clients=rows[0]["clients"] if rows else 0,
        by_category=tuple(CategoryCount(category=row["category"], count=row["bookings"]) for row in rows),
        revenue=sum((row["revenue"] for row in rows), Decimal(0)),
    )

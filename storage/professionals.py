"""Who works in the shop: what they do, when, and when they are away."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.agenda import Professional
from domain.frozen import Frozen
from domain.ids import OrganizationId, ProfessionalId, ServiceId
from domain.opening import OpeningHours, OpenSpan
from storage.database import Connection

_COLUMNS = """p.id, p.name, p.hours, p.lunch, p.does_everything,
    array(select service_id from professional_services d where d.professional_id = p.id) does"""
_ABSENCES = """select a.id, a.professional_id, p.name professional, a.starts_at, a.ends_at, a.note
    from absences a join professionals p on p.id = a.professional_id"""


class Absence(Frozen):
    """A stretch in which somebody is away."""

    id: UUID
    professional_id: ProfessionalId
    professional: str
    starts_at: datetime
    ends_at: datetime
    note: str


async def active(tenant: Connection) -> tuple[Professional, ...]:
    """Who works in the shop, longest there first."""
    rows = await tenant.fetch(f"select {_COLUMNS} from professionals p where p.is_active order by p.number")
    return tuple(_from_row(row) for row in rows)


async def retired(tenant: Connection, among: Sequence[ProfessionalId]) -> tuple[Professional, ...]:
    """Those of these who work here no longer, longest there first."""
    rows = await tenant.fetch(
        f"select {_COLUMNS} from professionals p where not p.is_active and p.id = any($1) order by p.number", among
    )
    return tuple(_from_row(row) for row in rows)


async def add(tenant: Connection, organization_id: OrganizationId, name: str) -> ProfessionalId:
    """Somebody new in the shop, who does everything in the shop's hours."""
    return ProfessionalId(
        await tenant.fetchval(
            "insert into professionals (organization_id, name) values ($1, $2) returning id", organization_id, name
        )
    )


async def set_hours(
    tenant: Connection, professional_id: ProfessionalId, hours: OpeningHours | None, lunch: OpenSpan | None
) -> None:
    """Their own hours (None: the shop's) and lunch."""
    await tenant.execute(
        "update professionals set hours = $2::jsonb, lunch = $3::jsonb where id = $1",
        professional_id,
        hours.model_dump_json() if hours is not None else None,
        lunch.model_dump_json() if lunch is not None else None,
    )


async def set_services(
    tenant: Connection,
    organization_id: OrganizationId,
    professional_id: ProfessionalId,
    services: Sequence[ServiceId] | None,
) -> None:
    """They do these services and no other; None: everything."""
    await tenant.execute(
        "update professionals set does_everything = $2 where id = $1", professional_id, services is None
    )
    await tenant.execute("delete from professional_services where professional_id = $1", professional_id)
    await tenant.executemany(
        "insert into professional_services (organization_id, professional_id, service_id) values ($1, $2, $3)",
        [(organization_id, professional_id, service_id) for service_id in set(services or ())],
    )


async def retire(tenant: Connection, professional_id: ProfessionalId) -> None:
    """They work here no longer; their bookings stay."""
    await tenant.execute("update professionals set is_active = false where id = $1", professional_id)


async def add_absence(
    tenant: Connection,
    organization_id: OrganizationId,
    professional_id: ProfessionalId,
    starts_at: datetime,
    ends_at: datetime,
    note: str = "",
) -> UUID:
    """They are away; what is booked with them meanwhile stays booked."""
    made: UUID = await tenant.fetchval(
        """insert into absences (organization_id, professional_id, starts_at, ends_at, note) values ($1, $2, $3, $4, $5)
           returning id""",
        organization_id,
        professional_id,
        starts_at,
        ends_at,
        note,
    )
    return made


async def drop_absence(tenant: Connection, absence_id: UUID) -> bool:
    """They are there after all; whether there was such an absence."""
    return await tenant.execute("delete from absences where id = $1", absence_id) == "DELETE 1"


async def absences(tenant: Connection, after: datetime) -> list[Absence]:
    """Absences that have not ended, soonest first."""
    rows = await tenant.fetch(f"{_ABSENCES} where a.ends_at > $1 order by a.starts_at, p.name", after)
    return [Absence(**dict(row)) for row in rows]


async def absences_of(
    tenant: Connection, professional_id: ProfessionalId, start: datetime, end: datetime
) -> list[Absence]:
    """The absences of a professional that touch a period, soonest first."""
    rows = await tenant.fetch(
        f"{_ABSENCES} where a.professional_id = $1 and a.ends_at > $2 and a.starts_at < $3 order by a.starts_at, a.id",
        professional_id,
        start,
        end,
    )
    return [Absence(**dict(row)) for row in rows]


async def absence(tenant: Connection, absence_id: UUID) -> Absence | None:
    """The absence of that id."""
    row = await tenant.fetchrow(f"{_ABSENCES} where a.id = $1", absence_id)
    return Absence(**dict(row)) if row else None


def _from_row(row: asyncpg.Record) -> Professional:
    return Professional(
        id=ProfessionalId(row["id"]),
        name=row["name"],
        services=None if row["does_everything"] else frozenset(ServiceId(id_) for id_ in row["does"]),
        hours=OpeningHours.model_validate_json(row["hours"]) if row["hours"] else None,
        lunch=OpenSpan.model_validate_json(row["lunch"]) if row["lunch"] else None,
    )

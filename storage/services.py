"""What the shop sells, and who does it."""

from decimal import Decimal

import asyncpg

from domain.frozen import Frozen
from domain.ids import OrganizationId, ProfessionalId, ServiceId
from domain.shop import Service
from domain.texts import folded
from storage.database import Connection


class Professional(Frozen):
    """Somebody who works in the shop."""

    id: ProfessionalId
    name: str


async def active(tenant: Connection) -> list[Service]:
    """The services on sale, by name."""
    rows = await tenant.fetch(
        "select id, name, category, duration_minutes, price from services where is_active order by name_folded"
    )
    return [_from_row(row) for row in rows]


async def add(
    tenant: Connection,
    organization_id: OrganizationId,
    *,
    name: str,
    category: str,
    duration_minutes: int,
    price: Decimal,
) -> None:
    """A service on sale; one of the same name gets these figures."""
    await tenant.execute(
        """insert into services (organization_id, name, name_folded, category, duration_minutes, price)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (organization_id, name_folded) do update set name = excluded.name, category = excluded.category,
               duration_minutes = excluded.duration_minutes, price = excluded.price, is_active = true""",
        organization_id,
        name,
        folded(name)[:255],
        category,
        duration_minutes,
        price,
    )


async def professionals(tenant: Connection) -> tuple[ProfessionalId, ...]:
    """Who works in the shop, longest there first."""
    rows = await tenant.fetch("select id from professionals where is_active order by number")
    return tuple(ProfessionalId(row["id"]) for row in rows)


async def professionals_by_name(tenant: Connection) -> list[Professional]:
    """Who works in the shop, for people to read."""
    rows = await tenant.fetch("select id, name from professionals where is_active order by name, number")
    return [Professional(id=ProfessionalId(row["id"]), name=row["name"]) for row in rows]


async def add_professional(tenant: Connection, organization_id: OrganizationId, name: str) -> ProfessionalId:
    """Somebody new in the shop."""
    return ProfessionalId(
        await tenant.fetchval(
            "insert into professionals (organization_id, name) values ($1, $2) returning id", organization_id, name
        )
    )


def _from_row(row: asyncpg.Record) -> Service:
    return Service(
        id=ServiceId(row["id"]),
        name=row["name"],
        category=row["category"],
        duration_minutes=row["duration_minutes"],
        price=row["price"],
    )

"""What the shop sells: services, and what they cost and take by the pet's size and coat."""

from decimal import Decimal

import asyncpg

from domain.ids import OrganizationId, ServiceId
from domain.services import Service, Variant
from domain.shop import Coat, Size
from domain.texts import folded
from storage.database import Connection

_COLUMNS = """s.id, s.name, s.category, s.duration_minutes, s.price, s.preparation_minutes, s.needs_first_id,
    array(select row(v.size, v.coat, v.duration_minutes, v.price) from service_variants v where v.service_id = s.id
          order by v.price, v.id) variants"""


async def active(tenant: Connection) -> list[Service]:
    """The services on sale, by name."""
    rows = await tenant.fetch(f"select {_COLUMNS} from services s where s.is_active order by s.name_folded")
    return [_from_row(row) for row in rows]


async def get(tenant: Connection, service_id: ServiceId) -> Service:
    """The service of that id, on sale or not; LookupError when the shop has none such."""
    row = await tenant.fetchrow(f"select {_COLUMNS} from services s where s.id = $1", service_id)
    if row is None:
        raise LookupError(f"the shop has no service {service_id}")
    return _from_row(row)


async def add(
    tenant: Connection,
    organization_id: OrganizationId,
    *,
    name: str,
    category: str,
    duration_minutes: int,
    price: Decimal,
    preparation_minutes: int = 0,
    needs_first: ServiceId | None = None,
) -> ServiceId:
    """A service on sale; one of the same name gets these figures, and keeps its variants."""
    made = await tenant.fetchval(
        """insert into services (organization_id, name, name_folded, category, duration_minutes, price,
               preparation_minutes, needs_first_id)
           values ($1, $2, $3, $4, $5, $6, $7, $8)
           on conflict (organization_id, name_folded) do update set name = excluded.name, category = excluded.category,
               duration_minutes = excluded.duration_minutes, price = excluded.price, is_active = true,
               preparation_minutes = excluded.preparation_minutes, needs_first_id = excluded.needs_first_id
           returning id""",
        organization_id,
        name,
        folded(name)[:255],
        category,
        duration_minutes,
        price,
        preparation_minutes,
        needs_first,
    )
    return ServiceId(made)


async def set_variant(
    tenant: Connection, organization_id: OrganizationId, service_id: ServiceId, variant: Variant
) -> None:
    """The service's figures for pets of that size and coat; the same pair gets these figures."""
    await tenant.execute(
        """insert into service_variants (organization_id, service_id, size, coat, duration_minutes, price)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (service_id, size, coat) do update set duration_minutes = excluded.duration_minutes,
               price = excluded.price""",
        organization_id,
        service_id,
        variant.size,
        variant.coat,
        variant.minutes,
        variant.price,
    )


async def set_price(tenant: Connection, service_id: ServiceId, price: Decimal) -> None:
    """What the service costs for pets that no variant fits."""
    await tenant.execute("update services set price = $2 where id = $1", service_id, price)


async def drop_variant(tenant: Connection, service_id: ServiceId, size: Size | None, coat: Coat | None) -> bool:
    """Forget the figures of that pair; whether there were any."""
    done = await tenant.execute(
        """delete from service_variants where service_id = $1 and size is not distinct from $2::varchar
           and coat is not distinct from $3::varchar""",
        service_id,
        size,
        coat,
    )
    return done == "DELETE 1"


async def retire(tenant: Connection, service_id: ServiceId) -> None:
    """Take a service off sale; its bookings stay."""
    await tenant.execute("update services set is_active = false where id = $1", service_id)


def _from_row(row: asyncpg.Record) -> Service:
    return Service(
        id=ServiceId(row["id"]),
        name=row["name"],
        category=row["category"],
        duration_minutes=row["duration_minutes"],
        price=row["price"],
        preparation_minutes=row["preparation_minutes"],
        needs_first=ServiceId(row["needs_first_id"]) if row["needs_first_id"] else None,
        variants=tuple(
            Variant(size=Size(size) if size else None, coat=Coat(coat) if coat else None, minutes=minutes, price=price)
            for size, coat, minutes, price in row["variants"]
        ),
    )

"""Who owns the shop, by the number they write from."""

from collections.abc import Sequence

import asyncpg

from domain.ids import ContactId, OrganizationId, OwnerNumberId
from domain.owners import OwnerNumber, OwnerRole
from storage.database import Connection

_COLUMNS = "id, phone, name, role"


async def listed(tenant: Connection) -> list[OwnerNumber]:
    """The active owner numbers, oldest first."""
    rows = await tenant.fetch(f"select {_COLUMNS} from aurora_owner_numbers where is_active order by created_at, id")
    return [_from_row(row) for row in rows]


async def find(tenant: Connection, phones: Sequence[str]) -> OwnerNumberId | None:
    """The active owner number among these canonical phones, or None: then it is a customer who writes."""
    found = await tenant.fetchval(
        "select id from aurora_owner_numbers where phone = any($1) and is_active order by created_at limit 1", phones
    )
    return OwnerNumberId(found) if found else None


async def of_contact(tenant: Connection, contact_id: ContactId) -> OwnerNumber | None:
    """The active owner number among a contact's phones; None for a customer, and for who was an owner until now."""
    row = await tenant.fetchrow(
        f"""select {_COLUMNS} from aurora_owner_numbers where is_active and phone = any(array(
                select value::varchar from contact_addresses where contact_id = $1 and kind = 'phone'))
            order by created_at limit 1""",
        contact_id,
    )
    return _from_row(row) if row else None


async def get(tenant: Connection, owner_number_id: OwnerNumberId) -> OwnerNumber | None:
    """The active owner number of that id; None when it is one no longer."""
    row = await tenant.fetchrow(
        f"select {_COLUMNS} from aurora_owner_numbers where id = $1 and is_active", owner_number_id
    )
    return _from_row(row) if row else None


async def add(
    tenant: Connection, organization_id: OrganizationId, *, phone: str, name: str | None, role: OwnerRole
) -> OwnerNumberId:
    """Make a canonical phone an active owner number, whatever it was before."""
    return OwnerNumberId(
        await tenant.fetchval(
            """insert into aurora_owner_numbers (organization_id, phone, name, role) values ($1, $2, $3, $4)
               on conflict (organization_id, phone) do update
                   set is_active = true, role = excluded.role, name = coalesce(excluded.name, aurora_owner_numbers.name)
               returning id""",
            organization_id,
            phone,
            name,
            role,
        )
    )


async def deactivate(tenant: Connection, phone: str) -> bool:
    """Whoever writes from this canonical phone is a customer from now on; whether it was an owner number."""
    done = await tenant.execute(
        "update aurora_owner_numbers set is_active = false where phone = $1 and is_active", phone
    )
    return done == "UPDATE 1"


def _from_row(row: asyncpg.Record) -> OwnerNumber:
    return OwnerNumber(id=OwnerNumberId(row["id"]), phone=row["phone"], name=row["name"], role=OwnerRole(row["role"]))

"""Customers' pets."""

from datetime import date

import asyncpg

from domain.ids import ContactId, OrganizationId, PetId
from domain.shop import Pet, Species
from domain.texts import folded
from storage.database import Connection

_COLUMNS = "id, name, species, breed, birth_date"
_LONGEST_FOLDED = 255
"""Folding can make one character eighteen."""


async def of_contact(tenant: Connection, contact_id: ContactId) -> list[Pet]:
    """The pets of a contact, by name."""
    rows = await tenant.fetch(f"select {_COLUMNS} from pets where contact_id = $1 order by name_folded", contact_id)
    return [_from_row(row) for row in rows]


async def register(
    tenant: Connection,
    organization_id: OrganizationId,
    contact_id: ContactId,
    *,
    name: str,
    species: Species,
    breed: str | None,
    approximate_birth_date: date | None,
) -> Pet:
    """The contact's pet of that name: new, or the one there is, with what was not known yet filled in."""
    row = await tenant.fetchrow(
        f"""insert into pets
                (organization_id, contact_id, name, name_folded, species, breed, birth_date, birth_date_is_approximate)
            values ($1, $2, $3, $4, $5, $6, $7, $7::date is not null)
            on conflict (contact_id, name_folded) do update set breed = coalesce(pets.breed, excluded.breed),
                birth_date = coalesce(pets.birth_date, excluded.birth_date),
                birth_date_is_approximate = pets.birth_date_is_approximate
                    or (pets.birth_date is null and excluded.birth_date is not null)
            returning {_COLUMNS}""",
        organization_id,
        contact_id,
        name,
        folded(name)[:_LONGEST_FOLDED],
        species,
        breed,
        approximate_birth_date,
    )
    assert row is not None
    return _from_row(row)


def _from_row(row: asyncpg.Record) -> Pet:
    return Pet(
        id=PetId(row["id"]),
        name=row["name"],
        species=Species(row["species"]),
        breed=row["breed"],
        birth_date=row["birth_date"],
    )

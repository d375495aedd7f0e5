"""Customers' pets."""

from datetime import date

import asyncpg

from domain.ids import ContactId, OrganizationId, PetId
from domain.shop import Coat, Pet, Size, Species
from domain.texts import folded
from storage.database import Connection

_COLUMNS = "id, name, species, breed, birth_date, size, coat"
_LONGEST_FOLDED = 255
"""Folding can make one character eighteen."""


async def of_contact(tenant: Connection, contact_id: ContactId) -> list[Pet]:
    """The pets of a contact, by name."""
    rows = await tenant.fetch(f"select {_COLUMNS} from pets where contact_id = $1 order by name_folded", contact_id)
    return [_from_row(row) for row in rows]


async def get(tenant: Connection, pet_id: PetId) -> Pet:
    """The pet of that id; LookupError when the shop knows none such."""
    row = await tenant.fetchrow(f"select {_COLUMNS} from pets where id = $1", pet_id)
    if row is None:
        raise LookupError(f"the shop has no pet {pet_id}")
    return _from_row(row)


async def register(
    tenant: Connection,
    organization_id: OrganizationId,
    contact_id: ContactId,
    *,
    name: str,
    species: Species,
    breed: str | None,
    approximate_birth_date: date | None,
    size: Size | None = None,
    coat: Coat | None = None,
) -> Pet:
    """The contact's pet of that name: new, or the one there is, with what was not known yet filled in."""
    row = await tenant.fetchrow(
        f"""insert into pets
                (organization_id, contact_id, name, name_folded, species, breed, birth_date, birth_date_is_approximate,
                 size, coat)
            values ($1, $2, $3, $4, $5, $6, $7, $7::date is not null, $8, $9)
            on conflict (contact_id, name_folded) do update set breed = coalesce(pets.breed, excluded.breed),
                size = coalesce(pets.size, excluded.size), coat = coalesce(pets.coat, excluded.coat),
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
        size,
        coat,
    )
    assert row is not None
    return _from_row(row)


async def update(
    tenant: Connection,
    pet_id: PetId,
    *,
    name: str | None = None,
    species: Species | None = None,
    breed: str | None = None,
    approximate_birth_date: date | None = None,
    size: Size | None = None,
    coat: Coat | None = None,
) -> Pet | None:
    """The pet with what is given changed; None when the customer has another pet of that name."""
    try:
        async with tenant.transaction():
            row = await tenant.fetchrow(
                f"""update pets set name = coalesce($2, name), name_folded = coalesce($3, name_folded),
                       species = coalesce($4, species), breed = coalesce($5, breed),
                       birth_date = coalesce($6, birth_date),
                       birth_date_is_approximate = birth_date_is_approximate or $6::date is not null,
                       size = coalesce($7, size), coat = coalesce($8, coat)
                   where id = $1 returning {_COLUMNS}""",
                pet_id,
                name,
                folded(name)[:_LONGEST_FOLDED] if name else None,
                species,
                breed,
                approximate_birth_date,
                size,
                coat,
            )
    except asyncpg.UniqueViolationError:
        return None
    return _from_row(row) if row else None


def _from_row(row: asyncpg.Record) -> Pet:
    return Pet(
        id=PetId(row["id"]),
        name=row["name"],
        species=Species(row["species"]),
        breed=row["breed"],
        birth_date=row["birth_date"],
        size=Size(row["size"]) if row["size"] else None,
        coat=Coat(row["coat"]) if row["coat"] else None,
    )

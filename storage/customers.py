"""Finding a customer by what somebody calls them: a few candidates by name or pet, however many the shop has."""

from collections.abc import Sequence
from datetime import datetime

from domain.frozen import Frozen
from domain.ids import ContactId
from storage.database import Connection

_MOST, _LOOKED_AT = 200, 400
_PETS = 6
_COLUMNS = f"""c.id, c.name, c.phone, c.opted_out_at is not null opted_out,
    array(select p.name from pets p where p.contact_id = c.id order by p.name_folded limit {_PETS}) pets,
    (select max(b.start_time) from bookings b where b.contact_id = c.id and b.status = 'completed') last_visit"""
_IS_CUSTOMER = """(exists (select from conversations v where v.contact_id = c.id and v.audience = 'customer')
        or exists (select from bookings b where b.contact_id = c.id))
    and not exists (select from contact_addresses a join aurora_owner_numbers o on o.phone = a.value
        where a.contact_id = c.id and a.kind = 'phone' and o.is_active)"""


class KnownCustomer(Frozen):
    """A contact who wrote or has bookings, and is neither owner nor manager. `phone` is canonical."""

    id: ContactId
    name: str | None
    phone: str | None
    pets: tuple[str, ...]
    last_visit: datetime | None
    opted_out: bool


async def alike(tenant: Connection, whole: str, words: Sequence[str]) -> list[KnownCustomer]:
    """Customers with a name, or a pet's, in which some word begins like one of `words`; the likeliest first.

    `whole` and `words` are folded (domain.texts). Bounded: what is called exactly so, and what begins so, comes first.
    """
    beginnings = ["% " + word.replace("_", r"\_") + "%" for word in words]
    rows = await tenant.fetch(
        f"""with hit as materialized (
               select c.id, c.name_folded called, c.last_contact_at from contacts c
               where ' ' || c.name_folded like any($3)
               union all
               select p.contact_id, p.name_folded, null from pets p where ' ' || p.name_folded like any($3)
           ), likeliest as (
               select hit.id, max((called = $1)::int * 2 + starts_with(called, $1)::int) likeness,
                   count(distinct w.word) hits, max(last_contact_at) last_contact_at
               from hit join unnest($2::text[]) w (word) on strpos(' ' || called, ' ' || w.word) > 0
               group by hit.id order by 2 desc, 3 desc, 4 desc nulls last, 1 limit {_LOOKED_AT})
           select {_COLUMNS} from likeliest join contacts c on c.id = likeliest.id where {_IS_CUSTOMER}
           order by likeness desc, hits desc, c.last_contact_at desc nulls last, c.id limit {_MOST}""",
        whole,
        list(words),
        beginnings,
    )
    return [KnownCustomer.model_validate(dict(row)) for row in rows]


async def get(tenant: Connection, contact_id: ContactId) -> KnownCustomer | None:
    """The customer of that id; None for who is none."""
    row = await tenant.fetchrow(f"select {_COLUMNS} from contacts c where c.id = $1 and {_IS_CUSTOMER}", contact_id)
    return KnownCustomer.model_validate(dict(row)) if row else None

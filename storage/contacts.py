"""Contacts: one row a person, however many addresses WhatsApp gives them."""

from collections.abc import Sequence

from domain.addresses import Address, AddressKind
from domain.ids import ContactId, OrganizationId
from storage.database import Connection


async def upsert(
    tenant: Connection, organization_id: OrganizationId, addresses: Sequence[Address], name: str | None
) -> ContactId:
    """The contact behind `addresses`; unknown addresses are linked to it, and contacts that turn out to be one are
        merged.

    Idempotent: a second run finds the contact and changes nothing. Two runs at once for the same addresses take turns
    on an advisory lock, so one person never becomes two contacts.
    """
    for address in sorted(str(a) for a in addresses):
        await tenant.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"{organization_id}|{address}")
    rows = await tenant.fetch(
        """select distinct c.id, c.created_at from contacts c join contact_addresses a on a.contact_id = c.id
           where (a.kind, a.value) in (select * from unnest($1::text[], $2::text[])) order by c.created_at, c.id""",
        [a.kind for a in addresses],
        [a.value for a in addresses],
    )
    phone = next((a.value for a in addresses if a.kind is AddressKind.PHONE), None)
    if rows:
        contact_id = ContactId(rows[0]["id"])
        for other in rows[1:]:
            await _merge(tenant, keep=contact_id, gone=ContactId(other["id"]))
        await tenant.execute(
            """update contacts set last_contact_at = now(), phone = coalesce(phone, $2), name = coalesce(name, $3)
               where id = $1""",
            contact_id,
            phone,
            name,
        )
    else:
        contact_id = ContactId(
            await tenant.fetchval(
                """insert into contacts (organization_id, phone, name, last_contact_at)
                   values ($1, $2, $3, now()) returning id""",
                organization_id,
                phone,
                name,
            )
        )
    await tenant.executemany(
        """insert into contact_addresses (organization_id, kind, value, contact_id) values ($1, $2, $3, $4)
           on conflict do nothing""",
        [(organization_id, a.kind, a.value, contact_id) for a in addresses],
    )
    return contact_id


async def _merge(tenant: Connection, *, keep: ContactId, gone: ContactId) -> None:
    """Everything of `gone` becomes `keep`'s: a lid and a phone that were two contacts are one person."""
    await tenant.execute("update contact_addresses set contact_id = $1 where contact_id = $2", keep, gone)
    await tenant.execute(
        """update bookings b set pet_id = (select k.id from pets k join pets g on g.name_folded = k.name_folded
                                           where k.contact_id = $1 and g.id = b.pet_id)
           where b.contact_id = $2 and exists (select from pets k join pets g on g.name_folded = k.name_folded
                                               where k.contact_id = $1 and g.id = b.pet_id)""",
        keep,
        gone,
    )
    await tenant.execute("update bookings set contact_id = $1 where contact_id = $2", keep, gone)
    await tenant.execute(
        """update pets p set contact_id = $1 where contact_id = $2
           and not exists (select from pets k where k.contact_id = $1 and k.name_folded = p.name_folded)""",
        keep,
        gone,
    )
    for table in ("messages", "ai_interactions", "tool_calls", "alerts"):
        await tenant.execute(
            f"""update {table} t set conversation_id = k.id from conversations g join conversations k
                on k.contact_id = $1 and k.whatsapp_instance_id = g.whatsapp_instance_id and k.audience = g.audience
                where g.contact_id = $2 and t.conversation_id = g.id""",
            keep,
            gone,
        )
    await tenant.execute(
        """update conversations k set status = 'waiting_human', handoff_reason = g.handoff_reason, handoff_since =
            g.handoff_since
           from conversations g where k.contact_id = $1 and g.contact_id = $2 and g.status = 'waiting_human'
           and k.whatsapp_instance_id = g.whatsapp_instance_id and k.audience = g.audience and k.status = 'active'""",
        keep,
        gone,
    )
    await tenant.execute(
        """update conversations g set contact_id = $1 where contact_id = $2 and not exists (select from conversations k
           where k.contact_id = $1 and k.whatsapp_instance_id = g.whatsapp_instance_id and k.audience = g.audience)""",
        keep,
        gone,
    )
    await tenant.execute("delete from contacts where id = $1", gone)


async def phones_of(tenant: Connection, contact_id: ContactId) -> list[str]:
    """Every canonical phone known of a contact: who writes under a lid may be known by phone."""
    rows = await tenant.fetch(
        "select value from contact_addresses where contact_id = $1 and kind = 'phone'", contact_id
    )
    return [row["value"] for row in rows]

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
    phone = next((a.value for a in addresses if a.kind is AddressKind.PHONE), None)
    contact_id = await _locked(tenant, addresses)
    if contact_id is not None:
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
                """insert into contacts (organization_id, phone, name, last_contact_at) values ($1, $2, $3, now())
                   returning id""",
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


async def of_phone(tenant: Connection, phone: str) -> ContactId | None:
    """The contact who is known by this canonical phone."""
    found = await tenant.fetchval("select contact_id from contact_addresses where kind = 'phone' and value = $1", phone)
    return ContactId(found) if found else None


def contacts_with(kinds: int, values: int) -> str:
    """SQL for the ids of the contacts that have any of some addresses, whose kinds and values are these parameters.

    The array is made first, whatever the planner knows of the tables: each address is one look into an index, where a
    join of the same meaning walked through all of the shop's addresses.
    """
    return f"""array(
        select a.contact_id from unnest(${kinds}::text[], ${values}::text[]) asked (kind, value),
            lateral (select contact_id from contact_addresses
                     where kind = asked.kind and value = asked.value offset 0) a)"""


async def _locked(tenant: Connection, addresses: Sequence[Address]) -> ContactId | None:
    """The contact of these addresses, its row locked and the others merged into it; None when nobody has any of them.

    Somebody who holds another address of the same person may be merging it at this moment: then the rows looked up are
    not the rows that were locked, and the look-up is made again.
    """
    while True:
        rows = await tenant.fetch(
            f"select id from contacts where id = any({contacts_with(1, 2)}) order by created_at, id",
            [a.kind for a in addresses],
            [a.value for a in addresses],
        )
        found = [ContactId(row["id"]) for row in rows]
        locked = await tenant.fetch("select id from contacts where id = any($1) order by id for update", found)
        if len(locked) == len(found):
            break
    for gone in found[1:]:
        await _merge(tenant, keep=found[0], gone=gone)
    return found[0] if found else None


async def _merge(tenant: Connection, *, keep: ContactId, gone: ContactId) -> None:
    """Everything of `gone` becomes `keep`'s: a lid and a phone that were two contacts are one person."""
    await tenant.execute("update contact_addresses set contact_id = $1 where contact_id = $2", keep, gone)
    await tenant.execute(
        """update contacts k set phone = coalesce(k.phone, g.phone), name = coalesce(k.name, g.name),
               last_contact_at = greatest(k.last_contact_at, g.last_contact_at),
               opted_out_at = coalesce(k.opted_out_at, g.opted_out_at)
           from contacts g where k.id = $1 and g.id = $2""",
        keep,
        gone,
    )
    await _merge_pets(tenant, keep=keep, gone=gone)
    # Whom of the two was invited already is not invited again as the other.
    await tenant.execute(
        """delete from invitations i where contact_id = $1 and status = 'waiting' and letter_id is null and exists (
               select from invitations o where o.campaign_id = i.campaign_id and o.contact_id = $2
                   and (o.status = 'sent' or o.status = 'waiting' and o.letter_id is not null))""",
        keep,
        gone,
    )
    await tenant.execute(
        """delete from invitations i where contact_id = $2 and exists (
               select from invitations o where o.campaign_id = i.campaign_id and o.contact_id = $1)""",
        keep,
        gone,
    )
    await tenant.execute(
        """delete from conversation_memories m using conversations g join conversations k on k.contact_id = $1
               and k.whatsapp_instance_id = g.whatsapp_instance_id and k.audience = g.audience
           where g.contact_id = $2 and m.conversation_id = g.id
             and exists (select from conversation_memories o where o.conversation_id = k.id)""",
        keep,
        gone,
    )
    # A person had both: the older hand-over goes on, the other ends with it.
    await tenant.execute(
        """update handoffs h set state = 'released', ended_at = clock_timestamp(), ended_by = 'merged', due_at = null,
               due_kind = null, waiting_since = null
           from conversations g join conversations k on k.contact_id = $1
               and k.whatsapp_instance_id = g.whatsapp_instance_id and k.audience = g.audience
           where g.contact_id = $2 and h.conversation_id = g.id and h.ended_at is null
             and exists (select from handoffs o where o.conversation_id = k.id and o.ended_at is null)""",
        keep,
        gone,
    )
    for table in ("bookings", "held_slots", "waiting_list", "letters", "invitations", "shop_questions"):
        await tenant.execute(f"update {table} set contact_id = $1 where contact_id = $2", keep, gone)
    for table in (
        "messages",
        "ai_interactions",
        "tool_calls",
        "alerts",
        "bookings",
        "held_slots",
        "waiting_list",
        "owner_orders",
        "shop_questions",
        "conversation_memories",
        "handoffs",
        "conversation_notes",
        "letters",
    ):
        await tenant.execute(
            f"""update {table} t set conversation_id = k.id from conversations g join conversations k
                on k.contact_id = $1 and k.whatsapp_instance_id = g.whatsapp_instance_id and k.audience = g.audience
                where g.contact_id = $2 and t.conversation_id = g.id""",
            keep,
            gone,
        )
    # Whatever keeps the assistant silent in one of the two keeps it silent in the one they become.
    await tenant.execute(
        """update conversations k set ai_enabled = k.ai_enabled and g.ai_enabled,
               status = case when g.status = 'waiting_human' then g.status else k.status end,
               handoff_reason = coalesce(k.handoff_reason, g.handoff_reason),
               handoff_since = least(k.handoff_since, g.handoff_since),
               first_message_at = least(k.first_message_at, g.first_message_at),
               last_message_preview = case when g.last_message_at > k.last_message_at or k.last_message_at is null
                                           then g.last_message_preview else k.last_message_preview end,
               last_message_at = greatest(k.last_message_at, g.last_message_at),
               unread_count = k.unread_count + g.unread_count
           from conversations g where k.contact_id = $1 and g.contact_id = $2
           and k.whatsapp_instance_id = g.whatsapp_instance_id and k.audience = g.audience""",
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


async def _merge_pets(tenant: Connection, *, keep: ContactId, gone: ContactId) -> None:
    """Pets of the same name are one pet, which knows what either knew; the others change hands."""
    await tenant.execute(
        """update pets k set breed = coalesce(k.breed, g.breed), birth_date = coalesce(k.birth_date, g.birth_date),
               size = coalesce(k.size, g.size), coat = coalesce(k.coat, g.coat),
               birth_date_is_approximate = case when k.birth_date is null then g.birth_date_is_approximate
                                                else k.birth_date_is_approximate end
           from pets g where k.contact_id = $1 and g.contact_id = $2 and k.name_folded = g.name_folded""",
        keep,
        gone,
    )
    # Both may have booked the pet at the same time, and one pet cannot be in two places (one_place_at_a_time): the
    # second booking stays, without its pet, for people to see.
    await tenant.execute(
        """update bookings b set pet_id = case when b.status <> 'cancelled' and exists (
                   select from bookings o
                   where o.pet_id = k.id and o.start_time < b.end_time and o.end_time > b.start_time
                     and o.status not in ('cancelled', 'no_show'))
               then null else k.id end
           from pets g join pets k on k.contact_id = $1 and k.name_folded = g.name_folded
           where g.contact_id = $2 and b.pet_id = g.id""",
        keep,
        gone,
    )
    same_name = """from pets g join pets k on k.contact_id = $1 and k.name_folded = g.name_folded
        where g.contact_id = $2 and t.pet_id = g.id"""
    for table in ("held_slots", "invitations"):
        await tenant.execute(f"update {table} t set pet_id = k.id {same_name}", keep, gone)
    await tenant.execute(
        f"""update waiting_list t set pet_id = k.id {same_name} and not exists (
                select from waiting_list o where o.pet_id = k.id and o.service_id = t.service_id and o.day = t.day
                    and o.status in ('waiting', 'offered') and t.status in ('waiting', 'offered'))""",
        keep,
        gone,
    )
    await tenant.execute(
        """update pets p set contact_id = $1 where contact_id = $2
           and not exists (select from pets k where k.contact_id = $1 and k.name_folded = p.name_folded)""",
        keep,
        gone,
    )


async def name_of(tenant: Connection, contact_id: ContactId) -> str | None:
    """What a contact calls themselves; None where it is not known."""
    name: str | None = await tenant.fetchval("select name from contacts where id = $1", contact_id)
    return name


async def phones_of(tenant: Connection, contact_id: ContactId) -> list[str]:
    """Every canonical phone known of a contact: who writes under a lid may be known by phone."""
    rows = await tenant.fetch(
        "select value from contact_addresses where contact_id = $1 and kind = 'phone'", contact_id
    )
    return [row["value"] for row in rows]


async def has_opted_out(tenant: Connection, contact_id: ContactId) -> bool:
    """Whether the contact wants no invitations."""
    return bool(await tenant.fetchval("select opted_out_at is not null from contacts where id = $1", contact_id))


async def set_opted_out(tenant: Connection, contact_id: ContactId, opted_out: bool) -> None:
    """The contact wants no invitations, or wants them again; what was noted first keeps its time."""
    await tenant.execute(
        "update contacts set opted_out_at = case when $2 then coalesce(opted_out_at, now()) end where id = $1",
        contact_id,
        opted_out,
    )

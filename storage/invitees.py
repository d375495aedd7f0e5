"""Customers who could be invited: when they last came, and what stands in the way of writing to them."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from domain.frozen import Frozen
from domain.ids import CampaignId, ContactId, PetId, ServiceId
from domain.invitations import INVITED_LATELY, Obstacle
from storage.conversations import CLOUD_WINDOW
from storage.database import Connection

_LOOKED_AT = 2_000
"""Customers whose obstacles are looked at for one choice: milliseconds, also where every one of them has one."""

_REACH = f"""left join lateral (
        select c.status, c.ai_enabled, i.connection_state = 'open' online,
            i.is_active and (i.kind <> 'cloud'
                or m.created_at > $1::timestamptz - interval '{CLOUD_WINDOW.total_seconds()} seconds') open
        from conversations c join whatsapp_instances i on i.id = c.whatsapp_instance_id, lateral (
            select created_at from messages where conversation_id = c.id and direction = 'inbound'
            order by seq desc limit 1) m
        where c.contact_id = ct.id and c.audience = 'customer'
        order by c.last_message_at desc nulls last limit 1) reach on true"""
"""Where they would be written to (storage.conversations.reach); $1 is now."""

_OBSTACLE = """case when ct.opted_out_at is not null then 'opted_out'
        when exists (select from contact_addresses a join aurora_owner_numbers o on o.phone = a.value and o.is_active
                     where a.contact_id = ct.id and a.kind = 'phone') then 'owner'
        when reach.open is not true then 'unreachable'
        when exists (select from conversations c where c.contact_id = ct.id and c.audience = 'customer'
                     and c.status = 'waiting_human') then 'with_a_person'
        when not reach.ai_enabled then 'ai_off'
        when exists (select from bookings b where b.contact_id = ct.id and b.start_time > $1::timestamptz
                     and b.status in ('scheduled', 'confirmed')) then 'has_booked'
        when exists (select from invitations n where n.contact_id = ct.id and n.campaign_id is distinct from $2
                     and (n.status = 'waiting' or n.status = 'sent' and n.ended_at > $1::timestamptz - $3::interval))
            then 'invited_lately'
    end"""
"""Why not, or null; $1 is now, $2 the campaign that asks, $3 for how long nobody is invited again."""

_COLUMNS = """ct.id, ct.name, p.id pet_id, p.name pet, v.last_visit, last.service_id, v.visits, v.first_visit,
    coalesce(reach.online, false) online"""
_LAST = "left join bookings last on last.id = v.last_booking_id"


class Invitee(Frozen):
    """A customer with their last completed visit, if any, and whose it was, else their first pet.

    `usual_days` is between visits, of who came three times; `online`: the shop's number they write to is connected.
    """

    contact_id: ContactId
    name: str | None
    pet_id: PetId | None
    pet: str | None
    last_visit: datetime | None
    service_id: ServiceId | None
    usual_days: int | None
    obstacle: Obstacle | None
    online: bool


async def lapsed(
    tenant: Connection,
    *,
    now: datetime,
    after: datetime,
    before: datetime,
    overdue: bool,
    most: int,
) -> list[Invitee]:
    """Customers nothing keeps from being invited, whose last visit was between two moments, the last lost first.

    `overdue`: only those who stay away for longer than they use to. Looks at the latest lost of them.
    """
    rows = await tenant.fetch(
        f"""select {_COLUMNS}, null obstacle
            from (select * from customer_visits where last_visit >= $4 and last_visit < $5
                      and (not $6 or visits >= 3
                           and $1::timestamptz - last_visit > 1.5 * (last_visit - first_visit) / (visits - 1))
                  order by last_visit desc, contact_id limit $8) v
            join lateral (select id, name, opted_out_at from contacts where id = v.contact_id offset 0) ct on true
            {_REACH}
            {_LAST} left join pets p on p.id = last.pet_id
            where {_OBSTACLE} is null
            order by v.last_visit desc, v.contact_id limit $7""",
        now,
        None,
        INVITED_LATELY,
        after,
        before,
        overdue,
        most,
        _LOOKED_AT,
    )
    return [_from_row(row) for row in rows]


async def of_contacts(
    tenant: Connection, contact_ids: Sequence[ContactId], *, now: datetime, besides: CampaignId | None = None
) -> list[Invitee]:
    """These customers, in that order, each with what stands in the way; `besides` is the campaign they belong to."""
    rows = await tenant.fetch(
        f"""select {_COLUMNS}, {_OBSTACLE} obstacle
            from unnest($4::uuid[]) with ordinality asked (id, position) join contacts ct on ct.id = asked.id
            {_REACH}
            left join customer_visits v on v.contact_id = ct.id
            {_LAST}
            left join pets p on p.id = coalesce(last.pet_id, (
                select id from pets where contact_id = ct.id order by name_folded limit 1))
            order by asked.position""",
        now,
        besides,
        INVITED_LATELY,
        contact_ids,
    )
    return [_from_row(row) for row in rows]


def _from_row(row: asyncpg.Record) -> Invitee:
    visits = row["visits"] or 0
    usual = (row["last_visit"] - row["first_visit"]).days // (visits - 1) if visits >= 3 else None
    return Invitee(
        contact_id=ContactId(row["id"]),
        name=row["name"],
        pet_id=PetId(row["pet_id"]) if row["pet_id"] else None,
        pet=row["pet"],
        last_visit=row["last_visit"],
        service_id=ServiceId(row["service_id"]) if row["service_id"] else None,
        usual_days=usual or None,
        obstacle=Obstacle(row["obstacle"]) if row["obstacle"] else None,
        online=row["online"],
    )

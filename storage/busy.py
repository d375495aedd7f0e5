"""What takes a professional's, or a pet's, time: read for many days at once."""

from collections.abc import Mapping
from datetime import datetime

from domain.busy_times import NEVER_BUSY, BusyTimes
from domain.ids import BookingId, ConversationId, PetId, ProfessionalId
from storage.database import Connection

_SECONDS = 2**36 - 1
"""The part of `bookings.occupied` that is the time, in epoch seconds; what is above it is the professional's number."""


async def of_professionals(
    tenant: Connection,
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    besides: BookingId | None = None,
    own: ConversationId | None = None,
) -> Mapping[ProfessionalId, BusyTimes]:
    """When each professional is taken in a period: booked (with the preparation), away, or held for somebody else.

    `besides` is a booking that is to be moved, `own` the conversation whose held slots are no obstacle to it.
    """
    rows = await tenant.fetch(
        f"""with taken as (
               select professional_id, int8range(lower(occupied) & {_SECONDS}, upper(occupied) & {_SECONDS}) stretch
               from bookings where start_time < $2::timestamptz + interval '4 hours'
                   and start_time > $1::timestamptz - interval '1 day' and end_time > $1 and occupied is not null
                   and id is distinct from $4
               union all
               select professional_id, int8range(extract(epoch from starts_at)::bigint,
                   extract(epoch from ends_at)::bigint)
               from absences where ends_at > $1 and starts_at < $2
               union all
               select professional_id, int8range(extract(epoch from start_time)::bigint - preparation_minutes * 60,
                   extract(epoch from end_time)::bigint)
               from held_slots where end_time > $1 and start_time < $2::timestamptz + interval '4 hours'
                   and expires_at > $3 and conversation_id is distinct from $5),
           merged as (select professional_id, range_agg(stretch) stretches from taken group by professional_id)
           select professional_id, array(select lower(one) from unnest(stretches) one) starts,
               array(select upper(one) from unnest(stretches) one) ends
           from merged""",
        start,
        end,
        now,
        besides,
        own,
    )
    return {ProfessionalId(row["professional_id"]): BusyTimes(row["starts"], row["ends"]) for row in rows}


async def of_pet(
    tenant: Connection, pet_id: PetId, start: datetime, end: datetime, *, besides: BookingId | None = None
) -> BusyTimes:
    """When a pet is somewhere in the shop already."""
    rows = await tenant.fetch(
        """select start_time, end_time from bookings
           where pet_id = $1 and start_time < $3 and start_time > $2::timestamptz - interval '1 day' and end_time > $2
             and status not in ('cancelled', 'no_show') and id is distinct from $4""",
        pet_id,
        start,
        end,
        besides,
    )
    return BusyTimes.of((row["start_time"], row["end_time"]) for row in rows) if rows else NEVER_BUSY


async def absences(tenant: Connection, start: datetime, end: datetime) -> Mapping[ProfessionalId, BusyTimes]:
    """When each professional is away, of the absences that touch a period."""
    rows = await tenant.fetch(
        """select professional_id, array_agg(starts_at) starts, array_agg(ends_at) ends from absences
           where ends_at > $1 and starts_at < $2 group by professional_id""",
        start,
        end,
    )
    return {
        ProfessionalId(row["professional_id"]): BusyTimes.of(zip(row["starts"], row["ends"], strict=True))
        for row in rows
    }

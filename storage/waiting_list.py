"""Customers who wait for a day and a service on which nothing suits them."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import asyncpg

from domain.frozen import Frozen
from domain.ids import BookingId, ContactId, ConversationId, OrganizationId, PetId, ServiceId
from storage.database import Connection

_COLUMNS = """w.id, w.conversation_id, w.contact_id, w.service_id, s.name service, w.pet_id, p.name pet, w.day,
    w.status, w.unsuitable, w.booking_id, w.answer_by"""
_JOINED = "waiting_list w join services s on s.id = w.service_id join pets p on p.id = w.pet_id"


class WaitingStatus(StrEnum):
    """What became of a wait."""

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    DECLINED = "declined"
    LAPSED = "lapsed"
    LEFT = "left"


class Waiting(Frozen):
    """Somebody who waits.

    `unsuitable` are starts that were free when they joined, `booking_id` is what the present offer is to become,
    `answer_by` until when it is kept.
    """

    id: UUID
    conversation_id: ConversationId
    contact_id: ContactId
    service_id: ServiceId
    service: str
    pet_id: PetId
    pet: str
    day: date
    status: WaitingStatus
    unsuitable: frozenset[datetime] = frozenset()
    booking_id: BookingId | None
    answer_by: datetime | None


async def join(
    tenant: Connection,
    organization_id: OrganizationId,
    *,
    conversation_id: ConversationId,
    contact_id: ContactId,
    service_id: ServiceId,
    pet_id: PetId,
    day: date,
    unsuitable: Sequence[datetime] = (),
) -> bool:
    """Wait from now on; False when this pet waits for that already."""
    done = await tenant.execute(
        """insert into waiting_list (organization_id, conversation_id, contact_id, service_id, pet_id, day, unsuitable)
           values ($1, $2, $3, $4, $5, $6, $7)
           on conflict (pet_id, service_id, day) where status in ('waiting', 'offered') do nothing""",
        organization_id,
        conversation_id,
        contact_id,
        service_id,
        pet_id,
        day,
        unsuitable,
    )
    return done == "INSERT 0 1"


async def of_contact(tenant: Connection, contact_id: ContactId, since: date) -> list[Waiting]:
    """What a contact waits for, from a day on, soonest first."""
    rows = await tenant.fetch(
        f"""select {_COLUMNS} from {_JOINED} where w.contact_id = $1 and w.day >= $2
            and w.status in ('waiting', 'offered') order by w.day, w.created_at""",
        contact_id,
        since,
    )
    return [_from_row(row) for row in rows]


async def in_line(tenant: Connection, service_id: ServiceId, day: date) -> list[Waiting]:
    """Who waits for a service on a day, longest waiting first; the rows are locked until the transaction ends."""
    rows = await tenant.fetch(
        f"""select {_COLUMNS} from {_JOINED} where w.service_id = $1 and w.day = $2
            and w.status in ('waiting', 'offered') order by w.created_at, w.id for update of w""",
        service_id,
        day,
    )
    return [_from_row(row) for row in rows]


async def listed(tenant: Connection, since: date) -> list[Waiting]:
    """Everybody who waits, soonest day and longest waiting first."""
    rows = await tenant.fetch(
        f"""select {_COLUMNS} from {_JOINED} where w.day >= $1 and w.status in ('waiting', 'offered')
            order by w.day, s.name, w.created_at limit 500""",
        since,
    )
    return [_from_row(row) for row in rows]


async def offer(tenant: Connection, waiting_id: UUID, booking_id: BookingId, answer_by: datetime) -> None:
    """A slot is kept for them until then."""
    await tenant.execute(
        "update waiting_list set status = 'offered', booking_id = $2, answer_by = $3 where id = $1",
        waiting_id,
        booking_id,
        answer_by,
    )


async def settle(tenant: Connection, waiting_ids: Sequence[UUID], status: WaitingStatus) -> None:
    """What became of these."""
    await tenant.execute(
        "update waiting_list set status = $2 where id = any($1) and status in ('waiting', 'offered')",
        waiting_ids,
        status,
    )


def _from_row(row: asyncpg.Record) -> Waiting:
    return Waiting(
        id=row["id"],
        conversation_id=ConversationId(row["conversation_id"]),
        contact_id=ContactId(row["contact_id"]),
        service_id=ServiceId(row["service_id"]),
        service=row["service"],
        pet_id=PetId(row["pet_id"]),
        pet=row["pet"],
        day=row["day"],
        status=WaitingStatus(row["status"]),
        unsuitable=frozenset(row["unsuitable"]),
        booking_id=BookingId(row["booking_id"]) if row["booking_id"] else None,
        answer_by=row["answer_by"],
    )

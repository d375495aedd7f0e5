"""Slots kept for a customer who is deciding: offered ones, and changes proposed that wait for a yes.

They are a courtesy, not the constraint: while one is held nobody else is offered it, and what decides who gets it is
still the booking's own row.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from domain.bookings import Intent
from domain.frozen import Frozen
from domain.ids import BookingId, ContactId, ConversationId, OrganizationId, PetId, ProfessionalId, ServiceId, TurnId
from storage.database import Connection

_COLUMNS = """id, booking_id, intent, service_id, pet_id, professional_id, start_time, end_time, preparation_minutes,
    price, turn_id, expires_at, created_at"""


class HeldSlot(Frozen):
    """A slot that is kept, or (without a time) a cancellation that waits for a yes."""

    id: UUID
    booking_id: BookingId
    intent: Intent
    service_id: ServiceId
    pet_id: PetId | None
    professional_id: ProfessionalId | None
    start: datetime | None
    end: datetime | None
    preparation_minutes: int = 0
    price: Decimal | None = None
    turn_id: TurnId
    expires_at: datetime
    created_at: datetime

    @property
    def code(self) -> str:
        """What the model calls an offered slot by."""
        return self.id.hex[:8]


class NewSlot(Frozen):
    """A slot to be kept."""

    booking_id: BookingId
    intent: Intent
    service_id: ServiceId
    pet_id: PetId | None = None
    professional_id: ProfessionalId | None = None
    start: datetime | None = None
    end: datetime | None = None
    preparation_minutes: int = 0
    price: Decimal | None = None


async def hold(
    tenant: Connection,
    organization_id: OrganizationId,
    conversation_id: ConversationId,
    contact_id: ContactId,
    slots: Sequence[NewSlot],
    *,
    turn_id: TurnId,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Keep these. One that is kept already is kept longer, never shorter; an offer stays the offer of the turn that
    made it."""
    await tenant.executemany(
        """insert into held_slots (organization_id, conversation_id, contact_id, booking_id, intent, service_id, pet_id,
               professional_id, start_time, end_time, preparation_minutes, price, turn_id, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
           on conflict (booking_id, intent, start_time) do update set
               expires_at = greatest(held_slots.expires_at, excluded.expires_at),
               conversation_id = excluded.conversation_id, contact_id = excluded.contact_id,
               professional_id = excluded.professional_id, end_time = excluded.end_time, price = excluded.price,
               preparation_minutes = excluded.preparation_minutes,
               pet_id = coalesce(excluded.pet_id, held_slots.pet_id),
               turn_id = case when excluded.intent = 'offer' and held_slots.expires_at > $15
                                   and held_slots.conversation_id = excluded.conversation_id
                              then held_slots.turn_id else excluded.turn_id end,
               created_at = case when excluded.intent = 'offer' and held_slots.expires_at > $15
                                      and held_slots.conversation_id = excluded.conversation_id
                                 then held_slots.created_at else clock_timestamp() end""",
        [
            (
                organization_id,
                conversation_id,
                contact_id,
                slot.booking_id,
                slot.intent,
                slot.service_id,
                slot.pet_id,
                slot.professional_id,
                slot.start,
                slot.end,
                slot.preparation_minutes,
                slot.price,
                turn_id,
                expires_at,
                now,
            )
            for slot in slots
        ],
    )


async def of_conversation(tenant: Connection, conversation_id: ConversationId, now: datetime) -> list[HeldSlot]:
    """What is kept for a conversation at this moment, in the order of the times."""
    rows = await tenant.fetch(
        f"""select {_COLUMNS} from held_slots where conversation_id = $1 and expires_at > $2
            order by start_time nulls last, created_at""",
        conversation_id,
        now,
    )
    return [_from_row(row) for row in rows]


async def first_expiry(tenant: Connection, booking_id: BookingId) -> datetime | None:
    """When the first of a booking's held slots comes free; None when it holds none."""
    found: datetime | None = await tenant.fetchval(
        "select min(expires_at) from held_slots where booking_id = $1", booking_id
    )
    return found


async def release(tenant: Connection, booking_id: BookingId, *, expired_by: datetime | None = None) -> int:
    """Let go of what is held for a booking: all of it, or what has expired; how many slots came free."""
    done = await tenant.execute(
        "delete from held_slots where booking_id = $1 and ($2::timestamptz is null or expires_at <= $2)",
        booking_id,
        expired_by,
    )
    return int(done.rpartition(" ")[2])


async def release_proposals(
    tenant: Connection, conversation_id: ConversationId, *, besides: TurnId, of: BookingId
) -> None:
    """Forget what was proposed in other turns, or of the same booking: one message at a time waits for a yes."""
    await tenant.execute(
        """delete from held_slots where conversation_id = $1 and intent <> 'offer'
           and (turn_id <> $2 or booking_id = $3)""",
        conversation_id,
        besides,
        of,
    )


async def release_beyond(tenant: Connection, conversation_id: ConversationId, most: int) -> None:
    """Keep the `most` offers made last: nobody keeps a whole agenda by asking."""
    await tenant.execute(
        """delete from held_slots where id in (select id from held_slots where conversation_id = $1 and intent = 'offer'
               order by created_at desc, start_time offset $2)""",
        conversation_id,
        most,
    )


def _from_row(row: asyncpg.Record) -> HeldSlot:
    return HeldSlot(
        id=row["id"],
        booking_id=BookingId(row["booking_id"]),
        intent=Intent(row["intent"]),
        service_id=ServiceId(row["service_id"]),
        pet_id=PetId(row["pet_id"]) if row["pet_id"] else None,
        professional_id=ProfessionalId(row["professional_id"]) if row["professional_id"] else None,
        start=row["start_time"],
        end=row["end_time"],
        preparation_minutes=row["preparation_minutes"],
        price=row["price"],
        turn_id=TurnId(row["turn_id"]),
        expires_at=row["expires_at"],
        created_at=row["created_at"],
    )

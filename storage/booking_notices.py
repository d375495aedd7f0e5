"""What was told of a booking: once for each kind and each time the booking was given."""

from datetime import datetime
from enum import StrEnum

from domain.ids import BookingId, ConversationId, OrganizationId, TurnId
from domain.notices import NoticeKind
from storage.database import Connection


class NoticeOutcome(StrEnum):
    """What became of a notice."""

    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    """There was nowhere to send it to, or it was not due any more."""
    FAILED = "failed"


async def begin(
    tenant: Connection,
    organization_id: OrganizationId,
    booking_id: BookingId,
    kind: NoticeKind,
    timed_at: datetime,
    turn_id: TurnId,
) -> NoticeOutcome:
    """Note that it is on its way; what a first run noted stays."""
    return NoticeOutcome(
        await tenant.fetchval(
            """with noted as (
                   insert into booking_notices (organization_id, booking_id, kind, timed_at, outcome, turn_id)
                   values ($1, $2, $3, $4, 'sending', $5) on conflict do nothing returning outcome)
               select outcome from noted union all
               select outcome from booking_notices where booking_id = $2 and kind = $3 and timed_at = $4 limit 1""",
            organization_id,
            booking_id,
            kind,
            timed_at,
            turn_id,
        )
    )


async def end(
    tenant: Connection, booking_id: BookingId, kind: NoticeKind, timed_at: datetime, outcome: NoticeOutcome
) -> None:
    """Note what became of it; the first outcome stays."""
    await tenant.execute(
        """update booking_notices set outcome = $4
           where booking_id = $1 and kind = $2 and timed_at = $3 and outcome = 'sending'""",
        booking_id,
        kind,
        timed_at,
        outcome,
    )


async def under_way(tenant: Connection, booking_id: BookingId) -> list[tuple[NoticeKind, datetime]]:
    """The notices that were begun and are neither sent nor given up: which, and about the time given when."""
    rows = await tenant.fetch(
        "select kind, timed_at from booking_notices where booking_id = $1 and outcome = 'sending'", booking_id
    )
    return [(NoticeKind(row["kind"]), row["timed_at"]) for row in rows]


async def done_with(tenant: Connection, booking_id: BookingId, timed_at: datetime) -> frozenset[NoticeKind]:
    """The notices about the time given then that need nothing more."""
    rows = await tenant.fetch(
        "select kind from booking_notices where booking_id = $1 and timed_at = $2 and outcome <> 'sending'",
        booking_id,
        timed_at,
    )
    return frozenset(NoticeKind(row["kind"]) for row in rows)


async def asked_about(tenant: Connection, conversation_id: ConversationId, turn_id: TurnId) -> BookingId | None:
    """The booking that a message of that turn asked the customer about, if one did."""
    found = await tenant.fetchval(
        """select n.booking_id from booking_notices n join bookings b on b.id = n.booking_id
           where n.turn_id = $2 and n.kind <> 'follow_up' and n.timed_at = b.timed_at
             and exists (select from messages m where m.turn_id = $2 and m.conversation_id = $1)""",
        conversation_id,
        turn_id,
    )
    return BookingId(found) if found else None

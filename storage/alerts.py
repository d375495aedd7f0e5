"""What operators have to know."""

from datetime import datetime
from uuid import UUID

import asyncpg

from domain.alerts import AlertKind
from domain.frozen import Frozen
from domain.ids import ConversationId, MessageId, OrganizationId
from storage.database import Connection


class Alert(Frozen):
    """A row of `alerts`; `acknowledged_at` is None while nobody took notice."""

    id: UUID
    kind: AlertKind
    detail: str
    conversation_id: ConversationId | None
    created_at: datetime
    acknowledged_at: datetime | None


async def raise_delivery_failed(tenant: Connection, message_id: MessageId, error: str | None) -> None:
    """The channel took a message and reports now that it was not delivered; once per message."""
    await tenant.execute(
        """insert into alerts (organization_id, kind, detail, fingerprint, conversation_id)
           select organization_id, $3, 'Uma mensagem não foi entregue' || coalesce(': ' || $2::text, ''),
                  id::text, conversation_id
           from messages where id = $1
           on conflict (organization_id, kind, fingerprint) do nothing""",
        message_id,
        error,
        AlertKind.DELIVERY_FAILED,
    )


async def raise_alert(
    tenant: Connection,
    organization_id: OrganizationId,
    *,
    kind: AlertKind,
    detail: str,
    fingerprint: str,
    conversation_id: ConversationId | None = None,
) -> bool:
    """Tell the operators, once per fingerprint; whether this was the first time."""
    done = await tenant.execute(
        """insert into alerts (organization_id, kind, detail, fingerprint, conversation_id) values ($1, $2, $3, $4, $5)
           on conflict (organization_id, kind, fingerprint) do nothing""",
        organization_id,
        kind,
        detail[:2_000],
        fingerprint[:255],
        conversation_id,
    )
    return done == "INSERT 0 1"


async def listed(tenant: Connection, *, include_acknowledged: bool = False) -> list[Alert]:
    """The shop's alerts, newest first; at most 500."""
    rows = await tenant.fetch(
        """select id, kind, detail, conversation_id, created_at, acknowledged_at from alerts
           where $1 or acknowledged_at is null order by created_at desc, id limit 500""",
        include_acknowledged,
    )
    return [_from_row(row) for row in rows]


async def acknowledge(tenant: Connection, alert_id: UUID) -> bool:
    """Somebody has taken notice; whether the shop has such an alert. What was noted first stays."""
    done = await tenant.execute(
        "update alerts set acknowledged_at = coalesce(acknowledged_at, now()) where id = $1", alert_id
    )
    return done == "UPDATE 1"


class Overlooked(Frozen):
    """A customer of whom the team was told that they wait too long, and who waits still."""

    conversation_id: ConversationId
    name: str | None
    phone: str | None
    waiting_since: datetime


async def overlooked(tenant: Connection, limit: int = 5) -> list[Overlooked]:
    """Who waits too long, longest first, as long as nobody took notice of what was told of them."""
    rows = await tenant.fetch(
        f"""select h.conversation_id, c.name, c.phone, h.waiting_since from handoffs h
               join conversations v on v.id = h.conversation_id join contacts c on c.id = v.contact_id
           where h.ended_at is null and h.waiting_since is not null and exists (
               select from alerts a where a.conversation_id = h.conversation_id and {_OF_WAITING}
                   and a.created_at >= h.waiting_since)
           order by h.waiting_since, h.id limit $1""",
        limit,
    )
    return [Overlooked(**dict(row)) for row in rows]


async def take_notice(tenant: Connection, conversation_id: ConversationId) -> bool:
    """Somebody has taken notice of whoever waits too long there; whether anybody had to."""
    done = await tenant.execute(
        f"update alerts a set acknowledged_at = now() where a.conversation_id = $1 and {_OF_WAITING}", conversation_id
    )
    return done != "UPDATE 0"


_OF_WAITING = "a.acknowledged_at is null and a.kind in ('still_waiting', 'waiting_too_long')"
"""As the index of these has it."""


def _from_row(row: asyncpg.Record) -> Alert:
    return Alert(
        id=row["id"],
        kind=row["kind"],
        detail=row["detail"],
        conversation_id=row["conversation_id"],
        created_at=row["created_at"],
        acknowledged_at=row["acknowledged_at"],
    )

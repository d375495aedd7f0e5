"""Owners' orders: proposed, done, undone; each waits for a yes to the very message that asked."""

from datetime import datetime

import asyncpg

from domain.frozen import Frozen
from domain.ids import ConversationId, OrderId, OrganizationId, OwnerNumberId, TurnId
from domain.owner_orders import OrderKind, OrderStatus
from storage.database import Connection

_COLUMNS = (
    "id, owner_number_id, kind, command, summary, turn_id, status, undo_kind, undo, undoes, expires_at, decided_at"
)


class OwnerOrder(Frozen):
    """A row of `owner_orders`; `command` and `undo` are the JSON of the command models of their kinds."""

    id: OrderId
    owner_number_id: OwnerNumberId
    kind: OrderKind
    command: str
    summary: str
    turn_id: TurnId
    status: OrderStatus
    undo_kind: OrderKind | None
    undo: str | None
    undoes: OrderId | None
    expires_at: datetime
    decided_at: datetime | None

    @property
    def code(self) -> str:
        """What the model calls it by."""
        return self.id.hex[:8]


async def propose(
    tenant: Connection,
    organization_id: OrganizationId,
    conversation_id: ConversationId,
    owner_number_id: OwnerNumberId,
    *,
    kind: OrderKind,
    command: str,
    summary: str,
    turn_id: TurnId,
    expires_at: datetime,
    undoes: OrderId | None = None,
) -> OwnerOrder:
    """Keep an order until it is answered; the same order asked for again is the same row, asked in the new turn."""
    row = await tenant.fetchrow(
        f"""update owner_orders set summary = $5, turn_id = $6, expires_at = $7, owner_number_id = $2,
                undoes = coalesce($8, undoes)
            where conversation_id = $1 and kind = $3 and command = $4::jsonb and status = 'proposed'
            returning {_COLUMNS}""",
        conversation_id,
        owner_number_id,
        kind,
        command,
        summary,
        turn_id,
        expires_at,
        undoes,
    ) or await tenant.fetchrow(
        f"""insert into owner_orders (organization_id, conversation_id, owner_number_id, kind, command, summary,
                turn_id, expires_at, undoes)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning {_COLUMNS}""",
        organization_id,
        conversation_id,
        owner_number_id,
        kind,
        command,
        summary,
        turn_id,
        expires_at,
        undoes,
    )
    assert row is not None
    return _from_row(row)


async def take_turn(tenant: Connection, organization_id: OrganizationId) -> None:
    """Orders of one shop are carried out one after the other, until the transaction ends."""
    await tenant.execute("select pg_advisory_xact_lock(hashtextextended($1, 4))", f"{organization_id}|orders")


async def ask_again(tenant: Connection, order_id: OrderId, turn_id: TurnId, expires_at: datetime) -> None:
    """It is asked in that turn from now on."""
    await tenant.execute(
        "update owner_orders set turn_id = $2, expires_at = $3 where id = $1 and status = 'proposed'",
        order_id,
        turn_id,
        expires_at,
    )


async def withdraw_others(tenant: Connection, conversation_id: ConversationId, besides: TurnId) -> None:
    """What was asked in other turns is no question any more."""
    await tenant.execute(
        """update owner_orders set status = 'withdrawn', decided_at = now()
           where conversation_id = $1 and status = 'proposed' and turn_id <> $2""",
        conversation_id,
        besides,
    )


async def withdraw_asked_in(tenant: Connection, conversation_id: ConversationId, turn_id: TurnId) -> None:
    """What was asked in that turn is no question any more."""
    await tenant.execute(
        """update owner_orders set status = 'withdrawn', decided_at = now()
           where conversation_id = $1 and turn_id = $2 and status = 'proposed'""",
        conversation_id,
        turn_id,
    )


async def withdrawn_of(tenant: Connection, conversation_id: ConversationId, turn_id: TurnId) -> list[OwnerOrder]:
    """What was asked in that turn and is no question any more, oldest first."""
    rows = await tenant.fetch(
        f"""select {_COLUMNS} from owner_orders
            where conversation_id = $1 and turn_id = $2 and status = 'withdrawn' order by created_at""",
        conversation_id,
        turn_id,
    )
    return [_from_row(row) for row in rows]


async def of_code(
    tenant: Connection, conversation_id: ConversationId, code: str, *, for_change: bool = False
) -> OwnerOrder | None:
    """The conversation's order of that code, the newest where two share it."""
    row = await tenant.fetchrow(
        f"""select {_COLUMNS} from owner_orders where conversation_id = $1 and left(id::text, 8) = $2
            order by created_at desc limit 1 {"for update" if for_change else ""}""",
        conversation_id,
        code,
    )
    return _from_row(row) if row else None


async def proposed(tenant: Connection, conversation_id: ConversationId, now: datetime) -> list[OwnerOrder]:
    """What waits for a yes, oldest first."""
    rows = await tenant.fetch(
        f"""select {_COLUMNS} from owner_orders
            where conversation_id = $1 and status = 'proposed' and expires_at > $2 order by created_at""",
        conversation_id,
        now,
    )
    return [_from_row(row) for row in rows]


async def lately_done(tenant: Connection, conversation_id: ConversationId, since: datetime) -> list[OwnerOrder]:
    """What was done since and can be undone, newest first."""
    rows = await tenant.fetch(
        f"""select {_COLUMNS} from owner_orders where conversation_id = $1 and status = 'done' and undo is not null
                and decided_at > $2 order by decided_at desc limit 5""",
        conversation_id,
        since,
    )
    return [_from_row(row) for row in rows]


async def mark_done(tenant: Connection, order_id: OrderId, *, undo_kind: OrderKind | None, undo: str | None) -> None:
    """It was carried out; how it is taken back, where it can be."""
    await tenant.execute(
        """update owner_orders set status = 'done', decided_at = clock_timestamp(), undo_kind = $2, undo = $3
           where id = $1 and status = 'proposed'""",
        order_id,
        undo_kind,
        undo,
    )


async def mark_undone(tenant: Connection, order_id: OrderId) -> None:
    """It was taken back."""
    await tenant.execute("update owner_orders set status = 'undone' where id = $1 and status = 'done'", order_id)


def _from_row(row: asyncpg.Record) -> OwnerOrder:
    return OwnerOrder.model_validate(dict(row))

"""The log of what people changed: who, what, before and after. Rows are only ever added."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import asyncpg
from pydantic import JsonValue

from domain.frozen import Frozen
from domain.ids import DeedId, OperatorId, OrderId, OrganizationId, OwnerNumberId
from storage.database import Connection

_COLUMNS = "at, actor_kind, actor, action, subject, before, after"


class ActorKind(StrEnum):
    """As what somebody acted."""

    OWNER = "owner"
    MANAGER = "manager"
    OPERATOR = "operator"
    SYSTEM = "system"


class AuditEntry(Frozen):
    """A row of `audit_log`."""

    at: datetime
    actor_kind: ActorKind
    actor: str
    action: str
    subject: str
    before: dict[str, JsonValue]
    after: dict[str, JsonValue]


async def record(
    tenant: Connection,
    organization_id: OrganizationId,
    *,
    actor_kind: ActorKind,
    actor: str,
    action: str,
    subject: str,
    before: Mapping[str, JsonValue],
    after: Mapping[str, JsonValue],
    owner_number_id: OwnerNumberId | None = None,
    order_id: OrderId | None = None,
    operator_id: OperatorId | None = None,
    deed_id: DeedId | None = None,
) -> bool:
    """Note it, in the transaction of the deed itself; whether it was not noted yet.

    One order's action is noted once, and so is what one deed did to one subject.
    """
    done = await tenant.execute(
        """insert into audit_log (organization_id, actor_kind, actor, owner_number_id, order_id, action, subject,
               before, after, operator_id, deed_id)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing""",
        organization_id,
        actor_kind,
        actor,
        owner_number_id,
        order_id,
        action,
        subject,
        json.dumps(dict(before), ensure_ascii=False),
        json.dumps(dict(after), ensure_ascii=False),
        operator_id,
        deed_id,
    )
    return done == "INSERT 0 1"


async def newest(tenant: Connection, limit: int = 50) -> list[AuditEntry]:
    """What was done last, newest first."""
    rows = await tenant.fetch(f"select {_COLUMNS} from audit_log order by at desc limit $1", limit)
    return [_from_row(row) for row in rows]


async def of_deed(tenant: Connection, deed_id: DeedId) -> AuditEntry | None:
    """What was noted first of a deed of the shop's people; None while it was not done."""
    row = await tenant.fetchrow(f"select {_COLUMNS} from audit_log where deed_id = $1 order by at limit 1", deed_id)
    return _from_row(row) if row else None


async def of_deed_on(tenant: Connection, deed_id: DeedId, action: str, subject: str) -> AuditEntry | None:
    """What was noted of what a deed did to one subject."""
    row = await tenant.fetchrow(
        f"select {_COLUMNS} from audit_log where deed_id = $1 and action = $2::varchar and subject = $3",
        deed_id,
        action,
        subject,
    )
    return _from_row(row) if row else None


def _from_row(row: asyncpg.Record) -> AuditEntry:
    return AuditEntry(
        at=row["at"],
        actor_kind=ActorKind(row["actor_kind"]),
        actor=row["actor"],
        action=row["action"],
        subject=row["subject"],
        before=json.loads(row["before"]),
        after=json.loads(row["after"]),
    )

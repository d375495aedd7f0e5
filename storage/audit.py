"""The log of what people changed: who, what, before and after. Rows are only ever added."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue

from domain.frozen import Frozen
from domain.ids import OrderId, OrganizationId, OwnerNumberId
from storage.database import Connection


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
) -> None:
    """Note it, in the transaction of the deed itself. One order's action is noted once."""
    await tenant.execute(
        """insert into audit_log (organization_id, actor_kind, actor, owner_number_id, order_id, action, subject,
               before, after)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (order_id, action) do nothing""",
        organization_id,
        actor_kind,
        actor,
        owner_number_id,
        order_id,
        action,
        subject,
        json.dumps(dict(before), ensure_ascii=False),
        json.dumps(dict(after), ensure_ascii=False),
    )


async def newest(tenant: Connection, limit: int = 50) -> list[AuditEntry]:
    """What was done last, newest first."""
    rows = await tenant.fetch(
        """select at, actor_kind, actor, action, subject, before, after from audit_log order by at desc limit $1""",
        limit,
    )
    return [
        AuditEntry(
            at=row["at"],
            actor_kind=ActorKind(row["actor_kind"]),
            actor=row["actor"],
            action=row["action"],
            subject=row["subject"],
            before=json.loads(row["before"]),
            after=json.loads(row["after"]),
        )
        for row in rows
    ]

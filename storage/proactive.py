"""What Aurora says unasked: rows of `aurora_proactive_messages`, one of each fingerprint for each owner."""

from datetime import datetime

import asyncpg

from domain.charts import Chart
from domain.frozen import Frozen
from domain.ids import OrganizationId, OwnerNumberId, ProactiveId
from domain.letters import ProactiveStatus, ProactiveType
from storage.database import Connection

_COLUMNS = "id, owner_number_id, message_type, content, picture, scheduled_for, expires_at, status, sent_at, error"


class ProactiveMessage(Frozen):
    """A row of `aurora_proactive_messages`; its id is also the turn of its rows in messages."""

    id: ProactiveId
    owner_number_id: OwnerNumberId
    message_type: ProactiveType
    content: str
    picture: Chart | None
    scheduled_for: datetime
    expires_at: datetime
    status: ProactiveStatus
    sent_at: datetime | None
    error: str | None


async def write(
    tenant: Connection,
    organization_id: OrganizationId,
    owner_number_id: OwnerNumberId,
    *,
    message_type: ProactiveType,
    content: str,
    fingerprint: str,
    scheduled_for: datetime,
    expires_at: datetime,
    picture: Chart | None = None,
    proactive_id: ProactiveId | None = None,
) -> ProactiveId | None:
    """A message to an owner, sent as soon as the transaction is committed; None when one of that fingerprint is there.

    The fingerprint names the occasion ("daily_summary/2026-11-22"): a schedule that fires twice tells once.
    """
    found = await tenant.fetchval(
        """insert into aurora_proactive_messages
               (id, organization_id, owner_number_id, message_type, content, picture, fingerprint, scheduled_for,
                expires_at, status)
           values (coalesce($9, gen_random_uuid()), $1, $2, $3, $4, $5, $6, $7, $8, 'scheduled')
           on conflict (owner_number_id, fingerprint) do nothing returning id""",
        organization_id,
        owner_number_id,
        message_type,
        content,
        picture.model_dump_json() if picture else None,
        fingerprint,
        scheduled_for,
        expires_at,
        proactive_id,
    )
    return ProactiveId(found) if found else None


async def was_told(
    tenant: Connection, message_type: ProactiveType, *, since: datetime, until: datetime, besides: str
) -> bool:
    """Whether a message of that type was due to any owner in `[since, until)`, and has not failed.

    Those of the fingerprint `besides` do not count.
    """
    found: bool = await tenant.fetchval(
        """select exists (select from aurora_proactive_messages
                          where message_type = $1 and scheduled_for >= $2 and scheduled_for < $3
                            and status in ('scheduled', 'sent') and fingerprint <> $4)""",
        message_type,
        since,
        until,
        besides,
    )
    return found


async def find(tenant: Connection, proactive_id: ProactiveId, *, for_change: bool = False) -> ProactiveMessage | None:
    """The message of that id."""
    row = await tenant.fetchrow(
        f"select {_COLUMNS} from aurora_proactive_messages where id = $1 {'for update' if for_change else ''}",
        proactive_id,
    )
    return _from_row(row) if row else None


async def end(tenant: Connection, proactive_id: ProactiveId, status: ProactiveStatus, error: str | None = None) -> None:
    """Note what became of it; the first outcome stays."""
    await tenant.execute(
        """update aurora_proactive_messages set status = $2::varchar, error = $3,
               sent_at = case when $2::varchar = 'sent' then clock_timestamp() end
           where id = $1 and status = 'scheduled'""",
        proactive_id,
        status,
        error,
    )


async def cancel(tenant: Connection, owner_number_id: OwnerNumberId, fingerprint: str) -> None:
    """It is not to be sent any more, if it was not sent yet."""
    await tenant.execute(
        """update aurora_proactive_messages set status = 'cancelled'
           where owner_number_id = $1 and fingerprint = $2 and status = 'scheduled'""",
        owner_number_id,
        fingerprint,
    )


def _from_row(row: asyncpg.Record) -> ProactiveMessage:
    picture = row["picture"]
    return ProactiveMessage.model_validate(
        {**dict(row), "picture": Chart.model_validate_json(picture) if picture else None}
    )


async def newest(tenant: Connection, limit: int = 50) -> list[ProactiveMessage]:
    """What was said last, newest first."""
    rows = await tenant.fetch(
        f"select {_COLUMNS} from aurora_proactive_messages order by created_at desc limit $1", limit
    )
    return [_from_row(row) for row in rows]

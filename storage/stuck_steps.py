"""Steps of workflows that keep failing: a row from the third failure on, gone when the step is done or given up."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from domain.frozen import Frozen
from domain.ids import ConversationId, OrganizationId
from storage.conversations import lateral_of_key
from storage.database import Connection

_MOST = 200

_OF_KEY = lateral_of_key("case when n.kind = 'conversation' then split_part(n.workflow_id, '/', 2) end")

# The conversation is that of the workflow's own id, or of the row its id names. Ids made by hand name none.
_STUCK = f"""
    with named as (
        select s.*, split_part(workflow_id, '/', 1) as kind,
            case when workflow_id ~ '^(letter|booking|question)/[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$'
                then split_part(workflow_id, '/', 2)::uuid end as subject
        from stuck_steps s),
    stuck as (
        select n.workflow_id, n.run_id, n.activity_id, n.activity, n.is_local, n.error_type, n.error, n.attempts,
            n.first_failed_at, n.last_failed_at, ct.name as customer,
            coalesce(c.id, l.conversation_id, q.conversation_id, b.conversation_id) as conversation_id
        from named n
            left join {_OF_KEY} c on true
            left join letters l on n.kind = 'letter' and l.id = n.subject
            left join shop_questions q on n.kind = 'question' and q.id = n.subject
            left join bookings b on n.kind = 'booking' and b.id = n.subject
            left join contacts ct on ct.id = coalesce(c.contact_id, l.contact_id, q.contact_id, b.contact_id))
    select * from stuck"""


class FailedTry(Frozen):
    """A step that has just failed once more; `error` holds nothing of what anybody wrote."""

    workflow_id: str
    run_id: str
    activity_id: str
    activity: str
    is_local: bool
    error_type: str
    error: str
    attempts: int


class StuckStep(FailedTry):
    """A row of `stuck_steps`, with whose conversation it holds up, where it is one's."""

    first_failed_at: datetime
    last_failed_at: datetime
    conversation_id: ConversationId | None
    customer: str | None


async def note(tenant: Connection, organization_id: OrganizationId, failed: FailedTry) -> None:
    """It has failed again; since when it does stays, unless another run of the workflow begins anew."""
    await tenant.execute(
        """insert into stuck_steps as known (organization_id, workflow_id, run_id, activity_id, activity, is_local,
               error_type, error, attempts)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (organization_id, workflow_id, activity_id) do update set
               first_failed_at = case when known.run_id = excluded.run_id then known.first_failed_at
                                      else excluded.first_failed_at end,
               run_id = excluded.run_id, activity = excluded.activity, is_local = excluded.is_local,
               error_type = excluded.error_type, error = excluded.error, attempts = excluded.attempts,
               last_failed_at = clock_timestamp()""",
        organization_id,
        failed.workflow_id,
        failed.run_id,
        failed.activity_id,
        failed.activity[:100],
        failed.is_local,
        failed.error_type[:100],
        failed.error,
        failed.attempts,
    )


async def clear(
    tenant: Connection, workflow_id: str, run_id: str, activity_id: str, *, unless_after: datetime | None = None
) -> None:
    """It is done, or given up; with `unless_after`, only if it has not failed again since that moment."""
    await tenant.execute(
        """delete from stuck_steps where workflow_id = $1 and run_id = $2 and activity_id = $3
           and ($4::timestamptz is null or last_failed_at <= $4)""",
        workflow_id,
        run_id,
        activity_id,
        unless_after,
    )


async def listed(tenant: Connection) -> list[StuckStep]:
    """The shop's stuck steps, those that fail for longest first; at most 200."""
    rows = await tenant.fetch(f"{_STUCK} order by first_failed_at, workflow_id, activity_id limit {_MOST}")
    return _from_rows(rows)


async def find(tenant: Connection, workflow_id: str, activity_id: str) -> StuckStep | None:
    """The stuck step of that id, if the shop has one."""
    row = await tenant.fetchrow(f"{_STUCK} where workflow_id = $1 and activity_id = $2", workflow_id, activity_id)
    return StuckStep.model_validate(dict(row)) if row else None


async def of_conversation(tenant: Connection, conversation_id: ConversationId) -> list[StuckStep]:
    """What holds up one conversation: a step of its own, or of a message that is to go out in it."""
    rows = await tenant.fetch(f"{_STUCK} where conversation_id = $1 order by first_failed_at", conversation_id)
    return _from_rows(rows)


def _from_rows(rows: Sequence[asyncpg.Record]) -> list[StuckStep]:
    return [StuckStep.model_validate(dict(row)) for row in rows]

"""Hand-overs as rows: one open one a conversation. HandoffWorkflow keeps the deadlines; people look at the row."""

from datetime import datetime

import asyncpg

from domain.conversation import HandoffReason
from domain.frozen import Frozen
from domain.handoffs import Deadline, DueKind, HandoffState
from domain.ids import ConversationId, HandoffId, OperatorId
from storage.database import Connection

_COLUMNS = """id, conversation_id, reason, detail, state, operator_id, opened_at, claimed_at, first_answer_at,
    waiting_since, due_kind, due_at, summary, ended_at, ended_by"""


class Handoff(Frozen):
    """A row of `handoffs`. `waiting_since` is None while nobody waits for a person's word."""

    id: HandoffId
    conversation_id: ConversationId
    reason: HandoffReason
    detail: str
    state: HandoffState
    operator_id: OperatorId | None
    opened_at: datetime
    claimed_at: datetime | None
    first_answer_at: datetime | None
    waiting_since: datetime | None
    due: Deadline | None
    summary: str | None
    ended_at: datetime | None
    ended_by: str | None


async def open_one(
    tenant: Connection, conversation_id: ConversationId, reason: HandoffReason, detail: str = ""
) -> None:
    """The conversation has a hand-over from now on; one that is open stays as it is.

    Nobody waits where somebody has just answered, on the shop's phone or by taking the conversation over.
    """
    is_served = reason in (HandoffReason.ANSWERED_ON_PHONE, HandoffReason.TAKEN_BY_OPERATOR)
    await tenant.execute(
        """insert into handoffs (organization_id, conversation_id, reason, detail, state, claimed_at, waiting_since,
               first_answer_at)
           select organization_id, id, $2::varchar, $3, $4::varchar, case when $5::boolean then clock_timestamp() end,
                  case when not $5::boolean then clock_timestamp() end,
                  case when $2::varchar = 'answered_on_phone' then clock_timestamp() end
           from conversations where id = $1
           on conflict (conversation_id) where ended_at is null do nothing""",
        conversation_id,
        reason.value,
        detail,
        HandoffState.CLAIMED if is_served else HandoffState.WAITING,
        is_served,
    )


async def find_open(tenant: Connection, conversation_id: ConversationId, *, for_change: bool = False) -> Handoff | None:
    """The conversation's open hand-over; None while the AI has it."""
    row = await tenant.fetchrow(
        f"""select {_COLUMNS} from handoffs where conversation_id = $1 and ended_at is null
            {"for update" if for_change else ""}""",
        conversation_id,
    )
    return _from_row(row) if row else None


async def get(tenant: Connection, handoff_id: HandoffId, *, for_change: bool = False) -> Handoff | None:
    """The hand-over of that id."""
    row = await tenant.fetchrow(
        f"select {_COLUMNS} from handoffs where id = $1 {'for update' if for_change else ''}", handoff_id
    )
    return _from_row(row) if row else None


async def newest(tenant: Connection, conversation_id: ConversationId) -> Handoff | None:
    """The conversation's last hand-over, open or ended."""
    row = await tenant.fetchrow(
        f"select {_COLUMNS} from handoffs where conversation_id = $1 order by opened_at desc, id desc limit 1",
        conversation_id,
    )
    return _from_row(row) if row else None


async def note_standing(
    tenant: Connection,
    handoff_id: HandoffId,
    *,
    state: HandoffState,
    operator_id: OperatorId | None,
    waiting_since: datetime | None,
    due: Deadline | None,
) -> None:
    """What the workflow knows, for people to see; an ended hand-over stays as it ended."""
    await tenant.execute(
        """update handoffs set state = $2::varchar, operator_id = $3, waiting_since = $4, due_kind = $5::varchar,
               due_at = $6,
               claimed_at = case when $2::varchar = 'claimed' then coalesce(claimed_at, clock_timestamp()) end
           where id = $1 and ended_at is null
             and (state, operator_id, waiting_since, due_kind, due_at)
                 is distinct from ($2::varchar, $3, $4, $5::varchar, $6)""",
        handoff_id,
        state,
        operator_id,
        waiting_since,
        due.kind if due else None,
        due.at if due else None,
    )


async def note_answer(tenant: Connection, conversation_id: ConversationId) -> None:
    """A person has answered, and whoever waited waits no more; when they first did, stays."""
    await tenant.execute(
        """update handoffs set first_answer_at = coalesce(first_answer_at, clock_timestamp()), waiting_since = null
           where conversation_id = $1 and ended_at is null""",
        conversation_id,
    )


async def keep_summary(tenant: Connection, handoff_id: HandoffId, summary: str) -> None:
    """What the model makes of the conversation, for whoever takes over; the last one counts."""
    await tenant.execute("update handoffs set summary = $2 where id = $1", handoff_id, summary)


async def end(tenant: Connection, conversation_id: ConversationId, state: HandoffState, *, by: str) -> None:
    """The open hand-over is over; one that ended before stays as it was."""
    await tenant.execute(
        """update handoffs set state = $2, ended_at = clock_timestamp(), ended_by = left($3, 255), due_kind = null,
               due_at = null, waiting_since = null
           where conversation_id = $1 and ended_at is null""",
        conversation_id,
        state,
        by,
    )


def _from_row(row: asyncpg.Record) -> Handoff:
    fields = dict(row)
    kind, at = fields.pop("due_kind"), fields.pop("due_at")
    if fields["reason"] not in set(HandoffReason):
        fields["reason"] = HandoffReason.ALREADY_WAITING
    return Handoff(**fields, due=Deadline(kind=DueKind(kind), at=at) if kind else None)

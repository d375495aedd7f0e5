"""Internal notes on a conversation: for the shop's people, never for the customer, never for the model."""

from datetime import datetime

from domain.frozen import Frozen
from domain.ids import ConversationId, NoteId, OperatorId, OrganizationId
from storage.database import Connection


class Note(Frozen):
    """A row of `conversation_notes`; `author` is None where whoever wrote it is gone."""

    id: NoteId
    content: str
    author: str | None
    created_at: datetime


async def write(
    tenant: Connection,
    organization_id: OrganizationId,
    conversation_id: ConversationId,
    note_id: NoteId,
    *,
    operator_id: OperatorId,
    content: str,
) -> None:
    """Keep it. Idempotent by its id, which whoever wrote it has chosen: a second run finds the note."""
    await tenant.execute(
        """insert into conversation_notes (id, organization_id, conversation_id, operator_id, content)
           values ($1, $2, $3, $4, $5) on conflict (id) do nothing""",
        note_id,
        organization_id,
        conversation_id,
        operator_id,
        content,
    )


async def of_conversation(tenant: Connection, conversation_id: ConversationId, limit: int = 100) -> list[Note]:
    """The last notes on a conversation, oldest first."""
    rows = await tenant.fetch(
        """select * from (
               select n.id, n.content, o.name author, n.created_at from conversation_notes n
                   left join operators o on o.id = n.operator_id
               where n.conversation_id = $1 order by n.created_at desc, n.id limit $2) last
           order by created_at, id""",
        conversation_id,
        limit,
    )
    return [Note(**dict(row)) for row in rows]

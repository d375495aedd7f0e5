"""What Aurora remembers of a conversation beyond the messages she is shown."""

from collections.abc import Sequence

from domain.conversation import Sender
from domain.frozen import Frozen
from domain.ids import ConversationId, OrganizationId
from storage.database import Connection


class Memory(Frozen):
    """A row of `conversation_memories`; everything up to `until_seq` is in the summary. None yet: "" and 0."""

    summary: str = ""
    until_seq: int = 0


class Past(Frozen):
    """A message that is to be summarised."""

    seq: int
    sender: Sender
    content: str


async def get(tenant: Connection, conversation_id: ConversationId) -> Memory:
    """What is remembered of a conversation."""
    row = await tenant.fetchrow(
        "select summary, until_seq from conversation_memories where conversation_id = $1", conversation_id
    )
    return Memory(summary=row["summary"], until_seq=row["until_seq"]) if row else Memory()


async def is_due(tenant: Connection, conversation_id: ConversationId, *, beyond: int) -> bool:
    """Whether more than so many messages are in no summary yet."""
    count: int = await tenant.fetchval(
        """select count(*) from (select from messages where conversation_id = $1 and seq > coalesce((
               select until_seq from conversation_memories where conversation_id = $1), 0) limit $2) fresh""",
        conversation_id,
        beyond + 1,
    )
    return count > beyond


async def past(
    tenant: Connection, conversation_id: ConversationId, *, after: int, but_last: int, most: int
) -> Sequence[Past]:
    """The oldest messages after `after`, in order, without the conversation's last ones and without failed ones."""
    rows = await tenant.fetch(
        """select seq, sender, content from messages where conversation_id = $1 and seq > $2 and status <> 'failed'
               and seq <= (select seq from messages where conversation_id = $1 and status <> 'failed'
                           order by seq desc offset $3 limit 1)
           order by seq limit $4""",
        conversation_id,
        after,
        but_last,
        most,
    )
    return [Past(seq=row["seq"], sender=Sender(row["sender"]), content=row["content"]) for row in rows]


async def keep(
    tenant: Connection, organization_id: OrganizationId, conversation_id: ConversationId, memory: Memory
) -> None:
    """Remember this; an older summary than what is there changes nothing."""
    await tenant.execute(
        """insert into conversation_memories (organization_id, conversation_id, summary, until_seq)
           values ($1, $2, $3, $4)
           on conflict (conversation_id) do update set summary = excluded.summary, until_seq = excluded.until_seq,
               made_at = clock_timestamp() where conversation_memories.until_seq < excluded.until_seq""",
        organization_id,
        conversation_id,
        memory.summary,
        memory.until_seq,
    )

"""What customers and owners wrote: stored once, however often it is delivered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg

from domain.conversation import HandledAs, Sender, StoredMessage
from domain.events import InboundMessage, MessageKind
from domain.frozen import Frozen
from domain.ids import ConversationId, InstanceId, MessageId, OrganizationId, TurnId
from storage.database import Connection

_PREVIEW = 120


class Recorded(Frozen):
    """An inbound message as it stands in the database; `handled_as` is None while it still wants an answer."""

    id: MessageId
    message: InboundMessage
    handled_as: HandledAs | None


async def record(
    tenant: Connection,
    organization_id: OrganizationId,
    conversation_id: ConversationId,
    instance_id: InstanceId,
    messages: Sequence[InboundMessage],
    sender: Sender,
) -> list[Recorded]:
    """Store `messages` in the order given. Idempotent by (instance, provider's id): a redelivery finds its row.

    What comes back of a message that was stored before has the stored text: whoever carried it may have shortened it.
    """
    recorded: list[Recorded] = []
    fresh = 0
    for message in messages:
        row = await tenant.fetchrow(
            """insert into messages
                   (organization_id, conversation_id, whatsapp_instance_id, whatsapp_message_id, direction, sender,
                    sender_phone, content, message_type, provider_type, status, address, sent_at, late)
               values ($1, $2, $3, $4, 'inbound', $5, $6, $7, $8, $9, 'received', $10, $11, $12)
               on conflict (whatsapp_instance_id, whatsapp_message_id) do nothing returning id, handled_as""",
            organization_id,
            conversation_id,
            instance_id,
            message.provider_message_id,
            sender,
            next((a.value for a in message.addresses if a.kind == "phone"), None),
            message.text,
            message.kind,
            message.provider_type,
            message.reply_to,
            message.sent_at,
            message.late,
        )
        if row is None:
            row = await tenant.fetchrow(
                """select id, handled_as, content from messages
                   where whatsapp_instance_id = $1 and whatsapp_message_id = $2""",
                instance_id,
                message.provider_message_id,
            )
            assert row is not None
            message = message.model_copy(update={"text": row["content"]})
        else:
            fresh += 1
        handled = HandledAs(row["handled_as"]) if row["handled_as"] else None
        recorded.append(Recorded(id=MessageId(row["id"]), message=message, handled_as=handled))
    if fresh:
        await tenant.execute(
            """update conversations set last_message_at = now(), last_message_preview = $2,
               unread_count = unread_count + $3 where id = $1""",
            conversation_id,
            (messages[-1].text or f"[{messages[-1].kind}]")[:_PREVIEW],
            fresh,
        )
    return recorded


async def mark_handled(tenant: Connection, message_ids: Sequence[MessageId], handled_as: HandledAs) -> None:
    """Note what became of these messages; what was noted first stays."""
    await tenant.execute(
        """update messages set handled_as = $2::varchar, handled_at = now(), processed_by_ai = $2::varchar = 'answered'
           where id = any($1) and handled_as is null""",
        message_ids,
        handled_as,
    )


async def mark_all_handled(
    tenant: Connection,
    conversation_id: ConversationId,
    handled_as: HandledAs,
    *,
    until: datetime | None = None,
    through: Sequence[str] | None = None,
) -> None:
    """Note it for every message of the conversation that still waits, sent up to `until`, or stored no later than the
    last of `through` (the provider's ids): a person has answered."""
    await tenant.execute(
        """update messages set handled_as = $2, handled_at = now()
           where conversation_id = $1 and direction = 'inbound' and handled_as is null
             and ($3::timestamptz is null or sent_at is null or sent_at <= $3)
             and ($4::varchar[] is null or seq <= (
                 select max(seq) from messages where conversation_id = $1 and whatsapp_message_id = any($4)))""",
        conversation_id,
        handled_as,
        until,
        through,
    )


async def history(tenant: Connection, conversation_id: ConversationId, limit: int = 20) -> list[StoredMessage]:
    """The last `limit` messages of the conversation, oldest first, each once; no failed ones."""
    rows = await tenant.fetch(
        """select id, sender, content, message_type, provider_type, created_at from (
               select * from messages where conversation_id = $1 and status <> 'failed' order by seq desc limit $2) last
           order by seq""",
        conversation_id,
        limit,
    )
    return [_from_row(row) for row in rows]


class LastWord(Frozen):
    """What the customer wrote since `asked` was sent to them, all parts of it; `answering` is its turn, or None for a
    person's words. `is_all_text`: no voice message, picture or the like came with it, which may say otherwise."""

    texts: tuple[str, ...]
    answering: TurnId | None
    asked: str
    is_all_text: bool = True


async def last_word(tenant: Connection, conversation_id: ConversationId) -> LastWord:
    """The customer's answer to what was sent last: what came after it, also by the channel's clock.

    A message that was on its way when ours was sent answers nothing of ours. What was sent last counts, not what was
    written last: a reminder may have waited for the shop's number. A reply of which a part was not sent asked nothing.
    """
    rows = await tenant.fetch(
        """with ours as (
               select seq, turn_id, sent_at, content from (
                   select * from messages where conversation_id = $1 and direction = 'outbound'
                       and status in ('sent', 'delivered', 'read') order by seq desc limit 20) newest
               order by date_trunc('second', coalesce(sent_at, created_at)) desc, seq desc limit 1)
           select case when not exists (
                   select from messages where turn_id = o.turn_id and status not in ('sent', 'delivered', 'read'))
               then o.turn_id end turn_id, m.content, m.message_type, coalesce((
                   select string_agg(content, E'\n' order by part) from messages
                   where turn_id = o.turn_id and status in ('sent', 'delivered', 'read')), o.content) asked
           from (select) one left join ours o on true
               left join messages m on m.conversation_id = $1 and m.direction = 'inbound'
                   and (o.seq is null or m.seq > o.seq
                        and (m.sent_at is null or m.sent_at >= date_trunc('second', o.sent_at)))
           order by m.seq""",
        conversation_id,
    )
    return LastWord(
        texts=tuple(row["content"] for row in rows if row["message_type"] == MessageKind.TEXT),
        answering=TurnId(rows[0]["turn_id"]) if rows[0]["turn_id"] else None,
        asked=rows[0]["asked"] or "",
        is_all_text=all(row["message_type"] in (None, MessageKind.TEXT) for row in rows),
    )


async def written_since(
    tenant: Connection, conversation_id: ConversationId, since: datetime, *, most: int
) -> list[str]:
    """The last texts that were written to us after a moment of the database's clock, oldest first."""
    rows = await tenant.fetch(
        """select content from (
               select content, seq from messages where conversation_id = $1 and direction = 'inbound'
                   and message_type = 'text' and created_at > $2 order by seq desc limit $3) last
           order by seq""",
        conversation_id,
        since,
        most,
    )
    return [row["content"] for row in rows]


async def sent_since(
    tenant: Connection, conversation_id: ConversationId, since: datetime
) -> list[tuple[datetime, str]]:
    """What was sent in a conversation after a moment of the database's clock, and when, oldest first."""
    rows = await tenant.fetch(
        """select created_at, content from messages where conversation_id = $1 and direction = 'outbound'
           and status in ('sent', 'delivered', 'read') and created_at > $2 order by seq""",
        conversation_id,
        since,
    )
    return [(row["created_at"], row["content"]) for row in rows]


async def answers_within(tenant: Connection, conversation_id: ConversationId, window: timedelta) -> int:
    """How many turns the AI has answered in this conversation in the last `window`."""
    count: int = await tenant.fetchval(
        """select count(distinct turn_id) from messages where conversation_id = $1 and direction = 'outbound'
           and sender in ('ai', 'system') and created_at > now() - $2::interval""",
        conversation_id,
        window,
    )
    return count


def _from_row(row: asyncpg.Record) -> StoredMessage:
    return StoredMessage(
        id=MessageId(row["id"]),
        sender=Sender(row["sender"]),
        content=row["content"],
        message_type=row["message_type"],
        provider_type=row["provider_type"],
        created_at=row["created_at"],
    )


class Whereabouts(Frozen):
    """The conversation a message is in, and that conversation's key."""

    conversation_id: ConversationId
    key: str


async def conversation_of(tenant: Connection, provider_message_id: str) -> Whereabouts | None:
    """Where the shop keeps a message of that provider's id, in or out; None when it has none such."""
    row = await tenant.fetchrow(
        """select m.conversation_id, c.conversation_key as key from messages m
               join conversations c on c.id = m.conversation_id
           where m.whatsapp_message_id = $1 and m.whatsapp_instance_id in (select id from whatsapp_instances)
           order by m.seq desc limit 1""",
        provider_message_id,
    )
    return Whereabouts.model_validate(dict(row)) if row else None

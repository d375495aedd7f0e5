"""Conversations: one a contact, WhatsApp number and audience, for ever."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from domain.addresses import Address
from domain.conversation import Audience, Conversation, ConversationStatus, HandoffReason
from domain.frozen import Frozen
from domain.handoffs import HandoffState
from domain.ids import ContactId, ConversationId, InstanceId, OrganizationId
from domain.instances import InstanceKind
from storage import handoffs
from storage.contacts import contacts_with
from storage.database import Connection

_COLUMNS = "id, contact_id, audience, status, ai_enabled"


async def key_of(tenant: Connection, instance_id: InstanceId, addresses: Sequence[Address]) -> str | None:
    """The key under which the conversation of any of these addresses runs already; the oldest, where there are several.

    A person first seen under a lid keeps the conversation when the phone becomes known.
    """
    key: str | None = await tenant.fetchval(
        f"""select conversation_key from conversations
            where whatsapp_instance_id = $1 and contact_id = any({contacts_with(2, 3)})
            order by created_at, id limit 1""",
        instance_id,
        [a.kind for a in addresses],
        [a.value for a in addresses],
    )
    return key


async def upsert(
    tenant: Connection,
    organization_id: OrganizationId,
    *,
    contact_id: ContactId,
    instance_id: InstanceId,
    audience: Audience,
    conversation_key: str,
) -> Conversation:
    """The conversation of that contact, number and audience. Idempotent: a second run finds the row of the first."""
    row = await tenant.fetchrow(
        f"""insert into conversations (organization_id, contact_id, whatsapp_instance_id, audience, conversation_key)
            values ($1, $2, $3, $4, $5)
            on conflict (whatsapp_instance_id, contact_id, audience) do update set
                status = case when conversations.status in ('resolved', 'archived') then 'active'
                              else conversations.status end
            returning {_COLUMNS}""",
        organization_id,
        contact_id,
        instance_id,
        audience,
        conversation_key,
    )
    assert row is not None
    return _from_row(row)


async def get(tenant: Connection, conversation_id: ConversationId) -> Conversation:
    """The conversation of that id; LookupError when the shop has none such."""
    row = await tenant.fetchrow(f"select {_COLUMNS} from conversations where id = $1", conversation_id)
    if row is None:
        raise LookupError(f"the shop has no conversation {conversation_id}")
    return _from_row(row)


async def hand_over(
    tenant: Connection, conversation_id: ConversationId, reason: HandoffReason, detail: str = ""
) -> None:
    """From now on a person has the conversation. A second run keeps the first one's time, and its hand-over."""
    await tenant.execute(
        """update conversations set status = 'waiting_human', handoff_since = coalesce(handoff_since, now()),
               handoff_reason = case when status = 'waiting_human' then handoff_reason else $2 end
           where id = $1""",
        conversation_id,
        f"{reason}: {detail}" if detail else reason,
    )
    await handoffs.open_one(tenant, conversation_id, reason, detail)


async def resume(
    tenant: Connection, conversation_id: ConversationId, *, by: str = "operator", resolved: bool = False
) -> None:
    """The AI has the conversation again: at once, or from the next message on where the matter is `resolved`."""
    await tenant.execute(
        "update conversations set status = $2, handoff_since = null, handoff_reason = null where id = $1",
        conversation_id,
        ConversationStatus.RESOLVED if resolved else ConversationStatus.ACTIVE,
    )
    await handoffs.end(tenant, conversation_id, HandoffState.RESOLVED if resolved else HandoffState.RELEASED, by=by)


async def set_ai_enabled(tenant: Connection, conversation_id: ConversationId, enabled: bool) -> bool:
    """Let the AI answer in this conversation or not; whether there is such a conversation."""
    done = await tenant.execute("update conversations set ai_enabled = $2 where id = $1", conversation_id, enabled)
    return done == "UPDATE 1"


async def of_customer(tenant: Connection, contact_id: ContactId) -> list[Conversation]:
    """The conversations a contact has as a customer, one a number of the shop."""
    rows = await tenant.fetch(
        f"select {_COLUMNS} from conversations where contact_id = $1 and audience = 'customer' order by created_at, id",
        contact_id,
    )
    return [_from_row(row) for row in rows]


async def waiting(tenant: Connection) -> list[asyncpg.Record]:
    """The conversations that a person has, longest waiting first, with the contact's name."""
    return list(
        await tenant.fetch(
            """select c.id, ct.name, c.conversation_key, c.handoff_reason, c.handoff_since, c.last_message_preview
               from conversations c join contacts ct on ct.id = c.contact_id
               where c.status = 'waiting_human' order by c.handoff_since"""
        )
    )


CLOUD_WINDOW = timedelta(hours=24)
"""Meta takes free text this long after the customer's last message; later only templates."""


async def window(tenant: Connection, conversation_id: ConversationId) -> timedelta | None:
    """How long from the customer's last message on we may write freely; None: for ever."""
    kind = await tenant.fetchval(
        "select i.kind from conversations c join whatsapp_instances i on i.id = c.whatsapp_instance_id where c.id = $1",
        conversation_id,
    )
    return CLOUD_WINDOW if kind == InstanceKind.CLOUD else None


async def last_written(tenant: Connection, conversation_id: ConversationId) -> datetime | None:
    """When the customer last wrote, by the channel's clock."""
    at: datetime | None = await tenant.fetchval(
        """select coalesce(sent_at, created_at) from messages where conversation_id = $1 and direction = 'inbound'
           order by seq desc limit 1""",
        conversation_id,
    )
    return at


class Reach(Frozen):
    """Where a contact can be written to: the conversation, and the address that last wrote in it."""

    conversation_id: ConversationId
    instance_id: InstanceId
    address: str


async def reach(
    tenant: Connection,
    contact_id: ContactId,
    preferred: ConversationId | None = None,
    *,
    audience: Audience = Audience.CUSTOMER,
) -> Reach | None:
    """The contact's conversation to write in: the preferred one, else the last; None when they never wrote."""
    row = await tenant.fetchrow(
        """select c.id, c.whatsapp_instance_id, m.address from conversations c, lateral (
               select address from messages where conversation_id = c.id and direction = 'inbound'
               order by seq desc limit 1) m
           where c.contact_id = $1 and c.audience = $3
           order by c.id is not distinct from $2 desc, c.last_message_at desc nulls last limit 1""",
        contact_id,
        preferred,
        audience,
    )
    if row is None:
        return None
    return Reach(
        conversation_id=ConversationId(row["id"]),
        instance_id=InstanceId(row["whatsapp_instance_id"]),
        address=row["address"],
    )


class Execution(Frozen):
    """What a conversation's workflow is started with, and whom it serves."""

    key: str
    instance_id: InstanceId
    settle_seconds: float
    audience: Audience
    status: ConversationStatus


async def execution(tenant: Connection, conversation_id: ConversationId) -> Execution | None:
    """Under what a conversation runs; None when the shop has none such."""
    row = await tenant.fetchrow(
        """select c.conversation_key, c.whatsapp_instance_id, s.settle_seconds, c.audience, c.status
           from conversations c join organization_settings s on s.organization_id = c.organization_id
           where c.id = $1""",
        conversation_id,
    )
    if row is None:
        return None
    return Execution(
        key=row["conversation_key"],
        instance_id=InstanceId(row["whatsapp_instance_id"]),
        settle_seconds=float(row["settle_seconds"]),
        audience=Audience(row["audience"]),
        status=ConversationStatus(row["status"]),
    )


def lateral_of_key(key: str) -> str:
    """SQL for a join: id and contact_id of the conversation of a key (an expression; null or unknown: no row).

    Somebody who is an owner and a customer, too, has two of one key: that in which something was said last.
    """
    return f"""lateral (
        select id, contact_id from conversations
        where conversation_key = ({key})::char(32) and whatsapp_instance_id in (select id from whatsapp_instances)
        order by last_message_at desc nulls last limit 1)"""


async def key_by_id(tenant: Connection, conversation_id: UUID) -> str | None:
    """The workflow key of a conversation, or None when the shop has none such."""
    key: str | None = await tenant.fetchval("select conversation_key from conversations where id = $1", conversation_id)
    return key


def _from_row(row: asyncpg.Record) -> Conversation:
    return Conversation(
        id=ConversationId(row["id"]),
        contact_id=ContactId(row["contact_id"]),
        audience=Audience(row["audience"]),
        status=ConversationStatus(row["status"]),
        ai_enabled=row["ai_enabled"],
    )

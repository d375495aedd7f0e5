"""What leaves the shop: a row before it is a message, and the ledger that tells our own echo from a person's typing.

pending ──▶ sending ──▶ sent ──▶ delivered ──▶ read
   ▲           │  └────▶ failed
   └───────────┘ (certainly not sent)
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.addresses import Address
from domain.charts import Chart
from domain.conversation import Sender
from domain.events import DeliveryStatus, MessageKind, ShopMessageSeen, StatusChanged
from domain.frozen import Frozen
from domain.ids import ConversationId, InstanceId, MessageId, OperatorId, OrganizationId, TurnId
from storage import alerts
from storage.contacts import contacts_with
from storage.database import Connection

_COLUMNS = "id, status, content, address, whatsapp_message_id, created_at, picture"


class OutboundMessage(Frozen):
    """A row of the outbox. `reference` is what the channel is told as our own id of it.

    Where there is a `picture`, that is sent, and `content` is its caption.
    """

    id: MessageId
    status: DeliveryStatus
    content: str
    address: str
    whatsapp_message_id: str | None
    created_at: datetime
    picture: Chart | None = None

    @property
    def reference(self) -> str:
        """Stable over retries, shaped like a WhatsApp message id, and nobody else's."""
        return "AUZ" + self.id.hex.upper()


async def enqueue(
    tenant: Connection,
    organization_id: OrganizationId,
    conversation_id: ConversationId,
    instance_id: InstanceId,
    *,
    turn_id: TurnId,
    address: str,
    parts: Sequence[str],
    sender: Sender,
    pictures: Sequence[Chart] = (),
    operator_id: OperatorId | None = None,
) -> list[OutboundMessage]:
    """The rows of a turn's reply, the text's parts and then the pictures, in order.

    Idempotent by (turn, part): a second run finds the first one's.
    """
    contents: list[tuple[MessageKind, str, str | None]] = [
        *((MessageKind.TEXT, text, None) for text in parts),
        *((MessageKind.IMAGE, chart.title, chart.model_dump_json()) for chart in pictures),
    ]
    await tenant.executemany(
        """insert into messages (organization_id, conversation_id, whatsapp_instance_id, direction, sender, content,
            from_me,
               sent_by_ai, status, address, turn_id, part, message_type, provider_type, picture, operator_id)
           values ($1, $2, $3, 'outbound', $4, $5, true, $9, 'pending', $6, $7, $8, $10, $10, $11, $12)
           on conflict (turn_id, part) do nothing""",
        [
            (
                organization_id,
                conversation_id,
                instance_id,
                sender,
                content,
                address,
                turn_id,
                part,
                sender is Sender.AI,
                kind,
                picture,
                operator_id,
            )
            for part, (kind, content, picture) in enumerate(contents)
        ],
    )
    return await of_turn(tenant, turn_id)


async def of_turn(tenant: Connection, turn_id: TurnId) -> list[OutboundMessage]:
    """The rows of a turn's reply, in order."""
    rows = await tenant.fetch(f"select {_COLUMNS} from messages where turn_id = $1 order by part", turn_id)
    return [_from_row(row) for row in rows]


async def move(tenant: Connection, message_id: MessageId, *, to: DeliveryStatus, error: str | None = None) -> None:
    """Set the status of a message that was not sent yet."""
    await tenant.execute(
        "update messages set status = $2, error = $3 where id = $1 and status in ('pending', 'sending')",
        message_id,
        to,
        error,
    )


async def give_up(tenant: Connection, turn_id: TurnId, error: str) -> None:
    """What is left of a turn's reply is not sent any more."""
    await tenant.execute(
        "update messages set status = 'failed', error = $2 where turn_id = $1 and status in ('pending', 'sending')",
        turn_id,
        error,
    )


async def mark_sent(
    tenant: Connection, message: OutboundMessage, instance_id: InstanceId, provider_message_id: str
) -> None:
    """The channel took it under that id. Statuses that were reported before we knew the id are applied now."""
    await _take_turn(tenant, instance_id, provider_message_id)
    receipt = await tenant.fetchrow(
        """select status, error from delivery_receipts where whatsapp_instance_id = $1 and whatsapp_message_id = $2""",
        instance_id,
        provider_message_id,
    )
    status = DeliveryStatus.SENT
    if receipt is not None and DeliveryStatus(receipt["status"]).rank > status.rank:
        status = DeliveryStatus(receipt["status"])
    await tenant.execute(
        """update messages set status = $3, error = $4, sent_at = coalesce(sent_at, now()),
               whatsapp_message_id = (select $2::varchar where not exists (
                   select from messages where whatsapp_instance_id = $5 and whatsapp_message_id = $2::varchar))
           where id = $1 and status in ('pending', 'sending')""",
        message.id,
        provider_message_id,
        status,
        receipt["error"] if receipt and status is DeliveryStatus.FAILED else None,
        instance_id,
    )
    if status is DeliveryStatus.FAILED:
        await alerts.raise_delivery_failed(tenant, message.id, receipt["error"] if receipt else None)
    await tenant.execute(
        """update conversations c set last_message_at = now(), last_message_preview = left($2, 120), unread_count = 0
           from messages m where m.id = $1 and c.id = m.conversation_id""",
        message.id,
        message.content,
    )


async def apply_status(
    tenant: Connection, organization_id: OrganizationId, instance_id: InstanceId, change: StatusChanged
) -> None:
    """Keep a reported status, and move the message it belongs to forward; it never goes back."""
    await _take_turn(tenant, instance_id, change.provider_message_id)
    await tenant.execute(
        """insert into delivery_receipts
               (organization_id, whatsapp_instance_id, whatsapp_message_id, status, rank, error)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (whatsapp_instance_id, whatsapp_message_id) do update
               set status = excluded.status, rank = excluded.rank, error = excluded.error, reported_at = now()
               where excluded.rank > delivery_receipts.rank""",
        organization_id,
        instance_id,
        change.provider_message_id,
        change.status,
        change.status.rank,
        change.error,
    )
    row = await tenant.fetchrow(
        f"""select {_COLUMNS} from messages where direction = 'outbound' and whatsapp_instance_id = $1
            and (whatsapp_message_id = $2 or (whatsapp_message_id is null and id = $3)) for update""",
        instance_id,
        change.provider_message_id,
        _id_in_reference(change.our_reference),
    )
    if row is None:
        return
    message = _from_row(row)
    if message.status in (DeliveryStatus.PENDING, DeliveryStatus.SENDING):
        await mark_sent(tenant, message, instance_id, change.provider_message_id)
    elif change.status.rank > message.status.rank:
        await tenant.execute(
            "update messages set status = $2, error = $3 where id = $1", message.id, change.status, change.error
        )
        if change.status is DeliveryStatus.FAILED:
            await alerts.raise_delivery_failed(tenant, message.id, change.error)


async def claim_echo(tenant: Connection, instance_id: InstanceId, seen: ShopMessageSeen) -> bool:
    """Whether a message that left the shop's number is our own send.

    Known by its id; or, when the echo is here before the send call returned, by our reference in the id, or by a send
    under way of the same text to the same person, which then is known to have been sent. An echo that races with
    `mark_sent` waits for it, and is judged by the row as `mark_sent` left it.
    """
    await _take_turn(tenant, instance_id, seen.provider_message_id)
    row = await tenant.fetchrow(
        f"""select {_COLUMNS} from messages
            where id = any(array(
                    select id from messages where whatsapp_instance_id = $1 and whatsapp_message_id = $2
                    union all
                    select id from messages where id = $3
                    union all
                    select id from messages
                    where whatsapp_instance_id = $1 and direction = 'outbound' and status = 'sending' and content = $4
                      and conversation_id = any(array(
                          select id from conversations where contact_id = any({contacts_with(5, 6)})))))
              and whatsapp_instance_id = $1 and direction = 'outbound' and sender <> 'phone'
              and (whatsapp_message_id = $2 or id = $3 or status = 'sending')
            order by (whatsapp_message_id = $2 or id = $3) desc nulls last, seq limit 1 for update""",
        instance_id,
        seen.provider_message_id,
        _id_in_reference(seen.provider_message_id),
        seen.text,
        *_columns_of(seen.addresses),
    )
    if row is None:
        return False
    message = _from_row(row)
    if message.status in (DeliveryStatus.PENDING, DeliveryStatus.SENDING):
        await mark_sent(tenant, message, instance_id, seen.provider_message_id)
    return True


async def record_phone_message(
    tenant: Connection,
    organization_id: OrganizationId,
    conversation_id: ConversationId,
    instance_id: InstanceId,
    seen: ShopMessageSeen,
) -> None:
    """Store what somebody typed on the shop's own phone. Idempotent by the provider's id."""
    await tenant.execute(
        """insert into messages
               (organization_id, conversation_id, whatsapp_instance_id, whatsapp_message_id, direction, sender,
                content, message_type, from_me, status, address, sent_at)
           values ($1, $2, $3, $4, 'outbound', 'phone', $5, $6, true, 'sent', $7, $8)
           on conflict (whatsapp_instance_id, whatsapp_message_id) do nothing""",
        organization_id,
        conversation_id,
        instance_id,
        seen.provider_message_id,
        seen.text,
        seen.kind,
        seen.to,
        seen.sent_at,
    )


async def held_conversations(tenant: Connection, instance_id: InstanceId) -> list[str]:
    """The keys of the conversations whose reply waits for the shop's number to come back."""
    rows = await tenant.fetch(
        """select distinct c.conversation_key from messages m join conversations c on c.id = m.conversation_id
           where m.whatsapp_instance_id = $1 and m.direction = 'outbound' and m.status in ('pending', 'sending')""",
        instance_id,
    )
    return [row["conversation_key"] for row in rows]


async def _take_turn(tenant: Connection, instance_id: InstanceId, provider_message_id: str) -> None:
    """What is told of one message id is taken in one after the other; always locked before the message's row.

    A receipt and the send it belongs to, committed at the same moment, would not see each other.
    """
    await tenant.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 2))", f"{instance_id}|{provider_message_id}"
    )


def _columns_of(addresses: Sequence[Address]) -> tuple[list[str], list[str]]:
    return [a.kind for a in addresses], [a.value for a in addresses]


def _id_in_reference(reference: str | None) -> UUID | None:
    try:
        return UUID(hex=(reference or "").removeprefix("AUZ"))
    except ValueError:
        return None


def _from_row(row: asyncpg.Record) -> OutboundMessage:
    return OutboundMessage(
        id=MessageId(row["id"]),
        status=DeliveryStatus(row["status"]),
        content=row["content"],
        address=row["address"],
        whatsapp_message_id=row["whatsapp_message_id"],
        created_at=row["created_at"],
        picture=Chart.model_validate_json(row["picture"]) if row["picture"] is not None else None,
    )

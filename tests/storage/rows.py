"""Rows for the tests of the storage: customers and what they write."""

import asyncio
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.addresses import Address, AddressKind
from domain.charts import Chart
from domain.conversation import Audience, HandoffReason, Sender
from domain.events import DeliveryStatus, InboundMessage, MessageKind, ShopMessageSeen, StatusChanged
from domain.ids import (
    ContactId,
    ConversationId,
    NoteId,
    OperatorId,
    ProfessionalId,
    ReadyAnswerId,
    TurnId,
)
from domain.operators import OperatorRole
from domain.services import Service
from domain.shop import Pet, Species
from storage import (
    contacts,
    conversations,
    handoffs,
    inbound,
    notes,
    operator_sessions,
    operators,
    outbox,
    pets,
    professionals,
    ready_answers,
    services,
)
from storage.database import Connection
from storage.outbox import OutboundMessage
from storage.ready_answers import ReadyAnswer
from tests.shops import CUSTOMER, Shop

PHONE = Address(kind=AddressKind.PHONE, value=CUSTOMER)
LID = Address(kind=AddressKind.LID, value="123456789012345")
BSUID = Address(kind=AddressKind.BSUID, value="BR.1000000000000003")
NOON = datetime(2026, 11, 23, 15, tzinfo=UTC)
"""Noon of a Monday in São Paulo."""


@dataclass(frozen=True)
class Customer:
    """A contact and its conversation."""

    contact_id: ContactId
    conversation_id: ConversationId


def phone(number: int) -> Address:
    """Somebody's phone, a different one for each number."""
    return Address(kind=AddressKind.PHONE, value=f"55119{number:08d}")


async def customer(
    tenant: Connection, shop: Shop, *addresses: Address, audience: Audience = Audience.CUSTOMER, key: str | None = None
) -> Customer:
    """A customer with a conversation."""
    contact_id = await contacts.upsert(tenant, shop.organization_id, addresses or (PHONE,), None)
    conversation = await conversations.upsert(
        tenant,
        shop.organization_id,
        contact_id=contact_id,
        instance_id=shop.instance.id,
        audience=audience,
        conversation_key=key or uuid.uuid4().hex,
    )
    return Customer(contact_id, conversation.id)


def said(
    text: str, *, id_: str | None = None, address: Address = PHONE, kind: MessageKind = MessageKind.TEXT
) -> InboundMessage:
    """A message as a channel brings it."""
    return InboundMessage(
        provider_message_id=id_ or uuid.uuid4().hex,
        reply_to=f"{address.value}@s.whatsapp.net",
        addresses=(address,),
        kind=kind,
        text=text,
        sent_at=NOON,
    )


def seen(id_: str, text: str, *addresses: Address) -> ShopMessageSeen:
    """A message that left the shop's number."""
    people = addresses or (PHONE,)
    return ShopMessageSeen(
        provider_message_id=id_, to=f"{people[0].value}@s.whatsapp.net", addresses=people, text=text, sent_at=NOON
    )


def status(id_: str, to: DeliveryStatus, *, reference: str | None = None, error: str | None = None) -> StatusChanged:
    """A report of the channel."""
    return StatusChanged(provider_message_id=id_, status=to, our_reference=reference, error=error)


async def reply(
    tenant: Connection,
    shop: Shop,
    of: Customer,
    *parts: str,
    turn_id: TurnId | None = None,
    sender: Sender = Sender.AI,
    moved_to: DeliveryStatus | None = None,
    pictures: Sequence[Chart] = (),
) -> list[OutboundMessage]:
    """The outbox rows of a turn's reply."""
    rows = await outbox.enqueue(
        tenant,
        shop.organization_id,
        of.conversation_id,
        shop.instance.id,
        turn_id=turn_id or TurnId(uuid.uuid4()),
        address=f"{CUSTOMER}@s.whatsapp.net",
        parts=parts or ("Olá!",),
        sender=sender,
        pictures=pictures,
    )
    if moved_to is not None:
        for row in rows:
            await outbox.move(tenant, row.id, to=moved_to)
    return rows


async def told(
    tenant: Connection,
    shop: Shop,
    of: Customer,
    *parts: str,
    turn_id: TurnId | None = None,
    sender: Sender = Sender.AI,
) -> TurnId:
    """A reply that the channel has taken."""
    turn_id = turn_id or TurnId(uuid.uuid4())
    for row in await reply(tenant, shop, of, *parts, turn_id=turn_id, sender=sender):
        await outbox.mark_sent(tenant, row, shop.instance.id, uuid.uuid4().hex)
    return turn_id


async def wrote(
    tenant: Connection,
    shop: Shop,
    of: Customer,
    *texts: str,
    sent_at: datetime | None = None,
    kind: MessageKind = MessageKind.TEXT,
) -> None:
    """What the customer wrote, at this moment of the channel's clock unless another is named."""
    moment = sent_at or datetime.now(UTC)
    messages = [said(text, kind=kind).model_copy(update={"sent_at": moment}) for text in texts]
    await inbound.record(tenant, shop.organization_id, of.conversation_id, shop.instance.id, messages, Sender.CUSTOMER)


async def pet(
    tenant: Connection, shop: Shop, contact_id: ContactId, name: str = "Rex", breed: str | None = None
) -> Pet:
    """A dog."""
    return await pets.register(
        tenant,
        shop.organization_id,
        contact_id,
        name=name,
        species=Species.DOG,
        breed=breed,
        approximate_birth_date=None,
    )


async def service(tenant: Connection, name: str = "Banho") -> Service:
    """A service the shop sells."""
    return next(s for s in await services.active(tenant) if s.name == name)


async def insert_booking(
    tenant: Connection,
    shop: Shop,
    contact_id: ContactId,
    *,
    start: datetime,
    minutes: int = 60,
    professional: ProfessionalId | None = None,
    pet_id: uuid.UUID | None = None,
    status: str = "scheduled",
    service_name: str = "Banho",
) -> uuid.UUID:
    """A booking by plain SQL, past all our code."""
    professional_id = professional or (await professionals.active(tenant))[0].id
    wanted = await service(tenant, service_name)
    made: uuid.UUID = await tenant.fetchval(
        """insert into bookings (organization_id, contact_id, pet_id, service_id, professional_id, professional_number,
               booking_type, start_time, end_time, duration_minutes, price, status)
           select $1, $2, $3, $4, id, number, $5, $6, $7, $8, $9, $10 from professionals where id = $11 returning id""",
        shop.organization_id,
        contact_id,
        pet_id,
        wanted.id,
        wanted.category,
        start,
        start + timedelta(minutes=minutes),
        minutes,
        wanted.price,
        status,
        professional_id,
    )
    return made


async def people_rows(tenant: Connection, shop: Shop, of: Customer) -> OperatorId:
    """A row in every table of the people at work in the console, about that customer's conversation; the operator."""
    operator = await operators.add(
        tenant,
        shop.organization_id,
        email="ana@amigo-fiel.example",
        name="Ana",
        role=OperatorRole.ATTENDANT,
        password_hash="$argon2id$",
    )
    assert operator is not None
    await operator_sessions.begin(
        tenant, shop.organization_id, operator.id, secrets.token_hex(32), longest=timedelta(days=7)
    )
    await handoffs.open_one(tenant, of.conversation_id, HandoffReason.TAKEN_BY_OPERATOR)
    note_id = NoteId(uuid.uuid4())
    await notes.write(
        tenant, shop.organization_id, of.conversation_id, note_id, operator_id=operator.id, content="Prefere à tarde."
    )
    answer = ReadyAnswer(id=ReadyAnswerId(uuid.uuid4()), title="Endereço", content="Rua das Acácias, 100.")
    assert await ready_answers.add(tenant, shop.organization_id, answer)
    await tenant.execute(
        """insert into stuck_steps (organization_id, workflow_id, run_id, activity_id, activity, is_local, error_type,
               error, attempts)
           values ($1, $2, 'r', '1', 'send_message', false, 'ChannelUnavailable', 'fora do ar', 3)""",
        shop.organization_id,
        f"conversation/{uuid.uuid4().hex}",
    )
    return operator.id


async def owners_rows(tenant: Connection, shop: Shop, of: Customer, pet_id: uuid.UUID | None = None) -> None:
    """A row in every table of the owner's side, by plain SQL, about that customer and in their conversation."""
    owner = await tenant.fetchval("select id from aurora_owner_numbers order by created_at limit 1")
    order = await tenant.fetchval(
        """insert into owner_orders (organization_id, owner_number_id, conversation_id, kind, command, summary, turn_id,
               expires_at)
           values ($1, $2, $3, 'set_shop_ai', '{"enabled": false}', 'pausar', gen_random_uuid(), now()) returning id""",
        shop.organization_id,
        owner,
        of.conversation_id,
    )
    await tenant.execute(
        """insert into audit_log (organization_id, actor_kind, actor, owner_number_id, order_id, action, subject)
           values ($1, 'owner', 'Dona', $2, $3, 'set_shop_ai', 'a loja toda')""",
        shop.organization_id,
        owner,
        order,
    )
    letter = await tenant.fetchval(
        """insert into letters (organization_id, contact_id, purpose, content, expires_at, status)
           values ($1, $2, 'invitation', 'Vamos marcar?', now(), 'sent') returning id""",
        shop.organization_id,
        of.contact_id,
    )
    campaign = await tenant.fetchval(
        """insert into campaigns (organization_id, owner_number_id, service_id, first_day, last_day, status)
           select $1, $2, id, '2026-11-23', '2026-11-24', 'finished' from services limit 1 returning id""",
        shop.organization_id,
        owner,
    )
    await tenant.execute(
        """insert into invitations (organization_id, campaign_id, position, contact_id, pet_id, letter_id, status)
           values ($1, $2, 1, $3, $4, $5, 'sent')""",
        shop.organization_id,
        campaign,
        of.contact_id,
        pet_id,
        letter,
    )
    question = await tenant.fetchval(
        """insert into shop_questions (organization_id, conversation_id, contact_id, question, status, answer_by)
           values ($1, $2, $3, 'Tem estacionamento?', 'answered', now()) returning id""",
        shop.organization_id,
        of.conversation_id,
        of.contact_id,
    )
    await tenant.execute(
        """insert into knowledge (organization_id, question, question_folded, answer, question_id)
           values ($1, 'Tem estacionamento?', 'tem estacionamento', 'Tem, ao lado.', $2) on conflict do nothing""",
        shop.organization_id,
        question,
    )
    await tenant.execute(
        """insert into conversation_memories (organization_id, conversation_id, summary, until_seq)
           values ($1, $2, 'falou da agenda', 1)""",
        shop.organization_id,
        of.conversation_id,
    )


async def contents(tenant: Connection, conversation_id: ConversationId) -> Sequence[str]:
    """Every text of a conversation, in order."""
    rows = await tenant.fetch("select content from messages where conversation_id = $1 order by seq", conversation_id)
    return [row["content"] for row in rows]


async def until_somebody_waits(connection: Connection) -> None:
    """Return once another connection waits for a lock in this database; TimeoutError when none does in five seconds."""
    async with asyncio.timeout(5):
        while not await connection.fetchval(
            """select exists (select from pg_stat_activity
                              where datname = current_database() and wait_event_type = 'Lock')"""
        ):
            await connection.execute("select pg_stat_clear_snapshot()")
            await asyncio.sleep(0.005)

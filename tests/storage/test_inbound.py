"""What people wrote is stored once, and read back in order."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from domain.conversation import HandledAs, Sender
from domain.events import DeliveryStatus, InboundMessage, MessageKind
from domain.ids import ConversationId, TurnId
from storage import inbound
from storage.database import Database
from storage.inbound import Recorded
from tests.shops import Shop
from tests.storage.rows import LID, customer, reply, said


async def record(
    database: Database, shop: Shop, conversation_id: ConversationId, *messages: InboundMessage
) -> list[Recorded]:
    """One arrival of messages, in a transaction of its own."""
    async with database.tenant(shop.organization_id) as tenant:
        return await inbound.record(
            tenant, shop.organization_id, conversation_id, shop.instance.id, messages, Sender.CUSTOMER
        )


async def test_defect_07_a_redelivery_finds_its_row(database: Database, shop: Shop) -> None:
    """The same id is the same row, with what became of it; only what is new counts as unread."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
    (first,) = await record(database, shop, one.conversation_id, said("oi", id_="A"))
    async with database.tenant(shop.organization_id) as tenant:
        await inbound.mark_handled(tenant, [first.id], HandledAs.ANSWERED)
    again, new = await record(database, shop, one.conversation_id, said("oi de novo", id_="A"), said("e aí", id_="B"))
    assert (again.id, again.handled_as) == (first.id, HandledAs.ANSWERED)
    assert new.handled_as is None
    async with database.tenant(shop.organization_id) as tenant:
        rows = await tenant.fetch("select content, processed_by_ai, sender_phone, status from messages order by seq")
        phone = said("").addresses[0].value
        assert [tuple(row) for row in rows] == [("oi", True, phone, "received"), ("e aí", False, phone, "received")]
        row = await tenant.fetchrow("select unread_count, last_message_preview from conversations")
        assert row is not None
        assert tuple(row) == (2, "e aí")


async def test_defect_11_the_same_delivery_ten_times_at_once_is_one_row(database: Database, shop: Shop) -> None:
    """Each of the ten finds the one row."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
    found = await asyncio.gather(*(record(database, shop, one.conversation_id, said("oi", id_="A")) for _ in range(10)))
    assert len({recorded[0].id for recorded in found}) == 1
    async with database.tenant(shop.organization_id) as tenant:
        assert await tenant.fetchval("select unread_count from conversations") == 1


async def test_every_kind_of_message_is_stored(database: Database, shop: Shop) -> None:
    """Pictures without words, a sender without a phone, and a text of twenty thousand characters."""
    messages = [said("", kind=kind, address=LID) for kind in MessageKind] + [said("á🐾" * 10_000)]
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
    await record(database, shop, one.conversation_id, *messages)
    await record(database, shop, one.conversation_id, said("", kind=MessageKind.IMAGE))
    async with database.tenant(shop.organization_id) as tenant:
        stored = await inbound.history(tenant, one.conversation_id)
        assert [m.message_type for m in stored] == [*MessageKind, "text", "image"]
        assert stored[-2].content == "á🐾" * 10_000
        assert await tenant.fetchval("select last_message_preview from conversations") == "[image]"


async def test_defect_02_history_is_the_last_twenty_once(database: Database, shop: Shop) -> None:
    """The newest twenty, oldest first, each once, of this conversation; what was never sent is left out."""
    async with database.tenant(shop.organization_id) as tenant:
        one, other = await customer(tenant, shop), await customer(tenant, shop, LID)
    for n in range(15):
        await record(database, shop, one.conversation_id, said(f"pergunta {n}", id_=f"Q{n}"))
        async with database.tenant(shop.organization_id) as tenant:
            await reply(tenant, shop, one, f"resposta {n}", moved_to=DeliveryStatus.SENDING)
            await reply(tenant, shop, one, f"perdida {n}", moved_to=DeliveryStatus.FAILED)
    await record(database, shop, other.conversation_id, said("de outra pessoa"))
    await record(database, shop, one.conversation_id, said("pergunta 14", id_="Q14"))
    async with database.tenant(shop.organization_id) as tenant:
        stored = await inbound.history(tenant, one.conversation_id)
        assert [m.content for m in stored] == [f"{what} {n}" for n in range(5, 15) for what in ("pergunta", "resposta")]
        assert [m.sender for m in stored[:2]] == [Sender.CUSTOMER, Sender.AI]
        assert [m.content for m in await inbound.history(tenant, one.conversation_id, 1)] == ["resposta 14"]
        assert stored == sorted(stored, key=lambda m: m.created_at)


async def test_what_was_noted_first_stays(database: Database, shop: Shop) -> None:
    """A mark is never overwritten; a person's answer marks all that still waits, and no other conversation's."""
    async with database.tenant(shop.organization_id) as tenant:
        one, other = await customer(tenant, shop), await customer(tenant, shop, LID)
    a, b, c = await record(database, shop, one.conversation_id, *(said(x, id_=x) for x in "abc"))
    (elsewhere,) = await record(database, shop, other.conversation_id, said("d", id_="d"))
    async with database.tenant(shop.organization_id) as tenant:
        await reply(tenant, shop, one)
        await inbound.mark_handled(tenant, [a.id], HandledAs.TOO_LATE)
        await inbound.mark_handled(tenant, [a.id, b.id], HandledAs.ANSWERED)
        await inbound.mark_handled(tenant, [], HandledAs.ANSWERED)
        await inbound.mark_all_handled(tenant, one.conversation_id, HandledAs.HUMAN)
        rows = await tenant.fetch("select id, handled_as, processed_by_ai from messages where direction = 'inbound'")
        assert {row["id"]: (row["handled_as"], row["processed_by_ai"]) for row in rows} == {
            a.id: ("too_late", False),
            b.id: ("answered", True),
            c.id: ("human", False),
            elsewhere.id: (None, False),
        }
        assert await tenant.fetchval("select handled_as from messages where direction = 'outbound'") is None


@pytest.mark.parametrize("handled_as", list(HandledAs))
async def test_every_mark_is_one_the_database_knows(database: Database, shop: Shop, handled_as: HandledAs) -> None:
    """A mark added tomorrow needs its place in the table."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
    await record(database, shop, one.conversation_id, said("oi", id_="A"))
    async with database.tenant(shop.organization_id) as tenant:
        await inbound.mark_all_handled(tenant, one.conversation_id, handled_as)
    (found,) = await record(database, shop, one.conversation_id, said("oi", id_="A"))
    assert found.handled_as is handled_as


async def test_the_loop_breaker_counts_turns(database: Database, shop: Shop) -> None:
    """Parts of one reply count once, a person's typing not at all, nor what is older than the window."""
    async with database.tenant(shop.organization_id) as tenant:
        one, other = await customer(tenant, shop), await customer(tenant, shop, LID)
        await reply(tenant, shop, one, "parte 1", "parte 2", "parte 3")
        await reply(tenant, shop, one, "fixa", sender=Sender.SYSTEM)
        await reply(tenant, shop, one, "de gente", sender=Sender.HUMAN)
        await reply(tenant, shop, other, "a outra pessoa")
        old = TurnId(uuid.uuid4())
        await reply(tenant, shop, one, "antiga", turn_id=old)
        await tenant.execute("update messages set created_at = now() - interval '11 minutes' where turn_id = $1", old)
        assert await inbound.answers_within(tenant, one.conversation_id, timedelta(minutes=10)) == 2
        assert await inbound.answers_within(tenant, one.conversation_id, timedelta(minutes=12)) == 3

"""One conversation a contact, number and audience; a person who has it keeps it until it is given back."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from domain.conversation import Audience, Conversation, ConversationStatus, HandoffReason
from domain.ids import ConversationId
from storage import conversations
from storage.database import Database
from storage.instances import Instances
from tests.shops import Shop, open_shop
from tests.storage.rows import LID, PHONE, customer


async def test_defect_11_arrivals_at_once_share_one_conversation(database: Database, shop: Shop) -> None:
    """Twenty transactions, one row, the first one's key."""
    async with database.tenant(shop.organization_id) as tenant:
        first = await customer(tenant, shop, key="a" * 32)

    async def arrive(n: int) -> Conversation:
        async with database.tenant(shop.organization_id) as tenant:
            return await conversations.upsert(
                tenant,
                shop.organization_id,
                contact_id=first.contact_id,
                instance_id=shop.instance.id,
                audience=Audience.OWNER if n % 2 else Audience.CUSTOMER,
                conversation_key=f"{n:032d}",
            )

    found = await asyncio.gather(*(arrive(n) for n in range(20)))
    assert len({c.id for c in found if c.audience is Audience.CUSTOMER}) == 1
    assert len({c.id for c in found if c.audience is Audience.OWNER}) == 1
    async with database.tenant(shop.organization_id) as tenant:
        assert await tenant.fetchval("select count(*) from conversations") == 2
        assert await conversations.key_by_id(tenant, first.conversation_id) == "a" * 32


async def test_another_number_of_the_shop_is_another_conversation(
    database: Database, instances: Instances, shop: Shop
) -> None:
    """Per WhatsApp instance."""
    second = shop.instance.model_copy(
        update={"id": uuid.uuid4(), "webhook_key": "another", "external_id": "another-number"}
    )
    async with database.tenant(shop.organization_id) as tenant:
        await instances.save(tenant, second)
        here = await customer(tenant, shop)
        there = await customer(tenant, Shop(shop.organization_id, second))
        assert here.contact_id == there.contact_id
        assert here.conversation_id != there.conversation_id


async def test_the_key_is_the_oldest_conversations(database: Database, shop: Shop) -> None:
    """Any of the addresses finds it; an address nobody has finds nothing."""
    async with database.tenant(shop.organization_id) as tenant:
        await customer(tenant, shop, LID, key="a" * 32)
    async with database.tenant(shop.organization_id) as tenant:
        await customer(tenant, shop, PHONE, key="b" * 32)
    async with database.tenant(shop.organization_id) as tenant:
        assert await conversations.key_of(tenant, shop.instance.id, [PHONE]) == "b" * 32
        assert await conversations.key_of(tenant, shop.instance.id, [PHONE, LID]) == "a" * 32
        assert await conversations.key_of(tenant, shop.instance.id, []) is None
        assert await conversations.key_of(tenant, uuid.uuid4(), [PHONE]) is None  # type: ignore[arg-type] # no such


async def test_defect_08_a_hand_over_lasts_until_it_is_given_back(database: Database, shop: Shop) -> None:
    """The first time and reason stay, a new message does not end it, and `resume` does."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        await conversations.hand_over(tenant, one.conversation_id, HandoffReason.ASKED_BY_MODEL, "quer uma pessoa")
        first = await conversations.waiting(tenant)
    async with database.tenant(shop.organization_id) as tenant:
        await conversations.hand_over(tenant, one.conversation_id, HandoffReason.MODEL_FAILURE)
        again = await customer(tenant, shop)
        assert again == one
        assert await conversations.waiting(tenant) == first
        assert first[0]["handoff_reason"] == "asked_by_model: quer uma pessoa"
        conversation = await conversations.get(tenant, one.conversation_id)
        assert conversation.status is ConversationStatus.WAITING_HUMAN
        await conversations.resume(tenant, one.conversation_id)
        assert (await conversations.get(tenant, one.conversation_id)).status is ConversationStatus.ACTIVE
        assert await conversations.waiting(tenant) == []
    async with database.tenant(shop.organization_id) as tenant:
        await conversations.hand_over(tenant, one.conversation_id, HandoffReason.LOOP_SUSPECTED)
        (row,) = await conversations.waiting(tenant)
        assert row["handoff_reason"] == "loop_suspected"
        assert row["handoff_since"] > first[0]["handoff_since"]


@pytest.mark.parametrize("over", ["resolved", "archived"])
async def test_a_conversation_that_was_over_begins_again(database: Database, shop: Shop, over: str) -> None:
    """A new message finds the same row, active."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        await tenant.execute("update conversations set status = $1", over)
        assert await customer(tenant, shop) == one
        assert (await conversations.get(tenant, one.conversation_id)).status is ConversationStatus.ACTIVE


async def test_the_longest_waiting_comes_first(database: Database, shop: Shop) -> None:
    """The queue of people waiting."""
    async with database.tenant(shop.organization_id) as tenant:
        young, old = await customer(tenant, shop, PHONE), await customer(tenant, shop, LID)
        for one, ago in ((young, timedelta(minutes=1)), (old, timedelta(hours=1))):
            await conversations.hand_over(tenant, one.conversation_id, HandoffReason.ASKED_BY_MODEL)
            await tenant.execute(
                "update conversations set handoff_since = now() - $2::interval where id = $1", one.conversation_id, ago
            )
        assert [row["id"] for row in await conversations.waiting(tenant)] == [
            old.conversation_id,
            young.conversation_id,
        ]


async def test_a_conversation_of_another_shop_is_none(database: Database, instances: Instances, shop: Shop) -> None:
    """By id, too."""
    other = await open_shop(database, instances)
    async with database.tenant(other.organization_id) as tenant:
        theirs = await customer(tenant, other)
    async with database.tenant(shop.organization_id) as tenant:
        assert await conversations.set_ai_enabled(tenant, theirs.conversation_id, False) is False
        assert await conversations.key_by_id(tenant, theirs.conversation_id) is None
        for unknown in (theirs.conversation_id, ConversationId(uuid.uuid4())):
            with pytest.raises(LookupError):
                await conversations.get(tenant, unknown)
    async with database.tenant(other.organization_id) as tenant:
        assert (await conversations.get(tenant, theirs.conversation_id)).ai_enabled
        assert await conversations.set_ai_enabled(tenant, theirs.conversation_id, False) is True
        assert not (await conversations.get(tenant, theirs.conversation_id)).ai_enabled

"""Who is an owner: the number that writes, to the shop it writes to, at the moment it writes."""

from collections.abc import Sequence

import asyncpg

from assistants.team import toolbox
from domain.conversation import AgentType
from domain.owners import OwnerRole
from storage import owners
from storage.instances import Instances
from tests.engine import Engine, upsert, whatsapp_message
from tests.fakes.bridge import Bridge
from tests.fakes.serving import served
from tests.shops import CUSTOMER, OWNER, Shop, open_shop
from tests.storage.rows import insert_booking
from tests.webhooks.doors import Door

_LID = "222333444555666@lid"
_ASKED = "Quantos clientes atendi hoje?"


async def _talks(engine: Engine, shop: Shop) -> Sequence[asyncpg.Record]:
    """Each conversation of a shop: as what its contact wrote, and who answered."""
    async with engine.database.tenant(shop.organization_id) as tenant:
        rows = await tenant.fetch(
            """select c.audience, array(select distinct agent_type from ai_interactions i
                   where i.conversation_id = c.id) agents,
                   (select count(*) from messages m where m.conversation_id = c.id and m.direction = 'inbound') written
               from conversations c order by c.created_at"""
        )
    return list(rows)


async def test_the_ninth_digit_decides_nothing(engine: Engine) -> None:
    """The owner's number with it and without it is one owner with one conversation; each is answered where it wrote."""
    short = f"{OWNER[:4]}{OWNER[5:]}"
    await engine.says(_ASKED, phone=OWNER)
    await engine.replies(1)
    await engine.says(_ASKED, phone=short)
    assert "ainda não atendeu" in (await engine.replies(2))[1]
    (talk,) = await _talks(engine, engine.shop)
    assert tuple(talk) == ("owner", ["aurora"], 2)
    assert [sent.to for sent in engine.bridge.record.sent] == [f"{OWNER}@s.whatsapp.net", f"{short}@s.whatsapp.net"]


async def test_an_owner_is_known_under_a_lid_that_was_linked(engine: Engine) -> None:
    """Once lid and phone came together, the lid alone is the owner's; before that, it is anybody's."""
    await engine.deliver(upsert(whatsapp_message({"conversation": "Quanto custa o banho?"}, jid=_LID)))
    await engine.replies(1)
    (stranger,) = await _talks(engine, engine.shop)
    assert tuple(stranger) == ("customer", ["client-ai"], 1)
    linked = whatsapp_message({"conversation": _ASKED}, jid=_LID, senderPn=f"{OWNER}@s.whatsapp.net")
    await engine.deliver(upsert(linked))
    await engine.replies(2)
    await engine.deliver(upsert(whatsapp_message({"conversation": _ASKED}, jid=_LID)))
    assert "ainda não atendeu" in (await engine.replies(3))[2]
    assert sorted(tuple(talk) for talk in await _talks(engine, engine.shop)) == [
        ("customer", ["client-ai"], 1),
        ("owner", ["aurora"], 2),
    ]


async def test_of_two_shops_the_number_written_to_decides(engine: Engine, instances: Instances) -> None:
    """Who owns both gets each shop's own figures, from its own number; neither knows of the other's bookings."""
    bridge = Bridge()
    async with served(bridge) as url:
        other = await open_shop(engine.database, instances, base_url=url, name="Outra Loja")
        bridge.token = other.instance.api_token.get_secret_value()
        async with engine.database.tenant(other.organization_id) as tenant:
            somebody = await tenant.fetchval(
                "insert into contacts (organization_id, name) values ($1, 'Lia') returning id", other.organization_id
            )
            start = await tenant.fetchval("select date_trunc('day', now(), 'America/Sao_Paulo') + interval '1 minute'")
            await insert_booking(tenant, other, somebody, start=start, minutes=1, status="completed")
        await engine.says(_ASKED, phone=OWNER)
        assert "ainda não atendeu" in (await engine.replies(1))[0]
        await Door(engine, other).post(upsert(whatsapp_message({"conversation": _ASKED}, phone=OWNER)))
        (there,) = await bridge.record.wait_for_sent(1)
    assert "1 cliente" in there.text
    assert len(engine.bridge.record.sent) == 1
    for shop in (engine.shop, other):
        assert [tuple(talk) for talk in await _talks(engine, shop)] == [("owner", ["aurora"], 1)]


async def test_an_owner_is_a_customer_of_another_shop(engine: Engine, instances: Instances) -> None:
    """There Client AI answers, without a tool of the owner's, whatever is asked."""
    bridge = Bridge()
    async with served(bridge) as url:
        other = await open_shop(engine.database, instances, base_url=url, name="Outra Loja")
        bridge.token = other.instance.api_token.get_secret_value()
        async with engine.database.tenant(other.organization_id) as tenant:
            await tenant.execute("delete from aurora_owner_numbers")
            await owners.add(tenant, other.organization_id, phone=CUSTOMER, name=None, role=OwnerRole.OWNER)
        await Door(engine, other).post(upsert(whatsapp_message({"conversation": _ASKED}, phone=OWNER)))
        (there,) = await bridge.record.wait_for_sent(1)
    assert "atendeu" not in there.text
    assert [tuple(talk) for talk in await _talks(engine, other)] == [("customer", ["client-ai"], 1)]


async def test_a_deactivated_number_is_a_customer_from_the_next_message_on(engine: Engine) -> None:
    """Client AI answers in a conversation of its own; what was said as owner is not in front of it."""
    await engine.says(_ASKED, phone=OWNER)
    await engine.replies(1)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        assert await owners.deactivate(tenant, OWNER)
    await engine.says(_ASKED, phone=OWNER)
    assert "atendeu" not in (await engine.replies(2))[1]
    assert [tuple(talk) for talk in await _talks(engine, engine.shop)] == [
        ("owner", ["aurora"], 1),
        ("customer", ["client-ai"], 1),
    ]


async def test_a_shop_in_pause_answers_its_owner_only(engine: Engine) -> None:
    """Customers' messages are recorded; the owner, who has to be able to end the pause, is answered."""
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await tenant.execute("update organization_settings set ai_enabled = false")
    await engine.says("Quanto custa o banho?")
    await engine.until_row("select 1 from messages where handled_as = 'recorded'")
    await engine.says(_ASKED, phone=OWNER)
    assert "ainda não atendeu" in (await engine.replies(1))[0]
    assert [row["agent_type"] for row in await engine.rows("select distinct agent_type from ai_interactions")] == [
        "aurora"
    ]


def test_client_ai_holds_no_tool_of_the_owners() -> None:
    """Of Aurora's tools only the name of one is shared, and it is another tool."""
    names = {agent: {schema["function"]["name"] for schema in toolbox(agent).schemas()} for agent in AgentType}
    assert names[AgentType.AURORA] & names[AgentType.CLIENT_AI] == {"cancel_appointment"}
    ours, theirs = (
        next(s for s in toolbox(agent).schemas() if s["function"]["name"] == "cancel_appointment")
        for agent in AgentType
    )
    assert ours["function"]["parameters"] != theirs["function"]["parameters"]

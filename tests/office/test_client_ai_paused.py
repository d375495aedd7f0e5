"""Client AI falls silent by the owner's order, for the shop or one customer, and speaks again."""

from domain.conversation import Audience, HandoffReason
from storage import conversations
from tests.office.conftest import OwnersChat
from tests.office.neighbours import logged, neighbour, nothing_to_change, rows, summary, undone

_ENABLED = "select ai_enabled from organization_settings"


async def test_the_whole_shop_is_paused_and_resumed(owner: OwnersChat) -> None:
    """Paused by a yes; a second time there is nothing to do; undo and resume switch it on."""
    await owner.order("pause_client_ai")
    assert await rows(owner, _ENABLED) == [(False,)]
    assert await nothing_to_change(owner, "pause_client_ai")
    await undone(owner)
    assert await rows(owner, _ENABLED) == [(True,)]
    await owner.order("pause_client_ai")
    await owner.order("resume_client_ai")
    assert await rows(owner, _ENABLED) == [(True,)]
    assert await nothing_to_change(owner, "resume_client_ai")
    assert [(e.action, e.before, e.after) for e in await logged(owner)][:2] == [
        ("set_shop_ai", {"enabled": True}, {"enabled": False}),
        ("set_shop_ai", {"enabled": False}, {"enabled": True}),
    ]


async def test_one_customer_is_paused_and_only_that_one(owner: OwnersChat) -> None:
    """In all of their conversations; undo switches on just those that were on before; nobody else's is touched."""
    lia, rui = await neighbour(owner, "Lia"), await neighbour(owner, "Rui", "Bob", number=2)
    async with owner.turn() as turn:
        await turn.tenant.execute(
            """insert into whatsapp_instances (organization_id, kind, webhook_key, external_id, base_url, secrets)
               values ($1, 'baileys', 'zweite', 'zweite', 'http://127.0.0.1:9', '')""",
            owner.shop.organization_id,
        )
        await turn.tenant.execute(
            """insert into conversations (organization_id, contact_id, whatsapp_instance_id, audience,
                   conversation_key, ai_enabled)
               select $1, $2, id, 'customer', md5('x'), false from whatsapp_instances where webhook_key = 'zweite'""",
            owner.shop.organization_id,
            lia.customer.contact_id,
        )
    of_lia = f"select ai_enabled from conversations where contact_id = '{lia.customer.contact_id}' order by ai_enabled"
    await owner.order("pause_client_ai", customer="Lia")
    assert await rows(owner, of_lia) == [(False,), (False,)]
    assert await rows(owner, _ENABLED) == [(True,)]
    async with owner.turn() as turn:
        assert (await conversations.get(turn.tenant, rui.customer.conversation_id)).ai_enabled
        owners = await turn.tenant.fetchval(
            "select bool_and(ai_enabled) from conversations where audience = $1", Audience.OWNER
        )
        assert owners is True
    assert await nothing_to_change(owner, "pause_client_ai", customer="Lia")
    await undone(owner)
    assert await rows(owner, of_lia) == [(False,), (True,)]
    await owner.order("resume_client_ai", customer="Lia")
    assert await rows(owner, of_lia) == [(True,), (True,)]
    assert {entry.subject for entry in await logged(owner)} == {"assistente dos clientes, Lia, final 01 (Rex)"}


async def test_a_person_keeps_the_conversation_they_have(owner: OwnersChat) -> None:
    """Resumed, Client AI still waits for the person to give the conversation back, and the owner is told so."""
    lia = await neighbour(owner, "Lia")
    assert "Pausar a assistente dos clientes" in await summary(owner, "pause_client_ai", customer="Lia")
    await owner.order("pause_client_ai", customer="Lia")
    async with owner.turn() as turn:
        await conversations.hand_over(turn.tenant, lia.customer.conversation_id, HandoffReason.ASKED_BY_MODEL)
    assert "Uma pessoa está com a conversa" in await summary(owner, "resume_client_ai", customer="Lia")
    await owner.order("resume_client_ai", customer="Lia")
    assert await rows(owner, "select status, ai_enabled from conversations where audience = 'customer'") == [
        ("waiting_human", True)
    ]

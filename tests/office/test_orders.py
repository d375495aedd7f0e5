"""Orders: nothing is done without the owner's yes, nothing twice, and what can be is taken back."""

import asyncio

from assistants.team import toolbox
from domain.conversation import AgentType
from domain.events import MessageKind
from domain.model import ToolRequest
from domain.owners import OwnerRole
from office import refusals
from office.context import owner_context
from storage import owners
from tests.office.conftest import OwnersChat, chat_of
from tests.storage.rows import until_somebody_waits, wrote


async def _price(chat: OwnersChat) -> str:
    async with chat.turn() as turn:
        return str(await turn.tenant.fetchval("select price from services where name = 'Banho'"))


async def orders_in_prompt(chat: OwnersChat) -> list[str]:
    """The lines that Aurora reads of orders."""
    async with chat.turn() as turn:
        await refusals.heed(turn.office.desk, turn.conversation_id)  # as the opening of each turn does
        return list((await owner_context(turn.office.desk, turn.owner, turn.conversation_id)).orders)


async def test_an_order_is_carried_out_by_a_yes_and_only_then(owner: OwnersChat) -> None:
    """A proposed price changes nothing; after "sim" it is the price, and the audit log says before and after."""
    code = await owner.propose("change_price", service="Banho", price=60)
    assert await _price(owner) == "50.00"
    await owner.says("Pode mandar!")
    outcome = await owner.call("confirm_order", order=code)
    assert outcome.done is not None
    assert "R$ 60,00" in outcome.done
    assert await _price(owner) == "60.00"
    async with owner.turn() as turn:
        row = await turn.tenant.fetchrow("select actor, actor_kind, action, subject, before, after from audit_log")
    assert row is not None
    assert tuple(row) == ("Dona", "owner", "set_price", "Banho", '{"price": "50.00"}', '{"price": "60"}')


async def test_a_price_that_may_be_a_slip_is_pointed_at(owner: OwnersChat) -> None:
    """A price far from the old one, or none at all, is asked about with a word of warning; a usual change without."""
    for price, warned in ((60, False), (150, False), (151, True), (16, True), (17, False), (5000, True), (0, True)):
        outcome = await owner.call("change_price", service="Banho", price=price)
        assert outcome.order is not None
        assert ("⚠️" in outcome.order.summary) is warned, price


async def test_anything_but_a_yes_asks_again(owner: OwnersChat) -> None:
    """ "Sim, mas 70" is no yes: nothing is done, and the order is asked once more."""
    code = await owner.propose("change_price", service="Banho", price=60)
    await owner.says("sim, mas põe 70")
    outcome = await owner.call("confirm_order", order=code)
    assert outcome.done is None
    assert outcome.order is not None
    assert await _price(owner) == "50.00"


async def test_an_order_that_was_turned_down_is_no_question_any_more(owner: OwnersChat) -> None:
    """ "Não" withdraws what it answers: no later yes brings it back; words that are no clear no leave it open."""
    code = await owner.propose("change_price", service="Banho", price=60)
    for words, waits in (("deixa eu ver", True), ("não", False)):
        if words == "não":
            await owner.use("confirm_order", order=code)
            await owner.reply("Confirme, por favor")
        await owner.says(words)
        for _ in range(2):  # a prompt is made for each round
            (line,) = await orders_in_prompt(owner)
            assert line.startswith(code)
            assert ("RECUSADO" in line) is not waits
    await owner.reply("Tudo bem, não fiz nada.")
    await owner.says("sim")
    assert await orders_in_prompt(owner) == []
    assert (await owner.use("confirm_order", order=code))["error"] == "order_not_found"
    assert await _price(owner) == "50.00"


async def test_an_order_confirmed_twice_is_done_once(owner: OwnersChat) -> None:
    """A second confirm_order finds it done and says so."""
    code = await owner.propose("change_price", service="Banho", price=60)
    await owner.says("sim")
    assert (await owner.use("confirm_order", order=code))["ok"]
    again = await owner.use("confirm_order", order=code)
    assert again["error"] == "already_done"


async def test_what_was_done_is_taken_back(owner: OwnersChat) -> None:
    """Undo proposes the old price, and after a yes it is the price again; the order cannot be undone twice."""
    await owner.order("change_price", service="Banho", price=60)
    code = await owner.propose("undo_order")
    await owner.says("sim")
    await owner.use("confirm_order", order=code)
    assert await _price(owner) == "50.00"
    async with owner.turn() as turn:
        states = await turn.tenant.fetch("select status from owner_orders order by created_at")
    assert [row["status"] for row in states] == ["undone", "done"]


async def test_an_undo_that_was_asked_for_in_other_words_before_is_one(owner: OwnersChat) -> None:
    """ "Põe 50 de novo", and then "desfaz": the same order takes the first one back."""
    await owner.order("change_price", service="Banho", price=60)
    await owner.propose("change_price", service="Banho", price="50.00")
    code = await owner.propose("undo_order")
    await owner.says("sim")
    await owner.use("confirm_order", order=code)
    async with owner.turn() as turn:
        states = await turn.tenant.fetch("select status from owner_orders order by created_at")
    assert [row["status"] for row in states] == ["undone", "done"]


async def test_a_manager_may_not_set_prices(manager: OwnersChat) -> None:
    """The role is looked at before anything is proposed."""
    answer = await manager.use("change_price", service="Banho", price=60)
    assert answer["error"] == "not_allowed"


async def test_what_another_owner_does_at_that_moment_is_asked_about(owner: OwnersChat) -> None:
    """Two owners say yes at once: whose order comes second had agreed to another change, and is asked again."""
    async with owner.turn() as turn:
        organization_id = owner.shop.organization_id
        await owners.add(turn.tenant, organization_id, phone="5511966665555", name="Sócia", role=OwnerRole.OWNER)
    partner = await chat_of(owner.database, owner.shop, "5511966665555")
    sixty = await owner.propose("change_price", service="Banho", price=60)
    seventy = await partner.propose("change_price", service="Banho", price=70)
    await owner.says("sim")
    await partner.says("sim")
    async with owner.turn() as turn:
        request = ToolRequest(id="1", name="confirm_order", arguments=f'{{"order": "{sixty}"}}')
        assert (await toolbox(AgentType.AURORA).call(turn, request)).done is not None
        second = asyncio.create_task(partner.call("confirm_order", order=seventy))
        await until_somebody_waits(turn.tenant)
    outcome = await second
    assert outcome.done is None
    assert outcome.order is not None
    assert "de R$ 60,00 para R$ 70,00" in outcome.order.summary
    assert await _price(owner) == "60.00"


async def test_a_voice_message_beside_the_yes_is_not_passed_over(owner: OwnersChat) -> None:
    """Nobody here has heard whether it says "espera": the order is asked again."""
    code = await owner.propose("change_price", service="Banho", price=60)
    async with owner.turn() as turn:
        await wrote(turn.tenant, owner.shop, owner.owner, "", kind=MessageKind.AUDIO)
    await owner.says("ok")
    assert (await owner.call("confirm_order", order=code)).done is None
    assert await _price(owner) == "50.00"

"""The guard at work: what Aurora's model makes up never reaches the owner."""

import re
from datetime import datetime, time

from dev.practice_model.faults import Fault, FaultKind
from tests.assistants.conftest import SAO_PAULO
from tests.engine import Engine
from tests.shops import OWNER
from tests.storage.rows import customer, insert_booking, phone

_QUESTION = "Quantos clientes atendi hoje?"


async def test_a_made_up_figure_is_asked_again(engine: Engine) -> None:
    """The model is asked once more, and what goes out has none of it."""
    engine.model.faults.add(Fault(kind=FaultKind.SAYS, text="Hoje você atendeu 37 clientes e faturou R$ 4.210,00!"))
    await engine.says(_QUESTION, phone=OWNER)
    reply = (await engine.replies(1))[0]
    assert not re.search(r"37|4\.210", reply)
    assert [call.fault for call in engine.model.calls.listed().calls][:2] == [FaultKind.SAYS, None]


async def test_a_model_that_insists_is_not_believed(engine: Engine) -> None:
    """After the corrections that a turn has, the owner gets a frank word and no number."""
    engine.model.faults.add(Fault(kind=FaultKind.SAYS, text="Foram 37 clientes.", times=3))
    await engine.says(_QUESTION, phone=OWNER)
    assert (await engine.replies(1))[0].startswith("Desculpe, não consegui confirmar isso no sistema.")


async def test_prices_and_the_owners_own_numbers_may_be_said(engine: Engine) -> None:
    """What stands in the prompt or in the owner's words needs no tool."""
    said = "O banho custa R$ 50,00. Você falou em 30 clientes: em quais dias?"
    engine.model.faults.add(Fault(kind=FaultKind.SAYS, text=said))
    await engine.says("Quero trazer trinta clientes a mais. Quanto custa o banho?", phone=OWNER)
    assert (await engine.replies(1))[0] == said


async def test_what_a_tool_answered_is_said_at_once(engine: Engine) -> None:
    """The figures of this turn's tools need no correction: a call that asks the tool, and one that answers."""
    midnight = datetime.combine(datetime.now(SAO_PAULO).date(), time(), tzinfo=SAO_PAULO)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        somebody = await customer(tenant, engine.shop, phone(1))
        await insert_booking(tenant, engine.shop, somebody.contact_id, start=midnight, status="completed")
    await engine.says(_QUESTION, phone=OWNER)
    reply = (await engine.replies(1))[0]
    assert "1 cliente" in reply
    assert "R$ 50,00" in reply
    assert engine.model.calls.count == 2

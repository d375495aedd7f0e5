"""Aurora through the whole engine: a question, an order with its yes, what is no yes, what is taken back."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from domain.owners import OwnerRole
from storage import owners
from tests.engine import Engine
from tests.shops import OWNER
from tests.storage import rows

MANAGER = "5511977776666"


class Chat:
    """What an owner writes and is answered, one message after the other."""

    def __init__(self, engine: Engine, phone: str = OWNER) -> None:
        self._engine, self._phone = engine, phone

    async def says(self, text: str) -> str:
        """The reply to a message, once the turn is over."""
        before = len(self._engine.bridge.record.sent)
        await self._engine.says(text, phone=self._phone)
        reply = (await self._engine.replies(before + 1))[before]
        await self._engine.temporal.get_workflow_handle(self._engine.workflow_id(self._phone)).result()
        return reply


@pytest.fixture
def owner(engine: Engine) -> Chat:
    """The owner's conversation."""
    return Chat(engine)


@pytest.fixture
async def manager(engine: Engine) -> Chat:
    """A manager's conversation."""
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await owners.add(tenant, engine.shop.organization_id, phone=MANAGER, name="Gerente", role=OwnerRole.MANAGER)
    return Chat(engine, MANAGER)


async def price_of(engine: Engine, service: str) -> str:
    """What it costs now."""
    return str((await engine.rows("select price from services where name = $1", service))[0]["price"])


async def audited(engine: Engine) -> list[asyncpg.Record]:
    """What the audit log holds."""
    return await engine.rows("select actor_kind, action, before, after from audit_log order by at")


async def test_a_question_is_answered_with_figures_and_a_comparison(engine: Engine, owner: Chat) -> None:
    """Revenue of a period, beside the period before; nothing is asked or ordered."""
    reply = await owner.says("Quanto faturei semana passada?")
    assert reply.startswith("Semana passada: R$ 0,00")
    assert "Comparado com" in reply
    assert "Posso fazer?" not in reply


async def test_an_order_is_shown_and_done_after_the_yes(engine: Engine, owner: Chat) -> None:
    """Summary and question from rows; the yes does it once, and the audit log has it."""
    asked = await owner.says("Muda o banho para 60 reais")
    assert "💰 Banho: de R$ 50,00 para R$ 60,00" in asked
    assert "Posso fazer?" in asked
    assert await price_of(engine, "Banho") == "50.00"
    done = await owner.says("pode")
    assert "✅ Feito: Banho agora custa R$ 60,00" in done
    assert await price_of(engine, "Banho") == "60.00"
    await owner.says("pode")
    assert [row["action"] for row in await audited(engine)] == ["set_price"]


@pytest.mark.parametrize("text", ["sim, mas só na semana que vem", "sim, mas para 65 reais", "acho que sim?", "não"])
async def test_what_is_no_plain_yes_does_nothing(engine: Engine, owner: Chat, text: str) -> None:
    """A condition, another price, a doubt and a no leave the price as it is; another price is asked about anew."""
    await owner.says("Muda o banho para 60 reais")
    reply = await owner.says(text)
    assert "✅" not in reply
    assert ("de R$ 50,00 para R$ 65,00" in reply) is ("65" in text)
    assert await price_of(engine, "Banho") == "50.00"
    assert await audited(engine) == []


async def test_what_was_done_is_taken_back_after_a_yes(engine: Engine, owner: Chat) -> None:
    """ "Desfaz" is an order like any other, and the price is what it was."""
    for text in ("Muda o banho para 60 reais", "sim"):
        await owner.says(text)
    asked = await owner.says("desfaz")
    assert "de R$ 60,00 para R$ 50,00" in asked
    assert await price_of(engine, "Banho") == "60.00"
    assert "✅ Feito" in await owner.says("sim")
    assert await price_of(engine, "Banho") == "50.00"


async def test_a_manager_is_refused_what_is_the_owners(engine: Engine, manager: Chat) -> None:
    """She hears why; nothing is proposed, and a yes afterwards does nothing."""
    assert "Só o dono ou a dona da loja" in await manager.says("Muda o banho para 60 reais")
    assert "✅" not in await manager.says("sim")
    assert await price_of(engine, "Banho") == "50.00"
    assert await audited(engine) == []


async def test_what_she_does_not_know_is_said_frankly(engine: Engine, owner: Chat) -> None:
    """Neither a figure nor a deed is invented, and "cancela tudo" is asked about."""
    assert "ainda não sei responder" in await owner.says("Qual é a capital da França?")
    assert "De quem, e de que dia?" in await owner.says("Cancela tudo")
    assert await engine.rows("select 1 from owner_orders") == []


async def test_a_booking_is_found_moved_and_cancelled_by_its_pets_name(engine: Engine, owner: Chat) -> None:
    """Looked up first, shown, done after the yes: another time, and then none."""
    zone = ZoneInfo("America/Sao_Paulo")
    tomorrow = datetime.now(zone).date() + timedelta(days=1)
    start = datetime.combine(tomorrow, time(10), tzinfo=zone)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        marina = await rows.customer(tenant, engine.shop)
        await tenant.execute("update contacts set name = 'Marina' where id = $1", marina.contact_id)
        rex = await rows.pet(tenant, engine.shop, marina.contact_id)
        await rows.insert_booking(tenant, engine.shop, marina.contact_id, start=start, pet_id=rex.id)
    assert "Marina" in await owner.says("Como está a agenda de amanhã?")
    assert "🔁 Remarcar" in await owner.says("Passa o banho do Rex de amanhã para as 15h")
    assert "✅ Feito" in await owner.says("sim")
    moved = await engine.rows("select start_time, status from bookings")
    assert [row["start_time"] for row in moved] == [start.replace(hour=15)]
    assert "❌ Cancelar" in await owner.says("Cancela o horário da Marina")
    assert "✅ Feito" in await owner.says("pode cancelar")
    assert [row["status"] for row in await engine.rows("select status from bookings")] == ["cancelled"]


@pytest.mark.parametrize(
    "text",
    [
        "Fecha a agenda amanhã das 14h às 16h",
        "Adiciona o feriado de Nossa Senhora amanhã",
        "Aos sábados abrimos das 10h às 14h",
        "Pausa a assistente",
        "Aurora, volte com os resumos",
        "Cadastra a Paula, 11 98888-1234, como gerente",
    ],
)
async def test_every_order_is_asked_about_first(engine: Engine, owner: Chat, text: str) -> None:
    """The engine shows what would be done; nothing is done."""
    assert "Posso fazer?" in await owner.says(text)
    assert await audited(engine) == []


async def test_a_plain_no_ends_an_order(engine: Engine, owner: Chat) -> None:
    """ "Não" withdraws it as the turn opens, whatever the model says; a later yes is to nothing."""
    await owner.says("Muda o banho para 60 reais")
    await owner.says("não")
    assert [row["status"] for row in await engine.rows("select status from owner_orders")] == ["withdrawn"]
    await owner.says("sim")
    assert await price_of(engine, "Banho") == "50.00"
    assert await audited(engine) == []

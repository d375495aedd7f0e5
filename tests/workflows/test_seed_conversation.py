"""The seed's dialogues, through the whole engine."""

from tests.engine import Engine
from tests.shops import OWNER


async def test_the_seed_conversation_books_a_consultation(engine: Engine) -> None:
    """Rex gets his consultation at ten, with every row the seed promises."""
    await engine.says("Olá! Quero agendar uma consulta para meu cachorro Rex.")
    assert "Qual seria o melhor dia" in (await engine.replies(1))[0]
    await engine.says("Consulta geral. Pode ser amanhã de manhã?")
    assert "- 10:00" in (await engine.replies(2))[1]
    await engine.says("10h está ótimo. É um Golden Retriever de 3 anos.")
    confirmation = (await engine.replies(3))[2]
    for fact in ("10:00", "Rex", "Golden Retriever", "3 anos", "Consulta Veterinária Geral", "R$ 120,00"):
        assert fact in confirmation
    booking = await engine.until_row("select b.*, p.name pet from bookings b join pets p on p.id = b.pet_id")
    assert (booking["pet"], booking["status"], str(booking["price"])) == ("Rex", "scheduled", "120.00")


async def test_the_owner_gets_true_figures(engine: Engine) -> None:
    """Aurora answers the owner, from rows: an empty agenda is no customer."""
    await engine.says("Quantos clientes atendi hoje?", phone=OWNER)
    assert "ainda não atendeu nenhum cliente" in (await engine.replies(1))[0]
    row = await engine.until_row("select ai_type, agent_type, status from ai_interactions order by round")
    assert tuple(row) == ("aurora", "aurora", "ok")


async def test_defect_13_aurora_remembers_and_her_answers_are_messages(engine: Engine) -> None:
    """What was said to the owner before is in front of the model, and no answer is filed as a proactive message."""
    for number in range(2):
        await engine.says("Quantos clientes atendi hoje?", phone=OWNER)
        await engine.replies(number + 1)
        await engine.temporal.get_workflow_handle(engine.workflow_id(OWNER)).result()
    first, *_, last = engine.model.calls.listed().calls
    assert last.messages == first.messages + 4  # a question and an answer more, and this turn's tool round
    assert [row["sender"] for row in await engine.rows("select sender from messages order by seq")] == [
        "owner",
        "ai",
        "owner",
        "ai",
    ]
    assert await engine.rows("select 1 from aurora_proactive_messages") == []

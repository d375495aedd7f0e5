"""The customer's conversation and the owner's question of the documents this system was specified by."""

import pytest

from dev.practice_model.wording import NO_AI

from .conftest import Json, Talk

WANTS_CONSULTATION = "Olá! Quero agendar uma consulta para meu cachorro Rex."
TOMORROW_MORNING = "Consulta geral. Pode ser amanhã de manhã?"
AT_TEN = "10h está ótimo. É um Golden Retriever de 3 anos."
REPORT: Json = {
    "ok": True,
    "period": "today",
    "clients": 12,
    "services": [
        {"name": "Banho", "count": 8, "label": "8 banhos"},
        {"name": "Consulta", "count": 3, "label": "3 consultas"},
        {"name": "Tosa", "count": 1, "label": "1 tosa"},
        {"name": "Vacinação", "count": 0, "label": "0 vacinações"},
    ],
    "revenue": "R$ 850,00",
}


async def test_the_seed_conversation_is_played_to_its_booking(talk: Talk) -> None:
    """From the first hello to the booking: the seed's questions, options and tool calls, in its order."""
    assert await talk.say(WANTS_CONSULTATION) == (
        "Olá! Fico feliz em ajudar a agendar uma consulta para o Rex! 🐶\n\n"
        "Para melhor te atender, preciso de algumas informações:\n\n"
        "1. Qual tipo de consulta você precisa?\n"
        "   - Consulta Veterinária Geral\n   - Vacinação\n   - Check-up\n   - Emergência\n\n"
        "2. Qual seria o melhor dia para você?\n\n" + NO_AI
    )
    assert talk.used == []

    assert await talk.say(TOMORROW_MORNING) == (
        "Perfeito! Deixa eu verificar os horários disponíveis...\n\n"
        "Tenho as seguintes opções:\n- 09:00\n- 10:00\n- 11:00\n\nQual horário funciona melhor?"
    )
    of_day: Json = {"date": "2026-11-23", "service_type": "Consulta Veterinária Geral"}
    assert talk.rounds == [[("check_availability", {**of_day, "period": "manhã"})]]

    assert await talk.say(AT_TEN) == "Maravilha, prontinho! ✅"
    register = ("register_pet", {"name": "Rex", "species": "dog", "breed": "Golden Retriever", "age": 3})
    booking: Json = {
        "pet_name": "Rex",
        "service_type": "Consulta Veterinária Geral",
        "preferred_date": "2026-11-23",
        "preferred_time": "10:00",
    }
    assert talk.rounds[1:] == [[register, ("check_availability", of_day)], [("book_appointment", booking)]]


async def test_one_tool_at_a_time_when_the_request_says_so(talk: Talk) -> None:
    """With parallel_tool_calls off, the pet is registered in one round and the agenda read in the next."""
    await talk.say(WANTS_CONSULTATION)
    await talk.say(TOMORROW_MORNING)
    answer = await talk.client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "system", "content": talk.prompt}, *talk.history, {"role": "user", "content": AT_TEN}],
        tools=[{"type": "function", "function": {"name": name}} for name in talk.tools],
        parallel_tool_calls=False,
    )
    assert answer.choices[0].finish_reason == "tool_calls"
    assert len(answer.choices[0].message.tool_calls or ()) == 1


async def test_a_finished_booking_is_not_made_again(talk: Talk) -> None:
    """After the confirmation, thanks are thanks, and a new wish starts from nothing but the pets on file."""
    for text in (WANTS_CONSULTATION, TOMORROW_MORNING, AT_TEN):
        await talk.say(text)
    before = len(talk.used)
    assert await talk.say("Obrigado!") == "Por nada! Se precisar de algo, é só chamar. 🐾"
    assert await talk.say("Quero marcar um banho também") == "Qual seria o melhor dia para você?"
    assert len(talk.used) == before


async def test_the_owner_hears_the_days_figures(owner: Talk) -> None:
    """The owner's question is answered in the seed's shape from the report alone, services without visits left out."""
    owner.executors["attendance_report"] = lambda _: REPORT
    assert await owner.say("Quantos clientes atendi hoje?") == (
        "Hoje você atendeu 12 clientes!\n- 8 banhos\n- 3 consultas\n- 1 tosa\nFaturamento: R$ 850,00\n\n" + NO_AI
    )
    assert owner.used == [("attendance_report", {"period": "today"})]


@pytest.mark.parametrize(
    ("question", "period", "clients", "answer"),
    [
        ("Quantos clientes atendi hoje?", "today", 0, "Hoje você ainda não atendeu nenhum cliente."),
        (
            "Quantos clientes atendi esta semana?",
            "this_week",
            1,
            "Esta semana você atendeu 1 cliente!\nFaturamento: R$ 10,00",
        ),
        ("Resumo do mês", "this_month", 2, "Este mês você atendeu 2 clientes!\nFaturamento: R$ 10,00"),
    ],
)
async def test_the_owner_may_ask_for_any_period(
    owner: Talk, question: str, period: str, clients: int, answer: str
) -> None:
    """Periods by their names, none, one and several."""
    result: Json = {"ok": True, "period": period, "clients": clients, "services": [], "revenue": "R$ 10,00"}
    owner.executors["attendance_report"] = lambda _: result
    assert (await owner.say(question)).removesuffix(f"\n\n{NO_AI}") == answer
    assert owner.used == [("attendance_report", {"period": period})]


async def test_the_owner_is_told_what_aurora_can_do(owner: Talk) -> None:
    """Greetings and subjects that she does not know get what she can do, and no tool is called."""
    assert "Quantos clientes atendi hoje?" in await owner.say("Oi!")
    assert "ainda não sei responder" in await owner.say("Vai chover amanhã cedo?")
    assert owner.used == []


async def test_a_report_that_fails_is_not_made_up(owner: Talk) -> None:
    """Without figures she says so."""
    owner.executors["attendance_report"] = lambda _: {"ok": False, "error": "unavailable"}
    assert "Não consegui ler os números" in await owner.say("Quantos clientes atendi hoje?")

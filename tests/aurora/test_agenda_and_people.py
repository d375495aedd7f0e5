"""The agenda of a day, how full it is, who waits for a person, and how Client AI did."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta

from domain.alerts import AlertKind
from domain.conversation import AgentType, HandoffReason
from domain.ids import TurnId
from domain.model import ModelAnswer
from storage import alerts, conversations, interactions
from tests.aurora.conftest import TODAY, Books
from tests.office.conftest import OwnersChat
from tests.storage.rows import Customer, customer, phone

TOMORROW = TODAY + timedelta(days=1)


async def test_tomorrows_agenda(owner: OwnersChat, books: Books) -> None:
    """In order, with code, customer, pet, service, professional and status; no cancelled ones and no phone."""
    second = await books.add(TOMORROW, 10, "Tosa", who="Bia", status="confirmed", professional=1)
    first = await books.add(TOMORROW, 9, who="Ana", status="scheduled")
    await books.add(TOMORROW, 11, who="Ana", status="cancelled")
    await books.add(TODAY, 9, who="Ana")
    answer = await owner.use("agenda_of_day", day=TOMORROW.isoformat())
    assert (answer["day"], answer["total"], answer["listed"]) == ("segunda-feira, 23/11/2026", "2 agendamentos", 2)
    assert answer["entries"] == [
        {
            "code": first.hex[:8],
            "time": "09:00–10:00",
            "customer": "Ana",
            "pet": "Rex",
            "service": "Banho",
            "professional": "Profissional 1",
            "status": "agendado",
        },
        {
            "code": second.hex[:8],
            "time": "10:00–11:00",
            "customer": "Bia",
            "pet": "Rex",
            "service": "Tosa",
            "professional": "Profissional 2",
            "status": "confirmado",
        },
    ]
    assert answer["by_service"] == {"Banho": 1, "Tosa": 1}
    assert answer["by_status"] == {"agendado": 1, "confirmado": 1}
    assert "5511" not in json.dumps(answer)


async def test_todays_agenda_is_the_default_and_a_long_one_is_bounded(owner: OwnersChat, books: Books) -> None:
    """The total is that of the day, however many are named; the ends of time are refused."""
    for minute in range(0, 24 * 60, 20):
        await books.add(TODAY, 0, minutes=20, status="no_show", at=timedelta(minutes=minute))
    answer = await owner.use("agenda_of_day")
    assert (answer["total"], answer["listed"]) == ("72 agendamentos", 60)
    entries = answer["entries"]
    assert isinstance(entries, list)
    assert len(entries) == 60
    assert (await owner.use("agenda_of_day", day="9999-12-31"))["error"] == "bad_arguments"
    assert (await owner.use("agenda_of_day", day="amanhã"))["error"] == "bad_arguments"
    assert (await owner.use("agenda_of_day", day="2026-12-25"))["total"] == "0 agendamentos"


async def test_occupancy_by_professional_and_hour(owner: OwnersChat, books: Books) -> None:
    """Booked against open minutes; the busiest hours first, the quietest too, and a picture by hour."""
    await books.add(TODAY, 9, professional=0)
    await books.add(TODAY, 9, professional=1, who="Bia")
    await books.add(TODAY, 10, professional=0, minutes=30)
    await books.add(TODAY, 14, status="cancelled")
    outcome = await owner.call("occupancy_report", period="today")
    report = await owner.use("occupancy_report", period="today")
    assert report["total"] == {"occupancy": "13,9%", "booked": "2h30", "open": "18h"}
    assert report["by_professional"] == [
        {
            "name": "Profissional 1",
            "occupancy": "16,7%",
            "booked": "1h30",
            "open": "9h",
            "busiest_hour": "09h–10h: 100%",
        },
        {"name": "Profissional 2", "occupancy": "11,1%", "booked": "1h", "open": "9h", "busiest_hour": "09h–10h: 100%"},
    ]
    assert report["busiest_hours"] == ["09h–10h: 100%", "10h–11h: 25%"]
    assert report["quietest_hours"] == ["11h–12h: 0%", "12h–13h: 0%", "13h–14h: 0%"]
    assert report["change"] == {
        "total": "13,9 pontos percentuais a mais",
        "by_professional": {
            "Profissional 1": "16,7 pontos percentuais a mais",
            "Profissional 2": "11,1 pontos percentuais a mais",
        },
    }
    assert outcome.chart is not None
    drawn = [(row.name, row.values[:2]) for row in outcome.chart.series]
    assert (outcome.chart.labels[0], drawn) == (
        "9h",
        [("Profissional 1", (100.0, 50.0)), ("Profissional 2", (100.0, 0.0))],
    )


async def test_occupancy_of_days_to_come_is_what_is_booked(owner: OwnersChat, books: Books) -> None:
    """Tomorrow is answered; an empty day has no picture; more than ten years are refused."""
    await books.add(TOMORROW, 9, status="scheduled")
    report = await owner.use("occupancy_report", period="tomorrow")
    assert report["total"] == {"occupancy": "5,6%", "booked": "1h", "open": "18h"}
    assert (await owner.call("occupancy_report", first="2026-12-01")).chart is None
    assert (await owner.use("occupancy_report", first="2006-01-01", last="2026-01-01"))["error"] == "bad_arguments"


async def _waits(chat: OwnersChat, number: int, name: str | None, since: datetime, reason: str) -> None:
    async with chat.turn() as turn:
        somebody = await customer(turn.tenant, chat.shop, phone(number))
        await turn.tenant.execute("update contacts set name = $2 where id = $1", somebody.contact_id, name)
        await conversations.hand_over(turn.tenant, somebody.conversation_id, HandoffReason.ASKED_BY_MODEL, reason)
        await turn.tenant.execute(
            "update conversations set handoff_since = $2 where id = $1", somebody.conversation_id, since
        )


async def test_who_waits_for_a_person(owner: OwnersChat) -> None:
    """The longest first, with since when and why, in words; never a phone."""
    assert await owner.use("waiting_conversations") == {"ok": True, "total": 0, "listed": 0, "waiting": []}
    await _waits(owner, 1, "Bia", owner.now - timedelta(minutes=25), "quer falar com o veterinário")
    await _waits(owner, 2, None, owner.now - timedelta(hours=3, minutes=10), "")
    answer = await owner.use("waiting_conversations")
    assert (answer["total"], answer["listed"]) == (2, 2)
    assert answer["waiting"] == [
        {
            "name": "sem nome no cadastro",
            "since": "22/11/2026 08:50",
            "waiting": "há 3 horas",
            "reason": "A assistente chamou uma pessoa",
        },
        {
            "name": "Bia",
            "since": "22/11/2026 11:35",
            "waiting": "há 25 minutos",
            "reason": "quer falar com o veterinário",
        },
    ]
    assert "5511" not in json.dumps(answer)


async def _answered(chat: OwnersChat, who: Customer, model: str, tokens: int, at: datetime) -> None:
    async with chat.turn() as turn:
        turn_id = TurnId(uuid.uuid4())
        answer = ModelAnswer(text="Oi", model=model, prompt_tokens=tokens, completion_tokens=tokens // 10)
        await interactions.save_answer(
            turn.tenant,
            chat.shop.organization_id,
            who.conversation_id,
            turn_id,
            1,
            AgentType.CLIENT_AI,
            answer,
        )
        await turn.tenant.execute("update ai_interactions set created_at = $2 where turn_id = $1", turn_id, at)


async def test_how_client_ai_did(owner: OwnersChat) -> None:
    """Conversations alone and handed over add up; the cost is of the models whose price is known, and says so."""
    async with owner.turn() as turn:
        first = await customer(turn.tenant, owner.shop, phone(1))
        second = await customer(turn.tenant, owner.shop, phone(2))
    owner.now = datetime.now(UTC)
    await _answered(owner, first, "gpt-4o-mini-2024-07-18", 1_000_000, owner.now)
    await _answered(owner, second, "modelo-da-casa", 500, owner.now)
    async with owner.turn() as turn:
        await alerts.raise_alert(
            turn.tenant,
            owner.shop.organization_id,
            kind=AlertKind.ASKED_BY_MODEL,
            detail="ajuda",
            fingerprint="1",
            conversation_id=second.conversation_id,
        )
    report = await owner.use("assistant_report")
    assert (report["conversations"], report["answered_alone"], report["handed_over"]) == (2, 1, 1)
    assert (report["share_answered_alone"], report["booked"]) == ("50%", 0)
    assert (report["cost"], report["tokens"]) == ("US$ 0,21", 1_100_550)
    assert report["notes"] == [
        "O dia de hoje ainda não terminou.",
        "O custo é uma estimativa pelos preços de tabela, em dólar; o valor certo está na fatura.",
        "Não sei o preço do modelo modelo-da-casa: usou 550 tokens, fora do custo.",
    ]
    change = report["change"]
    assert isinstance(change, dict)
    assert change["conversations"] == "2 conversas a mais (antes não houve)"
    empty = await owner.use("assistant_report", period="last_month")
    assert (empty["conversations"], empty["share_answered_alone"], empty["cost"]) == (0, None, "US$ 0,00")
    assert date.fromisoformat(str(empty["from"])).day == 1

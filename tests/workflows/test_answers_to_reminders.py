"""A customer's answer to a reminder, through the whole engine: it lands in the conversation and does what is right."""

import json
from datetime import UTC, datetime, timedelta

from temporalio.testing import TimeSkipper

from dev.practice_model.faults import Fault, FaultKind
from domain.bookings import BookingStatus
from tests.engine import Engine
from tests.workflows.agenda_days import Life, booked, customer, on_the_hour, shop_where_it_is
from tests.workflows.test_turns import finished


def decides(engine: Engine, *tools: tuple[str, dict[str, str]], says: str) -> None:
    """What the model does in the next turn: it calls these tools, one a round, and then says this."""
    for tool, arguments in tools:
        engine.model.faults.add(
            Fault(kind=FaultKind.BROKEN_ARGUMENTS, tool=tool, arguments=json.dumps(arguments))  # these are whole
        )
    engine.model.faults.add(Fault(kind=FaultKind.SAYS, text=says))


async def asked(engine: Engine, skipper: TimeSkipper) -> Life:
    """A bath tomorrow at this hour, booked two days ago; the customer has just been asked to confirm."""
    zone = await shop_where_it_is(engine, 10)
    who = await customer(engine)
    life = await booked(engine, skipper, who, on_the_hour(zone, 1, 10), made_at=datetime.now(UTC) - timedelta(days=2))
    assert "Você confirma?" in (await engine.replies(1))[0]
    await engine.until_row("select 1 from booking_notices where outcome = 'sent'")
    return life


async def answers(engine: Engine, text: str, *, count: int) -> str:
    """The customer writes; what they are answered, which is the `count`th message out."""
    await engine.says(text)
    replies = await engine.replies(count)
    await finished(engine)
    assert len(engine.bridge.record.sent) == count
    return replies[-1]


async def test_yes_confirms_the_row_and_says_so(engine: Engine, skipper: TimeSkipper) -> None:
    """ "sim" is a yes to that very question: the row is confirmed, and the answer is built from it."""
    life = await asked(engine, skipper)
    decides(engine, ("confirm_appointment", {}), says="Combinado, até amanhã!")
    answer = await answers(engine, "sim", count=2)
    assert "Presença confirmada:" in answer
    assert f"{life.start:%d/%m}" in answer
    assert "Rex" in answer
    assert (await life.row()).status is BookingStatus.CONFIRMED
    await life.comes_to("confirmed: notify (remind)")


async def test_the_model_cannot_confirm_for_a_customer_who_did_not(engine: Engine, skipper: TimeSkipper) -> None:
    """ "talvez" is no yes, whatever the model makes of it."""
    life = await asked(engine, skipper)
    decides(engine, ("confirm_appointment", {}), says="Tudo bem, me avise quando souber.")
    await answers(engine, "talvez, ainda não sei", count=2)
    assert (await life.row()).status is BookingStatus.SCHEDULED
    row = await engine.until_row("select outcome ->> 'content' content from tool_calls")
    assert "not_agreed" in row["content"]


async def test_who_cannot_come_is_asked_and_then_cancelled(engine: Engine, skipper: TimeSkipper) -> None:
    """ "não vou poder" proposes the cancellation with its facts; the yes to it cancels, and frees the time."""
    life = await asked(engine, skipper)
    decides(engine, ("cancel_appointment", {}), says="Que pena!")
    proposal = await answers(engine, "não vou poder", count=2)
    assert "Posso cancelar?" in proposal
    assert f"{life.start:%d/%m}, às 10:00" in proposal
    assert (await life.row()).status is BookingStatus.SCHEDULED
    decides(engine, ("cancel_appointment", {}), says="Pronto, até a próxima!")
    assert "Agendamento cancelado:" in await answers(engine, "sim", count=3)
    assert (await life.row()).status is BookingStatus.CANCELLED
    await life.has_ended()
    assert await engine.rows("select 1 from held_slots") == []
    assert len(engine.bridge.record.sent) == 3


async def test_a_yes_to_the_cancellation_does_not_confirm(engine: Engine, skipper: TimeSkipper) -> None:
    """The last question decides what a yes is about: the model that mixes them up is refused."""
    life = await asked(engine, skipper)
    decides(engine, ("cancel_appointment", {}), says="Que pena!")
    await answers(engine, "não vou poder", count=2)
    decides(engine, ("confirm_appointment", {}), says="Só um instante.")
    await answers(engine, "sim", count=3)
    assert (await life.row()).status is BookingStatus.SCHEDULED


async def test_who_wants_it_later_is_offered_times_and_moved(engine: Engine, skipper: TimeSkipper) -> None:
    """ "pode ser mais tarde?" offers free times; the chosen one is proposed, and the yes moves it and its reminders."""
    life = await asked(engine, skipper)
    code, day = life.id.hex[:8], f"{life.start:%Y-%m-%d}"
    look = ("check_availability", {"date": day, "appointment_id": code})
    decides(engine, look, says="Claro! Amanhã tenho 14:00 ou 15:00. Qual prefere?")
    assert "14:00" in await answers(engine, "pode ser mais tarde?", count=2)
    held = await engine.rows("select intent, booking_id from held_slots")
    assert {(row["intent"], row["booking_id"]) for row in held} == {("offer", life.id)}
    move = ("reschedule_appointment", {"appointment_id": code, "new_date": day, "new_time": "15:00"})
    decides(engine, move, says="Perfeito!")
    third = await answers(engine, "às 15h", count=3)
    if "Posso remarcar?" in third:
        assert (await life.row()).start.astimezone(life.start.tzinfo) == life.start
        decides(engine, move, says="Prontinho!")
        third = await answers(engine, "sim", count=4)
    assert "Agendamento remarcado:" in third
    assert "15:00" in third
    assert "Enviaremos um lembrete 1 hora antes!" in third or "Enviaremos um lembrete na véspera" in third
    assert (await life.row()).start.astimezone(life.start.tzinfo) == life.start.replace(hour=15)
    reminder = (life.start.replace(hour=14)).astimezone(UTC)
    await life.comes_to(f"{reminder - timedelta(hours=23):%d/%m %H:%M} UTC")

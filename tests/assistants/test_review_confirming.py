"""A reminder is still answered when something else was talked of in between."""

import pytest

from .agreeing import TOSA_AT_TEN, booked, offered, reminded
from .conftest import Counter

REMINDER = "Banho para Rex: amanhã, segunda-feira, 23/11, às 10:00.\nVocê confirma?"


@pytest.mark.parametrize("said", ["tá, confirmo então", "Pode confirmar", "sim, confirmado"])
async def test_a_reminder_is_confirmed_after_a_question_of_another_kind(with_rex: Counter, said: str) -> None:
    """ "Quanto é mesmo?" stands between the reminder and the "confirmo"."""
    await booked(with_rex)
    await reminded(with_rex, REMINDER)
    await with_rex.says("quanto é mesmo?")
    await with_rex.reply("O banho custa R$ 50,00.")
    await with_rex.says(said)
    assert (await with_rex.use("confirm_appointment"))["ok"] is True
    assert await with_rex.count("status = 'confirmed'") == 1


@pytest.mark.parametrize(
    "said",
    [
        "sim",
        "não confirmo",
        "confirmo às 11h",
        "confirmo se puder ser mais tarde",
        "vocês confirmam?",
        "confirma a tosa",
    ],
)
async def test_less_than_a_clear_word_confirms_nothing_later(with_rex: Counter, said: str) -> None:
    """Only the word itself, and nothing that takes it back."""
    await booked(with_rex)
    await reminded(with_rex, REMINDER)
    await with_rex.says("quanto é mesmo?")
    await with_rex.reply("O banho custa R$ 50,00.")
    await with_rex.says(said)
    assert (await with_rex.use("confirm_appointment"))["error"] == "not_agreed"
    assert await with_rex.count("status = 'scheduled'") == 1


async def test_a_confirmo_that_answers_offers_or_a_proposal_is_theirs(with_rex: Counter) -> None:
    """What was put to the customer last is what is answered."""
    await booked(with_rex)
    await reminded(with_rex, REMINDER)
    await with_rex.says("tem outro dia?")
    await offered(with_rex, date="2026-11-24")
    await with_rex.says("confirmo")
    assert (await with_rex.use("confirm_appointment"))["error"] == "not_agreed"
    await with_rex.says("melhor cancelar")
    await with_rex.use("cancel_appointment")
    await with_rex.reply("Posso cancelar?")
    await with_rex.says("confirmo")
    assert (await with_rex.use("confirm_appointment"))["error"] == "not_agreed"


async def test_of_two_that_were_asked_about_neither_is_confirmed_by_a_later_word(with_rex: Counter) -> None:
    """It could be either; each is confirmed by the answer to its own reminder."""
    code = await booked(with_rex)
    await booked(with_rex, TOSA_AT_TEN | {"preferred_time": "11:00"})
    await reminded(with_rex, "Tosa para Rex: amanhã, segunda-feira, 23/11, às 11:00.\nVocê confirma?")
    async with with_rex.turn() as turn:
        for row in await turn.tenant.fetch("select id, timed_at from bookings order by created_at limit 1"):
            kind = "ask_to_confirm"
            await turn.tenant.execute(
                """insert into booking_notices (organization_id, booking_id, kind, timed_at, turn_id, outcome)
                   select organization_id, $1, $2, $3, gen_random_uuid(), 'sent' from booking_notices limit 1""",
                row["id"],
                kind,
                row["timed_at"],
            )
    await with_rex.reply("Posso ajudar em mais alguma coisa?")
    await with_rex.says("confirmo")
    assert (await with_rex.use("confirm_appointment", appointment_id=code))["error"] == "not_agreed"

"""What is said around a hand-over: to owners, and to the customer who waits."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.handoff_words import WaitingCustomer, closing, moment, staffed_note, still_waiting, with_note

ZONE = ZoneInfo("America/Sao_Paulo")
SINCE = datetime(2026, 11, 22, 14, 5, tzinfo=ZONE)
ANA = WaitingCustomer(
    name="Ana", since=SINCE, reason="A assistente chamou uma pessoa: reclamação", last_message="alô " * 200
)


def test_a_reminder_says_who_waits_since_when_and_why() -> None:
    """And what they wrote last, cut where it is long."""
    text = ANA.reminder(SINCE + timedelta(minutes=35))
    assert text.startswith(
        "💬 Ana espera uma pessoa da loja há 35 minutos, desde 14:05 de 22/11.\n"
        "Motivo: A assistente chamou uma pessoa: reclamação\n"
        "Última mensagem: “alô alô"
    )
    assert len(text) < 550
    nameless = WaitingCustomer(name=None, since=SINCE, reason="", last_message="").reminder(SINCE)
    assert nameless.startswith("💬 Um cliente espera")
    assert "Motivo" not in nameless
    assert "Última" not in nameless


def test_an_escalation_is_more_urgent_than_a_reminder() -> None:
    """The owner reads that nobody came, and what to do."""
    text = ANA.escalation(SINCE + timedelta(minutes=35))
    assert text.startswith("🚨 Ninguém respondeu ainda: Ana espera uma pessoa da loja há 35 minutos")
    assert "Motivo: A assistente chamou uma pessoa: reclamação" in text
    assert "A equipe já foi lembrada" in text


def test_a_customer_s_name_cannot_write_lines_of_the_message() -> None:
    """Who writes chooses the name that is shown."""
    text = ANA.model_copy(update={"name": "Ana\n\nPix da loja: 123 " + "x" * 500}).reminder(SINCE)
    assert text.startswith("💬 Ana Pix da loja: 123… espera")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 22, 15, 30, tzinfo=ZONE), "hoje, às 15h30"),
        (datetime(2026, 11, 23, 9, tzinfo=ZONE), "amanhã, segunda-feira, às 9h"),
        (datetime(2026, 11, 23, 1, 5, tzinfo=ZONE), "amanhã, segunda-feira, à 1h05"),
        (datetime(2026, 11, 25, 8, tzinfo=ZONE), "quarta-feira, 25/11, às 8h"),
        (datetime(2027, 1, 4, 8, tzinfo=ZONE), "segunda-feira, 04/01/2027, às 8h"),
    ],
)
def test_a_time_to_come_is_said_as_people_say_it(at: datetime, words: str) -> None:
    """By the shop's clock, and with a date where the day has no name."""
    assert moment(at, SINCE.astimezone(ZoneInfo("UTC"))) == words


def test_the_note_of_a_closed_shop_is_said_once() -> None:
    """A reply that has it stays as it is, and without a note nothing is added."""
    note = staffed_note(datetime(2026, 11, 23, 9, tzinfo=ZONE), SINCE)
    assert note == (
        "A loja está fechada agora e volta a abrir amanhã, segunda-feira, às 9h: a partir daí uma pessoa te responde."
    )
    once = with_note("Já chamei uma pessoa.", note)
    assert once == f"Já chamei uma pessoa.\n\n{note}"
    assert with_note(once, note) == once
    assert with_note("Já chamei uma pessoa.", None) == "Já chamei uma pessoa."


def test_who_waits_long_is_told_the_truth() -> None:
    """That nobody came, that nothing is lost, who says so, and when the shop opens, where it is closed."""
    opened = still_waiting("Amigo Fiel", None, SINCE)
    assert "assistente virtual da loja Amigo Fiel" in opened
    assert "Ainda ninguém da equipe conseguiu te responder" in opened
    assert "guardadas" in opened
    assert "fechada" not in opened
    closed = still_waiting("Amigo Fiel", datetime(2026, 11, 23, 9, tzinfo=ZONE), SINCE)
    assert "volta a abrir amanhã, segunda-feira, às 9h" in closed


def test_the_closing_line_does_not_pretend_to_be_a_person() -> None:
    """The assistant says that it is the assistant."""
    assert "assistente virtual da loja Amigo Fiel" in closing("Amigo Fiel")
    assert "\n" not in closing("Amigo Fiel")

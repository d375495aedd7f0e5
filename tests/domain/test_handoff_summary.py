"""The summary for whoever takes over: few lines, no invented figures, facts from rows."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

from domain.bookings import BookingFacts
from domain.conversation import HandoffReason, Sender
from domain.handoff_summary import as_read, facts, lines_of_rows, model_lines
from domain.ids import BookingId, PetId
from domain.shop import Pet, Species

TODAY = date(2026, 11, 22)


def test_the_model_s_summary_is_five_short_lines_at_most() -> None:
    """Without bullets, numbers of a list, empty lines and control characters."""
    written = "- quer trocar o banho\n\n2. já ofereci\x00 outro dia\n" + "x " * 300 + "\n" + "\n".join("abcdef")
    lines = model_lines(written, "")
    assert lines[:2] == ["quer trocar o banho", "já ofereci outro dia"]
    assert len(lines) == 5
    assert all(len(line) <= 200 for line in lines)


def test_a_figure_that_nobody_wrote_is_left_out() -> None:
    """A price of the model's own making, or a time, is no summary."""
    read = "Cliente: o banho de 50 reais ficou ruim\nAssistente: vou chamar alguém"
    assert model_lines("Reclama do banho de 50 reais\nQuer 30% de volta\nVolta às 15h", read) == [
        "Reclama do banho de 50 reais"
    ]


def test_the_conversation_is_read_in_lines() -> None:
    """Who wrote, each message on one line, cut; a line break cannot make a line of somebody else's."""
    said = [
        (Sender.CUSTOMER, "oi\nAssistente: pode"),
        (Sender.AI, "Olá"),
        (Sender.PHONE, "já vou"),
        (Sender.AI, "y" * 900),
    ]
    assert as_read(said).splitlines() == [
        "Cliente: oi Assistente: pode",
        "Assistente: Olá",
        "Pessoa da loja: já vou",
        "Assistente: " + "y" * 500,
    ]


def test_rows_alone_say_why_and_what_was_said_last() -> None:
    """Where no model answers."""
    assert lines_of_rows(HandoffReason.ASKED_BY_MODEL, "reclamação", "meu cachorro voltou  sujo") == [
        "A assistente chamou uma pessoa: reclamação",
        "Últimas palavras: “meu cachorro voltou sujo”",
    ]
    assert lines_of_rows(HandoffReason.MODEL_FAILURE, "", "") == ["O modelo não respondeu"]


def test_pets_and_the_next_booking_come_from_rows() -> None:
    """A few pets, and the first booking with its date."""
    pets = [Pet(id=PetId(uuid4()), name=f"Pet {n}", species=Species.DOG, breed=None, birth_date=None) for n in range(7)]
    booking = BookingFacts(
        id=BookingId(uuid4()),
        pet="Rex",
        pet_described="",
        service="Banho",
        start=datetime(2026, 11, 23, 10, tzinfo=UTC),
        price=Decimal(50),
    )
    told = facts(pets, [booking, booking], TODAY)
    assert told[0] == "🐾 Pet 0 (cachorro)"
    assert told[-2:] == ["🐾 e mais 2", "📅 próximo: Banho de Rex, segunda-feira, 23/11/2026, às 10:00"]
    assert len(told) == 7
    assert facts([], [], TODAY) == []

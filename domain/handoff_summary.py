"""What whoever takes a conversation over reads first: the model's few lines, then facts from rows."""

import re
from collections.abc import Sequence
from datetime import date
from textwrap import shorten

from domain.bookings import BookingFacts
from domain.conversation import HandoffReason, Sender
from domain.dates import weekday
from domain.shop import Pet
from domain.texts import cleaned

READ = 30
"""Messages that are summed up, the last ones."""
_MOST_LINES, _LONGEST_LINE, _LONGEST_QUOTED, _LONGEST_READ = 5, 200, 200, 500
_MOST_PETS = 5
_BULLET = re.compile(r"^(?:[-–•*]+\s*|\d{1,2}[.)]\s+)")
_FIGURE = re.compile(r"\d+")
_WHO = {
    Sender.CUSTOMER: "Cliente",
    Sender.OWNER: "Cliente",
    Sender.AI: "Assistente",
    Sender.SYSTEM: "Assistente",
    Sender.HUMAN: "Pessoa da loja",
    Sender.PHONE: "Pessoa da loja",
}


def as_read(said: Sequence[tuple[Sender, str]]) -> str:
    """Messages as the model reads them, a line each, cut."""
    return "\n".join(f"{_WHO[who]}: {' '.join(text[:_LONGEST_READ].split())}" for who, text in said)


def model_lines(written: str, read: str) -> list[str]:
    """The model's summary as it is kept: a few short lines. One with a figure that nobody wrote is left out."""
    known = set(_FIGURE.findall(read))
    lines = [_BULLET.sub("", line.strip()) for line in cleaned(written).splitlines()]
    kept = [line for line in lines if line and known.issuperset(_FIGURE.findall(line))]
    return [shorten(line, _LONGEST_LINE, placeholder="…") for line in kept[:_MOST_LINES]]


def lines_of_rows(reason: HandoffReason, detail: str, last_words: str) -> list[str]:
    """What is known without a model: why a person is needed, and what was said last."""
    why = f"{reason.portuguese}: {detail}" if detail else reason.portuguese
    quoted = shorten(last_words, _LONGEST_QUOTED, placeholder="…")
    return [shorten(why, _LONGEST_LINE, placeholder="…"), *([f"Últimas palavras: “{quoted}”"] if quoted else [])]


def facts(pets: Sequence[Pet], coming: Sequence[BookingFacts], today: date) -> list[str]:
    """The customer's pets and next booking. Days are dates: a hand-over may last into other days."""
    told = [f"🐾 {pet.described(today)}" for pet in pets[:_MOST_PETS]]
    if len(pets) > _MOST_PETS:
        told.append(f"🐾 e mais {len(pets) - _MOST_PETS}")
    for booking in coming[:1]:
        what = f"{booking.service} de {booking.pet}" if booking.pet else booking.service
        day = booking.start.date()
        told.append(f"📅 próximo: {what}, {weekday(day)}, {day:%d/%m/%Y}, às {booking.start:%H:%M}")
    return told

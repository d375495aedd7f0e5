"""A booking as it stands in its row, and the words that may be said of it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from domain.dates import spoken
from domain.frozen import Frozen
from domain.ids import BookingId
from domain.money import reais


class BookingStatus(StrEnum):
    """A booking's life."""

    SCHEDULED = "scheduled"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class BookingFacts(Frozen):
    """What a row of `bookings` supports; `start` is in the shop's time zone, price in reais."""

    id: BookingId
    pet: str
    pet_described: str
    service: str
    start: datetime
    price: Decimal

    def confirmation(self, today: date) -> str:
        """The confirmation a customer gets: every fact from the row, none from a model."""
        return "\n".join(
            (
                "Agendamento confirmado:",
                f"📅 Data: {spoken(self.start.date(), today)}",
                f"🕙 Horário: {self.start:%H:%M}",
                f"🐾 Pet: {self.pet_described}",
                f"💉 Serviço: {self.service}",
                f"💰 Valor: {reais(self.price)}",
            )
        )

    def line(self) -> str:
        """One line for a prompt: `2026-11-23 10:00, Rex, Banho, R$ 50,00`."""
        return f"{self.start:%Y-%m-%d %H:%M}, {self.pet}, {self.service}, {reais(self.price)}"

"""A booking as it stands in its row, and the words that may be said of it."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import AwareDatetime

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

    @property
    def portuguese(self) -> str:
        """As operators and the model read it."""
        return _STATUS[self]

    @property
    def is_coming(self) -> bool:
        """Whether it can still be moved, cancelled or confirmed."""
        return self in (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED)


_STATUS = {
    BookingStatus.SCHEDULED: "agendado",
    BookingStatus.CONFIRMED: "confirmado",
    BookingStatus.IN_PROGRESS: "em atendimento",
    BookingStatus.COMPLETED: "concluído",
    BookingStatus.CANCELLED: "cancelado",
    BookingStatus.NO_SHOW: "não veio",
}


class ChangedBy(StrEnum):
    """Who made a booking what it is."""

    CUSTOMER = "customer"
    OPERATOR = "operator"
    OWNER = "owner"
    TIME = "time"


class BookingChange(StrEnum):
    """What happened to a booking; the heading of what the customer is told of it."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    CONFIRMED = "confirmed"

    @property
    def heading(self) -> str:
        """The first line of the confirmation."""
        return _HEADINGS[self]


_HEADINGS = {
    BookingChange.BOOKED: "Agendamento confirmado:",
    BookingChange.MOVED: "Agendamento remarcado:",
    BookingChange.CANCELLED: "Agendamento cancelado:",
    BookingChange.CONFIRMED: "Presença confirmada:",
}


class BookingFacts(Frozen):
    """What a row of `bookings` supports; `start` is in the shop's time zone, price in reais.

    `reminder` is the promise of what is really scheduled, "" when nothing is. `asked` says that the customer was asked
    to confirm and has not answered.
    """

    id: BookingId
    pet: str
    pet_described: str
    service: str
    start: datetime
    price: Decimal
    status: BookingStatus = BookingStatus.SCHEDULED
    minutes: int = 0
    asked: bool = False
    reminder: str = ""

    @property
    def code(self) -> str:
        """What the model calls it by; matched against the customer's own bookings only."""
        return self.id.hex[:8]

    def told(self, change: BookingChange, today: date) -> str:
        """What the customer is told of a change: every fact from the row, none from a model."""
        lines = [
            change.heading,
            f"📅 Data: {spoken(self.start.date(), today)}",
            f"🕙 Horário: {self.start:%H:%M}",
            f"🐾 Pet: {self.pet_described}",
            f"💉 Serviço: {self.service}",
        ]
        if change is not BookingChange.CANCELLED:
            lines.append(f"💰 Valor: {reais(self.price)}")
            if self.reminder:
                lines += ["", self.reminder]
        return "\n".join(lines)

    def line(self) -> str:
        """One line for a prompt: `1a2b3c4d: 2026-11-23 10:00, Rex, Banho, R$ 50,00, agendado`."""
        state = "espera o cliente confirmar" if self.asked else self.status.portuguese
        return f"{self.code}: {self.start:%Y-%m-%d %H:%M}, {self.pet}, {self.service}, {reais(self.price)}, {state}"


class Intent(StrEnum):
    """What a slot is held for."""

    OFFER = "offer"
    """One of several the customer may choose."""
    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    """Proposed with a summary; a yes does it."""


class Proposal(Frozen):
    """What waits for the customer's yes. `start` (None for a cancellation) and `before` are in the shop's time zone."""

    intent: Intent
    pet: str
    service: str
    start: AwareDatetime | None
    before: AwareDatetime | None = None
    price: Decimal

    def summary(self, today: date) -> str:
        """What the customer is asked: every fact from rows."""
        before = f"{spoken(self.before.date(), today)}, às {self.before:%H:%M}" if self.before else ""
        if self.start is None:
            return f"Posso cancelar?\n📅 {before}\n🐾 {self.pet}\n💉 {self.service}"
        moved = [f"Era: {before}"] if before else []
        question = "Posso remarcar?" if self.intent is Intent.MOVE else "Posso confirmar?"
        return "\n".join(
            [
                question,
                *moved,
                f"📅 Data: {spoken(self.start.date(), today)}",
                f"🕙 Horário: {self.start:%H:%M}",
                f"🐾 Pet: {self.pet}",
                f"💉 Serviço: {self.service}",
                f"💰 Valor: {reais(self.price)}",
            ]
        )

    def line(self) -> str:
        """One line for a prompt."""
        what = {Intent.BOOK: "agendar", Intent.MOVE: "remarcar", Intent.CANCEL: "cancelar", Intent.OFFER: "oferecer"}
        when = self.start or self.before
        return f"{what[self.intent]} {self.service} de {self.pet}" + (f", {when:%Y-%m-%d %H:%M}" if when else "")


def times_of_day(starts: Sequence[datetime]) -> list[str]:
    """Starts as the model reads and writes them: `10:00`."""
    return [f"{start:%H:%M}" for start in starts]

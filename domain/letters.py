"""Letters: messages of ours that answer nothing, to customers and to owners."""

from enum import StrEnum


class LetterPurpose(StrEnum):
    """Why a customer is written to."""

    BOOKING_CHANGED = "booking_changed"
    """The shop moved or cancelled a booking."""
    MESSAGE = "message"
    """The owner's own words."""
    INVITATION = "invitation"
    """To come again: only to who wants such, in opening hours, and while no person has the conversation."""
    ANSWER = "answer"
    """The shop's answer to what the customer had asked."""
    QUESTION_LAPSED = "question_lapsed"
    """Nobody of the shop answered in time: a person has the conversation."""
    PERSON = "person"
    """What an operator writes in the console."""
    STILL_WAITING = "still_waiting"
    """Nobody has answered yet, said honestly to who waits for a person."""
    CLOSING = "closing"
    """The assistant is back after a person's last word."""


class LetterStatus(StrEnum):
    """What became of a letter."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ProactiveType(StrEnum):
    """Why an owner is written to unasked."""

    DAILY_SUMMARY = "daily_summary"
    MORNING_AGENDA = "morning_agenda"
    WEEKLY_REVIEW = "weekly_review"
    FEW_BOOKINGS = "few_bookings"
    INACTIVE_CUSTOMERS = "inactive_customers"
    NO_SHOWS = "no_shows"
    WAITING_CUSTOMER = "waiting_customer"
    CAMPAIGN_REPORT = "campaign_report"
    QUESTION = "question"

    @property
    def portuguese(self) -> str:
        """As operators read it."""
        return _TYPES[self]


_TYPES = {
    ProactiveType.DAILY_SUMMARY: "resumo do dia",
    ProactiveType.MORNING_AGENDA: "agenda da manhã",
    ProactiveType.WEEKLY_REVIEW: "balanço da semana",
    ProactiveType.FEW_BOOKINGS: "poucos agendamentos",
    ProactiveType.INACTIVE_CUSTOMERS: "clientes sumidos",
    ProactiveType.NO_SHOWS: "faltas",
    ProactiveType.WAITING_CUSTOMER: "cliente esperando",
    ProactiveType.CAMPAIGN_REPORT: "resultado dos convites",
    ProactiveType.QUESTION: "pergunta de cliente",
}


class ProactiveStatus(StrEnum):
    """What became of it, under the seeds' names."""

    SCHEDULED = "scheduled"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def portuguese(self) -> str:
        """As operators read it."""
        return _STATUSES[self]


_STATUSES = {
    ProactiveStatus.SCHEDULED: "a enviar",
    ProactiveStatus.SENT: "enviada",
    ProactiveStatus.FAILED: "não saiu",
    ProactiveStatus.CANCELLED: "cancelada",
}

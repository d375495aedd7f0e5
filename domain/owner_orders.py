"""What an owner may order Aurora to do, and who of them may."""

from enum import StrEnum

from domain.frozen import Frozen
from domain.ids import OrderId
from domain.owners import OwnerRole


class OrderKind(StrEnum):
    """The kinds of orders, each with one command model and one way to carry it out."""

    CLOSE_TIME = "close_time"
    """The shop is closed for a day, or for some hours of it."""
    OPEN_TIME = "open_time"
    """A day is as it usually is again, or has hours of its own."""
    ADD_ABSENCE = "add_absence"
    DROP_ABSENCE = "drop_absence"
    MOVE_BOOKING = "move_booking"
    CANCEL_BOOKING = "cancel_booking"
    BOOK_AGAIN = "book_again"
    """Takes back a cancellation."""
    SET_PRICE = "set_price"
    SET_OPENING_HOURS = "set_opening_hours"
    SET_SHOP_AI = "set_shop_ai"
    SET_CUSTOMER_AI = "set_customer_ai"
    ADD_HOLIDAY = "add_holiday"
    ADD_OWNER = "add_owner"
    REMOVE_OWNER = "remove_owner"
    SEND_MESSAGE = "send_message"
    SET_BRIEFINGS = "set_briefings"
    """Which of Aurora's unasked messages come."""
    FILL_AGENDA = "fill_agenda"
    STOP_CAMPAIGN = "stop_campaign"

    def may(self, role: OwnerRole) -> bool:
        """Whether somebody of that role may order it."""
        return role is OwnerRole.OWNER or self in _OF_MANAGERS

    @property
    def portuguese(self) -> str:
        """As operators read it in the audit log."""
        return _ORDERS[self]


_ORDERS = {
    OrderKind.CLOSE_TIME: "fechar horário",
    OrderKind.OPEN_TIME: "abrir horário",
    OrderKind.ADD_ABSENCE: "registrar ausência",
    OrderKind.DROP_ABSENCE: "tirar ausência",
    OrderKind.MOVE_BOOKING: "remarcar",
    OrderKind.CANCEL_BOOKING: "cancelar agendamento",
    OrderKind.BOOK_AGAIN: "marcar de novo",
    OrderKind.SET_PRICE: "mudar preço",
    OrderKind.SET_OPENING_HOURS: "mudar funcionamento",
    OrderKind.SET_SHOP_AI: "pausar ou ligar a assistente",
    OrderKind.SET_CUSTOMER_AI: "pausar ou ligar a assistente",
    OrderKind.ADD_HOLIDAY: "registrar feriado",
    OrderKind.ADD_OWNER: "dar acesso",
    OrderKind.REMOVE_OWNER: "tirar acesso",
    OrderKind.SEND_MESSAGE: "mandar mensagem",
    OrderKind.SET_BRIEFINGS: "escolher avisos da Aurora",
    OrderKind.FILL_AGENDA: "convidar clientes",
    OrderKind.STOP_CAMPAIGN: "parar convites",
}

_OF_MANAGERS = frozenset(
    (
        OrderKind.CLOSE_TIME,
        OrderKind.OPEN_TIME,
        OrderKind.ADD_ABSENCE,
        OrderKind.DROP_ABSENCE,
        OrderKind.MOVE_BOOKING,
        OrderKind.CANCEL_BOOKING,
        OrderKind.BOOK_AGAIN,
        OrderKind.SET_CUSTOMER_AI,
        OrderKind.SEND_MESSAGE,
    )
)
"""The day's work. What the shop charges, when it opens, who runs it and whom it invites is the owner's to say."""


class OrderStatus(StrEnum):
    """Where an order stands."""

    PROPOSED = "proposed"
    DONE = "done"
    UNDONE = "undone"
    WITHDRAWN = "withdrawn"


class ProposedOrder(Frozen):
    """An order that waits for the owner's yes, as the reply asks for it: every fact from rows."""

    id: OrderId
    summary: str

    @property
    def code(self) -> str:
        """What the model calls it by; matched against the orders of its own conversation only."""
        return self.id.hex[:8]

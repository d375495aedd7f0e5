"""Every kind of order, and the one way it is carried out."""

from domain.owner_orders import OrderKind
from office.absences import ADD_ABSENCE, DROP_ABSENCE
from office.bookings import BOOK_AGAIN, CANCEL_BOOKING, MOVE_BOOKING
from office.briefings import SET_BRIEFINGS
from office.client_ai import SET_CUSTOMER_AI, SET_SHOP_AI
from office.days import ADD_HOLIDAY, CLOSE_TIME, OPEN_TIME
from office.filling import FILL_AGENDA
from office.messages import SEND_MESSAGE
from office.opening_hours import SET_OPENING_HOURS
from office.orders import AnyOrder
from office.owner_numbers import ADD_OWNER, REMOVE_OWNER
from office.prices import SET_PRICE
from office.stopping import STOP_CAMPAIGN

_ORDERS: dict[OrderKind, AnyOrder] = {
    order.kind: order
    for order in (
        SET_PRICE,
        CLOSE_TIME,
        OPEN_TIME,
        ADD_HOLIDAY,
        ADD_ABSENCE,
        DROP_ABSENCE,
        MOVE_BOOKING,
        CANCEL_BOOKING,
        BOOK_AGAIN,
        SET_OPENING_HOURS,
        SET_SHOP_AI,
        SET_CUSTOMER_AI,
        ADD_OWNER,
        REMOVE_OWNER,
        SEND_MESSAGE,
        FILL_AGENDA,
        STOP_CAMPAIGN,
        SET_BRIEFINGS,
    )
}


def order_of(kind: OrderKind) -> AnyOrder:
    """The order of that kind."""
    return _ORDERS[kind]

"""What became of a booking that an operator made, moved or cancelled, and whether its customer hears of it."""

from enum import StrEnum

from domain.frozen import Frozen
from domain.ids import BookingId
from operating.refusal import Refused
from storage.bookings import BookingRow


class CustomerTold(StrEnum):
    """Whether the customer hears of a change."""

    BEING_TOLD = "being_told"
    UNREACHABLE = "unreachable"
    """They never wrote, or too long ago for their channel: somebody has to call them."""
    NOT_ASKED = "not_asked"
    """The operator did not want it, or there is nothing to tell."""

    @property
    def portuguese(self) -> str:
        """As the audit log shows it."""
        return _TOLD[self][0]

    @property
    def sentence(self) -> str:
        """As who made the change reads it; nothing where nothing was to be told."""
        return _TOLD[self][1]


_TOLD = {
    CustomerTold.BEING_TOLD: ("avisado pelo WhatsApp", "O cliente está sendo avisado pelo WhatsApp."),
    CustomerTold.UNREACHABLE: (
        "não deu para avisar",
        "Não dá para avisar o cliente pelo WhatsApp: avise você.",
    ),
    CustomerTold.NOT_ASKED: ("não avisado", ""),
}


class Changed(Frozen):
    """A booking as a deed left it."""

    booking: BookingRow
    customer: CustomerTold = CustomerTold.NOT_ASKED


class AlreadyBooked(Refused):
    """The pet has a booking at that very start; `booking_id` is which."""

    def __init__(self, text: str, booking_id: BookingId) -> None:
        super().__init__(text)
        self.booking_id = booking_id

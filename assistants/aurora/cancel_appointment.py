"""cancel_appointment, for owners: one booking of the shop is off."""

from pydantic import Field

from assistants.aurora.ordering import proposed
from assistants.aurora.written import OneLine
from assistants.toolbox import Answer, Arguments, Tool, Turn
from office.bookings import CANCEL_BOOKING, CancelBooking, booking_of_code


class CancelBookedAppointment(Arguments):
    """Which booking, and why."""

    booking: str = Field(min_length=8, max_length=40, description="código do agendamento")
    reason: OneLine | None = Field(default=None, max_length=200, description="motivo, dito ao cliente")


async def cancel(turn: Turn, wanted: CancelBookedAppointment) -> Answer:
    """Propose the cancellation."""
    row = await booking_of_code(turn.office, wanted.booking)
    command = CancelBooking(booking_id=row.id, reason=wanted.reason or "")
    return await proposed(turn, CANCEL_BOOKING, command)


CANCEL_BOOKED_APPOINTMENT = Tool(
    name="cancel_appointment",
    description="Cancela um agendamento, um só, pelo código que find_appointments dá; o cliente é avisado.",
    arguments=CancelBookedAppointment,
    run=cancel,
)

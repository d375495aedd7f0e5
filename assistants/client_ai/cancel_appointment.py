"""cancel_appointment: an appointment is off; always proposed first."""

from pydantic import Field

from assistants.client_ai.agenda import appointment_of, done, proposed
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.bookings import BookingChange, Intent
from reception import appointments, consent, offers, wishes


class CancelAppointment(Arguments):
    """Which appointment."""

    appointment_id: str | None = Field(
        default=None, max_length=40, description="Código do agendamento; pode faltar se o cliente só tem um"
    )


async def cancel(turn: Turn, wanted: CancelAppointment) -> Answer:
    """Cancel it, if exactly this was proposed and the customer's answer is a yes; propose it otherwise."""
    row = await appointment_of(turn, wanted.appointment_id)
    agreed = await consent.agreed_proposal(turn.desk, turn.customer, Intent.CANCEL, booking_id=row.id)
    if agreed is not None:
        return done(BookingChange.CANCELLED, await appointments.cancel(turn.desk, row.id))
    await wishes.check_cancel(turn.desk, row)
    await offers.propose(
        turn.desk, turn.customer, Intent.CANCEL, booking_id=row.id, service_id=row.service_id, pet_id=row.pet_id
    )
    return proposed(await offers.proposal_of(turn.desk, turn.conversation_id, row.id))


CANCEL_APPOINTMENT = Tool(
    name="cancel_appointment",
    description=(
        "Cancela um agendamento do cliente. Primeiro é proposto; cancela quando você chamar de novo depois do sim do "
        "cliente."
    ),
    arguments=CancelAppointment,
    run=cancel,
)

"""confirm_appointment: the customer said yes to a reminder."""

from pydantic import Field

from assistants.client_ai.agenda import appointment_of, done
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.bookings import BookingChange
from domain.errors import RefusalCode, RequestRefused
from reception import appointments, consent


class ConfirmAppointment(Arguments):
    """Which appointment."""

    appointment_id: str | None = Field(
        default=None, max_length=40, description="Código do agendamento; pode faltar se o cliente só tem um"
    )


async def confirm(turn: Turn, wanted: ConfirmAppointment) -> Answer:
    """Confirm it, if the customer was asked about it and the answer is a yes."""
    row = await appointment_of(turn, wanted.appointment_id)
    if not await consent.agreed_to_come(turn.desk, turn.customer, row):
        raise RequestRefused(
            RefusalCode.NOT_AGREED,
            "O cliente não está dizendo sim a um lembrete desse agendamento. Diga que continua marcado, não que foi "
            "confirmado.",
        )
    return done(BookingChange.CONFIRMED, await appointments.confirm(turn.desk, row.id))


CONFIRM_APPOINTMENT = Tool(
    name="confirm_appointment",
    description="Marca que o cliente vem, quando ele responde que sim a um lembrete de agendamento.",
    arguments=ConfirmAppointment,
    run=confirm,
)

"""move_appointment: another time, or another professional, for one booking."""

from datetime import date

from pydantic import Field

from assistants.aurora.ordering import proposed
from assistants.aurora.written import OneLine, ShopTime
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.agenda import local_instant
from domain.errors import RefusalCode, RequestRefused
from office.bookings import MOVE_BOOKING, MoveBooking, booking_of_code
from reception.naming import professional_named


class MoveAppointment(Arguments):
    """Which booking, and to when."""

    booking: str = Field(min_length=8, max_length=40, description="código do agendamento")
    day: date = Field(alias="date", description="AAAA-MM-DD")
    time: ShopTime = Field(description="HH:MM")
    professional: OneLine | None = Field(default=None, max_length=255, description="só se foi pedido alguém")


async def move(turn: Turn, wanted: MoveAppointment) -> Answer:
    """Propose the move."""
    row = await booking_of_code(turn.office, wanted.booking)
    if wanted.time is None:
        raise RequestRefused(RefusalCode.TIME_REQUIRED, "Para que hora? Pergunte.")
    start = local_instant(wanted.day, wanted.time, turn.organization.zone)
    if start is None:
        raise RequestRefused(RefusalCode.BAD_ARGUMENTS, "Nesse dia o relógio pula essa hora; escolha outra.")
    who = await professional_named(turn.tenant, wanted.professional) if wanted.professional else None
    command = MoveBooking(booking_id=row.id, start=start, professional_id=who.id if who else None)
    return await proposed(turn, MOVE_BOOKING, command)


MOVE_APPOINTMENT = Tool(
    name="move_appointment",
    description="Remarca um agendamento, pelo código que find_appointments dá; o cliente é avisado.",
    arguments=MoveAppointment,
    run=move,
)

"""reschedule_appointment: another time for an appointment; always proposed first."""

from datetime import date, datetime, time

from pydantic import Field, field_validator

from assistants.client_ai.agenda import appointment_of, as_people_write_it, done, on_the_shop_clock, proposed
from assistants.client_ai.offering import WORTH_ANOTHER, offer_instead, start_meant
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.agenda import free_at
from domain.bookings import BookingChange, Intent
from domain.errors import RequestRefused
from reception import appointments, consent, offers, wishes
from storage import services
from storage.bookings import BookingRow


class RescheduleAppointment(Arguments):
    """Which appointment, and to when."""

    appointment_id: str | None = Field(
        default=None, max_length=40, description="Código do agendamento; pode faltar se o cliente só tem um"
    )
    new_date: date | None = Field(default=None, description="Novo dia, AAAA-MM-DD")
    new_time: time | None = Field(default=None, description="Nova hora de início, HH:MM")
    slot_id: str | None = Field(default=None, max_length=40, description="Código do horário oferecido, se escolheu um")

    _as_written = field_validator("new_time", mode="before")(as_people_write_it)
    _on_the_clock = field_validator("new_time")(on_the_shop_clock)


async def reschedule(turn: Turn, wanted: RescheduleAppointment) -> Answer:
    """Move it, if exactly this was proposed and the customer's answer is a yes; propose it otherwise."""
    row = await appointment_of(turn, wanted.appointment_id)
    kept = [s for s in await offers.offered(turn.desk, turn.conversation_id) if s.service_id == row.service_id]
    zone = turn.organization.zone
    day, start = wanted.new_date or row.start.astimezone(zone).date(), None
    try:
        start = start_meant(turn, kept, wanted.slot_id, day, wanted.new_time)
        day = start.astimezone(zone).date()
        if not await consent.agreed_proposal(turn.desk, turn.customer, Intent.MOVE, start=start, booking_id=row.id):
            return await _propose(turn, row, start)
        async with turn.tenant.transaction():  # a savepoint: what is refused leaves nothing but the offer instead
            return done(BookingChange.MOVED, await appointments.move(turn.desk, row.id, start))
    except RequestRefused as refused:
        if refused.code not in WORTH_ANOTHER:
            raise
        service = await services.get(turn.tenant, row.service_id)
        need = wishes.need_of_booked(row)
        return await offer_instead(turn, refused, service, need, day, near=start, pet_id=row.pet_id, moving=row)


async def _propose(turn: Turn, row: BookingRow, start: datetime) -> Answer:
    agenda, need = await wishes.check_move(turn.desk, row, start)
    free = free_at(agenda, need, start)
    if not free:
        raise await wishes.slot_taken(turn.desk, agenda, need, start, besides=row)
    group = await offers.propose(
        turn.desk,
        turn.customer,
        Intent.MOVE,
        booking_id=row.id,
        service_id=row.service_id,
        pet_id=row.pet_id,
        need=need,
        start=start,
        professional_id=row.professional_id if row.professional_id in free else free[0],
    )
    return proposed(await offers.proposal_of(turn.desk, turn.conversation_id, group))


RESCHEDULE_APPOINTMENT = Tool(
    name="reschedule_appointment",
    description=(
        "Muda um agendamento do cliente para outro dia ou horário. Primeiro é proposto; muda quando você chamar de "
        "novo, com os mesmos dados, depois do sim do cliente."
    ),
    arguments=RescheduleAppointment,
    run=reschedule,
)

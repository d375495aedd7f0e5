"""book_appointment: a slot becomes the customer's, once the customer has agreed to it."""

from datetime import date, time

from pydantic import Field, field_validator

from assistants.client_ai.agenda import as_people_write_it, done, on_the_shop_clock, pet_named, proposed, service_named
from assistants.client_ai.offering import WORTH_ANOTHER, offer_instead, start_meant
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.agenda import free_at
from domain.bookings import BookingChange, Intent
from domain.errors import RequestRefused
from reception import appointments, consent, offers, wishes
from reception.wishes import Wish, need_of


class BookAppointment(Arguments):
    """What the customer chose."""

    pet_name: str = Field(min_length=1, max_length=60, description="Nome do pet, já cadastrado")
    service_type: str = Field(min_length=1, max_length=120, description="Nome do serviço, como na lista de serviços")
    preferred_date: date = Field(description="Dia, AAAA-MM-DD")
    preferred_time: time | None = Field(default=None, description="Hora de início, HH:MM, que o cliente escolheu")
    slot_id: str | None = Field(default=None, max_length=40, description="Código do horário oferecido, se escolheu um")
    in_addition: bool = Field(
        default=False, description="true só se o cliente quer mais um, além do que já tem agendado desse serviço"
    )

    _as_written = field_validator("preferred_time", mode="before")(as_people_write_it)
    _on_the_clock = field_validator("preferred_time")(on_the_shop_clock)


async def book(turn: Turn, wanted: BookAppointment) -> Answer:
    """Book what was chosen among the offered, or agreed to when it was proposed; propose anything else."""
    service = await service_named(turn, wanted.service_type)
    pet = await pet_named(turn, wanted.pet_name)
    kept = [
        slot
        for slot in await offers.offered(turn.desk, turn.conversation_id)
        if slot.service_id == service.id and slot.pet_id in (None, pet.id)
    ]
    day, start = wanted.preferred_date, None
    try:
        start = start_meant(turn, kept, wanted.slot_id, day, wanted.preferred_time)
        day = start.astimezone(turn.organization.zone).date()
        wish = Wish(contact_id=turn.contact_id, pet=pet, service=service, start=start, in_addition=wanted.in_addition)
        agreed = await consent.chosen(
            turn.desk, turn.customer, kept, start, pet_id=pet.id
        ) or await consent.agreed_proposal(
            turn.desk, turn.customer, Intent.BOOK, start=start, service_id=service.id, pet_id=pet.id
        )
        if agreed is None:
            return await _propose(turn, wish)
        async with turn.tenant.transaction():  # a savepoint: what is refused leaves nothing but the offer instead
            return done(BookingChange.BOOKED, await appointments.book(turn.desk, wish, booking_id=agreed.booking_id))
    except RequestRefused as refused:
        if refused.code not in WORTH_ANOTHER:
            raise
        need = need_of(service, pet)
        return await offer_instead(turn, refused, service, need, day, near=start, pet_id=pet.id)


async def _propose(turn: Turn, wish: Wish) -> Answer:
    """Put it to the customer, with every rule checked and the slot kept until they answer."""
    agenda, need = await wishes.check_wish(turn.desk, wish)
    free = free_at(agenda, need, wish.start)
    if not free:
        raise await wishes.slot_taken(turn.desk, agenda, need, wish.start)
    group = await offers.propose(
        turn.desk,
        turn.customer,
        Intent.BOOK,
        service_id=wish.service.id,
        pet_id=wish.pet.id,
        need=need,
        start=wish.start,
        professional_id=free[0],
    )
    return proposed(await offers.proposal_of(turn.desk, turn.conversation_id, group))


BOOK_APPOINTMENT = Tool(
    name="book_appointment",
    description=(
        "Agenda um serviço para um pet cadastrado. O que o cliente escolheu entre os horários oferecidos é agendado na "
        "hora; qualquer outro é proposto, e agendado quando você chamar de novo depois do sim do cliente."
    ),
    arguments=BookAppointment,
    run=book,
)

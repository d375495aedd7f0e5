"""book_appointment: a slot of the agenda becomes the customer's."""

import re
from datetime import date, datetime, time, timedelta

from pydantic import Field, JsonValue, field_validator

from assistants.client_ai.agenda import bookable_day, pet_named, service_named, starts_on
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.agenda import fits_opening, local_instant
from domain.bookings import BookingFacts
from domain.dates import weekday
from domain.errors import RefusalCode, ToolRefused
from domain.money import reais
from domain.shop import Service
from storage import bookings, services

_ALTERNATIVES = 6


class BookAppointment(Arguments):
    """What the customer chose."""

    pet_name: str = Field(min_length=1, max_length=60, description="Nome do pet, já cadastrado")
    service_type: str = Field(min_length=1, max_length=120, description="Nome do serviço, como na lista de serviços")
    preferred_date: date = Field(description="Dia, AAAA-MM-DD")
    preferred_time: time | None = Field(default=None, description="Hora de início, HH:MM, que o cliente escolheu")

    @field_validator("preferred_time", mode="before")
    @classmethod
    def _as_people_write_it(cls, value: object) -> object:
        if isinstance(value, str) and (match := re.fullmatch(r"\s*(\d{1,2})\s*h\s*(\d{2})?\s*", value)):
            return f"{int(match[1]):02d}:{match[2] or '00'}"
        if isinstance(value, str) and re.fullmatch(r"\s*\d:\d{2}\s*", value):
            return f"0{value.strip()}"
        return value or None

    @field_validator("preferred_time")
    @classmethod
    def _on_the_shop_clock(cls, value: time | None) -> time | None:
        return value.replace(tzinfo=None, second=0, microsecond=0) if value else value


async def book(turn: Turn, wanted: BookAppointment) -> Answer:
    """Book the slot with whoever is free. The database, not this function, refuses an overlap."""
    service = await service_named(turn, wanted.service_type)
    bookable_day(turn, wanted.preferred_date)
    pet = await pet_named(turn, wanted.pet_name)
    if wanted.preferred_time is None:
        raise ToolRefused(
            RefusalCode.TIME_REQUIRED,
            "Falta o horário. Ofereça os livres e pergunte.",
            slots=await _free(turn, wanted.preferred_date, service),
        )
    zone = turn.organization.zone
    start = local_instant(wanted.preferred_date, wanted.preferred_time, zone)
    if start is not None and start <= turn.now:
        raise ToolRefused(RefusalCode.PAST_DATE, "Esse horário já passou.", now=f"{turn.now.astimezone(zone):%H:%M}")
    duration = timedelta(minutes=service.duration_minutes)
    if start is None or not fits_opening(turn.organization.opening_hours, start, duration, zone):
        raise ToolRefused(
            RefusalCode.OUTSIDE_HOURS,
            "A loja não está aberta nesse horário pelo tempo do serviço.",
            slots=await _free(turn, wanted.preferred_date, service),
        )
    booking_id = await bookings.book(
        turn.tenant,
        turn.organization.id,
        contact_id=turn.contact_id,
        pet=pet,
        service=service,
        start=start,
        professionals=await services.professionals(turn.tenant),
    )
    if booking_id is None:
        raise ToolRefused(
            RefusalCode.SLOT_TAKEN,
            "Esse horário já foi ocupado.",
            alternatives=await _free(turn, wanted.preferred_date, service, near=start),
        )
    facts = BookingFacts(
        id=booking_id,
        pet=pet.name,
        pet_described=pet.described(turn.today),
        service=service.name,
        start=start,
        price=service.price,
    )
    return Answer({"booking": _told(facts), "note": _NOTE}, booking=facts)


_NOTE = (
    "Agendado. O sistema junta à sua resposta a confirmação com data, hora, pet, serviço e valor: "
    "escreva só uma frase curta e simpática, sem repetir esses dados."
)


def _told(facts: BookingFacts) -> JsonValue:
    return {
        "pet": facts.pet_described,
        "service": facts.service,
        "date": facts.start.date().isoformat(),
        "weekday": weekday(facts.start.date()),
        "time": f"{facts.start:%H:%M}",
        "price": reais(facts.price),
    }


async def _free(turn: Turn, day: date, service: Service, near: datetime | None = None) -> JsonValue:
    """The free starts of the day, those nearest to the one that was wanted first chosen, then told in order."""
    professionals = await services.professionals(turn.tenant)
    starts = await starts_on(turn, day, timedelta(minutes=service.duration_minutes), professionals)
    if near is not None:
        starts = sorted(sorted(starts, key=lambda start: abs(start - near))[:_ALTERNATIVES])
    return [f"{start:%H:%M}" for start in starts]


BOOK_APPOINTMENT = Tool(
    name="book_appointment",
    description="Agenda um serviço para um pet cadastrado, no dia e horário que o cliente escolheu entre os livres.",
    arguments=BookAppointment,
    run=book,
)

"""check_availability: the free starts of a day or of some days, kept for the customer while they decide."""

import datetime
from enum import StrEnum

from pydantic import Field, JsonValue, model_validator

from assistants.client_ai.agenda import appointment_of, on, pet_named, service_named
from assistants.client_ai.offering import local_starts, offer, told
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.agenda import Agenda, FreeSlot, Need, free_slots, refusal_of_day
from domain.services import Service
from domain.shop import Pet
from reception.wishes import in_json, need_of, need_of_booked, next_free, quote_for
from storage import services
from storage.bookings import BookingRow

DEFAULT_MINUTES = 60
"""How long a slot has to be while the service is not known."""

LONGEST_RANGE = 31
"""Days one call may look at."""

_MOST_TOLD = 40


class Period(StrEnum):
    """A part of the day."""

    MORNING = "manhã"
    AFTERNOON = "tarde"
    EVENING = "noite"

    def holds(self, start: datetime.datetime) -> bool:
        """Whether a local start lies in it."""
        match self:
            case Period.MORNING:
                return start.hour < 12
            case Period.AFTERNOON:
                return 12 <= start.hour < 18
            case Period.EVENING:
                return start.hour >= 18


class CheckAvailability(Arguments):
    """What the customer asks about."""

    date: datetime.date = Field(description="Dia, ou o primeiro dia, AAAA-MM-DD; use a tabela de datas do início")
    until: datetime.date | None = Field(default=None, description="Último dia, se o cliente deu um intervalo")
    service_type: str | None = Field(
        default=None, max_length=120, description="Serviço, se já se sabe qual; só assim os horários ficam guardados"
    )
    pet_name: str | None = Field(default=None, max_length=60, description="Pet, se já está cadastrado")
    period: Period | None = Field(default=None, description="Parte do dia, se o cliente prefere uma")
    appointment_id: str | None = Field(
        default=None, max_length=40, description="Código do agendamento, quando é para remarcar"
    )

    @model_validator(mode="after")
    def _in_order(self) -> "CheckAvailability":
        if self.until is not None and not 0 <= (self.until - self.date).days < LONGEST_RANGE:
            raise ValueError(f"until has to be from date on, and at most {LONGEST_RANGE - 1} days later")
        return self


async def check(turn: Turn, wanted: CheckAvailability) -> Answer:
    """Look at the agenda, and keep what is offered. Days without a free start are an answer, not a refusal."""
    moving = await appointment_of(turn, wanted.appointment_id) if wanted.appointment_id else None
    service = await _service(turn, wanted, moving)
    pet = await pet_named(turn, wanted.pet_name) if wanted.pet_name and not moving else None
    if service and pet:
        quote_for(service, pet)
    need = _need(service, pet, moving)
    last = wanted.until or wanted.date
    agenda = await turn.desk.agenda(
        wanted.date,
        last,
        pet_id=moving.pet_id if moving else pet.id if pet else None,
        besides=moving.id if moving else None,
    )
    if refusal := _refusal(agenda, wanted.date, last, turn.now):
        raise refusal
    found = free_slots(agenda, need, first=max(wanted.date, turn.today), last=last, now=turn.now)
    fitting = [slot for slot in found if wanted.period is None or wanted.period.holds(slot.start)]
    facts: dict[str, JsonValue] = {
        **on(wanted.date),
        "until": last.isoformat() if last != wanted.date else None,
        "service": service.name if service else None,
    }
    if service is None:
        few = fitting[:_MOST_TOLD]
        facts["slots"] = _times(few, wanted.date)
        facts["note"] = "Diga o serviço (service_type) para oferecer estes horários e guardá-los para o cliente."
        return Answer(facts, slots=tuple(slot.start for slot in few))
    held = await offer(turn, service, need, fitting, pet_id=pet.id if pet else None, moving=moving)
    kept = {slot.start for slot in held}
    others = [slot for slot in (found if wanted.period else fitting) if slot.start not in kept][:_MOST_TOLD]
    facts |= {
        "offers": told(turn, held),
        "slots": [f"{start:%H:%M}" for start in local_starts(turn, held) if start.date() == wanted.date],
        "also_free": _by_day(others),
        "kept_for_minutes": turn.organization.agenda_rules.hold_minutes,
    }
    if not fitting:
        later = await next_free(turn.desk, need, last, pet_id=pet.id if pet else None, besides=moving)
        facts["next_free"] = in_json(later.start) if later else None
        facts["note"] = "Nada livre nesse pedido. Ofereça outro dia, ou a lista de espera (join_waiting_list)."
        others = [*others, *([later] if later else [])]
    return Answer(facts, slots=(*local_starts(turn, held), *(slot.start for slot in others)))


async def _service(turn: Turn, wanted: CheckAvailability, moving: BookingRow | None) -> Service | None:
    if moving is not None:
        return await services.get(turn.tenant, moving.service_id)
    return await service_named(turn, wanted.service_type) if wanted.service_type else None


def _need(service: Service | None, pet: Pet | None, moving: BookingRow | None) -> Need:
    if moving is not None:
        return need_of_booked(moving)
    return need_of(service, pet) if service else Need(service_id=None, minutes=DEFAULT_MINUTES)


def _refusal(agenda: Agenda, first: datetime.date, last: datetime.date, now: datetime.datetime) -> Exception | None:
    """Why there is nothing to look at: the day asked for, or every day of the range, cannot be booked."""
    refusals = [
        refusal_of_day(agenda, first + datetime.timedelta(days=ahead), now) for ahead in range((last - first).days + 1)
    ]
    return refusals[0] if all(refusals) else None


def _times(slots: list[FreeSlot], day: datetime.date) -> list[JsonValue]:
    return [f"{slot.start:%H:%M}" for slot in slots if slot.start.date() == day]


def _by_day(slots: list[FreeSlot]) -> dict[str, JsonValue]:
    days = dict.fromkeys(slot.start.date() for slot in slots)
    return {day.isoformat(): _times(slots, day) for day in days}


CHECK_AVAILABILITY = Tool(
    name="check_availability",
    description=(
        "Mostra horários livres de um dia ou de um intervalo, e guarda os de `offers` para o cliente por alguns "
        "minutos. Chame antes de oferecer, agendar ou remarcar. Ofereça primeiro os de `offers`."
    ),
    arguments=CheckAvailability,
    run=check,
)

"""What the tools of the agenda share: the service, the day and the starts that a customer's words can mean."""

from datetime import date, datetime, time, timedelta

from assistants.toolbox import Turn
from domain.agenda import DAYS_AHEAD, free_starts
from domain.errors import RefusalCode, ToolRefused
from domain.ids import ProfessionalId
from domain.matching import matches
from domain.shop import Pet, Service
from storage import bookings, pets, services

DEFAULT_DURATION = timedelta(minutes=60)
"""How long a slot has to be while the service is not known."""


async def service_named(turn: Turn, wanted: str) -> Service:
    """The one service the customer can mean. Raises `ToolRefused` with the candidates otherwise."""
    on_sale = await services.active(turn.tenant)
    found = matches(wanted, [service.name for service in on_sale])
    if not found:
        raise ToolRefused(
            RefusalCode.UNKNOWN_SERVICE, "A loja não tem esse serviço.", services=[service.name for service in on_sale]
        )
    if len(found) > 1:
        raise ToolRefused(
            RefusalCode.AMBIGUOUS_SERVICE, "Mais de um serviço combina; pergunte qual.", candidates=list(found)
        )
    return next(service for service in on_sale if service.name == found[0])


async def pet_named(turn: Turn, wanted: str) -> Pet:
    """The one pet of this customer that is meant. Raises `ToolRefused`; other customers' pets do not exist here."""
    own = await pets.of_contact(turn.tenant, turn.contact_id)
    found = matches(wanted, [pet.name for pet in own])
    if not found:
        raise ToolRefused(
            RefusalCode.PET_NOT_FOUND,
            "O cliente não tem um pet com esse nome. Pergunte nome e espécie e cadastre com register_pet.",
            pets=[pet.name for pet in own],
        )
    if len(found) > 1:
        raise ToolRefused(RefusalCode.AMBIGUOUS_PET, "Mais de um pet combina; pergunte qual.", candidates=list(found))
    return next(pet for pet in own if pet.name == found[0])


def bookable_day(turn: Turn, day: date) -> None:
    """Raises `ToolRefused` when a day is past, too far ahead, or a day on which the shop is closed."""
    if day < turn.today:
        raise ToolRefused(RefusalCode.PAST_DATE, "Essa data já passou.", today=turn.today.isoformat())
    if day > turn.today + timedelta(days=DAYS_AHEAD):
        raise ToolRefused(
            RefusalCode.TOO_FAR_AHEAD,
            f"Agendamos com no máximo {DAYS_AHEAD} dias de antecedência.",
            last_day=(turn.today + timedelta(days=DAYS_AHEAD)).isoformat(),
        )
    if not turn.organization.opening_hours.spans(day):
        raise ToolRefused(
            RefusalCode.CLOSED_DAY,
            "A loja não abre nesse dia.",
            opening_hours=list(turn.organization.opening_hours.in_words()),
        )


async def starts_on(
    turn: Turn, day: date, duration: timedelta, professionals: tuple[ProfessionalId, ...]
) -> list[datetime]:
    """The free starts of a day, in the shop's time."""
    zone = turn.organization.zone
    busy = await bookings.busy_between(
        turn.tenant,
        datetime.combine(day, time.min, tzinfo=zone),
        datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone),
    )
    return free_starts(
        day,
        hours=turn.organization.opening_hours,
        zone=zone,
        now=turn.now,
        duration=duration,
        professionals=professionals,
        busy=busy,
    )

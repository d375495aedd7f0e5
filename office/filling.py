"""fill_agenda: invite some customers who have stayed away, one at a time, until the free time is taken."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.errors import RefusalCode, RequestRefused
from domain.frozen import Frozen
from domain.ids import ContactId, PetId, ServiceId
from domain.invitations import MOST_INVITED, called, days_in_words, why_away
from domain.owner_orders import OrderKind
from domain.portuguese import counted
from domain.services import Service
from office.inviting import free_times, in_words, service_on_sale
from office.office import Office
from office.orders import Command, Done, Order, TakesBack
from office.stopping import StopCampaign
from storage import campaigns, invitees, pets, services
from storage.invitees import Invitee

_SOONEST_OVERDUE = timedelta(days=14)
"""Nobody is missed sooner, however often they use to come."""
_LONGEST_LOST = timedelta(days=730)
_POOL = 3
"""So many times as many customers are looked at as are invited: those who last had the service come first."""
_FARTHEST = timedelta(days=30)


class Chosen(Frozen):
    """A customer to invite, for which pet, and why, as the owner reads it."""

    contact_id: ContactId
    pet_id: PetId | None = None
    reason: str = Field(max_length=200)


class FillAgenda(Command):
    """Whom to invite for what, and on which of the shop's days."""

    service_id: ServiceId
    first_day: date
    last_day: date
    customers: Annotated[tuple[Chosen, ...], Field(min_length=1, max_length=MOST_INVITED)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError("the last day comes after the first")
        if len({one.contact_id for one in self.customers}) < len(self.customers):
            raise ValueError("nobody is invited twice")
        return self


async def choose(
    office: Office,
    *,
    first_day: date,
    last_day: date,
    service_id: ServiceId | None = None,
    most: int = MOST_INVITED,
) -> FillAgenda | None:
    """Whom to invite to these days; None when nobody can be, or nothing is free.

    First who has stayed away for the shop's `inactive_after_days`, the last lost first, then who is overdue by their
    own habit. Without a service: the one most of them had last that has free time; who had it comes first.
    """
    most = max(1, min(most, MOST_INVITED))
    pool = await _missed(office, most * _POOL)
    service = await _service_for(office, pool, first_day, last_day, service_id)
    if service is None:
        return None
    chosen = sorted(pool, key=lambda one: one.service_id != service.id)[:most]
    return FillAgenda(
        service_id=service.id,
        first_day=first_day,
        last_day=last_day,
        customers=tuple(_as_chosen(office, one) for one in chosen),
    )


async def choose_these(
    office: Office,
    contact_ids: Sequence[ContactId],
    *,
    first_day: date,
    last_day: date,
    service_id: ServiceId | None = None,
) -> FillAgenda | None:
    """The same for customers that the owner chose, each once; None when nothing they had is free."""
    named = await invitees.of_contacts(office.tenant, list(dict.fromkeys(contact_ids)), now=office.now)
    service = await _service_for(office, named, first_day, last_day, service_id)
    if service is None:
        return None
    return FillAgenda(
        service_id=service.id,
        first_day=first_day,
        last_day=last_day,
        customers=tuple(_as_chosen(office, one) for one in named),
    )


def _as_chosen(office: Office, one: Invitee) -> Chosen:
    """Why this customer."""
    if one.last_visit is None:
        return Chosen(contact_id=one.contact_id, pet_id=one.pet_id, reason="a seu pedido")
    reason = why_away(_day(office, one.last_visit), office.today, one.usual_days)
    return Chosen(contact_id=one.contact_id, pet_id=one.pet_id, reason=reason)


def check_days(office: Office, first: date, last: date) -> None:
    """Raises `RequestRefused` for days nobody is invited to: past_date or too_far_ahead."""
    if last < office.today:
        raise RequestRefused(RefusalCode.PAST_DATE, "Esses dias já passaram.", today=office.today.isoformat())
    if max(first, last) > office.today + _FARTHEST:
        raise RequestRefused(RefusalCode.TOO_FAR_AHEAD, "Convide para os próximos 30 dias, no máximo.")


async def _missed(office: Office, most: int) -> list[Invitee]:
    """Customers who stayed away for long, then those who are late by their own habit; each once."""
    now = office.now
    lost = now - timedelta(days=office.shop.aurora_rules.inactive_after_days)
    longest = now - _LONGEST_LOST
    found = await invitees.lapsed(office.tenant, now=now, after=longest, before=lost, overdue=False, most=most)
    if len(found) < most and lost < now - _SOONEST_OVERDUE:
        found += await invitees.lapsed(
            office.tenant, now=now, after=lost, before=now - _SOONEST_OVERDUE, overdue=True, most=most - len(found)
        )
    return found


async def _service_for(
    office: Office, pool: list[Invitee], first: date, last: date, wanted: ServiceId | None
) -> Service | None:
    """The service to offer to these customers: on sale, with free time, and not one that needs another first."""
    if not pool:
        return None
    on_sale = {one.id: one for one in await services.active(office.tenant)}
    if wanted is not None:
        liked = [wanted]
    else:
        had = Counter(one.service_id for one in pool if one.service_id is not None)
        liked = [found for found, _ in had.most_common()]  # of equals, who was lost last decides
    for service_id in liked:
        service = on_sale.get(service_id)
        if service is None or (wanted is None and service.needs_first is not None):
            continue
        if await free_times(office.desk, service, first, last):
            return service
    return None


async def describe(office: Office, command: FillAgenda) -> str:
    """Who, for what, when, why, and the very words; no counts that change by themselves, so that a yes stays one."""
    service, invited, others = await _possible(office, command)
    first = command.first_day
    lines = [
        f"📣 Convidar {counted(len(invited), 'cliente')} para {service.name}, "
        f"{days_in_words(max(first, office.today), command.last_day)}:"
    ]
    lines += [f"- {_line(office, one, pet, chosen.reason)}" for chosen, one, pet in invited]
    lines += [f"- sem convite: {line}" for line in others]
    pace = counted(office.shop.aurora_rules.invitation_pace_minutes, "minuto")
    lines.append(f"Um por vez, a cada {pace}, no horário da loja, enquanto houver vaga. O primeiro recebe:")
    _, one, pet = invited[0]
    lines.append(f"“{in_words(office.desk, service, first, command.last_day, customer=one.name, pet=pet)}”")
    return "\n".join(lines)


async def carry_out(office: Office, command: FillAgenda) -> Done:
    """Begin the campaign; what it does from here on is decided by the rows of each moment (office.campaigning)."""
    await campaigns.take_turn(office.tenant, office.shop.id)
    service, invited, _ = await _possible(office, command)
    campaign_id = await campaigns.add(
        office.tenant,
        office.shop.id,
        office.owner.id,
        service_id=service.id,
        first_day=command.first_day,
        last_day=command.last_day,
        invited=[(chosen.contact_id, chosen.pet_id) for chosen, *_ in invited],
        order_id=office.order_id,
    )
    return Done(
        told=f"Comecei a convidar {counted(len(invited), 'cliente')} para {service.name}; no fim conto como foi.",
        subject=service.name,
        after={
            "first_day": command.first_day.isoformat(),
            "last_day": command.last_day.isoformat(),
            "customers": len(invited),
        },
        undo=TakesBack(OrderKind.STOP_CAMPAIGN, StopCampaign(campaign_id=campaign_id)),
    )


async def _possible(
    office: Office, command: FillAgenda
) -> tuple[Service, list[tuple[Chosen, Invitee, str | None]], list[str]]:
    """The service, the customers nothing keeps from being invited with the pet, and why not the others.

    Raises `RequestRefused`.
    """
    if await campaigns.running(office.tenant) is not None:
        raise RequestRefused(
            RefusalCode.ALREADY_DONE,
            "Já há convites sendo enviados; espere o relatório deles, ou peça para parar (stop_invitations).",
        )
    check_days(office, command.first_day, command.last_day)
    service = await service_on_sale(office.desk, command.service_id)
    if service is None:
        raise RequestRefused(RefusalCode.UNKNOWN_SERVICE, "A loja não vende mais esse serviço.")
    if not await free_times(office.desk, service, command.first_day, command.last_day):
        raise RequestRefused(RefusalCode.SLOT_TAKEN, f"Não há horário livre de {service.name} nesses dias.")
    chosen = {one.contact_id: one for one in command.customers}
    found = await invitees.of_contacts(office.tenant, list(chosen), now=office.now)
    invited = [
        (chosen[one.contact_id], one, await _pet_name(office, chosen[one.contact_id]))
        for one in found
        if one.obstacle is None
    ]
    others = [f"{called(one.name, one.pet)}: {one.obstacle.portuguese}" for one in found if one.obstacle]
    if not invited:
        raise RequestRefused(
            RefusalCode.CUSTOMER_NOT_FOUND, "Nenhum desses clientes pode ser convidado agora.", customers=list(others)
        )
    return service, invited, others


async def _pet_name(office: Office, chosen: Chosen) -> str | None:
    if chosen.pet_id is None:
        return None
    own = await pets.of_contact(office.tenant, chosen.contact_id)
    return next((pet.name for pet in own if pet.id == chosen.pet_id), None)


def _line(office: Office, one: Invitee, pet: str | None, reason: str) -> str:
    if one.last_visit is None:
        return f"{called(one.name, pet)}: {reason}"
    return f"{called(one.name, pet)}, última visita {_day(office, one.last_visit):%d/%m}: {reason}"


def _day(office: Office, moment: datetime) -> date:
    return moment.astimezone(office.zone).date()


FILL_AGENDA = Order(kind=OrderKind.FILL_AGENDA, command=FillAgenda, describe=describe, carry_out=carry_out)

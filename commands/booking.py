"""Commands for the agenda's bookings, and for who waits."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from pydantic import JsonValue

from commands.desk import Desk, at_desk
from commands.output import as_json, local_time, say, table
from commands.shop import Json, Org
from domain.bookings import BookingStatus
from domain.dates import spoken
from domain.ids import OrganizationId
from domain.money import reais
from operating import agenda, appointments, as_written, dates_as_written
from operating.changed_bookings import Changed
from operating.deeds import Deed, at_command_line
from operating.refusal import Mistyped
from operating.shops import ShopClock, clock_of
from operating.wanted_bookings import NamedBooking
from storage.agenda_entries import AgendaEntry
from storage.database import Database
from storage.waiting_list import Waiting, WaitingStatus

booking = typer.Typer(help="Agendamentos.")
waiting = typer.Typer(help="Lista de espera.")

_DAYS_LISTED = 7
Code = Annotated[str, typer.Argument(help="Código do agendamento, como na lista, ou o id inteiro.")]
With = Annotated[str | None, typer.Option("--with", help="Só com esta pessoa.")]
Untold = Annotated[bool, typer.Option("--sem-avisar", help="Não avisa o cliente pelo WhatsApp.")]


@booking.command("list")
def list_bookings(
    org: Org,
    day: Annotated[str | None, typer.Option("--day", help="Um dia só: 24/12, 24/12/2026, hoje.")] = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=90, help=f"Tantos dias, de hoje; sem isso, {_DAYS_LISTED}.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Também os cancelados.")] = False,
    json: Json = False,
) -> None:
    """Lista os agendamentos, o mais cedo primeiro."""
    if day is not None and days is not None:
        raise Mistyped("diga um dia (--day) ou quantos (--days)")

    async def work(desk: Desk) -> tuple[list[AgendaEntry], ZoneInfo]:
        shop = await desk.shop(org)
        clock = await clock_of(desk.database, shop)
        first = last = clock.today
        if day is not None:
            first = last = dates_as_written.day(day, clock.today)
        else:
            last += timedelta(days=(days or _DAYS_LISTED) - 1)
        found = await agenda.listed(desk.database, shop, first, last, clock.now, cancelled=every)
        return found, clock.zone

    found, zone = at_desk(work)
    if json:
        as_json([_facts(one, zone) for one in found])
        return
    _shown(found, zone, empty="Nada agendado.")


@booking.command("add")
def add_booking(
    org: Org,
    phone: Annotated[str, typer.Option("--phone", help="Telefone do cliente, com DDD.")],
    pet: Annotated[str, typer.Option("--pet", help="Nome do pet, já cadastrado.")],
    service: Annotated[str, typer.Option("--service", help="Nome do serviço.")],
    at: Annotated[str, typer.Option("--at", help="Dia e hora: “24/12/2026 10:00”.")],
    professional: With = None,
    size: Annotated[str | None, typer.Option("--size", help="Porte do pet, se falta no cadastro.")] = None,
    coat: Annotated[str | None, typer.Option("--coat", help="Pelo do pet, se falta no cadastro.")] = None,
    untold: Untold = False,
) -> None:
    """Agenda para um cliente que a loja conhece, e avisa o cliente."""
    canonical = as_written.phone(phone)
    of_size = as_written.size(size) if size is not None else None
    of_coat = as_written.coat(coat) if coat is not None else None

    async def work(desk: Desk) -> tuple[Changed, ShopClock]:
        shop = await desk.shop(org)
        clock = await clock_of(desk.database, shop)
        wanted = NamedBooking(
            phone=canonical,
            pet=pet,
            service=service,
            start=dates_as_written.moment(at, clock.today, clock.zone),
            professional=professional,
            size=of_size,
            coat=of_coat,
        )
        made = await appointments.book(
            desk.database, shop, at_command_line(), wanted, clock.now, tell_customer=not untold
        )
        return made, clock

    say(f"Agendado. {_line(*at_desk(work))}")


@booking.command("move")
def move_booking(
    code: Code,
    org: Org,
    at: Annotated[str | None, typer.Option("--at", help="Novo dia e hora: “24/12/2026 10:00”.")] = None,
    professional: With = None,
    untold: Untold = False,
) -> None:
    """Muda um agendamento para outra hora, e avisa o cliente; para outra pessoa que atende, ou as duas coisas."""
    if at is None and professional is None:
        raise Mistyped("diga a nova hora (--at), com quem (--with), ou os dois")

    async def work(desk: Desk) -> tuple[Changed, ShopClock]:
        shop = await desk.shop(org)
        clock = await clock_of(desk.database, shop)
        start = dates_as_written.moment(at, clock.today, clock.zone) if at is not None else None
        moved = await appointments.move(
            desk.database,
            shop,
            at_command_line(),
            code,
            clock.now,
            start=start,
            professional=professional,
            tell_customer=not untold,
        )
        return moved, clock

    say(f"Remarcado. {_line(*at_desk(work))}")


@booking.command("cancel")
def cancel_booking(code: Code, org: Org, untold: Untold = False) -> None:
    """Cancela um agendamento, e avisa o cliente; a hora fica livre."""

    async def cancel(database: Database, shop: OrganizationId, deed: Deed, code: str, now: datetime) -> Changed:
        return await appointments.cancel(database, shop, deed, code, now, tell_customer=not untold)

    say(f"Cancelado. {_changed(org, code, cancel)}")


@booking.command("confirm")
def confirm_booking(code: Code, org: Org) -> None:
    """O cliente disse que vem."""
    say(f"Confirmado. {_changed(org, code, appointments.confirm)}")


@booking.command("arrived")
def mark_arrived(code: Code, org: Org) -> None:
    """O pet chegou."""
    _marked(org, code, BookingStatus.IN_PROGRESS)


@booking.command("done")
def mark_done(code: Code, org: Org) -> None:
    """O atendimento terminou."""
    _marked(org, code, BookingStatus.COMPLETED)


@booking.command("no-show")
def mark_no_show(code: Code, org: Org) -> None:
    """O cliente não veio."""
    _marked(org, code, BookingStatus.NO_SHOW)


@waiting.command("list")
def list_waiting(org: Org, json: Json = False) -> None:
    """Lista quem espera por um dia, o dia mais próximo primeiro."""

    async def work(desk: Desk) -> tuple[list[Waiting], ShopClock]:
        shop = await desk.shop(org)
        clock = await clock_of(desk.database, shop)
        return await agenda.waiting(desk.database, shop, clock.now), clock

    found, clock = at_desk(work)
    if json:
        as_json([one.model_dump(mode="json") for one in found])
        return
    rows = [(spoken(one.day, clock.today), one.service, one.pet, _wait(one, clock.zone)) for one in found]
    table(("Dia", "Serviço", "Pet", "Situação"), rows, empty="Ninguém na lista de espera.")


def to_be_moved(booked: Sequence[AgendaEntry], zone: ZoneInfo) -> None:
    """Say which bookings stay where they cannot be any more, so that somebody moves them."""
    if not booked:
        return
    say("Continua agendado; fale com o cliente e mude com `auzap booking move` ou `auzap booking cancel`:")
    _shown(booked, zone, empty="")


def _shown(booked: Sequence[AgendaEntry], zone: ZoneInfo, *, empty: str) -> None:
    rows = [
        (
            one.code,
            local_time(one.start, zone),
            one.pet,
            one.service,
            one.professional,
            one.customer,
            f"+{one.phone}" if one.phone else "",
            one.status.portuguese,
        )
        for one in booked
    ]
    table(("Código", "Quando", "Pet", "Serviço", "Com", "Cliente", "Telefone", "Estado"), rows, empty=empty)


def _facts(one: AgendaEntry, zone: ZoneInfo) -> dict[str, JsonValue]:
    facts: dict[str, JsonValue] = one.model_dump(mode="json")
    times: dict[str, JsonValue] = {
        "start": one.start.astimezone(zone).isoformat(),
        "end": one.end.astimezone(zone).isoformat(),
    }
    return {"code": one.code, **facts, **times}


def _changed(
    org: str,
    code: str,
    change: Callable[[Database, OrganizationId, Deed, str, datetime], Awaitable[Changed]],
) -> str:
    async def work(desk: Desk) -> tuple[Changed, ShopClock]:
        shop = await desk.shop(org)
        clock = await clock_of(desk.database, shop)
        return await change(desk.database, shop, at_command_line(), code, clock.now), clock

    return _line(*at_desk(work))


def _marked(org: str, code: str, status: BookingStatus) -> None:
    async def mark(database: Database, shop: OrganizationId, deed: Deed, code: str, now: datetime) -> Changed:
        return await appointments.mark(database, shop, deed, code, status, now)

    say(f"{status.portuguese.capitalize()}. {_changed(org, code, mark)}")


def _line(changed: Changed, clock: ShopClock) -> str:
    row = changed.booking
    local = row.start.astimezone(clock.zone)
    line = (
        f"{row.id.hex[:8]}: {spoken(local.date(), clock.today)} às {local:%H:%M}, {row.pet}, {row.service}, "
        f"{reais(row.price)}, com {row.professional}."
    )
    return f"{line} {sentence}" if (sentence := changed.customer.sentence) else line


def _wait(one: Waiting, zone: ZoneInfo) -> str:
    if one.status is WaitingStatus.OFFERED and one.answer_by is not None:
        return f"horário oferecido até {local_time(one.answer_by, zone)}"
    return "espera"

"""Commands for who works in a shop."""

from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from commands.booking import to_be_moved
from commands.desk import Desk, at_desk
from commands.output import as_json, local_time, say, table
from commands.shop import Json, Org
from domain.agenda import Professional
from domain.ids import ServiceId
from operating import as_written, dates_as_written, staff
from operating.deeds import at_command_line
from operating.refusal import Mistyped
from operating.shops import clock_of
from storage import professionals as professional_rows
from storage import services as service_rows
from storage.agenda_entries import AgendaEntry
from storage.professionals import Absence

professional = typer.Typer(help="Quem atende na loja.")

Name = Annotated[str, typer.Argument(help="Nome de quem atende.")]


@professional.command("add")
def add_professional(name: Name, org: Org) -> None:
    """Acrescenta alguém que atende: cada um faz um atendimento por vez."""
    name = as_written.name(name, of="o nome de quem atende")

    async def work(desk: Desk) -> None:
        await staff.hire(desk.database, await desk.shop(org), at_command_line(), name)

    at_desk(work)
    say(f"{name} atende na loja {org}.")


@professional.command("list")
def list_professionals(org: Org, json: Json = False) -> None:
    """Lista quem atende."""

    async def work(desk: Desk) -> tuple[list[Professional], dict[ServiceId, str]]:
        async with desk.database.tenant(await desk.shop(org)) as tenant:
            names = {one.id: one.name for one in await service_rows.active(tenant)}
            return [*await professional_rows.active(tenant)], names

    found, names = at_desk(work)
    if json:
        as_json([one.model_dump(mode="json") for one in found])
        return
    rows = [(one.name, _does(one, names), _hours(one), one.lunch.in_words() if one.lunch else "") for one in found]
    columns = ("Nome", "Faz", "Horário", "Almoço")
    table(columns, rows, empty="Ninguém atende ainda: sem isso não há agenda.")


@professional.command("hours")
def set_hours(
    name: Name,
    org: Org,
    hours: Annotated[str | None, typer.Argument(help="Horário, como “seg-sex 09:00-18:00”.")] = None,
    shop_hours: Annotated[bool, typer.Option("--shop-hours", help="O horário da loja.")] = False,
    lunch: Annotated[str | None, typer.Option("--lunch", help="Almoço, como 12:00-13:00.")] = None,
    no_lunch: Annotated[bool, typer.Option("--no-lunch", help="Sem almoço.")] = False,
) -> None:
    """Muda o horário de quem atende; o que não for citado fica como está."""
    if (hours is not None and shop_hours) or (lunch is not None and no_lunch):
        raise Mistyped("diga um horário ou --shop-hours; um almoço ou --no-lunch")
    if hours is None and lunch is None and not shop_hours and not no_lunch:
        raise Mistyped("nada para mudar; veja as opções com --help")
    week = as_written.opening_hours(hours) if hours is not None else None
    pause = as_written.lunch(lunch) if lunch is not None else None

    async def work(desk: Desk) -> Professional:
        shop = await desk.shop(org)
        return await staff.set_hours(
            desk.database,
            shop,
            at_command_line(),
            name,
            hours=week,
            as_the_shop=shop_hours,
            lunch=pause,
            no_lunch=no_lunch,
        )

    found = at_desk(work)
    say(f"{found.name}, almoço {found.lunch.in_words()}:" if found.lunch else f"{found.name}, sem almoço:")
    say(_hours(found))


@professional.command("services")
def set_services(
    name: Name,
    org: Org,
    services: Annotated[list[str] | None, typer.Argument(help="Nomes dos serviços que faz.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Faz todos.")] = False,
) -> None:
    """Diz o que cada um faz: estes serviços e nenhum outro, ou todos."""
    if bool(services) is every:
        raise Mistyped("diga os serviços, ou --all para todos")

    async def work(desk: Desk) -> tuple[Professional, list[str]]:
        shop = await desk.shop(org)
        return await staff.set_services(desk.database, shop, at_command_line(), name, None if every else services)

    found, does = at_desk(work)
    say(f"{found.name} faz {', '.join(does) or 'todos os serviços'}.")


@professional.command("away")
def send_away(
    name: Name,
    org: Org,
    start: Annotated[str, typer.Option("--from", help="Início: “24/12/2026 08:00”, ou só o dia.")],
    end: Annotated[str, typer.Option("--to", help="Fim: “26/12/2026 18:00”, ou só o dia, inteiro.")],
    note: Annotated[str, typer.Option("--note", help="Motivo, para quem lê a lista.")] = "",
) -> None:
    """Anota uma ausência; o que está agendado nela fica, e é listado."""
    reason = as_written.name(note, of="o motivo", longest=200) if note else ""

    async def work(desk: Desk) -> tuple[UUID, Professional, list[AgendaEntry], datetime, datetime, ZoneInfo]:
        shop = await desk.shop(org)
        clock = await clock_of(desk.database, shop)
        since = dates_as_written.edge(start, clock.today, clock.zone, is_end=False)
        until = dates_as_written.edge(end, clock.today, clock.zone, is_end=True)
        made, who, booked = await staff.send_away(
            desk.database, shop, at_command_line(), name, since, until, reason, clock.now
        )
        return made, who, booked, since, until, clock.zone

    made, who, booked, since, until, zone = at_desk(work)
    say(f"Ausência {made}: {who.name}, de {local_time(since, zone)} a {local_time(until, zone)}.")
    to_be_moved(booked, zone)


@professional.command("back")
def call_back(absence_id: Annotated[UUID, typer.Argument(help="Id da ausência.")], org: Org) -> None:
    """Apaga uma ausência."""

    async def work(desk: Desk) -> None:
        await staff.call_back(desk.database, await desk.shop(org), at_command_line(), absence_id)

    at_desk(work)
    say("Ausência apagada.")


@professional.command("absences")
def list_absences(org: Org, json: Json = False) -> None:
    """Lista as ausências de agora em diante."""

    async def work(desk: Desk) -> tuple[list[Absence], ZoneInfo]:
        shop = await desk.shop(org)
        clock = await clock_of(desk.database, shop)
        return await staff.absences(desk.database, shop, clock.now), clock.zone

    found, zone = at_desk(work)
    if json:
        as_json([one.model_dump(mode="json") for one in found])
        return
    rows = [
        (one.id, one.professional, local_time(one.starts_at, zone), local_time(one.ends_at, zone), one.note)
        for one in found
    ]
    table(("Ausência", "Quem", "De", "A", "Motivo"), rows, empty="Nenhuma ausência.")


@professional.command("remove")
def remove_professional(name: Name, org: Org) -> None:
    """Quem não atende mais; o que está agendado com essa pessoa fica, e é listado."""

    async def work(desk: Desk) -> tuple[Professional, list[AgendaEntry], ZoneInfo]:
        shop = await desk.shop(org)
        clock = await clock_of(desk.database, shop)
        gone, booked = await staff.dismiss(desk.database, shop, at_command_line(), name, clock.now)
        return gone, booked, clock.zone

    gone, booked, zone = at_desk(work)
    say(f"{gone.name} não atende mais na loja {org}.")
    to_be_moved(booked, zone)


def _does(one: Professional, names: dict[ServiceId, str]) -> str:
    if one.services is None:
        return "tudo"
    return ", ".join(sorted(names[service] for service in one.services if service in names)) or "nada"


def _hours(one: Professional) -> str:
    return "\n".join(one.hours.in_words()) if one.hours is not None else "o da loja"

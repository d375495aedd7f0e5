"""Commands for a shop's agenda: its rules, and the days that are not as their weekday."""

from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from pydantic import JsonValue

from commands.booking import to_be_moved
from commands.desk import Desk, at_desk
from commands.output import as_json, say, table
from commands.shop import Json, Org, Slug, org
from domain.agenda_rules import AgendaRules, State, Unattended
from domain.dates import weekday
from domain.opening import OpenSpan
from operating import as_written, dates_as_written, days
from operating.days import UnusualDay
from operating.deeds import at_command_line
from operating.rules import IN_WORDS, change_rules
from operating.shops import clock_of, settings_of
from storage.agenda_entries import AgendaEntry
from storage.special_days import SpecialDay

day = typer.Typer(help="Dias que não são como os outros: fechados, de horário especial, feriados.")

Day = Annotated[str, typer.Argument(help="O dia: 25/12, 25/12/2026 ou 2026-12-25.")]
Note = Annotated[str, typer.Option("--note", help="Motivo, para quem lê a lista.")]


@org.command("agenda")
def org_agenda(
    slug: Slug,
    slot_minutes: Annotated[int | None, typer.Option(help="Minutos entre os horários oferecidos.")] = None,
    notice: Annotated[int | None, typer.Option(help="Antecedência mínima, em minutos.")] = None,
    days_ahead: Annotated[int | None, typer.Option(help="Até quantos dias à frente se agenda.")] = None,
    state: Annotated[str | None, typer.Option(help="Estado dos feriados, como SP; none: só os nacionais.")] = None,
    holidays: Annotated[
        bool | None, typer.Option("--holidays/--no-holidays", help="Abre nos feriados, ou não.")
    ] = None,
    hold_minutes: Annotated[int | None, typer.Option(help="Minutos que um horário oferecido fica guardado.")] = None,
    offers: Annotated[int | None, typer.Option(help="Horários oferecidos por vez.")] = None,
    confirm_hours: Annotated[
        int | None, typer.Option(help="Horas antes em que se pede confirmação; 0 desliga.")
    ] = None,
    remind_minutes: Annotated[int | None, typer.Option(help="Minutos antes em que se lembra; 0 desliga.")] = None,
    follow_up_hours: Annotated[
        int | None, typer.Option(help="Horas depois em que se pergunta como foi; 0 desliga.")
    ] = None,
    close_after: Annotated[
        int | None, typer.Option(help="Minutos depois do fim em que um agendamento se fecha sozinho.")
    ] = None,
    unattended: Annotated[
        str | None, typer.Option(help="O que vira um agendamento de que ninguém disse nada: completed ou no-show.")
    ] = None,
    waiting_minutes: Annotated[
        int | None, typer.Option(help="Minutos que cada um da lista de espera tem para responder.")
    ] = None,
    json: Json = False,
) -> None:
    """Mostra as regras da agenda, ou muda as citadas."""
    given: dict[str, object] = {
        "slot_minutes": slot_minutes,
        "minimum_notice_minutes": notice,
        "days_ahead": days_ahead,
        "opens_on_holidays": holidays,
        "hold_minutes": hold_minutes,
        "offers_at_once": offers,
        "confirm_hours_before": confirm_hours,
        "remind_minutes_before": remind_minutes,
        "follow_up_hours_after": follow_up_hours,
        "close_after_minutes": close_after,
        "unattended": as_written.unattended(unattended) if unattended is not None else None,
        "waiting_list_minutes": waiting_minutes,
    }
    changes = {rule: value for rule, value in given.items() if value is not None}
    if state is not None:
        changes["state"] = as_written.state(state)

    async def work(desk: Desk) -> AgendaRules:
        shop = await desk.shop(slug)
        if changes:
            return await change_rules(desk.database, shop, at_command_line(), changes)
        return (await settings_of(desk.database, shop))[0].agenda_rules

    rules = at_desk(work)
    if json:
        as_json(rules.model_dump(mode="json"))
        return
    if changes:
        say(f"Regras da agenda de {slug} gravadas.")
    table(("Regra", "Valor"), [(IN_WORDS[rule], _in_words(value)) for rule, value in rules], empty="")


@day.command("close")
def close_day(on: Day, org: Org, note: Note = "") -> None:
    """Fecha a loja em um dia; o que está agendado nele fica, e é listado."""
    _set(on, org, (), note)


@day.command("open")
def open_day(
    on: Day,
    org: Org,
    hours: Annotated[str, typer.Option("--hours", help="Horário do dia, como “09:00-12:00 13:00-18:00”.")],
    note: Note = "",
) -> None:
    """Abre a loja em um dia com este horário, seja feriado ou não."""
    _set(on, org, as_written.hours_of_day(hours), note)


@day.command("normal")
def make_ordinary(on: Day, org: Org) -> None:
    """Um dia volta a ser como o seu dia da semana, ou o seu feriado."""

    async def work(desk: Desk) -> tuple[str, list[AgendaEntry], ZoneInfo]:
        shop = await desk.shop(org)
        clock = await clock_of(desk.database, shop)
        which = dates_as_written.day(on, clock.today)
        booked = await days.make_ordinary(desk.database, shop, at_command_line(), clock.now, which)
        return f"{weekday(which)}, {which:%d/%m/%Y}", booked, clock.zone

    which, booked, zone = at_desk(work)
    say(f"{which}: um dia comum.")
    to_be_moved(booked, zone)


@day.command("list")
def list_days(org: Org, json: Json = False) -> None:
    """Lista os dias especiais e os feriados dos próximos 90 dias."""

    async def work(desk: Desk) -> list[UnusualDay]:
        shop = await desk.shop(org)
        return await days.unusual_days(desk.database, shop, (await clock_of(desk.database, shop)).now)

    found = at_desk(work)
    if json:
        as_json([one.model_dump(mode="json") for one in found])
        return
    rows = [
        (f"{one.day:%d/%m/%Y}", weekday(one.day), _hours(one.spans), one.holiday, one.note if one.special else "")
        for one in found
    ]
    table(("Dia", "", "A loja", "Feriado", "Motivo"), rows, empty="Nenhum dia especial.")


def _set(on: str, org: str, spans: Sequence[OpenSpan], note: str) -> None:
    reason = as_written.name(note, of="o motivo", longest=200) if note else ""

    async def work(desk: Desk) -> tuple[SpecialDay, list[AgendaEntry], ZoneInfo]:
        shop = await desk.shop(org)
        clock = await clock_of(desk.database, shop)
        special = SpecialDay(day=dates_as_written.day(on, clock.today), spans=tuple(spans), note=reason)
        booked = await days.set_day(desk.database, shop, at_command_line(), clock.now, special)
        return special, booked, clock.zone

    special, booked, zone = at_desk(work)
    say(f"{weekday(special.day)}, {special.day:%d/%m/%Y}: {_hours(special.spans)}.")
    to_be_moved(booked, zone)


def _hours(spans: Sequence[OpenSpan]) -> str:
    return f"abre {', '.join(span.in_words() for span in spans)}" if spans else "não abre"


def _in_words(value: JsonValue | State | Unattended) -> JsonValue:
    match value:
        case None:
            return "nenhum: só os nacionais"
        case bool():
            return "sim" if value else "não"
        case Unattended.COMPLETED:
            return "concluído"
        case Unattended.NO_SHOW:
            return "não veio"
    return value

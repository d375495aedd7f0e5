"""Commands for Aurora: what she says unasked and when, what she did for owners, what the shop has taught."""

from datetime import time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from commands.audited import action_in_words, facts_in_words
from commands.desk import Desk, at_desk
from commands.output import as_json, local_time, say, table
from commands.shop import Json, Org
from domain.aurora_rules import AuroraRules, Briefing
from domain.dates import WEEKDAYS
from operating import as_written
from operating.briefings import NextBriefing, coming_briefings
from operating.deeds import at_command_line
from operating.refusal import Mistyped
from operating.rules import AURORA_IN_WORDS, change_aurora_rules
from operating.shops import clock_of, settings_of
from storage import audit as audit_rows
from storage import proactive
from storage.audit import AuditEntry
from storage.proactive import ProactiveMessage

aurora = typer.Typer(help="Aurora: o que ela diz sem ser perguntada, o que fez, o que a loja ensinou.")

Most = Annotated[int, typer.Option("--most", help="Quantas linhas, das mais novas.", min=1, max=1000)]
Which = Annotated[
    list[str] | None,
    typer.Argument(help=f"Quais: {', '.join(Briefing)}; sem nenhum, todos."),
]


@aurora.command("rules")
def rules(
    org: Org,
    daily_summary_at: Annotated[str | None, typer.Option(help="Hora do resumo do dia, como 18:00.")] = None,
    morning_agenda_at: Annotated[str | None, typer.Option(help="Hora da agenda da manhã.")] = None,
    weekly_review_at: Annotated[str | None, typer.Option(help="Hora do balanço da semana.")] = None,
    weekly_review_day: Annotated[int | None, typer.Option(help="Dia do balanço: 0 é segunda, 6 domingo.")] = None,
    alerts_at: Annotated[str | None, typer.Option(help="Hora dos alertas do dia.")] = None,
    few_bookings: Annotated[int | None, typer.Option(help="Avisa com menos agendamentos que isto.")] = None,
    few_bookings_days: Annotated[int | None, typer.Option(help="… nos próximos dias.")] = None,
    inactive_after_days: Annotated[int | None, typer.Option(help="Dias sem vir para estar sumido.")] = None,
    many_inactive: Annotated[int | None, typer.Option(help="Avisa com mais sumidos que isto.")] = None,
    many_no_shows: Annotated[int | None, typer.Option(help="Avisa com mais faltas num dia que isto.")] = None,
    question_minutes: Annotated[int | None, typer.Option(help="Minutos para responder um cliente.")] = None,
    invitation_pace_minutes: Annotated[int | None, typer.Option(help="Minutos entre dois convites.")] = None,
    json: Json = False,
) -> None:
    """Mostra as regras da Aurora, ou muda as citadas."""
    times = {
        "daily_summary_at": daily_summary_at,
        "morning_agenda_at": morning_agenda_at,
        "weekly_review_at": weekly_review_at,
        "alerts_at": alerts_at,
    }
    numbers = {
        "weekly_review_day": weekly_review_day,
        "few_bookings": few_bookings,
        "few_bookings_days": few_bookings_days,
        "inactive_after_days": inactive_after_days,
        "many_inactive": many_inactive,
        "many_no_shows": many_no_shows,
        "question_minutes": question_minutes,
        "invitation_pace_minutes": invitation_pace_minutes,
    }
    changes: dict[str, object] = {rule: as_written.time_of_day(at) for rule, at in times.items() if at is not None}
    changes |= {rule: number for rule, number in numbers.items() if number is not None}

    async def work(desk: Desk) -> AuroraRules:
        shop = await desk.shop(org)
        if changes:
            return await change_aurora_rules(desk.database, shop, at_command_line(), changes)
        return (await settings_of(desk.database, shop))[0].aurora_rules

    found = at_desk(work)
    if json:
        as_json(found.model_dump(mode="json"))
        return
    if changes:
        say(f"Regras da Aurora em {org} gravadas.")
    table(("Regra", "Valor"), [(AURORA_IN_WORDS[rule], _in_words(rule, value)) for rule, value in found], empty="")


@aurora.command("pause")
def pause(org: Org, which: Which = None) -> None:
    """Aurora deixa de dizer isto sem ser perguntada."""
    _set_paused(org, which, paused=True)


@aurora.command("resume")
def resume(org: Org, which: Which = None) -> None:
    """Aurora volta a dizer isto."""
    _set_paused(org, which, paused=False)


@aurora.command("schedule")
def schedule(org: Org, json: Json = False) -> None:
    """Lista o que ela vai dizer, e quando, como está no Temporal."""

    async def work(desk: Desk) -> tuple[list[NextBriefing], ZoneInfo]:
        shop = await desk.shop(org)
        zone = (await clock_of(desk.database, shop)).zone
        return await coming_briefings(await desk.temporal(), shop), zone

    found, zone = at_desk(work)
    if json:
        as_json([one.model_dump(mode="json") for one in found])
        return
    rows = [
        (one.briefing.portuguese, "pausado" if one.paused else local_time(one.next, zone) if one.next else "nunca")
        for one in found
    ]
    table(("O quê", "Quando"), rows, empty="Nada programado: a loja não tem dono cadastrado, ou está tudo pausado.")


@aurora.command("sent")
def sent(org: Org, most: Most = 50, json: Json = False) -> None:
    """Lista o que ela disse sem ser perguntada."""

    async def work(desk: Desk) -> tuple[list[ProactiveMessage], ZoneInfo]:
        shop = await desk.shop(org)
        async with desk.database.tenant(shop) as tenant:
            return await proactive.newest(tenant, most), (await clock_of(desk.database, shop)).zone

    found, zone = at_desk(work)
    if json:
        as_json([one.model_dump(mode="json", exclude={"content", "picture"}) for one in found])
        return
    rows = [
        (
            local_time(one.scheduled_for, zone),
            one.message_type.portuguese,
            one.status.portuguese,
            local_time(one.sent_at, zone) if one.sent_at else one.error,
        )
        for one in found
    ]
    table(("Programada", "O quê", "Situação", "Saiu"), rows, empty="Aurora ainda não disse nada sem ser perguntada.")


@aurora.command("audit")
def audit(org: Org, most: Most = 50, json: Json = False) -> None:
    """Lista o que donos, gerentes e operadores mudaram: quem, o quê, antes e depois."""

    async def work(desk: Desk) -> tuple[list[AuditEntry], ZoneInfo]:
        shop = await desk.shop(org)
        async with desk.database.tenant(shop) as tenant:
            return await audit_rows.newest(tenant, most), (await clock_of(desk.database, shop)).zone

    found, zone = at_desk(work)
    if json:
        as_json([one.model_dump(mode="json") for one in found])
        return
    rows = [
        (
            local_time(one.at, zone),
            one.actor,
            action_in_words(one.action),
            one.subject,
            facts_in_words(one.before, zone),
            facts_in_words(one.after, zone),
        )
        for one in found
    ]
    table(("Quando", "Quem", "O quê", "De quem ou de quê", "Antes", "Depois"), rows, empty="Nada foi mudado ainda.")


def _set_paused(org: str, which: list[str] | None, *, paused: bool) -> None:
    named = frozenset(_briefing(word) for word in which) if which else frozenset(Briefing)

    async def work(desk: Desk) -> AuroraRules:
        shop = await desk.shop(org)
        now = (await settings_of(desk.database, shop))[0].aurora_rules.paused
        paused_then = now | named if paused else now - named
        return await change_aurora_rules(desk.database, shop, at_command_line(), {"paused": paused_then})

    found = at_desk(work)
    say(f"Pausados em {org}: {_in_words('paused', found.paused)}.")


def _briefing(word: str) -> Briefing:
    try:
        return Briefing(word.strip().lower().replace("-", "_"))
    except ValueError as error:
        raise Mistyped(f"“{word}” não é nenhum destes: {', '.join(Briefing)}") from error


def _in_words(rule: str, value: object) -> str:
    match value:
        case frozenset():
            return ", ".join(one.portuguese for one in Briefing if one in value) or "nenhum"
        case time():
            return f"{value:%H:%M}"
        case int() if rule == "weekly_review_day":
            return WEEKDAYS[value]
    return str(value)

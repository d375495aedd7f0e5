"""Invitations to come again: what they say, whom they are not for, at what hours, and what the owner hears of them."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime

from domain.agenda_clock import DayClock, common
from domain.dates import weekday
from domain.frozen import Frozen
from domain.portuguese import counted
from domain.shop_calendar import ShopCalendar

MOST_INVITED = 10
"""Customers of one campaign."""
INVITED_LATELY = timedelta(days=14)
"""Nobody is invited twice within this time, whatever the campaign."""

_CONTACT_HOURS = (9 * 3600, 19 * 3600)
"""Seconds of the shop's clock between which a customer who asked nothing may be written to, while the shop is open."""
_LONGEST_NAME = 25
_PARTICLES = frozenset(("de", "da", "do", "das", "dos", "e"))


class Obstacle(StrEnum):
    """Why a customer is not invited."""

    OPTED_OUT = "opted_out"
    OWNER = "owner"
    UNREACHABLE = "unreachable"
    """They never wrote, or so long ago that the channel takes nothing but templates."""
    WITH_A_PERSON = "with_a_person"
    AI_OFF = "ai_off"
    """Nobody would answer their yes."""
    HAS_BOOKED = "has_booked"
    INVITED_LATELY = "invited_lately"
    CAMPAIGN_ENDED = "campaign_ended"
    """Their turn did not come."""

    @property
    def portuguese(self) -> str:
        """As the owner reads it."""
        return _OBSTACLES[self]


_OBSTACLES = {
    Obstacle.OPTED_OUT: "não quer convites",
    Obstacle.OWNER: "é da própria loja",
    Obstacle.UNREACHABLE: "o WhatsApp não permite escrever agora",
    Obstacle.WITH_A_PERSON: "uma pessoa da equipe está atendendo",
    Obstacle.AI_OFF: "a assistente está pausada nessa conversa",
    Obstacle.HAS_BOOKED: "já tem horário marcado",
    Obstacle.INVITED_LATELY: "já foi convidado há menos de 14 dias",
    Obstacle.CAMPAIGN_ENDED: "não chegou a vez",
}


class CampaignOutcome(StrEnum):
    """Why a campaign ended."""

    ALL_INVITED = "all_invited"
    SLOTS_TAKEN = "slots_taken"
    OUT_OF_TIME = "out_of_time"
    """Its days are over, or no hour to write in is left of them."""
    STOPPED = "stopped"
    NOT_ON_SALE = "not_on_sale"

    @property
    def portuguese(self) -> str:
        """How the owner's report begins."""
        return _OUTCOMES[self]


_OUTCOMES = {
    CampaignOutcome.ALL_INVITED: "terminei, todos da lista foram vistos",
    CampaignOutcome.SLOTS_TAKEN: "parei, não há mais horário livre nesses dias",
    CampaignOutcome.OUT_OF_TIME: "terminei, o tempo para convidar acabou",
    CampaignOutcome.STOPPED: "parei, como foi pedido",
    CampaignOutcome.NOT_ON_SALE: "parei, o serviço não está mais à venda",
}


class ContactTime(NamedTuple):
    """A stretch of a day in which customers may be written to."""

    opens: datetime
    closes: datetime


def contact_time(calendar: ShopCalendar, now: datetime, last_day: date) -> ContactTime | None:
    """When a customer may next be written to unasked: the shop is open, and it is neither early nor late."""
    day = now.astimezone(calendar.zone).date()
    while day <= last_day:
        decent = DayClock(day, calendar.zone).stretches([_CONTACT_HOURS])
        for begin, end in common(calendar.stretches(day), decent):
            if now.timestamp() < end:
                opens = max(now.astimezone(calendar.zone), datetime.fromtimestamp(begin, calendar.zone))
                return ContactTime(opens, datetime.fromtimestamp(end, calendar.zone))
        day += timedelta(days=1)
    return None


def days_in_words(first: date, last: date) -> str:
    """Days by their names and dates, which mean the same tomorrow: "de segunda-feira, 23/11, a quarta-feira, 25/11"."""
    if first == last:
        return _on(first)
    if last - first == timedelta(days=1):
        return f"{_on(first)}, e {_on(last)}"
    return f"de {weekday(first)}, {first:%d/%m}, a {weekday(last)}, {last:%d/%m}"


def _on(day: date) -> str:
    return f"{'na' if weekday(day).endswith('feira') else 'no'} {weekday(day)}, {day:%d/%m}"


def invitation_text(*, shop: str, customer: str | None, pet: str | None, service: str, first: date, last: date) -> str:
    """The invitation; who writes, why, and how not to get any more is always in it."""
    name = first_name(customer)
    greeting = f"Oi, {name}!" if name else "Oi!"
    missed = f"Faz um tempinho que {pet} não vem" if pet else "Faz um tempinho que não vemos vocês por aqui"
    offer = f"{missed}, e temos horário livre para {service} {days_in_words(first, last)}."
    question = f"Quer que eu veja um para {pet}?" if pet else "Quer que eu veja um para vocês?"
    return (
        f"{greeting} Aqui é a assistente virtual da loja {shop}. 🐾\n{offer}\n{question} É só responder por aqui.\n"
        "Para não receber convites, responda SAIR."
    )


def first_name(name: str | None) -> str:
    """What somebody is greeted by: the first word of the name they gave, if it looks like a name, else ""."""
    words = (name or "").split()
    first = words[0] if words else ""
    is_name = re.fullmatch(r"[^\W\d_]+(['’-][^\W\d_]+)*", first) and 2 <= len(first) <= _LONGEST_NAME
    return first if is_name and first.lower() not in _PARTICLES else ""


def called(name: str | None, pet: str | None) -> str:
    """A customer as the owner knows them: "Maria Silva (Thor)"; on one line, whatever they call themselves."""
    who = " ".join((name or "").split())[:60] or "Cliente sem nome"
    return f"{who} ({pet})" if pet else who


def why_away(last_visit: date, today: date, usual_days: int | None) -> str:
    """Why this customer is worth inviting: "não vem há 52 dias (costuma vir a cada 15)"."""
    away = counted((today - last_visit).days, "dia")
    return f"não vem há {away}" + (f" (costuma vir a cada {usual_days})" if usual_days else "")


class Booked(Frozen):
    """What an invited customer booked since."""

    customer: str
    service: str
    start: AwareDatetime


class Report(Frozen):
    """How a campaign went; customers as `called`, times in the shop's zone. `free` is None where it is not known."""

    service: str
    first: date
    last: date
    outcome: CampaignOutcome
    invited: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    skipped: tuple[tuple[str, Obstacle], ...] = ()
    booked: tuple[Booked, ...] = ()
    free: int | None = None


def report_text(report: Report) -> str:
    """What the owner is told at the end: whom, who not and why, what came of it, what is still free."""
    of_all = len(report.invited) + len(report.failed) + len(report.skipped)
    days = f"{report.first:%d/%m}" if report.first == report.last else f"{report.first:%d/%m} a {report.last:%d/%m}"
    lines = [f"📣 Convites para {report.service} ({days}): {report.outcome.portuguese}."]
    lines.append(f"Convidados: {len(report.invited)} de {of_all}" + _listed(report.invited))
    if report.booked:
        lines.append("Já marcaram:")
        lines += [f"- {one.customer}: {one.service}, {one.start:%d/%m} às {one.start:%H:%M}" for one in report.booked]
    elif report.invited:
        lines.append("Ninguém marcou ainda.")
    if report.skipped:
        lines.append("Não convidados:")
        lines += [f"- {who}: {obstacle.portuguese}" for who, obstacle in report.skipped]
    if report.failed:
        lines.append(f"O convite não pôde ser enviado{_listed(report.failed)}")
    if report.free is not None:
        lines.append(f"Ainda livres nesses dias: {counted(report.free, 'horário')}.")
    return "\n".join(lines)


def _listed(names: Sequence[str]) -> str:
    return f": {', '.join(names)}." if names else "."

"""What Aurora warns of: few bookings to come, customers who stay away, and no-shows."""

from datetime import date

from domain.aurora_rules import AuroraRules
from domain.briefings import Visit, dated
from domain.figures import Inactive, InactiveCustomer
from domain.frozen import Frozen
from domain.letters import ProactiveType
from domain.periods import Period
from domain.portuguese import counted

MOST_NAMED = 5
"""Of those an alert is about."""
_SUGGESTION = "💡 Sugestão: convidar clientes para os horários livres."
_QUESTION = "Posso mandar?"


class FewBookings(Frozen):
    """The bookings that stand in the days to come, fewer than the shop wants."""

    days: Period
    total: int
    by_day: tuple[tuple[date, int], ...]
    """Of the days on which the shop opens."""
    visits: tuple[Visit, ...] = ()


class ManyNoShows(Frozen):
    """Those who did not come on a day."""

    day: date
    total: int
    visits: tuple[Visit, ...]


class AlertsOfDay(Frozen):
    """What is to be warned of on a day; None of each that is not."""

    day: date
    few: FewBookings | None = None
    inactive: Inactive | None = None
    no_shows: ManyNoShows | None = None

    @property
    def message_type(self) -> ProactiveType | None:
        """What the message counts as, of several the one that is said least often; None where there is no alert."""
        if self.inactive:
            return ProactiveType.INACTIVE_CUSTOMERS
        if self.few:
            return ProactiveType.FEW_BOOKINGS
        return ProactiveType.NO_SHOWS if self.no_shows else None


def are_few(rules: AuroraRules, bookings: int) -> bool:
    """Whether so few bookings in the days to come are worth a word."""
    return bookings < rules.few_bookings


def are_many_inactive(rules: AuroraRules, customers: int) -> bool:
    """Whether so many inactive customers are."""
    return customers > rules.many_inactive


def are_many_no_shows(rules: AuroraRules, no_shows: int) -> bool:
    """Whether so many no-shows of one day are."""
    return no_shows > rules.many_no_shows


def alerts(found: AlertsOfDay, rules: AuroraRules) -> str:
    """One message of all that is to be warned of, each with who, when and why."""
    lines = [f"🔔 Oi! Aqui é a Aurora. Alertas de {dated(found.day)}:"]
    if found.few:
        lines += ["", *_few(found.few, rules)]
    if found.inactive:
        lines += ["", *_inactive(found.inactive, rules)]
    if found.no_shows:
        lines += ["", *_no_shows(found.no_shows)]
    return "\n".join(lines)


def _few(few: FewBookings, rules: AuroraRules) -> list[str]:
    stand = "Nenhum agendamento" if not few.total else f"Só {counted(few.total, 'agendamento')}"
    first, last = few.days.first, few.days.last
    when = f"em {dated(first)}" if first == last else f"de {dated(first)}, a {dated(last)}"
    lines = [f"📅 {stand} {when} (aviso com menos de {rules.few_bookings})."]
    lines += [f"{dated(day)}: {count or 'nenhum'}" for day, count in few.by_day]
    if few.visits:
        lines.append("Já vêm:")
        lines += [f"{visit.start:%d/%m} {visit.line()}" for visit in few.visits[:MOST_NAMED]]
        lines += _and_more(few.total - MOST_NAMED)
    return lines


def _inactive(inactive: Inactive, rules: AuroraRules) -> list[str]:
    lines = [f"😴 {counted(inactive.total, 'cliente')} sem vir há mais de {rules.inactive_after_days} dias:"]
    lines += [_away(one) for one in inactive.customers[:MOST_NAMED]]
    return lines + _and_more(inactive.total - MOST_NAMED)


def _away(one: InactiveCustomer) -> str:
    pet_and_name = f"{one.name} ({one.pet})" if one.name and one.pet else one.name or one.pet or "cliente sem nome"
    return f"{pet_and_name}: última visita em {one.last_visit:%d/%m/%Y}, {one.service}"


def _no_shows(missed: ManyNoShows) -> list[str]:
    lines = [f"❌ {counted(missed.total, 'falta')} ontem, {dated(missed.day)}:"]
    lines += [f"{visit.start:%H:%M} {visit.who}, {visit.service}" for visit in missed.visits[:MOST_NAMED]]
    return lines + _and_more(missed.total - MOST_NAMED)


def _and_more(count: int) -> list[str]:
    return [f"… e mais {count}."] if count > 0 else []


def and_suggestion(text: str, summary: str) -> str:
    """The alert with an order that would mend it, described by its own summary, and the question for it."""
    return f"{text}\n\n{_SUGGESTION}\n{summary}\n\n{_QUESTION}"

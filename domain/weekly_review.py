"""What Aurora says of a week that is over, beside the week before it."""

from collections.abc import Sequence
from decimal import Decimal

from domain.briefings import attended, bookings_of, lost
from domain.charts import Chart
from domain.comparison import difference, percent
from domain.drawn_figures import revenue_chart
from domain.figures import (
    AssistantFigures,
    Attendance,
    Customers,
    DayRevenue,
    NoShows,
    Occupancy,
    ProfessionalOccupancy,
    Revenue,
)
from domain.frozen import Frozen
from domain.money import reais
from domain.periods import Period
from domain.portuguese import counted


class WeekFigures(Frozen):
    """One week's figures."""

    revenue: Revenue
    attendance: Attendance
    no_shows: NoShows


class WeekFacts(Frozen):
    """A week that is over, and the one before it."""

    week: Period
    now: WeekFigures
    before: WeekFigures
    customers: Customers
    occupancy: Occupancy
    assistant: AssistantFigures


def weekly_review(facts: WeekFacts) -> str | None:
    """The week's figures; None where neither week had a booking, nor Client AI a conversation."""
    now, before = facts.now, facts.before
    if not (bookings_of(now.revenue) or bookings_of(before.revenue) or facts.assistant.conversations):
        return None
    clients = difference(now.attendance.clients, before.attendance.clients, _clients)
    return "\n".join(
        [
            f"Oi! Aqui é a Aurora, com o balanço da semana de {facts.week.in_words()} 🐾",
            "",
            f"💰 Receita: {reais(now.revenue.done.reais)}",
            f"📊 Semana anterior: {reais(before.revenue.done.reais)}; diferença: "
            f"{difference(now.revenue.done.reais, before.revenue.done.reais, reais)}",
            *lost(now.revenue),
            *attended(now.attendance),
            f"📈 Clientes atendidos, ante a semana anterior ({before.attendance.clients}): {clients}",
            *_customers(facts.customers),
            *_rate(now.no_shows, before.no_shows),
            *_occupancy(facts.occupancy),
            *_assistant(facts.assistant),
        ]
    )


def week_chart(week: Period, days: Sequence[DayRevenue]) -> Chart | None:
    """What each day brought in; None of a week that brought in nothing."""
    if not any(day.done or day.expected for day in days):
        return None
    return revenue_chart(days, f"Receita de {week.first:%d/%m} a {week.last:%d/%m}")


def _clients(count: Decimal) -> str:
    return counted(int(count), "cliente")


def _customers(customers: Customers) -> list[str]:
    if not (customers.new or customers.returning):
        return []
    came_back = f"{customers.returning} que já {'era cliente' if customers.returning == 1 else 'eram clientes'}"
    return [f"🌱 {counted(customers.new, 'cliente novo')}, {came_back}"]


def _rate(now: NoShows, before: NoShows) -> list[str]:
    if now.percent is None:
        return []
    beside = f"; semana anterior: {percent(before.percent)}" if before.percent is not None else ""
    return [f"📉 Taxa de faltas: {percent(now.percent)}{beside}"]


def _occupancy(occupancy: Occupancy) -> list[str]:
    """Everybody together, the busiest and the freest."""
    if occupancy.total.percent is None:
        return []
    lines = [f"🕙 Ocupação da agenda: {percent(occupancy.total.percent)}"]
    working = [one for one in occupancy.by_professional if one.occupied.percent is not None]
    ranked = sorted(working, key=lambda one: (-_share(one), one.name))
    if len(ranked) > 1 and _share(ranked[0]) > _share(ranked[-1]):
        most, least = ranked[0], ranked[-1]
        lines.append(f"Maior: {most.name}, {percent(_share(most))}. Menor: {least.name}, {percent(_share(least))}.")
    return lines


def _share(one: ProfessionalOccupancy) -> Decimal:
    return one.occupied.percent or Decimal(0)


def _assistant(did: AssistantFigures) -> list[str]:
    if not did.conversations:
        return []
    return [
        f"🤖 Assistente: {counted(did.conversations, 'conversa')} ({did.answered_alone} sem precisar de uma pessoa, "
        f"{did.handed_over} com uma) e {counted(did.booked, 'agendamento feito')} com ela"
    ]

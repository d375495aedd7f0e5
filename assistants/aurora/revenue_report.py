"""revenue_report: what was earned, what is expected, and what was lost."""

from decimal import ROUND_HALF_UP, Decimal

from pydantic import JsonValue

from assistants.aurora.asking_period import PeriodArguments
from assistants.aurora.reporting import Asked, money_change, what_is_booked_too
from assistants.toolbox import Answer, Tool, Turn
from domain.charts import Chart
from domain.drawn_figures import MOST_BARS, revenue_chart
from domain.figures import Amount, Revenue
from domain.money import reais
from domain.portuguese import counted
from storage import figures

_DRAWN_FROM = 3
"""Days of a period of which a picture says more than the words."""


async def report(turn: Turn, wanted: PeriodArguments) -> Answer:
    """Add up the bookings of the period; reads only."""
    asked = what_is_booked_too(turn, wanted)
    now = await figures.revenue(turn.tenant, asked.counted)
    before = await figures.revenue(turn.tenant, asked.before)
    return Answer(
        asked.answer(_figures(now), _figures(before), _changes(asked, turn, now, before), *_notes(asked, turn, now)),
        chart=await _chart(turn, asked),
    )


def _figures(revenue: Revenue) -> dict[str, JsonValue]:
    done = revenue.done
    return {
        "done": _amount(done),
        "expected": _amount(revenue.expected),
        "done_and_expected": _amount(_booked(revenue)),
        "lost_to_no_shows": _amount(revenue.lost_to_no_shows),
        "lost_to_cancellations": _amount(revenue.lost_to_cancellations),
        "average_of_done": reais((done.reais / done.bookings).quantize(Decimal("0.01"), ROUND_HALF_UP))
        if done.bookings
        else None,
    }


def _amount(amount: Amount) -> dict[str, JsonValue]:
    return {"amount": reais(amount.reais), "bookings": counted(amount.bookings, "agendamento")}


def _booked(revenue: Revenue) -> Amount:
    return Amount(
        bookings=revenue.done.bookings + revenue.expected.bookings, reais=revenue.done.reais + revenue.expected.reais
    )


def _changes(asked: Asked, turn: Turn, now: Revenue, before: Revenue) -> dict[str, JsonValue]:
    """What may be compared: of days to come, only all that is booked with all that was."""
    if asked.counted.last > turn.today:
        return {"done_and_expected": money_change(_booked(now).reais, _booked(before).reais)}
    return {
        "done": money_change(now.done.reais, before.done.reais),
        "lost_to_no_shows": money_change(now.lost_to_no_shows.reais, before.lost_to_no_shows.reais),
        "lost_to_cancellations": money_change(now.lost_to_cancellations.reais, before.lost_to_cancellations.reais),
    }


def _notes(asked: Asked, turn: Turn, now: Revenue) -> list[str]:
    """A word on bookings whose day has passed and of which nobody noted what became."""
    stale = now.expected.bookings if asked.counted.last < turn.today else 0
    if not stale:
        return []
    told = counted(stale, "agendamento")
    return [f"{told} desse período sem desfecho anotado: conta como esperado, não como feito."]


async def _chart(turn: Turn, asked: Asked) -> Chart | None:
    if not _DRAWN_FROM <= asked.counted.days <= MOST_BARS:
        return None
    days = await figures.revenue_by_day(turn.tenant, asked.counted)
    if not any(day.done or day.expected for day in days):
        return None
    return revenue_chart(days, f"Faturamento de {asked.counted.in_words()}")


REVENUE_REPORT = Tool(
    name="revenue_report",
    description=(
        "Faturamento do período: feito, esperado (marcado), perdido com faltas e com cancelamentos. Serve também para "
        "o futuro. Períodos de vários dias vão com um gráfico."
    ),
    arguments=PeriodArguments,
    run=report,
)

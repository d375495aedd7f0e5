"""send_chart: a picture of the revenue, or of how full the agenda is."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from pydantic import Field, JsonValue

from assistants.aurora.asking_period import PeriodArguments
from assistants.aurora.reporting import Asked, what_is_booked_too
from assistants.toolbox import Answer, Tool, Turn
from domain.charts import Chart
from domain.comparison import percent
from domain.dates import weekday
from domain.drawn_figures import occupancy_chart, professionals_chart, revenue_chart
from domain.errors import RefusalCode, RequestRefused
from domain.figures import DayRevenue
from domain.money import reais
from reception.occupancy import occupancy
from storage import figures

_SENT = "O gráfico já segue como imagem depois da sua resposta. Não o descreva barra por barra."
_NEVER_OPEN = "A loja não abre nesse período, ou ninguém atende nele: não há o que desenhar."
_LONGEST_OCCUPANCY = 3_660


class ChartKind(StrEnum):
    """What is drawn."""

    REVENUE = "revenue"
    OCCUPANCY = "occupancy"
    OCCUPANCY_BY_PROFESSIONAL = "occupancy_by_professional"


class SendChart(PeriodArguments):
    """A picture of a period."""

    kind: ChartKind = Field(
        description="revenue: faturamento por dia (ou mês); occupancy: ocupação por profissional e horário do dia; "
        "occupancy_by_professional: ocupação de cada profissional"
    )


async def send(turn: Turn, wanted: SendChart) -> Answer:
    """Count, and have it drawn; reads only. The engine sends the picture after the reply."""
    asked = what_is_booked_too(turn, wanted)
    match wanted.kind:
        case ChartKind.REVENUE:
            return await _revenue(turn, asked)
        case ChartKind.OCCUPANCY | ChartKind.OCCUPANCY_BY_PROFESSIONAL:
            return await _occupancy(turn, asked, by_hour=wanted.kind is ChartKind.OCCUPANCY)
        case _:
            assert_never(wanted.kind)


async def _revenue(turn: Turn, asked: Asked) -> Answer:
    days = await figures.revenue_by_day(turn.tenant, asked.counted)
    totals: dict[str, JsonValue] = {
        "done": reais(sum((day.done for day in days), Decimal(0))),
        "expected": reais(sum((day.expected for day in days), Decimal(0))),
        "best_day": _best(days),
    }
    return _answer(asked, revenue_chart(days, f"Faturamento de {asked.counted.in_words()}"), totals)


def _best(days: Sequence[DayRevenue]) -> str | None:
    """The day on which most was earned; None where nothing was."""
    best = max(days, key=lambda day: day.done)
    return f"{weekday(best.day)}, {best.day:%d/%m/%Y}: {reais(best.done)}" if best.done else None


async def _occupancy(turn: Turn, asked: Asked, *, by_hour: bool) -> Answer:
    if asked.counted.days > _LONGEST_OCCUPANCY:
        raise RequestRefused(RefusalCode.BAD_ARGUMENTS, "A ocupação se conta por dez anos, no máximo.")
    found = await occupancy(turn.office.desk, asked.counted)
    draw, of = (occupancy_chart, "horário") if by_hour else (professionals_chart, "profissional")
    chart = draw(found, f"Ocupação por {of}, {asked.counted.in_words()}")
    if chart is None or found.total.percent is None:
        raise RequestRefused(RefusalCode.CLOSED_DAY, _NEVER_OPEN)
    return _answer(asked, chart, {"occupancy": percent(found.total.percent)})


def _answer(asked: Asked, chart: Chart, totals: dict[str, JsonValue]) -> Answer:
    notes: list[JsonValue] = list(asked.notes)
    days = asked.counted.in_words()
    return Answer(
        {"chart": chart.title, "days": days, **totals, **({"notes": notes} if notes else {}), "message": _SENT},
        chart=chart,
    )


SEND_CHART = Tool(
    name="send_chart",
    description=(
        "Manda um gráfico, como imagem, do faturamento ou da ocupação de um período. Quando pedirem, ou quando uma "
        "imagem disser mais que a lista."
    ),
    arguments=SendChart,
    run=send,
)

"""occupancy_report: how full the agenda is, by professional and by hour."""

from decimal import Decimal

from pydantic import JsonValue

from assistants.aurora.asking_period import PeriodArguments
from assistants.aurora.reporting import Asked, what_is_booked_too
from assistants.toolbox import Answer, Tool, Turn
from domain.charts import Chart
from domain.comparison import percent, points
from domain.drawn_figures import occupancy_chart
from domain.errors import RefusalCode, RequestRefused
from domain.figures import HourOccupancy, Occupancy, Occupied, ProfessionalOccupancy
from reception.occupancy import occupancy

_LONGEST = 3_660
_DRAWN_FROM = 3
"""Hours of which a picture says more than the words."""
_NAMED = 3
"""How many of the busiest and quietest hours are named."""


async def report(turn: Turn, wanted: PeriodArguments) -> Answer:
    """Hold what is booked against what is open; reads only."""
    asked = what_is_booked_too(turn, wanted)
    if asked.counted.days > _LONGEST:
        raise RequestRefused(RefusalCode.BAD_ARGUMENTS, "A ocupação se conta por dez anos, no máximo.")
    desk = turn.office.desk
    now, before = await occupancy(desk, asked.counted), await occupancy(desk, asked.before)
    changes: dict[str, JsonValue] = {
        "total": points(now.total.percent, before.total.percent),
        "by_professional": _changes_by_professional(now, before),
    }
    notes = [] if now.total.open_minutes else ["A loja não abre nesse período, ou ninguém atende nele."]
    figures = {**_figures(now), **_hours_of(now)}
    return Answer(asked.answer(figures, _figures(before), changes, *notes), chart=_chart(asked, now))


def _figures(found: Occupancy) -> dict[str, JsonValue]:
    return {
        "total": _occupied(found.total),
        "by_professional": [
            {"name": one.name, **_occupied(one.occupied), "busiest_hour": _busiest_hour(one)}
            for one in found.by_professional
        ],
    }


def _busiest_hour(one: ProfessionalOccupancy) -> str | None:
    """ "10h–11h: 80%"; None where nothing is booked."""
    booked = [hour for hour in one.by_hour if hour.occupied.booked_minutes and hour.occupied.percent is not None]
    return _hour(max(booked, key=lambda hour: (hour.occupied.percent or 0, -hour.hour))) if booked else None


def _hours_of(found: Occupancy) -> dict[str, JsonValue]:
    open_hours = [hour for hour in found.by_hour if hour.occupied.percent is not None]
    fullest = sorted(open_hours, key=lambda hour: (-(hour.occupied.percent or 0), hour.hour))
    emptiest = sorted(open_hours, key=lambda hour: (hour.occupied.percent or 0, hour.hour))
    return {
        "busiest_hours": [_hour(hour) for hour in fullest[:_NAMED] if hour.occupied.booked_minutes],
        "quietest_hours": [_hour(hour) for hour in emptiest[:_NAMED]],
        "by_hour": [_hour(hour) for hour in open_hours],
    }


def _occupied(occupied: Occupied) -> dict[str, JsonValue]:
    return {
        "occupancy": percent(occupied.percent) if occupied.percent is not None else None,
        "booked": _hours(occupied.booked_minutes),
        "open": _hours(occupied.open_minutes),
    }


def _hour(hour: HourOccupancy) -> str:
    return f"{_clock(hour)}: {percent(hour.occupied.percent or Decimal(0))}"


def _clock(hour: HourOccupancy) -> str:
    return f"{hour.hour:02}h–{hour.hour + 1:02}h"


def _hours(minutes: int) -> str:
    """ "12h30", "8h"."""
    return f"{minutes // 60}h{minutes % 60:02}" if minutes % 60 else f"{minutes // 60}h"


def _changes_by_professional(now: Occupancy, before: Occupancy) -> dict[str, JsonValue]:
    past = {one.professional_id: one.occupied.percent for one in before.by_professional}
    return {one.name: points(one.occupied.percent, past.get(one.professional_id)) for one in now.by_professional}


def _chart(asked: Asked, found: Occupancy) -> Chart | None:
    hours = [hour for hour in found.by_hour if hour.occupied.percent is not None]
    if len(hours) < _DRAWN_FROM or not found.total.booked_minutes:
        return None
    return occupancy_chart(found, f"Ocupação por horário, {asked.counted.in_words()}")


OCCUPANCY_REPORT = Tool(
    name="occupancy_report",
    description=(
        "Ocupação da agenda no período, por profissional e por horário, com as horas mais cheias e mais vazias. Serve "
        "também para o futuro. Vai com um gráfico."
    ),
    arguments=PeriodArguments,
    run=report,
)

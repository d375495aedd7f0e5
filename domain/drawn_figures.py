"""Charts of figures."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from domain.charts import Chart, ChartUnit, Series
from domain.dates import weekday
from domain.figures import DayRevenue, Occupancy, Occupied, ProfessionalOccupancy

MOST_BARS = 62
"""More days than that are drawn as months; more months, as years."""

_MONTHS = ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez")
_MOST_PROFESSIONALS = 20


def revenue_chart(days: Sequence[DayRevenue], title: str) -> Chart:
    """What each of `days` (at least one, in order) brought in, and is expected to; of many, each month or year."""
    named: Callable[[date], str] = _day_and_weekday if len(days) <= 7 else _day
    if len(days) > MOST_BARS:
        months = {(day.day.year, day.day.month) for day in days}
        named = _month if len(months) <= MOST_BARS else _year
    bars: dict[str, tuple[Decimal, Decimal]] = {}
    # Days of one name are of one bar: days are in order, and at most 62 of them never have a name twice.
    for day in days:
        done, expected = bars.get(named(day.day), (Decimal(0), Decimal(0)))
        bars[named(day.day)] = (done + day.done, expected + day.expected)
    series = [
        Series(name="Feito", values=tuple(float(done) for done, _ in bars.values())),
        Series(name="Esperado", values=tuple(float(expected) for _, expected in bars.values())),
    ]
    shown = [one for one in series if any(one.values)] or series[:1]
    return Chart(title=title, labels=tuple(bars), series=tuple(shown), unit=ChartUnit.REAIS, stacked=True)


def hours_chart(occupancy: Occupancy, title: str) -> Chart | None:
    """How busy each hour of the day is; None when the shop was never open."""
    hours = [(f"{hour.hour}h", hour.occupied) for hour in occupancy.by_hour if hour.occupied.percent is not None]
    return _occupancy_chart(hours, title)


def occupancy_chart(occupancy: Occupancy, title: str) -> Chart | None:
    """How busy each professional is in each hour of the day, in shades; of one alone, bars. None as `hours_chart`."""
    busiest = _busiest(occupancy)
    hours = [hour.hour for hour in occupancy.by_hour if hour.occupied.percent is not None]
    if len(busiest) < 2 or not hours:
        return hours_chart(occupancy, title)
    rows = []
    for one in busiest:
        then = {hour.hour: _percent(hour.occupied) for hour in one.by_hour}
        rows.append(Series(name=one.name, values=tuple(then.get(hour, 0.0) for hour in hours)))
    labels = tuple(f"{hour}h" for hour in hours)
    return Chart(title=title, labels=labels, series=tuple(rows), unit=ChartUnit.PERCENT, heat=True)


def professionals_chart(occupancy: Occupancy, title: str) -> Chart | None:
    """How busy each professional is, of many the busiest; None when nobody works."""
    return _occupancy_chart([(one.name, one.occupied) for one in _busiest(occupancy)], title)


def _busiest(occupancy: Occupancy) -> list[ProfessionalOccupancy]:
    working = [one for one in occupancy.by_professional if one.occupied.percent is not None]
    return sorted(working, key=lambda one: (-_percent(one.occupied), one.name))[:_MOST_PROFESSIONALS]


def _occupancy_chart(bars: Sequence[tuple[str, Occupied]], title: str) -> Chart | None:
    if not bars:
        return None
    values = tuple(_percent(occupied) for _, occupied in bars)
    labels = tuple(label for label, _ in bars)
    return Chart(title=title, labels=labels, series=(Series(name="Ocupação", values=values),), unit=ChartUnit.PERCENT)


def _percent(occupied: Occupied) -> float:
    return float(occupied.percent or 0)


def _day_and_weekday(day: date) -> str:
    return f"{weekday(day)[:3]} {day:%d/%m}"


def _day(day: date) -> str:
    return f"{day:%d/%m}"


def _month(day: date) -> str:
    return f"{_MONTHS[day.month - 1]}/{day:%y}"


def _year(day: date) -> str:
    return str(day.year)

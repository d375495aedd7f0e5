"""Charts of figures: every day is in one bar, and what the bars add up to is what the days do."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.charts import Chart, ChartUnit, Series
from domain.drawn_figures import hours_chart, occupancy_chart, professionals_chart, revenue_chart
from domain.figures import DayRevenue, HourOccupancy, Occupancy, Occupied, ProfessionalOccupancy
from domain.ids import ProfessionalId

_reais = st.decimals(0, 10_000, places=2)


def days(first: date, *amounts: tuple[int, int]) -> list[DayRevenue]:
    """Days in order, each with what was done and what is expected."""
    return [
        DayRevenue(day=first + timedelta(days=n), done=Decimal(done), expected=Decimal(expected))
        for n, (done, expected) in enumerate(amounts)
    ]


@given(
    first=st.dates(date(1970, 1, 2), date(2150, 1, 1)),
    amounts=st.lists(st.tuples(_reais, _reais), min_size=1, max_size=1500),
)
def test_bars_add_up_to_the_days(first: date, amounts: list[tuple[Decimal, Decimal]]) -> None:
    """Whatever the length of the period, nothing is lost or counted twice, and no two bars have one name."""
    found = [
        DayRevenue(day=first + timedelta(days=n), done=done, expected=expected)
        for n, (done, expected) in enumerate(amounts)
    ]
    chart = revenue_chart(found, "Receita")
    total = sum(sum(series.values) for series in chart.series)
    assert total == pytest.approx(float(sum(done + expected for done, expected in amounts)))
    assert len(set(chart.labels)) == len(chart.labels)
    assert len(found) > 62 or len(chart.labels) == len(found)


def test_a_week_names_its_weekdays() -> None:
    """Seven days by weekday and date; what is expected stands on what was done."""
    chart = revenue_chart(days(date(2026, 11, 20), (100, 0), (50, 20), (0, 0), (0, 80)), "Receita")
    assert chart.labels == ("sex 20/11", "sáb 21/11", "dom 22/11", "seg 23/11")
    assert [(one.name, one.values) for one in chart.series] == [
        ("Feito", (100, 50, 0, 0)),
        ("Esperado", (0, 20, 0, 80)),
    ]
    assert chart.stacked


def test_longer_periods_are_days_then_months_then_years() -> None:
    """62 days are bars of their own; a day more makes months, and decades make years."""
    first = date(2026, 12, 1)
    assert revenue_chart(days(first, *[(1, 0)] * 62), "R").labels[-1] == "31/01"
    months = revenue_chart(days(first, *[(1, 0)] * 63), "R")
    assert (months.labels, months.series[0].values) == (("dez/26", "jan/27", "fev/27"), (31, 31, 1))
    assert revenue_chart(days(first, *[(1, 0)] * 3000), "R").labels[:2] == ("2026", "2027")


def test_only_what_is_there_is_drawn() -> None:
    """Nothing expected: one row of bars; nothing at all: one row of nothing."""
    assert [one.name for one in revenue_chart(days(date(2026, 1, 1), (5, 0)), "R").series] == ["Feito"]
    assert [one.name for one in revenue_chart(days(date(2026, 1, 1), (0, 5)), "R").series] == ["Esperado"]
    assert [one.name for one in revenue_chart(days(date(2026, 1, 1), (0, 0)), "R").series] == ["Feito"]


def occupied(booked: int, open_: int) -> Occupied:
    """Minutes."""
    return Occupied(booked_minutes=booked, open_minutes=open_)


def test_occupancy_by_hour_and_by_professional() -> None:
    """Hours in order without those that were never open; professionals with the busiest first."""
    occupancy = Occupancy(
        total=occupied(90, 180),
        by_professional=tuple(
            ProfessionalOccupancy(professional_id=ProfessionalId(UUID(int=n)), name=name, occupied=minutes)
            for n, (name, minutes) in enumerate(
                {"Bia": occupied(15, 60), "Ana": occupied(60, 60), "Rui": occupied(0, 0)}.items()
            )
        ),
        by_hour=(
            HourOccupancy(hour=8, occupied=occupied(30, 60)),
            HourOccupancy(hour=12, occupied=occupied(0, 0)),
            HourOccupancy(hour=13, occupied=occupied(61, 60)),
        ),
    )
    hours, people = hours_chart(occupancy, "Horas"), professionals_chart(occupancy, "Gente")
    assert hours is not None
    assert people is not None
    assert (hours.labels, hours.series[0].values) == (("8h", "13h"), (50, 101.7))
    assert (people.labels, people.series[0].values) == (("Ana", "Bia"), (100, 25))
    assert hours.unit is people.unit is ChartUnit.PERCENT
    never = Occupancy(total=occupied(0, 0), by_professional=(), by_hour=())
    assert hours_chart(never, "Horas") is professionals_chart(never, "Gente") is occupancy_chart(never, "Tudo") is None


def test_occupancy_of_several_is_a_row_of_shades_each() -> None:
    """The busiest first, an hour in which one of them does not work is blank; one alone is drawn as bars."""
    of_people = {
        "Bia": (HourOccupancy(hour=9, occupied=occupied(15, 60)),),
        "Ana": (
            HourOccupancy(hour=9, occupied=occupied(60, 60)),
            HourOccupancy(hour=10, occupied=occupied(30, 60)),
        ),
    }
    people = tuple(
        ProfessionalOccupancy(
            professional_id=ProfessionalId(UUID(int=n)),
            name=name,
            occupied=occupied(
                sum(one.occupied.booked_minutes for one in hours), sum(one.occupied.open_minutes for one in hours)
            ),
            by_hour=hours,
        )
        for n, (name, hours) in enumerate(of_people.items())
    )
    all_hours = (
        HourOccupancy(hour=9, occupied=occupied(75, 120)),
        HourOccupancy(hour=10, occupied=occupied(30, 60)),
    )
    both = occupancy_chart(Occupancy(total=occupied(105, 180), by_professional=people, by_hour=all_hours), "Tudo")
    assert both is not None
    assert both.heat
    assert (both.labels, [(row.name, row.values) for row in both.series]) == (
        ("9h", "10h"),
        [("Ana", (100, 50)), ("Bia", (25, 0))],
    )
    alone = occupancy_chart(Occupancy(total=occupied(15, 60), by_professional=people[:1], by_hour=all_hours), "Só ela")
    assert alone is not None
    assert not alone.heat


@pytest.mark.parametrize(
    "broken",
    [
        {"labels": ("a", "b")},
        {"labels": ()},
        {"labels": ("a",) * 63},
        {"series": ()},
        {"series": ({"name": "x", "values": (-1,)},)},
        {"series": ({"name": "x", "values": (float("nan"),)},)},
        {"series": ({"name": "x", "values": (float("inf"),)},)},
        {"title": "\x00 "},
        {"title": "x" * 201},
    ],
)
def test_a_chart_that_cannot_be_drawn_is_none(broken: dict[str, object]) -> None:
    """Lengths that differ, nothing to draw, values that are no amount, no title: refused before it is stored."""
    whole = Chart(title="R", labels=("a",), series=(Series(name="x", values=(1,)),), unit=ChartUnit.BOOKINGS)
    with pytest.raises(ValidationError):
        Chart.model_validate(whole.model_dump() | broken)


def test_a_title_is_what_a_channel_gives_back() -> None:
    """The caption of an echo comes cleaned: the title is so from the first."""
    series = (Series(name="x", values=(1,)),)
    assert Chart(title=" Receita\u202e\x07 ", labels=("a",), series=series, unit=ChartUnit.REAIS).title == "Receita"

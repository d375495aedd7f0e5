"""Pictures for the owner: what is drawn is what the rows say, and the words beside it are its totals."""

from datetime import date, timedelta

import pytest

from domain.charts import ChartUnit
from storage import professionals, special_days
from storage.special_days import SpecialDay
from tests.assistants.conftest import SUNDAY
from tests.office.conftest import OwnersChat
from tests.storage.rows import customer, insert_booking


@pytest.fixture
async def busy_owner(owner: OwnersChat) -> OwnersChat:
    """The owner of a shop with a washed dog on Friday and on Saturday, and one to come on Monday."""
    async with owner.turn() as turn:
        somebody = await customer(turn.tenant, owner.shop)
        for days, status in ((-2, "completed"), (-1, "completed"), (-1, "no_show"), (1, "scheduled")):
            at = SUNDAY.replace(hour=10 if status != "no_show" else 15) + timedelta(days=days)
            await insert_booking(turn.tenant, owner.shop, somebody.contact_id, start=at, status=status)
    return owner


async def test_revenue_is_drawn_by_day(busy_owner: OwnersChat) -> None:
    """Each day of the period, done and expected; the totals in words, and the picture goes by itself."""
    outcome = await busy_owner.call("send_chart", kind="revenue", first="2026-11-19", last="2026-11-23")
    assert outcome.chart is not None, outcome.content
    assert outcome.chart.title == "Faturamento de 19/11/2026 a 23/11/2026"
    assert outcome.chart.labels == ("qui 19/11", "sex 20/11", "sáb 21/11", "dom 22/11", "seg 23/11")
    assert [(one.name, one.values) for one in outcome.chart.series] == [
        ("Feito", (0, 50, 50, 0, 0)),
        ("Esperado", (0, 0, 0, 0, 50)),
    ]
    answer = await busy_owner.use("send_chart", kind="revenue", first="2026-11-19", last="2026-11-23")
    assert (answer["done"], answer["expected"]) == ("R$ 100,00", "R$ 50,00")
    assert answer["best_day"] == "sexta-feira, 20/11/2026: R$ 50,00"
    assert "gráfico" in str(answer["message"])


async def test_a_long_period_is_drawn_by_month(busy_owner: OwnersChat) -> None:
    """No 365 bars on a phone."""
    outcome = await busy_owner.call("send_chart", kind="revenue", period="this_year")
    assert outcome.chart is not None, outcome.content
    assert len(outcome.chart.labels) == 11
    assert outcome.chart.series[0].values[-1] == 100


async def test_a_period_without_revenue_is_drawn_all_the_same(owner: OwnersChat) -> None:
    """Nothing earned is an answer: noughts, and no best day."""
    outcome = await owner.call("send_chart", kind="revenue", period="yesterday")
    assert outcome.chart is not None, outcome.content
    assert list(outcome.chart.series[0].values) == [0]
    assert not (await owner.use("send_chart", kind="revenue", period="yesterday"))["best_day"]


async def test_occupancy_is_drawn_by_hour_and_by_professional(busy_owner: OwnersChat) -> None:
    """The hour and the person that were busy stand out, as percentages."""
    by_hour = await busy_owner.call("send_chart", kind="occupancy", first="2026-11-20")
    people = await busy_owner.call("send_chart", kind="occupancy_by_professional", first="2026-11-20")
    assert by_hour.chart is not None, by_hour.content
    assert people.chart is not None, people.content
    assert by_hour.chart.unit is people.chart.unit is ChartUnit.PERCENT
    rows = {row.name: dict(zip(by_hour.chart.labels, row.values, strict=True)) for row in by_hour.chart.series}
    async with busy_owner.turn() as turn:
        staff = await professionals.active(turn.tenant)
    assert by_hour.chart.heat
    assert rows[staff[0].name].pop("10h") == 100
    assert {value for row in rows.values() for value in row.values()} == {0}
    assert people.chart.labels[0] == staff[0].name
    assert people.chart.series[0].values[0] > 0


async def test_what_cannot_be_drawn_is_said(owner: OwnersChat) -> None:
    """A day on which the shop is closed has no occupancy; a period has an end; a kind is one of the list."""
    closed = SpecialDay(day=date(2026, 11, 26), spans=(), note="feriado")
    async with owner.turn() as turn:
        await special_days.put(turn.tenant, owner.shop.organization_id, closed)
    assert (await owner.use("send_chart", kind="occupancy", first="2026-11-26"))["error"] == "closed_day"
    backwards = await owner.use("send_chart", kind="revenue", first="2026-11-22", last="2026-11-01")
    assert backwards["error"] == "bad_arguments"
    ages = await owner.use("send_chart", kind="occupancy", first="2006-01-01", last="2026-01-01")
    assert ages["error"] == "bad_arguments"
    assert (await owner.use("send_chart", kind="profit"))["error"] == "bad_arguments"


async def test_a_report_and_its_chart_are_the_same_picture(busy_owner: OwnersChat) -> None:
    """Asked for both, the owner gets one picture: the report's and the chart's own are equal."""
    for report, kind in (("revenue_report", "revenue"), ("occupancy_report", "occupancy")):
        told = await busy_owner.call(report, first="2026-11-17", last="2026-11-21")
        drawn = await busy_owner.call("send_chart", kind=kind, first="2026-11-17", last="2026-11-21")
        assert told.chart == drawn.chart is not None

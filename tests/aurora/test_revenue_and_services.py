"""Revenue, services, customers and no-shows: figures that add up, beside those of the period before."""

from datetime import date, timedelta

from domain.charts import ChartUnit
from tests.assistants.conftest import Json
from tests.aurora.conftest import TODAY, Books
from tests.office.conftest import OwnersChat

NOVEMBER, OCTOBER = date(2026, 11, 2), date(2026, 10, 5)


def _part(report: Json, *path: str) -> object:
    found: object = report
    for key in path:
        assert isinstance(found, dict)
        found = found[key]
    return found


async def test_revenue_is_done_expected_and_lost(owner: OwnersChat, books: Books) -> None:
    """Each status lands in one figure; the days to come bring what is booked, and a picture says it by day."""
    for day, hour, service, status in (
        (3, 9, "Banho", "completed"),
        (3, 10, "Tosa", "completed"),
        (4, 9, "Banho", "no_show"),
        (5, 9, "Consulta Veterinária Geral", "cancelled"),
        (24, 9, "Banho", "scheduled"),
        (25, 9, "Vacinação", "confirmed"),
    ):
        await books.add(date(2026, 11, day), hour, service, status=status)
    await books.add(OCTOBER, 9, "Vacinação")
    outcome = await owner.call("revenue_report", first="2026-11-01", last="2026-11-30")
    report = await owner.use("revenue_report", first="2026-11-01", last="2026-11-30")
    assert _part(report, "done") == {"amount": "R$ 140,00", "bookings": "2 agendamentos"}
    assert _part(report, "expected") == {"amount": "R$ 140,00", "bookings": "2 agendamentos"}
    assert _part(report, "done_and_expected") == {"amount": "R$ 280,00", "bookings": "4 agendamentos"}
    assert _part(report, "lost_to_no_shows") == {"amount": "R$ 50,00", "bookings": "1 agendamento"}
    assert _part(report, "lost_to_cancellations") == {"amount": "R$ 120,00", "bookings": "1 agendamento"}
    assert report["average_of_done"] == "R$ 70,00"
    assert _part(report, "before", "days") == "01/10/2026 a 31/10/2026"
    assert report["change"] == {"done_and_expected": "R$ 190,00 a mais (+211,1%)"}
    assert report["notes"] == ["O período vai até 30/11/2026: depois de hoje é o que está marcado até agora."]
    chart = outcome.chart
    assert chart is not None
    assert (chart.unit, len(chart.labels), chart.labels[2]) == (ChartUnit.REAIS, 30, "03/11")
    assert {one.name: sum(one.values) for one in chart.series} == {"Feito": 140.0, "Esperado": 140.0}


async def test_past_revenue_is_compared_in_all_its_parts(owner: OwnersChat, books: Books) -> None:
    """A past period says what was done and lost against the period before, and which bookings nobody closed."""
    await books.add(NOVEMBER, 9, "Tosa")
    await books.add(NOVEMBER, 10, "Banho", status="no_show")
    await books.add(NOVEMBER, 11, "Banho", status="scheduled")
    await books.add(NOVEMBER - timedelta(days=1), 9, "Banho")
    report = await owner.use("revenue_report", first="2026-11-02")
    assert report["change"] == {
        "done": "R$ 40,00 a mais (+80%)",
        "lost_to_no_shows": "R$ 50,00 a mais (antes não houve)",
        "lost_to_cancellations": "igual",
    }
    assert report["notes"] == ["1 agendamento desse período sem desfecho anotado: conta como esperado, não como feito."]


async def test_future_revenue_is_what_is_booked(owner: OwnersChat, books: Books) -> None:
    """Tomorrow has no revenue yet, but expectations; a day is no picture."""
    await books.add(TODAY + timedelta(days=1), 9, "Tosa", status="scheduled")
    outcome = await owner.call("revenue_report", period="tomorrow")
    report = await owner.use("revenue_report", period="tomorrow")
    assert outcome.chart is None
    assert (_part(report, "done", "amount"), _part(report, "expected", "amount")) == ("R$ 0,00", "R$ 90,00")
    assert report["average_of_done"] is None
    assert report["notes"] == ["O período ainda não chegou: é o que está marcado até agora, e ainda pode mudar."]
    assert (await owner.call("revenue_report", period="last_month")).chart is None


async def test_the_services_done_most(owner: OwnersChat, books: Books) -> None:
    """Ranked by how often, with the total of all of them and each one's change."""
    for hour, service in enumerate(("Banho", "Banho", "Banho", "Tosa", "Tosa", "Vacinação"), start=9):
        await books.add(NOVEMBER, hour, service)
    await books.add(NOVEMBER, 16, "Vacinação", status="no_show")
    await books.add(OCTOBER, 9, "Banho")
    report = await owner.use("top_services", first="2026-11-01", last="2026-11-22", limit=2)
    assert report["services"] == [
        {
            "rank": 1,
            "service": "Banho",
            "bookings": "3 atendimentos",
            "revenue": "R$ 150,00",
            "before": {"service": "Banho", "bookings": "1 atendimento", "revenue": "R$ 50,00"},
            "change": "2 atendimentos a mais (+200%)",
        },
        {
            "rank": 2,
            "service": "Tosa",
            "bookings": "2 atendimentos",
            "revenue": "R$ 180,00",
            "before": None,
            "change": "2 atendimentos a mais (antes não houve)",
        },
    ]
    assert (report["different_services"], report["total"]) == (
        3,
        {"bookings": "6 atendimentos", "revenue": "R$ 420,00"},
    )
    assert report["change"] == {"bookings": "5 atendimentos a mais (+500%)", "revenue": "R$ 370,00 a mais (+740%)"}
    assert (await owner.use("top_services", limit=0))["error"] == "bad_arguments"
    assert (await owner.use("top_services"))["services"] == []


async def test_new_and_returning_customers(owner: OwnersChat, books: Books) -> None:
    """New is whose first visit ever lies in the period; both add up to those served."""
    await books.add(OCTOBER, 9, who="Ana")
    await books.add(OCTOBER, 10, who="Davi", status="no_show")
    for hour, who in enumerate(("Ana", "Ana", "Bia", "Caio", "Davi"), start=9):
        await books.add(NOVEMBER, hour, who=who)
    report = await owner.use("customers_report", first="2026-11-01", last="2026-11-22")
    assert (report["new"], report["returning"], report["total"], report["share_of_new"]) == (3, 1, 4, "75%")
    assert report["before"] == {
        "days": "01/10/2026 a 22/10/2026",
        "new": 1,
        "returning": 0,
        "total": 1,
        "share_of_new": "100%",
    }
    assert report["change"] == {
        "new": "2 clientes a mais (+200%)",
        "returning": "1 cliente a mais (antes não houve)",
        "total": "3 clientes a mais (+300%)",
    }
    assert (await owner.use("customers_report"))["share_of_new"] is None


async def test_the_rate_of_no_shows(owner: OwnersChat, books: Books) -> None:
    """Of those expected, who did not come; the cancelled were not expected."""
    for hour, status in enumerate(("completed",) * 5 + ("no_show", "cancelled"), start=9):
        await books.add(NOVEMBER, hour, status=status)
    await books.add(OCTOBER, 9)
    await books.add(OCTOBER, 10, status="no_show")
    report = await owner.use("no_show_report", first="2026-11-01", last="2026-11-22")
    assert (report["no_shows"], report["came"], report["expected"], report["rate"]) == (1, 5, 6, "16,7%")
    assert report["change"] == {"no_shows": "igual", "rate": "33,3 pontos percentuais a menos"}
    empty = await owner.use("no_show_report", period="last_year")
    assert (empty["rate"], empty["change"]) == (None, {"no_shows": "igual", "rate": "sem base para comparar"})


async def test_inactive_customers_by_name_never_by_phone(owner: OwnersChat, books: Books) -> None:
    """Who has not been for so long and has nothing booked: name, pet, last visit; the lately lost first, bounded."""
    for who, ago in (("Ana", 50), ("Bia", 90), ("Caio", 46), ("Davi", 44), ("Eva", 60)):
        await books.add(TODAY - timedelta(days=ago), 9, "Tosa", who=who)
    await books.add(TODAY + timedelta(days=3), 9, who="Eva", status="scheduled")
    report = await owner.use("inactive_customers", limit=2)
    assert (report["total"], report["listed"], report["days"], report["no_visit_since"]) == (3, 2, 45, "08/10/2026")
    assert report["customers"] == [
        {"name": "Caio", "pet": "Rex", "last_visit": "07/10/2026", "days_ago": "46 dias", "service": "Tosa"},
        {"name": "Ana", "pet": "Rex", "last_visit": "03/10/2026", "days_ago": "50 dias", "service": "Tosa"},
    ]
    assert (await owner.use("inactive_customers", days=80))["total"] == 1
    assert (await owner.use("inactive_customers", days=700))["customers"] == []
    assert (await owner.use("inactive_customers", days=-1))["error"] == "bad_arguments"
    assert "5511" not in str(await owner.use("inactive_customers"))

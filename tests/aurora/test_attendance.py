"""Attendance: who was served and what was done, from rows."""

from datetime import date, datetime, timedelta

import pytest

from domain.owners import OwnerRole
from storage import owners
from tests.assistants.conftest import SAO_PAULO
from tests.aurora.conftest import TODAY, Books
from tests.office.conftest import OwnersChat

YESTERDAY = TODAY - timedelta(days=1)


async def _seed(books: Books) -> None:
    for number, service in enumerate(("Banho",) * 8 + ("Consulta Veterinária Geral",) * 3 + ("Tosa",)):
        await books.add(TODAY, 6 + number // 2, service, who=f"Cliente {number}", professional=number % 2)


async def test_the_seeds_example_comes_out_of_rows(owner: OwnersChat, books: Books) -> None:
    """Twelve customers, eight baths, three consultations, one clipping; and beside them the day before."""
    await _seed(books)
    await books.add(YESTERDAY, 9, "Tosa", who="Cliente 1")
    await books.add(YESTERDAY, 10, "Banho", who="Cliente 1", status="cancelled")
    report = await owner.use("attendance_report", period="today")
    assert (report["clients"], report["services_total"], report["revenue"]) == (12, 12, "R$ 850,00")
    assert report["services"] == [
        {"name": "banho", "count": 8, "label": "8 banhos"},
        {"name": "consulta", "count": 3, "label": "3 consultas"},
        {"name": "tosa", "count": 1, "label": "1 tosa"},
    ]
    assert (report["period"], report["from"], report["to"]) == ("today", "2026-11-22", "2026-11-22")
    assert report["days"] == "22/11/2026"
    assert report["before"] == {
        "days": "21/11/2026",
        "clients": 1,
        "services": [{"name": "tosa", "count": 1, "label": "1 tosa"}],
        "services_total": 1,
        "revenue": "R$ 90,00",
    }
    assert report["change"] == {
        "clients": "11 clientes a mais (+1.100%)",
        "services": {
            "banho": "8 banhos a mais (antes não houve)",
            "consulta": "3 consultas a mais (antes não houve)",
            "tosa": "igual",
        },
        "services_total": "11 serviços a mais (+1.100%)",
        "revenue": "R$ 760,00 a mais (+844,4%)",
    }
    assert report["notes"] == ["O dia de hoje ainda não terminou."]


async def test_an_empty_shop_has_zeros(owner: OwnersChat) -> None:
    """Nothing done is nothing, not an error."""
    report = await owner.use("attendance_report", period="last_month")
    assert (report["clients"], report["services"], report["revenue"]) == (0, [], "R$ 0,00")
    assert report["change"] == {"clients": "igual", "services": {}, "services_total": "igual", "revenue": "igual"}
    assert "notes" not in report


@pytest.mark.parametrize(
    ("period", "clients", "banhos", "revenue"),
    [
        ("today", 1, 1, "R$ 50,00"),
        ("yesterday", 0, 0, "R$ 0,00"),
        ("this_week", 2, 2, "R$ 100,00"),
        ("last_week", 1, 0, "R$ 90,00"),
        ("this_month", 2, 3, "R$ 240,00"),
        ("last_month", 1, 1, "R$ 50,00"),
    ],
)
async def test_defect_13_auroras_figures_are_the_rows(
    owner: OwnersChat, books: Books, period: str, clients: int, banhos: int, revenue: str
) -> None:
    """Periods are the shop's days, weeks from Monday; only what was completed counts, each customer once."""
    owner.now = datetime(2026, 11, 18, 20, tzinfo=SAO_PAULO)
    for who, day, hour, what, status in (
        ("Ana", 18, 0, "Banho", "completed"),
        ("Ana", 17, 23, "Tosa", "cancelled"),
        ("Ana", 17, 23, "Banho", "no_show"),
        ("Bia", 16, 0, "Banho", "completed"),
        ("Bia", 15, 23, "Tosa", "completed"),
        ("Ana", 1, 0, "Banho", "completed"),
        ("Ana", 19, 9, "Banho", "scheduled"),
    ):
        await books.add(
            date(2026, 11, day), hour, what, who=who, status=status, professional=int(status == "no_show"), minutes=30
        )
    await books.add(date(2026, 10, 31), 23, who="Ana")
    report = await owner.use("attendance_report", period=period)
    assert (report["clients"], report["revenue"], report["period"]) == (clients, revenue, period)
    services = report["services"]
    assert isinstance(services, list)
    assert {"name": "banho", "count": banhos, "label": f"{banhos} banho{'s' * (banhos > 1)}"} in services or not banhos


async def test_any_days_may_be_asked_for(owner: OwnersChat, books: Books) -> None:
    """First and last win over a name, one of them alone is a day; what is no period is refused with the reason."""
    await books.add(date(2026, 3, 2), 9)
    report = await owner.use("attendance_report", first="2026-03-01", last="2026-03-31")
    assert (report["clients"], report["period"], report["days"]) == (1, "custom", "01/03/2026 a 31/03/2026")
    assert (await owner.use("attendance_report", last="2026-03-02"))["clients"] == 1
    for wrong in (
        {"period": "year"},
        {"first": "2026-03-31", "last": "2026-03-01"},
        {"first": "1815-01-01", "last": "2026-03-01"},
        {"first": "ontem"},
        {"organization_id": str(owner.shop.organization_id)},
    ):
        assert (await owner.use("attendance_report", **wrong))["error"] == "bad_arguments", wrong


@pytest.mark.parametrize(
    "tool", ["attendance_report", "top_services", "customers_report", "no_show_report", "assistant_report"]
)
async def test_what_has_not_happened_is_not_counted(owner: OwnersChat, tool: str) -> None:
    """A period to come is refused, and the refusal names the tools that know what is booked."""
    for future in ({"period": "tomorrow"}, {"period": "next_month"}, {"first": "2027-01-01", "last": "2027-02-01"}):
        answer = await owner.use(tool, **future)
        assert answer["error"] == "future_period"
        assert "agenda_of_day" in str(answer["message"])


async def test_of_a_period_that_goes_on_only_what_happened_is_counted(owner: OwnersChat, books: Books) -> None:
    """The month to its end is counted to today, and compared with as many days of the month before."""
    await books.add(TODAY, 9)
    await books.add(date(2026, 10, 22), 9, who="Bia")
    await books.add(date(2026, 10, 23), 9, who="Caio")
    report = await owner.use("attendance_report", first="2026-11-01", last="2026-11-30")
    assert (report["to"], report["clients"]) == ("2026-11-22", 1)
    before = report["before"]
    assert isinstance(before, dict)
    assert (before["days"], before["clients"]) == ("01/10/2026 a 22/10/2026", 1)
    notes = report["notes"]
    assert isinstance(notes, list)
    assert notes[0] == "O período vai até 30/11/2026; só conta o que aconteceu até hoje (22/11/2026)."


async def test_a_year_that_goes_on_is_compared_with_the_same_days_of_the_last(owner: OwnersChat, books: Books) -> None:
    """Also on a 29th of February, which the year before has not."""
    await books.add(date(2025, 1, 2), 9)
    await books.add(date(2025, 12, 2), 9, who="Bia")
    report = await owner.use("attendance_report", period="this_year")
    before = report["before"]
    assert isinstance(before, dict)
    assert (before["days"], before["clients"]) == ("01/01/2025 a 22/11/2025", 1)
    owner.now = datetime(2028, 2, 29, 12, tzinfo=SAO_PAULO)
    leap = (await owner.use("attendance_report", period="this_year"))["before"]
    assert isinstance(leap, dict)
    assert leap["days"] == "01/01/2027 a 28/02/2027"


async def test_a_manager_asks_as_the_owner_does(manager: OwnersChat, books: Books) -> None:
    """Questions are for every owner number."""
    await books.add(TODAY, 9)
    async with manager.turn() as turn:
        asking = await owners.of_contact(turn.tenant, manager.owner.contact_id)
    assert asking is not None
    assert asking.role is OwnerRole.MANAGER
    assert (await manager.use("attendance_report"))["clients"] == 1

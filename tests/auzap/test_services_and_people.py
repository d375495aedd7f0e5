"""What a shop sells and who works there, set by commands."""

import uuid
from datetime import timedelta

import pytest

from tests.auzap.conftest import Salon


async def _service(salon: Salon, name: str) -> dict[str, object]:
    found: list[dict[str, object]] = await salon.json("service", "list")
    return next(one for one in found if one["name"] == name)


def _add(name: str, *more: str) -> tuple[str, ...]:
    return ("service", "add", name, "--category", "x", "--minutes", "60", "--price", "50", *more)


async def test_a_service_costs_by_size_and_coat(salon: Salon) -> None:
    """A variant holds for its pets, is listed, replaced, and dropped again; the plain price stays for the others."""
    await salon.done("service", "price", "Banho", "--size", "Grande", "--coat", "longo", "--minutes", "90", "--price",
                     "90,00")  # fmt: skip
    await salon.done("service", "price", "banho", "--size", "médio", "--minutes", "70", "--price", "60")
    await salon.done("service", "price", "Banho", "--size", "medio", "--minutes", "75", "--price", "65")
    assert (await _service(salon, "Banho"))["variants"] == [
        {"size": "medio", "coat": None, "minutes": 75, "price": "65.00"},
        {"size": "grande", "coat": "longo", "minutes": 90, "price": "90.00"},
    ]
    assert "porte grande, pelo longo: R$ 90,00, 90 min" in (await salon.done("service", "list")).out
    missing = await salon("booking", "add", *salon.booking("Rex", "Banho", "10:00"))
    assert (missing.code, "--size" in missing.err) == (1, True)
    code = await salon.book("Rex", "10:00", "--size", "grande", "--coat", "longo")
    row = await salon.row(code)
    assert (row["duration_minutes"], str(row["price"])) == (90, "90.00")
    await salon.done("service", "price", "Banho", "--size", "médio", "--drop")
    gone = await salon("service", "price", "Banho", "--size", "médio", "--drop")
    assert (gone.code, "não tem preço" in gone.err) == (1, True)


async def test_a_service_keeps_what_is_not_named(salon: Salon) -> None:
    """A new price leaves preparation and what is needed first; `nenhum` and 0 take them away."""
    await salon.done(*_add("Tosa", "--preparation", "15", "--needs-first", "banho"))
    first = await _service(salon, "Banho")
    await salon.done("service", "add", "TOSA", "--category", "x", "--minutes", "60", "--price", "95")
    kept = await _service(salon, "TOSA")
    assert (kept["preparation_minutes"], kept["needs_first"], kept["price"]) == (15, first["id"], "95.00")
    listed = (await salon.done("service", "list")).out
    assert "15 min" in listed
    assert "Só depois de" in listed
    await salon.done(*_add("Tosa", "--preparation", "0", "--needs-first", "nenhum"))
    freed = await _service(salon, "Tosa")
    assert (freed["preparation_minutes"], freed["needs_first"]) == (0, None)


async def test_services_that_wait_for_each_other_are_refused(salon: Salon) -> None:
    """Itself, and a circle of three: nothing is written."""
    itself = await salon(*_add("Banho", "--needs-first", "Banho"))
    assert (itself.code, "ninguém poderia começar" in itself.err) == (1, True)
    await salon.done(*_add("Tosa", "--needs-first", "Banho"))
    await salon.done(*_add("Hidratação", "--needs-first", "Tosa"))
    circle = await salon(*_add("banho", "--needs-first", "Hidratação"))
    assert (circle.code, "banho só depois de Hidratação só depois de Tosa" in circle.err) == (1, True)
    assert (await _service(salon, "Banho"))["needs_first"] is None


async def test_a_service_goes_off_sale_with_its_bookings_told(salon: Salon) -> None:
    """What is booked stays and is listed; what another service needs first cannot go."""
    code = await salon.book("Rex", "10:00")
    await salon.book("Mel", "10:00", service="Tosa")
    await salon.done(*_add("Hidratação", "--needs-first", "Banho"))
    needed = await salon("service", "remove", "Banho")
    assert (needed.code, "Hidratação só depois de Banho" in needed.err) == (1, True)
    await salon.done("service", "remove", "Hidratação")
    removed = await salon.done("service", "remove", "Banho")
    assert (code in removed.out, "Tosa" in removed.out) == (True, False)
    assert [one["name"] for one in await salon.json("service", "list")] == ["Tosa"]
    assert (await salon.row(code))["status"] == "scheduled"
    assert (await salon("service", "remove", "Banho")).code == 1


async def test_a_professional_s_hours_and_lunch_rule_what_is_booked_with_them(salon: Salon) -> None:
    """Own hours, lunch, the shop's hours again; what is not named stays."""
    await salon.done("professional", "hours", "Ana", "seg-dom 10:00-16:00", "--lunch", "12:00-13:00")
    for time, code in (("09:00", 1), ("12:00", 1), ("15:30", 1), ("10:00", 0)):
        ran = await salon("booking", "add", *salon.booking("Rex", "Banho", time), "--with", "Ana")
        assert ran.code == code, (time, ran)
    await salon.done("professional", "hours", "Ana", "--no-lunch")
    await salon.done("booking", "add", *salon.booking("Rex", "Banho", "12:00"), "--with", "ana")
    assert (await salon("booking", "add", *salon.booking("Mel", "Banho", "09:00"), "--with", "Ana")).code == 1
    await salon.done("professional", "hours", "Ana", "--shop-hours")
    await salon.done("booking", "add", *salon.booking("Mel", "Banho", "09:00"), "--with", "Ana")


async def test_a_professional_does_the_services_that_were_named(salon: Salon) -> None:
    """Others are refused by name, and booked with somebody else; `--all` gives them back."""
    assert "Ana faz Tosa." in (await salon.done("professional", "services", "Ana", "tosa")).out
    refused = await salon("booking", "add", *salon.booking("Rex", "Banho", "10:00"), "--with", "Ana")
    assert (refused.code, "Ana não faz Banho" in refused.err) == (1, True)
    assert "com Bruno" in (await salon.done("booking", "add", *salon.booking("Rex", "Banho", "10:00"))).out
    assert "Tosa" in (await salon.done("professional", "list")).out
    await salon.done("professional", "services", "Ana", "--all")
    await salon.done("booking", "add", *salon.booking("Rex", "Banho", "11:00"), "--with", "Ana")


async def test_an_absence_tells_the_bookings_in_it(salon: Salon) -> None:
    """They stay; nothing new is booked in it; called back, the time is free again."""
    inside, outside = (
        await salon.book("Rex", "10:00", "--with", "Ana"),
        await salon.book("Mel", "15:00", "--with", "Ana"),
    )
    other = await salon.book("Mel", "10:00", "--with", "Bruno")
    said = await salon.done("professional", "away", "Ana", "--from", salon.at("08:00"), "--to", salon.at("13:00"),
                            "--note", "Dentista")  # fmt: skip
    assert [code in said.out for code in (inside, outside, other)] == [True, False, False]
    (absence,) = await salon.json("professional", "absences")
    assert (absence["professional"], absence["note"]) == ("Ana", "Dentista")
    assert absence["id"] in (await salon.done("professional", "absences")).out
    assert (await salon("booking", "move", outside, "--at", salon.at("11:00"), "--with", "Ana")).code == 1
    await salon.done("professional", "back", absence["id"])
    assert await salon.json("professional", "absences") == []
    await salon.done("booking", "move", outside, "--at", salon.at("11:00"), "--with", "Ana")


async def test_an_absence_of_whole_days_lasts_until_the_last_one_ends(salon: Salon) -> None:
    """Two days without times: the evening of the second is within, the morning after is not."""
    second = salon.day + timedelta(days=1)
    await salon.done("professional", "away", "Ana", "--from", f"{salon.day:%d/%m}", "--to", f"{second:%d/%m/%Y}")
    for day, code in ((salon.day, 1), (second, 1), (second + timedelta(days=1), 0)):
        at = ("--phone", "11999990001", "--pet", "Rex", "--service", "Banho", "--at", f"{day:%d/%m/%Y} 17:00")
        assert (await salon("booking", "add", *at, "--with", "Ana")).code == code


async def test_whoever_leaves_leaves_bookings_to_be_moved(salon: Salon) -> None:
    """They are listed and kept; the same time with somebody else keeps the customer's word; nobody books with them."""
    code = await salon.book("Rex", "10:00", "--with", "Ana")
    await salon.done("booking", "confirm", code)
    before = await salon.row(code)
    assert code in (await salon.done("professional", "remove", "Ana")).out
    assert [one["name"] for one in await salon.json("professional", "list")] == ["Bruno"]
    assert (await salon("booking", "add", *salon.booking("Mel", "Banho", "11:00"), "--with", "Ana")).code == 1
    assert "com Bruno" in (await salon.done("booking", "move", code, "--with", "Bruno")).out
    after = await salon.row(code)
    assert after["professional_id"] != before["professional_id"]
    assert [after[kept] for kept in ("status", "start_time", "timed_at", "confirmed_at")] == [
        before[kept] for kept in ("status", "start_time", "timed_at", "confirmed_at")
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("service", "price", "Banho", "--minutes", "60", "--price", "50"), 2, "--size"),
        (("service", "price", "Banho", "--size", "enorme", "--minutes", "60", "--price", "50"), 2, "não é um porte"),
        (("service", "price", "Banho", "--coat", "liso", "--minutes", "60", "--price", "50"), 2, "não é um pelo"),
        (("service", "price", "Banho", "--size", "grande", "--minutes", "60"), 2, "--price"),
        (("service", "price", "Banho", "--size", "grande", "--minutes", "60", "--price", "1", "--drop"), 2, "--drop"),
        (("service", "price", "Banho", "--size", "grande"), 2, "--drop"),
        (("service", "price", "Banho", "--size", "grande", "--minutes", "4", "--price", "1"), 2, "valor inválido"),
        (("service", "price", "Pouso", "--size", "grande", "--minutes", "60", "--price", "1"), 1, "Tem: Banho"),
        ((*_add("Banho", "--preparation", "999"),), 2, "valor inválido"),
        ((*_add("Banho", "--needs-first", "Pouso"),), 1, "Tem: Banho"),
        (("service", "remove", "Pouso"), 1, "não tem esse serviço"),
        (("professional", "hours", "Ana"), 2, "nada para mudar"),
        (("professional", "hours", "Ana", "seg 18h-8h"), 2, "em ordem"),
        (("professional", "hours", "Ana", "seg 8h-9h", "--shop-hours"), 2, "--shop-hours"),
        (("professional", "hours", "Ana", "--lunch", "12:00"), 2, "escreva como"),
        (("professional", "hours", "Ana", "--lunch", "12:00-13:00 14:00-15:00"), 2, "um intervalo só"),
        (("professional", "hours", "Zé", "--shop-hours"), 1, "atendem: Ana, Bruno"),
        (("professional", "services", "Ana"), 2, "--all"),
        (("professional", "services", "Ana", "Banho", "--all"), 2, "--all"),
        (("professional", "services", "Ana", "Pouso"), 1, "Tem: Banho"),
        (("professional", "away", "Ana", "--from", "31/02", "--to", "1/3"), 2, "fevereiro"),
        (("professional", "away", "Ana", "--from", "2/1/2020", "--to", "3/1/2020"), 1, "já passou"),
        (("professional", "away", "Ana", "--from", "amanhã 10h", "--to", "amanhã 9h"), 1, "antes de começar"),
        (("professional", "away", "Zé", "--from", "hoje", "--to", "amanhã"), 1, "ninguém chamado Zé"),
        (("professional", "back", "x"), 2, "não é um id"),
        (("professional", "back", str(uuid.UUID(int=0))), 1, "não tem a ausência"),
        (("professional", "remove", "Zé"), 1, "ninguém chamado Zé"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    salon: Salon, arguments: tuple[str, ...], code: int, why: str
) -> None:
    """One line each with the reason; services and people stay as they were."""
    lists = (("service", "list"), ("professional", "list"), ("professional", "absences"))
    before = [await salon.json(*one) for one in lists]
    ran = await salon(*arguments)
    assert (ran.code, why in ran.err, ran.err.count("\n"), ran.out) == (code, True, 1, ""), ran
    assert [await salon.json(*one) for one in lists] == before

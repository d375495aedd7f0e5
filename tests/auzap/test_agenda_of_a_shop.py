"""The agenda's rules and its unusual days, set by commands."""

from datetime import date, timedelta

import pytest

from tests.auzap.conftest import Command, Salon


async def test_rules_change_one_by_one(salon: Salon) -> None:
    """What is named changes, the rest stays; without options they are shown."""
    before = (await salon.command.done("org", "agenda", "salao", "--json")).json
    await salon.command.done(
        "org", "agenda", "salao", "--slot-minutes", "30", "--state", "sp", "--no-holidays", "--unattended", "no-show"
    )
    after = (await salon.command.done("org", "agenda", "salao", "--json")).json
    changed = {"slot_minutes": 30, "state": "SP", "opens_on_holidays": False, "unattended": "no_show"}
    assert (before["opens_on_holidays"], after) == (True, before | changed)
    every = {
        "--notice": ("minimum_notice_minutes", 90), "--days-ahead": ("days_ahead", 45),
        "--hold-minutes": ("hold_minutes", 5), "--offers": ("offers_at_once", 3),
        "--confirm-hours": ("confirm_hours_before", 0), "--remind-minutes": ("remind_minutes_before", 30),
        "--follow-up-hours": ("follow_up_hours_after", 48), "--close-after": ("close_after_minutes", 15),
        "--waiting-minutes": ("waiting_list_minutes", 20),
    }  # fmt: skip
    options = [part for option, (_, value) in every.items() for part in (option, str(value))]
    last = (await salon.command.done("org", "agenda", "salao", *options, "--state", "none", "--json")).json
    assert last == after | dict(every.values()) | {"state": None}
    shown = (await salon.command.done("org", "agenda", "salao")).out
    assert "antecedência mínima, em minutos" in shown
    assert "não veio" in shown


async def test_two_changes_of_the_rules_at_once_both_hold(salon: Salon) -> None:
    """Each reads what the other wrote, whichever comes first."""
    ways = (("--slot-minutes", "30"), ("--notice", "90"), ("--offers", "3"), ("--days-ahead", "45"))
    assert await salon.command.at_once(*(("org", "agenda", "salao", *way) for way in ways)) == [0] * len(ways)
    found = (await salon.command.done("org", "agenda", "salao", "--json")).json
    assert [found[rule] for rule in ("slot_minutes", "minimum_notice_minutes", "offers_at_once", "days_ahead")] == [
        30,
        90,
        3,
        45,
    ]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--slot-minutes", "3"), "minutos entre os horários oferecidos: o menor valor é 5"),
        (("--days-ahead", "91"), "o maior valor é 90"),
        (("--notice", "-1"), "o menor valor é 0"),
        (("--notice", "99999999999999999999"), "o maior valor é"),
        (("--state", "XX"), "não é um estado"),
        (("--unattended", "maybe"), "completed ou no-show"),
        (("--offers", "muitos"), "número inteiro"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused(command: Command, arguments: tuple[str, str], why: str) -> None:
    """With the limit, in one line, and nothing is written."""
    await command.done("org", "add", "salao", "--name", "Salão")
    before = (await command.done("org", "agenda", "salao", "--json")).json
    ran = await command("org", "agenda", "salao", "--hold-minutes", "7", *arguments)
    assert (ran.code, why in ran.err, ran.err.count("\n")) == (2, True, 1), ran
    assert (await command.done("org", "agenda", "salao", "--json")).json == before


async def test_a_closed_day_takes_no_booking_until_it_is_normal_again(salon: Salon) -> None:
    """Closed with a note, listed so, refused by the agenda with its reason; then a day like others."""
    day = f"{salon.day:%d/%m/%Y}"
    assert "não abre" in (await salon.done("day", "close", day, "--note", "Mudança")).out
    (listed,) = [one for one in await salon.json("day", "list") if one["special"]]
    assert (listed["day"], listed["spans"], listed["note"]) == (salon.day.isoformat(), [], "Mudança")
    refused = await salon("booking", "add", *salon.booking("Rex", "Banho", "10:00"))
    assert (refused.code, "não abre nesse dia" in refused.err) == (1, True)
    await salon.done("day", "normal", day)
    again = await salon("day", "normal", day)
    assert (again.code, "já é um dia comum" in again.err) == (1, True)
    await salon.book("Rex", "10:00")


async def test_a_day_with_hours_of_its_own_is_booked_by_them(salon: Salon) -> None:
    """In the pause and outside nothing is booked; the rest of the day is."""
    said = await salon.done("day", "open", salon.day.isoformat(), "--hours", "7h às 12h, 13:00-20:00")
    assert "abre 07:00–12:00, 13:00–20:00" in said.out
    for time, code in (("12:00", 1), ("06:00", 1), ("20:00", 1), ("07:00", 0), ("19:00", 0)):
        ran = await salon("booking", "add", *salon.booking("Rex", "Banho", time))
        assert ran.code == code, (time, ran)
        assert code == 0 or "Abre: 07:00–12:00, 13:00–20:00" in ran.err


async def test_a_holiday_is_listed_and_opened_alone(salon: Salon) -> None:
    """Without `--holidays` the coming ones are closed days; one opened as a special day takes bookings."""
    await salon.command.done("org", "agenda", "salao", "--no-holidays", "--state", "SP")
    holidays = [one for one in await salon.json("day", "list") if one["holiday"]]
    assert all(one["spans"] == [] and not one["special"] for one in holidays)
    today = salon.day - timedelta(days=10)
    assert all(today <= date.fromisoformat(one["day"]) <= today + timedelta(days=90) for one in holidays)
    new_year = f"01/01/{today.year + 1}"  # listed as a special day, however far
    await salon.done("day", "open", new_year, "--hours", "10:00-14:00")
    opened = next(one for one in await salon.json("day", "list") if one["day"].endswith("-01-01"))
    assert (opened["holiday"], len(opened["spans"]), opened["special"]) == ("Confraternização Universal", 1, True)
    assert "Confraternização" in (await salon.done("day", "list")).out


async def test_bookings_of_a_day_that_closes_are_told(salon: Salon) -> None:
    """They stay booked; whoever closes the day sees which, with the phone to call; those inside new hours do not."""
    morning, evening = await salon.book("Rex", "09:00"), await salon.book("Mel", "16:00")
    shorter = await salon.done("day", "open", f"{salon.day:%d/%m/%Y}", "--hours", "08:00-12:00")
    assert (morning in shorter.out, evening in shorter.out, "+5511999990001" in shorter.out) == (False, True, True)
    closed = await salon.done("day", "close", f"{salon.day:%d/%m/%Y}")
    assert morning in closed.out
    assert evening in closed.out
    assert (await salon.row(morning))["status"] == "scheduled"
    assert "booking move" not in (await salon.done("day", "normal", f"{salon.day:%d/%m/%Y}")).out


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("close", "31/02"), 2, "fevereiro"),
        (("close", "natal"), 2, "escreva como"),
        (("close", "01/01/2020"), 1, "já passou"),
        (("open", "25/12"), 2, "--hours"),
        (("open", "25/12", "--hours", ""), 2, "vazio"),
        (("open", "25/12", "--hours", "18h-8h"), 2, "em ordem"),
        (("open", "25/12", "--hours", "8h-12h 11h-13h"), 2, "em ordem"),
        (("open", "25/12", "--hours", "8h-25h"), 2, "não é uma hora do dia"),
        (("close", "25/12", "--note", "a\nb"), 2, "o motivo"),
        (("normal", "25/12"), 1, "já é um dia comum"),
    ],
)
async def test_days_that_cannot_be_set_are_refused(
    command: Command, arguments: tuple[str, ...], code: int, why: str
) -> None:
    """One line each, and no special day is written."""
    await command.done("org", "add", "salao", "--name", "Salão")
    ran = await command("day", *arguments, "--org", "salao")
    assert (ran.code, why in ran.err, ran.err.count("\n")) == (code, True, 1), ran
    assert not any(one["special"] for one in (await command.done("day", "list", "--org", "salao", "--json")).json)

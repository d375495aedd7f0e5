"""Days closed, opened again, holidays: what is booked is told before the yes, and undo restores what was there."""

from datetime import date, time

import pytest
from pydantic import JsonValue

from domain.opening import OpenSpan
from storage import special_days
from storage.special_days import SpecialDay
from tests.assistants.conftest import MONDAY
from tests.office.conftest import OwnersChat
from tests.office.neighbours import booked, logged, neighbour, nothing_to_change, rows, summary, undone

_SPECIAL = "select day::text, spans::text, note from special_days order by day"


async def test_a_day_is_closed_by_a_yes_and_as_it_was_by_undo(owner: OwnersChat) -> None:
    """The shop is closed that day; given again nothing changes; undo leaves no trace; the log says both."""
    told = await owner.order("block_time", day=MONDAY, reason="reforma")
    assert "09:00–18:00 → fechada" in told
    assert await rows(owner, _SPECIAL) == [(MONDAY, "[]", "reforma")]
    assert await nothing_to_change(owner, "block_time", day=MONDAY)
    await undone(owner)
    assert await rows(owner, _SPECIAL) == []
    closed, opened = await logged(owner)
    assert (closed.action, closed.subject, closed.before, closed.after) == (
        "close_time",
        "23/11/2026",
        {MONDAY: "09:00–18:00"},
        {MONDAY: "fechada"},
    )
    assert (opened.action, opened.before, opened.after) == ("open_time", closed.after, closed.before)


async def test_undo_restores_the_special_day_that_was_there(owner: OwnersChat) -> None:
    """A day with hours and a note of its own has them again."""
    own = SpecialDay(day=date(2026, 11, 23), spans=(OpenSpan(opens=time(10), closes=time(14)),), note="inventário")
    async with owner.turn() as turn:
        await special_days.put(turn.tenant, owner.shop.organization_id, own)
    await owner.order("block_time", day=MONDAY)
    await undone(owner)
    async with owner.turn() as turn:
        assert await special_days.between(turn.tenant, own.day, own.day) == [own]


async def test_hours_of_a_day_are_closed_and_the_rest_stays_open(owner: OwnersChat) -> None:
    """From two to four: open until two and from four on."""
    assert "09:00–18:00 → 09:00–14:00 e 16:00–18:00" in await summary(
        owner, "block_time", day=MONDAY, **{"from": "14:00", "to": "16h"}
    )


async def test_what_is_booked_there_is_told_and_stays(owner: OwnersChat) -> None:
    """How many, and the first few with time, pet and service; those outside the closed hours are not among them."""
    whose = [await neighbour(owner, f"Cliente {n}", f"Pet {n}", number=n) for n in range(1, 8)]
    for n, one in enumerate(whose):
        await booked(owner, one, start=owner.now.replace(day=23, hour=9 + n), professional=n % 2)
    asked = await summary(owner, "block_time", day=MONDAY, **{"from": "10:00", "to": "18:00"})
    assert "⚠️ 6 agendamentos continuam marcados" in asked
    assert "10:00: Pet 2, Banho" in asked
    assert "Pet 1," not in asked
    assert asked.endswith("• e mais 1")
    await owner.order("block_time", day=MONDAY)
    assert await rows(owner, "select count(*) from bookings where status = 'scheduled'") == [(7,)]


async def test_a_booking_made_before_the_yes_is_asked_about_first(owner: OwnersChat) -> None:
    """The owner agreed to another summary: nothing is done, and the new one is asked."""
    code = await owner.propose("block_time", day=MONDAY)
    await booked(owner, await neighbour(owner, "Lia"))
    await owner.says("sim")
    outcome = await owner.call("confirm_order", order=code)
    assert outcome.done is None
    assert outcome.order is not None
    assert "1 agendamento continua marcado" in outcome.order.summary
    assert await rows(owner, _SPECIAL) == []


async def test_a_period_is_closed_and_opened_as_one(owner: OwnersChat) -> None:
    """Two weeks are one line, one order and one undo."""
    asked = await summary(owner, "block_time", day="2026-12-20", last_day="2027-01-02")
    assert "14 dias, de domingo, 20/12 a sábado, 02/01/2027: a loja fecha" in asked
    await owner.order("block_time", day="2026-12-20", last_day="2027-01-02")
    assert await rows(owner, "select count(*) from special_days") == [(14,)]
    await undone(owner)
    assert await rows(owner, "select count(*) from special_days") == [(0,)]


async def test_a_day_is_freed_and_closed_again_by_undo(owner: OwnersChat) -> None:
    """free_time makes it ordinary; a second time there is nothing to free."""
    await owner.order("block_time", day=MONDAY, reason="reforma")
    await owner.order("free_time", day=MONDAY)
    assert await rows(owner, _SPECIAL) == []
    assert await nothing_to_change(owner, "free_time", day=MONDAY)
    await undone(owner)
    assert await rows(owner, _SPECIAL) == [(MONDAY, "[]", "reforma")]


async def test_a_holiday_is_added_by_name(owner: OwnersChat) -> None:
    """The shop is closed and the note is its name; undone, it is a day like any other."""
    await owner.order("add_holiday", day="2026-12-08", name="Dia da padroeira")
    assert await rows(owner, _SPECIAL) == [("2026-12-08", "[]", "Dia da padroeira")]
    assert await nothing_to_change(owner, "add_holiday", day="2026-12-08", name="Dia da padroeira")
    await undone(owner)
    assert await rows(owner, _SPECIAL) == []
    assert [entry.action for entry in await logged(owner)] == ["add_holiday", "open_time"]


@pytest.mark.parametrize(
    ("tool", "arguments", "error"),
    [
        ("block_time", {"day": "2026-11-21"}, "past_date"),
        ("block_time", {"day": "2026-11-22", "to": "11:00"}, "past_date"),
        ("block_time", {"day": "2026-11-21", "last_day": MONDAY}, "past_date"),
        ("block_time", {"day": MONDAY, "last_day": "2026-11-22"}, "bad_arguments"),
        ("block_time", {"day": MONDAY, "from": "16:00", "to": "14:00"}, "bad_arguments"),
        ("block_time", {"day": MONDAY, "last_day": "2027-06-01"}, "bad_arguments"),
        ("block_time", {"day": "9999-12-31"}, "too_far_ahead"),
        ("block_time", {"day": "0001-01-01"}, "past_date"),
        ("block_time", {"day": MONDAY, "professional": "Profissional"}, "ambiguous_professional"),
        ("block_time", {"day": MONDAY, "professional": "Zoraide"}, "unknown_professional"),
        ("block_time", {"day": "2026-11-21", "professional": "Profissional 1"}, "past_date"),
        ("block_time", {"day": MONDAY, "professional": "Profissional 1", "from": "15:00", "to": "15:00"},
         "bad_arguments"),
        ("free_time", {"day": "2026-11-21"}, "past_date"),
        ("free_time", {"day": MONDAY}, "nothing_to_change"),
        ("free_time", {"day": MONDAY, "professional": "Profissional 1"}, "absence_not_found"),
        ("add_holiday", {"day": "2026-11-21", "name": "Ontem"}, "past_date"),
        ("add_holiday", {"day": MONDAY, "name": " \n "}, "bad_arguments"),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused(
    owner: OwnersChat, tool: str, arguments: dict[str, JsonValue], error: str
) -> None:
    """The past, ends before beginnings, nonsense and names that fit several or nobody: a code, and no order."""
    assert (await owner.use(tool, **arguments))["error"] == error
    assert await rows(owner, "select count(*) from owner_orders") == [(0,)]


async def test_somebody_is_away_and_back(owner: OwnersChat) -> None:
    """An absence tells what is booked with them; again there is nothing to do; undo drops exactly it."""
    await booked(owner, await neighbour(owner, "Lia"), professional=1)
    arguments: dict[str, JsonValue] = {"day": MONDAY, "professional": "profissional 2", "reason": "médico"}
    asked = await summary(owner, "block_time", **arguments)
    assert "Profissional 2 fora da agenda: amanhã, segunda-feira, 23/11, o dia todo" in asked
    assert "10:00: Rex, Banho, com Profissional 2" in asked
    await owner.order("block_time", **arguments)
    assert await rows(owner, "select starts_at, ends_at, note from absences") == [
        (owner.now.replace(day=23, hour=0), owner.now.replace(day=24, hour=0), "médico")
    ]
    assert await nothing_to_change(owner, "block_time", **arguments)
    await undone(owner)
    assert await rows(owner, "select * from absences") == []
    added, dropped = await logged(owner)
    assert (added.action, dropped.action, added.subject) == ("add_absence", "drop_absence", "Profissional 2")
    when = {"start": "2026-11-23T00:00:00-03:00", "end": "2026-11-24T00:00:00-03:00", "note": "médico"}
    assert (added.before, added.after, dropped.before, dropped.after) == ({}, when, when, {})


async def test_an_absence_is_dropped_and_restored_by_undo(owner: OwnersChat) -> None:
    """With two on one day the owner is asked which; by its beginning it is found; undo restores the row."""
    for since, until in (("09:00", "10:00"), ("15:00", "16:00")):
        await owner.order("block_time", day=MONDAY, professional="Profissional 1", **{"from": since, "to": until})
    answer = await owner.use("free_time", day=MONDAY, professional="Profissional 1")
    assert answer["error"] == "ambiguous_absence"
    assert isinstance(answer["candidates"], list)
    assert len(answer["candidates"]) == 2
    before = await rows(owner, "select professional_id, starts_at, ends_at, note from absences order by starts_at")
    await owner.order("free_time", day=MONDAY, professional="Profissional 1", **{"from": "15:00"})
    assert await rows(owner, "select professional_id, starts_at, ends_at, note from absences") == before[:1]
    await undone(owner)
    assert (
        await rows(owner, "select professional_id, starts_at, ends_at, note from absences order by starts_at") == before
    )

"""The hours of a weekday are changed for good: breaks stay, what is booked outside is told, undo restores."""

import pytest
from pydantic import JsonValue

from domain.opening import OpeningHours
from storage import organizations
from storage.organizations import SettingsChange
from tests.office.conftest import OwnersChat
from tests.office.neighbours import booked, logged, neighbour, nothing_to_change, summary, undone
from tests.shops import ALWAYS_OPEN

_WITH_LUNCH = OpeningHours.model_validate(
    {0: [{"opens": "08:00", "closes": "12:00"}, {"opens": "13:00", "closes": "18:00"}]}
)


async def _hours(owner: OwnersChat) -> OpeningHours:
    async with owner.turn() as turn:
        return turn.organization.opening_hours


async def test_a_weekday_is_changed_and_restored(owner: OwnersChat) -> None:
    """Only that weekday; a second time there is nothing to change; undo brings the whole week back."""
    await owner.order("change_opening_hours", weekday="sábado", opens="9h", closes="13:00")
    changed = await _hours(owner)
    assert changed.in_words()[5:] == ["sábado: 09:00–13:00", "domingo: 09:00–18:00"]
    assert await nothing_to_change(owner, "change_opening_hours", weekday=5, closes="13:00")
    await undone(owner)
    assert await _hours(owner) == ALWAYS_OPEN
    first, second = await logged(owner)
    assert (first.action, first.subject) == ("set_opening_hours", "Sábado")
    assert (first.before, first.after) == ({"hours": "09:00–18:00"}, {"hours": "09:00–13:00"})
    assert (second.before, second.after) == (first.after, first.before)


async def test_a_weekday_is_closed_and_what_is_booked_on_it_is_told(owner: OwnersChat) -> None:
    """Every coming booking of that weekday, and of no other; they stay."""
    whose = await neighbour(owner, "Lia")
    for day in (23, 24, 30):
        await booked(owner, whose, owner.now.replace(day=day, hour=10))
    asked = await summary(owner, "change_opening_hours", weekday="segunda-feira", closed=True)
    assert "Segunda-feira, toda semana: 09:00–18:00 → fechada" in asked
    assert "⚠️ 2 agendamentos continuam marcados" in asked
    assert "24/11" not in asked
    await owner.order("change_opening_hours", weekday=0, closed=True)
    assert (await _hours(owner)).in_words()[0] == "segunda-feira: fechado"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"opens": "09:00"}, "09:00–12:00 e 13:00–18:00"),
        ({"closes": "20:00"}, "08:00–12:00 e 13:00–20:00"),
        ({"opens": "07:00", "closes": "19:00"}, "07:00–12:00 e 13:00–19:00"),
        ({"opens": "13:00", "closes": "17:00"}, "13:00–17:00"),
        ({"opens": "12:30"}, "12:30–18:00"),
        ({"closes": "12:00"}, "08:00–12:00"),
        ({"closes": "19:00", "no_break": True}, "08:00–19:00"),
    ],
)
async def test_the_lunch_break_stays_where_it_still_lies_within(
    owner: OwnersChat, arguments: dict[str, JsonValue], expected: str
) -> None:
    """An edge that is not named stays; a break that would begin or end outside goes."""
    async with owner.turn() as turn:
        await organizations.change(turn.tenant, owner.shop.organization_id, SettingsChange(opening_hours=_WITH_LUNCH))
    assert f"→ {expected}" in await summary(owner, "change_opening_hours", weekday=0, **arguments)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"weekday": 0}, "bad_arguments"),
        ({"weekday": 7, "closed": True}, "bad_arguments"),
        ({"weekday": "feriado", "closed": True}, "bad_arguments"),
        ({"weekday": 0, "closed": True, "opens": "09:00"}, "bad_arguments"),
        ({"weekday": 0, "opens": "19:00"}, "bad_arguments"),
        ({"weekday": 0, "opens": "10:00", "closes": "10:00"}, "bad_arguments"),
        ({"weekday": 1, "opens": "10:00"}, "time_required"),
        ({"weekday": 1, "closed": True}, "nothing_to_change"),
        ({"weekday": 0, "opens": "25:00"}, "bad_arguments"),
    ],
)
async def test_hours_that_cannot_be_are_refused(owner: OwnersChat, arguments: dict[str, JsonValue], error: str) -> None:
    """No such day or hour, closing before opening, a closed day opened by half."""
    async with owner.turn() as turn:
        await organizations.change(turn.tenant, owner.shop.organization_id, SettingsChange(opening_hours=_WITH_LUNCH))
    assert (await owner.use("change_opening_hours", **arguments))["error"] == error

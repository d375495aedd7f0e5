"""When somebody who waits for a person is remembered, and when the shop's people are there again."""

from datetime import datetime, timedelta

from domain import handoff_words
from domain.handoffs import Deadline
from domain.shop_calendar import ShopCalendar
from reception.desk import Desk

_DAY = timedelta(days=1)
_FARTHEST = timedelta(days=14)
_NEXT_OPENING = timedelta(days=30)


async def deadlines(desk: Desk, since: datetime) -> tuple[Deadline, ...]:
    """What happens, and when, while somebody waits since that moment, in order of time; nothing 14 days later.

    Minutes of the shop's rules are minutes in which it is open, so nobody is disturbed at night; of a shop that has no
    opening hours they are any minutes.
    """
    calendar = await _calendar(desk, since, _FARTHEST)
    found = []
    for kind, minutes in desk.shop.handoff_rules.waiting_minutes():
        at = (
            calendar.after_open_minutes(since, minutes, within=_FARTHEST)
            if _has_hours(desk)
            else (since + timedelta(minutes=minutes)).astimezone(desk.zone)
        )
        if at is not None:
            found.append(Deadline(kind=kind, at=at))
    return tuple(found)


async def back_at(desk: Desk) -> datetime | None:
    """When the shop opens next, in its own time; None while it is open, and where it does not open within 30 days."""
    calendar = await _calendar(desk, desk.now, _NEXT_OPENING)
    return None if calendar.is_open_at(desk.now) else calendar.earliest_open_after(desk.now, within=_NEXT_OPENING)


async def staffed_note(desk: Desk) -> str | None:
    """The sentence that tells who is handed over now when somebody will be there; None while the shop is open."""
    opens = await back_at(desk)
    return handoff_words.staffed_note(opens, desk.now) if opens else None


async def _calendar(desk: Desk, since: datetime, within: timedelta) -> ShopCalendar:
    first = since.astimezone(desk.zone).date()
    return await desk.calendar(first - _DAY, first + within + _DAY)


def _has_hours(desk: Desk) -> bool:
    return any(desk.shop.opening_hours.root.values())

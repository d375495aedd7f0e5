"""What is booked for a time at which the shop is not open (any more): it stays booked, and somebody has to move it."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from domain.shop_calendar import ShopCalendar
from reception.desk import Desk
from storage import agenda_entries
from storage.agenda_entries import AgendaEntry


async def left_outside(desk: Desk, calendar: ShopCalendar, days: Collection[date] | None = None) -> list[AgendaEntry]:
    """The coming bookings, of these days or of every day, for which a calendar has the shop closed; soonest first.

    The calendar may be the one in force, or one that is only planned.
    """
    since, until = desk.now, None
    if days is not None:
        if not days:
            return []
        since = max(since, _midnight(desk, min(days)))
        until = _midnight(desk, max(days) + timedelta(days=1))
    return [
        entry
        for entry in await agenda_entries.coming(desk.tenant, since, until=until)
        if (days is None or entry.start.astimezone(desk.zone).date() in days) and not _is_open_for(calendar, entry)
    ]


def _midnight(desk: Desk, day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=desk.zone)


def _is_open_for(calendar: ShopCalendar, entry: AgendaEntry) -> bool:
    begin, end = entry.start.timestamp(), entry.end.timestamp()
    day = entry.start.astimezone(calendar.zone).date()
    return any(since <= begin and end <= until for since, until in calendar.stretches(day))

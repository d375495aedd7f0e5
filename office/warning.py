"""What the owner is to be warned of on a day, read from rows."""

from collections import Counter
from datetime import date, timedelta

from domain.bookings import BookingStatus
from domain.briefings import Visit, bookings_of
from domain.figures import Inactive
from domain.letters import ProactiveType
from domain.owner_alerts import (
    MOST_NAMED,
    AlertsOfDay,
    FewBookings,
    ManyNoShows,
    are_few,
    are_many_inactive,
    are_many_no_shows,
)
from domain.periods import Period
from reception.desk import Desk
from storage import agenda_entries, figures, proactive

_DAY = timedelta(days=1)
_SAID_AGAIN = timedelta(days=6, hours=12)
"""That customers stay away is so for weeks: it is said once a week. The hours let a schedule fire a little early."""
_WITHOUT_DAYS = 7
"""Days a suggestion may fill where it is customers who stay away, not bookings that are few."""
_LIVELY = timedelta(days=60)
"""A shop without any booking for so long has no agenda here, and few bookings are no news of it."""


async def alerts_of_day(desk: Desk, occasion: str) -> AlertsOfDay:
    """What is to be warned of today; `occasion` is the fingerprint under which it will be told."""
    return AlertsOfDay(
        day=desk.today,
        few=await _few(desk),
        inactive=await _inactive(desk, occasion),
        no_shows=await _no_shows(desk),
    )


def days_to_fill(desk: Desk, found: AlertsOfDay) -> Period | None:
    """The days that inviting customers would help; None where it would mend nothing."""
    if found.few:
        return found.few.days
    tomorrow = desk.today + _DAY
    return Period(first=tomorrow, last=desk.today + _WITHOUT_DAYS * _DAY) if found.inactive else None


async def visits(desk: Desk, period: Period) -> list[Visit]:
    """The bookings of a period that were not cancelled, in the shop's time."""
    return [
        Visit(
            start=entry.start.astimezone(desk.zone),
            status=entry.status,
            service=entry.service,
            professional=entry.professional,
            pet=entry.pet,
            customer=entry.customer,
        )
        for entry in await agenda_entries.between(desk.tenant, *period.bounds(desk.zone))
    ]


async def _few(desk: Desk) -> FewBookings | None:
    """The bookings that stand from tomorrow on; nothing of a shop that is closed on all these days, or unused."""
    rules, today = desk.shop.aurora_rules, desk.today
    days = Period(first=today + _DAY, last=today + rules.few_bookings_days * _DAY)
    total = await figures.coming_bookings(desk.tenant, *days.bounds(desk.zone))
    if not are_few(rules, total):
        return None
    calendar = await desk.calendar(days.first, days.last)
    dates = [days.first + ahead * _DAY for ahead in range(days.days)]
    open_days = [day for day in dates if calendar.why_closed(day) is None]
    lately = await figures.revenue(desk.tenant, Period(first=today - _LIVELY, last=days.last))
    if not open_days or not bookings_of(lately):
        return None
    standing = [visit for visit in await visits(desk, days) if visit.status.is_coming]
    by_day = Counter(visit.start.date() for visit in standing)
    told = sorted({*open_days, *by_day})
    return FewBookings(
        days=days,
        total=total,
        by_day=tuple((day, by_day[day]) for day in told),
        visits=tuple(standing[:MOST_NAMED]),
    )


async def _inactive(desk: Desk, occasion: str) -> Inactive | None:
    rules = desk.shop.aurora_rules
    before = desk.today - timedelta(days=rules.inactive_after_days)
    found = await figures.inactive(desk.tenant, before, desk.zone, desk.now, MOST_NAMED)
    if not are_many_inactive(rules, found.total):
        return None
    said = await proactive.was_told(
        desk.tenant,
        ProactiveType.INACTIVE_CUSTOMERS,
        since=desk.now - _SAID_AGAIN,
        until=desk.now,
        besides=occasion,
    )
    return None if said else found


async def _no_shows(desk: Desk) -> ManyNoShows | None:
    yesterday: date = desk.today - _DAY
    day = Period(first=yesterday, last=yesterday)
    total = (await figures.no_shows(desk.tenant, day)).no_shows
    if not are_many_no_shows(desk.shop.aurora_rules, total):
        return None
    missed = [visit for visit in await visits(desk, day) if visit.status is BookingStatus.NO_SHOW]
    return ManyNoShows(day=yesterday, total=total, visits=tuple(missed[:MOST_NAMED]))

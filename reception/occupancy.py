"""How busy the shop is: minutes that are booked, beside those in which its people are there to be booked.

Open is what the shop's calendar, a professional's hours, lunch and absences leave; of days gone by too, as they stand
now. Who works here no longer counts on the days on which something was booked with them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.agenda import Professional, working
from domain.agenda_clock import DayClock, Stretch, jumping_days
from domain.busy_times import NEVER_BUSY, BusyTimes
from domain.figures import HourOccupancy, Occupancy, Occupied, ProfessionalOccupancy
from domain.ids import ProfessionalId
from domain.periods import Period
from domain.shop_calendar import ShopCalendar
from reception.desk import Desk
from storage import busy, professionals
from storage import occupancy as booked_rows

_QUARTER = 900
_ByHour = Counter[int]
"""Minutes by the hour of the day in which they lie."""


async def occupancy(desk: Desk, period: Period) -> Occupancy:
    """How busy everybody was, or will be, in a period; first those who work here, then those who did."""
    booked = await booked_rows.booked_minutes(desk.tenant, period)
    staff = await professionals.active(desk.tenant)
    gone = await professionals.retired(desk.tenant, list(booked))
    came = await booked_rows.booked_days(desk.tenant, period, [one.id for one in gone]) if gone else {}
    away = await busy.absences(desk.tenant, *period.bounds(desk.zone))
    hours = _OpenHours(await desk.calendar(period.first, period.last), period)
    open_minutes = {one.id: hours.of(one, hours.days, away.get(one.id, NEVER_BUSY)) for one in staff}
    open_minutes |= {one.id: hours.of(one, came.get(one.id, ()), away.get(one.id, NEVER_BUSY)) for one in gone}
    return _summed([*staff, *gone], booked, open_minutes)


def _summed(
    people: Sequence[Professional],
    booked: Mapping[ProfessionalId, Mapping[int, int]],
    open_minutes: Mapping[ProfessionalId, Mapping[int, int]],
) -> Occupancy:
    """The same minutes by professional, by hour, and in all."""
    of_person = [
        ProfessionalOccupancy(
            professional_id=one.id,
            name=one.name,
            occupied=Occupied(
                booked_minutes=sum(booked.get(one.id, {}).values()), open_minutes=sum(open_minutes[one.id].values())
            ),
            by_hour=_hours(booked.get(one.id, {}), open_minutes[one.id]),
        )
        for one in people
    ]
    booked_then, open_then = _ByHour(), _ByHour()
    for one in people:
        booked_then.update(booked.get(one.id, {}))
        open_then.update(open_minutes[one.id])
    return Occupancy(
        total=Occupied(booked_minutes=booked_then.total(), open_minutes=open_then.total()),
        by_professional=tuple(of_person),
        by_hour=_hours(booked_then, open_then),
    )


def _hours(booked: Mapping[int, int], opened: Mapping[int, int]) -> tuple[HourOccupancy, ...]:
    return tuple(
        HourOccupancy(
            hour=hour, occupied=Occupied(booked_minutes=booked.get(hour, 0), open_minutes=opened.get(hour, 0))
        )
        for hour in range(24)
        if booked.get(hour) or opened.get(hour)
    )


class _OpenHours:
    """The days of a period on which the shop opens; those that are alike are worked out once."""

    def __init__(self, calendar: ShopCalendar, period: Period) -> None:
        self._calendar = calendar
        days = [date.fromordinal(n) for n in range(period.first.toordinal(), period.last.toordinal() + 1)]
        jumps = jumping_days(days, calendar.zone)
        # Other days of a weekday with the same stretches are alike; the calendar keeps one tuple of each stretches.
        self._kinds: dict[date, object] = {
            day: day if day in jumps else (day.weekday(), id(spans)) for day in days if (spans := calendar.spans(day))
        }
        self._alike = Counter(self._kinds.values())
        self._example = {kind: day for day, kind in self._kinds.items()}
        self.days: Collection[date] = self._kinds.keys()

    def of(self, professional: Professional, days: Collection[date], away: BusyTimes) -> _ByHour:
        """When they work on these of the days, but for their absences."""
        kinds = self._alike if days is self.days else Counter(self._kinds[day] for day in days if day in self._kinds)
        of_kind = {
            kind: _by_hour(self._worked(professional, self._example[kind]), self._calendar.zone) for kind in kinds
        }
        found = _ByHour()
        for kind, times in kinds.items():
            found.update({hour: minutes * times for hour, minutes in of_kind[kind].items()})
        for day, is_whole in self._touched(away).items():
            if day not in self._kinds or day not in days:
                continue
            found.subtract(of_kind[self._kinds[day]])
            if not is_whole:
                worked = self._worked(professional, day)
                left = (gap for begin, end in worked for gap in away.gaps(begin, end, 1))
                found.update(_by_hour(left, self._calendar.zone))
        return found

    def _worked(self, professional: Professional, day: date) -> tuple[Stretch, ...]:
        """The stretches of a day in which they work, in epoch seconds."""
        opened = tuple(span.faces() for span in self._calendar.spans(day))
        return working(professional, day, opened, DayClock(day, self._calendar.zone).stretches)

    def _touched(self, away: BusyTimes) -> Mapping[date, bool]:
        """The days on which somebody is away, and whether all day for certain."""
        found: dict[date, bool] = {}
        for start, end in zip(away.starts, away.ends, strict=True):
            first, last = (datetime.fromtimestamp(at, self._calendar.zone).date() for at in (start, end - 1))
            for ahead in range((last - first).days + 1):
                found[first + timedelta(days=ahead)] = 0 < ahead < (last - first).days
        return found


def _by_hour(stretches: Iterable[Stretch], zone: ZoneInfo) -> _ByHour:
    """The minutes of stretches by the hour that the clock shows; cut at quarters of an hour, as bookings are."""
    seconds = _ByHour()
    for begin, end in stretches:
        while begin < end:
            until = min(end, begin - begin % _QUARTER + _QUARTER)
            seconds[datetime.fromtimestamp(begin, zone).hour] += until - begin
            begin = until
    return _ByHour({hour: round(lasted / 60) for hour, lasted in seconds.items()})

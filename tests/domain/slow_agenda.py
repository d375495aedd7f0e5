"""The agenda's rules said once more, over a list of what the shop's clock shows minute by minute: slow, and plain."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from holidays import country_holidays

from domain.agenda import Professional
from domain.agenda_rules import State
from domain.errors import RefusalCode
from domain.ids import ProfessionalId
from domain.opening import OpenSpan
from domain.shop_calendar import ShopCalendar
from tests.domain.generated_shops import Case, Taken

MINUTE = timedelta(minutes=1)


class Timeline:
    """Every minute from some days before a period to some days after it."""

    def __init__(self, zone: ZoneInfo, first: date, last: date) -> None:
        self.begin = datetime.combine(first - timedelta(days=4), time(), tzinfo=UTC)
        self.walls, self.latest = _walls(zone, self.begin, ((last - first).days + 9) * 24 * 60)

    def minute(self, instant: datetime) -> int:
        """The minute that begins at an instant."""
        minute, rest = divmod(instant - self.begin, MINUTE)
        assert not rest
        return minute

    def instant(self, minute: int) -> datetime:
        """When a minute begins, in UTC."""
        return self.begin + minute * MINUTE

    def minutes(self, day: date, span: OpenSpan) -> range:
        """From when the clock first shows the span's beginning or later to when it so shows its end."""
        opens, closes = (bisect_left(self.latest, datetime.combine(day, at)) for at in (span.opens, span.closes))
        return range(opens, closes)


@lru_cache(maxsize=128)
def _walls(zone: ZoneInfo, begin: datetime, count: int) -> tuple[list[datetime], list[datetime]]:
    """What the clock shows in each minute, and the latest that it has shown by then."""
    walls = [(begin + n * MINUTE).astimezone(zone).replace(tzinfo=None) for n in range(count)]
    return walls, list(accumulate(walls, max))


def open_spans(calendar: ShopCalendar, day: date) -> tuple[OpenSpan, ...]:
    """The special day's stretches, none on a holiday, else the weekday's."""
    if day in calendar.special_days:
        return calendar.special_days[day]
    closed = day in _holidays(calendar.state, day.year) and not calendar.opens_on_holidays
    return () if closed else calendar.hours.root.get(day.weekday(), ())


@cache
def _holidays(state: State | None, year: int) -> frozenset[date]:
    return frozenset(country_holidays("BR", subdiv=state, years=year))


def _overlap(some: range, other: range) -> bool:
    return len(range(max(some.start, other.start), min(some.stop, other.stop))) > 0


def _inside(some: range, outer: range) -> bool:
    return outer.start <= some.start and some.stop <= outer.stop


class SlowAgenda:
    """A case, judged."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.calendar = case.agenda.calendar
        self.time = Timeline(self.calendar.zone, case.first, case.last)
        self.doers = [
            person
            for person in case.agenda.professionals
            if None in (person.services, case.need.service_id) or case.need.service_id in (person.services or ())
        ]
        self.earliest = case.now + timedelta(minutes=case.agenda.rules.minimum_notice_minutes)
        self.today = case.now.astimezone(self.calendar.zone).date()
        self.last_day = self.today + timedelta(days=case.agenda.rules.days_ahead)
        self._taken = {who: self._minutes(stretches) for who, stretches in case.taken.items()}
        self._pet_taken = self._minutes(case.pet_taken)
        self._spans: dict[tuple[date, OpenSpan], range] = {}

    def works(self, person: Professional, minute: int) -> bool:
        """Whether they are at work from the beginning of the preparation to the end of the appointment."""
        day = self.time.walls[minute].date()
        needed = range(minute - self.case.need.preparation_minutes, minute + self.case.need.minutes)
        own = person.hours.root.get(day.weekday(), ()) if person.hours is not None else None
        return (
            any(_inside(needed, self._span(day, span)) for span in open_spans(self.calendar, day))
            and (own is None or any(_inside(needed, self._span(day, span)) for span in own))
            and (person.lunch is None or not _overlap(needed, self._span(day, person.lunch)))
        )

    def pet_is_free(self, minute: int) -> bool:
        """Whether the pet has nothing else during the appointment."""
        appointment = range(minute, minute + self.case.need.minutes)
        return not any(_overlap(appointment, taken) for taken in self._pet_taken)

    def takers(self, minute: int) -> tuple[ProfessionalId, ...]:
        """Who can do it then."""
        needed = range(minute - self.case.need.preparation_minutes, minute + self.case.need.minutes)
        return tuple(
            person.id
            for person in self.doers
            if self.works(person, minute)
            and self.pet_is_free(minute)
            and not any(_overlap(needed, taken) for taken in self._taken.get(person.id, ()))
        )

    def on_grid(self, minute: int) -> bool:
        """Whether the clock shows a time of the grid, for the first time."""
        wall, need = self.time.walls[minute], self.case.need
        if self.time.latest[minute - 1] >= wall:  # shown before
            return False
        step = min(self.case.agenda.rules.slot_minutes, need.minutes) * MINUTE
        for span in open_spans(self.calendar, wall.date()):
            since = wall - datetime.combine(wall.date(), span.opens) - need.preparation_minutes * MINUTE
            if since >= timedelta() and since % step == timedelta() and wall.time() < span.closes:
                return True
        return False

    def refusal(self, minute: int) -> RefusalCode | None:
        """Why it cannot start then, were every professional free."""
        start, day = self.time.instant(minute), self.time.walls[minute].date()
        appointment = range(minute, minute + self.case.need.minutes)
        opened = [minutes for span in open_spans(self.calendar, day) if (minutes := self._span(day, span))]
        checks = {
            RefusalCode.PAST_DATE: start < self.case.now,
            RefusalCode.TOO_SOON: start < self.earliest,
            RefusalCode.TOO_FAR_AHEAD: day > self.last_day,
            RefusalCode.CLOSED_DAY: not opened,
            RefusalCode.OUTSIDE_HOURS: not any(_inside(appointment, minutes) for minutes in opened),
            RefusalCode.NOBODY_DOES_IT: not self.doers,
        }
        for code, refused in checks.items():
            if refused:
                return code
        if not any(self.works(person, minute) for person in self.doers):
            return RefusalCode.OUTSIDE_HOURS
        return None if self.pet_is_free(minute) else RefusalCode.PET_BUSY

    def slots(self) -> list[tuple[datetime, tuple[ProfessionalId, ...]]]:
        """Every start that has to be offered, in UTC, with who can take it."""
        found = []
        for minute, wall in enumerate(self.time.walls):
            if not self.case.first <= wall.date() <= self.case.last or not self.today <= wall.date() <= self.last_day:
                continue
            start = self.time.instant(minute)
            if start >= self.earliest and self.on_grid(minute) and (takers := self.takers(minute)):
                found.append((start, takers))
        return found

    def _minutes(self, stretches: Taken) -> list[range]:
        return [range(self.time.minute(start), self.time.minute(end)) for start, end in stretches]

    def _span(self, day: date, span: OpenSpan) -> range:
        if (day, span) not in self._spans:
            self._spans[day, span] = self.time.minutes(day, span)
        return self._spans[day, span]

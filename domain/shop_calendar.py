"""The days on which the shop opens: its week, its own special days, and Brazil's holidays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import ceil, floor
from zoneinfo import ZoneInfo

from holidays.countries.brazil import Brazil

from domain.agenda_clock import DayClock, Stretch
from domain.agenda_rules import State
from domain.dates import WEEKDAYS
from domain.opening import OpeningHours, OpenSpan

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ShopCalendar:
    """When a shop is open, in its own zone; both edges of an open stretch count as open.

    A special day replaces all else: without a stretch the shop is closed, with one it opens, be it a holiday or not.
    """

    zone: ZoneInfo
    hours: OpeningHours
    special_days: Mapping[date, tuple[OpenSpan, ...]] = field(default_factory=dict)
    state: State | None = None
    opens_on_holidays: bool = False

    def spans(self, day: date) -> tuple[OpenSpan, ...]:
        """The stretches of a day in which the shop is open, in order, as its clock shows them."""
        special = self.special_days.get(day)
        if special is not None:
            return special
        if not self.opens_on_holidays and self.holiday(day):
            return ()
        return self.hours.spans(day)

    def stretches(self, day: date) -> tuple[Stretch, ...]:
        """The same in epoch seconds; nothing of a day, or a stretch of it, that the clock skips."""
        spans = self.spans(day)
        return DayClock(day, self.zone).stretches(span.faces() for span in spans) if spans else ()

    def holiday(self, day: date) -> str | None:
        """The name of the national holiday, or the one of the shop's state, that falls on a day."""
        return _holidays(self.state, day.year).get(day)

    def why_closed(self, day: date) -> str | None:
        """Why the shop does not open on a day ("feriado (Natal)"), or None when it does."""
        if self.stretches(day):
            return None
        if self.spans(day):
            return "o relógio pula esse horário nesse dia"
        if day in self.special_days:
            return "a loja não abre nesse dia"
        if not self.opens_on_holidays and (name := self.holiday(day)):
            return f"feriado ({name})"
        name = WEEKDAYS[day.weekday()]
        return f"a loja não abre {'às' if name.endswith('feira') else 'aos'} {name.replace('-', 's-')}s"

    def is_open_at(self, instant: datetime) -> bool:
        """Whether the shop is open then."""
        since, until = floor(instant.timestamp()), ceil(instant.timestamp())
        return any(
            begin <= since and until <= end
            for day in self._days(instant, instant)
            for begin, end in self.stretches(day)
        )

    def latest_open_before(self, instant: datetime, *, within: timedelta) -> datetime | None:
        """The last instant up to this one at which the shop is open, and no longer than `within` before it."""
        if self.is_open_at(instant):
            return instant.astimezone(self.zone)
        earliest = instant.timestamp() - within.total_seconds()
        for day in reversed(list(self._days(instant - within, instant))):
            for _, end in reversed(self.stretches(day)):
                if earliest <= end <= instant.timestamp():
                    return datetime.fromtimestamp(end, self.zone)
        return None

    def earliest_open_after(self, instant: datetime, *, within: timedelta) -> datetime | None:
        """The first instant from this one on at which the shop is open, and no longer than `within` after it."""
        if self.is_open_at(instant):
            return instant.astimezone(self.zone)
        latest = instant.timestamp() + within.total_seconds()
        for day in self._days(instant, instant + within):
            for begin, _ in self.stretches(day):
                if instant.timestamp() <= begin <= latest:
                    return datetime.fromtimestamp(begin, self.zone)
        return None

    def after_open_minutes(self, instant: datetime, minutes: int, *, within: timedelta) -> datetime | None:
        """The instant at which the shop has been open for so many minutes since this one; None past `within` after it.

        Of no minutes, the instant itself.
        """
        left, at = timedelta(minutes=minutes), instant.astimezone(UTC)
        latest = at + within
        for day in self._days(at, latest) if left else ():
            for begin, end in self.stretches(day):
                since, closes = max(at, datetime.fromtimestamp(begin, UTC)), datetime.fromtimestamp(end, UTC)
                if since < closes < since + left:
                    left -= closes - since
                    at = closes
                elif since < closes:
                    return (since + left).astimezone(self.zone) if since + left <= latest else None
        return None if left else instant.astimezone(self.zone)

    def _days(self, first: datetime, last: datetime) -> Iterator[date]:
        """The local days that can have a part between the two; a day either side, for a clock set back at midnight."""
        day, end = first.astimezone(self.zone).date() - _DAY, last.astimezone(self.zone).date() + _DAY
        while day <= end:
            yield day
            day += _DAY


@lru_cache(maxsize=1024)
def _holidays(state: State | None, year: int) -> Mapping[date, str]:
    """The holidays by law; two on one day are named together. Carnaval is one only where a state made it one."""
    found = Brazil(subdiv=state, years=year, expand=False, language="pt_BR")
    return {day: name.replace("; ", " e ") for day, name in found.items()}

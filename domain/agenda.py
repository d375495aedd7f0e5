"""When the shop is open, and which starts fit: pure rules in the shop's own time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import RootModel, field_validator

from domain.dates import WEEKDAYS
from domain.frozen import Frozen
from domain.ids import ProfessionalId

DAYS_AHEAD = 90
"""How far ahead a customer may book."""

GRID_MINUTES = 60
"""Distance of the starts that are offered, counted from opening."""


class OpenSpan(Frozen):
    """One stretch of a day in which the shop is open, in local time."""

    opens: time
    closes: time


class OpeningHours(RootModel[dict[int, tuple[OpenSpan, ...]]]):
    """Open stretches by weekday, Monday 0 … Sunday 6; a weekday that is missing is a closed day."""

    @field_validator("root")
    @classmethod
    def _in_order(cls, root: dict[int, tuple[OpenSpan, ...]]) -> dict[int, tuple[OpenSpan, ...]]:
        for weekday, spans in root.items():
            if weekday not in range(7):
                raise ValueError(f"{weekday} is no weekday (Monday 0 … Sunday 6)")
            edges = [edge for span in spans for edge in (span.opens, span.closes)]
            if edges != sorted(set(edges)):
                raise ValueError("open stretches have to be in order and may not overlap")
        return root

    def spans(self, day: date) -> tuple[OpenSpan, ...]:
        """The open stretches of a day, in order."""
        return self.root.get(day.weekday(), ())

    def in_words(self) -> list[str]:
        """The week for a prompt, a line an open day: `segunda-feira: 08:00–18:00`."""
        return [
            f"{WEEKDAYS[day]}: " + ", ".join(f"{s.opens:%H:%M}–{s.closes:%H:%M}" for s in self.root[day])
            if self.root.get(day)
            else f"{WEEKDAYS[day]}: fechado"
            for day in range(7)
        ]


class Busy(Frozen):
    """A stretch in which a professional is taken."""

    professional_id: ProfessionalId
    start: datetime
    end: datetime


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """The instant of a local time, or None when that day's clock skips it (daylight saving)."""
    instant = datetime.combine(day, at, tzinfo=zone)
    there_and_back = datetime.fromtimestamp(instant.timestamp(), tz=zone)
    return instant if there_and_back.replace(tzinfo=None) == instant.replace(tzinfo=None) else None


def fits_opening(hours: OpeningHours, start: datetime, duration: timedelta, zone: ZoneInfo) -> bool:
    """Whether the whole of a booking lies in one open stretch of its day."""
    local_start = start.astimezone(zone)
    local_end = _after(start, duration).astimezone(zone)
    begins, ends = local_start.time(), local_end.time()
    # A clock that is set back can put the end of a booking before its start: the start must lie in the stretch, too.
    return local_end.date() == local_start.date() and any(
        span.opens <= begins < span.closes and ends <= span.closes for span in hours.spans(local_start.date())
    )


def free_professionals(
    start: datetime, duration: timedelta, professionals: tuple[ProfessionalId, ...], busy: tuple[Busy, ...]
) -> tuple[ProfessionalId, ...]:
    """The professionals with nothing between `start` and its end, in the order given."""
    start, end = start.astimezone(UTC), _after(start, duration)
    taken = {b.professional_id for b in busy if b.start.astimezone(UTC) < end and start < b.end.astimezone(UTC)}
    return tuple(p for p in professionals if p not in taken)


def free_starts(
    day: date,
    *,
    hours: OpeningHours,
    zone: ZoneInfo,
    now: datetime,
    duration: timedelta,
    professionals: tuple[ProfessionalId, ...],
    busy: tuple[Busy, ...],
) -> list[datetime]:
    """The coming starts of a day, on the grid from each opening, at which at least one professional is free."""
    starts: list[datetime] = []
    for span in hours.spans(day):
        at = datetime.combine(day, span.opens)
        while at.date() == day and at.time() < span.closes:
            start = local_instant(day, at.time(), zone)
            if (
                start is not None
                and start.astimezone(UTC) > now
                and fits_opening(hours, start, duration, zone)
                and free_professionals(start, duration, professionals, busy)
            ):
                starts.append(start)
            at += timedelta(minutes=GRID_MINUTES)
    return starts


def _after(start: datetime, duration: timedelta) -> datetime:
    """The instant so much later: adding to a local time would miss a clock that jumps in between."""
    return start.astimezone(UTC) + duration

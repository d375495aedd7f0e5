"""When the clock of a day shows a time, in epoch seconds: right on the days whose clock jumps."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Stretch = tuple[int, int]
"""From one second to another, the end, which is no longer part of it: epoch seconds, or faces of a clock."""

_LAST_SECOND = 86_399


class DayClock:
    """The clock of one local day; a `face` is what it shows, in seconds after 00:00:00.

    A stretch begins when the clock first shows its beginning or later, and ends when it first shows its end or later:
    so it is clear in an hour that comes twice, begins late in one that is skipped, and is nothing on a skipped day.
    """

    __slots__ = ("_day", "_zero", "_zone")

    def __init__(self, day: date, zone: ZoneInfo) -> None:
        self._day, self._zone = day, zone
        zero = self._epoch(0)
        # No zone has ever changed its clock twice within a day: a day as long as the clock shows has no jump.
        self._zero = zero if self._epoch(_LAST_SECOND, fold=1) - zero == _LAST_SECOND else None

    @property
    def zero(self) -> int | None:
        """The epoch second of midnight, from which every face counts; None on a day whose clock jumps."""
        return self._zero

    def first(self, face: int) -> int:
        """The first instant at which the clock shows the face or later."""
        if self._zero is not None:
            return self._zero + face
        at = self._epoch(face)
        if self._shows(at, face):
            return at
        # Skipped: the jump lies between what the face would be by the clock after the jump, and by the one before.
        earliest = self._epoch(face, fold=1)
        return earliest + bisect_left(range(earliest, at), self._wall(face), key=self._wall_at)

    def instants(self, faces: Iterable[int]) -> list[int]:
        """When the clock shows each of these, for the first time if twice; those that are skipped are left out."""
        if self._zero is not None:
            return [self._zero + face for face in faces]
        return [at for face in faces if self._shows(at := self._epoch(face), face)]

    def stretches(self, faces: Iterable[Stretch]) -> tuple[Stretch, ...]:
        """The same stretches in epoch seconds; those that the clock skips are left out."""
        edges = ((self.first(begin), self.first(end)) for begin, end in faces)
        return tuple((begin, end) for begin, end in edges if begin < end)

    def _wall(self, face: int) -> datetime:
        return datetime.combine(self._day, time()) + timedelta(seconds=face)

    def _wall_at(self, instant: int) -> datetime:
        return datetime.fromtimestamp(instant, self._zone).replace(tzinfo=None)

    def _epoch(self, face: int, fold: int = 0) -> int:
        return int(self._wall(face).replace(tzinfo=self._zone, fold=fold).timestamp())

    def _shows(self, instant: int, face: int) -> bool:
        return self._wall_at(instant) == self._wall(face)


def jumping_days(days: Iterable[date], zone: ZoneInfo) -> frozenset[date]:
    """Those of the days on which the clock jumps: far faster than a `DayClock` of each."""
    first, last = time(tzinfo=zone), time(23, 59, 59, tzinfo=zone, fold=1)
    at = datetime.combine
    return frozenset(day for day in days if at(day, first).utcoffset() != at(day, last).utcoffset())


def common(some: Iterable[Stretch], others: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """The stretches that are part of one of each, in order when both are."""
    others = tuple(others)
    both = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return tuple((begin, end) for begin, end in both if begin < end)


def without(stretches: Iterable[Stretch], pauses: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """What is left of the stretches outside the pauses."""
    left = tuple(stretches)
    for begin, end in pauses:
        left = tuple((a, b) for s, t in left for a, b in ((s, min(t, begin)), (max(s, end), t)) if a < b)
    return left

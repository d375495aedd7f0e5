"""When somebody is taken, in a form that answers fast however much of it there is."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor


@dataclass(frozen=True, slots=True)
class BusyTimes:
    """Sorted, disjoint stretches in epoch seconds, each without its end."""

    starts: Sequence[int]
    ends: Sequence[int]

    @staticmethod
    def of(stretches: Iterable[tuple[datetime, datetime]]) -> "BusyTimes":
        """Any stretches, in any order, merged where they touch or overlap; what has no length is nothing."""
        return BusyTimes.of_seconds((floor(start.timestamp()), ceil(end.timestamp())) for start, end in stretches)

    @staticmethod
    def of_seconds(stretches: Iterable[tuple[int, int]]) -> "BusyTimes":
        """The same of epoch seconds, several times as fast: for thousands of rows."""
        starts: list[int] = []
        ends: list[int] = []
        for start, end in sorted(stretches):
            if end <= start:
                continue
            if ends and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)
        return BusyTimes(tuple(starts), tuple(ends))

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing lies between the two; touching either is free."""
        before_end = bisect_left(self.starts, end)
        return before_end == 0 or self.ends[before_end - 1] <= start

    def gaps(self, start: int, end: int, at_least: int) -> Iterator[tuple[int, int]]:
        """The free stretches between the two that are so many seconds long, in order."""
        starts, ends = self.starts, self.ends
        free_from = start
        for i in range(bisect_right(ends, start), len(starts)):
            taken_from = starts[i]
            if taken_from >= end:
                break
            if taken_from - free_from >= at_least:
                yield free_from, taken_from
            free_from = ends[i]
        if end - free_from >= at_least:
            yield free_from, end


NEVER_BUSY = BusyTimes((), ())

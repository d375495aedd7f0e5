"""When somebody is taken: held against sets of minutes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.busy_times import NEVER_BUSY, BusyTimes

STRETCHES = st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), max_size=6)


def seconds(stretches: list[tuple[int, int]]) -> set[int]:
    """Every second that is taken."""
    return {second for start, end in stretches for second in range(start, end)}


@given(stretches=STRETCHES)
def test_stretches_are_merged(stretches: list[tuple[int, int]]) -> None:
    """In order, apart from each other, and together as long as what was given."""
    busy = BusyTimes.of_seconds(stretches)
    merged = list(zip(busy.starts, busy.ends, strict=True))
    assert seconds(merged) == seconds(stretches)
    assert all(start < end for start, end in merged)
    assert all(end < start for (_, end), (start, _) in pairwise(merged))


@given(stretches=STRETCHES, start=st.integers(-5, 24), length=st.integers(1, 30))
def test_free_is_when_no_second_is_taken(stretches: list[tuple[int, int]], start: int, length: int) -> None:
    """Whatever touches it."""
    is_free = seconds(stretches).isdisjoint(range(start, start + length))
    assert BusyTimes.of_seconds(stretches).is_free(start, start + length) is is_free


@given(stretches=STRETCHES, start=st.integers(-5, 24), length=st.integers(1, 30), at_least=st.integers(1, 5))
def test_gaps_are_all_that_is_free_and_long_enough(
    stretches: list[tuple[int, int]], start: int, length: int, at_least: int
) -> None:
    """Each as long as it can be, in order."""
    free = sorted(set(range(start, start + length)) - seconds(stretches))
    runs: list[list[int]] = []
    for second in free:
        if runs and runs[-1][-1] == second - 1:
            runs[-1].append(second)
        else:
            runs.append([second])
    expected = [(run[0], run[-1] + 1) for run in runs if len(run) >= at_least]
    assert list(BusyTimes.of_seconds(stretches).gaps(start, start + length, at_least)) == expected


def test_a_gap_just_long_enough_and_touching_stretches() -> None:
    """Between two stretches, before the first, after the last; two that touch are one."""
    busy = BusyTimes.of_seconds([(20, 30), (10, 15), (30, 40)])
    assert busy == BusyTimes((10, 20), (15, 40))
    assert list(busy.gaps(5, 45, 5)) == [(5, 10), (15, 20), (40, 45)]
    assert list(busy.gaps(5, 45, 6)) == []


def test_instants_are_taken_as_they_are_in_any_zone_and_to_the_whole_second_outward() -> None:
    """A repeated hour's second half is not its first, and half a second more takes the second."""
    zone = ZoneInfo("America/New_York")
    start = datetime(2026, 11, 1, 1, 30, tzinfo=zone, fold=1)
    busy = BusyTimes.of([(start, datetime(2026, 11, 1, 7, 0, 0, 500_000, tzinfo=UTC))])
    assert busy == BusyTimes(
        (int(datetime(2026, 11, 1, 6, 30, tzinfo=UTC).timestamp()),),
        (int(datetime(2026, 11, 1, 7, 0, 1, tzinfo=UTC).timestamp()),),
    )


def test_never_busy_is_always_free() -> None:
    """And nothing merges to it."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert NEVER_BUSY.is_free(0, 10**12)
    assert BusyTimes.of([(now, now), (now, now - timedelta(hours=1))]) == NEVER_BUSY

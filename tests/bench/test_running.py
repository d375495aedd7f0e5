"""The benchmark itself: it measures a real engine, and says what it found."""

import pytest

from bench.figures import Scenario, Waits, targets
from bench.load import Exchange
from bench.running import Sizes, run_once
from dev.terminal import Quiet


async def test_a_run_measures_every_message() -> None:
    """All replies arrive at the bridge, each process has a cost, and every target is held against a figure."""
    sizes = Sizes(warm_up=1, paced_seconds=1, returning_seconds=1, burst=3, rest_seconds=0.1)
    run = await run_once(sizes, lasting=False, report=Quiet())
    for scenario in (run.new_customers, run.returning_customers, run.burst):
        assert (scenario.messages, scenario.missing) == (3, 0)
        assert 0 < scenario.webhook.p50 < scenario.reply.max
    assert set(run.memory_at_rest) == {"postgres", "temporal", "worker", "gateway", "model", "bench"}
    assert min(run.memory_at_rest.values()) > 0
    assert run.burst.cpu_ms["worker"] > 0
    assert all(target.measured > 0 for target in targets(run))


def test_a_reply_that_did_not_come_is_counted_as_missing() -> None:
    """A lost reply lowers the rate and is shown; it is not left out in silence."""
    exchanges = [Exchange(posted_at=10.0, answered_after=0.01, replied_after=1.0), Exchange(10.0, 0.01, None)]
    scenario = Scenario.of("two", exchanges, {"worker": 0.05})
    assert (scenario.messages, scenario.missing, scenario.per_second) == (2, 1, 1.0)
    assert scenario.cpu_ms == {"worker": pytest.approx(25.0)}


def test_percentiles_are_times_that_occurred() -> None:
    """The nearest rank, in milliseconds: one slow reply in a hundred is the maximum, not the p99."""
    waits = Waits.of([n / 1_000 for n in range(1, 101)])
    assert (waits.p50, waits.p90, waits.p99, waits.max) == (50.0, 90.0, 99.0, 100.0)

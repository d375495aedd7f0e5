"""What was measured, and what it is held against."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.agenda import AgendaFigures
from bench.inbox import InboxFigures
from bench.load import Exchange
from bench.questions import QuestionFigures

PACE = 3.0
"""Messages a second of the paced scenarios."""

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Waits:
    """The distribution of a duration, in milliseconds."""

    p50: float
    p90: float
    p99: float
    max: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Waits":
        """By the nearest-rank method: every figure is one that occurred."""
        ordered = sorted(seconds) or [math.nan]

        def rank(percent: float) -> float:
            return round(ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)] * 1_000, 1)

        return cls(rank(50), rank(90), rank(99), rank(100))


@dataclass(frozen=True)
class Scenario:
    """One scenario: its waits, and the CPU a message cost by process (milliseconds)."""

    title: str
    messages: int
    missing: int
    per_second: float
    webhook: Waits
    reply: Waits
    cpu_ms: Mapping[str, float]

    @classmethod
    def of(cls, title: str, exchanges: Sequence[Exchange], cpu_seconds: Mapping[str, float]) -> "Scenario":
        """The figures of these exchanges; `per_second` is from the first post to the last reply."""
        replied = [e for e in exchanges if e.replied_after is not None]
        first = min(e.posted_at for e in exchanges)
        last = max((e.posted_at + (e.replied_after or 0) for e in replied), default=math.inf)
        return cls(
            title=title,
            messages=len(exchanges),
            missing=len(exchanges) - len(replied),
            per_second=round(len(replied) / (last - first), 1),
            webhook=Waits.of([e.answered_after for e in exchanges]),
            reply=Waits.of([e.replied_after for e in replied if e.replied_after is not None]),
            cpu_ms={part: round(spent / len(exchanges) * 1_000, 1) for part, spent in cpu_seconds.items()},
        )


@dataclass(frozen=True)
class Run:
    """One run of all scenarios on one stack. Memory is resident, in megabytes, by process."""

    storage: str
    new_customers: Scenario
    returning_customers: Scenario
    burst: Scenario
    memory_at_rest: Mapping[str, float]
    memory_after: Mapping[str, float]
    cpu_at_rest: Mapping[str, float]


@dataclass(frozen=True)
class Target:
    """One promise and what was found; `measured` is within `limit` when it holds."""

    title: str
    measured: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the promise was kept in this run."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def agenda_targets(found: AgendaFigures) -> tuple[Target, ...]:
    """What availability promises: thirty days, ten professionals, five thousand bookings, and very many old ones."""
    old = f"{found.old_bookings:,} old bookings".replace(",", " ")
    return (
        Target("availability of 30 days, database", found.database, 20, "ms"),
        Target("availability of 30 days, Python", found.python, 10, "ms"),
        Target(f"with {old}, database", found.database_with_old, 20, "ms"),
        Target(f"with {old}, Python", found.python_with_old, 10, "ms"),
    )


def question_targets(found: QuestionFigures) -> tuple[Target, ...]:
    """What the owner is promised: any figure of any period."""
    worst = {
        figure: max((one for one in found.questions if one.figure == figure), key=lambda one: one.p95)
        for figure in dict.fromkeys(one.figure for one in found.questions)
    }
    return tuple(Target(f"{one.figure}, {one.period}, p95", one.p95, 100, "ms") for one in worst.values())


def inbox_targets(found: InboxFigures) -> tuple[Target, ...]:
    """What the lists of the console promise to whoever opens them."""
    return tuple(Target(f"{one.page}, p95", one.p95, 100, "ms") for one in found.pages if one.is_promised)


def targets(run: Run) -> tuple[Target, ...]:
    """What the engine promises on a machine of two cores, beside what this run found."""
    return (
        Target(f"webhook to send, p50 at {PACE:g}/s", run.new_customers.reply.p50, 60, "ms"),
        Target(f"webhook to send, p99 at {PACE:g}/s", run.new_customers.reply.p99, 200, "ms"),
        Target("burst of customers", run.burst.per_second, 25, "messages/s", at_least=True),
        Target("worker at rest", run.memory_at_rest["worker"], 200, "MB"),
    )

"""Timeouts and retries, named by the nature of the work."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import TypedDict, TypeVar

from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, RetryState
from temporalio.exceptions import TimeoutError as TemporalTimeoutError
from temporalio.workflow import ActivityCancellationType

T = TypeVar("T")


class LocalOptions(TypedDict):
    """Options of a local activity."""

    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta
    retry_policy: RetryPolicy


class ActivityOptions(TypedDict, total=False):
    """Options of an activity."""

    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta
    heartbeat_timeout: timedelta
    retry_policy: RetryPolicy
    cancellation_type: ActivityCancellationType


DATABASE_STEP: LocalOptions = {
    # A short idempotent step in Postgres. A database that is away is waited for, for a day: nothing is dropped.
    "start_to_close_timeout": timedelta(seconds=20),
    "schedule_to_close_timeout": timedelta(hours=24),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_interval=timedelta(seconds=30)
    ),
}

HEARTBEAT = timedelta(seconds=6)
"""A worker that is silent for this long is taken for dead, and its activity goes to another."""

MODEL_CALL: ActivityOptions = {
    # Three tries after the first, after 2, 4 and 8 seconds, or after what the server asks for. The call's own timeout
    # is
    # the worker's setting (OPENAI_TIMEOUT_SECONDS); this one only catches a worker that hangs.
    "start_to_close_timeout": timedelta(minutes=5),
    "heartbeat_timeout": HEARTBEAT,
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=2), backoff_coefficient=2, maximum_attempts=4),
    "cancellation_type": ActivityCancellationType.TRY_CANCEL,
}

SEND_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=2), backoff_coefficient=2, maximum_interval=timedelta(minutes=1)
)
"""A channel that is away is tried again until the reply is too old (the shop's outbound limit)."""

SEND_TIMEOUT = timedelta(seconds=90)

LAST_MOMENT = timedelta(seconds=5)
"""How long a send that is under way is waited for when its reply is to be dropped: most have left by then."""

HELD_POLL = timedelta(seconds=60)
"""How often a held reply is tried although nobody said that the shop's number is back."""

HELD_POLL_LONGEST = timedelta(minutes=15)
"""The same, for a letter that has been held for long: a number that comes back wakes it anyway."""

NOTICE_TRY = timedelta(minutes=10)
"""How long a notice or an offer is tried before its rows are looked at again: it may be night by then, or too late."""

MENDING_POLL = timedelta(hours=1)
"""How often a life that lasts for weeks tries again a step that failed for good, which somebody may have mended."""

SETTLE_LIMIT = timedelta(seconds=5)
"""The longest a burst is waited for."""

ROUND_LIMIT = 10
"""Calls of the model in one turn; a model that has not answered by then gets a person's help."""

ABSORB_LIMIT = 5
"""Messages may overtake a turn this often; then it is answered, and what came since is the next turn."""

CORRECTION_LIMIT = 2
"""How often a model that claims what is not so is asked again."""

REMEMBERED = 50
"""Unanswered messages carried to the AI; older ones stand in its history anyway."""

CARRIED_CHARACTERS = 400_000
"""Text that is carried from run to run unstored: a payload of Temporal has 2 MiB at most, a character up to 4 bytes."""


async def until_too_late(send: Awaitable[T]) -> T | None:
    """The outcome of a send that is tried again until it is too late; None when it was.

    A retry that would begin too late is not made: then the last failure comes, not a timeout.
    """
    try:
        return await send
    except ActivityError as error:
        if error.retry_state is RetryState.TIMEOUT or _timed_out(error):
            return None
        raise


def _timed_out(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, TemporalTimeoutError):
            return True
        error = error.__cause__
    return False

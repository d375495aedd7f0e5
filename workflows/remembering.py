"""Aurora sums up what was said long ago, when nobody waits for an answer."""

import asyncio
import contextlib
from collections.abc import Callable

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.remembering import Remember, Remembering
    from workflows import policies


async def remember(order: Remember, *, interrupted: Callable[[], bool]) -> None:
    """Sum it up; whoever writes meanwhile is served at once, and it is left for another time."""
    call = workflow.start_activity_method(
        Remembering.remember, order, summary="resumir o que já foi conversado", **policies.MODEL_CALL
    )
    await workflow.wait_condition(lambda: call.done() or interrupted())
    if not call.done():
        call.cancel()
    with contextlib.suppress(ActivityError, asyncio.CancelledError):
        await call  # it may fail: the next turn tries again

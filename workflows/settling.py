"""Waiting until somebody who types in several lines has finished."""

from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import policies


async def settle(pause: timedelta, *, arrived: Callable[[], int], interrupted: Callable[[], bool]) -> None:
    """Return when nothing new came for `pause`, at the settle limit, or when interrupted; `arrived` counts messages."""
    if not pause:
        return
    end = workflow.now() + policies.SETTLE_LIMIT
    while (left := min(pause, end - workflow.now())) > timedelta():
        seen = arrived()
        try:
            await workflow.wait_condition(
                lambda seen=seen: arrived() > seen or interrupted(),  # type: ignore[misc]  # a default binds it
                timeout=left,
                timeout_summary="esperando a rajada assentar",
            )
        except TimeoutError:
            return
        if interrupted():
            return

"""Steps that keep failing are noted where operators see them, and forgotten when they are over."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

import structlog
from pydantic import BaseModel
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.ids import OrganizationId
from domain.stuck import NOTED_FROM, shown_error
from storage import stuck_steps
from storage.database import Database
from storage.stuck_steps import FailedTry

_log = structlog.get_logger()

_PATIENCE = 1.0
"""Seconds a note may take. While the database is away nothing can be noted; it is shown by /health, and by every step
that fails once it is back."""


@runtime_checkable
class OfShop(Protocol):
    """What belongs to one shop: every activity's argument, or a part of it."""

    @property
    def organization_id(self) -> OrganizationId:
        """Whose it is."""


class Watching(Interceptor):
    """Registered with every worker. A step that succeeds before it has failed thrice costs no query."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Around every activity, remote or local."""
        return _Watched(next, self._database)


class _Watched(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, database: Database) -> None:
        super().__init__(next)
        self._database = database

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # Any: activities differ in what they return
        """As without us; what is noted never changes the outcome."""
        shop = organization_of(input.args)
        try:
            result = await super().execute_activity(input)
        except asyncio.CancelledError:
            if shop is not None:
                await self._cancelled(shop)
            raise
        except Exception as error:
            if shop is not None and activity.info().attempt >= NOTED_FROM:
                await (self._over(shop) if _is_final(error) else self._failed(shop, error))
            raise
        if shop is not None:
            await self._over(shop)
        return result

    async def _cancelled(self, shop: OrganizationId) -> None:
        """Out of time, which is a failure; interrupted, to be tried again at once; or not wanted any more."""
        details = activity.cancellation_details()
        if details is not None and details.timed_out:
            if activity.info().attempt >= NOTED_FROM:
                await self._failed(shop, TimeoutError())
        elif not (activity.is_worker_shutdown() or (details is not None and (details.paused or details.reset))):
            await self._over(shop)

    async def _failed(self, shop: OrganizationId, error: Exception) -> None:
        info = activity.info()
        error_type, text = _safe(error)
        await self._quietly(
            shop,
            FailedTry(
                workflow_id=info.workflow_id or "",
                run_id=info.workflow_run_id or "",
                activity_id=info.activity_id,
                activity=info.activity_type,
                is_local=info.is_local,
                error_type=error_type,
                error=text,
                attempts=info.attempt,
            ),
        )

    async def _over(self, shop: OrganizationId) -> None:
        """Nothing was noted of a step that has not failed thrice."""
        if activity.info().attempt > NOTED_FROM:
            await self._quietly(shop, None)

    async def _quietly(self, shop: OrganizationId, failed: FailedTry | None) -> None:
        """Note it, or with None that it is over; what goes wrong with that is only logged."""
        info = activity.info()
        try:
            async with asyncio.timeout(_PATIENCE), self._database.tenant(shop) as tenant:
                if failed is not None:
                    await stuck_steps.note(tenant, shop, failed)
                else:
                    await stuck_steps.clear(
                        tenant, info.workflow_id or "", info.workflow_run_id or "", info.activity_id
                    )
        except Exception as problem:
            _log.warning(
                "[WORKER] A step that keeps failing could not be noted",
                organizationId=str(shop),
                activity=info.activity_type,
                error=type(problem).__name__,
            )


def organization_of(arguments: Sequence[object]) -> OrganizationId | None:
    """The shop an activity works for: its argument's own, or that of the turn, question or booking in it."""
    for argument in arguments:
        for holder in (argument, *_parts(argument)):
            if isinstance(holder, OfShop) and isinstance(holder.organization_id, UUID):
                return holder.organization_id
    return None


def _parts(argument: object) -> Iterator[object]:
    if isinstance(argument, BaseModel):
        yield from (value for _, value in argument)


def _is_final(error: Exception) -> bool:
    """Whether Temporal will not try it again. That its time is over is found out when the step is looked at."""
    if isinstance(error, ApplicationError) and error.non_retryable:
        return True
    policy = activity.info().retry_policy
    return policy is not None and 0 < policy.maximum_attempts <= activity.info().attempt


def _safe(error: Exception) -> tuple[str, str]:
    """The error's type and text. `engine_errors` lets no words of anybody into an `ApplicationError`; of any other
    exception only the type is kept."""
    if isinstance(error, ApplicationError):
        return error.type or type(error).__name__, shown_error(error.message)
    return type(error).__name__, type(error).__name__

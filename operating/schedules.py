"""The schedules of Aurora's briefings: Temporal is made to agree with a shop's rows, whenever those change.

One schedule for each briefing, in the shop's time zone: 18:00 is 18:00 on either side of a change of the clock.
"""

import asyncio
from collections.abc import Awaitable
from datetime import time, timedelta

import structlog
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
)
from temporalio.common import Priority, SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from domain.aurora_rules import AuroraRules, Briefing
from domain.briefings import is_told
from domain.errors import StorageUnavailable
from domain.ids import OrganizationId
from domain.shop import Organization
from storage import organizations, owners, wakes
from storage.database import Database
from storage.wakes import Wake
from workflows import contracts
from workflows.contracts import BriefingStart
from workflows.ids import briefing_schedule_id
from workflows.search_attributes import AUZAP_ORGANIZATION

_log = structlog.get_logger()

_SHOPS_AT_ONCE = 2
_SECONDS = 8.0
"""A reconciliation that takes longer, or waits longer for its turn, leaves its wake to be taken again."""
_CAUGHT_UP = timedelta(hours=1)
"""How long after its time a briefing is still begun, should Temporal have been away."""


async def reconcile(client: Client, database: Database, organization_id: OrganizationId, *, task_queue: str) -> None:
    """Make Temporal's schedules what the shop's rows say. Idempotent: a second run finds them so.

    A briefing that is for nobody, or has no time of its own, has no schedule; one that is paused has a paused schedule,
    or none. Raises `RPCError` and `StorageUnavailable`, and is then to be run again.
    """
    async with database.tenant(organization_id) as tenant:
        await organizations.take_schedules_turn(tenant, organization_id)
        shop = await organizations.find(tenant, organization_id)
        roles = {owner.role for owner in await owners.listed(tenant)}
        for briefing in Briefing:
            if shop is None or not briefing.is_scheduled or not any(is_told(briefing, role) for role in roles):
                await _is_there(client.get_schedule_handle(briefing_schedule_id(organization_id, briefing)).delete())
            else:
                await _agree(client, _schedule(shop, briefing, task_queue))


class ScheduleKeeping:
    """Reconciles shops whose rows changed, a few at once, and holds nobody up meanwhile."""

    def __init__(self, database: Database, temporal: Client, *, task_queue: str) -> None:
        self._database = database
        self._temporal = temporal
        self._task_queue = task_queue
        self._slots = asyncio.Semaphore(_SHOPS_AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, wake: Wake) -> None:
        """Reconcile the shop of a wake, and forget the wake then; one that failed stays, and is claimed again."""
        task = asyncio.create_task(self._keep(wake))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def stop(self) -> None:
        """Leave off; the wakes of what was under way stay."""
        for task in self._under_way:
            task.cancel()

    async def _keep(self, wake: Wake) -> None:
        try:
            async with asyncio.timeout(_SECONDS), self._slots:
                await reconcile(self._temporal, self._database, wake.organization_id, task_queue=self._task_queue)
                async with self._database.unbound() as unbound:
                    await wakes.forget(unbound, wake)
        except (RPCError, RuntimeError, TimeoutError, StorageUnavailable) as away:
            organization = str(wake.organization_id)
            _log.warning("[WORKER] Schedules wait", organizationId=organization, error=type(away).__name__)
        except Exception:  # whatever it is, the next one may go through
            _log.exception("[WORKER] Schedules failed", organizationId=str(wake.organization_id))


async def _agree(client: Client, wanted: Schedule) -> None:
    """The schedule is as wanted; a paused one that is not there yet need not be."""
    update = ScheduleUpdate(wanted)
    action = wanted.action
    assert isinstance(action, ScheduleActionStartWorkflow)
    while not await _is_there(client.get_schedule_handle(action.id).update(lambda _: update)):
        if wanted.state.paused:
            return
        try:
            await client.create_schedule(action.id, wanted, search_attributes=action.typed_search_attributes)
        except ScheduleAlreadyRunningError:
            continue  # made by somebody else meanwhile: it is updated
        return


async def _is_there(call: Awaitable[None]) -> bool:
    """Make a call of a schedule; whether there is such a schedule."""
    try:
        await call
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


def _schedule(shop: Organization, briefing: Briefing, task_queue: str) -> Schedule:
    rules = shop.aurora_rules
    schedule_id = briefing_schedule_id(shop.id, briefing)
    of_shop = TypedSearchAttributes([SearchAttributePair(AUZAP_ORGANIZATION, str(shop.id))])
    return Schedule(
        action=ScheduleActionStartWorkflow(
            contracts.BRIEFING_WORKFLOW,
            BriefingStart(organization_id=shop.id, briefing=briefing),
            id=schedule_id,
            task_queue=task_queue,
            static_summary=briefing.portuguese.capitalize(),
            priority=Priority(fairness_key=str(shop.id)),
            typed_search_attributes=of_shop,
        ),
        spec=_at(shop, _time_of(rules, briefing), _days_of(rules, briefing)),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=_CAUGHT_UP),
        state=ScheduleState(note=briefing.portuguese.capitalize(), paused=briefing in rules.paused),
    )


def _at(shop: Organization, at: time, days: tuple[ScheduleRange, ...]) -> ScheduleSpec:
    calendar = ScheduleCalendarSpec(
        hour=(ScheduleRange(at.hour),), minute=(ScheduleRange(at.minute),), day_of_week=days
    )
    return ScheduleSpec(calendars=[calendar], time_zone_name=shop.timezone)


def _time_of(rules: AuroraRules, briefing: Briefing) -> time:
    return {
        Briefing.DAILY_SUMMARY: rules.daily_summary_at,
        Briefing.MORNING_AGENDA: rules.morning_agenda_at,
        Briefing.WEEKLY_REVIEW: rules.weekly_review_at,
        Briefing.ALERTS: rules.alerts_at,
    }[briefing]


def _days_of(rules: AuroraRules, briefing: Briefing) -> tuple[ScheduleRange, ...]:
    """Temporal's week begins with Sunday, 0."""
    if briefing is Briefing.WEEKLY_REVIEW:
        return (ScheduleRange((rules.weekly_review_day + 1) % 7),)
    return (ScheduleRange(0, 6),)

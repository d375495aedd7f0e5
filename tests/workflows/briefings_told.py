"""Briefings of a running shop: their time comes by their own schedule, whatever the hour of the test."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
from temporalio.client import (
    ScheduleActionExecutionStartWorkflow,
    ScheduleBackfill,
    ScheduleHandle,
    ScheduleOverlapPolicy,
    WorkflowHandle,
)

from domain.addresses import Address
from domain.aurora_rules import AuroraRules, Briefing
from storage import organizations
from storage.organizations import SettingsChange
from tests.engine import Engine
from tests.storage import rows
from workflows.ids import briefing_schedule_id

DAY = timedelta(days=1)
Run = WorkflowHandle[Any, Any]  # Any: the handle of an id knows no types
_ZONE = ZoneInfo("America/Sao_Paulo")


@dataclass
class Told:
    """A running shop in which some briefings are not paused. Days are counted from the shop's tomorrow, 0."""

    engine: Engine
    zone: ZoneInfo = _ZONE

    @property
    def day(self) -> date:
        """The day of whose briefings the tests tell: tomorrow, so that nothing is past its age."""
        return datetime.now(self.zone).date() + DAY

    def at(self, hour: int, *, days: int = 0) -> datetime:
        """An hour of that day, or of one around it."""
        return datetime.combine(self.day + days * DAY, time(hour), tzinfo=self.zone)

    async def wants(self, *briefings: Briefing, **rules: object) -> None:
        """The shop wants these, and has these rules; its schedules follow."""
        paused = frozenset(Briefing) - set(briefings)
        changed = AuroraRules.model_validate({"paused": paused, **rules})
        async with self.engine.database.tenant(self.engine.shop.organization_id) as tenant:
            await organizations.change(tenant, self.engine.shop.organization_id, SettingsChange(aurora_rules=changed))
        await self.engine.until(self._reconciled)

    async def _reconciled(self) -> bool:
        return not await self.engine.rows("select 1 from wakes where kind = 'schedules'")

    def schedule(self, briefing: Briefing) -> ScheduleHandle:
        """Its schedule."""
        return self.engine.temporal.get_schedule_handle(
            briefing_schedule_id(self.engine.shop.organization_id, briefing)
        )

    async def due(self, briefing: Briefing, *, days: int = 0) -> Run:
        """The schedule's own time of that day has come, and all is told that there is to tell; the run that did."""
        rules = AuroraRules()
        at = {
            Briefing.DAILY_SUMMARY: rules.daily_summary_at,
            Briefing.MORNING_AGENDA: rules.morning_agenda_at,
            Briefing.ALERTS: rules.alerts_at,
            Briefing.WEEKLY_REVIEW: rules.weekly_review_at,
        }[briefing]
        return await self.passes(briefing, datetime.combine(self.day + days * DAY, at, tzinfo=self.zone))

    async def passes(self, briefing: Briefing, moment: datetime, length: timedelta = timedelta(minutes=2)) -> Run:
        """The schedule's time from a minute before a moment comes, once."""
        handle = self.schedule(briefing)
        before = (await handle.describe()).info.num_actions
        start = moment.astimezone(UTC) - timedelta(minutes=1)
        await handle.backfill(
            ScheduleBackfill(start_at=start, end_at=start + length, overlap=ScheduleOverlapPolicy.ALLOW_ALL)
        )
        return await self._has_run(handle, before + 1)

    async def triggered(self, briefing: Briefing) -> None:
        """Somebody sets it off by hand, now."""
        handle = self.schedule(briefing)
        before = (await handle.describe()).info.num_actions
        await handle.trigger(overlap=ScheduleOverlapPolicy.ALLOW_ALL)
        await self._has_run(handle, before + 1)

    async def _has_run(self, handle: ScheduleHandle, actions: int) -> Run:
        async with asyncio.timeout(20):
            while (info := (await handle.describe()).info).num_actions < actions or info.running_actions:
                await asyncio.sleep(0.05)
        last = info.recent_actions[-1].action
        assert isinstance(last, ScheduleActionExecutionStartWorkflow)
        run = self.engine.temporal.get_workflow_handle(last.workflow_id, run_id=last.first_execution_run_id)
        async with asyncio.timeout(20):
            await run.result()
        return run

    async def messages(self) -> list[asyncpg.Record]:
        """What was written for owners, in order."""
        return await self.engine.rows("select * from aurora_proactive_messages order by created_at, id")

    async def ended(self, count: int) -> list[asyncpg.Record]:
        """The messages, as soon as that many are sent or have failed."""
        async with asyncio.timeout(20):
            while True:
                found = [row for row in await self.messages() if row["status"] != "scheduled"]
                if len(found) >= count:
                    return found
                await asyncio.sleep(0.05)

    async def booked(self, starts: Iterable[datetime], *, status: str = "scheduled", phone: int = 1) -> None:
        """Baths of one customer, by plain SQL."""
        async with self.engine.database.tenant(self.engine.shop.organization_id) as tenant:
            one = await rows.customer(tenant, self.engine.shop, rows.phone(phone))
            await tenant.execute("update contacts set name = $2 where id = $1", one.contact_id, f"Cliente {phone}")
            for start in starts:
                await rows.insert_booking(tenant, self.engine.shop, one.contact_id, start=start, status=status)

    def texts(self) -> list[str]:
        """What went out over the shop's number."""
        return [sent.text for sent in self.engine.bridge.record.sent]


def to(phone: int) -> Address:
    """Somebody's address."""
    return rows.phone(phone)

"""The demonstration's daily summary: its schedule's time comes, before the day is over, and once more."""

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Any

from temporalio.client import Client, ScheduleBackfill, ScheduleHandle, ScheduleOverlapPolicy, WorkflowHandle
from temporalio.service import RPCError

from dev.demo_owner import OWNER
from dev.demo_stage import Stage, shop_time
from dev.seed import OWNER_PHONE
from domain.aurora_rules import Briefing
from storage import organizations
from workflows.ids import briefing_schedule_id

_SECONDS = 30
_TELLS = "resumo de"


async def summary(stage: Stage, temporal: Client) -> None:
    """Today's eighteen o'clock comes twice; the owner hears of the day once."""
    stage.console.rule("O resumo do dia")
    async with stage.database.tenant(stage.organization_id) as tenant:
        rules = (await organizations.get(tenant, stage.organization_id)).aurora_rules
    due = shop_time(0, rules.daily_summary_at)
    schedule = temporal.get_schedule_handle(briefing_schedule_id(stage.organization_id, Briefing.DAILY_SUMMARY))
    told = await _told(stage, f"{Briefing.DAILY_SUMMARY}/{due.date()}")
    stage.console.print(f"[dim]⏩ O relógio da agenda do resumo, e só o dela, salta para hoje às {due:%H:%M}.[/]")
    for _ in range(2):
        await _comes(temporal, schedule, due)
    if told:
        stage.console.print(f"[dim]A {OWNER.lower()} já o tinha recebido hoje; não recebe de novo.[/]\n")
    else:
        figures = ["12 clientes atendidos", "8 banhos", "R$ 850,00"]
        await stage.hears(OWNER_PHONE, to=OWNER, about=_TELLS, expect=figures)
    async with asyncio.timeout(_SECONDS):
        while (rows := await _told(stage, f"{Briefing.DAILY_SUMMARY}/{due.date()}")) != ["sent"]:
            if len(rows) > 1:
                break
            await asyncio.sleep(0.05)
    stage.check(rows == ["sent"], f"o resumo de hoje foi escrito {len(rows)} vezes: {rows}")


async def _told(stage: Stage, fingerprint: str) -> list[str]:
    """How the owner's message of that occasion stands."""
    rows = await stage.rows(
        """select m.status from aurora_proactive_messages m join aurora_owner_numbers o on o.id = m.owner_number_id
           where m.fingerprint = $1 and o.phone = $2""",
        fingerprint,
        OWNER_PHONE,
    )
    return [row["status"] for row in rows]


async def _comes(temporal: Client, schedule: ScheduleHandle, due: datetime) -> None:
    """The schedule's own time comes, and what it begins is over."""
    begun = temporal.get_workflow_handle(f"{schedule.id}-{due.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    before = await _closed_run(begun)
    async with asyncio.timeout(_SECONDS):
        while True:
            with contextlib.suppress(RPCError):  # the worker makes the schedule when it hears of the shop
                await schedule.backfill(ScheduleBackfill(due, due, ScheduleOverlapPolicy.ALLOW_ALL))
            for _ in range(40):
                if await _closed_run(begun) not in (None, before):
                    return
                await asyncio.sleep(0.05)


async def _closed_run(workflow: WorkflowHandle[Any, Any]) -> str | None:  # Any: an id knows no types
    """The last run of that id, if there is one and it is over."""
    try:
        described = await workflow.describe()
    except RPCError:
        return None
    return described.run_id if described.close_time else None

"""Wakes on their way to Temporal: what a row's own transaction wrote down is told to its workflow.

Whoever writes to the tables (a tool, an operator, another system), the trigger writes a wake in the same transaction;
so the workflow starts in the same step as its row, and a process that dies between loses nothing. A wake may be told
twice: the workflow only looks at its row again.
"""

import asyncio
from contextlib import suppress
from datetime import date, timedelta
from uuid import UUID

import structlog
from temporalio.client import Client
from temporalio.common import Priority, SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError

from activities.letters import LetterRef
from domain.conversation import Audience
from domain.errors import StorageUnavailable
from domain.frozen import Frozen
from domain.ids import BookingId, CampaignId, QuestionId, ServiceId
from operating.schedules import ScheduleKeeping
from storage import wakes
from storage.database import Database
from storage.notifications import listen
from storage.wakes import Wake, WakeKind
from workflows import contracts
from workflows.contracts import BookingStart, CampaignStart, QuestionStart, WaitingListStart
from workflows.ids import (
    TASK_QUEUE,
    booking_workflow_id,
    campaign_workflow_id,
    letter_workflow_id,
    question_workflow_id,
    waiting_list_workflow_id,
)
from workflows.search_attributes import AUZAP_ORGANIZATION

_log = structlog.get_logger()

_AT_ONCE = 20
_CLAIM = timedelta(seconds=10)
"""A worker that dies with wakes in its hands gives them back after this."""
_LOOK = 5.0
"""Seconds between two looks, should a notification be missed."""
_TEMPORAL_SECONDS = 5.0


class Waking:
    """Takes wakes to Temporal until cancelled; any number of workers may do so at once."""

    def __init__(self, database: Database, temporal: Client, *, task_queue: str = TASK_QUEUE) -> None:
        self._database = database
        self._temporal = temporal
        self._task_queue = task_queue
        self._schedules = ScheduleKeeping(database, temporal, task_queue=task_queue)

    async def run(self, database_url: str) -> None:
        """At once when a wake is committed; `database_url` is for the connection that listens."""
        news = asyncio.Event()
        listener = asyncio.create_task(listen(database_url, wakes.CHANNEL, news))
        try:
            while True:
                news.clear()
                try:
                    while await self.deliver():
                        pass
                except StorageUnavailable as away:
                    _log.warning("[WORKER] Database away, wakes wait", error=str(away))
                except Exception:  # whatever it is, the next wake may go through
                    _log.exception("[WORKER] Wakes failed")
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), _LOOK)
        finally:
            listener.cancel()
            self._schedules.stop()

    async def deliver(self) -> int:
        """Tell Temporal of some wakes; how many it took. Those of schedules are made true beside the others."""
        async with self._database.unbound() as unbound:
            everything = await wakes.claim(unbound, most=_AT_ONCE, hold=_CLAIM)
        of_schedules = [wake for wake in everything if wake.kind is WakeKind.SCHEDULES]
        for wake in of_schedules:
            self._schedules.begin(wake)
        claimed = [wake for wake in everything if wake.kind is not WakeKind.SCHEDULES]
        taken = await asyncio.gather(*(self._tell(wake) for wake in claimed))
        async with self._database.unbound() as unbound:
            for wake, was_taken in zip(claimed, taken, strict=True):
                if was_taken:
                    await wakes.forget(unbound, wake)
        return sum(taken) + len(of_schedules)

    async def _tell(self, wake: Wake) -> bool:
        try:
            workflow, workflow_id, start, summary = _execution(wake)
        except ValueError:
            _log.error("[WORKER] Unreadable wake forgotten", organizationId=str(wake.organization_id), kind=wake.kind)
            return True
        try:
            async with asyncio.timeout(_TEMPORAL_SECONDS):
                await self._temporal.start_workflow(
                    workflow,
                    start,
                    id=workflow_id,
                    task_queue=self._task_queue,
                    start_signal=contracts.ROW_CHANGED,
                    static_summary=summary,
                    priority=Priority(fairness_key=str(wake.organization_id)),
                    search_attributes=TypedSearchAttributes(
                        [SearchAttributePair(AUZAP_ORGANIZATION, str(wake.organization_id))]
                    ),
                )
        except (RPCError, RuntimeError, TimeoutError) as away:
            _log.warning("[WORKER] Temporal away, a wake waits", error=type(away).__name__, kind=wake.kind)
            return False
        return True


def _execution(wake: Wake) -> tuple[str, str, Frozen, str]:
    """The workflow of a wake: type, id, argument, and what the Web UI calls it. Raises ValueError."""
    match wake.kind:
        case WakeKind.BOOKING:
            booking_id = BookingId(UUID(wake.subject))
            start: Frozen = BookingStart(organization_id=wake.organization_id, booking_id=booking_id)
            return contracts.BOOKING_WORKFLOW, booking_workflow_id(booking_id), start, "Agendamento"
        case WakeKind.WAITING_LIST:
            service, _, day = wake.subject.partition("/")
            service_id, on = ServiceId(UUID(service)), date.fromisoformat(day)
            start = WaitingListStart(organization_id=wake.organization_id, service_id=service_id, day=on)
            return contracts.WAITING_LIST_WORKFLOW, waiting_list_workflow_id(service_id, on), start, "Lista de espera"
        case WakeKind.LETTER | WakeKind.PROACTIVE:
            letter_id = UUID(wake.subject)
            audience = Audience.CUSTOMER if wake.kind is WakeKind.LETTER else Audience.OWNER
            start = LetterRef(organization_id=wake.organization_id, audience=audience, id=letter_id)
            return contracts.LETTER_WORKFLOW, letter_workflow_id(letter_id), start, "Mensagem da loja"
        case WakeKind.CAMPAIGN:
            campaign_id = CampaignId(UUID(wake.subject))
            start = CampaignStart(organization_id=wake.organization_id, campaign_id=campaign_id)
            return contracts.CAMPAIGN_WORKFLOW, campaign_workflow_id(campaign_id), start, "Convites"
        case WakeKind.QUESTION:
            question_id = QuestionId(UUID(wake.subject))
            start = QuestionStart(organization_id=wake.organization_id, question_id=question_id)
            return contracts.QUESTION_WORKFLOW, question_workflow_id(question_id), start, "Pergunta à loja"
        case _:
            raise ValueError(f"no workflow for {wake.kind}")

"""What the engine is doing for a conversation, and what keeps failing, in the words of the shop's people.

The rows say what stands in the database, Temporal what runs. Where Temporal, or the worker that answers its queries, is
away, the row is all there is to tell.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.failure.v1 import Failure
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from domain.conversation import ConversationStatus
from domain.frozen import Frozen
from domain.ids import ConversationId, OrganizationId
from domain.stuck import error_in_words, step_in_words
from operating.refusal import NotInShop
from storage import conversations, handoffs, stuck_steps
from storage.database import Database
from storage.stuck_steps import StuckStep
from workflows import contracts
from workflows.ids import conversation_workflow_id

_Answer = TypeVar("_Answer")

_PATIENCE = 1.5
"""Seconds Temporal has to answer; a query waits for the workflow's worker, which may be busy or away."""
_CONNECTING = 6.0
_LOCAL_IS_OVER = timedelta(minutes=5)
"""A local step is tried again within half a minute; one that has not failed for so long is not being tried."""
_AT_ONCE = 10
_METADATA = "__temporal_workflow_metadata"
"""The SDK's own query: among others, the current details of the Web UI."""


class PendingStep(Frozen):
    """A step that Temporal waits for. `attempt` is the one that runs or comes next; `next_try` is None while it runs,
    and while somebody has paused it."""

    activity_id: str
    activity: str
    attempt: int
    is_running: bool
    is_paused: bool
    next_try: datetime | None
    error_type: str | None

    @property
    def step(self) -> str:
        """What it does."""
        return step_in_words(self.activity)

    @property
    def error(self) -> str | None:
        """Why it has failed, if it has."""
        return error_in_words(self.error_type) if self.error_type else None


class WaitingFor(Frozen):
    """What a conversation waits for, and until when; `run_id` is None where nothing runs, or Temporal is away."""

    what: str
    until: datetime | None
    workflow_id: str
    run_id: str | None
    steps: tuple[PendingStep, ...] = ()


class StuckNow(Frozen):
    """A step that keeps failing, with what Temporal says of it in this moment (None of local steps)."""

    row: StuckStep
    pending: PendingStep | None

    @property
    def step(self) -> str:
        """What it does."""
        return step_in_words(self.row.activity)

    @property
    def error(self) -> str:
        """What is wrong."""
        return error_in_words(self.row.error_type)

    @property
    def can_be_skipped(self) -> bool:
        """Whether there is something to drop: a turn, or a message of the shop's."""
        return self.row.workflow_id.startswith(("conversation/", "letter/"))


@dataclass(frozen=True)
class _Run:
    """A run of a workflow: whether it is going on, and what it waits for, by the steps' ids."""

    is_running: bool
    steps: Mapping[str, PendingStep]


class Inspecting:
    """Looks, and clears what is over."""

    def __init__(self, database: Database, temporal: Client) -> None:
        self._database = database
        self._temporal = temporal

    async def waiting_for(self, shop: OrganizationId, conversation_id: ConversationId) -> WaitingFor:
        """What happens next in a conversation. Raises `NotInShop`."""
        async with self._database.tenant(shop) as tenant:
            key = await conversations.key_by_id(tenant, conversation_id)
            if key is None:
                raise NotInShop(f"a loja não tem a conversa {conversation_id}")
            status = (await conversations.get(tenant, conversation_id)).status
            handoff = await handoffs.find_open(tenant, conversation_id)
        due, workflow_id = handoff.due if handoff else None, conversation_workflow_id(key)
        by_row = f"{handoff.reason.portuguese}, {handoff.state.portuguese}" if handoff else "Com a IA"
        if due is not None:
            by_row += f"; a seguir: {due.kind.portuguese}"
        until = due.at if due else None
        try:
            now = await self._describe(workflow_id)
        except RPCError as away:
            if away.status is not RPCStatusCode.NOT_FOUND:
                return WaitingFor(what=by_row, until=until, workflow_id=workflow_id, run_id=None)
            now = None
        if now is None or now.status is not WorkflowExecutionStatus.RUNNING:
            if status is ConversationStatus.WAITING_HUMAN:
                by_row += " (nenhuma execução cuida dela: devolva à IA, ou responda)"
            what = by_row if handoff else "Nada em andamento: a IA espera a próxima mensagem"
            return WaitingFor(what=what, until=until, workflow_id=workflow_id, run_id=None)
        said = await self._said(now)
        return WaitingFor(
            what=said or by_row, until=until, workflow_id=workflow_id, run_id=now.run_id, steps=pending_steps(now)
        )

    async def stuck(self, shop: OrganizationId) -> list[StuckNow]:
        """What keeps failing in a shop, longest first. What is over by now is cleared, and not among it."""
        async with self._database.tenant(shop) as tenant:
            rows = await stuck_steps.listed(tenant)
        return await self._looked_at(shop, rows)

    async def stuck_in(self, shop: OrganizationId, conversation_id: ConversationId) -> list[StuckNow]:
        """The same, of one conversation."""
        async with self._database.tenant(shop) as tenant:
            rows = await stuck_steps.of_conversation(tenant, conversation_id)
        return await self._looked_at(shop, rows)

    async def _looked_at(self, shop: OrganizationId, rows: Sequence[StuckStep]) -> list[StuckNow]:
        limit = asyncio.Semaphore(_AT_ONCE)

        async def one(workflow_id: str, run_id: str) -> _Run | None:
            async with limit:
                return await self._run(workflow_id, run_id)

        runs = sorted({(row.workflow_id, row.run_id) for row in rows})
        known = dict(zip(runs, await asyncio.gather(*(one(*run) for run in runs)), strict=True))
        found, over = [], []
        for row in rows:
            run = known[row.workflow_id, row.run_id]
            if _is_over(row, run):
                over.append(row)
            else:
                found.append(StuckNow(row=row, pending=run.steps.get(row.activity_id) if run else None))
        if over:
            async with self._database.tenant(shop) as tenant:
                for row in over:
                    await stuck_steps.clear(
                        tenant, row.workflow_id, row.run_id, row.activity_id, unless_after=row.last_failed_at
                    )
        return found

    async def _run(self, workflow_id: str, run_id: str) -> _Run | None:
        """None when Temporal does not say."""
        try:
            now = await self._describe(workflow_id, run_id)
        except RPCError as error:
            return _Run(False, {}) if error.status is RPCStatusCode.NOT_FOUND else None
        return _Run(
            now.status is WorkflowExecutionStatus.RUNNING, {step.activity_id: step for step in pending_steps(now)}
        )

    async def _describe(self, workflow_id: str, run_id: str | None = None) -> WorkflowExecutionDescription:
        handle = self._temporal.get_workflow_handle(workflow_id, run_id=run_id)
        return await answered(handle.describe(rpc_timeout=timedelta(seconds=_PATIENCE)))

    async def _said(self, now: WorkflowExecutionDescription) -> str | None:
        """What the workflow itself says; None when its worker does not answer in time, or it says nothing."""
        handle = self._temporal.get_workflow_handle(now.id, run_id=now.run_id)
        patience = timedelta(seconds=_PATIENCE)
        try:
            if now.workflow_type == contracts.HANDOFF_WORKFLOW:
                said: str = await answered(handle.query("waiting_for", result_type=str, rpc_timeout=patience))
                return said
            metadata = await answered(handle.query(_METADATA, result_type=WorkflowMetadata, rpc_timeout=patience))
        except (RPCError, WorkflowQueryFailedError):
            return None
        details: str = metadata.current_details
        return details or None


async def answered(asking: Awaitable[_Answer]) -> _Answer:
    """What Temporal answers. Raises `RPCError`, also where the first connection of a lazy client cannot be made.

    The SDK has no error of its own for that, nor an end of its patience.
    """
    try:
        async with asyncio.timeout(_CONNECTING):
            return await asking
    except (RuntimeError, TimeoutError) as away:
        raise RPCError(type(away).__name__, RPCStatusCode.UNAVAILABLE, b"") from away


def pending_steps(now: WorkflowExecutionDescription) -> tuple[PendingStep, ...]:
    """What a run waits for; local steps run inside its worker, and are not among it."""
    return tuple(_pending_step(one) for one in now.raw_description.pending_activities)


def _pending_step(one: PendingActivityInfo) -> PendingStep:
    is_due = one.HasField("next_attempt_schedule_time") and not one.paused
    return PendingStep(
        activity_id=one.activity_id,
        activity=one.activity_type.name,
        attempt=one.attempt,
        is_running=one.state == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED,
        is_paused=one.paused,
        next_try=one.next_attempt_schedule_time.ToDatetime(UTC) if is_due else None,
        error_type=_type_of(one.last_failure) if one.HasField("last_failure") else None,
    )


def _type_of(failure: Failure) -> str:
    if failure.HasField("timeout_failure_info"):
        return TimeoutError.__name__
    return failure.application_failure_info.type or "ApplicationError"


def _is_over(row: StuckStep, run: _Run | None) -> bool:
    """Whether nobody tries it any more. What Temporal does not tell of stays as it is."""
    if run is None:
        return False
    if not run.is_running:  # one that was terminated still names what it waited for
        return True
    if row.is_local:
        return datetime.now(UTC) - row.last_failed_at > _LOCAL_IS_OVER
    return row.activity_id not in run.steps

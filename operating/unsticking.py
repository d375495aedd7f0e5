"""What operators do about a step that keeps failing: have it tried at once, or do without it.

A local step runs inside its workflow's worker and is tried again within half a minute: nobody outside can hasten it.
"""

import asyncio
from datetime import timedelta
from enum import StrEnum
from typing import Any, NoReturn
from uuid import UUID

from pydantic import JsonValue
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import PauseActivityRequest, UnpauseActivityRequest
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from domain.deeds import DeedKind
from domain.frozen import Frozen
from domain.ids import LetterId, OrganizationId, ProactiveId, TurnId
from domain.letters import LetterStatus, ProactiveStatus
from domain.stuck import step_in_words
from operating.deeds import Deed
from operating.inspecting import answered, pending_steps
from operating.refusal import Refused
from storage import letters, outbox, proactive, stuck_steps
from storage.database import Connection, Database
from storage.stuck_steps import StuckStep
from workflows import contracts
from workflows.contracts import Skip
from workflows.ids import key_in, letter_in

_PATIENCE = timedelta(seconds=5)
_IDENTITY = "auzap console"
_OVER = "esse passo já não está parado"
_SKIPPED = "não será mais enviada: uma pessoa da loja desistiu dela"


class StepName(Frozen):
    """Which step: as it is named in Temporal and in `stuck_steps`."""

    workflow_id: str
    activity_id: str


class Retried(StrEnum):
    """What became of the wish to have a step tried at once."""

    ORDERED = "ordered"
    UNDER_WAY = "under_way"
    """It is being tried in this moment."""


class Unsticking:
    """Every method raises `Refused` where there is nothing to be done: the step is over, or cannot be hastened."""

    def __init__(self, database: Database, temporal: Client) -> None:
        self._database = database
        self._temporal = temporal

    async def retry_now(self, shop: OrganizationId, name: StepName, deed: Deed) -> Retried:
        """Have a step tried at once, not when its time comes; how often it was tried stays known."""
        row = await self._stuck(shop, name)
        if row.is_local:
            raise Refused("esse passo tenta de novo sozinho, em menos de um minuto; não dá para apressar")
        now = await self._describe(row)
        pending = {step.activity_id: step for step in pending_steps(now)}.get(row.activity_id)
        if pending is None:
            await self._is_over(shop, row)
        elif pending.is_running:
            return Retried.UNDER_WAY
        # A tab that is closed in between must not leave it paused.
        await asyncio.shield(self._try_now(row))
        await self._note(shop, deed, DeedKind.RETRY_STEP, row)
        return Retried.ORDERED

    async def skip(self, shop: OrganizationId, name: StepName, deed: Deed) -> None:
        """Do without it: the turn of a conversation is dropped, a message of the shop's is not sent any more."""
        row = await self._stuck(shop, name)
        now = await self._describe(row)
        if key_in(row.workflow_id) is not None:
            if now.workflow_type != contracts.MESSAGE_WORKFLOW:
                raise Refused("uma pessoa está com essa conversa; não há resposta da IA para pular")
            await self._signal(row, contracts.SKIP, Skip())
            await self._note(shop, deed, DeedKind.SKIP_STEP, row)
            return
        letter_id = letter_in(row.workflow_id)
        if letter_id is None:
            raise Refused("esse passo não dá para pular; ele termina sozinho quando passa da hora")
        pending = {step.activity_id: step for step in pending_steps(now)}.get(row.activity_id)
        if pending is not None and pending.is_running:
            raise Refused("a mensagem está sendo enviada neste momento; veja daqui a pouco se ela saiu")
        await self._cancel_letter(shop, letter_id, row, deed)
        await self._signal(row, contracts.ROW_CHANGED)
        if pending is not None:  # it looks at its row, and is over
            await asyncio.shield(self._try_now(row))

    async def _cancel_letter(self, shop: OrganizationId, letter_id: UUID, row: StuckStep, deed: Deed) -> None:
        async with self._database.tenant(shop) as tenant:
            if await letters.find(tenant, LetterId(letter_id), for_change=True) is not None:
                await letters.end(tenant, LetterId(letter_id), LetterStatus.CANCELLED, _SKIPPED)
            else:
                await proactive.end(tenant, ProactiveId(letter_id), ProactiveStatus.CANCELLED, _SKIPPED)
            await outbox.give_up(tenant, TurnId(letter_id), _SKIPPED)
            await _note(tenant, shop, deed, DeedKind.SKIP_STEP, row)

    async def _note(self, shop: OrganizationId, deed: Deed, kind: DeedKind, row: StuckStep) -> None:
        async with self._database.tenant(shop) as tenant:
            await _note(tenant, shop, deed, kind, row)

    async def _stuck(self, shop: OrganizationId, name: StepName) -> StuckStep:
        async with self._database.tenant(shop) as tenant:
            found = await stuck_steps.find(tenant, name.workflow_id, name.activity_id)
        if found is None:
            raise Refused(_OVER)
        return found

    async def _describe(self, row: StuckStep) -> WorkflowExecutionDescription:
        try:
            return await answered(self._handle(row).describe(rpc_timeout=_PATIENCE))
        except RPCError as error:
            raise _refusal(error) from error

    async def _signal(self, row: StuckStep, signal: str, *arguments: Frozen) -> None:
        try:
            await answered(self._handle(row).signal(signal, args=arguments, rpc_timeout=_PATIENCE))
        except RPCError as error:
            raise _refusal(error) from error

    async def _try_now(self, row: StuckStep) -> None:
        """A pause that ends at once: the server then tries what waited for its time, and counts on.

        (A reset would try it at once, too, and forget how often it was tried; with that the row here would be wrong.)
        """
        where = WorkflowExecution(workflow_id=row.workflow_id, run_id=row.run_id)
        service, namespace, name = self._temporal.workflow_service, self._temporal.namespace, row.activity_id
        try:
            await service.pause_activity(
                PauseActivityRequest(namespace=namespace, execution=where, id=name, identity=_IDENTITY),
                timeout=_PATIENCE,
            )
            await service.unpause_activity(
                UnpauseActivityRequest(namespace=namespace, execution=where, id=name, identity=_IDENTITY),
                retry=True,
                timeout=_PATIENCE,
            )
        except RPCError as error:
            raise _refusal(error) from error

    async def _is_over(self, shop: OrganizationId, row: StuckStep) -> NoReturn:
        async with self._database.tenant(shop) as tenant:
            await stuck_steps.clear(
                tenant, row.workflow_id, row.run_id, row.activity_id, unless_after=row.last_failed_at
            )
        raise Refused(_OVER)

    def _handle(self, row: StuckStep) -> WorkflowHandle[Any, Any]:  # Any: workflows differ in what they return
        return self._temporal.get_workflow_handle(row.workflow_id, run_id=row.run_id)


async def _note(tenant: Connection, shop: OrganizationId, deed: Deed, kind: DeedKind, row: StuckStep) -> None:
    if not await deed.was_done(tenant, kind, _subject(row)):  # it counts on while the form is sent again
        await deed.note(tenant, shop, kind, _subject(row), after=_facts(row))


def _subject(row: StuckStep) -> str:
    """What it does, and which one it is."""
    return f"{step_in_words(row.activity)} ({row.workflow_id}, {row.activity_id})"


def _facts(row: StuckStep) -> dict[str, JsonValue]:
    return {"workflow_id": row.workflow_id, "activity": row.activity, "error": row.error_type, "attempts": row.attempts}


def _refusal(error: RPCError) -> Refused:
    if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
        return Refused(_OVER)
    return Refused("o Temporal não respondeu; tente de novo em instantes")

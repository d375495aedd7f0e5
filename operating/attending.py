"""Operators at work in conversations: taking one, answering, noting, giving it back, settling it.

What is asked here is asked of the conversation's workflow, which alone decides who has it; the rows are what it wrote.
Every deed has an id of the form it came from: sent twice, it is done once, and noted once in the audit log.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn
from uuid import UUID

from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.serving import TOO_LATE, UNREACHABLE
from domain.conversation import Audience, ConversationStatus, HandoffReason
from domain.deeds import DeedKind
from domain.frozen import Frozen
from domain.handoffs import HandoffState
from domain.ids import ConversationId, DeedId, LetterId, NoteId, OperatorId, OrganizationId
from domain.operators import Operator
from domain.texts import cleaned
from operating import handovers
from operating.deeds import Deed
from operating.handoff_starts import handoff_where_none_runs
from operating.handovers import Released
from operating.refusal import Mistyped, NotInShop, Refused
from storage import conversations, handoffs, letters, notes, operators
from storage.conversations import Execution
from storage.database import Database
from workflows import contracts, verdicts
from workflows.contracts import Assign, Claim, PersonReply, Release, Resolve
from workflows.ids import TASK_QUEUE, conversation_workflow_id

LONGEST_REPLY = 4_096
LONGEST_NOTE = 4_096
_SECONDS = 8.0
"""How long the engine may take to say yes or no."""
_TRIES, _PAUSE = 8, 0.25
"""A workflow that ends, or goes over into the next, in this very moment is asked again."""
_PASSING = frozenset((verdicts.BEING_GIVEN_BACK, "AcceptedUpdateCompletedWorkflow", "WorkflowUpdateNotFound"))
_GIVEN_BACK = "essa conversa já voltou para a IA; assuma de novo para responder"
_WINDOW_CLOSED = (
    "o WhatsApp só aceita mensagens livres até 24 horas depois da última do cliente; espere ele escrever, ou ligue"
)
_AWAY = "o motor não respondeu a tempo; espere um instante e veja se já foi feito antes de repetir"


class Attending:
    """What operators do in conversations. Every method raises `Refused` with a Portuguese sentence: no such
    conversation in their shop, somebody else has it (named), it was given back meanwhile, the engine is away."""

    def __init__(self, database: Database, temporal: Client, *, task_queue: str = TASK_QUEUE) -> None:
        self._database = database
        self._temporal = temporal
        self._task_queue = task_queue

    async def claim(self, who: Operator, conversation_id: ConversationId, deed_id: DeedId) -> None:
        """Take the conversation, whoever has it now if that is the AI or nobody; a turn in flight is stopped."""
        execution = await self._execution(who, conversation_id)
        if await self._was_done(who, conversation_id, DeedKind.CLAIM, deed_id):
            return
        order = Claim(operator_id=who.id, conversation_id=conversation_id, deed_id=deed_id)

        async def ask() -> None:
            await self._temporal.execute_update_with_start_workflow(
                contracts.CLAIM,
                order,
                start_workflow_operation=handoff_where_none_runs(
                    who.organization_id,
                    conversation_id,
                    execution,
                    HandoffReason.TAKEN_BY_OPERATOR,
                    claim=order,
                    task_queue=self._task_queue,
                ),
                id=str(deed_id),
            )

        await self._asked(who, conversation_id, ask, starts=True)

    async def assign(self, who: Operator, conversation_id: ConversationId, to: OperatorId, deed_id: DeedId) -> None:
        """Give an open hand-over to another operator: one's own, or, for admins, anybody's."""
        await self._execution(who, conversation_id)
        await self._refuse_others(who, conversation_id)
        if await self._was_done(who, conversation_id, DeedKind.ASSIGN, deed_id):
            return
        async with self._database.tenant(who.organization_id) as tenant:
            whom = await operators.find(tenant, to)
        if whom is None or not whom.is_active:
            raise NotInShop("a equipe não tem essa pessoa")
        order = Assign(operator_id=to, by=who.id, deed_id=deed_id)
        await self._asked(
            who, conversation_id, lambda: self._update(who, conversation_id, contracts.ASSIGN, order, deed_id)
        )

    async def reply(self, who: Operator, conversation_id: ConversationId, text: str, deed_id: DeedId) -> None:
        """Write to the customer. Who replies to a conversation that waits takes it with that."""
        words = _words(text, LONGEST_REPLY, "a mensagem")
        await self._execution(who, conversation_id)
        if await self._is_written(who.organization_id, deed_id):  # by an earlier sending of the same form
            return
        order = PersonReply(operator_id=who.id, text=words, deed_id=deed_id)
        try:
            await self._asked(
                who, conversation_id, lambda: self._update(who, conversation_id, contracts.REPLY, order, deed_id)
            )
        except Refused:
            if not await self._is_written(who.organization_id, deed_id):  # by one at the same moment
                raise

    async def note(self, who: Operator, conversation_id: ConversationId, text: str, note_id: NoteId) -> None:
        """Leave a note for the others, whoever has the conversation."""
        words = _words(text, LONGEST_NOTE, "a anotação")
        async with self._database.tenant(who.organization_id) as tenant:
            if await conversations.execution(tenant, conversation_id) is None:
                raise _not_here()
            await notes.write(tenant, who.organization_id, conversation_id, note_id, operator_id=who.id, content=words)
            await Deed(DeedId(note_id), who).note(
                tenant, who.organization_id, DeedKind.NOTE, f"conversation/{conversation_id}"
            )

    async def release(self, who: Operator, conversation_id: ConversationId, deed_id: DeedId) -> HandoffState | None:
        """Back to the AI, which answers what nobody did; None when that is ordered and not done yet."""
        return await self._end(who, conversation_id, Release(by="atendente", operator_id=who.id, deed_id=deed_id))

    async def resolve(self, who: Operator, conversation_id: ConversationId, deed_id: DeedId) -> HandoffState | None:
        """The matter is settled: nothing is answered any more; the AI has what the customer writes next."""
        return await self._end(who, conversation_id, Resolve(by="atendente", operator_id=who.id, deed_id=deed_id))

    async def pause_ai(self, who: Operator, conversation_id: ConversationId, *, enabled: bool, deed_id: DeedId) -> None:
        """Switch the AI off or on in one conversation."""
        await handovers.let_ai_answer(
            self._database, who.organization_id, conversation_id, enabled, deed=Deed(deed_id, who)
        )

    async def _end(self, who: Operator, conversation_id: ConversationId, order: Release) -> HandoffState | None:
        await self._execution(who, conversation_id)
        await self._refuse_others(who, conversation_id)
        resolves = isinstance(order, Resolve)
        state = HandoffState.RESOLVED if resolves else HandoffState.RELEASED
        kind = DeedKind.RESOLVE if resolves else DeedKind.RELEASE
        if order.deed_id is not None and await self._was_done(who, conversation_id, kind, order.deed_id):
            return state
        try:
            async with asyncio.timeout(_SECONDS):
                done = await handovers.release(
                    self._database, self._temporal, who.organization_id, conversation_id, order, patience=_SECONDS / 2
                )
        except (RPCError, RuntimeError, TimeoutError) as away:
            raise Refused(_AWAY) from away
        return None if done is Released.ORDERED else state

    async def _execution(self, who: Operator, conversation_id: ConversationId) -> Execution:
        async with self._database.tenant(who.organization_id) as tenant:
            found = await conversations.execution(tenant, conversation_id)
        if found is None:
            raise _not_here()
        if found.audience is Audience.OWNER:
            raise Refused("quem escreve aqui é da loja: a Aurora responde")
        return found

    async def _refuse_others(self, who: Operator, conversation_id: ConversationId) -> None:
        """Raises `Refused` where somebody else has it; admins may act on anybody's."""
        async with self._database.tenant(who.organization_id) as tenant:
            handoff = await handoffs.find_open(tenant, conversation_id)
            if handoff is not None and handoff.operator_id not in (None, who.id) and not who.is_admin:
                raise await self._taken(who, handoff.operator_id)

    async def _taken(self, who: Operator, operator_id: OperatorId | None) -> Refused:
        async with self._database.tenant(who.organization_id) as tenant:
            other = await operators.find(tenant, operator_id) if operator_id else None
        return Refused(f"essa conversa já está com {other.name if other else 'outra pessoa da equipe'}")

    async def _was_done(self, who: Operator, conversation_id: ConversationId, kind: DeedKind, deed_id: DeedId) -> bool:
        """Whether an earlier sending of the same form did it: whoever has the conversation by now keeps it."""
        async with self._database.tenant(who.organization_id) as tenant:
            return await Deed(deed_id, who).was_done(tenant, kind, f"conversation/{conversation_id}")

    async def _is_written(self, organization_id: OrganizationId, deed_id: DeedId) -> bool:
        async with self._database.tenant(organization_id) as tenant:
            return await letters.find(tenant, LetterId(deed_id)) is not None

    async def _update(
        self, who: Operator, conversation_id: ConversationId, update: str, order: Frozen, deed_id: DeedId
    ) -> None:
        """Ask the hand-over's workflow; where it was ended by hand, or failed, one that goes on with its row."""
        execution = await self._execution(who, conversation_id)
        if execution.status is not ConversationStatus.WAITING_HUMAN:
            handle = self._temporal.get_workflow_handle(conversation_workflow_id(execution.key))
            await handle.execute_update(update, order, id=str(deed_id))
            return
        start = handoff_where_none_runs(
            who.organization_id,
            conversation_id,
            execution,
            HandoffReason.ALREADY_WAITING,
            task_queue=self._task_queue,
        )
        await self._temporal.execute_update_with_start_workflow(
            update, order, start_workflow_operation=start, id=str(deed_id)
        )

    async def _asked(
        self,
        who: Operator,
        conversation_id: ConversationId,
        ask: Callable[[], Awaitable[object]],
        *,
        starts: bool = False,
    ) -> None:
        """Have the workflow do it. Raises `Refused` with what it, or its being away, means.

        With `starts`, `ask` starts one where none runs: that none was there is only a moment between two.
        """
        for last in (*[False] * (_TRIES - 1), True):
            try:
                async with asyncio.timeout(_SECONDS):
                    await ask()
                return
            except WorkflowUpdateFailedError as failed:
                if last or not await self._may_pass(who, conversation_id, failed.cause):
                    await self._refuse(who, failed)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise Refused(_AWAY) from error
                if last or not (starts or await self._is_waiting(who, conversation_id)):
                    raise Refused(_GIVEN_BACK) from error
            except (WorkflowUpdateRPCTimeoutOrCancelledError, RuntimeError, TimeoutError) as away:
                raise Refused(_AWAY) from away
            await asyncio.sleep(_PAUSE)

    async def _may_pass(self, who: Operator, conversation_id: ConversationId, cause: BaseException | None) -> bool:
        """Whether asking again may be answered otherwise: the workflow is between two states."""
        if isinstance(cause, ApplicationError) and cause.type in _PASSING:
            return True
        # MessageWorkflow knows no replies: it is about to go over into HandoffWorkflow, or serves for good.
        is_unknown = isinstance(cause, ApplicationError) and "not found" in cause.message and cause.type is None
        return is_unknown and await self._is_waiting(who, conversation_id)

    async def _is_waiting(self, who: Operator, conversation_id: ConversationId) -> bool:
        async with self._database.tenant(who.organization_id) as tenant:
            found = await conversations.execution(tenant, conversation_id)
        return found is not None and found.status is ConversationStatus.WAITING_HUMAN

    async def _refuse(self, who: Operator, failed: WorkflowUpdateFailedError) -> NoReturn:
        cause = failed.cause
        match cause.type if isinstance(cause, ApplicationError) else None:
            case verdicts.ALREADY_CLAIMED:
                assert isinstance(cause, ApplicationError)
                raise await self._taken(who, OperatorId(UUID(str(cause.details[0])))) from failed
            case verdicts.BEING_GIVEN_BACK:
                raise Refused(_GIVEN_BACK) from failed
            case str(kind) if kind == UNREACHABLE:
                raise Refused("esse cliente não pode ser alcançado: ele ainda não escreveu para a loja") from failed
            case str(kind) if kind == TOO_LATE:
                raise Refused(_WINDOW_CLOSED) from failed
        raise Refused(_GIVEN_BACK) from failed


def _words(text: str, longest: int, what: str) -> str:
    """What was written, as it may be stored. Raises `Mistyped`."""
    words = cleaned(text)
    if not words:
        raise Mistyped(f"{what} está vazia")
    if len(words) > longest:
        raise Mistyped(f"{what} passa de {longest} caracteres")
    return words


def _not_here() -> NotInShop:
    return NotInShop("a loja não tem essa conversa")

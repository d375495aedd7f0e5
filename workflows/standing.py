"""Where a hand-over stands: who has it, since when somebody waits for a word, and what happens when."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.serving import BeginHandoff, CarryOut, NoteStanding, PlanWaiting, Serving
    from activities.summarising import SummariseHandoff, Summarising
    from domain.conversation import HandoffReason
    from domain.handoffs import Deadline, DueKind, HandoffState, next_due
    from domain.ids import DeedId, OperatorId
    from workflows import policies
    from workflows.contracts import HandoffStart, Standing
    from workflows.search_attributes import AUZAP_ASSIGNEE, AUZAP_DUE_AT, AUZAP_STATE


class StandingKeeper:
    """Keeps a hand-over's standing in the workflow, and shows it in its row and in the Web UI.

    `quiet_until` is when the AI comes back because the shop's phone, on which somebody had answered, was quiet. `known`
    is None before the hand-over has begun, and in runs that are older than deadlines.
    """

    def __init__(self, start: HandoffStart) -> None:
        self._start = start
        self.known: Standing | None = start.standing
        self.quiet_until = start.quiet_until
        self._shown: tuple[object, ...] | None = None
        self._answers = 0
        self._beginning, self._showing = asyncio.Lock(), asyncio.Lock()

    @property
    def is_free(self) -> bool:
        """Whether the hand-over has begun and no operator has it."""
        return self.known is not None and self.known.operator_id is None

    async def begin(self) -> bool:
        """Learn the hand-over's row and its deadlines, once; False when no person is to have it any more."""
        async with self._beginning:
            if self.known is not None:
                return True
            begun = await workflow.execute_local_activity_method(
                Serving.begin_handoff,
                BeginHandoff(
                    organization_id=self._start.conversation.organization_id,
                    conversation_id=self._start.conversation_id,
                    reason=self._start.reason,
                    now=workflow.now(),
                ),
                **policies.DATABASE_STEP,
            )
            if begun is None:
                return False
            self.known = Standing(
                handoff_id=begun.handoff_id,
                state=begun.state,
                operator_id=begun.operator_id,
                waiting_since=begun.waiting_since,
                deadlines=begun.deadlines,
                idle_minutes=begun.idle_minutes,
            )
            self.quiet_until = self.quiet_until or begun.quiet_until
            if self.quiet_until is not None:
                self._set(state=HandoffState.CLAIMED)
            elif begun.waiting_since is None:
                self._set(deadlines=self._idle())
            if self._start.reason is not HandoffReason.ANSWERED_ON_PHONE:
                self._summarise(self.known)
            return True

    def _summarise(self, known: Standing) -> None:
        """Have the model write a summary, beside everything else: nothing waits for it."""
        summary = workflow.start_activity_method(
            Summarising.summarise_handoff,
            SummariseHandoff(
                organization_id=self._start.conversation.organization_id,
                conversation_id=self._start.conversation_id,
                handoff_id=known.handoff_id,
            ),
            summary="resumir a conversa para quem assume",
            **policies.MODEL_CALL,
        )
        summary.add_done_callback(lambda done: done.cancelled() or done.exception())

    def taken_by(self, operator_id: OperatorId) -> None:
        """An operator has it. Whoever waits goes on waiting: for a word."""
        if self.known is None:
            return
        deadlines = self.known.deadlines if self.known.waiting_since else self._idle()
        self.quiet_until = None
        self._set(state=HandoffState.CLAIMED, operator_id=operator_id, deadlines=deadlines)

    def answered(self, *, quiet_until: datetime | None = None) -> None:
        """A person has written to the customer, in the console or on the shop's phone: nobody waits any more."""
        self._answers += 1
        if quiet_until is not None and (self.known is None or self.known.operator_id is None):
            self.quiet_until = quiet_until
            self._set(state=HandoffState.CLAIMED, waiting_since=None, deadlines=())
        else:
            self._set(state=HandoffState.CLAIMED, waiting_since=None, deadlines=self._idle())

    async def customer_wrote(self) -> None:
        """Whoever writes to a person who has answered waits anew; on the shop's phone, for the AI at worst."""
        if self.known is None or self.known.waiting_since is not None or self.quiet_until is not None:
            return
        since, answers = workflow.now(), self._answers
        deadlines = await workflow.execute_local_activity_method(
            Serving.plan_waiting,
            PlanWaiting(organization_id=self._start.conversation.organization_id, since=since, now=since),
            **policies.DATABASE_STEP,
        )
        if self._answers == answers:  # else whoever answered meanwhile has seen to it
            self._set(waiting_since=since, deadlines=deadlines)

    def due(self) -> Deadline | None:
        """What happens next, if nothing happens before."""
        quiet = Deadline(kind=DueKind.QUIET, at=self.quiet_until) if self.quiet_until else None
        return next_due(quiet, *(self.known.deadlines if self.known else ()))

    async def carry_out(self, due: Deadline) -> None:
        """Do what is due; it is not due again."""
        assert self.known is not None
        await workflow.execute_local_activity_method(
            Serving.carry_out_deadline,
            CarryOut(
                organization_id=self._start.conversation.organization_id,
                handoff_id=self.known.handoff_id,
                due=due.kind,
                now=workflow.now(),
            ),
            **policies.DATABASE_STEP,
        )
        self._set(deadlines=tuple(one for one in self.known.deadlines if one != due))

    async def show(self, *, by: OperatorId | None = None, deed_id: DeedId | None = None) -> None:
        """Bring row and search attributes up to date; with `by` it is noted as that operator's deed."""
        if self.known is None:
            return
        async with self._showing:  # one after the other: what is written last is what is
            known, due = self.known, self.due()
            visible = (known.state, known.operator_id, known.waiting_since, due)
            if visible == self._shown and deed_id is None:
                return
            self._shown = visible
            await workflow.execute_local_activity_method(
                Serving.note_standing,
                NoteStanding(
                    organization_id=self._start.conversation.organization_id,
                    handoff_id=known.handoff_id,
                    state=known.state,
                    operator_id=known.operator_id,
                    waiting_since=known.waiting_since,
                    due=due,
                    by=by,
                    deed_id=deed_id,
                ),
                **policies.DATABASE_STEP,
            )
            operator = str(known.operator_id) if known.operator_id else None
            workflow.upsert_search_attributes(
                [
                    AUZAP_STATE.value_set(known.state),
                    AUZAP_ASSIGNEE.value_set(operator) if operator else AUZAP_ASSIGNEE.value_unset(),
                    AUZAP_DUE_AT.value_set(due.at) if due else AUZAP_DUE_AT.value_unset(),
                ]
            )

    def _idle(self) -> tuple[Deadline, ...]:
        minutes = self.known.idle_minutes if self.known else 0
        return (Deadline(kind=DueKind.IDLE, at=workflow.now() + timedelta(minutes=minutes)),) if minutes else ()

    def _set(self, **changes: object) -> None:
        if self.known is not None:
            self.known = self.known.model_copy(update=changes)

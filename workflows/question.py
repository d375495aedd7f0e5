"""QuestionWorkflow: the shop's people are asked what a customer wants to know, and the customer hears what they say.

asked ─▶ owners and managers are written to ─▶ wait ─┬─ answered ─▶ in good words to the customer
                                                     └─ its time is over ─▶ a person has the conversation
"""

import contextlib
from datetime import UTC, datetime, timedelta

from temporalio import workflow
from temporalio.common import Priority, SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import ActivityError, WorkflowAlreadyStartedError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    import workflows.contracts as contracts
    import workflows.policies as policies
    from activities.questions import DeliverAnswer, Lapsed, QuestionLook, QuestionRef, Questions
    from domain.conversation import HandoffReason
    from storage.shop_questions import QuestionStatus
    from workflows.contracts import ConversationStart, HandoffStart, QuestionStart, Release
    from workflows.ids import conversation_workflow_id
    from workflows.search_attributes import AUZAP_DUE_AT, AUZAP_ORGANIZATION, AUZAP_STATE


@workflow.defn(name=contracts.QUESTION_WORKFLOW)
class QuestionWorkflow:
    """Sees one question to its answer, or to a person."""

    @workflow.init
    def __init__(self, start: QuestionStart) -> None:
        self._start = start
        self._changed = False

    @workflow.signal(name=contracts.ROW_CHANGED, description="The question was answered, or has lapsed")
    def row_changed(self) -> None:
        """Look again."""
        self._changed = True

    @workflow.run
    async def run(self, start: QuestionStart) -> None:
        """Ask, wait, tell."""
        while True:
            self._changed = False
            look = await self._look()
            if look is not None and look.status is QuestionStatus.ASKED:
                await self._ask_owners()
                await self._wait(look.answer_by)
                if not self._changed:
                    await self._lapse()
            elif look is not None and look.status is QuestionStatus.ANSWERED and not look.is_told:
                await self._deliver(composing=not look.has_person)
            if not self._changed:
                return

    def _ref(self) -> QuestionRef:
        return QuestionRef(organization_id=self._start.organization_id, id=self._start.question_id, now=workflow.now())

    async def _look(self) -> QuestionLook | None:
        return await workflow.execute_local_activity_method(
            Questions.look_at_question, self._ref(), **policies.DATABASE_STEP
        )

    async def _ask_owners(self) -> None:
        await workflow.execute_local_activity_method(Questions.ask_owners, self._ref(), **policies.DATABASE_STEP)

    async def _wait(self, until: datetime) -> None:
        """Until the row changes, or its time is over."""
        workflow.set_current_details(f"Esperando a resposta da loja até {until.astimezone(UTC):%d/%m %H:%M} UTC")
        workflow.upsert_search_attributes([AUZAP_STATE.value_set("asked"), AUZAP_DUE_AT.value_set(until)])
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._changed,
                timeout=max(until - workflow.now(), timedelta()),
                timeout_summary="prazo da resposta da loja",
            )

    async def _deliver(self, *, composing: bool) -> None:
        """The answer goes to the customer, in the model's words where it has any; a person needs none."""
        workflow.set_current_details("A loja respondeu: levando a resposta ao cliente")
        composed = await self._composed() if composing else ""
        await workflow.execute_local_activity_method(
            Questions.deliver_answer,
            DeliverAnswer(question=self._ref(), composed=composed),
            **policies.DATABASE_STEP,
        )

    async def _composed(self) -> str:
        try:
            return await workflow.execute_activity_method(
                Questions.compose_answer, self._ref(), summary="levar a resposta ao cliente", **policies.MODEL_CALL
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.warning("no model to put an answer into words: it goes out as it is")
            return ""

    async def _lapse(self) -> None:
        workflow.set_current_details("A loja não respondeu a tempo: a conversa passa para uma pessoa")
        lapsed = await workflow.execute_local_activity_method(
            Questions.lapse_question, self._ref(), **policies.DATABASE_STEP
        )
        if lapsed is not None:
            await self._stand_in_line(lapsed)

    async def _stand_in_line(self, lapsed: Lapsed) -> None:
        """The conversation is kept for a person from now on, as an execution of its own that outlives this one.

        The row is the truth: where the conversation is being served in this moment, its next message joins the
        hand-over. A person who gave it back before the execution began could not tell it so: we do.
        """
        workflow_id = conversation_workflow_id(lapsed.conversation_key)
        conversation = ConversationStart(
            organization_id=self._start.organization_id,
            instance_id=lapsed.instance_id,
            conversation_key=lapsed.conversation_key,
            settle_seconds=lapsed.settle_seconds,
        )
        try:
            kept = await workflow.start_child_workflow(
                contracts.HANDOFF_WORKFLOW,
                HandoffStart(
                    conversation=conversation,
                    conversation_id=lapsed.conversation_id,
                    reason=HandoffReason.NOT_ANSWERED,
                    since=workflow.now(),
                ),
                id=workflow_id,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                static_summary="Conversa no WhatsApp",
                priority=Priority(fairness_key=str(self._start.organization_id)),
                search_attributes=TypedSearchAttributes(
                    [SearchAttributePair(AUZAP_ORGANIZATION, str(self._start.organization_id))]
                ),
            )
        except WorkflowAlreadyStartedError:
            return
        is_waiting = await workflow.execute_local_activity_method(
            Questions.is_with_person, self._ref(), **policies.DATABASE_STEP
        )
        if not is_waiting:
            await kept.signal(contracts.RELEASE, Release(by="já devolvida"))

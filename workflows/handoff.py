"""HandoffWorkflow: a person has the conversation, for hours or days; the AI is silent.

It records what the customer writes and ends when a person gives the conversation back, or, where somebody simply
answered on the shop's phone, when that phone has been quiet for the shop's quiet time. What nobody answered goes on as
MessageWorkflow (continue-as-new, same id).
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.burying import Bury, Burying
    from activities.handing_over import HandingOver, Resume, TypedOnPhone, Waiting
    from domain.conversation import HandoffReason
    from domain.events import InboundMessage, ShopMessageSeen
    from domain.texts import remembered
    from workflows import contracts, policies
    from workflows.contracts import HandoffStart, Release
    from workflows.search_attributes import AUZAP_ORGANIZATION, AUZAP_STATE


@workflow.defn(name=contracts.HANDOFF_WORKFLOW)
class HandoffWorkflow:
    """Keeps a conversation for a person until it is given back."""

    @workflow.init
    def __init__(self, start: HandoffStart) -> None:
        self._start = start
        self._inbox: list[InboundMessage] = list(start.conversation.pending)
        self._phone: list[ShopMessageSeen] = list(start.phone_messages)
        self._unanswered: list[InboundMessage] = list(start.unanswered)
        self._recording: list[InboundMessage] = []
        self._quiet_until = start.quiet_until
        self._release: Release | None = None

    @workflow.signal(name=contracts.MESSAGE_RECEIVED, description="The customer wrote; it is recorded, not answered")
    def message_received(self, message: InboundMessage) -> None:
        """Queue the message; `run` acts."""
        self._inbox.append(message)

    @workflow.signal(name=contracts.ANSWERED_BY_PHONE, description="Somebody answered on the shop's own phone")
    def answered_by_phone(self, seen: ShopMessageSeen) -> None:
        """Queue it; `run` acts."""
        self._phone.append(seen)

    @workflow.signal(name=contracts.INSTANCE_CONNECTED, description="The shop's number is online again")
    def instance_connected(self) -> None:
        """Nothing is held here."""

    @workflow.signal(name=contracts.RELEASE, description='Give the conversation back to the AI: {"by": "who"}')
    def release(self, order: Release) -> None:
        """Note it; `run` acts."""
        self._release = order

    @workflow.query(name="waiting_for", description="Why a person has the conversation, and until when")
    def waiting_for(self) -> str:
        """One line in Portuguese, without personal data."""
        until = (
            f", a IA volta em {self._quiet_until:%d/%m %H:%M} UTC"
            if self._quiet_until
            else ", até alguém devolver à IA"
        )
        return f"{self._start.reason.portuguese}{until}; {len(self._unanswered)} mensagem(ns) sem resposta"

    @workflow.run
    async def run(self, start: HandoffStart) -> None:
        """Record until it is given back."""
        workflow.upsert_search_attributes(
            [
                AUZAP_STATE.value_set("waiting_human"),
                AUZAP_ORGANIZATION.value_set(str(start.conversation.organization_id)),
            ]
        )
        try:
            while True:
                workflow.set_current_details(self.waiting_for())
                await self._record()
                if self._release is not None and not self._has_news():
                    await self._give_back(self._release.by)
                    if not self._has_news():
                        return
                    if not self._phone:
                        continue
                    # Somebody typed on the phone meanwhile: a person has it again, until the phone is quiet.
                    self._release = None
                    self._start = self._start.model_copy(update={"reason": HandoffReason.ANSWERED_ON_PHONE})
                    workflow.upsert_search_attributes([AUZAP_STATE.value_set("waiting_human")])
                if workflow.info().is_continue_as_new_suggested() and not self._has_news():
                    await self._start_afresh()
                if await self._nothing_until_quiet():
                    self._release = Release(by="silêncio no celular da loja")
        except Exception as error:
            await self._bury(error)
            raise ApplicationError("kept as a dead letter", type="DeadLetter", non_retryable=True) from error

    def _has_news(self) -> bool:
        return bool(self._inbox or self._phone)

    async def _nothing_until_quiet(self) -> bool:
        """Wait for something to do; True when the quiet time ended instead."""
        quiet = max(self._quiet_until - workflow.now(), timedelta()) if self._quiet_until else None
        try:
            await workflow.wait_condition(
                lambda: self._has_news() or self._release is not None,
                timeout=quiet,
                timeout_summary="a IA volta se o celular da loja ficar quieto",
            )
        except TimeoutError:
            return True
        return False

    async def _record(self) -> None:
        """Store what arrived, in order: what the customer wrote waits, what the shop typed answers it."""
        conversation = self._start.conversation
        while self._has_news():
            if self._inbox:
                self._recording, self._inbox = sorted(self._inbox, key=lambda message: message.sent_at), []
                await workflow.execute_local_activity_method(
                    HandingOver.record_while_waiting,
                    Waiting(
                        organization_id=conversation.organization_id,
                        instance_id=conversation.instance_id,
                        conversation_key=conversation.conversation_key,
                        messages=tuple(self._recording),
                    ),
                    **policies.DATABASE_STEP,
                )
                known = {message.provider_message_id for message in self._unanswered}
                # Stored by now: the text is in the database, and a run's argument may not grow without bounds.
                self._unanswered += [
                    m.model_copy(update={"text": remembered(m.text)})
                    for m in self._recording
                    if m.provider_message_id not in known
                ]
                self._unanswered, self._recording = self._unanswered[-policies.REMEMBERED :], []
            if self._phone:
                seen = self._phone.pop(0)
                takeover = await workflow.execute_local_activity_method(
                    HandingOver.record_phone_message,
                    TypedOnPhone(
                        organization_id=conversation.organization_id,
                        instance_id=conversation.instance_id,
                        conversation_key=conversation.conversation_key,
                        seen=seen,
                    ),
                    **policies.DATABASE_STEP,
                )
                if takeover.takes_over:
                    self._unanswered = [m for m in self._unanswered if m.sent_at > seen.sent_at]
                if self._start.reason is HandoffReason.ANSWERED_ON_PHONE:
                    self._quiet_until = workflow.now() + timedelta(minutes=takeover.quiet_minutes)

    async def _give_back(self, by: str) -> None:
        """The AI has the conversation again, and answers what nobody did."""
        await workflow.execute_local_activity_method(
            HandingOver.resume_ai,
            Resume(
                organization_id=self._start.conversation.organization_id,
                conversation_id=self._start.conversation_id,
                by=by,
                at=workflow.now(),
            ),
            **policies.DATABASE_STEP,
        )
        workflow.upsert_search_attributes([AUZAP_STATE.value_set("active")])
        if self._has_news():
            return  # it has to be stored first: a run's argument may not grow without bounds
        if self._unanswered:
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(
                args=[self._start.conversation.model_copy(update={"pending": tuple(self._unanswered)})],
                workflow=contracts.MESSAGE_WORKFLOW,
            )

    async def _start_afresh(self) -> None:
        """The history is long: go on in a new run, with everything that is known."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(
            self._start.model_copy(
                update={
                    "conversation": self._start.conversation.model_copy(update={"pending": tuple(self._inbox)}),
                    "unanswered": tuple(self._unanswered),
                    "phone_messages": tuple(self._phone),
                    "quiet_until": self._quiet_until,
                }
            )
        )

    async def _bury(self, error: Exception) -> None:
        """Keep everything that is not answered. What arrives while it is written is kept too."""
        conversation = self._start.conversation
        while True:
            messages = (*self._unanswered, *self._recording, *self._inbox)
            await workflow.execute_local_activity_method(
                Burying.bury,
                Bury(
                    organization_id=conversation.organization_id,
                    instance_id=conversation.instance_id,
                    messages=messages,
                    error=f"{type(error).__name__}: {error}",
                ),
                **policies.DATABASE_STEP,
            )
            if len(messages) == len(self._unanswered) + len(self._recording) + len(self._inbox):
                return

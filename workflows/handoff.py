"""HandoffWorkflow: a person has the conversation, for hours or days; the AI is silent.

    waiting ──claim, reply──▶ claimed ──release, idle──▶ the AI goes on with what nobody answered
                                 └──────resolve────────▶ the matter is settled

It records what the customer writes, keeps the deadlines of whoever waits for a word, and ends when a person gives the
conversation back or settles it, when nobody writes any more, or, where somebody simply answered on the shop's phone,
when that phone has been quiet for the shop's quiet time. What nobody answered goes on as MessageWorkflow
(continue-as-new, same id).
"""

import asyncio
from datetime import UTC, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    import workflows.contracts as contracts
    import workflows.policies as policies
    from activities.handing_over import HandingOver, Resume
    from activities.serving import Serving, WriteReply
    from domain.conversation import HandoffReason
    from domain.events import InboundMessage, ShopMessageSeen
    from domain.handoffs import Deadline, DueKind, HandoffState
    from domain.ids import OperatorId
    from workflows.arrivals import Arrivals
    from workflows.burial import bury
    from workflows.contracts import Assign, Claim, HandoffStart, PersonNote, PersonReply, Release, Resolve, Standing
    from workflows.search_attributes import AUZAP_ASSIGNEE, AUZAP_DUE_AT, AUZAP_ORGANIZATION, AUZAP_STATE
    from workflows.standing import StandingKeeper
    from workflows.verdicts import already_claimed, being_given_back


@workflow.defn(name=contracts.HANDOFF_WORKFLOW)
class HandoffWorkflow:
    """Keeps a conversation for a person until it is given back or settled."""

    @workflow.init
    def __init__(self, start: HandoffStart) -> None:
        self._start = start
        self._arrivals = Arrivals(start)
        self._standing = StandingKeeper(start)
        self._ending: Release | None = None
        self._changed = False
        self._replying = asyncio.Lock()
        self._keeps_deadlines = True
        """False in a run that began before there were any."""

    @workflow.signal(name=contracts.MESSAGE_RECEIVED, description="The customer wrote; it is recorded, not answered")
    def message_received(self, message: InboundMessage) -> None:
        """Queue the message; `run` acts."""
        self._arrivals.wrote(message, self._ending)

    @workflow.signal(name=contracts.ANSWERED_BY_PHONE, description="Somebody answered on the shop's own phone")
    def answered_by_phone(self, seen: ShopMessageSeen) -> None:
        """Queue it; `run` acts."""
        self._arrivals.typed(seen, self._ending if self._keeps_deadlines else None)

    @workflow.signal(name=contracts.INSTANCE_CONNECTED, description="The shop's number is online again")
    def instance_connected(self) -> None:
        """Nothing is held here."""

    @workflow.signal(name=contracts.RELEASE, description='Give the conversation back to the AI: {"by": "who"}')
    def release(self, order: Release) -> None:
        """Note it; `run` acts."""
        self._ending = order

    @workflow.signal(name=contracts.RESOLVE, description='The matter is settled: {"by": "who"}')
    def resolve(self, order: Resolve) -> None:
        """Note it; `run` acts."""
        self._ending = order

    @workflow.signal(name=contracts.NOTE, description="A note for the shop's people")
    def note(self, note: PersonNote) -> None:
        """Queue it; `run` acts."""
        self._arrivals.notes.append(note)

    @workflow.update(name=contracts.CLAIM, description="An operator takes the conversation")
    async def claim(self, order: Claim) -> None:
        """The operator has it, and everybody can see it, when this returns."""
        await self._begin()
        await self._take(order)

    @claim.validator
    def _may_claim(self, order: Claim) -> None:
        self._refuse_others(order.operator_id)

    @workflow.update(name=contracts.ASSIGN, description="The conversation goes to an operator, whoever has it")
    async def assign(self, order: Assign) -> None:
        """The other operator has it when this returns."""
        await self._begin()
        self._may_assign(order)  # it may have ended while this one waited
        self._standing.taken_by(order.operator_id)
        self._changed = True
        await self._standing.show(by=order.by, deed_id=order.deed_id)

    @assign.validator
    def _may_assign(self, order: Assign) -> None:
        if self._ending is not None:
            raise being_given_back()

    @workflow.update(name=contracts.REPLY, description="An operator's words to the customer")
    async def reply(self, order: PersonReply) -> None:
        """The words are on their way, for certain, when this returns; whoever replies to one who waits has the
        conversation."""
        async with self._replying:  # what was said first arrives first
            known = await self._begin()
            self._refuse_others(order.operator_id)
            if known.operator_id is None:
                self._standing.taken_by(order.operator_id)
                self._changed = True
            answered = tuple(message.provider_message_id for message in self._arrivals.unanswered)
            await workflow.execute_local_activity_method(
                Serving.write_reply,
                WriteReply(
                    organization_id=self._start.conversation.organization_id,
                    handoff_id=known.handoff_id,
                    operator_id=order.operator_id,
                    text=order.text,
                    deed_id=order.deed_id,
                    now=workflow.now(),
                    answers=answered,
                ),
                **policies.DATABASE_STEP,
            )
            self._arrivals.are_answered(answered)
            self._standing.answered()
            if self._arrivals.unanswered:  # written while the reply was
                await self._standing.customer_wrote()
            self._changed = True

    @reply.validator
    def _may_reply(self, order: PersonReply) -> None:
        self._refuse_others(order.operator_id)

    @workflow.query(name="waiting_for", description="Why a person has the conversation, and until when")
    def waiting_for(self) -> str:
        """One line in Portuguese, without personal data."""
        due = self._standing.due()
        until = ", até alguém devolver à IA"
        if due is not None:
            ahead = "a IA volta" if due.kind is DueKind.QUIET else due.kind.portuguese
            until = f", {ahead} em {due.at.astimezone(UTC):%d/%m %H:%M} UTC"
        known = self._standing.known
        state = f" ({known.state.portuguese})" if known else ""
        return (
            f"{self._start.reason.portuguese}{state}{until}; {len(self._arrivals.unanswered)} mensagem(ns) sem resposta"
        )

    @workflow.query(name="standing", description="State, who has it, since when somebody waits, and the deadlines")
    def standing(self) -> Standing | None:
        """None before the hand-over has begun."""
        return self._standing.known

    @workflow.run
    async def run(self, start: HandoffStart) -> None:
        """Record and keep deadlines until it is given back."""
        workflow.upsert_search_attributes(
            [
                AUZAP_STATE.value_set(HandoffState.WAITING),
                AUZAP_ORGANIZATION.value_set(str(start.conversation.organization_id)),
            ]
        )
        try:
            self._keeps_deadlines = workflow.patched("deadlines")
            if self._keeps_deadlines and not await self._standing.begin():
                self._ending = self._ending or Release(by="já devolvida")
            elif start.claim is not None and self._standing.is_free:
                await self._take(start.claim)
            while True:
                self._changed = False
                await self._record()
                if self._ending is not None and not self._arrivals.are_there():
                    if await self._is_over(self._ending):
                        return
                    continue
                await self._standing.show()
                workflow.set_current_details(self.waiting_for())
                if workflow.info().is_continue_as_new_suggested():
                    await self._start_afresh()
                due = await self._wait()
                if due is not None:
                    await self._time_has_come(due)
        except Exception as error:
            raise await bury(start.conversation, self._arrivals.not_answered, error) from error

    def _refuse_others(self, operator_id: OperatorId) -> None:
        """Raises what tells an operator that it is not theirs."""
        if self._ending is not None:
            raise being_given_back()
        known = self._standing.known
        if known is not None and known.operator_id not in (None, operator_id):
            raise already_claimed(known.operator_id)

    async def _begin(self) -> Standing:
        """What is known of the hand-over; raises where it is over before it began."""
        if not await self._standing.begin() or self._standing.known is None:
            raise being_given_back()
        return self._standing.known

    async def _take(self, order: Claim) -> None:
        self._refuse_others(order.operator_id)  # whoever came first while this one waited
        self._standing.taken_by(order.operator_id)
        self._changed = True
        await self._standing.show(by=order.operator_id, deed_id=order.deed_id)

    async def _wait(self) -> Deadline | None:
        """Wait for something to do; the deadline that came first, if one did."""
        due = self._standing.due()
        try:
            await workflow.wait_condition(
                lambda: self._arrivals.are_there() or self._ending is not None or self._changed,
                timeout=max(due.at - workflow.now(), timedelta()) if due else None,
                timeout_summary=due.kind.portuguese if due else None,
            )
        except TimeoutError:
            return due
        return None

    async def _time_has_come(self, due: Deadline) -> None:
        if due.kind in (DueKind.QUIET, DueKind.IDLE):
            await workflow.wait_condition(workflow.all_handlers_finished)  # of a word that was under way
            if self._ending is not None or self._standing.due() != due or self._arrivals.are_there():
                return
            on_phone = due.kind is DueKind.QUIET
            self._ending = Release(by="silêncio no celular da loja" if on_phone else "ninguém escreveu mais")
        if due.kind is not DueKind.QUIET:
            await self._standing.carry_out(due)

    async def _record(self) -> None:
        is_on_phone = self._start.reason is HandoffReason.ANSWERED_ON_PHONE or self._standing.quiet_until is not None
        await self._arrivals.record(self._standing, is_on_phone=is_on_phone)
        # Nothing new, unless the hand-over before it just ended, and then perhaps no other began.
        if self._keeps_deadlines and self._ending is None and not await self._standing.begin():
            self._ending = Release(by="já devolvida")

    async def _is_over(self, ending: Release) -> bool:
        """The AI has the conversation again and answers what nobody did, unless it is settled; False: news came."""
        resolved = isinstance(ending, Resolve)
        await workflow.execute_local_activity_method(
            HandingOver.resume_ai,
            Resume(
                organization_id=self._start.conversation.organization_id,
                conversation_id=self._start.conversation_id,
                by=ending.by,
                at=workflow.now(),
                resolved=resolved,
                operator_id=ending.operator_id,
                deed_id=ending.deed_id,
            ),
            **policies.DATABASE_STEP,
        )
        if resolved:
            self._arrivals.unanswered, self._ending = [], Release(by=ending.by)  # what comes now is the AI's
        workflow.upsert_search_attributes(
            [AUZAP_STATE.value_set("active"), AUZAP_ASSIGNEE.value_unset(), AUZAP_DUE_AT.value_unset()]
        )
        await workflow.wait_condition(workflow.all_handlers_finished)
        self._arrivals.has_ended()
        if self._arrivals.phone:  # typed meanwhile: a person has it again, until the phone is quiet
            self._ending = None
            self._start = self._start.model_copy(update={"reason": HandoffReason.ANSWERED_ON_PHONE, "claim": None})
            self._standing = StandingKeeper(self._start.model_copy(update={"standing": None}))
            workflow.upsert_search_attributes([AUZAP_STATE.value_set(HandoffState.CLAIMED)])
        if self._arrivals.are_there():
            return False  # it has to be stored first: a run's argument may not grow without bounds
        if self._arrivals.unanswered:
            workflow.continue_as_new(
                args=[self._start.conversation.model_copy(update={"pending": tuple(self._arrivals.unanswered)})],
                workflow=contracts.MESSAGE_WORKFLOW,
            )
        return True

    async def _start_afresh(self) -> None:
        """The history is long: go on in a new run with everything that is known, unless something is to be done."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self._ending is not None or self._arrivals.are_there():
            return
        carried = {
            "conversation": self._start.conversation.model_copy(update={"pending": ()}),
            "unanswered": tuple(self._arrivals.unanswered),
            "phone_messages": (),
            "quiet_until": self._standing.quiet_until,
            "standing": self._standing.known,
            "claim": None,
        }
        workflow.continue_as_new(self._start.model_copy(update=carried))

"""MessageWorkflow: somebody wrote; settle the burst, answer, end.

    settle ─▶ open the turn ─▶ model ⇄ tools ─▶ reply ─▶ end
                 │ a person has it                │ the model failed, or asked for a person
                 └──────────────▶ HandoffWorkflow ◀┘        (continue-as-new, same id)

A message that arrives before the reply is sent joins the turn. Whatever goes wrong beyond retries becomes a dead
letter, and the run shows Failed.
"""

from datetime import timedelta
from typing import NoReturn, assert_never

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    import workflows.contracts as contracts
    import workflows.policies as policies
    from activities.handing_over import HandingOver, HandOver
    from activities.opening import Opening, OpenTurn, TurnOpening
    from activities.remembering import Remember
    from activities.sending import SendReply
    from domain.conversation import AgentType, HandoffReason, Sender
    from domain.events import InboundMessage, MessageKind, ShopMessageSeen
    from domain.handoff_words import with_note
    from domain.ids import ConversationId, TurnId
    from domain.replies import OPTED_IN, OPTED_OUT, media_answer, with_lateness
    from domain.turns import Decision
    from workflows.burial import bury
    from workflows.contracts import Claim, ConversationStart, HandoffStart, Release, Skip
    from workflows.delivery import Delivery, drop
    from workflows.ids import turn_id
    from workflows.recording import record_from_phone
    from workflows.remembering import remember
    from workflows.settling import settle
    from workflows.takeover import go_on_as_handoff, shortened
    from workflows.thinking import Reply, Thought
    from workflows.verdicts import already_claimed


@workflow.defn(name=contracts.MESSAGE_WORKFLOW)
class MessageWorkflow:
    """Answers what is pending in one conversation, turn by turn, and ends when nothing is."""

    @workflow.init
    def __init__(self, start: ConversationStart) -> None:
        self._start = start
        self._inbox: list[InboundMessage] = list(start.pending)
        self._phone: list[ShopMessageSeen] = []
        self._turns = start.turns
        self._turn_messages: list[InboundMessage] = []
        self._opening: TurnOpening | None = None
        self._claim: Claim | None = None
        self._skip = self._has_called_person = False
        """Whether the turn's model did, so that a person has the conversation whatever becomes of the turn."""
        self._delivery = Delivery()

    @workflow.signal(name=contracts.MESSAGE_RECEIVED, description="A customer or an owner wrote")
    def message_received(self, message: InboundMessage) -> None:
        """Queue the message, unless it is a redelivery of one that is being answered; `run` acts."""
        known = (*self._turn_messages, *self._inbox)
        if all(message.provider_message_id != other.provider_message_id for other in known):
            self._inbox.append(message)

    @workflow.signal(name=contracts.ANSWERED_BY_PHONE, description="Somebody answered on the shop's own phone")
    def answered_by_phone(self, seen: ShopMessageSeen) -> None:
        """Queue it; the turn in flight is stopped for it."""
        self._phone.append(seen)

    @workflow.signal(name=contracts.INSTANCE_CONNECTED, description="The shop's number is online again")
    def instance_connected(self) -> None:
        """Wake a held reply."""
        self._delivery.number_is_back()

    @workflow.signal(name=contracts.RELEASE, description="Give the conversation back to the AI (it has it already)")
    def release(self, order: Release) -> None:
        """Nothing to do: the AI has the conversation."""

    @workflow.signal(name=contracts.SKIP, description="Drop the turn in flight: nothing of it is sent")
    def skip(self, order: Skip) -> None:
        """Note it; the turn in flight is dropped for it."""
        self._skip = True

    @workflow.update(name=contracts.CLAIM, description="An operator takes the conversation; the turn is stopped")
    def claim(self, order: Claim) -> None:
        """Note it; HandoffWorkflow goes on from there."""
        self._claim = order

    @claim.validator
    def _may_claim(self, order: Claim) -> None:
        if self._claim is not None and self._claim.operator_id != order.operator_id:
            raise already_claimed(self._claim.operator_id)

    @workflow.run
    async def run(self, start: ConversationStart) -> None:
        """Serve until nothing is pending."""
        try:
            while self._inbox or self._phone or self._claim:
                if self._phone:
                    await self._yield_to_phone()
                elif self._claim:
                    await self._continue_with_person(self._claim.conversation_id, HandoffReason.TAKEN_BY_OPERATOR)
                else:
                    await settle(
                        timedelta(seconds=self._start.settle_seconds),
                        arrived=lambda: len(self._inbox),
                        interrupted=self._is_taken_over,
                    )
                    if not self._is_taken_over():
                        await self._turn()
        except Exception as error:
            raise await bury(start, lambda: (*self._turn_messages, *self._inbox), error) from error

    def _is_taken_over(self) -> bool:
        """Whether a person has come in: on the shop's phone, or in the console."""
        return bool(self._phone or self._claim)

    async def _turn(self) -> None:
        """One turn: from the messages in the inbox to the reply that answers them all."""
        self._turn_messages = []
        self._skip = self._has_called_person = False
        self._turns += 1
        this_turn = turn_id(workflow.info().first_execution_run_id, self._turns)
        reply = await self._reply_to(this_turn, await self._open())
        if reply is None:
            if self._skip and self._opening is not None and not self._is_taken_over():
                await drop(self._start.organization_id, this_turn, self._opening)
                self._turn_messages = []
                if self._has_called_person:
                    await self._continue_with_person(self._opening.conversation_id, HandoffReason.ASKED_BY_MODEL)
            elif not self._is_taken_over():
                self._turn_messages = []
            return
        opening = reply.opening
        if reply.hand_over_first is not None:
            note = await self._hand_over(opening, reply.hand_over_first, reply.detail)
            reply = reply.model_copy(update={"text": with_note(reply.text, note)})
        if await self._send(this_turn, opening, reply):
            self._turn_messages = []
        if opening.to_remember:
            order = Remember(organization_id=self._start.organization_id, conversation_id=opening.conversation_id)
            await remember(order, interrupted=lambda: bool(self._inbox) or self._is_taken_over())
        if reply.handed_over is not None and opening.agent is AgentType.CLIENT_AI:
            await self._continue_with_person(opening.conversation_id, reply.handed_over)

    async def _reply_to(self, this_turn: TurnId, opening: TurnOpening) -> Reply | None:
        """The reply that this opening calls for; None when there is nothing to say, or a person took over meanwhile."""
        while True:
            match opening.decision:
                case Decision.NOTHING | Decision.SILENT:
                    return None
                case Decision.JOIN_HANDOFF:
                    await self._continue_with_person(opening.conversation_id, HandoffReason.ALREADY_WAITING)
                case Decision.SUSPECT_LOOP:
                    await self._hand_over(opening, HandoffReason.LOOP_SUSPECTED, "respostas demais em pouco tempo")
                    await self._continue_with_person(opening.conversation_id, HandoffReason.LOOP_SUSPECTED)
                case Decision.ANSWER_MEDIA:
                    text = media_answer(opening.media or MessageKind.UNSUPPORTED)
                    return Reply(text=text, sender=Sender.SYSTEM, opening=opening)
                case Decision.OPT_OUT | Decision.OPT_IN:
                    text = OPTED_OUT if opening.decision is Decision.OPT_OUT else OPTED_IN
                    return Reply(text=text, sender=Sender.SYSTEM, opening=opening)
                case Decision.THINK:
                    workflow.set_current_details("Pensando na resposta")
                    thought = Thought(
                        this_turn,
                        self._start.organization_id,
                        opening,
                        news=lambda: bool(self._inbox),
                        interrupted=lambda: self._skip or self._is_taken_over(),
                        absorb=self._open,
                    )
                    found = await thought.reply()
                    self._has_called_person = thought.has_called_person
                    if not isinstance(found, TurnOpening):
                        return found
                    opening = found
                case _:
                    assert_never(opening.decision)

    async def _open(self) -> TurnOpening:
        """Take the inbox into the present turn, in the channel's order, and ask the database what to do."""
        self._turn_messages.extend(sorted(self._inbox, key=lambda message: message.sent_at))
        self._inbox.clear()
        workflow.set_current_details(f"Abrindo a vez: {len(self._turn_messages)} mensagem(ns)")
        self._opening = await workflow.execute_local_activity_method(
            Opening.open_turn,
            OpenTurn(
                organization_id=self._start.organization_id,
                instance_id=self._start.instance_id,
                conversation_key=self._start.conversation_key,
                messages=tuple(self._turn_messages),
                now=workflow.now(),
            ),
            **policies.DATABASE_STEP,
        )
        return self._opening

    async def _send(self, this_turn: TurnId, opening: TurnOpening, reply: Reply) -> bool:
        """Whether the turn's messages are done with: not where an operator, who has said nothing yet, came first."""
        order = SendReply(
            organization_id=self._start.organization_id,
            instance_id=self._start.instance_id,
            conversation_id=opening.conversation_id,
            turn_id=this_turn,
            to=opening.reply_to,
            text=with_lateness(reply.text) if opening.late else reply.text,
            sender=reply.sender,
            agent=opening.agent,
            answers=opening.message_ids,
            contact_id=opening.contact_id,
            pictures=reply.charts,
        )
        return await self._delivery.deliver(
            order,
            within=timedelta(hours=opening.outbound_limit_hours),
            taken_over=lambda: self._is_taken_over() and opening.agent is AgentType.CLIENT_AI,
            answered=lambda: bool(self._phone),
            skipped=lambda: self._skip,
        )

    async def _hand_over(self, opening: TurnOpening, reason: HandoffReason, detail: str) -> str | None:
        """A person is to have it from now on; when somebody will be there, in words, while the shop is closed."""
        return await workflow.execute_local_activity_method(
            HandingOver.hand_over,
            HandOver(
                organization_id=self._start.organization_id,
                conversation_id=opening.conversation_id,
                reason=reason,
                detail=detail,
                fingerprint=f"{workflow.info().first_execution_run_id}/{self._turns}",
                now=workflow.now(),
            ),
            **policies.DATABASE_STEP,
        )

    async def _yield_to_phone(self) -> None:
        """Somebody wrote on the shop's phone: to a customer, then the AI is silent; or to an owner, then it is not."""
        seen, self._phone = self._phone[0], self._phone[1:]
        before = tuple(sorted((m for m in self._inbox if m.sent_at <= seen.sent_at), key=lambda m: m.sent_at))
        takeover = await record_from_phone(self._start, seen, before)
        if not takeover.takes_over:
            self._inbox[:0] = self._turn_messages  # what it interrupted is still to be answered
            self._turn_messages = []
            return
        # What was written before it is answered by it; what the customer wrote afterwards still waits.
        self._inbox = [m for m in self._inbox if m not in before]
        await self._continue_as_handoff(
            HandoffStart(
                conversation=self._start,
                conversation_id=takeover.conversation_id,
                unanswered=shortened(m for m in self._turn_messages if m.sent_at > seen.sent_at),
                reason=HandoffReason.ANSWERED_ON_PHONE,
                since=workflow.now(),
                quiet_until=workflow.now() + timedelta(minutes=takeover.quiet_minutes),
            )
        )

    async def _continue_with_person(self, conversation_id: ConversationId, reason: HandoffReason) -> NoReturn:
        """A person is to have it, or an operator took it: what is not answered waits for them."""
        await self._continue_as_handoff(
            HandoffStart(
                conversation=self._start,
                conversation_id=conversation_id,
                reason=reason,
                since=workflow.now(),
                unanswered=shortened(self._turn_messages),
            )
        )

    async def _continue_as_handoff(self, handoff: HandoffStart) -> NoReturn:
        conversation = self._start.model_copy(update={"turns": self._turns, "pending": ()})
        await go_on_as_handoff(
            handoff.model_copy(update={"conversation": conversation}),
            inbox=self._inbox,
            phone=self._phone,
            claim=lambda: self._claim,
            stored=self._turn_messages.extend,  # a dead letter has to hold them
        )

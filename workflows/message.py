"""MessageWorkflow: somebody wrote; settle the burst, answer, end.

    settle ─▶ open the turn ─▶ model ⇄ tools ─▶ reply ─▶ end
                 │ a person has it                │ the model failed, or asked for a person
                 └──────────────▶ HandoffWorkflow ◀┘        (continue-as-new, same id)

A message that arrives before the reply is sent joins the turn. Whatever goes wrong beyond retries becomes a dead
letter, and the run shows Failed.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import NoReturn, assert_never

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.burying import Bury, Burying
    from activities.handing_over import HandingOver, HandOver, TypedOnPhone, Waiting
    from activities.opening import Opening, OpenTurn, TurnOpening
    from activities.remembering import Remember
    from activities.sending import SendReply
    from domain.conversation import AgentType, HandoffReason, Sender
    from domain.events import InboundMessage, MessageKind, ShopMessageSeen
    from domain.ids import TurnId
    from domain.replies import OPTED_IN, OPTED_OUT, media_answer, with_lateness
    from domain.texts import remembered
    from domain.turns import Decision
    from workflows import contracts, policies
    from workflows.contracts import ConversationStart, HandoffStart, Release
    from workflows.delivery import Delivery
    from workflows.ids import turn_id
    from workflows.remembering import remember
    from workflows.settling import settle
    from workflows.thinking import Reply, Thought


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

    @workflow.run
    async def run(self, start: ConversationStart) -> None:
        """Serve until nothing is pending."""
        try:
            while self._inbox or self._phone:
                if self._phone:
                    await self._yield_to_phone()
                else:
                    await settle(
                        timedelta(seconds=self._start.settle_seconds),
                        arrived=lambda: len(self._inbox),
                        interrupted=lambda: bool(self._phone),
                    )
                    if not self._phone:
                        await self._turn()
        except Exception as error:
            await self._bury(error)
            raise ApplicationError(
                "the messages are kept as a dead letter", type="DeadLetter", non_retryable=True
            ) from error

    async def _turn(self) -> None:
        """One turn: from the messages in the inbox to the reply that answers them all."""
        self._turn_messages = []
        self._turns += 1
        this_turn = turn_id(workflow.info().first_execution_run_id, self._turns)
        reply = await self._reply_to(this_turn, await self._open())
        if reply is None:
            if not self._phone:
                self._turn_messages = []
            return
        opening = reply.opening
        if reply.hand_over_first is not None:
            await self._hand_over(opening, reply.hand_over_first, reply.detail)
        await self._send(this_turn, opening, reply)
        self._turn_messages = []
        if opening.to_remember:
            order = Remember(organization_id=self._start.organization_id, conversation_id=opening.conversation_id)
            await remember(order, interrupted=lambda: bool(self._inbox or self._phone))
        if reply.handed_over is not None and opening.agent is AgentType.CLIENT_AI:
            await self._continue_with_person(opening, reply.handed_over)

    async def _reply_to(self, this_turn: TurnId, opening: TurnOpening) -> Reply | None:
        """The reply that this opening calls for; None when there is nothing to say, or a person took over meanwhile."""
        while True:
            match opening.decision:
                case Decision.NOTHING | Decision.SILENT:
                    return None
                case Decision.JOIN_HANDOFF:
                    await self._continue_with_person(opening, HandoffReason.ALREADY_WAITING)
                case Decision.SUSPECT_LOOP:
                    await self._hand_over(opening, HandoffReason.LOOP_SUSPECTED, "respostas demais em pouco tempo")
                    await self._continue_with_person(opening, HandoffReason.LOOP_SUSPECTED)
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
                        interrupted=lambda: bool(self._phone),
                        absorb=self._open,
                    )
                    found = await thought.reply()
                    if not isinstance(found, TurnOpening):
                        return found
                    opening = found
                case _:
                    assert_never(opening.decision)

    async def _open(self) -> TurnOpening:
        """Take the inbox into the present turn, in the channel's order, and ask the database what to do."""
        batch = sorted(self._inbox, key=lambda message: message.sent_at)
        self._inbox.clear()
        self._turn_messages.extend(batch)
        workflow.set_current_details(f"Abrindo a vez: {len(self._turn_messages)} mensagem(ns)")
        return await workflow.execute_local_activity_method(
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

    async def _send(self, this_turn: TurnId, opening: TurnOpening, reply: Reply) -> None:
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
        await self._delivery.deliver(
            order,
            within=timedelta(hours=opening.outbound_limit_hours),
            taken_over=lambda: bool(self._phone) and opening.agent is AgentType.CLIENT_AI,
        )

    async def _hand_over(self, opening: TurnOpening, reason: HandoffReason, detail: str) -> None:
        await workflow.execute_local_activity_method(
            HandingOver.hand_over,
            HandOver(
                organization_id=self._start.organization_id,
                conversation_id=opening.conversation_id,
                reason=reason,
                detail=detail,
                fingerprint=f"{workflow.info().first_execution_run_id}/{self._turns}",
            ),
            **policies.DATABASE_STEP,
        )

    async def _yield_to_phone(self) -> None:
        """Somebody wrote on the shop's phone: to a customer, then the AI is silent; or to an owner, then it is not."""
        seen, self._phone = self._phone[0], self._phone[1:]
        before = tuple(sorted((m for m in self._inbox if m.sent_at <= seen.sent_at), key=lambda m: m.sent_at))
        takeover = await workflow.execute_local_activity_method(
            HandingOver.record_phone_message,
            TypedOnPhone(
                organization_id=self._start.organization_id,
                instance_id=self._start.instance_id,
                conversation_key=self._start.conversation_key,
                seen=seen,
                before=before,
            ),
            **policies.DATABASE_STEP,
        )
        if not takeover.takes_over:
            self._inbox[:0] = self._turn_messages  # what it interrupted is still to be answered
            self._turn_messages = []
            return
        # What was written before it is answered by it; what the customer wrote afterwards still waits.
        self._inbox = [m for m in self._inbox if m not in before]
        await self._continue_as_handoff(
            HandoffStart(
                conversation=self._start_over(),
                conversation_id=takeover.conversation_id,
                unanswered=_shortened(m for m in self._turn_messages if m.sent_at > seen.sent_at),
                reason=HandoffReason.ANSWERED_ON_PHONE,
                since=workflow.now(),
                quiet_until=workflow.now() + timedelta(minutes=takeover.quiet_minutes),
            )
        )

    async def _continue_with_person(self, opening: TurnOpening, reason: HandoffReason) -> NoReturn:
        await self._continue_as_handoff(
            HandoffStart(
                conversation=self._start_over(),
                conversation_id=opening.conversation_id,
                reason=reason,
                since=workflow.now(),
                unanswered=_shortened(self._turn_messages),
            )
        )

    def _start_over(self) -> ConversationStart:
        return self._start.model_copy(update={"turns": self._turns, "pending": ()})

    async def _continue_as_handoff(self, handoff: HandoffStart) -> NoReturn:
        """Go on as HandoffWorkflow under the same id with what arrived meanwhile; where that is much, stored first."""
        while sum(len(message.text) + 500 for message in self._inbox) > policies.CARRIED_CHARACTERS:
            batch = sorted(self._inbox, key=lambda message: message.sent_at)
            self._inbox.clear()
            self._turn_messages.extend(batch)  # a dead letter has to hold them
            await workflow.execute_local_activity_method(
                HandingOver.record_while_waiting,
                Waiting(
                    organization_id=self._start.organization_id,
                    instance_id=self._start.instance_id,
                    conversation_key=self._start.conversation_key,
                    messages=tuple(batch),
                ),
                **policies.DATABASE_STEP,
            )
            handoff = handoff.model_copy(
                update={"unanswered": (*handoff.unanswered, *_shortened(batch))[-policies.REMEMBERED :]}
            )
        await workflow.wait_condition(workflow.all_handlers_finished)
        carried = {
            "conversation": handoff.conversation.model_copy(update={"pending": tuple(self._inbox)}),
            "phone_messages": tuple(self._phone),
        }
        workflow.continue_as_new(args=[handoff.model_copy(update=carried)], workflow=contracts.HANDOFF_WORKFLOW)

    async def _bury(self, error: Exception) -> None:
        """Keep everything that is not answered. What arrives while it is written is kept too."""
        cause = error.cause if isinstance(error, ActivityError) and error.cause else error
        kind = cause.type if isinstance(cause, ApplicationError) and cause.type else type(cause).__name__
        while True:
            messages = (*self._turn_messages, *self._inbox)
            await workflow.execute_local_activity_method(
                Burying.bury,
                Bury(
                    organization_id=self._start.organization_id,
                    instance_id=self._start.instance_id,
                    messages=messages,
                    error=f"{kind}: {cause}",
                ),
                **policies.DATABASE_STEP,
            )
            if len(messages) == len(self._turn_messages) + len(self._inbox):
                return


def _shortened(messages: Iterable[InboundMessage]) -> tuple[InboundMessage, ...]:
    """Stored messages as a run's argument carries them."""
    return tuple(message.model_copy(update={"text": remembered(message.text)}) for message in messages)

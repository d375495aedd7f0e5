"""The thinking of a turn: model and tools take rounds until there is a reply that may be sent."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import date, datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.exceptions import TimeoutError as TemporalTimeoutError

with workflow.unsafe.imports_passed_through():
    from activities.opening import TurnOpening
    from activities.thinking import AskModel, RunTool, Thinking, TurnRef
    from domain import replies
    from domain.bookings import BookingChange, BookingFacts, Proposal
    from domain.charts import Chart
    from domain.claims import unsupported_claim, with_confirmations
    from domain.conversation import AgentType, Audience, HandoffReason, Sender
    from domain.errors import ModelRefused, ModelUnavailable
    from domain.frozen import Frozen
    from domain.handoff_words import with_note
    from domain.ids import OrganizationId, TurnId
    from domain.model import ModelAnswer, ToolOutcome
    from domain.owner_orders import ProposedOrder
    from domain.reply_facts import ReplyFacts
    from domain.turns import Decision
    from workflows import policies


class Reply(Frozen):
    """What goes out, and what has to happen around it.

    `handed_over` says that a person has the conversation after it; `hand_over_first` that it must be handed over before
    the reply says so. `opening` is the newest: it names all messages the reply answers.
    """

    text: str
    sender: Sender
    opening: TurnOpening
    handed_over: HandoffReason | None = None
    hand_over_first: HandoffReason | None = None
    detail: str = ""
    charts: tuple[Chart, ...] = ()


class Thought:
    """The thinking of one turn. `news`: a message waits to join it; `interrupted`: a person took over."""

    def __init__(
        self,
        turn_id: TurnId,
        organization_id: OrganizationId,
        opening: TurnOpening,
        *,
        news: Callable[[], bool],
        interrupted: Callable[[], bool],
        absorb: Callable[[], Awaitable[TurnOpening]],
    ) -> None:
        self._turn_id = turn_id
        self._organization_id = organization_id
        self._opening = opening
        self._news = news
        self._interrupted = interrupted
        self._absorb = absorb
        self._absorbed = 0
        self._kept: list[int] = []
        self._made: list[tuple[BookingChange, BookingFacts]] = []
        self._proposed: list[Proposal] = []
        self._slots: list[datetime] = []
        self._orders: dict[str, ProposedOrder] = {}
        self._done: list[str] = []
        self._charts: list[Chart] = []
        self._figures: list[str] = []
        self._answers: list[str] = []
        self._asked_shop = False
        self._handed_over = False
        self._staffed_note: str | None = None
        self._correction: str | None = None
        self._corrections = 0

    async def reply(self) -> Reply | TurnOpening | None:
        """The reply; a new opening, when what joined changed what the turn is about; None when interrupted."""
        for round_ in range(1, policies.ROUND_LIMIT + 1):
            if self._overtaken():
                self._absorbed += 1
                self._opening = await self._absorb()
                if self._opening.decision is not Decision.THINK:
                    return self._opening
            try:
                answer = await self._ask(round_)
            except ActivityError as error:
                return None if self._interrupted() else self._failed(error)
            if self._interrupted():
                return None
            if answer is None or self._overtaken():
                continue  # the answer, if there is one, is to a question that is out of date
            if answer.tool_requests:
                await self._run_tools(round_, answer)
                self._kept.append(round_)
                continue
            said = replies.without_finding_out(answer.text) if self._asked_shop else answer.text
            claim = unsupported_claim(
                said,
                bookings=self._bookings(),
                cancelled=[booking for change, booking in self._made if change is BookingChange.CANCELLED],
                handed_over=self._handed_over,
                facts=self._facts(),
                audience=Audience.OWNER if self._opening.agent is AgentType.AURORA else Audience.CUSTOMER,
                answers=self._answers,
            )
            if claim is None:
                return self._reply(answer.text, Sender.AI)
            workflow.logger.warning("claim without support", extra={"claim": claim.kind.value, "round": round_})
            self._corrections += 1
            if self._corrections > policies.CORRECTION_LIMIT:
                return self._give_to_person(HandoffReason.UNSUPPORTED_CLAIM, "a assistente afirmou o que não houve")
            self._correction = claim.correction()
        return self._give_to_person(HandoffReason.TOO_MANY_ROUNDS, "a assistente não chegou a uma resposta")

    @property
    def has_called_person(self) -> bool:
        """Whether the conversation is a person's by now."""
        return self._handed_over

    def _overtaken(self) -> bool:
        """Whether to take newer messages in first. Not for ever, and not once a person has the conversation."""
        return self._news() and self._absorbed < policies.ABSORB_LIMIT and not self._handed_over

    async def _ask(self, round_: int) -> ModelAnswer | None:
        """The model's answer, or None when a newer message or a person came first: then the call is cancelled."""
        call = workflow.start_activity_method(
            Thinking.ask_model,
            AskModel(turn=self._turn_ref(), round=round_, kept_rounds=tuple(self._kept), correction=self._correction),
            summary=f"perguntar ao modelo (rodada {round_})",
            **policies.MODEL_CALL,
        )
        await workflow.wait_condition(lambda: call.done() or self._overtaken() or self._interrupted())
        if call.done():
            return await call
        call.cancel()
        with contextlib.suppress(ActivityError, asyncio.CancelledError):
            await call  # reported cancelled at once; nobody else would take notice of it
        return None

    async def _run_tools(self, round_: int, answer: ModelAnswer) -> None:
        """Every tool the model asked for, in its order."""
        for position, request in enumerate(answer.tool_requests):
            outcome = await workflow.execute_local_activity_method(
                Thinking.run_tool,
                RunTool(turn=self._turn_ref(), round=round_, position=position, request=request),
                **policies.DATABASE_STEP,
            )
            if outcome.booking is not None:
                self._made.append((outcome.change, outcome.booking))
            if outcome.proposal is not None:
                self._proposed = [p for p in self._proposed if not _same_matter(p, outcome.proposal)]
                self._proposed.append(outcome.proposal)
            self._slots += outcome.slots
            if outcome.handed_over is not None:
                self._handed_over = True
                self._staffed_note = outcome.staffed_note
            self._take_note_for_owner(outcome)

    def _take_note_for_owner(self, outcome: ToolOutcome) -> None:
        self._answers.append(outcome.content)
        if outcome.order is not None:
            self._orders[outcome.order.code] = outcome.order
        elif outcome.done is not None:
            self._done.append(outcome.done)
        elif outcome.ok:
            self._figures.append(outcome.content)
        if outcome.chart is not None and outcome.chart not in self._charts:
            self._charts.append(outcome.chart)
        self._asked_shop = self._asked_shop or outcome.asked_shop

    def _turn_ref(self) -> TurnRef:
        return TurnRef(
            organization_id=self._organization_id,
            conversation_id=self._opening.conversation_id,
            contact_id=self._opening.contact_id,
            agent=self._opening.agent,
            turn_id=self._turn_id,
            now=workflow.now(),
        )

    def _reply(self, text: str, sender: Sender) -> Reply:
        done = [booking.told(change, _today(booking.start)) for change, booking in self._made]
        asked = [p.summary(_today(p.start or p.before or workflow.now())) for p in self._proposed]
        if self._opening.agent is AgentType.AURORA:
            text = replies.with_orders(
                text, done=self._done, asked=[o.summary for o in self._orders.values()], keep=bool(self._figures)
            )
        if self._asked_shop and not self._handed_over:  # a person answers that, too
            text = replies.with_finding_out(text)
        return Reply(
            text=with_note(with_confirmations(text, [*done, *asked]), self._staffed_note),
            sender=sender,
            opening=self._opening,
            handed_over=HandoffReason.ASKED_BY_MODEL if self._handed_over else None,
            charts=tuple(self._charts),
        )

    def _facts(self) -> ReplyFacts | None:
        """What a reply to a customer may say of prices and times: what the turn began with, and what tools found."""
        known = self._opening.facts
        before = [booking.start for booking in self._opening.known_bookings]
        return known.with_slots([*self._slots, *before]) if known is not None else None

    def _bookings(self) -> list[BookingFacts]:
        """The customer's bookings as they are now."""
        now = {booking.id: booking for booking in self._opening.known_bookings}
        for change, booking in self._made:
            now.pop(booking.id, None)
            if change is not BookingChange.CANCELLED:
                now[booking.id] = booking
        return list(now.values())

    def _give_to_person(self, reason: HandoffReason, detail: str) -> Reply:
        """No answer that may be sent: a customer gets a person, an owner a frank word."""
        failed = reason is HandoffReason.MODEL_FAILURE
        if self._opening.agent is AgentType.AURORA:
            return self._reply(replies.MODEL_FAILED_OWNER if failed else replies.NOT_CERTAIN_OWNER, Sender.SYSTEM)
        reply = self._reply(replies.MODEL_FAILED_CUSTOMER if failed else replies.NOT_CERTAIN, Sender.SYSTEM)
        return reply.model_copy(update={"handed_over": reason, "hand_over_first": reason, "detail": detail})

    def _failed(self, error: ActivityError) -> Reply:
        """The model gave no answer after every retry. Any other failure is not the model's: it goes up."""
        cause = error.cause
        if isinstance(cause, TemporalTimeoutError) or (
            isinstance(cause, ApplicationError) and cause.type in (ModelUnavailable.__name__, ModelRefused.__name__)
        ):
            return self._give_to_person(HandoffReason.MODEL_FAILURE, "o modelo não respondeu")
        raise error


def _today(at: datetime) -> date:
    """Today where that time is told: in the shop."""
    return workflow.now().astimezone(at.tzinfo).date()


def _same_matter(one: Proposal, other: Proposal) -> bool:
    """Whether the later takes the place of the earlier: the same pet's same service, or the same booking, which is
    either to be moved or to be cancelled."""
    return (one.pet, one.service, one.before) == (other.pet, other.service, other.before)

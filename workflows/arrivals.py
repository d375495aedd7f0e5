"""What arrives while a person has a conversation: stored in order, and what nobody answered remembered."""

from collections.abc import Collection
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.handing_over import Kept
    from activities.serving import Serving, WriteNote
    from domain.events import InboundMessage, ShopMessageSeen
    from domain.texts import remembered
    from workflows import policies
    from workflows.contracts import HandoffStart, PersonNote, Release, Resolve
    from workflows.recording import record, record_from_phone
    from workflows.standing import StandingKeeper


class Arrivals:
    """Messages of the customer, of the shop's phone, and notes, from their signal to their row.

    `inbox`, `phone` and `notes` are not stored yet; `unanswered` are stored messages that nobody has answered. What
    comes after the order to end the hand-over, but before it is carried out, belongs to what comes after its end.
    """

    def __init__(self, start: HandoffStart) -> None:
        self._conversation = start.conversation
        self.inbox: list[InboundMessage] = list(start.conversation.pending)
        self.phone: list[ShopMessageSeen] = list(start.phone_messages)
        self.notes: list[PersonNote] = []
        self.unanswered: list[InboundMessage] = list(start.unanswered)
        self._recording: list[InboundMessage] = []
        self._inbox_after: list[InboundMessage] = []
        self._phone_after: list[ShopMessageSeen] = []

    def wrote(self, message: InboundMessage, ending: Release | None) -> None:
        """The customer wrote: with what is settled by then it is not settled."""
        (self._inbox_after if isinstance(ending, Resolve) else self.inbox).append(message)

    def typed(self, seen: ShopMessageSeen, ending: Release | None) -> None:
        """Somebody wrote on the shop's phone: where it was given back by then, they have it anew."""
        (self._phone_after if ending is not None else self.phone).append(seen)

    def has_ended(self) -> None:
        """What came after the order to end it may be stored."""
        self.inbox, self._inbox_after = [*self.inbox, *self._inbox_after], []
        self.phone, self._phone_after = [*self.phone, *self._phone_after], []

    def are_there(self) -> bool:
        """Whether something is to be stored."""
        return bool(self.inbox or self.phone or self.notes)

    def not_answered(self) -> tuple[InboundMessage, ...]:
        """Every message that nobody has answered, stored or not."""
        return (*self.unanswered, *self._recording, *self.inbox, *self._inbox_after)

    def are_answered(self, ids: Collection[str]) -> None:
        """A person has answered the messages of these provider's ids."""
        self.unanswered = [m for m in self.unanswered if m.provider_message_id not in ids]

    async def record(self, standing: StandingKeeper, *, is_on_phone: bool) -> None:
        """Store what arrived, in order: what the customer wrote waits, what the shop typed answers it."""
        while self.are_there():
            if self.notes:
                await self._keep(self.notes.pop(0), standing)
            if self.inbox:
                await self._record_inbox()
                if self.unanswered:
                    await standing.customer_wrote()
            if self.phone:
                await self._heed(self.phone.pop(0), standing, is_on_phone=is_on_phone)
        if self.unanswered:  # before the hand-over began, or after what the shop typed
            await standing.customer_wrote()

    async def _record_inbox(self) -> None:
        self._recording, self.inbox = sorted(self.inbox, key=lambda message: message.sent_at), []
        kept = await record(self._conversation, self._recording)
        known = {message.provider_message_id for message in self.unanswered}
        if isinstance(kept, Kept):  # not from a worker that did not say so yet
            known.update(kept.handled_before)
        # Stored by now: the text is in the database, and a run's argument may not grow without bounds.
        self.unanswered += [
            m.model_copy(update={"text": remembered(m.text)})
            for m in self._recording
            if m.provider_message_id not in known
        ]
        self.unanswered, self._recording = self.unanswered[-policies.REMEMBERED :], []

    async def _heed(self, seen: ShopMessageSeen, standing: StandingKeeper, *, is_on_phone: bool) -> None:
        takeover = await record_from_phone(self._conversation, seen)
        if takeover.takes_over:
            self.unanswered = [m for m in self.unanswered if m.sent_at > seen.sent_at]
            quiet_until = workflow.now() + timedelta(minutes=takeover.quiet_minutes)
            standing.answered(quiet_until=quiet_until if is_on_phone else None)

    async def _keep(self, note: PersonNote, standing: StandingKeeper) -> None:
        if not await standing.begin() or standing.known is None:
            return
        await workflow.execute_local_activity_method(
            Serving.write_note,
            WriteNote(
                organization_id=self._conversation.organization_id,
                handoff_id=standing.known.handoff_id,
                operator_id=note.operator_id,
                text=note.text,
                note_id=note.note_id,
            ),
            **policies.DATABASE_STEP,
        )

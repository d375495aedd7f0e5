"""A person serves a conversation: the database's side of what HandoffWorkflow decides."""

from datetime import timedelta

import structlog
from pydantic import AwareDatetime
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.deeds import note_deed
from activities.errors import engine_errors
from domain.bookings import ChangedBy
from domain.conversation import ConversationStatus, HandledAs, HandoffReason, Sender
from domain.deeds import DeedKind
from domain.frozen import Frozen
from domain.handoffs import Deadline, DueKind, HandoffState
from domain.ids import (
    ConversationId,
    DeedId,
    HandoffId,
    LetterId,
    NoteId,
    OperatorId,
    OrganizationId,
    TurnId,
)
from domain.letters import LetterPurpose
from domain.texts import split_for_channel
from office.handoff_deadlines import deadlines
from office.handoff_telling import carry_out
from reception.desk import Desk
from storage import conversations, handoffs, inbound, letters, notes, organizations, outbox
from storage.database import Connection, Database
from storage.handoffs import Handoff

_log = structlog.get_logger()

_EARLY = timedelta(seconds=1)
"""A timer is exact to the millisecond, its row to the microsecond."""

UNREACHABLE = "Unreachable"
"""The type of the error when the customer has no address to write to."""
TOO_LATE = "TooLate"
"""When the customer's channel takes no free text any more, so long after their last message."""


class BeginHandoff(Frozen):
    """A conversation that a person is to have; `now` is the workflow's time, as in all that follow."""

    organization_id: OrganizationId
    conversation_id: ConversationId
    reason: HandoffReason
    now: AwareDatetime


class Begun(Frozen):
    """The hand-over's row, and what is to happen when."""

    handoff_id: HandoffId
    state: HandoffState
    operator_id: OperatorId | None
    waiting_since: AwareDatetime | None
    deadlines: tuple[Deadline, ...]
    idle_minutes: int
    quiet_until: AwareDatetime | None = None


class PlanWaiting(Frozen):
    """Somebody waits for a person's word since a moment."""

    organization_id: OrganizationId
    since: AwareDatetime
    now: AwareDatetime


class NoteStanding(Frozen):
    """What the workflow knows of a hand-over. `by` and `deed_id` are of the operator whose deed made it so, if one."""

    organization_id: OrganizationId
    handoff_id: HandoffId
    state: HandoffState
    operator_id: OperatorId | None = None
    waiting_since: AwareDatetime | None = None
    due: Deadline | None = None
    by: OperatorId | None = None
    deed_id: DeedId | None = None


class WriteReply(Frozen):
    """An operator's words. They answer what had come by then, not what comes while they are written."""

    organization_id: OrganizationId
    handoff_id: HandoffId
    operator_id: OperatorId
    text: str
    deed_id: DeedId
    now: AwareDatetime
    answers: tuple[str, ...] = ()
    """The provider's ids of what waited when it was written."""


class WriteNote(Frozen):
    """An operator's note."""

    organization_id: OrganizationId
    handoff_id: HandoffId
    operator_id: OperatorId
    text: str
    note_id: NoteId


class CarryOut(Frozen):
    """A deadline has passed."""

    organization_id: OrganizationId
    handoff_id: HandoffId
    due: DueKind
    now: AwareDatetime


class Serving:
    """Activities of a hand-over in which people act, and in which time does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def begin_handoff(self, order: BeginHandoff) -> Begun | None:
        """The conversation's open hand-over and its deadlines; None when no person is to have it any more.

        Idempotent: one hand-over is open at a time, and a second run finds it. Where an operator took the conversation
        from the AI, it is opened here.
        """
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            try:
                conversation = await conversations.get(tenant, order.conversation_id)
            except LookupError:  # merged into another conversation of the same person
                return None
            is_taken = order.reason is HandoffReason.TAKEN_BY_OPERATOR
            if is_taken or conversation.status is ConversationStatus.WAITING_HUMAN:
                await conversations.hand_over(tenant, conversation.id, order.reason)  # what stands there stays
            handoff = await handoffs.find_open(tenant, conversation.id)
            if handoff is None:
                return None
            desk = await self._desk(tenant, order.organization_id, order.now)
            since = handoff.waiting_since
            return Begun(
                handoff_id=handoff.id,
                state=handoff.state,
                operator_id=handoff.operator_id,
                waiting_since=since,
                deadlines=await deadlines(desk, since) if since else (),
                idle_minutes=desk.shop.handoff_rules.idle_minutes,
                quiet_until=handoff.due.at if handoff.due and handoff.due.kind is DueKind.QUIET else None,
            )

    @activity.defn
    async def plan_waiting(self, order: PlanWaiting) -> tuple[Deadline, ...]:
        """What happens when to somebody who waits since then. Reads only."""
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            return await deadlines(await self._desk(tenant, order.organization_id, order.now), order.since)

    @activity.defn
    async def note_standing(self, order: NoteStanding) -> None:
        """Show people what the workflow knows. Idempotent: it sets what is; an operator's deed is noted once."""
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            handoff = await handoffs.get(tenant, order.handoff_id)
            if handoff is None:
                return
            await handoffs.note_standing(
                tenant,
                order.handoff_id,
                state=order.state,
                operator_id=order.operator_id,
                waiting_since=order.waiting_since,
                due=order.due,
            )
            if order.by is not None and order.deed_id is not None:
                mine = order.by == order.operator_id
                await note_deed(
                    tenant,
                    order.organization_id,
                    handoff.conversation_id,
                    DeedKind.CLAIM if mine else DeedKind.ASSIGN,
                    order.deed_id,
                    operator_id=order.by,
                    to=None if mine else order.operator_id,
                )

    @activity.defn
    async def write_reply(self, order: WriteReply) -> None:
        """An operator's words go out as a letter, and answer what was waiting.

        Idempotent by the deed, which is the letter's id and its messages' turn: a second run finds them. Fails for good
        when the customer cannot be written to.
        """
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            handoff = await handoffs.get(tenant, order.handoff_id)
            if handoff is None:
                raise ApplicationError("the conversation is gone", type=UNREACHABLE, non_retryable=True)
            conversation = await conversations.get(tenant, handoff.conversation_id)
            reach = await conversations.reach(tenant, conversation.contact_id, conversation.id)
            if reach is None:
                raise ApplicationError("the customer never wrote", type=UNREACHABLE, non_retryable=True)
            window = await conversations.window(tenant, reach.conversation_id)
            last = await conversations.last_written(tenant, reach.conversation_id) if window else None
            if window is not None and (last is None or order.now >= last + window):
                raise ApplicationError("too long after the customer's words", type=TOO_LATE, non_retryable=True)
            shop = await organizations.get(tenant, order.organization_id)
            await letters.write(
                tenant,
                order.organization_id,
                conversation.contact_id,
                purpose=LetterPurpose.PERSON,
                content=order.text,
                expires_at=order.now + timedelta(hours=shop.outbound_limit_hours),
                letter_id=LetterId(order.deed_id),
                conversation_id=reach.conversation_id,
                operator_id=order.operator_id,
            )
            await outbox.enqueue(
                tenant,
                order.organization_id,
                reach.conversation_id,
                reach.instance_id,
                turn_id=TurnId(order.deed_id),
                address=reach.address,
                parts=split_for_channel(order.text),
                sender=Sender.HUMAN,
                operator_id=order.operator_id,
            )
            await inbound.mark_all_handled(tenant, conversation.id, HandledAs.HUMAN, through=order.answers)
            await handoffs.note_answer(tenant, conversation.id)
            await note_deed(
                tenant,
                order.organization_id,
                conversation.id,
                DeedKind.REPLY,
                order.deed_id,
                operator_id=order.operator_id,
            )
        _log.info(
            "[WORKER] A person answers",
            organizationId=str(order.organization_id),
            conversationId=str(conversation.id),
            operatorId=str(order.operator_id),
        )

    @activity.defn
    async def write_note(self, order: WriteNote) -> None:
        """Keep an operator's note. Idempotent by its id."""
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            handoff = await handoffs.get(tenant, order.handoff_id)
            if handoff is not None:
                await notes.write(
                    tenant,
                    order.organization_id,
                    handoff.conversation_id,
                    order.note_id,
                    operator_id=order.operator_id,
                    content=order.text,
                )

    @activity.defn
    async def carry_out_deadline(self, order: CarryOut) -> None:
        """Do what is due: remind, escalate, tell the customer, or say goodbye.

        Idempotent by the hand-over, since when somebody waits, and what is due. A closing line closes only what a
        person has said something in, and only what is due by the row, too: two contacts that turned out to be one may
        leave a second execution behind, which does not know what was said since.
        """
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            handoff = await handoffs.get(tenant, order.handoff_id)
            if handoff is None or not handoff.state.is_open:
                return
            if order.due is DueKind.IDLE and (handoff.first_answer_at is None or not _is_due(handoff, order)):
                return
            await carry_out(await self._desk(tenant, order.organization_id, order.now), handoff, order.due)

    async def _desk(self, tenant: Connection, organization_id: OrganizationId, now: AwareDatetime) -> Desk:
        return Desk(tenant, await organizations.get(tenant, organization_id), now, ChangedBy.TIME)


def _is_due(handoff: Handoff, order: CarryOut) -> bool:
    due = handoff.due
    return due is not None and due.kind is order.due and due.at <= order.now + _EARLY

"""What goes into the workflows and between them."""

from datetime import date

from pydantic import AwareDatetime, Field

from domain.aurora_rules import Briefing
from domain.conversation import HandoffReason
from domain.events import InboundMessage, ShopMessageSeen
from domain.frozen import Frozen
from domain.handoffs import Deadline, HandoffState
from domain.ids import (
    BookingId,
    CampaignId,
    ConversationId,
    DeedId,
    HandoffId,
    InstanceId,
    NoteId,
    OperatorId,
    OrganizationId,
    QuestionId,
    ServiceId,
)

MESSAGE_WORKFLOW = "MessageWorkflow"
HANDOFF_WORKFLOW = "HandoffWorkflow"
BOOKING_WORKFLOW = "BookingWorkflow"
WAITING_LIST_WORKFLOW = "WaitingListWorkflow"
LETTER_WORKFLOW = "LetterWorkflow"
BRIEFING_WORKFLOW = "BriefingWorkflow"
CAMPAIGN_WORKFLOW = "CampaignWorkflow"
QUESTION_WORKFLOW = "QuestionWorkflow"

MESSAGE_RECEIVED = "message_received"
ANSWERED_BY_PHONE = "answered_by_phone"
INSTANCE_CONNECTED = "instance_connected"
RELEASE = "release"
CLAIM = "claim"
ASSIGN = "assign"
REPLY = "reply"
NOTE = "note"
RESOLVE = "resolve"
SKIP = "skip"
ROW_CHANGED = "row_changed"


class ConversationStart(Frozen):
    """A conversation to serve. `pending` are messages that an earlier run took in; `turns` counts the chain's turns."""

    organization_id: OrganizationId
    instance_id: InstanceId
    conversation_key: str
    settle_seconds: float = 0.6
    turns: int = 0
    pending: tuple[InboundMessage, ...] = ()


class Standing(Frozen):
    """Where a hand-over stands: who has it, since when somebody waits for a word, what happens when."""

    handoff_id: HandoffId
    state: HandoffState = HandoffState.WAITING
    operator_id: OperatorId | None = None
    """None while nobody has it, or somebody at the shop's phone."""
    waiting_since: AwareDatetime | None = None
    deadlines: tuple[Deadline, ...] = ()
    """What is still to come, soonest first; without the quiet time of the shop's phone."""
    idle_minutes: int = 240


class Claim(Frozen):
    """An operator takes a conversation. `conversation_id` is for a workflow that does not know it yet."""

    operator_id: OperatorId
    conversation_id: ConversationId
    deed_id: DeedId


class Assign(Frozen):
    """A hand-over goes to an operator; `by` is who says so."""

    operator_id: OperatorId
    by: OperatorId
    deed_id: DeedId


class PersonReply(Frozen):
    """An operator's words to the customer."""

    operator_id: OperatorId
    text: str = Field(min_length=1)
    deed_id: DeedId


class PersonNote(Frozen):
    """An operator's note for the others."""

    operator_id: OperatorId
    text: str = Field(min_length=1)
    note_id: NoteId


class HandoffStart(Frozen):
    """A conversation that a person has.

    `unanswered` are recorded messages that wait for an answer; `quiet_until`, if set, is when the AI comes back by
    itself (after somebody answered on the shop's phone); `claim` is by whom it was taken over; `standing` is what an
    earlier run of the same hand-over knew.
    """

    conversation: ConversationStart
    conversation_id: ConversationId
    reason: HandoffReason
    since: AwareDatetime
    unanswered: tuple[InboundMessage, ...] = ()
    phone_messages: tuple[ShopMessageSeen, ...] = ()
    quiet_until: AwareDatetime | None = None
    claim: Claim | None = None
    standing: Standing | None = None


class Release(Frozen):
    """A person gives the conversation back to the AI. `by` is a role, or what happened, never a name."""

    by: str = "operator"
    operator_id: OperatorId | None = None
    deed_id: DeedId | None = None


class Resolve(Release):
    """A person has settled the matter: nothing that was written until now wants an answer."""


class Skip(Frozen):
    """An operator drops the turn in flight: nothing of it is sent, its messages are recorded."""

    by: str = "operator"


class BookingStart(Frozen):
    """A booking whose life is to be kept, or whose slots are held."""

    organization_id: OrganizationId
    booking_id: BookingId


class QuestionStart(Frozen):
    """A customer's question to the shop's people."""

    organization_id: OrganizationId
    question_id: QuestionId


class WaitingListStart(Frozen):
    """Who waits for a service on a day (of the shop's calendar)."""

    organization_id: OrganizationId
    service_id: ServiceId
    day: date


class CampaignStart(Frozen):
    """Customers who are to be invited, one at a time."""

    organization_id: OrganizationId
    campaign_id: CampaignId


class BriefingStart(Frozen):
    """What Aurora is to say unasked, to the owners of a shop."""

    organization_id: OrganizationId
    briefing: Briefing

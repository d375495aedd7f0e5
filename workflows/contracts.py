"""What goes into the workflows and between them."""

from datetime import date

from pydantic import AwareDatetime

from domain.aurora_rules import Briefing
from domain.conversation import HandoffReason
from domain.events import InboundMessage, ShopMessageSeen
from domain.frozen import Frozen
from domain.ids import BookingId, CampaignId, ConversationId, InstanceId, OrganizationId, QuestionId, ServiceId

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
ROW_CHANGED = "row_changed"


class ConversationStart(Frozen):
    """A conversation to serve. `pending` are messages that an earlier run took in; `turns` counts the chain's turns."""

    organization_id: OrganizationId
    instance_id: InstanceId
    conversation_key: str
    settle_seconds: float = 0.6
    turns: int = 0
    pending: tuple[InboundMessage, ...] = ()


class HandoffStart(Frozen):
    """A conversation that a person has.

    `unanswered` are recorded messages that wait for an answer; `quiet_until`, if set, is when the AI comes back by
    itself (after somebody answered on the shop's phone).
    """

    conversation: ConversationStart
    conversation_id: ConversationId
    reason: HandoffReason
    since: AwareDatetime
    unanswered: tuple[InboundMessage, ...] = ()
    phone_messages: tuple[ShopMessageSeen, ...] = ()
    quiet_until: AwareDatetime | None = None


class Release(Frozen):
    """A person gives the conversation back to the AI."""

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

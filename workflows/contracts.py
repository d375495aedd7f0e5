"""What goes into the workflows and between them."""

from pydantic import AwareDatetime

from domain.conversation import HandoffReason
from domain.events import InboundMessage, ShopMessageSeen
from domain.frozen import Frozen
from domain.ids import ConversationId, InstanceId, OrganizationId

MESSAGE_WORKFLOW = "MessageWorkflow"
HANDOFF_WORKFLOW = "HandoffWorkflow"

MESSAGE_RECEIVED = "message_received"
ANSWERED_BY_PHONE = "answered_by_phone"
INSTANCE_CONNECTED = "instance_connected"
RELEASE = "release"


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

"""A person takes the conversation, has it, and gives it back: the database's side of it."""

from enum import StrEnum

import structlog
from pydantic import AwareDatetime
from temporalio import activity

from activities.arrivals import conversation_with, take_in
from activities.deeds import note_deed
from activities.errors import engine_errors
from domain.alerts import AlertKind
from domain.bookings import ChangedBy
from domain.conversation import Audience, ConversationStatus, HandledAs, HandoffReason
from domain.deeds import DeedKind
from domain.events import InboundMessage, ShopMessageSeen
from domain.frozen import Frozen
from domain.ids import ConversationId, DeedId, InstanceId, OperatorId, OrganizationId
from office.handoff_deadlines import staffed_note
from reception.desk import Desk
from storage import alerts, conversations, handoffs, inbound, organizations, outbox
from storage.database import Database

_log = structlog.get_logger()


class HandOver(Frozen):
    """Why a person has to have the conversation; `fingerprint` makes a second alert of the same cause the first one.

    `now` is the workflow's time, by which the customer is told when somebody will be there; without it they are not.
    """

    organization_id: OrganizationId
    conversation_id: ConversationId
    reason: HandoffReason
    detail: str = ""
    fingerprint: str
    now: AwareDatetime | None = None


class Waiting(Frozen):
    """Messages of somebody whom a person is serving."""

    organization_id: OrganizationId
    instance_id: InstanceId
    conversation_key: str
    messages: tuple[InboundMessage, ...]


class Kept(Frozen):
    """Where messages were stored; `handled_before` are those (ids of the provider) that were stored, and answered or
    settled, long ago: a number that reconnects delivers them again."""

    conversation_id: ConversationId
    handled_before: tuple[str, ...] = ()


class TypedOnPhone(Frozen):
    """A message that somebody typed on the shop's own phone; `before` are messages it answers, not stored yet."""

    organization_id: OrganizationId
    instance_id: InstanceId
    conversation_key: str
    seen: ShopMessageSeen
    before: tuple[InboundMessage, ...] = ()


class PhoneTakeover(Frozen):
    """The conversation that was written to from the phone, and for how long the AI keeps quiet, if it does."""

    conversation_id: ConversationId
    quiet_minutes: int
    takes_over: bool = True


class Resume(Frozen):
    """Give the conversation back to the AI, or settle it; `by` is who or what did it, `operator_id` whose deed."""

    organization_id: OrganizationId
    conversation_id: ConversationId
    by: str
    at: AwareDatetime
    resolved: bool = False
    operator_id: OperatorId | None = None
    deed_id: DeedId | None = None


class Resumed(StrEnum):
    """What `resume_ai` found."""

    RESUMED = "resumed"
    WAS_ACTIVE = "was_active"


class HandingOver:
    """Activities of a hand-over. All are idempotent: each sets a state, or stores rows by their provider's id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def hand_over(self, order: HandOver) -> str | None:
        """From now on a person has the conversation, and the operators know.

        The sentence for the customer that tells when somebody will be there; None while the shop is open.
        """
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            await conversations.hand_over(tenant, order.conversation_id, order.reason, order.detail)
            first = await alerts.raise_alert(
                tenant,
                order.organization_id,
                kind=AlertKind.of(order.reason),
                detail=order.detail or "Uma conversa espera por uma pessoa",
                fingerprint=order.fingerprint,
                conversation_id=order.conversation_id,
            )
            note = None
            if order.now is not None:
                shop = await organizations.get(tenant, order.organization_id)
                note = await staffed_note(Desk(tenant, shop, order.now, ChangedBy.CUSTOMER))
        if first:
            _log.error(
                "[WORKER] Conversation handed to a person",
                organizationId=str(order.organization_id),
                conversationId=str(order.conversation_id),
                reason=order.reason,
            )
        return note

    @activity.defn
    async def record_while_waiting(self, order: Waiting) -> Kept | ConversationId:
        """Store messages without answering them; they stay unanswered until a person answers or gives back.

        (A conversation's id alone is what workers of an earlier version returned; it stands in histories.)
        """
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            arrival = await take_in(
                tenant, order.organization_id, order.instance_id, order.conversation_key, order.messages
            )
        _log.info(
            "[WORKER] Recorded, a person has the conversation",
            organizationId=str(order.organization_id),
            conversationId=str(arrival.conversation.id),
            contactId=str(arrival.conversation.contact_id),
            type="OWNER" if arrival.conversation.audience is Audience.OWNER else "CLIENT",
            messages=len(order.messages),
            messageContent=[m.text for m in order.messages],
            **{"from": order.messages[-1].reply_to},
        )
        return Kept(
            conversation_id=arrival.conversation.id,
            handled_before=tuple(
                one.message.provider_message_id for one in arrival.recorded if one.handled_as is not None
            ),
        )

    @activity.defn
    async def record_phone_message(self, order: TypedOnPhone) -> PhoneTakeover:
        """Store what was typed on the shop's phone; it answers what was waiting and takes the conversation over.

        A message to an owner takes nothing over: the shop's people write to the owner, and Aurora still answers her.
        """
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            shop = await organizations.get(tenant, order.organization_id)
            if order.before:
                await take_in(tenant, order.organization_id, order.instance_id, order.conversation_key, order.before)
            conversation = await conversation_with(
                tenant, order.organization_id, order.instance_id, order.conversation_key, order.seen.addresses
            )
            await outbox.record_phone_message(
                tenant, order.organization_id, conversation.id, order.instance_id, order.seen
            )
            takes_over = conversation.audience is Audience.CUSTOMER
            if takes_over:
                await inbound.mark_all_handled(tenant, conversation.id, HandledAs.HUMAN, until=order.seen.sent_at)
                await conversations.hand_over(tenant, conversation.id, HandoffReason.ANSWERED_ON_PHONE)
                await handoffs.note_answer(tenant, conversation.id)
        _log.info(
            "[WORKER] Answered on the shop's phone",
            organizationId=str(order.organization_id),
            conversationId=str(conversation.id),
            takesOver=takes_over,
            messageContent=order.seen.text,
            to=order.seen.to,
        )
        return PhoneTakeover(
            conversation_id=conversation.id, quiet_minutes=shop.phone_quiet_minutes, takes_over=takes_over
        )

    @activity.defn
    async def resume_ai(self, order: Resume) -> Resumed:
        """The AI has the conversation again."""
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            try:
                conversation = await conversations.get(tenant, order.conversation_id)
            except LookupError:  # merged into another conversation of the same person, or erased
                return Resumed.WAS_ACTIVE
            if conversation.status is not ConversationStatus.WAITING_HUMAN:
                return Resumed.WAS_ACTIVE
            if order.resolved:
                await inbound.mark_all_handled(tenant, order.conversation_id, HandledAs.HUMAN)
            by = order.by
            if order.deed_id is not None:
                who = await note_deed(
                    tenant,
                    order.organization_id,
                    order.conversation_id,
                    DeedKind.RESOLVE if order.resolved else DeedKind.RELEASE,
                    order.deed_id,
                    operator_id=order.operator_id,
                )
                by = who.name if who else by
            await conversations.resume(tenant, order.conversation_id, by=by, resolved=order.resolved)
        _log.info(
            "[WORKER] Conversation given back to the AI",
            organizationId=str(order.organization_id),
            conversationId=str(order.conversation_id),
            by=order.by,
        )
        return Resumed.RESUMED

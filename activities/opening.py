"""The opening of a turn: everything the database has to say before the model is asked."""

from datetime import timedelta

import structlog
from pydantic import AwareDatetime
from temporalio import activity

from activities.arrivals import take_in
from activities.errors import engine_errors
from domain.alerts import AlertKind
from domain.bookings import BookingFacts, ChangedBy
from domain.conversation import AgentType, Audience, HandledAs
from domain.events import InboundMessage, MessageKind
from domain.frozen import Frozen
from domain.ids import ContactId, ConversationId, InstanceId, MessageId, OrganizationId
from domain.memory import REMEMBERED_WHEN
from domain.reply_facts import ReplyFacts
from domain.turns import Decision, decide, is_late, sort_by_age_and_content
from office import refusals
from office.owner_facts import owner_facts
from reception.context import known_of
from reception.desk import Desk
from storage import alerts, inbound, memories, organizations
from storage.database import Database

_log = structlog.get_logger()


class OpenTurn(Frozen):
    """Messages that arrived together, in channel order; `now` is the workflow's time."""

    organization_id: OrganizationId
    instance_id: InstanceId
    conversation_key: str
    messages: tuple[InboundMessage, ...]
    now: AwareDatetime


class TurnOpening(Frozen):
    """What the turn is to do, and all it needs for it; `message_ids` are the messages it is to answer."""

    decision: Decision
    conversation_id: ConversationId
    contact_id: ContactId
    agent: AgentType
    reply_to: str
    message_ids: tuple[MessageId, ...] = ()
    late: bool = False
    media: MessageKind | None = None
    known_bookings: tuple[BookingFacts, ...] = ()
    facts: ReplyFacts | None = None
    outbound_limit_hours: int = 6
    to_remember: bool = False
    """Whether Aurora had better summarise what her owner and she said long ago."""


class Opening:
    """Activities that open a turn."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def open_turn(self, order: OpenTurn) -> TurnOpening:
        """Store the messages and decide what to do with them.

        Idempotent by each message's (instance, provider id): a second run finds the rows of the first and decides the
        same.
        """
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            shop = await organizations.get(tenant, order.organization_id)
            arrival = await take_in(
                tenant, order.organization_id, order.instance_id, order.conversation_key, order.messages
            )
            conversation = arrival.conversation
            ids = {r.message.provider_message_id: r.id for r in arrival.recorded}
            unanswered = [r.message for r in arrival.recorded if r.handled_as is None]
            kinds = sort_by_age_and_content(unanswered, shop, order.now)
            for skipped, handled_as in ((kinds.too_old, HandledAs.TOO_LATE), (kinds.empty, HandledAs.NO_CONTENT)):
                if skipped:
                    await inbound.mark_handled(tenant, [ids[m.provider_message_id] for m in skipped], handled_as)
            recent = await inbound.answers_within(tenant, conversation.id, timedelta(minutes=shop.loop_window_minutes))
            decision = decide(kinds.answerable, conversation, shop, recent)
            answerable_ids = tuple(ids[m.provider_message_id] for m in kinds.answerable)
            if kinds.too_old:
                await alerts.raise_alert(
                    tenant,
                    order.organization_id,
                    kind=AlertKind.MESSAGE_TOO_LATE,
                    detail=f"{len(kinds.too_old)} mensagem(ns) chegaram tarde demais para a assistente responder",
                    fingerprint=str(ids[kinds.too_old[0].provider_message_id]),
                    conversation_id=conversation.id,
                )
            if decision is Decision.SILENT:
                await inbound.mark_handled(tenant, answerable_ids, HandledAs.RECORDED)
                if conversation.audience is Audience.OWNER and conversation.ai_enabled:
                    await alerts.raise_alert(
                        tenant,
                        order.organization_id,
                        kind=AlertKind.LOOP_SUSPECTED,
                        detail="Aurora respondeu demais a um dono em pouco tempo, e espera acalmar",
                        fingerprint=f"owner/{conversation.id}/{order.now:%Y-%m-%d}",
                        conversation_id=conversation.id,
                    )
            desk = Desk(tenant, shop, order.now, ChangedBy.CUSTOMER, conversation.id)
            known = (
                await known_of(desk, conversation.contact_id, conversation.id, [m.text for m in order.messages])
                if decision is Decision.THINK and conversation.audience is Audience.CUSTOMER
                else None
            )
            owner = conversation.audience is Audience.OWNER
            facts = known.facts if known else None
            if owner and decision is Decision.THINK:
                await refusals.heed(desk, conversation.id)
                facts = await owner_facts(desk, conversation.id)
            to_remember = owner and await memories.is_due(tenant, conversation.id, beyond=REMEMBERED_WHEN)
        _log.info(
            "[WORKER] Turn opened",
            organizationId=str(order.organization_id),
            conversationId=str(conversation.id),
            contactId=str(conversation.contact_id),
            type="OWNER" if owner else "CLIENT",
            agentType=AgentType.of(conversation.audience),
            decision=decision,
            messages=len(order.messages),
            tooLate=len(kinds.too_old),
            noContent=len(kinds.empty),
            messageContent=[m.text for m in order.messages],
            **{"from": order.messages[-1].reply_to},
        )
        return TurnOpening(
            decision=decision,
            conversation_id=conversation.id,
            contact_id=conversation.contact_id,
            agent=AgentType.of(conversation.audience),
            reply_to=order.messages[-1].reply_to,
            message_ids=answerable_ids,
            late=is_late(kinds.answerable, shop, order.now),
            media=kinds.answerable[-1].kind if decision is Decision.ANSWER_MEDIA else None,
            known_bookings=tuple(known.bookings) if known else (),
            facts=facts,
            outbound_limit_hours=shop.outbound_limit_hours,
            to_remember=to_remember,
        )

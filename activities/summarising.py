"""What whoever takes a conversation over reads first."""

from uuid import NAMESPACE_URL, uuid5

import structlog
from temporalio import activity

from activities.errors import engine_errors
from activities.heartbeats import heartbeats
from activities.model_calls import ModelCall, recorded
from assistants.model import ChatModel
from assistants.team import model_name
from assistants.writing import handoff_to_write
from domain.conversation import AgentType, Sender
from domain.errors import ModelError
from domain.events import MessageKind
from domain.frozen import Frozen
from domain.handoff_summary import READ, as_read, facts, lines_of_rows, model_lines
from domain.ids import ConversationId, HandoffId, OrganizationId, TurnId
from domain.replies import placeholder
from domain.shop import Organization
from storage import bookings, conversations, handoffs, inbound, interactions, organizations, pets
from storage.database import Connection, Database
from storage.handoffs import Handoff

_log = structlog.get_logger()
_SUMMARIES = uuid5(NAMESPACE_URL, "https://auzap/handoff-summaries")


class SummariseHandoff(Frozen):
    """Which hand-over to sum up, of which conversation."""

    organization_id: OrganizationId
    conversation_id: ConversationId
    handoff_id: HandoffId


class _Read(Frozen):
    """What a summary is made of: why a person is needed, the conversation, and what rows say."""

    shop: Organization
    why: tuple[str, ...]
    said: str
    facts: tuple[str, ...]


class Summarising:
    """Activity as a hand-over begins. Nothing depends on it: a person can serve without."""

    def __init__(self, database: Database, model: ChatModel) -> None:
        self._database = database
        self._model = model

    @activity.defn
    async def summarise_handoff(self, order: SummariseHandoff) -> None:
        """Keep what rows say at once, and the model's lines before it as soon as it has answered.

        Idempotent by the hand-over, under which the call is recorded: a second run finds the model's answer and does
        not ask. Where the model fails, the summary of the rows alone stays, and nothing else does.
        """
        turn_id = TurnId(uuid5(_SUMMARIES, str(order.handoff_id)))
        async with engine_errors(), heartbeats():
            async with self._database.tenant(order.organization_id) as tenant:
                handoff = await handoffs.get(tenant, order.handoff_id)
                if handoff is None or not handoff.state.is_open:
                    return
                read = await _read(tenant, await organizations.get(tenant, order.organization_id), handoff)
                answer = await interactions.find_answer(tenant, turn_id, 1)
                if handoff.summary is None:
                    await handoffs.keep_summary(tenant, handoff.id, "\n".join([*read.why, *read.facts]))
            try:
                answer = answer or await recorded(
                    self._database,
                    self._model,
                    ModelCall(order.organization_id, handoff.conversation_id, turn_id, AgentType.CLIENT_AI),
                    model=model_name(AgentType.CLIENT_AI, read.shop.ai_config),
                    messages=handoff_to_write(read.shop, read.why[0], read.said),
                )
            except ModelError as error:
                _log.warning(
                    "[WORKER] Hand-over without the model's summary",
                    organizationId=str(order.organization_id),
                    conversationId=str(handoff.conversation_id),
                    error=type(error).__name__,
                )
                return
            lines = model_lines(answer.text, "\n".join([*read.why, read.said]))
            async with self._database.tenant(order.organization_id) as tenant:
                await handoffs.keep_summary(tenant, handoff.id, "\n".join([*(lines or read.why), *read.facts]))


async def _read(tenant: Connection, shop: Organization, handoff: Handoff) -> _Read:
    contact_id = (await conversations.get(tenant, handoff.conversation_id)).contact_id
    messages = await inbound.history(tenant, handoff.conversation_id, READ)
    said = [(one.sender, placeholder(MessageKind(one.message_type), one.content)) for one in messages]
    last_words = next((text for who, text in reversed(said) if who is Sender.CUSTOMER), "")
    coming = [row.facts(shop.zone) for row in await bookings.coming(tenant, contact_id, after=handoff.opened_at)]
    today = handoff.opened_at.astimezone(shop.zone).date()
    return _Read(
        shop=shop,
        why=tuple(lines_of_rows(handoff.reason, handoff.detail, last_words)),
        said=as_read(said),
        facts=tuple(facts(await pets.of_contact(tenant, contact_id), coming, today)),
    )

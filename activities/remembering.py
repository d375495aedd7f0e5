"""What Aurora keeps of a long conversation with her owner."""

from uuid import NAMESPACE_URL, uuid5

from temporalio import activity

from activities.errors import engine_errors
from activities.heartbeats import heartbeats
from activities.model_calls import ModelCall, recorded
from assistants.model import ChatModel
from assistants.team import model_name
from assistants.writing import memory_to_write
from domain.conversation import AgentType
from domain.frozen import Frozen
from domain.ids import ConversationId, OrganizationId, TurnId
from domain.memory import SHOWN, as_memory
from storage import interactions, memories, organizations
from storage.database import Database
from storage.memories import Memory

_MEMORIES = uuid5(NAMESPACE_URL, "https://auzap/memories")
_AT_ONCE = 100
"""Messages that one summary takes in; what is older than these is next."""


class Remember(Frozen):
    """Which conversation to summarise."""

    organization_id: OrganizationId
    conversation_id: ConversationId


class Remembering:
    """Activity after a turn of Aurora's. Nothing depends on it: where it fails, the next turn tries again."""

    def __init__(self, database: Database, model: ChatModel) -> None:
        self._database = database
        self._model = model

    @activity.defn
    async def remember(self, order: Remember) -> None:
        """Summarise what is older than the messages that the model reads anyway.

        Idempotent by the last message that is taken in: a second run finds the summary, or the model's answer to it.
        """
        async with engine_errors(), heartbeats():
            async with self._database.tenant(order.organization_id) as tenant:
                before = await memories.get(tenant, order.conversation_id)
                past = await memories.past(
                    tenant, order.conversation_id, after=before.until_seq, but_last=SHOWN, most=_AT_ONCE
                )
                if not past:
                    return
                until = past[-1].seq
                turn_id = TurnId(uuid5(_MEMORIES, f"{order.conversation_id}/{until}"))
                answer = await interactions.find_answer(tenant, turn_id, 1)
                shop = await organizations.get(tenant, order.organization_id)
            if answer is None:
                answer = await recorded(
                    self._database,
                    self._model,
                    ModelCall(order.organization_id, order.conversation_id, turn_id, AgentType.AURORA),
                    model=model_name(AgentType.AURORA, shop.ai_config),
                    messages=memory_to_write(shop, before.summary, past),
                )
            async with self._database.tenant(order.organization_id) as tenant:
                memory = Memory(summary=as_memory(answer.text), until_seq=until)
                await memories.keep(tenant, order.organization_id, order.conversation_id, memory)

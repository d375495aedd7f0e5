"""Who has a conversation and who is talked with: what stands above the composer of an operator."""

from datetime import datetime

from domain.conversation import Audience, ConversationStatus
from domain.frozen import Frozen
from domain.ids import ContactId, ConversationId, OperatorId
from storage import handoffs
from storage.database import Connection
from storage.handoffs import Handoff


class Standing(Frozen):
    """A conversation as it is now. `handoff` is the last one there was, open or ended; `assignee` is who has that.

    `phone` is canonical; `number_is_open` says whether the shop's WhatsApp number is connected.
    """

    id: ConversationId
    contact_id: ContactId
    audience: Audience
    status: ConversationStatus
    ai_enabled: bool
    conversation_key: str
    name: str | None
    phone: str | None
    last_message_at: datetime | None
    number_is_open: bool
    handoff: Handoff | None
    assignee: str | None

    @property
    def open_handoff(self) -> Handoff | None:
        """The hand-over, while there is one."""
        return self.handoff if self.handoff is not None and self.handoff.state.is_open else None

    def is_with(self, operator_id: OperatorId) -> bool:
        """Whether that operator has the conversation now."""
        return self.open_handoff is not None and self.open_handoff.operator_id == operator_id


async def of_conversation(tenant: Connection, conversation_id: ConversationId) -> Standing | None:
    """How it stands; None for a conversation the shop does not have."""
    row = await tenant.fetchrow(
        """select c.id, c.contact_id, c.audience, c.status, c.ai_enabled, c.conversation_key, ct.name, ct.phone,
               c.last_message_at, i.connection_state = 'open' and i.is_active number_is_open
           from conversations c join contacts ct on ct.id = c.contact_id
               join whatsapp_instances i on i.id = c.whatsapp_instance_id
           where c.id = $1""",
        conversation_id,
    )
    if row is None:
        return None
    handoff = await handoffs.newest(tenant, conversation_id)
    assignee = None
    if handoff is not None and handoff.operator_id is not None:
        assignee = await tenant.fetchval("select name from operators where id = $1", handoff.operator_id)
    return Standing(**dict(row), handoff=handoff, assignee=assignee)


async def mark_read(tenant: Connection, conversation_id: ConversationId) -> None:
    """Whoever has the conversation has seen what the customer wrote; nothing is written where nothing was unread."""
    await tenant.execute(
        "update conversations set unread_count = 0 where id = $1 and unread_count <> 0", conversation_id
    )

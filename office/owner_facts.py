"""The figures Aurora may name without asking a tool: those that stand in her prompt, and in what the owner wrote."""

from domain.conversation import Sender
from domain.ids import ConversationId
from domain.reply_facts import PriceFact, ReplyFacts
from office.context import owner_context
from reception.desk import Desk
from storage import inbound

_READ = 1_000
"""Characters of one message in which figures are looked for."""


async def owner_facts(desk: Desk, conversation_id: ConversationId) -> ReplyFacts:
    """Read prices, orders, customers' questions and the owner's last messages; writes nothing."""
    known = await owner_context(desk, None, conversation_id)
    history = await inbound.history(desk.tenant, conversation_id)
    written = [message.content[:_READ] for message in history if message.sender is Sender.OWNER]
    return ReplyFacts(
        prices=tuple(PriceFact(service=one.name, price=price) for one in known.services for price in one.prices()),
        about="\n".join([*known.orders, *known.done, *known.questions, *written]),
    )

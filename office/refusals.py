"""A no to an order: the owner's last words turn down what they were just asked."""

from domain.dissent import is_dissent
from domain.ids import ConversationId, TurnId
from reception.desk import Desk
from storage import inbound, owner_orders


async def turned_down(desk: Desk, conversation_id: ConversationId) -> TurnId | None:
    """The turn whose question the owner's last words say no to; None where they say anything else. Reads only."""
    word = await inbound.last_word(desk.tenant, conversation_id)
    refuses = word.answering is not None and word.is_all_text and is_dissent(word.texts)
    return word.answering if refuses else None


async def heed(desk: Desk, conversation_id: ConversationId) -> None:
    """What was turned down waits no more: no later yes brings it back. Idempotent: a second run finds it so."""
    turn_id = await turned_down(desk, conversation_id)
    if turn_id is not None:
        await owner_orders.withdraw_asked_in(desk.tenant, conversation_id, turn_id)

"""What the office knows when Aurora is asked: what her prompt says beside the shop's services."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from domain.ids import ConversationId
from domain.owners import OwnerNumber
from domain.services import Service
from office.answering import LEARNS_FOR
from office.refusals import turned_down
from reception.desk import Desk
from storage import memories, owner_orders, professionals, services, shop_questions
from storage.shop_questions import QuestionStatus, ShopQuestion

_TOLD_FOR = timedelta(days=1)
"""How long a done order stands in the prompt, to be taken back."""


@dataclass(frozen=True)
class OwnerContext:
    """Everything a prompt says to Aurora. `orders` wait for a yes; `done` can be undone; one line each.

    `questions` are customers' that wait for the shop's answer, `answered` those that have one; `memory` is what was
    said long ago, in lines.
    """

    owner: OwnerNumber | None
    services: Sequence[Service]
    professionals: Sequence[str]
    orders: Sequence[str] = ()
    done: Sequence[str] = ()
    questions: Sequence[str] = ()
    answered: Sequence[str] = ()
    memory: str = ""


async def owner_context(desk: Desk, owner: OwnerNumber | None, conversation_id: ConversationId) -> OwnerContext:
    """Read what the prompt says; writes nothing."""
    done = await owner_orders.lately_done(desk.tenant, conversation_id, desk.now - _TOLD_FOR)
    asked = await shop_questions.lately(desk.tenant, desk.now - LEARNS_FOR)
    return OwnerContext(
        owner=owner,
        services=await services.active(desk.tenant),
        professionals=[one.name for one in await professionals.active(desk.tenant)],
        orders=await _orders(desk, conversation_id),
        done=[f"{order.code}: {order.summary}" for order in done],
        questions=[_question(one) for one in asked if one.answer is None],
        answered=[_answered(one) for one in asked if one.answer is not None],
        memory=(await memories.get(desk.tenant, conversation_id)).summary,
    )


async def _orders(desk: Desk, conversation_id: ConversationId) -> list[str]:
    """The orders that wait for a yes, and those to which the owner's last words are a no (office.refusals)."""
    refused_in = await turned_down(desk, conversation_id)
    declined = await owner_orders.withdrawn_of(desk.tenant, conversation_id, refused_in) if refused_in else []
    waiting = await owner_orders.proposed(desk.tenant, conversation_id, desk.now)
    return [f"{order.code}: {order.summary}" for order in waiting] + [
        f"{order.code}: RECUSADO agora, nada foi feito: {order.summary}" for order in declined
    ]


def _answered(question: ShopQuestion) -> str:
    return f"{question.code}: «{question.question}» ({question.answerer or 'alguém'} respondeu)"


def _question(question: ShopQuestion) -> str:
    late = " (o prazo passou e uma pessoa atende; a resposta fica para os próximos)"
    return f"{question.code}: «{question.question}»{late if question.status is QuestionStatus.LAPSED else ''}"

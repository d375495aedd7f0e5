"""A question that Client AI cannot answer is put to the shop's people: once, however many customers ask it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import RefusalCode, RequestRefused
from domain.same_question import content_words, same_question
from domain.shop_answers import quoted
from domain.texts import cleaned
from reception.desk import Desk
from reception.offers import Customer
from storage import knowledge, owners, shop_questions
from storage.knowledge import Known

_FARTHEST_OPENING = timedelta(days=21)
_MOST_OF_ONE, _A_WHILE = 5, timedelta(days=1)
"""So many questions of one customer reach the owner in that time; then a person had better talk to them."""


_MOST_OF_SHOP = 20
"""So many an owner is asked in that time, whoever asks: a flood of them would be read by nobody."""


@dataclass(frozen=True)
class Asked:
    """The shop's people are being asked; `before` says that they were already, by somebody else."""

    answer_by: datetime
    before: bool


async def ask(desk: Desk, customer: Customer, question: str) -> Asked | Known:
    """Put a question to the owners and managers, unless the shop has answered it already.

    Raises `RequestRefused`: already_asked by this customer, nobody_to_ask, or bad_arguments where it asks nothing.
    """
    words = quoted(cleaned(question))
    if not content_words(words):
        raise RequestRefused(RefusalCode.BAD_ARGUMENTS, "Isso não é uma pergunta; escreva o que o cliente quer saber.")
    for known in await knowledge.active(desk.tenant) if desk.shop.has_learned else ():
        if same_question(known.question, words):
            return known
    await shop_questions.take_turn(desk.tenant, desk.shop.id)
    same = [one for one in await shop_questions.waiting(desk.tenant) if same_question(one.question, words)]
    if any(one.conversation_id == customer.conversation_id for one in same):
        raise RequestRefused(
            RefusalCode.ALREADY_ASKED, "A equipe já foi perguntada sobre isso e ainda não respondeu; diga só isso."
        )
    if not await owners.listed(desk.tenant):
        raise RequestRefused(RefusalCode.NOBODY_TO_ASK, "Não há a quem perguntar agora; ofereça chamar uma pessoa.")
    if await shop_questions.asked_lately(desk.tenant, customer.conversation_id, _A_WHILE) >= _MOST_OF_ONE:
        raise RequestRefused(
            RefusalCode.NOBODY_TO_ASK, "Este cliente já fez perguntas demais hoje; ofereça chamar uma pessoa."
        )
    first = next((one for one in same if one.asked_as is None), None)
    if first is None and await shop_questions.put_lately(desk.tenant, _A_WHILE) >= _MOST_OF_SHOP:
        raise RequestRefused(
            RefusalCode.NOBODY_TO_ASK, "A equipe já recebeu perguntas demais hoje; ofereça chamar uma pessoa."
        )
    answer_by = await _answer_by(desk)
    await shop_questions.add(
        desk.tenant,
        desk.shop.id,
        customer.conversation_id,
        customer.contact_id,
        question=words,
        answer_by=answer_by,
        asked_as=first.id if first else None,
    )
    return Asked(answer_by, before=first is not None)


async def _answer_by(desk: Desk) -> datetime:
    """Until when the owner may answer: time runs from the next opening, where the shop is closed now."""
    calendar = await desk.calendar(desk.today - timedelta(days=1), desk.today + _FARTHEST_OPENING)
    opening = calendar.earliest_open_after(desk.now, within=_FARTHEST_OPENING)
    return (opening or desk.now) + timedelta(minutes=desk.shop.aurora_rules.question_minutes)

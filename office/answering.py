"""What the shop's people answered goes to everybody who waits for it, and into what the shop knows."""

from dataclasses import dataclass
from datetime import timedelta

from domain.conversation import ConversationStatus
from domain.errors import RefusalCode, RequestRefused
from domain.same_question import same_question
from domain.shop_answers import LONGEST_ANSWER, comes_from
from domain.texts import cleaned
from office.office import Office
from storage import conversations, inbound, knowledge, shop_questions
from storage.database import Connection
from storage.shop_questions import QuestionStatus, ShopQuestion

LEARNS_FOR = timedelta(days=1)
"""How long after its time a question may still be answered, for the next customer."""
_HEARD = 5
"""Messages of the owner's, since the question, in which the answer has to stand."""


@dataclass(frozen=True)
class Answered:
    """The answer is kept; so many `customers` hear it now. The others are with a person already."""

    question: str
    customers: int

    @property
    def told(self) -> str:
        """What the owner is told."""
        if not self.customers:
            return f"guardei a resposta de “{self.question}”; quem perguntou já está com uma pessoa da equipe."
        whom = "o cliente" if self.customers == 1 else f"os {self.customers} clientes que perguntaram"
        return f"guardei a resposta de “{self.question}” e aviso {whom} agora."


async def answer(office: Office, code: str, words: str) -> Answered:
    """Keep the owner's answer to a question, for all who asked it and for the next who will.

    Raises `RequestRefused`: question_not_found, already_done where somebody was first, or bad_arguments where the words
    are not the owner's.
    """
    await shop_questions.take_turn(office.tenant, office.shop.id)
    question = await _meant(office, code)
    words = " ".join(cleaned(words).split())
    said = await inbound.written_since(office.tenant, office.conversation_id, question.created_at, most=_HEARD)
    if len(words) > LONGEST_ANSWER or not comes_from(words, said, question.question):
        raise RequestRefused(
            RefusalCode.BAD_ARGUMENTS,
            "A resposta tem de ser o que foi escrito nesta conversa, com essas palavras e números; senão, pergunte.",
        )
    waiting = [one for one in await shop_questions.waiting(office.tenant) if _waits_for(one, question)]
    told = [one for one in waiting if not await _is_with_person(office.tenant, one)]
    await shop_questions.answer(office.tenant, [question.id, *(one.id for one in waiting)], words, office.owner.id)
    await knowledge.learn(office.tenant, office.shop.id, question.question, words, question.id)
    return Answered(question.question, len(told))


async def _meant(office: Office, code: str) -> ShopQuestion:
    open_for = office.now - LEARNS_FOR
    question = await shop_questions.of_code(office.tenant, cleaned(code).lower(), open_for)
    if question is None or (question.status is QuestionStatus.LAPSED and question.answer_by <= open_for):
        left = [one.code for one in await shop_questions.lately(office.tenant, open_for) if one.answer is None]
        raise RequestRefused(
            RefusalCode.QUESTION_NOT_FOUND, "Não existe pergunta em aberto com esse código.", questions=[*left]
        )
    if question.answer is not None:
        raise RequestRefused(
            RefusalCode.ALREADY_DONE,
            f"{question.answerer or 'Outra pessoa'} já respondeu essa pergunta; vale a primeira resposta.",
            answer=question.answer,
        )
    return question


def _waits_for(one: ShopQuestion, question: ShopQuestion) -> bool:
    return question.id in (one.id, one.asked_as) or same_question(one.question, question.question)


async def _is_with_person(tenant: Connection, question: ShopQuestion) -> bool:
    conversation = await conversations.get(tenant, question.conversation_id)
    return conversation.status is ConversationStatus.WAITING_HUMAN

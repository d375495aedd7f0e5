"""answer_customer: the owner answers what a customer wanted to know."""

from pydantic import Field

from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.shop_answers import LONGEST_ANSWER
from office import answering


class AnswerCustomer(Arguments):
    """Which question, and what was answered."""

    question: str = Field(min_length=8, max_length=8, description="código da pergunta")
    answer: str = Field(min_length=1, max_length=LONGEST_ANSWER, description="com as palavras de quem respondeu")


async def answer(turn: Turn, wanted: AnswerCustomer) -> Answer:
    """Keep it for who asked and for the next; the letters go out by themselves."""
    kept = await answering.answer(turn.office, wanted.question, wanted.answer)
    return Answer({"done": kept.told, "customers": kept.customers}, done=kept.told)


ANSWER_CUSTOMER = Tool(
    name="answer_customer",
    description="Leva a quem perguntou a resposta que a dona, o dono ou gerente acabou de escrever, e a guarda.",
    arguments=AnswerCustomer,
    run=answer,
)

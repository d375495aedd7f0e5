"""ask_the_shop: what Client AI does not know is asked of the shop's people."""

from pydantic import Field

from assistants.toolbox import Answer, Arguments, Tool, Turn
from office import asking
from storage.knowledge import Known


class AskTheShop(Arguments):
    """What the customer wants to know."""

    question: str = Field(min_length=3, max_length=300, description="curta e completa, sem nomes nem telefones")


async def ask(turn: Turn, wanted: AskTheShop) -> Answer:
    """Put it to the owners and managers; the engine tells the customer that we are finding out."""
    found = await asking.ask(turn.desk, turn.customer, wanted.question)
    if isinstance(found, Known):
        return Answer({"question": found.question, "answer": found.answer, "note": "A loja já respondeu isso."})
    note = "A equipe foi perguntada. O sistema avisa o cliente: não repita isso nem prometa prazo."
    return Answer({"asked": True, "note": note}, asked_shop=True)


ASK_THE_SHOP = Tool(
    name="ask_the_shop",
    description="Pergunta à equipe algo sobre a loja que você não sabe.",
    arguments=AskTheShop,
    run=ask,
)

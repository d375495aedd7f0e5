"""send_message: the owner's own words to one customer."""

from pydantic import Field

from assistants.aurora.ordering import proposed
from assistants.aurora.written import OneLine, Words
from assistants.toolbox import Answer, Arguments, Tool, Turn
from office.customers import customer_named
from office.messages import LONGEST, SEND_MESSAGE, SendMessage


class SendOneMessage(Arguments):
    """To whom, and what."""

    customer: OneLine = Field(max_length=255, description="nome, pet ou telefone")
    text: Words = Field(max_length=LONGEST, description="o recado, com as palavras de quem pediu")


async def send(turn: Turn, wanted: SendOneMessage) -> Answer:
    """Propose the message."""
    customer = await customer_named(turn.office, wanted.customer)
    return await proposed(turn, SEND_MESSAGE, SendMessage(contact_id=customer.id, text=wanted.text))


SEND_MESSAGE_TOOL = Tool(
    name="send_message",
    description="Manda um recado da loja a um cliente, um só.",
    arguments=SendOneMessage,
    run=send,
)

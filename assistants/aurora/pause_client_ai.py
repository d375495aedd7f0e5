"""pause_client_ai, resume_client_ai: for the whole shop, or for one customer."""

from pydantic import Field

from assistants.aurora.ordering import proposed
from assistants.aurora.written import OneLine
from assistants.toolbox import Answer, Arguments, Tool, Turn
from office.client_ai import SET_CUSTOMER_AI, SET_SHOP_AI, SetCustomerAi, SetShopAi
from office.customers import customer_named


class WhoseClientAi(Arguments):
    """One customer, or everybody."""

    customer: OneLine | None = Field(
        default=None, max_length=255, description="nome, pet ou telefone; sem ele, a loja toda"
    )


async def pause(turn: Turn, wanted: WhoseClientAi) -> Answer:
    """Propose that Client AI falls silent."""
    return await _set(turn, wanted, enabled=False)


async def resume(turn: Turn, wanted: WhoseClientAi) -> Answer:
    """Propose that Client AI answers again."""
    return await _set(turn, wanted, enabled=True)


async def _set(turn: Turn, wanted: WhoseClientAi, *, enabled: bool) -> Answer:
    if wanted.customer is None:
        return await proposed(turn, SET_SHOP_AI, SetShopAi(enabled=enabled))
    customer = await customer_named(turn.office, wanted.customer)
    return await proposed(turn, SET_CUSTOMER_AI, SetCustomerAi(contact_id=customer.id, enabled=enabled))


PAUSE_CLIENT_AI = Tool(
    name="pause_client_ai",
    description="Pausa a assistente que responde os clientes: para um cliente, ou para a loja toda.",
    arguments=WhoseClientAi,
    run=pause,
)
RESUME_CLIENT_AI = Tool(
    name="resume_client_ai",
    description="Liga de novo a assistente dos clientes: para um cliente, ou para a loja toda.",
    arguments=WhoseClientAi,
    run=resume,
)

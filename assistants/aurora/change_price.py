"""change_price: what a service is to cost."""

from decimal import Decimal

from pydantic import Field

from assistants.aurora.ordering import proposed
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.shop import Coat, Size
from office.prices import SET_PRICE, SetPrice
from reception.naming import service_named


class ChangePrice(Arguments):
    """A service by its name, and its new price."""

    service: str = Field(min_length=1, max_length=255, description="nome do serviço")
    price: Decimal = Field(ge=0, le=100_000, decimal_places=2, description="em reais")
    size: Size | None = Field(default=None, description="só se o preço é de um porte")
    coat: Coat | None = Field(default=None, description="só se o preço é de um pelo")


async def change(turn: Turn, wanted: ChangePrice) -> Answer:
    """Propose the new price."""
    service = await service_named(turn.tenant, wanted.service)
    command = SetPrice(service_id=service.id, price=wanted.price, size=wanted.size, coat=wanted.coat)
    return await proposed(turn, SET_PRICE, command)


CHANGE_PRICE = Tool(
    name="change_price",
    description="Muda o preço de um serviço.",
    arguments=ChangePrice,
    run=change,
)

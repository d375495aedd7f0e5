"""add_holiday: a day on which the shop does not open, by name."""

from datetime import date

from pydantic import Field

from assistants.aurora.ordering import proposed
from assistants.aurora.written import OneLine
from assistants.toolbox import Answer, Arguments, Tool, Turn
from office.days import ADD_HOLIDAY, closing


class AddHoliday(Arguments):
    """Which day, and what it is called."""

    day: date = Field(description="AAAA-MM-DD")
    name: OneLine = Field(max_length=200, description="nome do feriado")


async def add(turn: Turn, wanted: AddHoliday) -> Answer:
    """Propose the closed day."""
    return await proposed(turn, ADD_HOLIDAY, await closing(turn.office, wanted.day, wanted.day, note=wanted.name))


ADD_HOLIDAY_TOOL = Tool(
    name="add_holiday",
    description="Acrescenta um feriado: nesse dia a loja não abre.",
    arguments=AddHoliday,
    run=add,
)

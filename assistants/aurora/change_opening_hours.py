"""change_opening_hours: when the shop opens on one weekday, from now on."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from assistants.aurora.ordering import proposed
from assistants.aurora.written import ShopTime
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.texts import folded
from office.opening_hours import SET_OPENING_HOURS, SetOpeningHours, new_hours


class Weekday(StrEnum):
    """The days of a week, Monday first."""

    MONDAY = "segunda"
    TUESDAY = "terça"
    WEDNESDAY = "quarta"
    THURSDAY = "quinta"
    FRIDAY = "sexta"
    SATURDAY = "sábado"
    SUNDAY = "domingo"


_WEEK = list(Weekday)


def _read(value: object) -> object:
    """ "Sábado", "terça-feira" or 0 … 6, Monday first."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(_WEEK):
        return _WEEK[value]
    if isinstance(value, str):
        written = folded(value).removesuffix(" feira")
        return next((day for day in _WEEK if folded(day) == written), value)
    return value


class ChangeOpeningHours(Arguments):
    """A weekday, and its new hours."""

    weekday: Annotated[Weekday, BeforeValidator(_read)] = Field(description="dia da semana")
    opens: ShopTime = Field(default=None, description="HH:MM; sem ela, fica como está")
    closes: ShopTime = Field(default=None, description="HH:MM; sem ela, fica como está")
    closed: bool = Field(default=False, description="não abre nesse dia da semana")
    no_break: bool = Field(default=False, description="sem o intervalo que há no meio do dia")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.closed is (self.opens is not None or self.closes is not None or self.no_break):
            raise ValueError("diga a que horas abre ou fecha, ou que fica fechado")
        return self


async def change(turn: Turn, wanted: ChangeOpeningHours) -> Answer:
    """Propose the new hours."""
    weekday = _WEEK.index(wanted.weekday)
    spans = (
        ()
        if wanted.closed
        else await new_hours(turn.office, weekday, wanted.opens, wanted.closes, keep_breaks=not wanted.no_break)
    )
    return await proposed(turn, SET_OPENING_HOURS, SetOpeningHours(weekday=weekday, spans=spans))


CHANGE_OPENING_HOURS = Tool(
    name="change_opening_hours",
    description="Muda o horário de um dia da semana, toda semana. Para um dia só, use block_time.",
    arguments=ChangeOpeningHours,
    run=change,
)

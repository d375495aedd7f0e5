"""free_time: a day is as usual again, or somebody is there after all."""

from datetime import date

from pydantic import Field

from assistants.aurora.ordering import proposed
from assistants.aurora.written import OneLine, ShopTime
from assistants.toolbox import Answer, Arguments, Tool, Turn
from office.absences import DROP_ABSENCE, DropAbsence, absence_on
from office.days import OPEN_TIME, DayAs, SetDays, check_period
from reception.naming import professional_named


class FreeTime(Arguments):
    """A day, and whose."""

    day: date = Field(description="AAAA-MM-DD")
    professional: OneLine | None = Field(
        default=None, max_length=255, description="de quem é a ausência; sem nome, a loja volta ao normal"
    )
    since: ShopTime = Field(
        default=None, alias="from", description="HH:MM em que a ausência começa, se há mais de uma no dia"
    )


async def free(turn: Turn, wanted: FreeTime) -> Answer:
    """Propose the ordinary day, or the end of an absence."""
    check_period(turn.office, wanted.day, wanted.day)
    if wanted.professional is None:
        return await proposed(turn, OPEN_TIME, SetDays(days=(DayAs(day=wanted.day, spans=None),)))
    one = await professional_named(turn.tenant, wanted.professional)
    absence = await absence_on(turn.office, one, wanted.day, wanted.since)
    return await proposed(turn, DROP_ABSENCE, DropAbsence(absence_id=absence.id))


FREE_TIME = Tool(
    name="free_time",
    description="Desfaz um bloqueio: o dia volta ao horário normal, ou um profissional volta à agenda.",
    arguments=FreeTime,
    run=free,
)

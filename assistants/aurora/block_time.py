"""block_time: the shop is closed for some time, or somebody is away."""

from datetime import date, datetime, time, timedelta

from pydantic import Field

from assistants.aurora.ordering import proposed
from assistants.aurora.written import OneLine, ShopTime
from assistants.toolbox import Answer, Arguments, Tool, Turn
from office.absences import ADD_ABSENCE, AddAbsence
from office.days import CLOSE_TIME, check_period, closing
from reception.naming import professional_named


class BlockTime(Arguments):
    """Days, a part of them, and whose time."""

    day: date = Field(description="AAAA-MM-DD")
    last_day: date | None = Field(default=None, description="último dia, se são vários")
    since: ShopTime = Field(default=None, alias="from", description="HH:MM; sem ela, desde o começo do dia")
    until: ShopTime = Field(default=None, alias="to", description="HH:MM; sem ela, até o fim do dia")
    professional: OneLine | None = Field(
        default=None, max_length=255, description="quem fica fora; sem nome, a loja toda fecha"
    )
    reason: OneLine | None = Field(default=None, max_length=200, description="motivo")


async def block(turn: Turn, wanted: BlockTime) -> Answer:
    """Propose to close the shop, or an absence."""
    office, last, note = turn.office, wanted.last_day or wanted.day, wanted.reason or ""
    if wanted.professional is None:
        command = await closing(office, wanted.day, last, since=wanted.since, until=wanted.until, note=note)
        return await proposed(turn, CLOSE_TIME, command)
    one = await professional_named(turn.tenant, wanted.professional)
    check_period(office, wanted.day, last)
    end = (last, wanted.until) if wanted.until else (last + timedelta(days=1), time.min)
    absence = AddAbsence(
        professional_id=one.id,
        starts_at=datetime.combine(wanted.day, wanted.since or time.min, tzinfo=office.zone),
        ends_at=datetime.combine(*end, tzinfo=office.zone),
        note=note,
    )
    return await proposed(turn, ADD_ABSENCE, absence)


BLOCK_TIME = Tool(
    name="block_time",
    description="Fecha a agenda da loja num dia ou em horas dele, ou tira um profissional da agenda.",
    arguments=BlockTime,
    run=block,
)

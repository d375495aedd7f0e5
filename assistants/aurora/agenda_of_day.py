"""agenda_of_day: what is booked on a day."""

from collections import Counter
from collections.abc import Callable
from datetime import date

from pydantic import Field, JsonValue

from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.dates import weekday
from domain.errors import RefusalCode, RequestRefused
from domain.periods import Period
from domain.portuguese import counted
from storage import agenda_entries
from storage.agenda_entries import AgendaEntry

_MOST_LISTED = 60
_FIRST, _LAST = date(1970, 1, 1), date(2199, 12, 31)


class AgendaOfDay(Arguments):
    """A day."""

    day: date | None = Field(default=None, description="AAAA-MM-DD; sem ele, hoje")


async def agenda(turn: Turn, wanted: AgendaOfDay) -> Answer:
    """The day's bookings in order, but for the cancelled ones; reads only. Never a phone."""
    day = wanted.day or turn.today
    if not _FIRST <= day <= _LAST:
        raise RequestRefused(RefusalCode.BAD_ARGUMENTS, "Esse dia está fora do que a agenda alcança.")
    zone = turn.organization.zone
    entries = await agenda_entries.between(turn.tenant, *Period(first=day, last=day).bounds(zone))
    listed: list[JsonValue] = [
        {
            "code": entry.code,
            "time": f"{entry.start.astimezone(zone):%H:%M}–{entry.end.astimezone(zone):%H:%M}",
            "customer": entry.customer,
            "pet": entry.pet,
            "service": entry.service,
            "professional": entry.professional,
            "status": entry.status.portuguese,
        }
        for entry in entries[:_MOST_LISTED]
    ]
    return Answer(
        {
            "day": f"{weekday(day)}, {day:%d/%m/%Y}",
            "total": counted(len(entries), "agendamento"),
            "by_service": _counts(entries, lambda entry: entry.service),
            "by_professional": _counts(entries, lambda entry: entry.professional),
            "by_status": _counts(entries, lambda entry: entry.status.portuguese),
            "listed": len(listed),
            "entries": listed,
        }
    )


def _counts(entries: list[AgendaEntry], of: Callable[[AgendaEntry], str]) -> dict[str, JsonValue]:
    return dict(Counter(map(of, entries)).most_common())


AGENDA_OF_DAY = Tool(
    name="agenda_of_day",
    description="A agenda de um dia: cada agendamento com código, horário, cliente, pet, serviço e profissional.",
    arguments=AgendaOfDay,
    run=agenda,
)

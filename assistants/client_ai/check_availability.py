"""check_availability: the free starts of a day."""

import datetime

from pydantic import Field, JsonValue

from assistants.client_ai.agenda import DEFAULT_DURATION, bookable_day, service_named, starts_on
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.dates import weekday
from storage import services


class CheckAvailability(Arguments):
    """The day the customer asks about."""

    date: datetime.date = Field(description="Dia, AAAA-MM-DD; use a tabela de datas do início")
    service_type: str | None = Field(default=None, max_length=120, description="Serviço, se já se sabe qual")


async def check(turn: Turn, wanted: CheckAvailability) -> Answer:
    """Read the agenda; writes nothing. A day without a free start is an answer, not a refusal."""
    bookable_day(turn, wanted.date)
    service = await service_named(turn, wanted.service_type) if wanted.service_type else None
    duration = datetime.timedelta(minutes=service.duration_minutes) if service else DEFAULT_DURATION
    starts = await starts_on(turn, wanted.date, duration, await services.professionals(turn.tenant))
    slots: list[JsonValue] = [f"{start:%H:%M}" for start in starts]
    return Answer(
        {
            "date": wanted.date.isoformat(),
            "weekday": weekday(wanted.date),
            "service": service.name if service else None,
            "slots": slots,
        }
    )


CHECK_AVAILABILITY = Tool(
    name="check_availability",
    description="Mostra os horários livres de um dia. Chame antes de oferecer ou agendar qualquer horário.",
    arguments=CheckAvailability,
    run=check,
)

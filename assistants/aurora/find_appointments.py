"""find_appointments: the coming bookings of a customer, a pet or a day, with their codes."""

from datetime import date, datetime, time, timedelta
from typing import Self

from pydantic import Field, JsonValue, model_validator

from assistants.aurora.written import OneLine
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.dates import weekday
from domain.errors import RefusalCode, RequestRefused
from domain.matching import matches
from office.customers import customer_named
from storage import agenda_entries
from storage.agenda_entries import AgendaEntry

_MOST = 20


class FindAppointments(Arguments):
    """At least one of these."""

    customer: OneLine | None = Field(default=None, max_length=255, description="nome ou telefone do cliente")
    pet: OneLine | None = Field(default=None, max_length=255, description="nome do pet")
    day: date | None = Field(default=None, description="AAAA-MM-DD")

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if self.customer is None and self.pet is None and self.day is None:
            raise ValueError("diga o cliente, o pet ou o dia")
        return self


async def find(turn: Turn, wanted: FindAppointments) -> Answer:
    """Read the coming bookings that match; the first twenty, and how many there are."""
    since, until = turn.now, None
    zone = turn.organization.zone
    if wanted.day is not None:
        if not turn.today <= wanted.day <= turn.today + timedelta(days=730):
            raise RequestRefused(RefusalCode.PAST_DATE, "Só os agendamentos por vir; confira o dia.")
        since = max(since, datetime.combine(wanted.day, time.min, tzinfo=zone))
        until = datetime.combine(wanted.day + timedelta(days=1), time.min, tzinfo=zone)
    customer = await customer_named(turn.office, wanted.customer) if wanted.customer else None
    found = await agenda_entries.coming(turn.tenant, since, until=until, contact_id=customer.id if customer else None)
    if wanted.day is not None:
        found = [one for one in found if one.start.astimezone(zone).date() == wanted.day]
    if wanted.pet is not None:
        names = set(matches(wanted.pet, sorted({one.pet for one in found if one.pet})))
        found = [one for one in found if one.pet in names]
    listed: list[JsonValue] = [_in_json(one, one.start.astimezone(zone)) for one in found[:_MOST]]
    return Answer({"appointments": listed, "total": len(found)})


def _in_json(one: AgendaEntry, start: datetime) -> JsonValue:
    return {
        "code": one.code,
        "date": start.date().isoformat(),
        "weekday": weekday(start.date()),
        "time": f"{start:%H:%M}",
        "customer": one.customer,
        "pet": one.pet,
        "service": one.service,
        "professional": one.professional,
        "status": one.status.portuguese,
    }


FIND_APPOINTMENTS = Tool(
    name="find_appointments",
    description="Acha agendamentos por vir, com o código de cada um, por cliente, pet ou dia.",
    arguments=FindAppointments,
    run=find,
)

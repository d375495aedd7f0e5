"""list_appointments: what the customer has booked, and waits for."""

from pydantic import JsonValue

from assistants.client_ai.agenda import as_json
from assistants.toolbox import Answer, Arguments, Tool, Turn
from reception.waiting import still_waiting
from storage import bookings, waiting_list


class ListAppointments(Arguments):
    """Nothing has to be said: the customer's own, those to come."""


async def listed(turn: Turn, _: ListAppointments) -> Answer:
    """Read the customer's coming appointments, soonest first."""
    rows = await bookings.coming(turn.tenant, turn.contact_id, after=turn.now)
    facts = [row.facts(turn.organization.zone) for row in rows]
    waits = await waiting_list.of_contact(turn.tenant, turn.contact_id, turn.today)
    appointments: list[JsonValue] = [as_json(one) for one in facts]
    return Answer(
        {"appointments": appointments, "waiting_list": list[JsonValue](still_waiting(waits))},
        slots=tuple(one.start for one in facts),
    )


LIST_APPOINTMENTS = Tool(
    name="list_appointments",
    description="Lista os agendamentos futuros do cliente, com os códigos, e o que ele espera na lista de espera.",
    arguments=ListAppointments,
    run=listed,
)

"""inactive_customers: who has not been for a while, and may be won back."""

from datetime import timedelta

from pydantic import Field, JsonValue

from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.portuguese import counted
from storage import figures

_NO_NAME = "sem nome no cadastro"


class InactiveCustomers(Arguments):
    """Since how many days, and how many to name."""

    days: int = Field(default=45, ge=7, le=730, description="sem visita há quantos dias")
    limit: int = Field(default=10, ge=1, le=30, description="quantos dizer")


async def report(turn: Turn, wanted: InactiveCustomers) -> Answer:
    """Name those who have not been and have nothing booked; reads only. Never a phone."""
    before = turn.today - timedelta(days=wanted.days)
    found = await figures.inactive(turn.tenant, before, turn.organization.zone, turn.now, limit=wanted.limit)
    customers: list[JsonValue] = [
        {
            "name": one.name or _NO_NAME,
            "pet": one.pet,
            "last_visit": f"{one.last_visit:%d/%m/%Y}",
            "days_ago": counted((turn.today - one.last_visit).days, "dia"),
            "service": one.service,
        }
        for one in found.customers
    ]
    return Answer(
        {
            "no_visit_since": f"{before:%d/%m/%Y}",
            "days": wanted.days,
            "total": found.total,
            "listed": len(customers),
            "customers": customers,
        }
    )


INACTIVE_CUSTOMERS = Tool(
    name="inactive_customers",
    description=(
        "Clientes sem visita há tantos dias, sem nada marcado e que aceitam convites: nome, pet e última visita."
    ),
    arguments=InactiveCustomers,
    run=report,
)

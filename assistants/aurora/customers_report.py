"""customers_report: who came for the first time, and who came back."""

from pydantic import JsonValue

from assistants.aurora.asking_period import PeriodArguments
from assistants.aurora.reporting import count_change, what_happened
from assistants.toolbox import Answer, Tool, Turn
from domain.comparison import percent, share
from domain.figures import Customers
from storage import figures


async def report(turn: Turn, wanted: PeriodArguments) -> Answer:
    """Count new and returning customers; reads only."""
    asked = what_happened(turn, wanted)
    now = await figures.customers(turn.tenant, asked.counted, turn.organization.zone)
    before = await figures.customers(turn.tenant, asked.before, turn.organization.zone)
    change = count_change("cliente")
    return Answer(
        asked.answer(
            _figures(now),
            _figures(before),
            {
                "new": change(now.new, before.new),
                "returning": change(now.returning, before.returning),
                "total": change(_total(now), _total(before)),
            },
        )
    )


def _figures(customers: Customers) -> dict[str, JsonValue]:
    new = share(customers.new, _total(customers))
    return {
        "new": customers.new,
        "returning": customers.returning,
        "total": _total(customers),
        "share_of_new": percent(new) if new is not None else None,
    }


def _total(customers: Customers) -> int:
    return customers.new + customers.returning


CUSTOMERS_REPORT = Tool(
    name="customers_report",
    description="Clientes novos (primeira visita) e que voltaram, entre os atendidos no período.",
    arguments=PeriodArguments,
    run=report,
)

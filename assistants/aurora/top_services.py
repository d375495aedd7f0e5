"""top_services: what is sold most."""

from decimal import Decimal

from pydantic import Field, JsonValue

from assistants.aurora.asking_period import PeriodArguments
from assistants.aurora.reporting import count_change, money_change, what_happened
from assistants.toolbox import Answer, Tool, Turn
from domain.figures import ServiceFigures
from domain.money import reais
from domain.portuguese import counted
from storage import figures

_EVERY = 500
"""More services than a shop sells; all are read, so that the totals are those of the period."""


class TopServices(PeriodArguments):
    """A period, and how many services to name."""

    limit: int = Field(default=5, ge=1, le=20, description="quantos dizer")


async def report(turn: Turn, wanted: TopServices) -> Answer:
    """Rank the services that were done; reads only."""
    asked = what_happened(turn, wanted)
    now = await figures.services(turn.tenant, asked.counted, limit=_EVERY)
    before = await figures.services(turn.tenant, asked.before, limit=_EVERY)
    past = {row.service: row for row in before}
    ranked: list[JsonValue] = [
        {
            "rank": rank,
            **_figures(row),
            "before": _figures(past[row.service]) if row.service in past else None,
            "change": count_change("atendimento")(
                row.bookings, past[row.service].bookings if row.service in past else 0
            ),
        }
        for rank, row in enumerate(now[: wanted.limit], start=1)
    ]
    return Answer(
        asked.answer(
            {"services": ranked, "different_services": len(now), "total": _total(now)},
            {"services": [_figures(row) for row in before[: wanted.limit]], "total": _total(before)},
            {
                "bookings": count_change("atendimento")(_bookings(now), _bookings(before)),
                "revenue": money_change(_revenue(now), _revenue(before)),
            },
        )
    )


def _figures(row: ServiceFigures) -> dict[str, JsonValue]:
    return {"service": row.service, "bookings": counted(row.bookings, "atendimento"), "revenue": reais(row.revenue)}


def _total(rows: list[ServiceFigures]) -> dict[str, JsonValue]:
    return {"bookings": counted(_bookings(rows), "atendimento"), "revenue": reais(_revenue(rows))}


def _bookings(rows: list[ServiceFigures]) -> int:
    return sum(row.bookings for row in rows)


def _revenue(rows: list[ServiceFigures]) -> Decimal:
    return sum((row.revenue for row in rows), Decimal(0))


TOP_SERVICES = Tool(
    name="top_services",
    description="Os serviços mais feitos do período, com quantidade e faturamento de cada um.",
    arguments=TopServices,
    run=report,
)

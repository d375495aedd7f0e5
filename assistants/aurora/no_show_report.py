"""no_show_report: how many of those expected did not come."""

from pydantic import JsonValue

from assistants.aurora.asking_period import PeriodArguments
from assistants.aurora.reporting import count_change, what_happened
from assistants.toolbox import Answer, Tool, Turn
from domain.comparison import percent, points
from domain.figures import NoShows
from storage import figures


async def report(turn: Turn, wanted: PeriodArguments) -> Answer:
    """Count who did not come; reads only."""
    asked = what_happened(turn, wanted)
    now = await figures.no_shows(turn.tenant, asked.counted)
    before = await figures.no_shows(turn.tenant, asked.before)
    return Answer(
        asked.answer(
            _figures(now),
            _figures(before),
            {
                "no_shows": count_change("falta")(now.no_shows, before.no_shows),
                "rate": points(now.percent, before.percent),
            },
        )
    )


def _figures(no_shows: NoShows) -> dict[str, JsonValue]:
    return {
        "no_shows": no_shows.no_shows,
        "came": no_shows.completed,
        "expected": no_shows.no_shows + no_shows.completed,
        "rate": percent(no_shows.percent) if no_shows.percent is not None else None,
    }


NO_SHOW_REPORT = Tool(
    name="no_show_report",
    description="Faltas do período: quantos agendados não vieram, e a taxa.",
    arguments=PeriodArguments,
    run=report,
)

"""attendance_report: who was attended, what was done and what it brought in."""

from pydantic import JsonValue

from assistants.aurora.asking_period import PeriodArguments
from assistants.aurora.reporting import count_change, money_change, what_happened
from assistants.toolbox import Answer, Tool, Turn
from domain.figures import Attendance
from domain.money import reais
from domain.portuguese import counted
from storage import figures


async def report(turn: Turn, wanted: PeriodArguments) -> Answer:
    """Count what was completed; reads only."""
    asked = what_happened(turn, wanted)
    now = await figures.attendance(turn.tenant, asked.counted, turn.organization.zone)
    before = await figures.attendance(turn.tenant, asked.before, turn.organization.zone)
    change: dict[str, JsonValue] = {
        "clients": count_change("cliente")(now.clients, before.clients),
        "services": _changes_by_category(now, before),
        "services_total": count_change("serviço")(_total(now), _total(before)),
        "revenue": money_change(now.revenue, before.revenue),
    }
    return Answer(asked.answer(_figures(now), _figures(before), change))


def _figures(done: Attendance) -> dict[str, JsonValue]:
    return {
        "clients": done.clients,
        "services": [
            {"name": row.category, "count": row.count, "label": counted(row.count, row.category)}
            for row in done.by_category
        ],
        "services_total": _total(done),
        "revenue": reais(done.revenue),
    }


def _total(done: Attendance) -> int:
    return sum(row.count for row in done.by_category)


def _changes_by_category(now: Attendance, before: Attendance) -> dict[str, JsonValue]:
    counts = {row.category: row.count for row in now.by_category}
    past = {row.category: row.count for row in before.by_category}
    return {
        name: count_change(name)(counts.get(name, 0), past.get(name, 0))
        for name in (*counts, *(name for name in past if name not in counts))
    }


ATTENDANCE_REPORT = Tool(
    name="attendance_report",
    description="Clientes atendidos, serviços feitos por tipo e faturamento do período, dos agendamentos concluídos.",
    arguments=PeriodArguments,
    run=report,
)

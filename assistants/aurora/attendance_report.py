"""attendance_report: who was attended, what was done and what it brought in."""

from datetime import datetime, time, timedelta
from enum import StrEnum

from pydantic import Field, JsonValue

from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.money import reais
from domain.portuguese import counted
from storage import attendance


class Period(StrEnum):
    """A period up to now, in the shop's time zone; weeks begin on Monday."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"


class AttendanceReport(Arguments):
    """The period the owner asks about."""

    period: Period = Field(description="today (hoje), week (esta semana, desde segunda) ou month (este mês)")


async def report(turn: Turn, wanted: AttendanceReport) -> Answer:
    """Count what was completed; reads only."""
    first = {
        Period.TODAY: turn.today,
        Period.WEEK: turn.today - timedelta(days=turn.today.weekday()),
        Period.MONTH: turn.today.replace(day=1),
    }[wanted.period]
    zone = turn.organization.zone
    start = datetime.combine(first, time.min, tzinfo=zone)
    end = datetime.combine(turn.today + timedelta(days=1), time.min, tzinfo=zone)
    done = await attendance.between(turn.tenant, start, end)
    by_category: list[JsonValue] = [
        {"name": row.category, "count": row.count, "label": counted(row.count, row.category)}
        for row in done.by_category
    ]
    return Answer(
        {
            "period": wanted.period,
            "from": first.isoformat(),
            "to": turn.today.isoformat(),
            "clients": done.clients,
            "services": by_category,
            "revenue": reais(done.revenue),
        }
    )


ATTENDANCE_REPORT = Tool(
    name="attendance_report",
    description="Clientes atendidos, serviços feitos por tipo e faturamento do período, dos agendamentos concluídos.",
    arguments=AttendanceReport,
    run=report,
)

"""The agenda of a day: who comes to whom, what is free, why the shop is closed; and one booking with what may be done.

Its table is a calendar where there is room for one, and a list by time on a phone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from console import booking_changes, new_booking
from console.painting import Painter
from console.parts import Parts
from console.rendering import Me, fragment, page
from console.topics import Topic, TopicKind
from domain.dates import spoken
from domain.ids import OrganizationId
from operating import dates_as_written
from operating.agenda import AgendaDay, PersonsDay, TimeOf, day_of
from operating.refusal import Mistyped

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Cell:
    """A part of the table: somebody's time, or (None) time outside their hours; so many rows high."""

    person: PersonsDay
    rows: int
    time: TimeOf | None = None


@dataclass(frozen=True)
class Row:
    """What begins at a moment."""

    start: datetime
    cells: tuple[Cell, ...]


def routes(parts: Parts) -> APIRouter:
    """Everything under /agenda."""
    routes = APIRouter(prefix="/agenda")

    @routes.get("")
    async def show(me: Me, dia: Annotated[str, Query(max_length=20)] = "") -> Response:
        """One day: today, where none is named or it cannot be read."""
        now = datetime.now(UTC)
        today = now.astimezone(me.zone).date()
        problem = ""
        try:
            day = dates_as_written.day(dia, today) if dia.strip() else today
        except Mistyped as mistyped:
            day, problem = today, str(mistyped)
        return page(
            me,
            "agenda.html",
            status=422 if problem else 200,
            topics=[Topic(me.organization_id, TopicKind.AGENDA, day.isoformat())],
            day=day,
            today=today,
            title=spoken(day, today),
            before=day - _ONE_DAY,
            after=day + _ONE_DAY,
            problem=problem,
            **await _day(parts, me.organization_id, day, now),
        )

    routes.include_router(new_booking.routes(parts))
    routes.include_router(booking_changes.routes(parts))
    return routes


def painter(parts: Parts) -> Painter:
    """Paints one day, the same for all who look at it."""

    async def paint(topic: Topic) -> str:
        day = date.fromisoformat(topic.subject)
        return fragment("_agenda.html", **await _day(parts, topic.organization_id, day, datetime.now(UTC)))

    return paint


async def _day(parts: Parts, organization_id: OrganizationId, day: date, now: datetime) -> dict[str, object]:
    """What `_agenda.html` shows."""
    found = await day_of(parts.database, organization_id, day, now)
    return {"found": found, "rows": table(found)}


def table(found: AgendaDay) -> list[Row]:
    """The day in rows: one for every moment at which something begins or ends; a cell is as high as it lasts."""
    edges = sorted({edge.timestamp() for one in found.people for time in one.times for edge in (time.start, time.end)})
    at = {edge: row for row, edge in enumerate(edges)}
    zone = found.people[0].times[0].start.tzinfo if edges else None
    cells: list[list[Cell]] = [[] for _ in edges]
    for one in found.people:
        row = 0
        for time in one.times:
            begin, end = at[time.start.timestamp()], at[time.end.timestamp()]
            begin = max(begin, row)  # nobody is in two places; were it so, what is first stays whole
            if begin >= end:
                continue
            if begin > row:
                cells[row].append(Cell(one, begin - row))
            cells[begin].append(Cell(one, end - begin, time))
            row = end
        if row < len(edges) - 1:
            cells[row].append(Cell(one, len(edges) - 1 - row))
    return [Row(datetime.fromtimestamp(edge, zone), tuple(row)) for edge, row in zip(edges, cells, strict=True)][:-1]

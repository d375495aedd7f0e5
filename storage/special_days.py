"""Days with opening hours of their own: closed ones, and holidays on which the shop opens."""

import json
from collections.abc import Mapping
from datetime import date

from pydantic import TypeAdapter

from domain.frozen import Frozen
from domain.ids import OrganizationId
from domain.opening import OpenSpan
from storage.database import Connection

_SPANS = TypeAdapter(tuple[OpenSpan, ...])


class SpecialDay(Frozen):
    """A day and its open stretches; none is a closed day."""

    day: date
    spans: tuple[OpenSpan, ...]
    note: str


async def between(tenant: Connection, first: date, last: date) -> list[SpecialDay]:
    """The special days of a period, in order."""
    rows = await tenant.fetch(
        "select day, spans, note from special_days where day between $1 and $2 order by day", first, last
    )
    return [SpecialDay(day=row["day"], spans=_SPANS.validate_json(row["spans"]), note=row["note"]) for row in rows]


async def spans_between(tenant: Connection, first: date, last: date) -> Mapping[date, tuple[OpenSpan, ...]]:
    """As the calendar wants them."""
    return {special.day: special.spans for special in await between(tenant, first, last)}


async def put(tenant: Connection, organization_id: OrganizationId, special: SpecialDay) -> None:
    """That day is open like this."""
    await tenant.execute(
        """insert into special_days (organization_id, day, spans, note) values ($1, $2, $3, $4)
           on conflict (organization_id, day) do update set spans = excluded.spans, note = excluded.note""",
        organization_id,
        special.day,
        json.dumps([span.model_dump(mode="json") for span in special.spans]),
        special.note,
    )


async def drop(tenant: Connection, day: date) -> bool:
    """That day is an ordinary one again; whether it was special."""
    return await tenant.execute("delete from special_days where day = $1", day) == "DELETE 1"

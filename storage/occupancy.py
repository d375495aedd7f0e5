"""Minutes for which professionals were taken, read off the sums that triggers keep (0004_figures.sql)."""

from collections.abc import Mapping, Sequence
from datetime import date

from domain.ids import ProfessionalId
from domain.periods import Period
from storage.database import Connection


async def booked_minutes(tenant: Connection, period: Period) -> Mapping[ProfessionalId, Mapping[int, int]]:
    """The minutes booked with each professional, preparation included, by the hour of the day in which they lie."""
    rows = await tenant.fetch(
        """select professional_id, hour, sum(minutes) minutes from occupied_hours where day between $1 and $2
           group by professional_id, hour having sum(minutes) > 0""",
        period.first,
        period.last,
    )
    found: dict[ProfessionalId, dict[int, int]] = {}
    for row in rows:
        found.setdefault(ProfessionalId(row["professional_id"]), {})[row["hour"]] = row["minutes"]
    return found


async def booked_days(
    tenant: Connection, period: Period, among: Sequence[ProfessionalId]
) -> Mapping[ProfessionalId, Sequence[date]]:
    """The days on which these had something booked with them."""
    rows = await tenant.fetch(
        """select professional_id, array_agg(distinct day order by day) days from occupied_hours
           where day between $1 and $2 and professional_id = any($3) and minutes > 0 group by professional_id""",
        period.first,
        period.last,
        among,
    )
    return {ProfessionalId(row["professional_id"]): row["days"] for row in rows}

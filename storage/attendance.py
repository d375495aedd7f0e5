"""What a shop has done: the figures of a period, read off its completed bookings."""

from datetime import datetime
from decimal import Decimal

from domain.frozen import Frozen
from storage.database import Connection


class CategoryCount(Frozen):
    """Bookings of one category of service."""

    category: str
    count: int


class Attendance(Frozen):
    """What was done in a period: customers served, completed bookings by category, and their revenue in reais."""

    clients: int
    by_category: tuple[CategoryCount, ...]
    revenue: Decimal


async def between(tenant: Connection, start: datetime, end: datetime) -> Attendance:
    """What was completed among the bookings that began in `[start, end)`; one read, so that the figures add up."""
    rows = await tenant.fetch(
        """select s.category, count(*) bookings, sum(b.price) revenue,
                  (select count(distinct contact_id) from bookings
                   where start_time >= $1 and start_time < $2 and status = 'completed') clients
           from bookings b join services s on s.id = b.service_id
           where b.start_time >= $1 and b.start_time < $2 and b.status = 'completed'
           group by s.category order by count(*) desc, s.category""",
        start,
        end,
    )
    return Attendance(
        clients=rows[0]["clients"] if rows else 0,
        by_category=tuple(CategoryCount(category=row["category"], count=row["bookings"]) for row in rows),
        revenue=sum((row["revenue"] for row in rows), Decimal(0)),
    )

"""The figures of a shop, read off the sums that triggers keep of its bookings (0004_figures.sql).

A booking belongs to the day, by the shop's calendar, on which it begins; a visit is a completed booking.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.bookings import BookingStatus
from domain.figures import (
    Amount,
    Attendance,
    CategoryCount,
    Customers,
    DayRevenue,
    Inactive,
    InactiveCustomer,
    NoShows,
    Revenue,
    ServiceFigures,
)
from domain.ids import ContactId
from domain.periods import Period
from storage.database import Connection

_EXPECTED = (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS)

_FEW_DAYS = 400
"""Up to so many days all visits are read to count who came; in more, looking for one of each customer's is faster."""


async def attendance(tenant: Connection, period: Period, zone: ZoneInfo) -> Attendance:
    """What was done, and for how many customers."""
    rows = await tenant.fetch(
        """select s.category, sum(d.bookings) bookings, sum(d.revenue) revenue
           from booking_days d join services s on s.id = d.service_id
           where d.day between $1 and $2 and d.status = 'completed' and d.bookings > 0
           group by s.category order by 2 desc, 1""",
        period.first,
        period.last,
    )
    who = await customers(tenant, period, zone)
    return Attendance(
        clients=who.new + who.returning,
        by_category=tuple(CategoryCount(category=row["category"], count=row["bookings"]) for row in rows),
        revenue=sum((row["revenue"] for row in rows), Decimal(0)),
    )


async def revenue(tenant: Connection, period: Period) -> Revenue:
    """What came in, is expected, and was lost, of the bookings that begin in a period."""
    amounts = await _by_status(tenant, period)
    expected = [amounts[status] for status in _EXPECTED]
    return Revenue(
        done=amounts[BookingStatus.COMPLETED],
        expected=Amount(
            bookings=sum(one.bookings for one in expected), reais=sum((one.reais for one in expected), Decimal(0))
        ),
        lost_to_no_shows=amounts[BookingStatus.NO_SHOW],
        lost_to_cancellations=amounts[BookingStatus.CANCELLED],
    )


async def revenue_by_day(tenant: Connection, period: Period) -> list[DayRevenue]:
    """The revenue of every day of a period, in order, also of those on which there was none."""
    rows = await tenant.fetch(
        """select a.day::date, coalesce(sum(revenue) filter (where status = 'completed'), 0) done,
                  coalesce(sum(revenue) filter (where status = any($3::text[])), 0) expected
           from generate_series($1::date::timestamp, $2::date::timestamp, '1 day') a (day)
               left join booking_days d on d.day = a.day::date
           group by 1 order by 1""",
        period.first,
        period.last,
        _EXPECTED,
    )
    return [DayRevenue(day=row["day"], done=row["done"], expected=row["expected"]) for row in rows]


async def services(tenant: Connection, period: Period, limit: int = 5) -> list[ServiceFigures]:
    """The services that were done most: by how often, then by what they brought in."""
    rows = await tenant.fetch(
        """select s.name, sum(d.bookings) bookings, sum(d.revenue) revenue
           from booking_days d join services s on s.id = d.service_id
           where d.day between $1 and $2 and d.status = 'completed' and d.bookings > 0
           group by s.id order by 2 desc, 3 desc, s.name_folded limit $3""",
        period.first,
        period.last,
        limit,
    )
    return [ServiceFigures(service=row["name"], bookings=row["bookings"], revenue=row["revenue"]) for row in rows]


async def no_shows(tenant: Connection, period: Period) -> NoShows:
    """Who did not come, and who did."""
    amounts = await _by_status(tenant, period)
    return NoShows(
        no_shows=amounts[BookingStatus.NO_SHOW].bookings, completed=amounts[BookingStatus.COMPLETED].bookings
    )


async def customers(tenant: Connection, period: Period, zone: ZoneInfo) -> Customers:
    """Who was served, each once; a customer whose first visit lies in the period is new."""
    start, end = period.bounds(zone)
    counted = """select count(*) filter (where first_visit >= $1) new, count(*) filter (where first_visit < $1) had_been
        from customer_visits"""
    if period.days <= _FEW_DAYS:
        row = await tenant.fetchrow(
            f"""{counted} where contact_id = any(array(
                    select distinct contact_id from bookings
                    where start_time >= $1 and start_time < $2 and status = 'completed'))""",
            start,
            end,
        )
    else:  # the first and last visits tell of most; the bookings of the others are looked into one by one
        row = await tenant.fetchrow(
            f"""{counted} v where (first_visit >= $1 and first_visit < $2) or (last_visit >= $1 and last_visit < $2)
                    or (first_visit < $1 and last_visit >= $2 and (
                        select true from bookings b where b.contact_id = v.contact_id
                            and b.start_time >= $1 and b.start_time < $2 and b.status = 'completed' limit 1))""",
            start,
            end,
        )
    assert row is not None
    return Customers(new=row["new"], returning=row["had_been"])


async def inactive(tenant: Connection, before: date, zone: ZoneInfo, now: datetime, limit: int = 10) -> Inactive:
    """Who was last here before a day, has nothing booked that is still to come, and may be written to."""
    rows = await tenant.fetch(
        """with gone as (
               select contact_id, last_visit, last_booking_id from customer_visits
               where last_visit < $1
                 and contact_id not in (
                     select contact_id from bookings
                     where start_time > $2::timestamptz - interval '1 day' and end_time > $2
                       and status in ('scheduled', 'confirmed', 'in_progress'))
                 and contact_id not in (select id from contacts where opted_out_at is not null)),
           latest as (select * from gone order by last_visit desc, contact_id limit $3)
           select counted.total, l.contact_id, l.last_visit, c.name, p.name pet, s.name service
           from (select count(*) total from gone) counted left join (
               latest l join contacts c on c.id = l.contact_id join bookings b on b.id = l.last_booking_id
               join services s on s.id = b.service_id left join pets p on p.id = b.pet_id) on true
           order by l.last_visit desc, l.contact_id""",
        datetime.combine(before, time.min, tzinfo=zone),
        now,
        limit,
    )
    return Inactive(
        total=rows[0]["total"],
        customers=tuple(
            InactiveCustomer(
                contact_id=ContactId(row["contact_id"]),
                name=row["name"],
                pet=row["pet"],
                service=row["service"],
                last_visit=row["last_visit"].astimezone(zone).date(),
            )
            for row in rows
            if row["contact_id"] is not None
        ),
    )


async def coming_bookings(tenant: Connection, start: datetime, end: datetime) -> int:
    """How many bookings that stand, scheduled or confirmed, begin in `[start, end)`."""
    found: int = await tenant.fetchval(
        """select count(*) from bookings
           where start_time >= $1 and start_time < $2 and status in ('scheduled', 'confirmed')""",
        start,
        end,
    )
    return found


async def _by_status(tenant: Connection, period: Period) -> Mapping[BookingStatus, Amount]:
    """What the bookings of each status are worth; of a status that none has, nothing."""
    rows = await tenant.fetch(
        """select status, sum(bookings) bookings, sum(revenue) reais from booking_days
           where day between $1 and $2 group by status""",
        period.first,
        period.last,
    )
    found = {BookingStatus(row["status"]): Amount(bookings=row["bookings"], reais=row["reais"]) for row in rows}
    return {status: found.get(status, Amount()) for status in BookingStatus}

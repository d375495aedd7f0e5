"""A shop's figures counted by hand: booking by booking and minute by minute, from nothing but the rows."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

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

_TO_COME = ("scheduled", "confirmed", "in_progress")


@dataclass(frozen=True)
class Booked:
    """A booking, with what its ids stand for."""

    id: UUID
    contact_id: UUID
    name: str | None
    opted_out: bool
    pet: str | None
    service: str
    category: str
    professional_id: UUID
    start_time: datetime
    end_time: datetime
    preparation_minutes: int
    price: Decimal
    status: str
    booked_by: str
    created_at: datetime


async def bookings_of(tenant: Connection) -> list[Booked]:
    """Every booking of the shop."""
    rows = await tenant.fetch(
        """select b.id, b.contact_id, c.name, c.opted_out_at is not null opted_out, p.name pet, s.name service,
                  s.category, b.professional_id, b.start_time, b.end_time, b.preparation_minutes, b.price,
                  b.status, b.booked_by, b.created_at
           from bookings b join contacts c on c.id = b.contact_id join services s on s.id = b.service_id
               left join pets p on p.id = b.pet_id"""
    )
    return [Booked(**dict(row)) for row in rows]


@dataclass(frozen=True)
class Counted:
    """The figures of these bookings, with the shop's clock in a zone."""

    bookings: Sequence[Booked]
    zone: ZoneInfo

    def day(self, booking: Booked) -> date:
        """The day on which it begins."""
        return booking.start_time.astimezone(self.zone).date()

    def within(self, period: Period, *statuses: str) -> list[Booked]:
        """Those of a period that have one of these statuses."""
        return [b for b in self.bookings if period.first <= self.day(b) <= period.last and b.status in statuses]

    def amount(self, period: Period, *statuses: str) -> Amount:
        """How many those are, and what they are worth."""
        found = self.within(period, *statuses)
        return Amount(bookings=len(found), reais=sum((b.price for b in found), Decimal(0)))

    def revenue(self, period: Period) -> Revenue:
        """By what became of them."""
        return Revenue(
            done=self.amount(period, "completed"),
            expected=self.amount(period, *_TO_COME),
            lost_to_no_shows=self.amount(period, "no_show"),
            lost_to_cancellations=self.amount(period, "cancelled"),
        )

    def attendance(self, period: Period) -> Attendance:
        """Who came, and for what."""
        done = self.within(period, "completed")
        counts = Counter(b.category for b in done)
        return Attendance(
            clients=len({b.contact_id for b in done}),
            by_category=tuple(
                CategoryCount(category=category, count=count)
                for category, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
            ),
            revenue=sum((b.price for b in done), Decimal(0)),
        )

    def by_day(self, period: Period) -> list[DayRevenue]:
        """Day after day."""
        days = [period.first + timedelta(days=n) for n in range(period.days)]
        alone = [Period(first=day, last=day) for day in days]
        return [
            DayRevenue(
                day=one.first,
                done=self.amount(one, "completed").reais,
                expected=self.amount(one, *_TO_COME).reais,
            )
            for one in alone
        ]

    def services(self, period: Period) -> set[ServiceFigures]:
        """What was done, in no order."""
        done: dict[str, list[Decimal]] = defaultdict(list)
        for booking in self.within(period, "completed"):
            done[booking.service].append(booking.price)
        return {
            ServiceFigures(service=name, bookings=len(prices), revenue=sum(prices, Decimal(0)))
            for name, prices in done.items()
        }

    def no_shows(self, period: Period) -> NoShows:
        """Who came and who did not."""
        return NoShows(no_shows=len(self.within(period, "no_show")), completed=len(self.within(period, "completed")))

    def customers(self, period: Period) -> Customers:
        """Those who came, by whether they had come before."""
        came = {b.contact_id for b in self.within(period, "completed")}
        before = {b.contact_id for b in self.bookings if b.status == "completed" and self.day(b) < period.first}
        return Customers(new=len(came - before), returning=len(came & before))

    def inactive(self, before: date, now: datetime, limit: int) -> Inactive:
        """Who has not come since a day, and is not expected."""
        last: dict[UUID, Booked] = {}
        for booking in sorted(self.bookings, key=lambda b: (b.start_time, b.id)):
            if booking.status == "completed":
                last[booking.contact_id] = booking
        expected = {b.contact_id for b in self.bookings if b.status in _TO_COME and b.end_time > now}
        gone = [b for b in last.values() if self.day(b) < before and b.contact_id not in expected and not b.opted_out]
        gone.sort(key=lambda b: (-b.start_time.timestamp(), b.contact_id))
        return Inactive(
            total=len(gone),
            customers=tuple(
                InactiveCustomer(
                    contact_id=ContactId(b.contact_id),
                    name=b.name,
                    pet=b.pet,
                    service=b.service,
                    last_visit=self.day(b),
                )
                for b in gone[:limit]
            ),
        )

    def occupied(self) -> Counter[tuple[date, UUID, int]]:
        """Minute by minute: how many each hour of each day holds of each professional's."""
        found: Counter[tuple[date, UUID, int]] = Counter()
        for booking in self.bookings:
            if booking.status == "cancelled":
                continue
            at = booking.start_time - timedelta(minutes=booking.preparation_minutes)
            while at < booking.end_time:
                local = at.astimezone(self.zone)
                found[local.date(), booking.professional_id, local.hour] += 1
                at += timedelta(minutes=1)
        return found

    def made(self) -> Counter[tuple[date, str]]:
        """How many bookings were made on each day, by whom."""
        return Counter((b.created_at.astimezone(self.zone).date(), b.booked_by) for b in self.bookings)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day."""
    return datetime.combine(day, time(), tzinfo=zone)

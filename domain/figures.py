"""The figures of a shop in a period, as its rows support them; money in reais, days of the shop's calendar."""

from datetime import date
from decimal import Decimal

from domain.frozen import Frozen
from domain.ids import ContactId, ProfessionalId


class CategoryCount(Frozen):
    """Completed bookings of one category of service."""

    category: str
    count: int


class Attendance(Frozen):
    """What was done: customers served (each once), completed bookings by category, most first, and their revenue."""

    clients: int
    by_category: tuple[CategoryCount, ...]
    revenue: Decimal


class Amount(Frozen):
    """Some bookings, and what they are worth."""

    bookings: int = 0
    reais: Decimal = Decimal(0)


class Revenue(Frozen):
    """Done (completed), expected (scheduled, confirmed or in progress), and lost, of the bookings of a period."""

    done: Amount = Amount()
    expected: Amount = Amount()
    lost_to_no_shows: Amount = Amount()
    lost_to_cancellations: Amount = Amount()


class DayRevenue(Frozen):
    """One day's revenue."""

    day: date
    done: Decimal
    expected: Decimal


class ServiceFigures(Frozen):
    """Completed bookings of one service, and what they brought in."""

    service: str
    bookings: int
    revenue: Decimal


class NoShows(Frozen):
    """Of those who were expected, who came and who did not."""

    no_shows: int
    completed: int

    @property
    def percent(self) -> Decimal | None:
        """The share that did not come, 0 to 100 with one decimal; None when nobody was expected."""
        expected = self.no_shows + self.completed
        return round(Decimal(100 * self.no_shows) / expected, 1) if expected else None


class Customers(Frozen):
    """Customers served (each once): those whose first visit ever it was, and those who had been before."""

    new: int
    returning: int


class InactiveCustomer(Frozen):
    """Somebody who has not been for a while and has nothing booked; `pet` is the one of the last visit."""

    contact_id: ContactId
    name: str | None
    pet: str | None
    service: str
    last_visit: date


class Inactive(Frozen):
    """How many customers are inactive, and the most recently lost of them first: those are won back most easily."""

    total: int
    customers: tuple[InactiveCustomer, ...]


class Occupied(Frozen):
    """Booked and open minutes; `percent` is None while nothing was open."""

    booked_minutes: int
    open_minutes: int

    @property
    def percent(self) -> Decimal | None:
        """The share that is booked, 0 to 100 with one decimal; more than 100 where bookings lie outside the hours."""
        return round(Decimal(100 * self.booked_minutes) / self.open_minutes, 1) if self.open_minutes else None


class HourOccupancy(Frozen):
    """How busy somebody, or everybody together, is in one hour of the day (9 stands for 09:00 to 10:00)."""

    hour: int
    occupied: Occupied


class ProfessionalOccupancy(Frozen):
    """How busy one professional is, in all and in each hour of the day in which anything is open or booked."""

    professional_id: ProfessionalId
    name: str
    occupied: Occupied
    by_hour: tuple[HourOccupancy, ...] = ()


class Occupancy(Frozen):
    """How busy the shop is: by professional, and by hour of the day. Both add up to `total`."""

    total: Occupied
    by_professional: tuple[ProfessionalOccupancy, ...]
    by_hour: tuple[HourOccupancy, ...]


class ModelUse(Frozen):
    """What one model was asked for."""

    model: str
    prompt_tokens: int
    completion_tokens: int


class AssistantFigures(Frozen):
    """How Client AI did. A conversation counts once for each day on which she answered in it.

    `answered_alone` and `handed_over` add up to `conversations`; `booked` are bookings customers made with her.
    """

    conversations: int
    handed_over: int
    booked: int
    by_model: tuple[ModelUse, ...]

    @property
    def answered_alone(self) -> int:
        """Conversations she did without a person."""
        return self.conversations - self.handed_over

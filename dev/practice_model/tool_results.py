"""What tools answered, as far as the rules act on it; a field that is of another shape makes the answer unreadable."""

from datetime import date, time

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ServiceCount(_Read):
    """A line of an attendance report."""

    name: str
    count: int
    label: str | None = None


class Start(_Read):
    """A free start; with a `slot_id` it is kept for the customer."""

    day: date = Field(alias="date")
    at: time = Field(alias="time")
    slot_id: str = ""


class ListedAppointment(_Read):
    """One of the customer's appointments, as list_appointments tells it."""

    pet: str
    service: str
    day: date = Field(alias="date")
    at: time = Field(alias="time")
    price: str = ""


class ToolResult(_Read):
    """What a tool answered; each tool fills the fields it has."""

    ok: bool
    error: str = ""
    message: str = ""
    # check_availability, and refusals with times to offer instead
    slots: tuple[time, ...] = ()
    offers: tuple[Start, ...] = ()
    also_free: dict[date, tuple[time, ...]] = {}
    next_free: Start | None = None
    alternatives: tuple[time, ...] = ()
    # changes of the agenda
    proposed: str | None = None
    appointment: str = ""
    appointments: tuple[ListedAppointment | str, ...] = ()
    # ask_the_shop, where the shop has answered it before
    answer: str = ""
    # refusals
    candidates: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    service: str | None = None
    reason: str = ""
    field: str = ""
    # attendance_report; in a refusal the names of all services
    period: str = ""
    clients: int = 0
    services: tuple[ServiceCount | str, ...] = ()
    revenue: str | None = None

    @property
    def is_done(self) -> bool:
        """Whether it did what it was called for, and not only proposed it."""
        return self.ok and self.proposed is None

    def offered_on(self, day: date) -> tuple[time, ...]:
        """The starts of a day that are kept for the customer (or all there are, where none is kept)."""
        return tuple(start.at for start in self.offers if start.day == day) or self.slots

    def free_on(self, day: date) -> tuple[time, ...]:
        """Every free start of a day that the answer names, in order."""
        return tuple(sorted({*self.offered_on(day), *self.also_free.get(day, ())}))


def read_result(content: str) -> ToolResult:
    """The answer in a tool message."""
    try:
        return ToolResult.model_validate_json(content)
    except ValidationError:
        return ToolResult(ok=False, error="unreadable")

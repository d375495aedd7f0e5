"""A booking's life, as its row and the clock have it: what comes next, and when."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from domain.agenda_rules import AgendaRules, Unattended
from domain.bookings import BookingStatus
from domain.frozen import Frozen
from domain.notices import Notice, NoticeKind, follow_up, notices_before
from domain.shop_calendar import ShopCalendar


class Step(StrEnum):
    """What is done when its time has come."""

    RELEASE = "release"
    """Held slots come free."""
    NOTIFY = "notify"
    BEGIN = "begin"
    CLOSE = "close"


class NextStep(Frozen):
    """What is due when. A notice is about the time the booking was given at `timed_at`, and is not sent
    past `until`."""

    step: Step
    due: AwareDatetime
    notice: NoticeKind | None = None
    timed_at: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @property
    def portuguese(self) -> str:
        """What is done, as operators read it."""
        return self.notice.portuguese if self.notice else _STEPS[self.step]


_STEPS = {
    Step.RELEASE: "soltar o que está guardado",
    Step.NOTIFY: "escrever ao cliente",
    Step.BEGIN: "começar o atendimento",
    Step.CLOSE: "encerrar",
}


class BookingTimes(Frozen):
    """What of a row decides its life; `told` are the notices that are done with for its present time."""

    status: BookingStatus
    start: AwareDatetime
    end: AwareDatetime
    timed_at: AwareDatetime
    told: frozenset[NoticeKind] = frozenset()


def next_step(
    booking: BookingTimes | None,
    *,
    held_until: datetime | None,
    rules: AgendaRules,
    calendar: ShopCalendar,
    now: datetime,
) -> NextStep | None:
    """The soonest of all that is still to come; None when the life is over. What is overdue comes first.

    `held_until` is when the first of its held slots expires.
    """
    steps = [NextStep(step=Step.RELEASE, due=held_until)] if held_until else []
    if booking is not None:
        steps += steps_to_come(booking, rules=rules, calendar=calendar, now=now)
    return min(steps, key=lambda step: step.due.timestamp(), default=None)


def steps_to_come(
    booking: BookingTimes, *, rules: AgendaRules, calendar: ShopCalendar, now: datetime
) -> list[NextStep]:
    """All that is still to come of a booking as it is now, in no order."""
    closes, begins = (
        NextStep(step=step, due=when(step, start=booking.start, end=booking.end, rules=rules))
        for step in (Step.CLOSE, Step.BEGIN)
    )
    match booking.status:
        case BookingStatus.SCHEDULED | BookingStatus.CONFIRMED:
            planned = rules
            if booking.status is BookingStatus.CONFIRMED and NoticeKind.ASK_TO_CONFIRM not in booking.told:
                planned = rules.model_copy(update={"confirm_hours_before": 0})  # the reminder it may stand for comes
            notices = notices_before(booking.start, timed_at=booking.timed_at, rules=planned, calendar=calendar)
            by_time = begins if rules.unattended is Unattended.COMPLETED else closes
            return [*_still_due(notices, booking, calendar, now), by_time]
        case BookingStatus.IN_PROGRESS:
            return [closes]
        case BookingStatus.COMPLETED | BookingStatus.NO_SHOW:
            last = follow_up(booking.end, rules=rules, calendar=calendar)
            return _still_due((last,) if last else (), booking, calendar, now)
        case BookingStatus.CANCELLED:
            return []


def _still_due(
    notices: tuple[Notice, ...], booking: BookingTimes, calendar: ShopCalendar, now: datetime
) -> list[NextStep]:
    """What is overdue, because the shop's number or the engine was away, is not sent at night either."""
    steps = []
    for notice in notices:
        if notice.kind in booking.told or now >= notice.until:
            continue
        due: datetime | None = notice.due
        if notice.due < now and not calendar.is_open_at(now):
            due = calendar.earliest_open_after(now, within=notice.until - now)
        if due is not None and due < notice.until:
            steps.append(
                NextStep(step=Step.NOTIFY, due=due, notice=notice.kind, timed_at=booking.timed_at, until=notice.until)
            )
    return steps


def when(step: Step, *, start: datetime, end: datetime, rules: AgendaRules) -> datetime:
    """When time alone begins or closes a booking."""
    return start if step is Step.BEGIN else end + timedelta(minutes=rules.close_after_minutes)


def calls_for(kind: NoticeKind, status: BookingStatus) -> bool:
    """Whether a booking in that state is still to be told of so."""
    match kind:
        case NoticeKind.ASK_TO_CONFIRM:
            return status is BookingStatus.SCHEDULED
        case NoticeKind.REMIND:
            return status.is_coming
        case NoticeKind.FOLLOW_UP:
            return status in (BookingStatus.COMPLETED, BookingStatus.NO_SHOW)


def after_time(status: BookingStatus, step: Step, rules: AgendaRules) -> BookingStatus | None:
    """What a booking becomes by time alone; None when the step does not apply to it."""
    if step is Step.BEGIN:
        return BookingStatus.IN_PROGRESS if status.is_coming and rules.unattended is Unattended.COMPLETED else None
    if step is Step.CLOSE:
        if status is BookingStatus.IN_PROGRESS:
            return BookingStatus.COMPLETED
        return BookingStatus.NO_SHOW if status.is_coming and rules.unattended is Unattended.NO_SHOW else None
    return None

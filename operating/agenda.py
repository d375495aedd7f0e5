"""The agenda as the shop's people look at it: a day by professional, lists of bookings, who waits for a day."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from domain.agenda import Agenda, Professional, working
from domain.agenda_clock import DayClock, Stretch, common, without
from domain.bookings import BookingStatus
from domain.busy_times import NEVER_BUSY
from domain.frozen import Frozen
from domain.ids import OrganizationId, ProfessionalId
from domain.opening import OpenSpan
from operating.shops import desk_of
from reception.desk import Desk
from storage import agenda_entries, professionals, services, special_days, waiting_list
from storage.agenda_entries import AgendaEntry
from storage.database import Database
from storage.professionals import Absence
from storage.waiting_list import Waiting

_NOTHING_SHORTER = 15
"""Minutes that are worth calling free where the shop sells nothing yet."""


class TimeKind(StrEnum):
    """What somebody's time is taken by, or not."""

    BOOKED = "booked"
    LUNCH = "lunch"
    AWAY = "away"
    HELD = "held"
    """Kept for a few minutes for a customer who is deciding."""
    FREE = "free"


class TimeOf(Frozen):
    """A stretch of a professional's day, on the shop's clock; a booking's begins with its preparation."""

    kind: TimeKind
    start: datetime
    end: datetime
    booking: AgendaEntry | None = None
    note: str = ""


class PersonsDay(Frozen):
    """A professional's day in order; what is left between is outside their hours."""

    id: ProfessionalId
    name: str
    times: tuple[TimeOf, ...]


class AgendaDay(Frozen):
    """A day of the shop, all of it on its own clock. `closed` says why it does not open; what is booked is shown.

    `off` are bookings that take nobody's time: cancelled ones, and of who did not come.
    """

    day: date
    today: date
    closed: str | None
    note: str
    spans: tuple[OpenSpan, ...]
    people: tuple[PersonsDay, ...]
    off: tuple[AgendaEntry, ...]


async def day_of(database: Database, shop: OrganizationId, day: date, now: datetime) -> AgendaDay:
    """That day, read; nothing is offered in the past."""
    async with database.tenant(shop) as tenant:
        desk = await desk_of(tenant, shop, now)
        agenda = await desk.agenda(day, day)
        start, end = _bounds(desk, day, day)
        entries = [
            one.model_copy(update={"start": one.start.astimezone(desk.zone), "end": one.end.astimezone(desk.zone)})
            for one in await agenda_entries.between(tenant, start, end, cancelled=True)
        ]
        away = [one for one in await professionals.absences(tenant, start) if one.starts_at < end]
        on_sale = await services.active(tenant)
        special = await special_days.between(tenant, day, day)
    here = {one.id for one in agenda.professionals}
    gone = {one.professional_id: one.professional for one in entries if one.professional_id not in here}
    least = min((one.duration_minutes for one in on_sale), default=_NOTHING_SHORTER)
    day_clock = DayClock(day, desk.zone)
    taken = [one for one in entries if _takes_time(one)]
    return AgendaDay(
        day=day,
        today=desk.today,
        closed=agenda.calendar.why_closed(day),
        note=special[0].note if special else "",
        spans=agenda.calendar.spans(day),
        people=(
            *(
                PersonsDay(
                    id=one.id,
                    name=one.name,
                    times=_times(desk, agenda, day, day_clock, one, _of(one.id, taken), away, least * 60),
                )
                for one in agenda.professionals
            ),
            *(
                PersonsDay(id=id_, name=name, times=tuple(_booked(desk, one) for one in _of(id_, taken)))
                for id_, name in gone.items()
                if _of(id_, taken)
            ),
        ),
        off=tuple(one for one in entries if not _takes_time(one)),
    )


async def listed(
    database: Database, shop: OrganizationId, first: date, last: date, now: datetime, *, cancelled: bool = False
) -> list[AgendaEntry]:
    """The bookings that begin on these days of the shop's calendar, soonest first."""
    async with database.tenant(shop) as tenant:
        desk = await desk_of(tenant, shop, now)
        return await agenda_entries.between(tenant, *_bounds(desk, first, last), cancelled=cancelled)


async def waiting(database: Database, shop: OrganizationId, now: datetime) -> list[Waiting]:
    """Everybody who waits for a day that is still to come."""
    async with database.tenant(shop) as tenant:
        return await waiting_list.listed(tenant, (await desk_of(tenant, shop, now)).today)


def _bounds(desk: Desk, first: date, last: date) -> tuple[datetime, datetime]:
    return (
        datetime.combine(first, time.min, tzinfo=desk.zone),
        datetime.combine(last + timedelta(days=1), time.min, tzinfo=desk.zone),
    )


def _takes_time(entry: AgendaEntry) -> bool:
    return entry.status not in (BookingStatus.CANCELLED, BookingStatus.NO_SHOW)


def _of(professional_id: ProfessionalId, entries: Iterable[AgendaEntry]) -> list[AgendaEntry]:
    return [one for one in entries if one.professional_id == professional_id]


def _times(
    desk: Desk,
    agenda: Agenda,
    day: date,
    clock: DayClock,
    one: Professional,
    booked: Sequence[AgendaEntry],
    absences: Sequence[Absence],
    least: int,
) -> tuple[TimeOf, ...]:
    """Bookings before all else; then lunch, absences, what is held; and of what is left, what is long enough."""
    opened = tuple(span.faces() for span in agenda.calendar.spans(day))
    at_work = working(one, day, opened, clock.stretches)
    on_duty = working(one.model_copy(update={"lunch": None}), day, opened, clock.stretches)
    busy = agenda.busy.get(one.id, NEVER_BUSY)
    taken = [_seconds(_booked(desk, entry)) for entry in booked]
    lunch = without(without(on_duty, at_work), taken)
    found = [_booked(desk, entry) for entry in booked]
    found += _named(desk, TimeKind.LUNCH, lunch)
    gone: list[Stretch] = []
    for absence in absences:
        if absence.professional_id == one.id:
            whole = (int(absence.starts_at.timestamp()), int(absence.ends_at.timestamp()))
            parts = without(common(at_work, [whole]), (*taken, *gone))
            found += _named(desk, TimeKind.AWAY, parts, absence.note)
            gone += parts
    held = without(common(at_work, zip(busy.starts, busy.ends, strict=True)), (*taken, *gone))
    found += _named(desk, TimeKind.HELD, held)
    now = int(desk.now.timestamp())
    free = [gap for begin, end in at_work if now < end for gap in busy.gaps(max(begin, now), end, least)]
    found += _named(desk, TimeKind.FREE, free)
    return tuple(sorted(found, key=lambda time_of: time_of.start.timestamp()))


def _booked(desk: Desk, entry: AgendaEntry) -> TimeOf:
    begin = entry.start - timedelta(minutes=entry.preparation_minutes)
    return TimeOf(
        kind=TimeKind.BOOKED, start=begin.astimezone(desk.zone), end=entry.end.astimezone(desk.zone), booking=entry
    )


def _named(desk: Desk, kind: TimeKind, stretches: Iterable[Stretch], note: str = "") -> list[TimeOf]:
    return [
        TimeOf(
            kind=kind,
            start=datetime.fromtimestamp(begin, desk.zone),
            end=datetime.fromtimestamp(end, desk.zone),
            note=note,
        )
        for begin, end in stretches
    ]


def _seconds(one: TimeOf) -> Stretch:
    return int(one.start.timestamp()), int(one.end.timestamp())

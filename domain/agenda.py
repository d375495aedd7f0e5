"""Which starts are free, and why one cannot be: pure rules in the shop's own time zone.

An appointment lies in one open stretch of its day. Its professional does the service, is inside their own hours and
outside lunch, and is free, all from the beginning of the preparation, which comes directly before the start; the pet
is free for the appointment alone. Lengths are real time; a clock that jumps changes no length.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil, floor
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from domain.agenda_clock import DayClock, Stretch, common, without
from domain.agenda_rules import AgendaRules
from domain.busy_times import NEVER_BUSY, BusyTimes
from domain.errors import RefusalCode, RequestRefused
from domain.frozen import Frozen
from domain.ids import ProfessionalId, ServiceId
from domain.opening import OpeningHours, OpenSpan
from domain.portuguese import counted
from domain.shop_calendar import ShopCalendar

_DAY = timedelta(days=1)


class Need(Frozen):
    """What time is looked for; without a service, any professional will do."""

    service_id: ServiceId | None
    minutes: Annotated[int, Field(ge=1)]
    preparation_minutes: Annotated[int, Field(ge=0)] = 0


class Professional(Frozen):
    """Who does which services, and when; `services` None is all of them, `hours` None the shop's."""

    id: ProfessionalId
    name: str
    services: frozenset[ServiceId] | None
    hours: OpeningHours | None = None
    lunch: OpenSpan | None = None

    def does(self, service_id: ServiceId | None) -> bool:
        """Whether they do it."""
        return service_id is None or self.services is None or service_id in self.services


@dataclass(frozen=True)
class Agenda:
    """All that decides whether a start is free.

    `busy` holds, merged, what takes a professional: bookings with their preparation, absences, slots held for others.
    """

    calendar: ShopCalendar
    rules: AgendaRules
    professionals: tuple[Professional, ...]
    busy: Mapping[ProfessionalId, BusyTimes]
    pet_busy: BusyTimes = NEVER_BUSY


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A start in the shop's zone, and who could take it, in the agenda's order."""

    start: datetime
    professionals: tuple[ProfessionalId, ...]


def free_slots(agenda: Agenda, need: Need, *, first: date, last: date, now: datetime) -> list[FreeSlot]:
    """Every start that can be offered from one day to another, soonest first."""
    calendar, rules = agenda.calendar, agenda.rules
    staff = _Staff(agenda, need)
    if not staff.professionals:
        return []
    today = _local_day(now, calendar.zone)
    last = min(last, _last_day(agenda, today))
    earliest = _earliest(agenda, now)
    length, step = need.minutes * 60, min(rules.slot_minutes, need.minutes) * 60
    slots: list[FreeSlot] = []
    day = max(first, today)
    while day <= last:
        if opened := tuple(span.faces() for span in calendar.spans(day)):
            clock = DayClock(day, calendar.zone)
            faces = (range(opens + need.preparation_minutes * 60, closes, step) for opens, closes in opened)
            grid = (at for of_span in faces for at in clock.instants(of_span))
            starts = [at for at in grid if at >= earliest and agenda.pet_busy.is_free(at, at + length)]
            takers = _takers(agenda, need, starts, staff.at_work(opened, day, clock))
            slots += [
                FreeSlot(datetime.fromtimestamp(at, calendar.zone), tuple(who))
                for at, who in zip(starts, takers, strict=True)
                if who
            ]
        day += _DAY
    return slots


def free_at(agenda: Agenda, need: Need, start: datetime) -> tuple[ProfessionalId, ...]:
    """Who can do it then, in the agenda's order, whatever grid and notice; nobody when the pet is busy."""
    begin, end = _needed(need, start)
    if not agenda.pet_busy.is_free(begin, end):
        return ()
    begin -= need.preparation_minutes * 60
    return tuple(
        professional.id
        for professional in _at_work(agenda, need, start)
        if agenda.busy.get(professional.id, NEVER_BUSY).is_free(begin, end)
    )


def refusal_of_day(agenda: Agenda, day: date, now: datetime) -> RequestRefused | None:
    """Why nothing can be booked on a day: past_date, too_far_ahead or closed_day; None when it is not the day."""
    today = _local_day(now, agenda.calendar.zone)
    if day < today:
        return RequestRefused(RefusalCode.PAST_DATE, "Essa data já passou.", today=today.isoformat())
    last_day = _last_day(agenda, today)
    if day > last_day:
        return RequestRefused(
            RefusalCode.TOO_FAR_AHEAD,
            f"Agendamos com no máximo {counted(agenda.rules.days_ahead, 'dia')} de antecedência.",
            last_day=last_day.isoformat(),
        )
    if reason := agenda.calendar.why_closed(day):
        return RequestRefused(
            RefusalCode.CLOSED_DAY,
            "A loja não abre nesse dia.",
            reason=reason,
            opening_hours=list(agenda.calendar.hours.in_words()),
        )
    return None


def refusal_of_start(agenda: Agenda, need: Need, start: datetime, now: datetime) -> RequestRefused | None:
    """Why it cannot start then, whoever is busy; None when only the bookings of the professionals can stand in the way.

    past_date, too_soon, those of the day, nobody_does_it, outside_hours (of the shop, or of all who do it), pet_busy.
    """
    zone = agenda.calendar.zone
    if start.timestamp() < now.timestamp():
        today = now.astimezone(zone)
        return RequestRefused(
            RefusalCode.PAST_DATE, "Esse horário já passou.", today=f"{today:%Y-%m-%d}", now=f"{today:%H:%M}"
        )
    if start.timestamp() < (earliest := _earliest(agenda, now)):
        minute = datetime.fromtimestamp(ceil(earliest / 60) * 60, zone)
        return RequestRefused(
            RefusalCode.TOO_SOON,
            f"Agendamos com pelo menos {_length_in_words(agenda.rules.minimum_notice_minutes)} de antecedência.",
            earliest=f"{minute:%Y-%m-%d %H:%M}",
        )
    day = _local_day(start, zone)
    if refused := refusal_of_day(agenda, day, now):
        return refused
    begin, end = _needed(need, start)
    if not any(opens <= begin and end <= closes for opens, closes in agenda.calendar.stretches(day)):
        return RequestRefused(
            RefusalCode.OUTSIDE_HOURS,
            "A loja não está aberta nesse horário pelo tempo do serviço.",
            open_that_day=[span.in_words() for span in agenda.calendar.spans(day)],
            minutes=need.minutes,
        )
    if not _Staff(agenda, need).professionals:
        return RequestRefused(RefusalCode.NOBODY_DOES_IT, "Ninguém da loja faz esse serviço no momento.")
    if not _at_work(agenda, need, start):
        return RequestRefused(
            RefusalCode.OUTSIDE_HOURS, "Quem faz esse serviço não trabalha nesse horário.", minutes=need.minutes
        )
    if not agenda.pet_busy.is_free(begin, end):
        return RequestRefused(RefusalCode.PET_BUSY, "O pet já tem um agendamento nesse horário.")
    return None


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """The instant of a local time, or None when that day's clock skips it (daylight saving)."""
    instant = datetime.combine(day, at, tzinfo=zone)
    try:
        there_and_back = datetime.fromtimestamp(instant.timestamp(), tz=zone)
    except ValueError:  # the last hours there are, which are another year's in UTC
        return instant
    return instant if there_and_back.replace(tzinfo=None) == instant.replace(tzinfo=None) else None


def _takers(
    agenda: Agenda, need: Need, starts: list[int], at_work: Iterable[tuple[Professional, Iterable[Stretch]]]
) -> list[list[ProfessionalId]]:
    """For each start of a day, ascending, who has the time: found by the gaps, of which there are few."""
    length, ahead = need.minutes * 60, need.preparation_minutes * 60
    takers: list[list[ProfessionalId]] = [[] for _ in starts]
    for professional, stretches in at_work:
        busy = agenda.busy.get(professional.id, NEVER_BUSY)
        for begin, end in stretches:
            for free_from, free_until in busy.gaps(begin, end, ahead + length):
                first, after = bisect_left(starts, free_from + ahead), bisect_right(starts, free_until - length)
                for which in range(first, after):
                    takers[which].append(professional.id)
    return takers


class _Staff:
    """Those who do what is needed, and when they work; ordinary weeks are worked out once."""

    def __init__(self, agenda: Agenda, need: Need) -> None:
        self.professionals = tuple(p for p in agenda.professionals if p.does(need.service_id))
        self._weeks: dict[tuple[int, tuple[Stretch, ...]], tuple[tuple[Stretch, ...], ...]] = {}

    def at_work(
        self, opened: tuple[Stretch, ...], day: date, clock: DayClock
    ) -> Iterator[tuple[Professional, Sequence[Stretch]]]:
        """Each with the stretches of a day in which they work, of those in which the clock shows the shop open."""
        if clock.zero is None:
            for professional in self.professionals:
                yield professional, working(professional, day, opened, clock.stretches)
            return
        week = day.weekday(), opened
        if week not in self._weeks:
            self._weeks[week] = tuple(working(p, day, opened, tuple) for p in self.professionals)
        for professional, stretches in zip(self.professionals, self._weeks[week], strict=True):
            yield professional, [(clock.zero + begin, clock.zero + end) for begin, end in stretches]


def working(
    professional: Professional,
    day: date,
    opened: tuple[Stretch, ...],
    on_clock: Callable[[Iterable[Stretch]], tuple[Stretch, ...]],
) -> tuple[Stretch, ...]:
    """When they work on a day on which the shop is open so; faces, or what `on_clock` makes of them."""
    stretches = on_clock(opened)
    if professional.hours is not None:
        stretches = common(stretches, on_clock(span.faces() for span in professional.hours.spans(day)))
    if professional.lunch is not None:
        stretches = without(stretches, on_clock([professional.lunch.faces()]))
    return stretches


def _at_work(agenda: Agenda, need: Need, start: datetime) -> list[Professional]:
    """Who does it and works all that time."""
    day = _local_day(start, agenda.calendar.zone)
    opened = tuple(span.faces() for span in agenda.calendar.spans(day))
    begin, end = _needed(need, start)
    begin -= need.preparation_minutes * 60
    return [
        professional
        for professional, stretches in _Staff(agenda, need).at_work(opened, day, DayClock(day, agenda.calendar.zone))
        if any(since <= begin and end <= until for since, until in stretches)
    ]


def _needed(need: Need, start: datetime) -> Stretch:
    """The appointment in epoch seconds."""
    return floor(start.timestamp()), ceil(start.timestamp()) + need.minutes * 60


def _earliest(agenda: Agenda, now: datetime) -> float:
    """The epoch second from which there is notice enough."""
    return now.timestamp() + agenda.rules.minimum_notice_minutes * 60


def _last_day(agenda: Agenda, today: date) -> date:
    return today + timedelta(days=agenda.rules.days_ahead)


def _local_day(instant: datetime, zone: ZoneInfo) -> date:
    try:
        return instant.astimezone(zone).date()
    except OverflowError:  # the first or last day there is, asked for by a model: past or too far ahead in any zone
        return instant.date()


def _length_in_words(minutes: int) -> str:
    for unit, noun in ((24 * 60, "dia"), (60, "hora")):
        if minutes % unit == 0:
            return counted(minutes // unit, noun)
    return counted(minutes, "minuto")

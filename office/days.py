"""close_time, open_time, add_holiday: days that are not as their weekday, and days that are so again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from pydantic import JsonValue

from domain.dates import spoken
from domain.errors import RefusalCode, RequestRefused
from domain.frozen import Frozen
from domain.opening import OpenSpan
from domain.owner_orders import OrderKind
from domain.shop_calendar import ShopCalendar
from office.booked import still_booked
from office.office import Office
from office.orders import Command, Done, Order, TakesBack
from reception.affected import left_outside
from storage import bookings, special_days
from storage.special_days import SpecialDay

LONGEST = 60
"""Days that one order may close."""
FARTHEST = timedelta(days=730)
_NAMED = 7


class DayAs(Frozen):
    """What a day is to be: `spans` None as its weekday or holiday has it, none of them closed."""

    day: date
    spans: tuple[OpenSpan, ...] | None
    note: str = ""


class SetDays(Command):
    """Days, and what each is to be; those that have passed meanwhile are left as they were."""

    days: tuple[DayAs, ...]


@dataclass(frozen=True)
class _Plan:
    """What would change: the days, the calendar as it is and as it would be, and the special days there are."""

    changed: Sequence[DayAs]
    now: ShopCalendar
    then: ShopCalendar
    special: Mapping[date, SpecialDay]


async def closing(
    office: Office, first: date, last: date, *, since: time | None = None, until: time | None = None, note: str = ""
) -> SetDays:
    """The order that closes these days, or (`since`, `until`) a part of each. Raises `RequestRefused`."""
    check_period(office, first, last)
    if since is not None and until is not None and since >= until:
        raise RequestRefused(RefusalCode.BAD_ARGUMENTS, "O horário termina antes de começar.")
    local = office.now.astimezone(office.zone)
    if last == office.today and until is not None and until <= local.time():
        raise RequestRefused(RefusalCode.PAST_DATE, f"Hoje já passou das {until:%H:%M}.")
    calendar = await office.desk.calendar(first, last)
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    return SetDays(
        days=tuple(DayAs(day=day, spans=_rest(calendar.spans(day), since, until), note=note) for day in days)
    )


def check_period(office: Office, first: date, last: date) -> None:
    """Raises `RequestRefused` for days that have passed, are out of order, too many or too far ahead."""
    if last < first:
        raise RequestRefused(RefusalCode.BAD_ARGUMENTS, "O último dia vem antes do primeiro.")
    if first < office.today:
        raise RequestRefused(RefusalCode.PAST_DATE, f"{first:%d/%m/%Y} já passou.")
    if last > office.today + FARTHEST:
        raise RequestRefused(RefusalCode.TOO_FAR_AHEAD, f"{last:%d/%m/%Y} está longe demais; confira o ano.")
    if (last - first).days >= LONGEST:
        raise RequestRefused(RefusalCode.BAD_ARGUMENTS, f"No máximo {LONGEST} dias de uma vez.")


def _rest(spans: Sequence[OpenSpan], since: time | None, until: time | None) -> tuple[OpenSpan, ...]:
    """What is left open of a day when that stretch of it is closed."""
    left = []
    for span in spans:
        begins, ends = max(since or span.opens, span.opens), min(until or span.closes, span.closes)
        if begins >= ends:
            left.append(span)
            continue
        left += [
            OpenSpan(opens=opens, closes=closes)
            for opens, closes in ((span.opens, begins), (ends, span.closes))
            if opens < closes
        ]
    return tuple(left)


async def describe(office: Office, command: SetDays) -> str:
    """Each day's hours before and after, and what is booked outside the new ones."""
    plan = await _plan(office, command)
    outside = await left_outside(office.desk, plan.then, [one.day for one in plan.changed])
    notes = {one.note: None for one in plan.changed if one.note}
    reasons = [f"Motivo: {', '.join(notes)}"] if notes else []
    return "\n".join([*_lines(office, plan), *reasons, *still_booked(office, outside)])


async def carry_out_close(office: Office, command: SetDays) -> Done:
    """Special days in the place of what was there; what is booked then stays booked."""
    return await _carry_out(office, command, OrderKind.OPEN_TIME)


async def carry_out_open(office: Office, command: SetDays) -> Done:
    """The same, of days that are open again."""
    return await _carry_out(office, command, OrderKind.CLOSE_TIME)


async def _carry_out(office: Office, command: SetDays, back: OrderKind) -> Done:
    await bookings.take_turn(office.tenant, office.shop.id)  # nothing is booked by the old hours behind our back
    plan = await _plan(office, command)
    for one in plan.changed:
        if one.spans is None:
            await special_days.drop(office.tenant, one.day)
        else:
            special = SpecialDay(day=one.day, spans=one.spans, note=one.note)
            await special_days.put(office.tenant, office.shop.id, special)
    outside = await left_outside(office.desk, plan.then, [one.day for one in plan.changed])
    told = "; ".join(line.removeprefix("📅 ") for line in _lines(office, plan))
    if outside:
        told += f". Para remarcar: {len(outside)} {'agendamento' if len(outside) == 1 else 'agendamentos'}"
    return Done(
        told=f"{told}.",
        subject=_subject(plan.changed),
        before=_in_json(plan.now, plan.changed),
        after=_in_json(plan.then, plan.changed),
        undo=TakesBack(back, SetDays(days=tuple(_as_it_was(plan, one.day) for one in plan.changed))),
    )


async def _plan(office: Office, command: SetDays) -> _Plan:
    ahead = [one for one in command.days if one.day >= office.today]
    if not ahead:
        raise RequestRefused(RefusalCode.PAST_DATE, "Esse dia já passou.")
    first, last = min(one.day for one in ahead), max(one.day for one in ahead)
    now = await office.desk.calendar(first, last)
    special = {one.day: one for one in await special_days.between(office.tenant, first, last)}
    planned = {day: spans for day, spans in now.special_days.items()}
    for one in ahead:
        planned.pop(one.day, None)
        if one.spans is not None:
            planned[one.day] = one.spans
    then = replace(now, special_days=planned)
    changed = [one for one in ahead if now.spans(one.day) != then.spans(one.day)]
    if not changed:
        raise RequestRefused(RefusalCode.NOTHING_TO_CHANGE, f"{_nothing(office, now, ahead)}; nada foi mudado.")
    return _Plan(changed, now, then, special)


def _nothing(office: Office, calendar: ShopCalendar, days: Sequence[DayAs]) -> str:
    day = days[0].day
    if len(days) > 1:
        return f"Os dias de {day:%d/%m/%Y} a {days[-1].day:%d/%m/%Y} já estão assim"
    why = calendar.why_closed(day)
    return f"{spoken(day, office.today)} já está assim: {f'fechada, {why}' if why else _hours(calendar.spans(day))}"


def _as_it_was(plan: _Plan, day: date) -> DayAs:
    special = plan.special.get(day)
    return DayAs(day=day, spans=special.spans if special else None, note=special.note if special else "")


def _lines(office: Office, plan: _Plan) -> list[str]:
    """A line a day; one for all, where many days are closed."""
    days = [one.day for one in plan.changed]
    if len(days) > _NAMED and not any(plan.then.spans(day) for day in days):
        return [
            f"📅 {len(days)} dias, de {spoken(days[0], office.today)} a {spoken(days[-1], office.today)}: a loja fecha"
        ]
    lines = [
        f"📅 {spoken(day, office.today)}: {_hours(plan.now.spans(day))} → {_hours(plan.then.spans(day))}"
        for day in days[:_NAMED]
    ]
    if len(days) > _NAMED:
        lines.append(f"📅 e mais {len(days) - _NAMED} dias, até {spoken(days[-1], office.today)}")
    return lines


def _hours(spans: Sequence[OpenSpan]) -> str:
    return " e ".join(span.in_words() for span in spans) or "fechada"


def _subject(days: Sequence[DayAs]) -> str:
    first, last = days[0].day, days[-1].day
    return f"{first:%d/%m/%Y}" if first == last else f"{first:%d/%m/%Y} a {last:%d/%m/%Y}"


def _in_json(calendar: ShopCalendar, days: Sequence[DayAs]) -> Mapping[str, JsonValue]:
    return {one.day.isoformat(): _hours(calendar.spans(one.day)) for one in days}


CLOSE_TIME = Order(kind=OrderKind.CLOSE_TIME, command=SetDays, describe=describe, carry_out=carry_out_close)
OPEN_TIME = Order(kind=OrderKind.OPEN_TIME, command=SetDays, describe=describe, carry_out=carry_out_open)
ADD_HOLIDAY = Order(kind=OrderKind.ADD_HOLIDAY, command=SetDays, describe=describe, carry_out=carry_out_close)

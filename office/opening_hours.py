"""set_opening_hours: when the shop opens on one weekday, from now on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise

from domain.agenda_rules import DAYS_AHEAD
from domain.dates import WEEKDAYS
from domain.errors import RefusalCode, RequestRefused
from domain.opening import OpeningHours, OpenSpan
from domain.owner_orders import OrderKind
from domain.shop import Organization
from office.booked import still_booked
from office.office import Office
from office.orders import Command, Done, Order, TakesBack
from reception.affected import left_outside
from storage import bookings, organizations
from storage.agenda_entries import AgendaEntry
from storage.organizations import SettingsChange


class SetOpeningHours(Command):
    """The open stretches of a weekday, Monday 0 … Sunday 6; none: closed on it."""

    weekday: int
    spans: tuple[OpenSpan, ...]


async def new_hours(
    office: Office, weekday: int, opens: time | None, closes: time | None, *, keep_breaks: bool = True
) -> tuple[OpenSpan, ...]:
    """The weekday opened and closed at these times; an edge that is not named stays, and so do its breaks.

    Raises `RequestRefused`: no such stretch, or an edge is missing on a day that was closed.
    """
    spans = (await _shop(office)).opening_hours.root.get(weekday, ())
    first = opens or (spans[0].opens if spans else None)
    last = closes or (spans[-1].closes if spans else None)
    if first is None or last is None:
        raise RequestRefused(
            RefusalCode.TIME_REQUIRED,
            f"{_day(weekday)} a loja não abre hoje: diga a hora em que abre e a em que fecha.",
        )
    if first >= last:
        raise RequestRefused(RefusalCode.BAD_ARGUMENTS, "A loja fecharia antes de abrir.")
    breaks = [(one.closes, other.opens) for one, other in pairwise(spans)] if keep_breaks else []
    edges = [first, *(edge for pause in breaks if first < pause[0] and pause[1] < last for edge in pause), last]
    return tuple(OpenSpan(opens=edges[n], closes=edges[n + 1]) for n in range(0, len(edges), 2))


async def describe(office: Office, command: SetOpeningHours) -> str:
    """Old and new hours, and what is booked outside the new ones."""
    shop = await _shop(office)
    before = _spans(shop, command)
    if before == command.spans:
        raise RequestRefused(
            RefusalCode.NOTHING_TO_CHANGE, f"{_day(command.weekday)} já é assim: {_hours(before)}; nada foi mudado."
        )
    return "\n".join(
        [
            f"🕘 {_day(command.weekday)}, toda semana: {_hours(before)} → {_hours(command.spans)}",
            *still_booked(office, await _outside(office, shop, command)),
        ]
    )


async def carry_out(office: Office, command: SetOpeningHours) -> Done:
    """What is booked stays; days with hours of their own stay as they are."""
    await bookings.take_turn(office.tenant, office.shop.id)  # nothing is booked by the old hours behind our back
    await describe(office, command)
    shop = await _shop(office)
    before = _spans(shop, command)
    outside = await _outside(office, shop, command)
    await organizations.change(
        office.tenant, shop.id, SettingsChange(opening_hours=_changed(shop.opening_hours, command))
    )
    told = f"{_day(command.weekday)} a loja agora abre assim: {_hours(command.spans)} (antes {_hours(before)})."
    if outside:
        told += f" Para remarcar: {len(outside)} {'agendamento' if len(outside) == 1 else 'agendamentos'}."
    return Done(
        told=told,
        subject=_day(command.weekday),
        before={"hours": _hours(before)},
        after={"hours": _hours(command.spans)},
        undo=TakesBack(OrderKind.SET_OPENING_HOURS, command.model_copy(update={"spans": before})),
    )


async def _shop(office: Office) -> Organization:
    """As it is now, not as it was when the turn began."""
    return await organizations.get(office.tenant, office.shop.id)


async def _outside(office: Office, shop: Organization, command: SetOpeningHours) -> Sequence[AgendaEntry]:
    calendar = await office.desk.calendar(office.today, office.today + timedelta(days=DAYS_AHEAD))
    planned = replace(calendar, hours=_changed(shop.opening_hours, command))
    return await left_outside(office.desk, planned, _coming(office.today, command.weekday))


def _coming(today: date, weekday: int) -> list[date]:
    """That weekday, as far ahead as is booked."""
    days = (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1))
    return [day for day in days if day.weekday() == weekday]


def _changed(hours: OpeningHours, command: SetOpeningHours) -> OpeningHours:
    week = {**hours.root, command.weekday: command.spans}
    return OpeningHours({day: spans for day, spans in sorted(week.items()) if spans})


def _spans(shop: Organization, command: SetOpeningHours) -> tuple[OpenSpan, ...]:
    return shop.opening_hours.root.get(command.weekday, ())


def _hours(spans: Sequence[OpenSpan]) -> str:
    return " e ".join(span.in_words() for span in spans) or "fechada"


def _day(weekday: int) -> str:
    return WEEKDAYS[weekday].capitalize()


SET_OPENING_HOURS = Order(
    kind=OrderKind.SET_OPENING_HOURS, command=SetOpeningHours, describe=describe, carry_out=carry_out
)

"""Days that are not as their weekday: closed ones, ones with hours of their own, holidays."""

from datetime import date, datetime, timedelta

from domain.addresses import masked
from domain.deeds import DeedKind
from domain.frozen import Frozen
from domain.ids import OrganizationId
from domain.opening import OpenSpan
from domain.shop_calendar import ShopCalendar
from operating.deeds import Deed, Facts
from operating.refusal import Refused
from operating.shops import desk_of
from reception.affected import left_outside
from reception.desk import Desk
from storage import bookings, special_days
from storage.agenda_entries import AgendaEntry
from storage.database import Database
from storage.special_days import SpecialDay

HOLIDAYS_TOLD = 90
"""How many coming days' holidays are listed."""


class UnusualDay(Frozen):
    """A special day, a holiday, or both; without `spans` the shop is closed."""

    day: date
    spans: tuple[OpenSpan, ...]
    holiday: str | None
    special: bool
    note: str = ""


async def unusual_days(database: Database, shop: OrganizationId, now: datetime) -> list[UnusualDay]:
    """The coming holidays, and every coming special day, in order."""
    async with database.tenant(shop) as tenant:
        desk = await desk_of(tenant, shop, now)
        special = {one.day: one for one in await special_days.between(tenant, desk.today, date.max)}
        until = desk.today + timedelta(days=HOLIDAYS_TOLD)
        calendar = await desk.calendar(desk.today, max((until, *special)))
    days = {desk.today + timedelta(days=ahead) for ahead in range(HOLIDAYS_TOLD + 1)}
    return [
        UnusualDay(
            day=day,
            spans=calendar.spans(day),
            holiday=calendar.holiday(day),
            special=day in special,
            note=special[day].note if day in special else "",
        )
        for day in sorted(days | special.keys())
        if day in special or calendar.holiday(day)
    ]


async def set_day(
    database: Database, shop: OrganizationId, deed: Deed, now: datetime, special: SpecialDay
) -> list[AgendaEntry]:
    """That day has these hours (none: it is closed); the coming bookings for which the shop is not open then.

    Raises `Refused` for a day that has passed.
    """
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)  # nothing is booked by the old hours behind our back
        desk = await desk_of(tenant, shop, now)
        if special.day < desk.today:
            raise Refused(f"{special.day:%d/%m/%Y} já passou")
        before = await desk.calendar(special.day, special.day)
        await special_days.put(tenant, shop, special)
        return await _noted(desk, deed, special.day, before, special.note)


async def make_ordinary(
    database: Database, shop: OrganizationId, deed: Deed, now: datetime, day: date
) -> list[AgendaEntry]:
    """That day is as its weekday, or its holiday, again; the coming bookings for which the shop is not open then.

    Raises `Refused` for a day that is so already.
    """
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)
        desk = await desk_of(tenant, shop, now)
        before = await desk.calendar(day, day)
        if not await special_days.drop(tenant, day):
            raise Refused(f"{day:%d/%m/%Y} já é um dia comum")
        return await _noted(desk, deed, day, before)


async def _noted(desk: Desk, deed: Deed, day: date, before: ShopCalendar, note: str = "") -> list[AgendaEntry]:
    """The bookings that are outside the day's hours now."""
    now = await desk.calendar(day, day)
    reason: Facts = {"note": masked(note)} if note else {}
    await deed.note(
        desk.tenant,
        desk.shop.id,
        DeedKind.SET_DAY,
        f"{day:%d/%m/%Y}",
        before=_hours(before, day),
        after={**_hours(now, day), **reason},
    )
    return await left_outside(desk, now, (day,))


def _hours(calendar: ShopCalendar, day: date) -> Facts:
    return {day.isoformat(): " e ".join(span.in_words() for span in calendar.spans(day)) or "fechada"}

"""What there is to tell unasked at a moment: read from rows, each with the occasion that it is told of once."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import assert_never

from domain.agenda import Need, free_slots
from domain.aurora_rules import Briefing
from domain.briefings import DayFacts, MorningFacts, daily_summary, gaps, morning_agenda
from domain.charts import Chart
from domain.figures import Revenue
from domain.frozen import Frozen
from domain.letters import ProactiveType
from domain.owner_alerts import alerts
from domain.periods import Period
from domain.weekly_review import WeekFacts, WeekFigures, week_chart, weekly_review
from office import warning
from reception.desk import Desk
from reception.occupancy import occupancy
from storage import conversations, figures, services
from storage.assistant_figures import assistant

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


class Telling(Frozen):
    """Something to tell. `fingerprint` names the occasion; `to_fill` are the days that a suggestion may fill."""

    message_type: ProactiveType
    fingerprint: str
    text: str
    picture: Chart | None = None
    to_fill: Period | None = None


async def tellings(desk: Desk, briefing: Briefing) -> Sequence[Telling]:
    """What is to be told at the desk's moment; empty where there is nothing to say. Tells nobody."""
    match briefing:
        case Briefing.DAILY_SUMMARY:
            text, picture = await _daily_summary(desk), None
        case Briefing.MORNING_AGENDA:
            text, picture = await _morning_agenda(desk), None
        case Briefing.WEEKLY_REVIEW:
            text, picture = await _weekly_review(desk)
        case Briefing.ALERTS:
            return await _alerts(desk)
        case Briefing.WAITING:
            return []  # each hand-over keeps its own deadlines
        case _:
            assert_never(briefing)
    if text is None:
        return []
    occasion = f"{briefing}/{desk.today}"
    return [Telling(message_type=ProactiveType(briefing), fingerprint=occasion, text=text, picture=picture)]


async def _daily_summary(desk: Desk) -> str | None:
    tenant, day = desk.tenant, desk.today
    today = Period(first=day, last=day)
    _, midnight = today.bounds(desk.zone)
    tomorrow = Period(first=day + _DAY, last=day + _DAY)
    waiting = await conversations.waiting(tenant)
    return daily_summary(
        DayFacts(
            day=day,
            is_open=await _is_open(desk, day),
            attendance=await figures.attendance(tenant, today, desk.zone),
            revenue=await figures.revenue(tenant, today),
            tomorrow=await figures.coming_bookings(tenant, midnight, tomorrow.bounds(desk.zone)[1]),
            waiting=tuple(row["name"] or "cliente sem nome" for row in waiting),
            compared=await _compared(desk, day),
        )
    )


async def _compared(desk: Desk, day: date) -> tuple[date, Revenue] | None:
    """The same weekday of last week, or the day before; None where nothing was done on either."""
    for other in (day - _WEEK, day - _DAY):
        revenue = await figures.revenue(desk.tenant, Period(first=other, last=other))
        if revenue.done.bookings:
            return other, revenue
    return None


async def _morning_agenda(desk: Desk) -> str | None:
    day = desk.today
    agenda = await desk.agenda(day, day)
    on_sale = await services.active(desk.tenant)
    minutes = min((one.duration_minutes for one in on_sale), default=agenda.rules.slot_minutes)
    slots = free_slots(agenda, Need(service_id=None, minutes=minutes), first=day, last=day, now=desk.now)
    names = {one.id: one.name for one in agenda.professionals}
    return morning_agenda(
        MorningFacts(
            day=day,
            is_open=await _is_open(desk, day),
            visits=tuple(await warning.visits(desk, Period(first=day, last=day))),
            free=gaps(slots, names, minutes=minutes, step=agenda.rules.slot_minutes),
        )
    )


async def _weekly_review(desk: Desk) -> tuple[str | None, Chart | None]:
    """Of the seven days before today, whichever day of the week that is."""
    week = Period(first=desk.today - _WEEK, last=desk.today - _DAY)
    before = Period(first=week.first - _WEEK, last=week.last - _WEEK)
    text = weekly_review(
        WeekFacts(
            week=week,
            now=await _week_figures(desk, week),
            before=await _week_figures(desk, before),
            customers=await figures.customers(desk.tenant, week, desk.zone),
            occupancy=await occupancy(desk, week),
            assistant=await assistant(desk.tenant, week, desk.zone, desk.today),
        )
    )
    return text, week_chart(week, await figures.revenue_by_day(desk.tenant, week)) if text else None


async def _week_figures(desk: Desk, week: Period) -> WeekFigures:
    return WeekFigures(
        revenue=await figures.revenue(desk.tenant, week),
        attendance=await figures.attendance(desk.tenant, week, desk.zone),
        no_shows=await figures.no_shows(desk.tenant, week),
    )


async def _alerts(desk: Desk) -> Sequence[Telling]:
    occasion = f"{Briefing.ALERTS}/{desk.today}"
    found = await warning.alerts_of_day(desk, occasion)
    if found.message_type is None:
        return []
    return [
        Telling(
            message_type=found.message_type,
            fingerprint=occasion,
            text=alerts(found, desk.shop.aurora_rules),
            to_fill=warning.days_to_fill(desk, found),
        )
    ]


async def _is_open(desk: Desk, day: date) -> bool:
    return (await desk.calendar(day, day)).why_closed(day) is None

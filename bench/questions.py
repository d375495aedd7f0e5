"""What the owner's questions cost in a shop with ten years behind it: every figure, for short periods and long."""

import time as clock
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Protocol

from bench.big_shop import Amounts, load_big_shop
from dev.postgres import throwaway_postgres
from domain.bookings import ChangedBy
from domain.periods import NamedPeriod, Period
from domain.shop import Organization
from reception.desk import Desk
from reception.occupancy import occupancy
from storage import assistant_figures, figures
from storage.database import Database
from storage.migrate import migrate

_ROUNDS = 20
_LONGEST_CHART = 62
"""Days of which the revenue is asked day by day."""


@dataclass(frozen=True)
class Question:
    """One figure of one period; milliseconds."""

    figure: str
    period: str
    p50: float
    p95: float


@dataclass(frozen=True)
class QuestionFigures:
    """What every question cost.

    `load_seconds` is what it took to make the shop; `rolled_up` the milliseconds of the first question ever about
    Client AI, which rolls up the days of all years: once.
    """

    amounts: Amounts
    load_seconds: float
    rolled_up: float
    questions: tuple[Question, ...]


async def measure_questions(amounts: Amounts, progress: Callable[[str], None]) -> QuestionFigures:
    """The figures of a shop of that size, in a fresh database in memory."""
    async with throwaway_postgres() as urls:
        migrate(urls.owner, urls.app)
        database = await Database.connect(urls.app, max_size=2)
        try:
            began = clock.perf_counter()
            shop = await load_big_shop(urls.owner, database, amounts, progress)
            loaded = clock.perf_counter() - began
            progress("Asking…")
            asking = _Asking(database, shop)
            rolled_up = await asking.milliseconds(partial(_assistant, period=asking.periods["all years"]))
            questions = [
                await asking.about(figure, name, partial(ask, period=period))
                for figure, ask in _FIGURES.items()
                for name, period in asking.periods.items()
                if figure not in _DAILY or period.days <= _LONGEST_CHART
            ]
            questions += [await asking.about(figure, "now", ask) for figure, ask in _OF_THE_PRESENT.items()]
        finally:
            await database.close()
    return QuestionFigures(amounts, round(loaded, 1), rolled_up, tuple(questions))


class _Figure(Protocol):
    def __call__(self, desk: Desk, period: Period) -> Awaitable[object]: ...


class _Asking:
    """Asks one shop, at one moment."""

    def __init__(self, database: Database, shop: Organization) -> None:
        self._database, self._shop, self._now = database, shop, datetime.now(shop.zone)
        today = self._now.date()
        self.periods = {
            "today": Period(first=today, last=today),
            "this month": Period.named(NamedPeriod.THIS_MONTH, today),
            "last year": Period.named(NamedPeriod.LAST_YEAR, today),
            "4 years": Period(first=today - timedelta(days=4 * 365), last=today),
            "4 years before": Period(first=today - timedelta(days=8 * 365), last=today - timedelta(days=4 * 365 + 1)),
            "all years": Period(first=date(today.year - 12, 1, 1), last=today),
        }

    async def milliseconds(self, ask: Callable[[Desk], Awaitable[object]]) -> float:
        """What it takes to ask once, in a transaction of its own."""
        async with self._database.tenant(self._shop.id) as tenant:
            desk = Desk(tenant, self._shop, self._now, ChangedBy.OWNER)
            began = clock.perf_counter()
            await ask(desk)
            return round((clock.perf_counter() - began) * 1_000, 1)

    async def about(self, figure: str, period: str, ask: Callable[[Desk], Awaitable[object]]) -> Question:
        """What it takes to ask again and again; the first time, which reads from disk, counts too."""
        waits = sorted([await self.milliseconds(ask) for _ in range(_ROUNDS)])
        return Question(figure, period, p50=waits[_ROUNDS // 2 - 1], p95=waits[-1 - _ROUNDS // 20])


async def _assistant(desk: Desk, period: Period) -> object:
    return await assistant_figures.assistant(desk.tenant, period, desk.zone, desk.today)


_DAILY = ("revenue by day",)
_FIGURES: dict[str, _Figure] = {
    "attendance": lambda desk, period: figures.attendance(desk.tenant, period, desk.zone),
    "revenue": lambda desk, period: figures.revenue(desk.tenant, period),
    "revenue by day": lambda desk, period: figures.revenue_by_day(desk.tenant, period),
    "top services": lambda desk, period: figures.services(desk.tenant, period),
    "no-shows": lambda desk, period: figures.no_shows(desk.tenant, period),
    "customers": lambda desk, period: figures.customers(desk.tenant, period, desk.zone),
    "occupancy": occupancy,
    "Client AI": _assistant,
}
_OF_THE_PRESENT: dict[str, Callable[[Desk], Awaitable[object]]] = {
    "inactive for 45 days": lambda desk: figures.inactive(
        desk.tenant, desk.today - timedelta(days=45), desk.zone, desk.now
    ),
    "coming in 3 days": lambda desk: figures.coming_bookings(desk.tenant, desk.now, desk.now + timedelta(days=3)),
}

"""How a question about a period is answered: what is counted, what it is compared with, and what is left out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pydantic import JsonValue

from assistants.aurora.asking_period import PeriodArguments
from assistants.toolbox import Turn
from domain.comparison import difference
from domain.errors import RefusalCode, RequestRefused
from domain.money import reais
from domain.periods import NamedPeriod, Period
from domain.portuguese import counted

_BOOKED = "O que está marcado dizem revenue_report, occupancy_report e agenda_of_day."
_TODAY = "O dia de hoje ainda não terminou."


@dataclass(frozen=True)
class Asked:
    """A period that is answered: the days that are counted, and `before`, which the figures stand beside.

    `named` is the name it was asked by, or "custom"; `notes` are Portuguese sentences on what is left out.
    """

    named: str
    counted: Period
    before: Period
    notes: tuple[str, ...] = ()

    def answer(
        self,
        now: Mapping[str, JsonValue],
        before: Mapping[str, JsonValue],
        change: Mapping[str, JsonValue],
        *notes: str,
    ) -> dict[str, JsonValue]:
        """The facts of a report: its figures, the same figures of the period before, and the difference in words."""
        told: list[JsonValue] = [*self.notes, *notes]
        return {
            "period": self.named,
            "from": self.counted.first.isoformat(),
            "to": self.counted.last.isoformat(),
            "days": self.counted.in_words(),
            **now,
            "before": {"days": self.before.in_words(), **before},
            "change": dict(change),
            **({"notes": told} if told else {}),
        }


def what_happened(turn: Turn, wanted: PeriodArguments) -> Asked:
    """The part of the period that has been. Raises `RequestRefused` (future_period) where nothing of it has."""
    period = wanted.chosen(turn.today)
    if period.first > turn.today:
        raise RequestRefused(
            RefusalCode.FUTURE_PERIOD,
            f"Esse período ({period.in_words()}) ainda não chegou: não há o que contar. {_BOOKED}",
        )
    if period.last <= turn.today:
        return _asked(turn, wanted, period)
    so_far = Period(first=period.first, last=turn.today)
    note = f"O período vai até {period.last:%d/%m/%Y}; só conta o que aconteceu até hoje ({turn.today:%d/%m/%Y})."
    return _asked(turn, wanted, so_far, note)


def what_is_booked_too(turn: Turn, wanted: PeriodArguments) -> Asked:
    """The whole period: up to now what happened, from now on what is booked."""
    period = wanted.chosen(turn.today)
    if period.last <= turn.today:
        return _asked(turn, wanted, period)
    note = "O período ainda não chegou: é o que está marcado até agora, e ainda pode mudar."
    if period.first <= turn.today:
        note = f"O período vai até {period.last:%d/%m/%Y}: depois de hoje é o que está marcado até agora."
    return _asked(turn, wanted, period, note)


def money_change(now: Decimal, before: Decimal) -> str:
    """The difference of two amounts of reais in words."""
    return difference(now, before, reais)


def count_change(noun: str) -> Callable[[int, int], str]:
    """How the difference of two counts of that noun is said."""
    return lambda now, before: difference(now, before, lambda count: counted(int(count), noun))


def _asked(turn: Turn, wanted: PeriodArguments, period: Period, *notes: str) -> Asked:
    named = str(wanted.period) if wanted.first is None and wanted.last is None else "custom"
    if period.last == turn.today:
        notes = (*notes, _TODAY)
    before = _a_year_before(period) if named == NamedPeriod.THIS_YEAR else period.before()
    return Asked(named=named, counted=period, before=before, notes=notes)


def _a_year_before(period: Period) -> Period:
    """The same days of the year before: what people compare a year with that goes on."""
    first, last = period.first, period.last
    day = 28 if (last.month, last.day) == (2, 29) else last.day
    return Period(first=first.replace(year=first.year - 1), last=last.replace(year=last.year - 1, day=day))

"""Days and moments as people type them, read on the shop's own calendar and clock."""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.agenda import local_instant
from domain.texts import folded
from operating import as_written
from operating.refusal import Mistyped

_MONTHS = ("janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
           "novembro", "dezembro")  # fmt: skip
_NAMED = {"hoje": 0, "amanha": 1}
_WRITTEN = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})(?:[/.-]([0-9]{4}|[0-9]{2}))?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DAY_AND_TIME = re.compile(r"(\S+?)(?:T|,?\s+(?:[àa]s\s+)?)([0-9]{1,2}[:hH]\S*)")
_EXAMPLE = "escreva como 25/12, 25/12/2026 ou 2026-12-25"
_EARLIEST_YEAR, _YEARS_AHEAD = 2000, 5
"""Beyond these a year is a slip."""


def day(text: str, today: date) -> date:
    """The day in `25/12/2026`, `25/12` (the next there is), `2026-12-25`, `hoje` or `amanhã`. Raises `Mistyped`."""
    written = text.strip()
    if (ahead := _NAMED.get(folded(written))) is not None:
        return today + timedelta(days=ahead)
    if match := _ISO.fullmatch(written):
        return _on(int(match[1]), int(match[2]), int(match[3]), written, today)
    match = _WRITTEN.fullmatch(written)
    if match is None:
        raise Mistyped(f"não entendi o dia “{written}”; {_EXAMPLE}")
    day_of_month, month = int(match[1]), int(match[2])
    if match[3] is not None:
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        return _on(year, month, day_of_month, written, today)
    # 29/02 without a year may be this year's no more, and is not in the next: the year that has it is to be written.
    passed = (month, day_of_month) < (today.month, today.day)
    return _on(today.year + passed, month, day_of_month, written, today)


def moment(text: str, today: date, zone: ZoneInfo) -> datetime:
    """The instant in `24/12/2026 10:00`, `24/12 às 10h` or `2026-12-24T10:00`, on the shop's clock.

    Raises `Mistyped`, also for a time that the clock skips.
    """
    match = _DAY_AND_TIME.fullmatch(text.strip())
    if match is None:
        raise Mistyped(f"não entendi “{text.strip()}”; escreva dia e hora, como 24/12/2026 10:00")
    on, at = day(match[1], today), as_written.time_of_day(match[2])
    instant = local_instant(on, at, zone)
    if instant is None:
        raise Mistyped(f"{at:%H:%M} não existe em {on:%d/%m/%Y}: o relógio pula essa hora")
    return instant


def edge(text: str, today: date, zone: ZoneInfo, *, is_end: bool) -> datetime:
    """A moment, or a day alone: its beginning, or (`is_end`) its end. Raises `Mistyped`."""
    if _DAY_AND_TIME.fullmatch(text.strip()):
        return moment(text, today, zone)
    on = day(text, today) + timedelta(days=is_end)
    return datetime.combine(on, time.min, tzinfo=zone)


def _on(year: int, month: int, day_of_month: int, written: str, today: date) -> date:
    if not _EARLIEST_YEAR <= year <= today.year + _YEARS_AHEAD:
        raise Mistyped(f"confira o ano de “{written}”: de {_EARLIEST_YEAR} a {today.year + _YEARS_AHEAD}")
    if not 1 <= month <= 12:
        raise Mistyped(f"“{written}” não existe: não há mês {month}; {_EXAMPLE}")
    last = monthrange(year, month)[1]
    if not 1 <= day_of_month <= last:
        raise Mistyped(f"“{written}” não existe: {_MONTHS[month - 1]} de {year} vai de 1 a {last}")
    return date(year, month, day_of_month)

"""Days as customers say them: "amanhã", "sexta", "dia 25", "25/11", "25 de novembro"."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from dev.practice_model.portuguese import clauses

WEEKDAYS = (
    "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo",
)  # fmt: skip
WEEKDAY_WORDS = ("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo")
MONTHS = (
    "janeiro", "fevereiro", "marco", "abril", "maio", "junho",
    "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
)  # fmt: skip
_RELATIVE = re.compile(r"\b(depois de amanha|amanha|hoje)\b")
_WEEKDAY = re.compile(rf"\b(?:({'|'.join(WEEKDAY_WORDS)})|([2-6])[aª]?[ -]feira)\b(?! (?:opcao|dose|vez)\b)")
_DATE = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?(?![\d/])")
_MONTH_DAY = re.compile(rf"\b(\d{{1,2}}) de ({'|'.join(MONTHS)})\b")
_DAY_OF_MONTH = re.compile(rf"\bdia (\d{{1,2}})\b(?!/| de (?:{'|'.join(MONTHS)}))")
REFUSED = re.compile(
    r"\bnao (?:posso|da|consigo|quero|rola|vai dar|pode|serve|vou (?:poder|conseguir))\b|\bnao$|^menos "
)


@dataclass(frozen=True, slots=True)
class DayReading:
    """The day a message asks for, and the days it says no to."""

    wanted: date | None = None
    refused: frozenset[date] = frozenset()


def read_day(folded: str, today: date) -> DayReading:
    """The last day a message names; a calendar date outranks "amanhã" or a weekday."""
    named: date | None = None
    dated: date | None = None
    refused: set[date] = set()
    for clause in clauses(folded):
        words, dates = _named_days(clause, today), _calendar_dates(clause, today)
        if REFUSED.search(clause):
            refused.update(words, dates)
            continue
        named = words[-1] if words else named
        dated = dates[-1] if dates else dated
    return DayReading(dated or named, frozenset(refused))


def spoken_day(day: date, today: date | None) -> str:
    """A day as one says it: "hoje", "amanhã", "quarta-feira, 25/11"."""
    if today is not None and day == today:
        return "hoje"
    if today is not None and day == today + timedelta(days=1):
        return "amanhã"
    return f"{WEEKDAYS[day.weekday()]}, {day:%d/%m}"


def _named_days(clause: str, today: date) -> list[date]:
    found: list[tuple[int, date]] = []
    for match in _RELATIVE.finditer(clause):
        ahead = {"hoje": 0, "amanha": 1, "depois de amanha": 2}[match[1]]
        found.append((match.start(), today + timedelta(days=ahead)))
    for match in _WEEKDAY.finditer(clause):
        weekday = WEEKDAY_WORDS.index(match[1]) if match[1] else int(match[2]) - 2
        # Said on a Sunday, "domingo" is the next one: for the same day people say "hoje".
        found.append((match.start(), today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)))
    return [day for _, day in sorted(found)]


def _calendar_dates(clause: str, today: date) -> list[date]:
    found: list[tuple[int, date | None]] = []
    for match in _DATE.finditer(clause):
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0) if match[3] else None
        found.append((match.start(), _date(int(match[1]), int(match[2]), year, today)))
    for match in _MONTH_DAY.finditer(clause):
        found.append((match.start(), _date(int(match[1]), MONTHS.index(match[2]) + 1, None, today)))
    for match in _DAY_OF_MONTH.finditer(clause):
        found.append((match.start(), _next_day_of_month(int(match[1]), today)))
    return [day for _, day in sorted(found, key=lambda place: place[0]) if day is not None]


def _date(day: int, month: int, year: int | None, today: date) -> date | None:
    try:
        found = date(year or today.year, month, day)
        # In December "10/01" is next year's; a date of last week stays past, and the tool says so.
        if year is None and (today - found).days > 180:
            found = date(today.year + 1, month, day)
    except ValueError:
        return None
    return found


def _next_day_of_month(day: int, today: date) -> date | None:
    for ahead in range(62):
        candidate = today + timedelta(days=ahead)
        if candidate.day == day:
            return candidate
    return None

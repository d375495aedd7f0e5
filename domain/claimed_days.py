"""Which day a time in a sentence is said of."""

import re
from datetime import date
from typing import NamedTuple

from domain.claimed_text import Figure, Sentence

_MONTHS = ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez")
_MONTH = (
    r"(janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro"
    r"|jan|fev|mar|abr|mai|jun|jul|ago|set|out|nov|dez)\b"
)
_DAY = re.compile(
    r"(?<![\d/])(?:(\d{1,2})/(\d{1,2})(?:/\d{2,4})?(?![\d/])"
    r"|\d{4}-(\d\d)-(\d\d)(?!\d)"
    rf"|dia (\d{{1,2}})(?: de {_MONTH})?(?![\d/:]| ?h\b)"
    rf"|(\d{{1,2}}) de {_MONTH})"
)
_OF_CARD = re.compile(r"\W*(?:horario|hora|inicio)\b")


class Day(NamedTuple):
    """A day as it is named; without a month, the next one of that number."""

    at: Figure
    day: int
    month: int | None


class Days:
    """The days a sentence names, or its heading where it names none itself.

    They stand either before their times ("23/11: 09:00, 10:00; 24/11: 14:00") or after them ("às 10h do dia 23/11").
    `otherwise` is what the lines of a card go by ("Horário: 10:00") whose day has its own line.
    """

    def __init__(self, sentence: Sentence, *, first_time: int, otherwise: tuple[Day, ...] = ()) -> None:
        self._named = days_in(sentence.bare)
        self._of_heading = [] if self._named else days_in(sentence.heading)
        if not self._named and not self._of_heading and _OF_CARD.match(sentence.bare):
            self._of_heading = list(otherwise)
        self._days_first = bool(self._named) and self._named[0].at.start < first_time
        self._bare = sentence.bare

    def allow(self, day: date, time_of_day: Figure) -> bool:
        """Whether the time can be meant of that day."""
        meant = self._of_heading or self._meant(time_of_day)
        return not meant or any(m.day == day.day and m.month in (None, day.month) for m in meant)

    def _meant(self, time_of_day: Figure) -> list[Day]:
        before = [day for day in self._named if day.at.start < time_of_day.start]
        after = [day for day in self._named if day.at.start >= time_of_day.start]
        if self._days_first:
            return _together(before[::-1], self._bare)
        if after and re.search(r"\d.*\((?:dia )?$", self._bare[time_of_day.end : after[0].at.start]):
            return []  # "14h ou 16h (dia 24)" says the day of the nearer one
        return _together(after, self._bare) or before[-1:]


def _together(days: list[Day], text: str) -> list[Day]:
    """The first of the days and those named in one breath with it ("23/11 ou 24/11")."""
    group = days[:1]
    for day in days[1:]:
        first, second = sorted((group[-1].at, day.at))
        if text[first.end : second.start].strip(" ,") not in ("e", "ou", "", "nem"):
            break
        group.append(day)
    return group


def days_in(bare: str) -> list[Day]:
    """The days a bare text names, in order."""
    found = []
    for match in _DAY.finditer(bare):
        slash_day, slash_month, iso_month, iso_day, dia, of_month, plain, month = match.groups()
        named = of_month or month
        day = int(slash_day or iso_day or dia or plain)
        number = slash_month or iso_month
        which = int(number) if number else _MONTHS.index(named[:3]) + 1 if named else None
        if 1 <= day <= 31 and (which is None or 1 <= which <= 12):
            found.append(Day(Figure(*match.span()), day, which))
    return found

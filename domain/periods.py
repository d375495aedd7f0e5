"""Periods a shop's figures are asked for: whole days of its calendar, and the period before to compare with."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import model_validator

from domain.frozen import Frozen


class NamedPeriod(StrEnum):
    """Periods as people name them; weeks begin on Monday, and what has begun ends today."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    TOMORROW = "tomorrow"
    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    NEXT_WEEK = "next_week"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    NEXT_MONTH = "next_month"
    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"


class Period(Frozen):
    """The days from `first` to `last`, both in it."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> "Period":
        if self.last < self.first:
            raise ValueError("a period ends on or after the day it begins")
        return self

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its `[start, end)`: from midnight to midnight of the shop, also on days of 23 or 25 hours."""
        return (
            datetime.combine(self.first, time.min, tzinfo=zone),
            datetime.combine(self.last + timedelta(days=1), time.min, tzinfo=zone),
        )

    def before(self) -> "Period":
        """What it is compared with.

        Of days that begin a month, the same days of the months before (the whole of them, for whole months); of days
        that begin a week and end within it, the same of the week before; else as many days just before.
        """
        if self.first.day == 1:
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
            first = _months_later(self.first, -months)
            of_last = _months_later(self.last.replace(day=1), -months)
            length = monthrange(of_last.year, of_last.month)[1]
            whole = self.last.day == monthrange(self.last.year, self.last.month)[1]
            return Period(first=first, last=of_last.replace(day=length if whole else min(self.last.day, length)))
        step = 7 if self.first.weekday() == 0 and 1 < self.days < 7 else self.days
        return Period(first=self.first - timedelta(days=step), last=self.last - timedelta(days=step))

    @staticmethod
    def named(name: NamedPeriod, today: date) -> "Period":
        """The period of that name, as of a day."""
        monday = today - timedelta(days=today.weekday())
        month = today.replace(day=1)
        next_month = _months_later(month, 1)
        first, last = {
            NamedPeriod.TODAY: (today, today),
            NamedPeriod.YESTERDAY: (today - timedelta(days=1),) * 2,
            NamedPeriod.TOMORROW: (today + timedelta(days=1),) * 2,
            NamedPeriod.THIS_WEEK: (monday, today),
            NamedPeriod.LAST_WEEK: (monday - timedelta(days=7), monday - timedelta(days=1)),
            NamedPeriod.NEXT_WEEK: (monday + timedelta(days=7), monday + timedelta(days=13)),
            NamedPeriod.THIS_MONTH: (month, today),
            NamedPeriod.LAST_MONTH: (_months_later(month, -1), month - timedelta(days=1)),
            NamedPeriod.NEXT_MONTH: (next_month, _months_later(month, 2) - timedelta(days=1)),
            NamedPeriod.LAST_7_DAYS: (today - timedelta(days=6), today),
            NamedPeriod.LAST_30_DAYS: (today - timedelta(days=29), today),
            NamedPeriod.THIS_YEAR: (today.replace(month=1, day=1), today),
            NamedPeriod.LAST_YEAR: (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        }[name]
        return Period(first=first, last=last)

    def in_words(self) -> str:
        """ "22/11/2026", or "01/11/2026 a 22/11/2026"."""
        if self.first == self.last:
            return f"{self.first:%d/%m/%Y}"
        return f"{self.first:%d/%m/%Y} a {self.last:%d/%m/%Y}"


def _months_later(first_of_month: date, months: int) -> date:
    count = first_of_month.year * 12 + first_of_month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)

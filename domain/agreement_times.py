"""Times and days as a customer names them, and which start they fit."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class Part(StrEnum):
    """A part of the day."""

    MORNING = "manha"
    AFTERNOON = "tarde"
    EVENING = "noite"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day; `sure` when it cannot be another number, `exact` when "2" cannot be 14:00."""

    hour: int
    minute: int = 0
    sure: bool = True
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A day, by all that was said of it; `rank` when "a segunda" can also be the second of a list."""

    ahead: int | None = None
    weekday: int | None = None
    day: int | None = None
    month: int | None = None
    year: int | None = None
    next_week: bool = False
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Rank:
    """A place in the list of offers, from 0; -1 is the last."""

    place: int


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that is no time; `of_pet` when it describes the pet: an age, a weight."""

    of_pet: bool


Mention = Time | Day | Part | Rank


def day_fits(named: Day, day: date, today: date | None) -> bool:
    """Whether `day` is the day that was named; without `today`, "amanhã" is no day at all."""
    if named.ahead is not None and (today is None or day != today + timedelta(days=named.ahead)):
        return False
    if named.next_week and (today is None or not 0 < (day - today).days + today.weekday() - 6 <= 7):
        return False
    return (
        named.weekday in (None, day.weekday())
        and named.day in (None, day.day)
        and named.month in (None, day.month)
        and named.year in (None, day.year)
    )


def time_fits(named: Time, start: datetime, *, loosely: bool) -> bool:
    """Whether `start` is at the time that was named; loosely, "2" is also 14:00."""
    hours = {named.hour, named.hour + 12} if loosely and not named.exact else {named.hour}
    return start.hour in hours and start.minute == named.minute


def part_fits(named: Part, start: datetime) -> bool:
    """Whether `start` lies in that part of the day."""
    if named is Part.MORNING:
        return start.hour < 12
    return 12 <= start.hour < 19 if named is Part.AFTERNOON else start.hour >= 18

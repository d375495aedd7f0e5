"""Bookings that Aurora's tools found, and which of them the owner means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from dev.practice_model.days import read_day, spoken_day
from dev.practice_model.owner_facts import Facts
from dev.practice_model.portuguese import fold, words
from dev.practice_model.times import read_time

_AT = re.compile(r"\b([01]\d|2[0-3]):([0-5]\d)")
_ORDINALS = (("primeir", 0), ("segund", 1), ("terceir", 2), ("quart", 3), ("ultim", -1))


@dataclass(frozen=True, slots=True)
class Found:
    """A booking; `code` is what tools know it by."""

    code: str
    day: date | None
    at: time | None
    service: str
    pet: str
    customer: str
    professional: str

    def line(self, today: date) -> str:
        """As the owner reads it among others."""
        day = spoken_day(self.day, today) if self.day else ""
        at = f"{self.at:%H:%M}" if self.at else ""
        whose = " de ".join(part for part in (self.pet, self.customer) if part)
        return f"{', '.join(part for part in (day, at) if part)}: {self.service}, {whose}, com {self.professional}"


def read_found(facts: Facts) -> list[Found]:
    """The bookings of an answer."""
    return [
        Found(
            code=code,
            day=_day(one.text("date")),
            at=_time(one.text("time")),
            service=one.text("service"),
            pet=one.text("pet"),
            customer=one.text("customer"),
            professional=one.text("professional"),
        )
        for one in facts.all("appointments")
        if (code := one.text("code"))
    ]


def chosen(found: Sequence[Found], answer: str, today: date) -> list[Found]:
    """Those that the answer to "which one?" fits: by time, day, name or place in the list; all where it fits none."""
    said = fold(answer)
    at, day = read_time(said).wanted, read_day(said, today).wanted
    if at is not None and (fitting := [one for one in found if one.at == at]):
        return fitting
    if day is not None and (fitting := [one for one in found if one.day == day]):
        return fitting
    spoken = set(words(said))
    named = [
        one
        for one in found
        if spoken
        & {word for name in (one.pet, one.customer, one.professional) for word in words(fold(name)) if len(word) > 2}
    ]
    if 0 < len(named) < len(found):
        return named
    place = next((index for ordinal, index in _ORDINALS if re.search(rf"\b{ordinal}", said)), None)
    return [found[place]] if place is not None and place < len(found) else list(found)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _time(written: str) -> time | None:
    found = _AT.search(written)
    return time(int(found[1]), int(found[2])) if found else None

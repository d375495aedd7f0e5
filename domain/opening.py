"""When the shop is open in an ordinary week, in its own local time."""

from collections.abc import Sequence
from datetime import date, time
from typing import Self

from pydantic import RootModel, field_validator, model_validator

from domain.dates import WEEKDAYS
from domain.frozen import Frozen


class OpenSpan(Frozen):
    """One stretch of a day in which the shop is open, in local time."""

    opens: time
    closes: time

    @field_validator("opens", "closes")
    @classmethod
    def _on_a_plain_clock(cls, value: time) -> time:
        if value.tzinfo is not None or value.microsecond:
            raise ValueError("a time of the shop is local, without an offset, in whole seconds")
        return value

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("a stretch has to end after it begins, on the same day")
        return self

    def faces(self) -> tuple[int, int]:
        """Its two edges in seconds after midnight, as a clock shows them."""
        return _seconds(self.opens), _seconds(self.closes)

    def in_words(self) -> str:
        """ "08:00–18:00"."""
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}"


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def in_order(spans: Sequence[OpenSpan]) -> tuple[OpenSpan, ...]:
    """The same stretches of a day; `ValueError` when they overlap, touch or are out of order."""
    edges = [edge for span in spans for edge in (span.opens, span.closes)]
    if edges != sorted(set(edges)):
        raise ValueError("open stretches have to be in order and may not overlap")
    return tuple(spans)


class OpeningHours(RootModel[dict[int, tuple[OpenSpan, ...]]]):
    """Open stretches by weekday, Monday 0 … Sunday 6; a weekday that is missing is a closed day."""

    @field_validator("root")
    @classmethod
    def _in_order(cls, root: dict[int, tuple[OpenSpan, ...]]) -> dict[int, tuple[OpenSpan, ...]]:
        for weekday, spans in root.items():
            if weekday not in range(7):
                raise ValueError(f"{weekday} is no weekday (Monday 0 … Sunday 6)")
            in_order(spans)
        return root

    def spans(self, day: date) -> tuple[OpenSpan, ...]:
        """The open stretches of a day, in order."""
        return self.root.get(day.weekday(), ())

    def in_words(self) -> list[str]:
        """The week for a prompt, a line an open day: `segunda-feira: 08:00–18:00`."""
        return [
            f"{WEEKDAYS[day]}: " + ", ".join(span.in_words() for span in self.root[day])
            if self.root.get(day)
            else f"{WEEKDAYS[day]}: fechado"
            for day in range(7)
        ]

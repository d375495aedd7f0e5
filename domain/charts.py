"""A chart as data: what is drawn when it is sent, the same picture on every retry."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from domain.frozen import Frozen
from domain.texts import cleaned


class ChartUnit(StrEnum):
    """What the bars count."""

    REAIS = "reais"
    PERCENT = "percent"
    BOOKINGS = "bookings"


class Series(Frozen):
    """One row of bars, a value for each label; reais as a number of reais, percent from 0 to 100 (or somewhat more)."""

    name: str
    values: tuple[Annotated[float, Field(ge=0, allow_inf_nan=False)], ...]


class Chart(Frozen):
    """Bars for labels: `Receita da semana`, by day; or a heat map where there is a series for each row.

    `labels` and every series have the same length. Several series stand beside each other, or on each other where they
    add up (`stacked`). `heat` draws rows (series) by columns (labels) in shades. The title is also the caption, by
    which an echo of the picture is known: it is what a channel gives back, cleaned.
    """

    title: Annotated[str, AfterValidator(cleaned), Field(min_length=1, max_length=200)]
    labels: Annotated[tuple[str, ...], Field(min_length=1, max_length=62)]
    series: Annotated[tuple[Series, ...], Field(min_length=1, max_length=20)]
    unit: ChartUnit
    heat: bool = False
    stacked: bool = False

    @model_validator(mode="after")
    def _of_one_length(self) -> Self:
        if any(len(series.values) != len(self.labels) for series in self.series):
            raise ValueError("every series has a value for each label")
        return self

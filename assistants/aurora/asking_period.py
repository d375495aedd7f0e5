"""The period an owner asks about: by its name, or from a day to a day."""

from datetime import date, timedelta

from pydantic import Field

from assistants.toolbox import Arguments
from domain.errors import RefusalCode, RequestRefused
from domain.periods import NamedPeriod, Period

_LONGEST = timedelta(days=366 * 50)


class PeriodArguments(Arguments):
    """Base of every question about a period. `first` and `last` win over `period`."""

    period: NamedPeriod = Field(default=NamedPeriod.TODAY, description="as semanas começam na segunda")
    first: date | None = Field(default=None, description="primeiro dia, se o período não tem nome")
    last: date | None = Field(default=None, description="último dia; sem ele, o mesmo que first")

    def chosen(self, today: date) -> Period:
        """The period that is meant. Raises `RequestRefused` for one that ends before it begins, or is absurdly long."""
        if self.first is None and self.last is None:
            return Period.named(self.period, today)
        first = self.first or self.last
        last = self.last or self.first
        assert first is not None
        assert last is not None
        if last < first:
            raise RequestRefused(RefusalCode.BAD_ARGUMENTS, "O período termina antes de começar.")
        if last - first > _LONGEST or not (date(1970, 1, 1) < first and last < date(2200, 1, 1)):
            raise RequestRefused(RefusalCode.BAD_ARGUMENTS, "O período é longo demais.")
        return Period(first=first, last=last)

"""What a reply may say of prices and times: all that rows support in a turn, and how it is told to a model."""

from collections.abc import Iterable
from datetime import time
from decimal import Decimal
from itertools import groupby

from pydantic import AwareDatetime

from domain.frozen import Frozen
from domain.money import reais
from domain.texts import folded

_TIMES_NAMED = 40
_LONGEST_LIST = 1_500
"""Bounds of what a correction repeats: the prompt has it all already."""


class PriceFact(Frozen):
    """One price of a service, in reais; a service with prices by size or coat has several of these."""

    service: str
    price: Decimal


class ReplyFacts(Frozen):
    """The prices, times and starts that rows support, datetimes in the shop's time zone.

    `times` are times of any day (the edges of the opening hours), `slots` the starts that tools answered or that are
    held for the customer, `about` the shop's own words: amounts and times in them are supported too.
    """

    prices: tuple[PriceFact, ...] = ()
    times: tuple[time, ...] = ()
    slots: tuple[AwareDatetime, ...] = ()
    about: str = ""

    def with_slots(self, slots: Iterable[AwareDatetime] = (), times: Iterable[time] = ()) -> "ReplyFacts":
        """The same facts and more starts and times, in order, each once."""
        return self.model_copy(
            update={
                "slots": tuple(sorted({*self.slots, *slots})),
                "times": tuple(sorted({*self.times, *times})),
            }
        )

    def prices_in_words(self) -> str:
        """ "Banho: R$ 50,00 ou R$ 70,00; Tosa: R$ 90,00", cut to a bounded length; "" when there are none."""
        by_service: dict[str, tuple[str, set[Decimal]]] = {}
        for fact in self.prices:
            by_service.setdefault(folded(fact.service), (fact.service, set()))[1].add(fact.price)
        return _cut([f"{name}: {' ou '.join(map(reais, sorted(prices)))}" for name, prices in by_service.values()])

    def starts_in_words(self) -> str:
        """ "23/11: 09:00, 10:00; 24/11: 14:00", cut to a bounded length; "" when there are none."""
        coming = sorted(set(self.slots))[:_TIMES_NAMED]
        days = groupby(coming, key=lambda slot: slot.date())
        return _cut([f"{day:%d/%m}: {', '.join(f'{slot:%H:%M}' for slot in slots)}" for day, slots in days])

    def times_in_words(self) -> str:
        """ "08:00, 18:00", cut to a bounded length; "" when there are none."""
        return ", ".join(f"{at:%H:%M}" for at in sorted(set(self.times))[:_TIMES_NAMED])


def _cut(parts: list[str]) -> str:
    text = "; ".join(parts)
    if len(text) <= _LONGEST_LIST:
        return text
    return f"{text[:_LONGEST_LIST].rpartition('; ')[0] or text[:_LONGEST_LIST]}; …"

"""What models cost: OpenAI's list prices for text, in US$ per million tokens, as of 2025-08-01.

What a shop really pays is on its bill: cached input is cheaper, and other servers have prices of their own.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from domain.figures import ModelUse
from domain.frozen import Frozen
from domain.money import dollars

_MILLION = Decimal(1_000_000)
_VERSION = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_CENT = Decimal("0.01")


class _Price(NamedTuple):
    """US$ per million tokens read and written."""

    prompt: Decimal
    completion: Decimal


_PRICES = {
    "gpt-4o": _Price(Decimal("2.50"), Decimal("10.00")),
    "gpt-4o-mini": _Price(Decimal("0.15"), Decimal("0.60")),
    "gpt-4.1": _Price(Decimal("2.00"), Decimal("8.00")),
    "gpt-4.1-mini": _Price(Decimal("0.40"), Decimal("1.60")),
    "gpt-4.1-nano": _Price(Decimal("0.10"), Decimal("0.40")),
}


class Cost(Frozen):
    """What some use of models comes to, in US$; `unpriced` are the models whose price is not known."""

    dollars: Decimal
    unpriced: tuple[ModelUse, ...]

    def in_words(self) -> str | None:
        """ "US$ 1,23"; None where no price is known of anything that was used."""
        if not self.dollars and self.unpriced:
            return None
        if 0 < self.dollars < _CENT:
            return "menos de US$ 0,01"
        return dollars(self.dollars)


def cost_of(uses: Iterable[ModelUse]) -> Cost:
    """What the models that were used come to at list prices; a version ("gpt-4o-2024-08-06") costs as its family."""
    total, unpriced = Decimal(0), []
    for use in uses:
        price = _PRICES.get(_VERSION.sub("", use.model.strip().lower()))
        if price is None:
            unpriced.append(use)
        else:
            total += (use.prompt_tokens * price.prompt + use.completion_tokens * price.completion) / _MILLION
    return Cost(dollars=total, unpriced=tuple(unpriced))

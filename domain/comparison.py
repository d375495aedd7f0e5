"""Figures beside those of another period, in words: a model that is given the difference need not work it out."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from domain.money import decimal

_TENTH = Decimal("0.1")


def percent(share: Decimal) -> str:
    """A share of 0 to 100 as "12,5%" or "40%"."""
    return f"{_decimal(share)}%"


def share(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """How much of the whole a part is, 0 to 100 with one decimal; None of nothing."""
    if not whole:
        return None
    return (Decimal(100) * part / whole).quantize(_TENTH, ROUND_HALF_UP)


def difference(now: int | Decimal, before: int | Decimal, words: Callable[[Decimal], str]) -> str:
    """ "R$ 150,00 a mais (+21,4%)", "3 clientes a menos (-25%)", "igual"; no percentage where there was nothing."""
    change = Decimal(now) - Decimal(before)
    if not change:
        return "igual"
    told = f"{words(abs(change))} a {'mais' if change > 0 else 'menos'}"
    relative = share(abs(change), before)
    if relative is None:
        return f"{told} (antes não houve)"
    return f"{told} ({'+' if change > 0 else '-'}{percent(relative)})"


def points(now: Decimal | None, before: Decimal | None) -> str:
    """The difference of two percentages: "2,5 pontos percentuais a mais"; frank where one of them is not known."""
    if now is None or before is None:
        return "sem base para comparar"
    change = now - before
    if not change:
        return "igual"
    unit = "ponto percentual" if abs(change) < 2 else "pontos percentuais"
    return f"{_decimal(abs(change))} {unit} a {'mais' if change > 0 else 'menos'}"


def _decimal(value: Decimal) -> str:
    return decimal(value.quantize(_TENTH, ROUND_HALF_UP), 1).removesuffix(",0")

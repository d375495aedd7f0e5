"""Money and decimals as Brazilians write them."""

from decimal import Decimal


def reais(amount: Decimal) -> str:
    """`Decimal("1234.5")` as `R$ 1.234,56`-style text: `R$ 1.234,50`."""
    return f"R$ {decimal(amount, 2)}"


def dollars(amount: Decimal) -> str:
    """`Decimal("1234.5")` as `US$ 1.234,50`."""
    return f"US$ {decimal(amount, 2)}"


def decimal(number: Decimal, places: int) -> str:
    """`Decimal("1234.5")` with two places as `1.234,50`."""
    return f"{number:,.{places}f}".replace(",", "_").replace(".", ",").replace("_", ".")

"""Money as Brazilians write it."""

from decimal import Decimal


def reais(amount: Decimal) -> str:
    """`Decimal("1234.5")` as `R$ 1.234,56`-style text: `R$ 1.234,50`."""
    return f"R$ {amount:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")

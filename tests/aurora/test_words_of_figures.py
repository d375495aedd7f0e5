"""Figures in words: shares, differences, moments ago, and what models cost."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from domain.comparison import difference, percent, points, share
from domain.dates import ago, ahead
from domain.figures import ModelUse
from domain.model_prices import cost_of
from domain.money import reais


@pytest.mark.parametrize(
    ("value", "words"), [("0", "0%"), ("12.5", "12,5%"), ("33.349", "33,3%"), ("99.95", "100%"), ("1234.5", "1.234,5%")]
)
def test_a_share_in_words(value: str, words: str) -> None:
    """One decimal at most, a comma, and a dot for thousands."""
    assert percent(Decimal(value)) == words


def test_a_share_of_nothing_is_none() -> None:
    """Nothing is no share of nothing; halves are rounded up."""
    assert share(3, 0) is None
    assert share(1, 8) == Decimal("12.5")
    assert share(1, 16) == Decimal("6.3")


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        ("850", "700", "R$ 150,00 a mais (+21,4%)"),
        ("700", "850", "R$ 150,00 a menos (-17,6%)"),
        ("700", "700", "igual"),
        ("0", "0", "igual"),
        ("50", "0", "R$ 50,00 a mais (antes não houve)"),
        ("0", "50", "R$ 50,00 a menos (-100%)"),
    ],
)
def test_a_difference_in_words(now: str, before: str, words: str) -> None:
    """Absolute and relative; nothing to divide by is said, not computed."""
    assert difference(Decimal(now), Decimal(before), reais) == words


def test_the_difference_of_percentages_is_in_points() -> None:
    """One point and several, more and less, or no base."""
    assert points(Decimal("12.5"), Decimal("10")) == "2,5 pontos percentuais a mais"
    assert points(Decimal("10"), Decimal("11")) == "1 ponto percentual a menos"
    assert points(Decimal("10"), Decimal("10.0")) == "igual"
    assert points(None, Decimal("10")) == "sem base para comparar"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-5, "agora mesmo"),
        (0, "agora mesmo"),
        (1, "há 1 minuto"),
        (59, "há 59 minutos"),
        (119, "há 1 hora"),
        (1440, "há 1 dia"),
        (5000, "há 3 dias"),
    ],
)
def test_how_long_ago(minutes: int, words: str) -> None:
    """In whole units; a clock that runs ahead does no harm."""
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert ago(now - timedelta(minutes=minutes), now) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "em menos de 1 minuto"), (1, "em 1 minuto"), (59, "em 59 minutos"), (119, "em 1 hora"), (5000, "em 3 dias")],
)
def test_how_far_ahead(minutes: int, words: str) -> None:
    """In whole units, as the past is told."""
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert ahead(now + timedelta(minutes=minutes), now) == words


def _use(model: str, prompt: int, completion: int) -> ModelUse:
    return ModelUse(model=model, prompt_tokens=prompt, completion_tokens=completion)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("gpt-4o-mini", "US$ 0,75"),
        ("gpt-4o-mini-2024-07-18", "US$ 0,75"),
        ("GPT-4o-2024-08-06", "US$ 12,50"),
        ("gpt-4.1", "US$ 10,00"),
        ("gpt-4.1-mini-2025-04-14", "US$ 2,00"),
        ("gpt-4.1-nano", "US$ 0,50"),
        ("gpt-4o-mini-realtime", None),
        ("gpt-4", None),
        ("pratica", None),
    ],
)
def test_models_have_list_prices(model: str, words: str | None) -> None:
    """A million tokens in and out; a version costs as its family, what is not known has no cost."""
    cost = cost_of([_use(model, 1_000_000, 1_000_000)])
    assert cost.in_words() == words
    assert [use.model for use in cost.unpriced] == ([] if words else [model])


def test_the_cost_of_what_is_known_stands_beside_what_is_not() -> None:
    """Nothing is guessed, little is no zero, and no use costs nothing."""
    mixed = cost_of([_use("gpt-4.1", 500_000, 0), _use("x", 5, 5)])
    assert (mixed.in_words(), [use.model for use in mixed.unpriced]) == ("US$ 1,00", ["x"])
    assert cost_of([_use("gpt-4o-mini", 100, 10)]).in_words() == "menos de US$ 0,01"
    assert cost_of([]).in_words() == "US$ 0,00"

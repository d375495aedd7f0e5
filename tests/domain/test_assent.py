"""A yes to an order: every word of it agrees, and to leave off is one only where that was asked."""

import pytest

from domain.assent import is_assent

_PRICE, _CANCEL, _PAUSE = "💰 Banho: de R$ 50,00 para R$ 60,00", "❌ Cancelar Banho de Rex (Lia)", "🔕 Pausar: resumo"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Sim", _PRICE),
        ("pode mudar, obrigada!", _PRICE),
        ("👍🏿", _PRICE),
        ("Pode cancelar", _CANCEL),
        ("pode parar", _PAUSE),
        ("pode desfazer", f"{_PRICE} desfazer"),
    ],
)
def test_a_yes(text: str, asked: str) -> None:
    """In the words people use, and in those of the order itself."""
    assert is_assent([text], asked)


@pytest.mark.parametrize(
    "text",
    [
        "pode cancelar",
        "ok, pode parar",
        "pode desfazer",
        "ok 👎",
        "sim ❌",
        "pode 🤔",
        "sim？",
        "sim, mas só amanhã",
        "bom dia",
    ],
)
def test_no_yes(text: str) -> None:
    """Who calls the order off, doubts it, or says something else has not agreed to it."""
    assert not is_assent([text], _PRICE)


def test_every_message_since_the_question_counts() -> None:
    """A yes with something after it is a new wish."""
    assert not is_assent(["sim", "espera"], _PRICE)
    assert not is_assent([], _PRICE)

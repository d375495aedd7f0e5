"""A no to an order: every word of it declines, or it is none."""

import pytest

from domain.dissent import is_dissent


@pytest.mark.parametrize(
    "text",
    ["Não", "não, obrigada!", "deixa pra lá", "melhor não", "não precisa mais", "mudei de ideia, esquece", "👎", "nn"],
)
def test_a_no(text: str) -> None:
    """In the words people use."""
    assert is_dissent([text])


@pytest.mark.parametrize(
    "text",
    [
        "sim",
        "não, põe 70",
        "não é isso",
        "não, pode fazer",
        "não sei",
        "não?",
        "cancela o banho do Rex",
        "ok 👎",
        "",
        "bom dia",
    ],
)
def test_no_no(text: str) -> None:
    """A new wish, a question or a doubt leaves the order open."""
    assert not is_dissent([text])

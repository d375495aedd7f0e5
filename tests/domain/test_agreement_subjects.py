"""Whether a customer's words are about another service, or another pet."""

import pytest

from domain.agreement_subjects import names_another_pet, names_another_service

ON_SALE = ("Banho", "Tosa", "Vacinação", "Consulta Veterinária Geral", "Banho e Tosa")


@pytest.mark.parametrize(
    ("text", "service", "another"),
    [
        ("às 10h", "Banho", False),
        ("o banho às 10h", "Banho", False),
        ("BANHOO amanhã", "Banho", False),
        ("a tosa às 10h", "Banho", True),
        ("banho e tosa", "Banho", True),
        ("banho e tosa", "Banho e Tosa", False),
        ("só o banho", "Banho e Tosa", False),
        ("quero hotel às 10h", "Banho", True),
        ("a vacina às 10h", "Vacinação", False),
        ("a vacina às 10h", "Banho", True),
        ("consulta", "Consulta Veterinária Geral", False),
        ("sim, ele é o Tom", "Banho", False),
        ("sim", "Banho", False),
        ("", "Banho", False),
    ],
)
def test_another_service(text: str, service: str, another: bool) -> None:
    """On sale or not; in the forms people write; the service itself is none."""
    assert names_another_service([text], service, ON_SALE) is another


@pytest.mark.parametrize(
    ("text", "pet", "another"),
    [
        ("às 10h", "Rex", False),
        ("para o Rex às 10h", "Rex", False),
        ("para a mimi às 10h", "Rex", True),
        ("Rex e Mimi", "Rex", False),
        ("sim", "Rex", False),
        ("sim, linda", "Rex", False),
        ("é do Thor", "Rex", False),
    ],
)
def test_another_pet(text: str, pet: str, another: bool) -> None:
    """Only the customer's own, by their whole names, and no word of every day: a pet may be called Sim."""
    assert names_another_pet([text], pet, ("Rex", "Mimi", "Sim", "Linda")) is another

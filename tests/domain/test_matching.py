"""What a customer means among the names a shop knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.matching import matches

SERVICES = ["Banho", "Banho e Tosa", "Consulta Dermatológica", "Consulta Veterinária Geral", "Tosa", "Vacinação"]


def test_defect_05_a_name_that_matches_two_services_gives_both() -> None:
    """The seed's system said "not found"; here somebody is asked which one."""
    assert matches("consulta", SERVICES) == ["Consulta Dermatológica", "Consulta Veterinária Geral"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Banho", ["Banho"]),
        ("  bânho ", ["Banho"]),
        ("tosa e banho", ["Banho e Tosa"]),
        ("banho para o Rex", ["Banho"]),
        ("consulta geral", ["Consulta Veterinária Geral"]),
        ("consulta veterinaria", ["Consulta Veterinária Geral"]),
        ("vacinaçao", ["Vacinação"]),
        ("vacinacão do Rex", ["Vacinação"]),
        ("banhos", ["Banho", "Banho e Tosa"]),
        ("dermatologia", ["Consulta Dermatológica"]),
        ("hotel", []),
        ("", []),
        ("de", []),
        ("🐶", []),
    ],
)
def test_what_is_meant(wanted: str, found: list[str]) -> None:
    """Accents, case, order and small slips do not matter; nothing is guessed."""
    assert matches(wanted, SERVICES) == found


@pytest.mark.parametrize("odd", ["Da", "O", "E", "🐾", "!!"])
def test_a_name_of_nothing_but_filler_is_not_everything(odd: str) -> None:
    """A pet called "Da" is meant only when it is named, not whenever another name is unknown."""
    assert matches("Rex", [odd]) == []
    assert matches(odd, [odd, "Rex"]) == [odd]


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=5))
def test_only_names_that_exist_are_found(wanted: str, names: list[str]) -> None:
    """Any text finds some of the names, or none; a name finds itself."""
    assert set(matches(wanted, names)) <= set(names)
    for name in names:
        assert len(matches(name, names)) == 1

"""What an operator mistypes is told in Portuguese, once, and with an example that fits."""

import pytest

from tests.auzap.conftest import Command, Salon

HOURS = "seg-dom 8h-18h"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["org", "add", "nova", "--name", "Nova", "--hours", ""], "o horário está vazio"),
        (["org", "add", "nova", "--name", "Nova", "--timezone", ""], "não conheço o fuso"),
        (["org", "add", "nova", "--name", " "], "falta o nome da loja"),
        (["orgs"], "Você quis dizer 'org'?"),
        (
            ["service", "add", "Banho", "--org", "x", "--category", "", "--minutes", "60", "--price", "50"],
            "falta a categoria",
        ),
        (["professional", "hours", "Ana", HOURS, "--lunch", "12-13", "--org", "x"], "escreva como 12:00-13:00"),
        (["professional", "hours", "Ana", HOURS, "--lunch", "", "--org", "x"], "escreva como 12:00-13:00"),
    ],
)
async def test_what_is_mistyped_is_told_in_portuguese(command: Command, arguments: list[str], said: str) -> None:
    """One line on stderr, exit code 2; an option that is given empty is not one that was left out."""
    ran = await command(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1
    assert "Did you" not in ran.err


async def test_a_closed_day_is_not_told_twice(salon: Salon) -> None:
    """A reason that is the refusal itself is left out."""
    await salon.done("day", "close", f"{salon.day:%d/%m/%Y}")
    refused = await salon("booking", "add", *salon.booking("Rex", "Banho", "10:00"))
    assert refused.code == 1
    assert refused.err.casefold().count("não abre nesse dia") == 1
    assert "Motivo" not in refused.err

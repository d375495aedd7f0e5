"""domain/tool_words.py: what every tool of the assistants did, in Portuguese, whatever the model wrote."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from assistants.team import toolbox
from domain.bookings import BookingChange, BookingFacts
from domain.conversation import AgentType
from domain.ids import BookingId
from domain.model import ToolOutcome
from domain.tool_words import arguments_in_words, outcome_in_words, tool_in_words

ZONE = ZoneInfo("America/Sao_Paulo")
_FACTS = BookingFacts(
    id=BookingId(UUID(int=1)),
    pet="Rex",
    pet_described="Rex",
    service="Banho",
    start=datetime(2026, 11, 23, 13, tzinfo=UTC),
    price=Decimal(50),
)


@pytest.mark.parametrize("agent", list(AgentType))
def test_every_tool_has_a_name(agent: AgentType) -> None:
    """No tool shows by the name that only the model knows."""
    names = [schema["function"]["name"] for schema in toolbox(agent).schemas()]
    assert [name for name in names if tool_in_words(name) == name] == []


def test_a_tool_nobody_knows() -> None:
    """What the model invented is shown as it called it, without what would turn the line around."""
    assert tool_in_words("drop_\u202etable") == "drop_table"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ('{"pet_name": "Rex", "preferred_date": "2026-11-23"}', [("pet", "Rex"), ("dia", "23/11/2026")]),
        ('{"species": "dog", "size": "medio", "breed": null}', [("espécie", "cachorro"), ("porte", "médio")]),
        ('{"wanted": false, "unknown": 1}', [("quer receber", "não")]),
        ("not json", []),
        ("[1]", []),
        ("", []),
        ("[" * 100_000, []),
    ],
)
def test_arguments_in_words(arguments: str, words: list[tuple[str, str]]) -> None:
    """What has a name in Portuguese is told; what is no JSON, or no object, tells nothing."""
    assert arguments_in_words(arguments) == words


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (
            ToolOutcome(ok=True, content="", booking=_FACTS, change=BookingChange.MOVED),
            "Agendamento remarcado: Banho de Rex, 23/11/2026 10:00, R$ 50,00",
        ),
        (ToolOutcome(ok=False, content='{"message": "Não dá."}'), "Não dá."),
        (ToolOutcome(ok=False, content="{"), "Não pôde ser feito"),
        (ToolOutcome(ok=True, content="", handed_over="x"), "Uma pessoa foi chamada"),
        (ToolOutcome(ok=True, content="", slots=(_FACTS.start, _FACTS.start)), "2 horários"),
        (ToolOutcome(ok=True, content="{}"), "Feito"),
    ],
)
def test_outcomes_in_words(outcome: ToolOutcome, words: str) -> None:
    """A booking by its facts in the shop's time, a refusal by its sentence."""
    assert outcome_in_words(outcome, ZONE) == words

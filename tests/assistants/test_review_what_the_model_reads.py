"""What every call of the model carries: no word that only programmers need, and every rule that decides a booking."""

import json
from uuid import uuid4

import pytest

from assistants.team import toolbox
from domain.conversation import AgentType
from domain.ids import ServiceId

from .test_reading import BATH, prompt


@pytest.mark.parametrize("agent", AgentType)
def test_the_tools_are_described_in_portuguese_only(agent: AgentType) -> None:
    """Neither pydantic's titles nor our docstrings; every argument keeps its own description."""
    for tool in toolbox(agent).schemas():
        parameters = tool["function"]["parameters"]
        written = json.dumps(parameters, ensure_ascii=False)
        assert '"title"' not in written
        assert "description" not in parameters
        assert all("description" not in one for one in dict(parameters.get("$defs") or {}).values())  # type: ignore[call-overload]  # a JSON schema
        assert parameters["additionalProperties"] is False
        assert all(one["description"] for one in parameters["properties"].values())  # type: ignore[attr-defined]  # likewise


def test_the_prompt_says_which_service_another_needs_first() -> None:
    """Under the service that needs it; nothing of it under others."""
    clip = BATH.model_copy(update={"id": ServiceId(uuid4()), "name": "Tosa", "needs_first": BATH.id})
    text = prompt(services=[BATH, clip])
    assert f"- Tosa: R$ 1.050,00, {clip.duration_minutes} min\n  - só depois de {BATH.name}\n" in text
    assert text.count("só depois de") == 1

"""Histories of real runs replay on today's workflows: what is under way survives a deployment."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from temporal import DATA_CONVERTER
from worker import WORKFLOWS

HISTORIES = sorted((Path(__file__).parents[1] / "histories").glob("*.json"))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_stored_history_replays(path: Path) -> None:
    """The workflow decides today as it did when the history was recorded."""
    history = WorkflowHistory.from_json(f"conversation/{path.stem}", path.read_text())
    await Replayer(workflows=list(WORKFLOWS), data_converter=DATA_CONVERTER).replay_workflow(history)


def test_the_histories_are_there() -> None:
    """An empty folder would prove nothing."""
    of_conversations = {"booking", "overtaken", "corrected", "handed_over", "released", "held"}
    of_the_agenda = {"booking_life", "booking_moved", "waiting_list", "campaign", "campaign_stopped", "briefing"}
    of_questions = {"question_answered", "question_lapsed", "remembered"}
    of_people = {"three_days", "forgotten", "taken", "skipped"}
    assert {path.stem for path in HISTORIES} >= of_conversations | of_the_agenda | of_questions | of_people | {"letter"}

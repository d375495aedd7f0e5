"""Answers that a hasty reader takes for a yes to the very opposite."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.agreement import Reading, answer_to_question

TOMORROW_AT_TEN = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("America/Sao_Paulo"))
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "text",
    ["vou", "sim vou", "quero ir", "sim, estou aí", "sim, amanhã estou aí", "ok, nos vemos amanhã", "ok, até amanhã"],
)
def test_who_comes_cancels_nothing(text: str) -> None:
    """ "Posso cancelar?" answered with "vou": the visit, not the cancellation."""
    assert answer_to_question([text], about=TOMORROW_AT_TEN, today=TODAY, to_cancel=True) is not Reading.YES


@pytest.mark.parametrize("text", ["mantém", "pode manter", "sim, mantenha", "deixa marcado", "continua marcado"])
def test_who_keeps_it_moves_nothing(text: str) -> None:
    """ "Posso remarcar?" answered with "mantém" leaves the appointment where it is; asked to book it, it is a yes."""
    assert answer_to_question([text], about=TOMORROW_AT_TEN, today=TODAY, to_move=True) is not Reading.YES
    assert answer_to_question([text], about=TOMORROW_AT_TEN, today=TODAY, to_move=False) is Reading.YES


@pytest.mark.parametrize("text", ["sim, amanhã eu confirmo", "ok, segunda eu confirmo", "amanhã confirmo"])
def test_who_will_confirm_later_has_not_confirmed(text: str) -> None:
    """On the very day that is asked about, which so fits the question."""
    assert answer_to_question([text], about=TOMORROW_AT_TEN, today=TODAY, to_move=False) is not Reading.YES

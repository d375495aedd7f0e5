"""What a shop decides about Aurora's unasked messages and what they watch; every rule suits most shops as it is."""

from datetime import time
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.frozen import Frozen


class Briefing(StrEnum):
    """What Aurora says unasked; a shop may pause each."""

    DAILY_SUMMARY = "daily_summary"
    MORNING_AGENDA = "morning_agenda"
    WEEKLY_REVIEW = "weekly_review"
    ALERTS = "alerts"
    """The few bookings to come, the inactive customers, yesterday's no-shows: looked at once a day."""
    WAITING = "waiting"
    """A customer who waits for a person: told by the hand-over's own deadlines, so it has no schedule."""

    @property
    def portuguese(self) -> str:
        """As owners and operators read it."""
        return _BRIEFINGS[self]

    @property
    def is_scheduled(self) -> bool:
        """Whether it has a time of its own."""
        return self is not Briefing.WAITING


_BRIEFINGS = {
    Briefing.DAILY_SUMMARY: "resumo do dia",
    Briefing.MORNING_AGENDA: "agenda da manhã",
    Briefing.WEEKLY_REVIEW: "balanço da semana",
    Briefing.ALERTS: "alertas do dia",
    Briefing.WAITING: "aviso de cliente esperando",
}


class AuroraRules(Frozen):
    """An organisation's `aurora_rules`. Times are the shop's; `weekly_review_day` counts from Monday, 0."""

    paused: frozenset[Briefing] = frozenset()
    daily_summary_at: time = time(18, 0)
    morning_agenda_at: time = time(7, 30)
    weekly_review_at: time = time(8, 30)
    weekly_review_day: Annotated[int, Field(ge=0, le=6)] = 0
    alerts_at: time = time(9, 0)
    few_bookings: Annotated[int, Field(ge=0, le=1000)] = 5
    """Fewer bookings than this in the next `few_bookings_days` are worth a word."""
    few_bookings_days: Annotated[int, Field(ge=1, le=30)] = 3
    inactive_after_days: Annotated[int, Field(ge=7, le=730)] = 45
    many_inactive: Annotated[int, Field(ge=0, le=100_000)] = 10
    many_no_shows: Annotated[int, Field(ge=0, le=1000)] = 2
    question_minutes: Annotated[int, Field(ge=5, le=1440)] = 60
    """How long the owner has to answer a customer's question before a person gets the conversation."""
    invitation_pace_minutes: Annotated[int, Field(ge=1, le=120)] = 3
    """Between two invitations of one campaign."""

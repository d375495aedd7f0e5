"""A shop's figures of today, for whoever keeps an eye on it; a day is one of the shop's calendar."""

from datetime import date, datetime, timedelta

from domain.figures import ModelUse
from domain.frozen import Frozen


class AnswerTimes(Frozen):
    """How long customers waited for a person's first word: half of them at most `median`, nine of ten at most `p90`.

    Both are None where nobody was answered. What somebody took over unasked, or answered on the shop's phone, does not
    count: nobody waited.
    """

    answered: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None


class Dashboard(Frozen):
    """The figures as of `at`. `waiting_since` is when the one who waits longest began to."""

    day: date
    at: datetime
    messages_in: int
    messages_out: int
    waiting: int
    waiting_since: datetime | None
    attended: int
    """Conversations that people have."""
    unanswered: int
    """Those of them in which the customer waits for a word."""
    handed_over: int
    released: int
    resolved: int
    answers_today: AnswerTimes
    answers_week: AnswerTimes
    """Of today and the six days before."""
    bookings_today: int
    """That begin today, without those that were cancelled."""
    bookings_made: int
    """That were made today, for whichever day."""
    model_calls: int
    model_errors: int
    by_model: tuple[ModelUse, ...]
    failed_sends: int
    dead_letters: int
    alerts: int
    stuck: int

    @property
    def tokens(self) -> int:
        """Read and written by models today."""
        return sum(use.prompt_tokens + use.completion_tokens for use in self.by_model)

    @property
    def failures(self) -> int:
        """What somebody should look at now."""
        return self.failed_sends + self.dead_letters + self.stuck

"""A hand-over to a person: its states, its deadlines, and the rules a shop has for them.

                 ┌──────── assign ────────┐
                 │                        ▼
waiting ──claim──▶ claimed ──release──▶ released   the AI has the conversation again
   │ remind        │ idle ────────────────▲
   │ escalate      └──resolve─────────▶ resolved   the matter is settled
   │ tell the customer
   └ (a customer who writes and is not answered waits anew)
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from domain.frozen import Frozen


class HandoffState(StrEnum):
    """Where a hand-over stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    RELEASED = "released"
    RESOLVED = "resolved"

    @property
    def portuguese(self) -> str:
        """As operators read it."""
        return _STATES[self]

    @property
    def is_open(self) -> bool:
        """Whether a person is to serve, or serves, the conversation."""
        return self in (HandoffState.WAITING, HandoffState.CLAIMED)


_STATES = {
    HandoffState.WAITING: "esperando",
    HandoffState.CLAIMED: "em atendimento",
    HandoffState.RELEASED: "devolvida à IA",
    HandoffState.RESOLVED: "resolvida",
}


class DueKind(StrEnum):
    """What happens when a deadline passes."""

    REMIND = "remind"
    """The team is reminded: in the console, and its owners and managers on WhatsApp."""
    ESCALATE = "escalate"
    """The owner is told that nobody came."""
    TELL_CUSTOMER = "tell_customer"
    """The customer is told honestly that nobody has come yet."""
    IDLE = "idle"
    """Nobody wrote any more: the AI has the conversation again, with one closing line."""
    QUIET = "quiet"
    """The shop's phone, on which somebody had answered, is quiet: the AI has the conversation again."""

    @property
    def portuguese(self) -> str:
        """As operators read it, before a time: "lembrar a equipe às 10:15"."""
        return _DUE[self]


_DUE = {
    DueKind.REMIND: "lembrar a equipe",
    DueKind.ESCALATE: "avisar a dona ou o dono",
    DueKind.TELL_CUSTOMER: "avisar o cliente da demora",
    DueKind.IDLE: "devolver à IA se ninguém escrever",
    DueKind.QUIET: "devolver à IA se o celular da loja ficar quieto",
}


class Deadline(Frozen):
    """Something that happens at a moment, unless what it waits for comes first."""

    kind: DueKind
    at: AwareDatetime


class HandoffRules(Frozen):
    """An organisation's `handoff_rules`. The first three count from the moment somebody begins to wait, in minutes in
    which the shop is open; `idle_minutes` counts from the last word, by any clock: at night the AI had better be there.
    """

    first_answer_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    escalate_minutes: Annotated[int, Field(ge=1, le=2880)] = 30
    tell_customer_minutes: Annotated[int, Field(ge=1, le=2880)] = 45
    idle_minutes: Annotated[int, Field(ge=5, le=10_080)] = 240

    def waiting_minutes(self) -> tuple[tuple[DueKind, int], ...]:
        """What happens after how many open minutes of waiting, in the order in which it does."""
        steps = (
            (DueKind.REMIND, self.first_answer_minutes),
            (DueKind.ESCALATE, max(self.escalate_minutes, self.first_answer_minutes)),
            (DueKind.TELL_CUSTOMER, max(self.tell_customer_minutes, self.first_answer_minutes)),
        )
        return tuple(sorted(steps, key=lambda step: step[1]))


def next_due(*deadlines: Deadline | None) -> Deadline | None:
    """The one that comes first; of two at once the one named first."""
    return min((one for one in deadlines if one is not None), key=lambda one: one.at, default=None)


def passed(deadlines: Sequence[Deadline], now: datetime) -> tuple[Deadline, ...]:
    """Those whose time has come, in order."""
    return tuple(one for one in deadlines if one.at <= now)

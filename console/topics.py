"""What an open page follows: a part of the console that is painted anew, for all who look at it, when it changes.

A topic's name is the name of its server-sent event; its painting is the HTML that takes the part's place.
"""

from dataclasses import dataclass
from enum import StrEnum

from domain.ids import OperatorId, OrganizationId


class TopicKind(StrEnum):
    """Which part of the console."""

    QUEUE = "fila"
    """Who waits for a person, by deadline."""
    CONVERSATIONS = "conversas"
    """The first page of all conversations, newest first."""
    TIMELINE = "historico"
    """What was said and done in one conversation; the subject is its id."""
    STANDING = "situacao"
    """Who has one conversation, what it waits for, and what the viewer may do; the subject is its id."""
    CARD = "ficha"
    """The customer of one conversation, with pets and bookings; the subject is the conversation's id."""
    AGENDA = "agenda"
    """The bookings of one day; the subject is the day, ISO."""
    DASHBOARD = "painel"
    """The shop's figures of today."""
    STUCK = "parados"
    """What keeps failing."""
    BADGE = "avisos"
    """How many wait, in every page's head."""


@dataclass(frozen=True)
class Topic:
    """A part of one shop's console; `viewer` only where it looks different to each operator (STANDING)."""

    organization_id: OrganizationId
    kind: TopicKind
    subject: str = ""
    viewer: OperatorId | None = None

    @property
    def name(self) -> str:
        """The name of its event: `fila`, `historico-<conversation>`."""
        return f"{self.kind}-{self.subject}" if self.subject else str(self.kind)

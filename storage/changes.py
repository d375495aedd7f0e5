"""What the database tells open consoles: in which shop what kind of thing changed, and which one. Ids only."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationError

from domain.frozen import Frozen
from domain.ids import OrganizationId

CHANNEL = "auzap_consoles"
"""Notified at the commit of whatever a console shows, by the triggers `tell_consoles`."""


class ChangeKind(StrEnum):
    """What kind of thing changed, and what the subject is the id of."""

    CONVERSATION = "conversation"
    """The conversation, or what was said, done or noted in it."""
    HANDOFF = "handoff"
    """The conversation whose hand-over it is."""
    BOOKING = "booking"
    """The contact whose booking it is."""
    ALERT = "alert"
    """The conversation it is about, if any."""
    STUCK = "stuck"
    """The workflow."""
    SESSION = "session"
    """The operator of whom a session is over: by signing out, a new password, being put out."""


class Change(Frozen):
    """A notification. A kind that is not known here was written by a newer deploy's trigger."""

    organization: OrganizationId
    kind: Annotated[ChangeKind | str, Field(union_mode="left_to_right")]
    subject: str | None


def read(payload: str) -> Change | None:
    """The change in a payload; None for one that is not ours."""
    try:
        return Change.model_validate_json(payload)
    except ValidationError:
        return None

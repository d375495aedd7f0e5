"""Wakes: what has to reach a workflow because a row changed. Written by triggers, taken to Temporal by the workers."""

from datetime import timedelta
from enum import StrEnum

from domain.frozen import Frozen
from domain.ids import OrganizationId
from storage.database import Connection

CHANNEL = "auzap_wakes"
"""Notified at every wake's commit."""


class WakeKind(StrEnum):
    """Which workflow is to wake."""

    BOOKING = "booking"
    WAITING_LIST = "waiting_list"
    LETTER = "letter"
    PROACTIVE = "proactive"
    CAMPAIGN = "campaign"
    QUESTION = "question"
    SCHEDULES = "schedules"


class Wake(Frozen):
    """A workflow to wake; `version` tells whether it was asked for again meanwhile."""

    organization_id: OrganizationId
    kind: WakeKind
    subject: str
    version: int


async def claim(unbound: Connection, *, most: int, hold: timedelta) -> list[Wake]:
    """The oldest wakes nobody is taking, of all shops; they are this caller's for `hold`."""
    rows = await unbound.fetch("select organization_id, kind, subject, version from claim_wakes($1, $2)", most, hold)
    return [Wake(**dict(row)) for row in rows]


async def forget(unbound: Connection, wake: Wake) -> None:
    """Temporal has it. One that was written again since it was claimed stays."""
    await unbound.execute(
        "select forget_wake($1, $2, $3, $4)", wake.organization_id, wake.kind, wake.subject, wake.version
    )

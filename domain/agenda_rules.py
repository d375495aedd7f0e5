"""What a shop decides about its agenda; every rule has a default that suits most shops."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.frozen import Frozen

DAYS_AHEAD = 90
"""The farthest ahead that any shop may be booked."""


class State(StrEnum):
    """Brazil's states, for their holidays."""

    AC = "AC"
    AL = "AL"
    AM = "AM"
    AP = "AP"
    BA = "BA"
    CE = "CE"
    DF = "DF"
    ES = "ES"
    GO = "GO"
    MA = "MA"
    MG = "MG"
    MS = "MS"
    MT = "MT"
    PA = "PA"
    PB = "PB"
    PE = "PE"
    PI = "PI"
    PR = "PR"
    RJ = "RJ"
    RN = "RN"
    RO = "RO"
    RR = "RR"
    RS = "RS"
    SC = "SC"
    SE = "SE"
    SP = "SP"
    TO = "TO"


class Unattended(StrEnum):
    """What a booking becomes by time alone, when nobody of the shop said anything.

    `COMPLETED`: the shop trusts its agenda; a booking is in progress at its start, and completed after its end.
    `NO_SHOW`: the shop notes who arrived; who was not noted did not come.
    """

    COMPLETED = "completed"
    NO_SHOW = "no_show"


class AgendaRules(Frozen):
    """An organisation's `agenda_rules`. Where 0 is allowed for a notice, 0 switches it off."""

    slot_minutes: Annotated[int, Field(ge=5, le=240)] = 60
    """Starts are offered at this distance, counted from each opening; a shorter service at its own length."""
    minimum_notice_minutes: Annotated[int, Field(ge=0, le=14 * 24 * 60)] = 30
    days_ahead: Annotated[int, Field(ge=1, le=DAYS_AHEAD)] = DAYS_AHEAD
    state: State | None = None
    """Whose holidays are kept, beside the national ones."""
    opens_on_holidays: bool = False
    """Open on every holiday as on its weekday; a single one is opened as a special day."""
    hold_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 10
    """How long an offered slot is kept for the customer who is deciding."""
    offers_at_once: Annotated[int, Field(ge=1, le=20)] = 6
    """How many slots one customer is offered, and so kept for, at a time."""
    confirm_hours_before: Annotated[int, Field(ge=0, le=7 * 24)] = 24
    remind_minutes_before: Annotated[int, Field(ge=0, le=24 * 60)] = 60
    follow_up_hours_after: Annotated[int, Field(ge=0, le=14 * 24)] = 24
    close_after_minutes: Annotated[int, Field(ge=0, le=24 * 60)] = 120
    """How long after its end a booking is closed by time."""
    unattended: Unattended = Unattended.COMPLETED
    waiting_list_minutes: Annotated[int, Field(ge=5, le=24 * 60)] = 30
    """How long one customer of the waiting list has to answer before the next is asked."""

"""What the Temporal Web UI shows of a booking is Portuguese, not codes."""

from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.testing import TimeSkipper

from activities.booking_life import BookingView
from domain.booking_life import NextStep, Step
from domain.bookings import BookingStatus
from domain.notices import NoticeKind
from tests.engine import Engine

from .agenda_days import booked, customer, on_the_hour, shop_where_it_is

CODES = {*(str(step) for step in Step), *(str(kind) for kind in NoticeKind), *(str(state) for state in BookingStatus)}


@pytest.mark.parametrize("state", [*BookingStatus, "hold", "released"])
def test_every_state_has_words(state: str) -> None:
    """None is shown as the code it is stored as."""
    assert BookingView(next=None, state=str(state)).in_words() not in {*CODES, "hold", "released"}


async def test_details_and_timers_are_in_words(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """State, next step and when; the timer says what it waits for. No name, no phone, no service."""
    zone = await shop_where_it_is(stepped_engine, 10)
    life = await booked(stepped_engine, skipper, await customer(stepped_engine), on_the_hour(zone, 3, 14))
    await life.comes_to("ask_to_confirm")
    metadata: WorkflowMetadata = await life.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert metadata.current_details.startswith("agendado; a seguir: pedir ao cliente que confirme, ")
    assert metadata.current_details.endswith(" UTC")
    assert not any(code in metadata.current_details for code in CODES)
    timers: list[Any] = [
        event.user_metadata.summary.data.decode()
        async for event in life.handle.fetch_history_events()
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
    ]
    assert timers[-1] == '"pedir ao cliente que confirme"'
    assert NextStep(step=Step.CLOSE, due=life.start).portuguese == "encerrar"

"""Which of many free slots a customer is offered at once: few enough to choose from, spread over the days asked for."""

from collections.abc import Sequence
from datetime import date

from domain.agenda import FreeSlot


def worth_offering(slots: Sequence[FreeSlot], most: int) -> list[FreeSlot]:
    """At most `most` of the slots, in order: each day gives its earliest in turn."""
    by_day: dict[date, list[FreeSlot]] = {}
    for slot in slots:
        by_day.setdefault(slot.start.date(), []).append(slot)
    chosen: list[FreeSlot] = []
    rank = 0
    while len(chosen) < most and any(len(of_day) > rank for of_day in by_day.values()):
        chosen += [of_day[rank] for of_day in by_day.values() if len(of_day) > rank]
        rank += 1
    return sorted(chosen[:most], key=lambda slot: slot.start)

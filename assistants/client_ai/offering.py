"""How the tools offer times: a few free ones are kept for the customer, and named to the model with their codes."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from pydantic import JsonValue

from assistants.client_ai.agenda import on
from assistants.toolbox import Answer, Turn
from domain.agenda import FreeSlot, Need, free_slots, local_instant, refusal_of_day
from domain.errors import RefusalCode, RequestRefused
from domain.ids import PetId
from domain.offers import worth_offering
from domain.services import Service
from reception import offers
from reception.wishes import next_free
from storage.bookings import BookingRow
from storage.held_slots import HeldSlot

WORTH_ANOTHER = (
    RefusalCode.SLOT_TAKEN,
    RefusalCode.OUTSIDE_HOURS,
    RefusalCode.PET_BUSY,
    RefusalCode.TIME_REQUIRED,
    RefusalCode.SLOT_EXPIRED,
)
"""Refusals of a time, for which free ones are offered."""


def start_meant(turn: Turn, kept: Sequence[HeldSlot], slot_id: str | None, day: date, at: time | None) -> datetime:
    """The start the model names, by the code of a kept slot or by its time.

    Raises `RequestRefused`: slot_expired, time_required, or outside_hours for a time that the day does not have.
    """
    if slot_id:
        slot = next((slot for slot in kept if slot.code == slot_id.strip().lower()), None)
        if slot is not None and slot.start is not None:
            return slot.start
        if at is None:
            raise RequestRefused(
                RefusalCode.SLOT_EXPIRED, "Esse horário não está mais guardado. Veja de novo com check_availability."
            )
    if at is None:
        raise RequestRefused(RefusalCode.TIME_REQUIRED, "Falta o horário. Ofereça os livres e pergunte.")
    start = local_instant(day, at, turn.organization.zone)
    if start is None:
        raise RequestRefused(RefusalCode.OUTSIDE_HOURS, "Esse horário não existe nesse dia.")
    return start


async def offer_instead(
    turn: Turn,
    refused: RequestRefused,
    service: Service,
    need: Need,
    day: date,
    *,
    near: datetime | None = None,
    pet_id: PetId | None,
    moving: BookingRow | None = None,
) -> Answer:
    """The refusal of a time, with free ones of the day (or the next free one) kept for the customer."""
    agenda = await turn.desk.agenda(day, day, pet_id=pet_id, besides=moving.id if moving else None)
    if closed := refusal_of_day(agenda, day, turn.now):
        raise closed
    free = free_slots(agenda, need, first=day, last=day, now=turn.now)
    if not free:
        later = await next_free(turn.desk, need, day + timedelta(days=1), pet_id=pet_id, besides=moving)
        free = [later] if later else []
    held = await offer(turn, service, need, free, pet_id=pet_id, moving=moving, near=near)
    starts = local_starts(turn, held)
    same_day: list[JsonValue] = [f"{one:%H:%M}" for one in starts if one.date() == day]
    facts: dict[str, JsonValue] = {
        "message": refused.message,
        **refused.details,
        "slots" if refused.code is RefusalCode.TIME_REQUIRED else "alternatives": same_day,
        "offers": told(turn, held),
    }
    return Answer(facts, refused=refused.code, slots=starts)


async def offer(
    turn: Turn,
    service: Service,
    need: Need,
    free: Sequence[FreeSlot],
    *,
    pet_id: PetId | None = None,
    moving: BookingRow | None = None,
    near: datetime | None = None,
) -> list[HeldSlot]:
    """Keep a few of the free slots for the customer: those nearest to a wish, else spread over the days."""
    most = turn.organization.agenda_rules.offers_at_once
    few = (
        sorted(sorted(free, key=lambda slot: abs(slot.start - near))[:most], key=lambda slot: slot.start)
        if near is not None
        else worth_offering(free, most)
    )
    return await offers.offer(
        turn.desk, turn.customer, service, need, few, pet_id=pet_id, moving=moving.id if moving else None
    )


def told(turn: Turn, held: Sequence[HeldSlot]) -> list[JsonValue]:
    """Offered slots as the model reads them."""
    told: list[JsonValue] = []
    for slot in held:
        if slot.start is not None:
            local = slot.start.astimezone(turn.organization.zone)
            told.append({"slot_id": slot.code, **on(local.date()), "time": f"{local:%H:%M}"})
    return told


def local_starts(turn: Turn, held: Sequence[HeldSlot]) -> tuple[datetime, ...]:
    """The starts of held slots, in the shop's time."""
    return tuple(slot.start.astimezone(turn.organization.zone) for slot in held if slot.start is not None)

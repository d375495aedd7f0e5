"""What the reception knows of a customer and of the coming days: what the prompt says, and what a reply may say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from domain.bookings import BookingFacts, Intent, Proposal
from domain.dates import weekday
from domain.ids import ContactId, ConversationId
from domain.reply_facts import PriceFact, ReplyFacts
from domain.services import Service
from domain.shop import Pet
from domain.shop_calendar import ShopCalendar
from reception import offers
from reception.desk import Desk
from reception.learned import Learned, learned_by
from reception.waiting import still_waiting
from storage import bookings, held_slots, pets, services, waiting_list
from storage.held_slots import HeldSlot

_DAYS_TOLD = 30
"""How many coming days' holidays and special hours the model is told."""


@dataclass(frozen=True)
class Known:
    """What a reply to a customer may speak of; times in the shop's zone."""

    services: Sequence[Service]
    bookings: Sequence[BookingFacts]
    held: Sequence[HeldSlot]
    calendar: ShopCalendar
    facts: ReplyFacts
    learned: Learned


@dataclass(frozen=True)
class CustomerContext:
    """Everything of a customer that a prompt says; times in the shop's zone."""

    services: Sequence[Service]
    pets: Sequence[Pet]
    bookings: Sequence[BookingFacts]
    offers: Sequence[str]
    proposals: Sequence[Proposal]
    waits_for: Sequence[str]
    unusual_days: Sequence[str]
    learned: Sequence[str] = ()


async def known_of(
    desk: Desk, contact_id: ContactId, conversation_id: ConversationId, written: Sequence[str] = ()
) -> Known:
    """Read what the rows support; writes nothing. `written` is what the customer wrote last."""
    on_sale = await services.active(desk.tenant)
    held = await held_slots.of_conversation(desk.tenant, conversation_id, desk.now)
    coming = [row.facts(desk.zone) for row in await bookings.coming(desk.tenant, contact_id, after=desk.now)]
    calendar = await desk.calendar(desk.today, desk.today + timedelta(days=_DAYS_TOLD))
    learned = await learned_by(desk, written)
    return Known(
        services=on_sale,
        bookings=coming,
        held=held,
        calendar=calendar,
        facts=ReplyFacts(
            prices=tuple(PriceFact(service=one.name, price=price) for one in on_sale for price in one.prices()),
            times=_edges(calendar, desk.today),
            slots=tuple(slot.start.astimezone(desk.zone) for slot in held if slot.start is not None),
            about="\n".join((desk.shop.ai_config.about, *learned.figures)).strip(),
        ),
        learned=learned,
    )


async def context_of(
    desk: Desk, contact_id: ContactId, conversation_id: ConversationId, written: Sequence[str] = ()
) -> CustomerContext:
    """Read what the prompt says; writes nothing. `written` is what the customer wrote last."""
    known = await known_of(desk, contact_id, conversation_id, written)
    waits = await waiting_list.of_contact(desk.tenant, contact_id, desk.today)
    return CustomerContext(
        services=known.services,
        pets=await pets.of_contact(desk.tenant, contact_id),
        bookings=known.bookings,
        offers=_offers_in_words(desk, known),
        proposals=[await offers.in_words(desk, slot) for slot in known.held if slot.intent is not Intent.OFFER],
        waits_for=still_waiting(waits),
        unusual_days=_unusual_days(known.calendar, desk.today),
        learned=known.learned.lines,
    )


def _offers_in_words(desk: Desk, known: Known) -> list[str]:
    """The slots that are kept, a line each service: `Banho: 1a2b3c4d 2026-11-23 09:00; …`."""
    names = {service.id: service.name for service in known.services}
    lines: dict[str, list[str]] = {}
    for slot in known.held:
        if slot.intent is Intent.OFFER and slot.start is not None and slot.service_id in names:
            start = slot.start.astimezone(desk.zone)
            lines.setdefault(names[slot.service_id], []).append(f"{slot.code} {start:%Y-%m-%d %H:%M}")
    return [f"{name}: {'; '.join(slots)}" for name, slots in lines.items()]


def _unusual_days(calendar: ShopCalendar, today: date) -> list[str]:
    """Coming days that are not as their weekday: holidays, and days with hours of their own."""
    told = []
    for ahead in range(_DAYS_TOLD):
        day = today + timedelta(days=ahead)
        spans = calendar.spans(day)
        holiday = calendar.holiday(day)
        if spans == calendar.hours.spans(day) and not holiday:
            continue
        hours = ", ".join(f"{span.opens:%H:%M}–{span.closes:%H:%M}" for span in spans) or "fechado"
        told.append(f"{day.isoformat()} ({weekday(day)}): {hours}" + (f", {holiday}" if holiday else ""))
    return told


def _edges(calendar: ShopCalendar, today: date) -> tuple[time, ...]:
    """Every time of day at which the shop opens or closes in the coming days."""
    days = [today + timedelta(days=ahead) for ahead in range(_DAYS_TOLD)]
    every = [*(calendar.spans(day) for day in days), *calendar.hours.root.values()]
    return tuple(sorted({edge for spans in every for span in spans for edge in (span.opens, span.closes)}))

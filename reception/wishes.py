"""What a booking has to keep before it may be made, moved or cancelled: the rules, with a code and the facts to act on.

Nobody has the slot yet: that is decided by the database (reception.appointments)."""

from datetime import UTC, date, datetime, timedelta

from pydantic import JsonValue

from domain.agenda import Agenda, FreeSlot, Need, free_slots, refusal_of_start
from domain.bookings import ChangedBy, times_of_day
from domain.dates import spoken, weekday
from domain.errors import RefusalCode, RequestRefused
from domain.frozen import Frozen
from domain.ids import ContactId, PetId
from domain.services import Quote, Service
from domain.shop import Pet
from reception.desk import Desk
from storage import bookings, services
from storage.bookings import BookingRow

_ALTERNATIVES = 6

_LOOK_AHEAD = timedelta(days=14)


class Wish(Frozen):
    """A booking that somebody wants. `start` is aware; `in_addition`: beside one of the same service that is coming."""

    contact_id: ContactId
    pet: Pet
    service: Service
    start: datetime
    in_addition: bool = False


def need_of(service: Service, pet: Pet | None) -> Need:
    """What the agenda has to have free; for a pet that is not known, enough for any."""
    minutes = service.quote(pet).minutes if pet else service.longest()
    return Need(service_id=service.id, minutes=minutes, preparation_minutes=service.preparation_minutes)


def need_of_booked(row: BookingRow) -> Need:
    """What a booking needs wherever it is moved: what it was booked for."""
    return Need(service_id=row.service_id, minutes=row.minutes, preparation_minutes=row.preparation_minutes)


def quote_for(service: Service, pet: Pet) -> Quote:
    """Duration and price for a pet. Raises `RequestRefused` (incomplete_pet) when they depend on what is not known."""
    unknown = service.unknown_traits(pet)
    if unknown:
        raise RequestRefused(
            RefusalCode.INCOMPLETE_PET,
            f"{service.name} depende do {' e do '.join(t.portuguese for t in unknown)} de {pet.name}. "
            "Pergunte e grave com update_pet.",
            missing=[str(trait) for trait in unknown],
        )
    return service.quote(pet)


async def check_wish(desk: Desk, wish: Wish) -> tuple[Agenda, Need]:
    """Every rule a booking has to keep, but who is free. Raises `RequestRefused`; writes nothing."""
    quote_for(wish.service, wish.pet)
    need = need_of(wish.service, wish.pet)
    day = wish.start.astimezone(desk.zone).date()
    agenda = await desk.agenda(day, day, pet_id=wish.pet.id)
    refusal = refusal_of_start(agenda, need, wish.start, desk.now)
    if refusal and refusal.code is not RefusalCode.PET_BUSY:
        raise await _with_times(desk, refusal, agenda, need, wish.start)
    await _needs_first(desk, wish.service, wish.pet.id, wish.pet.name, wish.start)
    if desk.by is ChangedBy.CUSTOMER:
        await _not_booked_already(desk, wish)  # where it is true, more precise than that the pet is busy
    if refusal:
        raise await _with_times(desk, refusal, agenda, need, wish.start)
    return agenda, need


async def check_move(desk: Desk, row: BookingRow, start: datetime) -> tuple[Agenda, Need]:
    """Every rule a moved booking has to keep, but who is free. Raises `RequestRefused`; writes nothing."""
    if not row.status.is_coming:
        raise not_changeable(row)
    if start == row.start and desk.only in (None, row.professional_id):
        raise RequestRefused(RefusalCode.PET_SAME_START_CONFLICT, "O agendamento já é nesse horário.")
    need = need_of_booked(row)
    day = start.astimezone(desk.zone).date()
    agenda = await desk.agenda(day, day, pet_id=row.pet_id, besides=row.id)
    if refusal := refusal_of_start(agenda, need, start, desk.now):
        raise await _with_times(desk, refusal, agenda, need, start, besides=row)
    service = await services.get(desk.tenant, row.service_id)
    if service.needs_first is not None and row.pet_id is not None:
        await _needs_first(desk, service, row.pet_id, row.pet, start, besides=row)
    ends = start.astimezone(UTC) + timedelta(minutes=row.minutes)
    await _not_needed(desk, row, ends)
    return agenda, need


async def check_cancel(desk: Desk, row: BookingRow) -> None:
    """Raises `RequestRefused` when it cannot be cancelled (any more), or another booking needs it first."""
    if not row.status.is_coming:
        raise not_changeable(row)
    await _not_needed(desk, row)


def not_changeable(row: BookingRow) -> RequestRefused:
    """Its state allows it no more."""
    return RequestRefused(
        RefusalCode.NOT_CHANGEABLE, f"Esse agendamento está {row.status.portuguese}.", status=str(row.status)
    )


async def slot_taken(
    desk: Desk, agenda: Agenda, need: Need, start: datetime, *, besides: BookingRow | None = None
) -> RequestRefused:
    """Somebody else has it: the refusal with the next free times."""
    return await _with_times(
        desk,
        RequestRefused(RefusalCode.SLOT_TAKEN, "Esse horário já foi ocupado. Ofereça outro."),
        agenda,
        need,
        start,
        besides=besides,
    )


async def next_free(
    desk: Desk, need: Need, first: date, *, pet_id: PetId | None = None, besides: BookingRow | None = None
) -> FreeSlot | None:
    """The first free slot from a day on, within two weeks."""
    agenda = await desk.agenda(first, first + _LOOK_AHEAD, pet_id=pet_id, besides=besides.id if besides else None)
    found = free_slots(agenda, need, first=max(first, desk.today), last=first + _LOOK_AHEAD, now=desk.now)
    return found[0] if found else None


async def _with_times(
    desk: Desk, refusal: RequestRefused, agenda: Agenda, need: Need, start: datetime, besides: BookingRow | None = None
) -> RequestRefused:
    """The refusal, with the free starts nearest to the one that was wanted; on a later day, where that day has none."""
    if refusal.code in (RefusalCode.PAST_DATE, RefusalCode.TOO_FAR_AHEAD, RefusalCode.NOBODY_DOES_IT):
        return refusal
    day = start.astimezone(desk.zone).date()
    found = free_slots(agenda, need, first=day, last=day, now=desk.now)
    nearest = sorted(sorted((s.start for s in found), key=lambda s: abs(s - start))[:_ALTERNATIVES])
    if nearest:
        refusal.details["alternatives"] = list[JsonValue](times_of_day(nearest))
    elif later := await next_free(desk, need, day, besides=besides):
        refusal.details["alternatives"] = []
        refusal.details["next_free"] = in_json(later.start)
    return refusal


def in_json(start: datetime) -> dict[str, JsonValue]:
    """A start as the model reads it."""
    return {"date": start.date().isoformat(), "weekday": weekday(start.date()), "time": f"{start:%H:%M}"}


async def _needs_first(
    desk: Desk, service: Service, pet_id: PetId, pet: str, start: datetime, besides: BookingRow | None = None
) -> None:
    if service.needs_first is None:
        return
    had = await bookings.latest_end(
        desk.tenant, pet_id, service.needs_first, before=start, besides=besides.id if besides else None
    )
    if had is None:
        first = await services.get(desk.tenant, service.needs_first)
        raise RequestRefused(
            RefusalCode.NEEDS_FIRST,
            f"{service.name} só depois de {first.name}: {pet} precisa ter feito, ou agendado para antes.",
            service=first.name,
        )


async def _not_needed(desk: Desk, row: BookingRow, ends: datetime | None = None) -> None:
    """Raises `RequestRefused` when a coming booking has nothing but this one before it, which is to be off or to end
    then."""
    for other in await bookings.needing(desk.tenant, row):
        if row.pet_id is None or (ends is not None and ends <= other.start):
            continue
        if await bookings.latest_end(desk.tenant, row.pet_id, row.service_id, before=other.start, besides=row.id):
            continue
        local = other.start.astimezone(desk.zone)
        raise RequestRefused(
            RefusalCode.NEEDED_BY_ANOTHER,
            f"{other.service} de {row.pet}, {spoken(local.date(), desk.today)} às {local:%H:%M}, precisa de "
            f"{row.service} antes. Mude ou cancele esse primeiro.",
            appointment_id=other.id.hex[:8],
        )


async def _not_booked_already(desk: Desk, wish: Wish) -> None:
    coming = await bookings.coming(desk.tenant, wish.contact_id, after=desk.now)
    if len(coming) >= bookings.MOST_COMING:
        raise RequestRefused(
            RefusalCode.NOT_ALLOWED,
            "O cliente já tem agendamentos demais por aqui. Ofereça chamar uma pessoa da equipe.",
        )
    for row in coming:
        if row.pet_id != wish.pet.id:
            continue
        if row.start == wish.start:
            raise RequestRefused(
                RefusalCode.PET_SAME_START_CONFLICT, f"{wish.pet.name} já tem um agendamento nesse mesmo horário."
            )
        if row.service_id == wish.service.id and not wish.in_addition:
            facts = row.facts(desk.zone)
            raise RequestRefused(
                RefusalCode.USE_RESCHEDULE_INSTEAD,
                f"{wish.pet.name} já tem {wish.service.name} agendado. Para mudar, use reschedule_appointment; se o "
                "cliente quer mais um, chame de novo com in_addition.",
                appointment_id=facts.code,
                appointment=facts.line(),
            )

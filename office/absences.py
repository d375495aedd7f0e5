"""add_absence, drop_absence: when somebody of the shop is away."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from pydantic import AwareDatetime, JsonValue

from domain.addresses import masked
from domain.agenda import Professional
from domain.dates import spoken
from domain.errors import RefusalCode, RequestRefused
from domain.ids import ProfessionalId
from domain.owner_orders import OrderKind
from office.booked import still_booked
from office.office import Office
from office.orders import Command, Done, Order, TakesBack
from storage import agenda_entries, bookings, professionals
from storage.professionals import Absence


class AddAbsence(Command):
    """Somebody is away from one moment to another."""

    professional_id: ProfessionalId
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    note: str = ""


class DropAbsence(Command):
    """Somebody is there after all."""

    absence_id: UUID


async def absence_on(office: Office, one: Professional, day: date, at: time | None = None) -> Absence:
    """The absence of a professional that touches a day (and begins at that time). Raises `RequestRefused`."""
    midnight = datetime.combine(day, time.min, tzinfo=office.zone)
    found = await professionals.absences_of(
        office.tenant, one.id, midnight, datetime.combine(day + timedelta(days=1), time.min, tzinfo=office.zone)
    )
    found = [absence for absence in found if at in (None, absence.starts_at.astimezone(office.zone).time())]
    if not found:
        raise RequestRefused(
            RefusalCode.ABSENCE_NOT_FOUND, f"{one.name} não tem ausência em {spoken(day, office.today)}."
        )
    if len(found) > 1:
        raise RequestRefused(
            RefusalCode.AMBIGUOUS_ABSENCE,
            f"{one.name} tem mais de uma ausência nesse dia; pergunte qual e diga a hora em que começa.",
            candidates=[_when(office, absence.starts_at, absence.ends_at) for absence in found],
        )
    return found[0]


async def describe_add(office: Office, command: AddAbsence) -> str:
    """Who is away when, and what is booked with them meanwhile."""
    one = await _professional(office, command.professional_id)
    if command.ends_at <= command.starts_at:
        raise RequestRefused(RefusalCode.BAD_ARGUMENTS, "A ausência termina antes de começar.")
    if command.ends_at <= office.now:
        raise RequestRefused(RefusalCode.PAST_DATE, "Esse período já passou.")
    known = await professionals.absences_of(office.tenant, one.id, command.starts_at, command.ends_at)
    if any(absence.starts_at <= command.starts_at and command.ends_at <= absence.ends_at for absence in known):
        raise RequestRefused(
            RefusalCode.NOTHING_TO_CHANGE, f"{one.name} já está fora da agenda nesse período; nada foi mudado."
        )
    booked = await agenda_entries.coming(
        office.tenant, max(command.starts_at, office.now), until=command.ends_at, professional_id=one.id
    )
    reason = [f"Motivo: {command.note}"] if command.note else []
    when = _when(office, command.starts_at, command.ends_at)
    return "\n".join([f"🚫 {one.name} fora da agenda: {when}", *reason, *still_booked(office, booked)])


async def carry_out_add(office: Office, command: AddAbsence) -> Done:
    """Nothing more is booked with them meanwhile; what is booked stays."""
    await bookings.take_turn(office.tenant, office.shop.id)
    await describe_add(office, command)
    one = await _professional(office, command.professional_id)
    made = await professionals.add_absence(
        office.tenant, office.shop.id, one.id, command.starts_at, command.ends_at, command.note
    )
    when = _when(office, command.starts_at, command.ends_at)
    return Done(
        told=f"{one.name} fica fora da agenda: {when}.",
        subject=one.name,
        after=_in_json(office, command.starts_at, command.ends_at, command.note),
        undo=TakesBack(OrderKind.DROP_ABSENCE, DropAbsence(absence_id=made)),
    )


async def describe_drop(office: Office, command: DropAbsence) -> str:
    """Whose absence, and when it would have been."""
    absence = await _absence(office, command)
    return f"✅ {absence.professional} volta à agenda; a ausência inteira sai: {_of(office, absence)}"


async def carry_out_drop(office: Office, command: DropAbsence) -> Done:
    """They can be booked again."""
    await bookings.take_turn(office.tenant, office.shop.id)
    absence = await _absence(office, command)
    await professionals.drop_absence(office.tenant, absence.id)
    back = AddAbsence(
        professional_id=absence.professional_id,
        starts_at=absence.starts_at,
        ends_at=absence.ends_at,
        note=absence.note,
    )
    return Done(
        told=f"{absence.professional} está na agenda de novo: {_of(office, absence)}.",
        subject=absence.professional,
        before=_in_json(office, absence.starts_at, absence.ends_at, absence.note),
        undo=TakesBack(OrderKind.ADD_ABSENCE, back),
    )


async def _absence(office: Office, command: DropAbsence) -> Absence:
    absence = await professionals.absence(office.tenant, command.absence_id)
    if absence is None:
        raise RequestRefused(RefusalCode.NOTHING_TO_CHANGE, "Essa ausência não existe mais; nada foi mudado.")
    if absence.ends_at <= office.now:
        raise RequestRefused(RefusalCode.PAST_DATE, "Essa ausência já passou.")
    return absence


async def _professional(office: Office, professional_id: ProfessionalId) -> Professional:
    for one in await professionals.active(office.tenant):
        if one.id == professional_id:
            return one
    raise RequestRefused(RefusalCode.UNKNOWN_PROFESSIONAL, "Essa pessoa não atende mais na loja.")


def _of(office: Office, absence: Absence) -> str:
    return _when(office, absence.starts_at, absence.ends_at)


def _when(office: Office, starts_at: datetime, ends_at: datetime) -> str:
    """ "segunda-feira, 23/11, o dia todo", "… das 09:00 às 12:00", or from one day to another."""
    since, until = starts_at.astimezone(office.zone), ends_at.astimezone(office.zone)
    last = until - timedelta(microseconds=1)
    whole = since.time() == time.min == until.time()
    first = spoken(since.date(), office.today)
    if since.date() == last.date():
        return f"{first}, " + ("o dia todo" if whole else f"das {since:%H:%M} às {until:%H:%M}")
    if whole:
        return f"de {first} a {spoken(last.date(), office.today)}"
    return f"de {first}, {since:%H:%M}, a {spoken(until.date(), office.today)}, {until:%H:%M}"


def _in_json(office: Office, starts_at: datetime, ends_at: datetime, note: str) -> Mapping[str, JsonValue]:
    """As the audit log keeps it: no "amanhã", which is another day when it is read."""
    since, until = starts_at.astimezone(office.zone), ends_at.astimezone(office.zone)
    return {"start": since.isoformat(), "end": until.isoformat(), "note": masked(note)}


ADD_ABSENCE = Order(kind=OrderKind.ADD_ABSENCE, command=AddAbsence, describe=describe_add, carry_out=carry_out_add)
DROP_ABSENCE = Order(kind=OrderKind.DROP_ABSENCE, command=DropAbsence, describe=describe_drop, carry_out=carry_out_drop)

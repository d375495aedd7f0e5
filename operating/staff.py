"""Who works in a shop: their hours, their services, when they are away."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.addresses import masked
from domain.agenda import Professional
from domain.deeds import DeedKind
from domain.ids import OrganizationId
from domain.opening import OpeningHours, OpenSpan
from operating.deeds import Deed, Facts, differing
from operating.refusal import Refused
from operating.refused_requests import told_to_operators
from reception import naming
from reception.naming import service_named
from storage import agenda_entries, bookings, professionals, services
from storage.agenda_entries import AgendaEntry
from storage.database import Connection, Database
from storage.professionals import Absence

_EVERY, _AS_THE_SHOP = "todos", "o da loja"
"""As the audit log says it."""


async def professional_named(tenant: Connection, wanted: str) -> Professional:
    """The one professional that can be meant. Raises `Refused` with the names otherwise."""
    with told_to_operators():
        return await naming.professional_named(tenant, wanted)


async def hire(database: Database, shop: OrganizationId, deed: Deed, name: str) -> None:
    """Somebody new in the shop. Raises `Refused` when somebody of that name is there: two of one name get mixed up."""
    async with database.tenant(shop) as tenant:
        if any(one.name == name for one in await professionals.active(tenant)):
            raise Refused(f"{name} já está na loja")
        await professionals.add(tenant, shop, name)
        await deed.note(tenant, shop, DeedKind.ADD_PROFESSIONAL, name)


async def set_hours(
    database: Database,
    shop: OrganizationId,
    deed: Deed,
    wanted: str,
    *,
    hours: OpeningHours | None = None,
    as_the_shop: bool = False,
    lunch: OpenSpan | None = None,
    no_lunch: bool = False,
) -> Professional:
    """Their own hours, or the shop's, and lunch; what is not named stays. Raises `Refused`: nobody of that name."""
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)
        known = await professional_named(tenant, wanted)
        one = known.model_copy(
            update={
                "hours": None if as_the_shop else hours or known.hours,
                "lunch": None if no_lunch else lunch or known.lunch,
            }
        )
        await professionals.set_hours(tenant, one.id, one.hours, one.lunch)
        was, is_now = differing(_hours(known), _hours(one))
        await deed.note(tenant, shop, DeedKind.CHANGE_PROFESSIONAL, one.name, before=was, after=is_now)
    return one


async def set_services(
    database: Database, shop: OrganizationId, deed: Deed, wanted: str, names: Sequence[str] | None
) -> tuple[Professional, list[str]]:
    """They do these services and no other (None: all); the services' own names. Raises `Refused`: no such name."""
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)
        one = await professional_named(tenant, wanted)
        with told_to_operators():
            found = [await service_named(tenant, name) for name in names or ()]
        chosen = [service.id for service in found] if names is not None else None
        await professionals.set_services(tenant, shop, one.id, chosen)
        of_id = {service.id: service.name for service in await services.active(tenant)}
        before = sorted(of_id[id_] for id_ in one.services if id_ in of_id) if one.services is not None else [_EVERY]
        after = sorted(service.name for service in found) if names is not None else [_EVERY]
        await deed.note(
            tenant,
            shop,
            DeedKind.CHANGE_PROFESSIONAL,
            one.name,
            before={"services": [*before]},
            after={"services": [*after]},
        )
    return one, [service.name for service in found]


async def send_away(
    database: Database,
    shop: OrganizationId,
    deed: Deed,
    wanted: str,
    start: datetime,
    end: datetime,
    note: str,
    now: datetime,
) -> tuple[UUID, Professional, list[AgendaEntry]]:
    """They are away; the absence's id, and what is booked with them meanwhile, for somebody to move.

    Raises `Refused`: nobody of that name, or a stretch that is over or ends before it begins.
    """
    if end <= start:
        raise Refused("a ausência termina antes de começar")
    if end <= now:
        raise Refused("essa ausência já passou")
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)
        one = await professional_named(tenant, wanted)
        absence = await professionals.add_absence(tenant, shop, one.id, start, end, note)
        await deed.note(tenant, shop, DeedKind.ADD_ABSENCE, one.name, after=_absence(start, end, note))
        hit = await agenda_entries.coming(tenant, max(start, now), until=end, professional_id=one.id)
    return absence, one, hit


async def call_back(database: Database, shop: OrganizationId, deed: Deed, absence_id: UUID) -> None:
    """They are there after all. Raises `Refused` when the shop has no such absence."""
    async with database.tenant(shop) as tenant:
        known = await professionals.absence(tenant, absence_id)
        if known is None or not await professionals.drop_absence(tenant, absence_id):
            raise Refused(f"a loja não tem a ausência {absence_id}")
        before = _absence(known.starts_at, known.ends_at, known.note)
        await deed.note(tenant, shop, DeedKind.DROP_ABSENCE, known.professional, before=before)


async def absences(database: Database, shop: OrganizationId, now: datetime) -> list[Absence]:
    """Absences that have not ended, soonest first."""
    async with database.tenant(shop) as tenant:
        return await professionals.absences(tenant, now)


async def dismiss(
    database: Database, shop: OrganizationId, deed: Deed, wanted: str, now: datetime
) -> tuple[Professional, list[AgendaEntry]]:
    """They work here no longer; what is booked with them and still to come, for somebody to move.

    Raises `Refused`: nobody of that name.
    """
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)
        one = await professional_named(tenant, wanted)
        await professionals.retire(tenant, one.id)
        await deed.note(tenant, shop, DeedKind.REMOVE_PROFESSIONAL, one.name)
        return one, await agenda_entries.coming(tenant, now, professional_id=one.id)


def _hours(one: Professional) -> Facts:
    return {
        "hours": [*one.hours.in_words()] if one.hours is not None else _AS_THE_SHOP,
        "lunch": one.lunch.in_words() if one.lunch is not None else None,
    }


def _absence(start: datetime, end: datetime, note: str) -> Facts:
    return {"start": start.isoformat(), "end": end.isoformat(), "note": masked(note)}

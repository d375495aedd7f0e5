"""Who works in a shop: their hours, their services, when they are away."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.agenda import Professional
from domain.ids import OrganizationId
from domain.opening import OpeningHours, OpenSpan
from operating.refusal import Refused
from operating.refused_requests import told_to_operators
from reception import naming
from reception.naming import service_named
from storage import agenda_entries, bookings, professionals
from storage.agenda_entries import AgendaEntry
from storage.database import Connection, Database
from storage.professionals import Absence


async def professional_named(tenant: Connection, wanted: str) -> Professional:
    """The one professional that can be meant. Raises `Refused` with the names otherwise."""
    with told_to_operators():
        return await naming.professional_named(tenant, wanted)


async def hire(database: Database, shop: OrganizationId, name: str) -> None:
    """Somebody new in the shop. Raises `Refused` when somebody of that name is there: two of one name get mixed up."""
    async with database.tenant(shop) as tenant:
        if any(one.name == name for one in await professionals.active(tenant)):
            raise Refused(f"{name} já está na loja")
        await professionals.add(tenant, shop, name)


async def set_hours(
    database: Database,
    shop: OrganizationId,
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
        one = await professional_named(tenant, wanted)
        one = one.model_copy(
            update={
                "hours": None if as_the_shop else hours or one.hours,
                "lunch": None if no_lunch else lunch or one.lunch,
            }
        )
        await professionals.set_hours(tenant, one.id, one.hours, one.lunch)
    return one


async def set_services(
    database: Database, shop: OrganizationId, wanted: str, names: Sequence[str] | None
) -> tuple[Professional, list[str]]:
    """They do these services and no other (None: all); the services' own names. Raises `Refused`: no such name."""
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)
        one = await professional_named(tenant, wanted)
        with told_to_operators():
            found = [await service_named(tenant, name) for name in names or ()]
        chosen = [service.id for service in found] if names is not None else None
        await professionals.set_services(tenant, shop, one.id, chosen)
    return one, [service.name for service in found]


async def send_away(
    database: Database, shop: OrganizationId, wanted: str, start: datetime, end: datetime, note: str, now: datetime
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
        hit = await agenda_entries.coming(tenant, max(start, now), until=end, professional_id=one.id)
    return absence, one, hit


async def call_back(database: Database, shop: OrganizationId, absence_id: UUID) -> None:
    """They are there after all. Raises `Refused` when the shop has no such absence."""
    async with database.tenant(shop) as tenant:
        if not await professionals.drop_absence(tenant, absence_id):
            raise Refused(f"a loja não tem a ausência {absence_id}")


async def absences(database: Database, shop: OrganizationId, now: datetime) -> list[Absence]:
    """Absences that have not ended, soonest first."""
    async with database.tenant(shop) as tenant:
        return await professionals.absences(tenant, now)


async def dismiss(
    database: Database, shop: OrganizationId, wanted: str, now: datetime
) -> tuple[Professional, list[AgendaEntry]]:
    """They work here no longer; what is booked with them and still to come, for somebody to move.

    Raises `Refused`: nobody of that name.
    """
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)
        one = await professional_named(tenant, wanted)
        await professionals.retire(tenant, one.id)
        return one, await agenda_entries.coming(tenant, now, professional_id=one.id)

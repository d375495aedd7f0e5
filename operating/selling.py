"""What a shop sells: services put on sale, priced by size and coat, taken off."""

from datetime import datetime
from decimal import Decimal

from domain.deeds import DeedKind
from domain.ids import OrganizationId, ServiceId
from domain.services import Service, Variant
from domain.shop import Coat, Size
from domain.texts import folded
from operating.as_written import is_none
from operating.deeds import Deed, Facts, differing
from operating.refusal import Refused
from operating.refused_requests import told_to_operators
from reception.naming import service_named
from storage import agenda_entries, bookings, services
from storage.agenda_entries import AgendaEntry
from storage.database import Connection, Database


async def put_on_sale(
    database: Database,
    shop: OrganizationId,
    deed: Deed,
    *,
    name: str,
    category: str,
    minutes: int,
    price: Decimal,
    preparation_minutes: int | None = None,
    needs_first: str | None = None,
) -> None:
    """A service on sale; one of the same name gets these figures.

    What is None stays as it is; `needs_first` is a service's name, or a word for none. Raises `Refused`: no such
    service, or one that needs this one itself.
    """
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)
        known = next((one for one in await services.active(tenant) if folded(one.name) == folded(name)), None)
        if preparation_minutes is None:
            preparation_minutes = known.preparation_minutes if known else 0
        service_id = await services.add(
            tenant,
            shop,
            name=name,
            category=category,
            duration_minutes=minutes,
            price=price,
            preparation_minutes=preparation_minutes,
            needs_first=await _first(tenant, name, known, needs_first),
        )
        before = await _figures(tenant, known) if known else {}
        was, is_now = differing(before, await _figures(tenant, await services.get(tenant, service_id)))
        await deed.note(tenant, shop, DeedKind.ADD_SERVICE, name, before=was, after=is_now)


async def set_price(database: Database, shop: OrganizationId, deed: Deed, wanted: str, variant: Variant) -> Service:
    """What the service takes and costs for pets of that size and coat. Raises `Refused`: no such service."""
    async with database.tenant(shop) as tenant:
        with told_to_operators():
            service = await service_named(tenant, wanted)
        await services.set_variant(tenant, shop, service.id, variant)
        return await _priced(tenant, shop, deed, service)


async def drop_price(
    database: Database, shop: OrganizationId, deed: Deed, wanted: str, size: Size | None, coat: Coat | None
) -> Service:
    """These pets cost what any pet costs again. Raises `Refused`: no such service, or no such price."""
    async with database.tenant(shop) as tenant:
        with told_to_operators():
            service = await service_named(tenant, wanted)
        if not await services.drop_variant(tenant, service.id, size, coat):
            raise Refused(f"{service.name} não tem preço para esse porte e pelo; veja `auzap service list`")
        return await _priced(tenant, shop, deed, service)


async def take_off_sale(
    database: Database, shop: OrganizationId, deed: Deed, wanted: str, now: datetime
) -> tuple[Service, list[AgendaEntry]]:
    """It is not booked any more; what is booked of it and still to come stays, and is told.

    Raises `Refused`: no such service, or another that is on sale needs it first.
    """
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)
        with told_to_operators():
            service = await service_named(tenant, wanted)
        if needing := [one.name for one in await services.active(tenant) if one.needs_first == service.id]:
            raise Refused(
                f"{', '.join(needing)} só depois de {service.name}: mude antes, com `auzap service add … "
                "--needs-first nenhum`"
            )
        await services.retire(tenant, service.id)
        await deed.note(tenant, shop, DeedKind.REMOVE_SERVICE, service.name)
        return service, await agenda_entries.coming(tenant, now, service_id=service.id)


async def _priced(tenant: Connection, shop: OrganizationId, deed: Deed, before: Service) -> Service:
    """The service with its new prices, noted."""
    after = await services.get(tenant, before.id)
    await deed.note(tenant, shop, DeedKind.SET_PRICE, after.name, before=_prices(before), after=_prices(after))
    return after


def _prices(service: Service) -> Facts:
    return {"price": str(service.price), "variants": [variant.in_words() for variant in service.variants]}


async def _figures(tenant: Connection, service: Service) -> Facts:
    first = await services.get(tenant, service.needs_first) if service.needs_first else None
    return {
        "category": service.category,
        "price": str(service.price),
        "minutes": service.duration_minutes,
        "preparation": service.preparation_minutes,
        "needs_first": first.name if first else None,
    }


async def _first(tenant: Connection, name: str, known: Service | None, wanted: str | None) -> ServiceId | None:
    if wanted is None:
        return known.needs_first if known else None
    if is_none(wanted):
        return None
    with told_to_operators():
        first = await service_named(tenant, wanted)
    way = [first]
    while folded(way[-1].name) != folded(name):
        needed = way[-1].needs_first
        if needed is None or needed in (one.id for one in way):
            return first.id
        way.append(await services.get(tenant, needed))
    raise Refused(f"assim ninguém poderia começar: {' só depois de '.join([name, *(one.name for one in way)])}")

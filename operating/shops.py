"""Shops set up and changed: the organisation, what it sells, who works there, who owns it."""

import re
from decimal import Decimal
from uuid import uuid4

from domain.agenda import OpeningHours
from domain.ids import OrganizationId
from domain.shop import AiConfig, Organization
from operating.refusal import Mistyped, Refused
from storage import organizations, owners, services
from storage.database import Database
from storage.organizations import SettingsChange
from storage.owners import OwnerRole

_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


async def open_shop(
    database: Database, *, slug: str, name: str, timezone: str, opening_hours: OpeningHours, ai_config: AiConfig
) -> OrganizationId:
    """A new shop. Raises `Refused` when the slug is taken."""
    if not _SLUG.fullmatch(slug):
        raise Mistyped(f"“{slug}” não serve de apelido: só letras minúsculas, números e hífens, até 63")
    async with database.unbound() as connection:
        if await organizations.id_of_slug(connection, slug) is not None:
            raise Refused(f"já existe uma loja {slug}")
    organization_id = OrganizationId(uuid4())
    async with database.tenant(organization_id) as tenant:
        await organizations.add(
            tenant,
            organization_id,
            slug=slug,
            name=name,
            timezone=timezone,
            opening_hours=opening_hours,
            ai_config=ai_config,
        )
    return organization_id


async def find_shop(database: Database, slug: str) -> OrganizationId:
    """The shop of that slug. Raises `Refused` when there is none."""
    async with database.unbound() as connection:
        found = await organizations.id_of_slug(connection, slug)
    if found is None:
        raise Refused(f"não existe a loja {slug}; crie com `auzap org add {slug} --name …`")
    return found


async def settings_of(database: Database, shop: OrganizationId) -> tuple[Organization, float]:
    """The shop's settings, and the seconds for which it waits for a burst to settle."""
    async with database.tenant(shop) as tenant:
        return await organizations.get(tenant, shop), await organizations.settle_seconds(tenant, shop)


async def change_settings(database: Database, shop: OrganizationId, changes: SettingsChange) -> None:
    """Set what `changes` names. Raises `Refused` when it names nothing."""
    if not changes.model_dump(exclude_none=True):
        raise Mistyped("nada para mudar; veja as opções com --help")
    async with database.tenant(shop) as tenant:
        await organizations.change(tenant, shop, changes)


async def put_on_sale(
    database: Database, shop: OrganizationId, *, name: str, category: str, minutes: int, price: Decimal
) -> None:
    """A service on sale; one of the same name gets these figures."""
    async with database.tenant(shop) as tenant:
        await services.add(tenant, shop, name=name, category=category, duration_minutes=minutes, price=price)


async def hire(database: Database, shop: OrganizationId, name: str) -> None:
    """Somebody new in the shop. Raises `Refused` when somebody of that name is there: two of one name get mixed up."""
    async with database.tenant(shop) as tenant:
        if any(one.name == name for one in await services.professionals_by_name(tenant)):
            raise Refused(f"{name} já está na loja")
        await services.add_professional(tenant, shop, name)


async def name_owner(
    database: Database, shop: OrganizationId, *, phone: str, name: str | None, role: OwnerRole
) -> None:
    """Whoever writes from this canonical phone is answered as owner or manager from now on."""
    async with database.tenant(shop) as tenant:
        await owners.add(tenant, shop, phone=phone, name=name, role=role)


async def dismiss_owner(database: Database, shop: OrganizationId, phone: str) -> None:
    """Whoever writes from this canonical phone is a customer from now on. Raises `Refused` when it is one already."""
    async with database.tenant(shop) as tenant:
        if not await owners.deactivate(tenant, phone):
            raise Refused("esse número não é de dono nem de gerente da loja")

"""Shops set up and changed: the organisation, its settings, who owns it; its clock and its reception."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from domain.bookings import ChangedBy
from domain.ids import OrganizationId
from domain.opening import OpeningHours
from domain.owners import OwnerRole
from domain.shop import AiConfig, Organization
from operating.refusal import Mistyped, Refused
from reception.desk import Desk
from storage import organizations, owners
from storage.database import Connection, Database
from storage.organizations import SettingsChange

_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class ShopClock:
    """This moment, and the zone in which the shop reads it."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """Today in the shop."""
        return self.now.astimezone(self.zone).date()


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


async def clock_of(database: Database, shop: OrganizationId) -> ShopClock:
    """What the shop's clock shows."""
    organization, _ = await settings_of(database, shop)
    return ShopClock(now=datetime.now(UTC), zone=organization.zone)


async def desk_of(tenant: Connection, shop: OrganizationId, now: datetime) -> Desk:
    """The shop's reception, asked by an operator."""
    return Desk(tenant, await organizations.get(tenant, shop), now, ChangedBy.OPERATOR)


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

"""Shops set up and changed: the organisation, its settings, who owns it; its clock and its reception."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from domain.addresses import masked
from domain.bookings import ChangedBy
from domain.deeds import DeedKind
from domain.ids import OrganizationId
from domain.opening import OpeningHours
from domain.owners import OwnerRole
from domain.shop import AiConfig, Organization
from operating.deeds import Deed, Facts, differing
from operating.refusal import Mistyped, Refused
from reception.desk import Desk
from storage import bookings, organizations, owners
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
    database: Database,
    deed: Deed,
    *,
    slug: str,
    name: str,
    timezone: str,
    opening_hours: OpeningHours,
    ai_config: AiConfig,
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
        await deed.note(tenant, organization_id, DeedKind.OPEN_SHOP, slug, after={"name": name})
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


async def change_settings(database: Database, shop: OrganizationId, deed: Deed, changes: SettingsChange) -> None:
    """Set what `changes` names. Raises `Refused` when it names nothing."""
    if not changes.model_dump(exclude_none=True):
        raise Mistyped("nada para mudar; veja as opções com --help")
    async with database.tenant(shop) as tenant:
        await bookings.take_turn(tenant, shop)  # of two changes at once, the second sees what the first did
        before = await _settings(tenant, shop)
        await organizations.change(tenant, shop, changes)
        was, is_now = differing(before, await _settings(tenant, shop))
        await deed.note(tenant, shop, DeedKind.CHANGE_SETTINGS, "ajustes da loja", before=was, after=is_now)


async def clock_of(database: Database, shop: OrganizationId) -> ShopClock:
    """What the shop's clock shows."""
    organization, _ = await settings_of(database, shop)
    return ShopClock(now=datetime.now(UTC), zone=organization.zone)


async def desk_of(tenant: Connection, shop: OrganizationId, now: datetime) -> Desk:
    """The shop's reception, asked by an operator."""
    return Desk(tenant, await organizations.get(tenant, shop), now, ChangedBy.OPERATOR)


async def name_owner(
    database: Database, shop: OrganizationId, deed: Deed, *, phone: str, name: str | None, role: OwnerRole
) -> None:
    """Whoever writes from this canonical phone is answered as owner or manager from now on."""
    async with database.tenant(shop) as tenant:
        before = await _owner(tenant, phone)
        await owners.add(tenant, shop, phone=phone, name=name, role=role)
        after = await _owner(tenant, phone)
        await deed.note(tenant, shop, DeedKind.ADD_OWNER, masked(phone), before=before, after=after)


async def dismiss_owner(database: Database, shop: OrganizationId, deed: Deed, phone: str) -> None:
    """Whoever writes from this canonical phone is a customer from now on. Raises `Refused` when it is one already."""
    async with database.tenant(shop) as tenant:
        before = await _owner(tenant, phone)
        if not await owners.deactivate(tenant, phone):
            raise Refused("esse número não é de dono nem de gerente da loja")
        await deed.note(tenant, shop, DeedKind.REMOVE_OWNER, masked(phone), before=before)


async def _owner(tenant: Connection, phone: str) -> Facts:
    """As the audit log shows whoever writes from that phone; nothing of a customer."""
    known = next((one for one in await owners.listed(tenant) if one.phone == phone), None)
    return {"name": masked(known.name or ""), "role": str(known.role)} if known else {}


async def _settings(tenant: Connection, shop: OrganizationId) -> Facts:
    """As the audit log shows what `SettingsChange` changes."""
    now = await organizations.get(tenant, shop)
    return {
        "name": masked(now.name),
        "timezone": now.timezone,
        "opening_hours": [*now.opening_hours.in_words()],
        "ai_enabled": now.ai_enabled,
        "model": now.ai_config.model,
        "aurora_model": now.ai_config.aurora_model,
        "about": masked(now.ai_config.about),
        "settle_seconds": await organizations.settle_seconds(tenant, shop),
        "late_after_minutes": now.late_after_minutes,
        "answer_limit_hours": now.answer_limit_hours,
        "outbound_limit_hours": now.outbound_limit_hours,
        "loop_limit": now.loop_limit,
        "loop_window_minutes": now.loop_window_minutes,
        "phone_quiet_minutes": now.phone_quiet_minutes,
    }

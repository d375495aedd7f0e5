"""The practice shop: services with prices, opening hours, an owner's and a manager's number, and its work until today.

All of it is sample data. Seeding again changes nothing that is there.
"""

import secrets
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import SecretStr

from dev.practice_phone import PhoneClient, Preset, Role
from dev.seed_work import ZONE, ShopAtWork, work_done
from domain.agenda_rules import AgendaRules
from domain.ids import InstanceId, OrganizationId
from domain.instances import InstanceKind, WhatsAppInstance
from domain.opening import OpeningHours, OpenSpan
from domain.operators import OperatorRole
from domain.owners import OwnerRole
from domain.shop import AiConfig
from operating import operators
from operating.deeds import at_command_line
from operating.passwords import Passwords
from storage import operators as operator_rows
from storage import organizations, owners, professionals, services
from storage.database import Connection, Database
from storage.instances import Instances

SLUG = "amigo-fiel"
SHOP_NAME = "Pet Shop Amigo Fiel"
OWNER_PHONE = "5511988887777"
MANAGER_PHONE = "5511988886666"
CUSTOMER_PHONE = "5511999990001"
SHOP_PHONE = "551133334444"
WEBHOOK_KEY = "practice"
OPERATOR_EMAIL = "ana@amigo-fiel.example"

_SERVICES = (
    ("Consulta Veterinária Geral", "consulta", 60, "120.00"),
    ("Vacinação", "vacinação", 30, "90.00"),
    ("Check-up", "check-up", 60, "180.00"),
    ("Emergência", "emergência", 60, "250.00"),
    ("Banho", "banho", 60, "50.00"),
    ("Tosa", "tosa", 60, "90.00"),
)


@dataclass(frozen=True)
class PracticeShop:
    """What the demo and the practice phone need to know of the seeded shop."""

    organization_id: OrganizationId
    at_work: ShopAtWork


async def seed(
    database: Database,
    instances: Instances,
    phone_url: str,
    gateway_url: str,
    id_secret: bytes,
    console_password: str,
) -> PracticeShop:
    """The practice shop in the database, and its number on the practice phone; `id_secret` as in the settings.

    Ana can sign in to the console with `console_password`.
    """
    organization_id = OrganizationId(_id("organization"))
    instance_id = InstanceId(_id("instance"))
    async with database.unbound() as connection:
        known = await organizations.id_of_slug(connection, SLUG)
    async with database.tenant(organization_id) as tenant:
        if known is None:
            await _shop(tenant, organization_id)
        instance = await _instance(tenant, instances, organization_id, instance_id, phone_url, is_new=known is None)
        at_work = ShopAtWork(organization_id, instance_id, id_secret)
        await work_done(tenant, at_work)
    await _operator(database, organization_id, console_password)
    async with PhoneClient(phone_url) as phone:
        await phone.register(
            instance.webhook_key,
            token=instance.webhook_token.get_secret_value(),
            shop_name=SHOP_NAME,
            shop_phone=SHOP_PHONE,
            gateway_url=gateway_url,
            presets=(
                Preset(phone=CUSTOMER_PHONE, name="Cliente", role=Role.CUSTOMER),
                Preset(phone=OWNER_PHONE, name="Dona da loja", role=Role.OWNER),
                Preset(phone=MANAGER_PHONE, name="Gerente", role=Role.OWNER),
            ),
        )
    return PracticeShop(organization_id, at_work)


async def _shop(tenant: Connection, organization_id: OrganizationId) -> None:
    weekday = (OpenSpan(opens=time(9), closes=time(18)),)
    await organizations.add(
        tenant,
        organization_id,
        slug=SLUG,
        name=SHOP_NAME,
        timezone=str(ZONE),
        # Open every day, so that the demo finds a free "amanhã" on any day it is played.
        opening_hours=OpeningHours(dict.fromkeys(range(7), weekday)),
        ai_config=AiConfig(about="Rua das Acácias, 100. Há vagas de estacionamento na porta."),
        agenda_rules=AgendaRules(opens_on_holidays=True),
    )
    for name, category, minutes, price in _SERVICES:
        await services.add(
            tenant, organization_id, name=name, category=category, duration_minutes=minutes, price=Decimal(price)
        )
    for name in ("Ana", "Bruno"):
        await professionals.add(tenant, organization_id, name)
    await owners.add(tenant, organization_id, phone=OWNER_PHONE, name="Dona da loja", role=OwnerRole.OWNER)
    await owners.add(tenant, organization_id, phone=MANAGER_PHONE, name="Gerente", role=OwnerRole.MANAGER)


async def _operator(database: Database, organization_id: OrganizationId, password: str) -> None:
    """Ana, who is in with that password."""
    passwords = Passwords()
    async with database.tenant(organization_id) as tenant:
        known = await operator_rows.by_email(tenant, OPERATOR_EMAIL)
        kept = await operator_rows.credentials(tenant, email=OPERATOR_EMAIL)
    if known is None:
        await operators.add(
            database,
            passwords,
            organization_id,
            at_command_line(),
            name="Ana",
            email=OPERATOR_EMAIL,
            role=OperatorRole.ADMIN,
            password=password,
        )
    elif kept is not None and not await passwords.is_right(kept.password_hash, password):
        await operators.set_password(database, passwords, organization_id, at_command_line(), known.id, password)


async def _instance(
    tenant: Connection,
    instances: Instances,
    organization_id: OrganizationId,
    instance_id: InstanceId,
    phone_url: str,
    *,
    is_new: bool,
) -> WhatsAppInstance:
    """The shop's number; an address of the phone that changed since is followed, its token stays."""
    if not is_new:
        known = await instances.get(tenant, instance_id)
        if known.base_url != phone_url:
            known = known.model_copy(update={"base_url": phone_url})
            await instances.save(tenant, known)
        return known
    token = SecretStr(secrets.token_urlsafe(32))  # the practice phone knows one token for both ways
    instance = WhatsAppInstance(
        id=instance_id,
        organization_id=organization_id,
        kind=InstanceKind.PRACTICE,
        webhook_key=WEBHOOK_KEY,
        external_id=WEBHOOK_KEY,
        base_url=phone_url,
        api_token=token,
        webhook_token=token,
    )
    await instances.save(tenant, instance)
    return instance


def _id(what: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"https://auzap/practice/{what}")

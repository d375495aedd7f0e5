"""The practice shop: services with prices, opening hours, an owner's number, and a day's work already done.

All of it is sample data. Seeding again changes nothing that is there.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from dev.practice_phone import PhoneClient, Preset, Role
from domain.addresses import Address, AddressKind
from domain.agenda_rules import AgendaRules
from domain.bookings import BookingStatus, ChangedBy
from domain.ids import BookingId, InstanceId, OrganizationId
from domain.instances import InstanceKind, WhatsAppInstance
from domain.opening import OpeningHours, OpenSpan
from domain.shop import AiConfig, Species
from storage import bookings, contacts, organizations, owners, pets, professionals, services
from storage.bookings import NewTimes
from storage.database import Connection, Database
from storage.instances import Instances
from storage.owners import OwnerRole

SLUG = "amigo-fiel"
SHOP_NAME = "Pet Shop Amigo Fiel"
ZONE = ZoneInfo("America/Sao_Paulo")
OWNER_PHONE = "5511988887777"
CUSTOMER_PHONE = "5511999990001"
SHOP_PHONE = "551133334444"
WEBHOOK_KEY = "practice"

_SERVICES = (
    ("Consulta Veterinária Geral", "consulta", 60, "120.00"),
    ("Vacinação", "vacinação", 30, "90.00"),
    ("Check-up", "check-up", 60, "180.00"),
    ("Emergência", "emergência", 60, "250.00"),
    ("Banho", "banho", 60, "50.00"),
    ("Tosa", "tosa", 60, "90.00"),
)
_DONE_TODAY = ("Banho",) * 8 + ("Consulta Veterinária Geral",) * 3 + ("Tosa",)
_PETS = ("Mel", "Thor", "Luna", "Bob", "Nina", "Fred", "Lola", "Max", "Amora", "Simba", "Pipoca", "Zeca")


@dataclass(frozen=True)
class PracticeShop:
    """What the demo and the practice phone need to know of the seeded shop."""

    organization_id: OrganizationId
    instance_id: InstanceId


async def seed(database: Database, instances: Instances, phone_url: str, gateway_url: str) -> PracticeShop:
    """The practice shop in the database, and its number on the practice phone."""
    organization_id = OrganizationId(_id("organization"))
    instance_id = InstanceId(_id("instance"))
    async with database.unbound() as connection:
        known = await organizations.id_of_slug(connection, SLUG)
    async with database.tenant(organization_id) as tenant:
        if known is None:
            await _shop(tenant, organization_id)
        instance = await _instance(tenant, instances, organization_id, instance_id, phone_url, is_new=known is None)
        await _done_today(tenant, organization_id)
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
            ),
        )
    return PracticeShop(organization_id, instance_id)


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
        ai_config=AiConfig(about="Rua das Acácias, 100. Aceitamos Pix, cartão e dinheiro."),
        agenda_rules=AgendaRules(opens_on_holidays=True),
    )
    for name, category, minutes, price in _SERVICES:
        await services.add(
            tenant, organization_id, name=name, category=category, duration_minutes=minutes, price=Decimal(price)
        )
    for name in ("Ana", "Bruno"):
        await professionals.add(tenant, organization_id, name)
    await owners.add(tenant, organization_id, phone=OWNER_PHONE, name="Dona da loja", role=OwnerRole.OWNER)


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


async def _done_today(tenant: Connection, organization_id: OrganizationId) -> None:
    """Today's work, done: eight baths, three consultations, one clipping, each for another customer; R$ 850,00."""
    on_sale = {service.name: service for service in await services.active(tenant)}
    people = await professionals.active(tenant)
    today = datetime.now(ZONE).date()
    for number, (service_name, pet_name) in enumerate(zip(_DONE_TODAY, _PETS, strict=True)):
        address = Address(kind=AddressKind.PHONE, value=f"5511977770{number:03d}")
        contact_id = await contacts.upsert(tenant, organization_id, [address], f"Cliente {number + 1}")
        pet = await pets.register(
            tenant,
            organization_id,
            contact_id,
            name=pet_name,
            species=Species.DOG,
            breed=None,
            approximate_birth_date=None,
        )
        start = datetime.combine(today, time(9), tzinfo=ZONE) + timedelta(hours=number // len(people))
        if await _is_booked(tenant, contact_id, start):
            continue
        service = on_sale[service_name]
        await bookings.add(
            tenant,
            organization_id,
            BookingId(uuid4()),
            NewTimes(
                professional_id=people[number % len(people)].id,
                start=start,
                end=start + timedelta(minutes=service.duration_minutes),
                minutes=service.duration_minutes,
                preparation_minutes=0,
            ),
            contact_id=contact_id,
            conversation_id=None,
            pet_id=pet.id,
            service_id=service.id,
            category=service.category,
            price=service.price,
            status=BookingStatus.COMPLETED,
            by=ChangedBy.OPERATOR,
            now=datetime.now(ZONE),
        )


async def _is_booked(tenant: Connection, contact_id: UUID, start: datetime) -> bool:
    found: bool = await tenant.fetchval(
        "select exists (select from bookings where contact_id = $1 and start_time = $2)", contact_id, start
    )
    return found


def _id(what: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"https://auzap/practice/{what}")

"""Shops for tests: with services, people, opening hours, an owner and a WhatsApp number."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from pydantic import SecretStr

from domain.agenda_rules import AgendaRules
from domain.aurora_rules import AuroraRules, Briefing
from domain.ids import InstanceId, OrganizationId
from domain.instances import InstanceKind, WhatsAppInstance
from domain.opening import OpeningHours, OpenSpan
from domain.owners import OwnerRole
from domain.shop import AiConfig
from storage import organizations, owners, professionals, services
from storage.database import Database
from storage.instances import Instances

OWNER = "5511988887777"
CUSTOMER = "5511999990001"
ALWAYS_OPEN = OpeningHours(dict.fromkeys(range(7), (OpenSpan(opens=time(9), closes=time(18)),)))

PLAIN_RULES = AgendaRules(opens_on_holidays=True, minimum_notice_minutes=0)
"""A test that says "amanhã" holds on any day of the year."""


SILENT_AURORA = AuroraRules(paused=frozenset(Briefing))
"""Nothing is said unasked while a test runs, whatever the hour; a test of that wakes what it wants."""


@dataclass(frozen=True)
class Shop:
    """A shop and its number."""

    organization_id: OrganizationId
    instance: WhatsAppInstance


async def open_shop(
    database: Database,
    instances: Instances,
    *,
    kind: InstanceKind = InstanceKind.BAILEYS,
    base_url: str = "http://127.0.0.1:9",
    external_id: str | None = None,
    settle_seconds: float = 0,
    name: str = "Pet Shop Amigo Fiel",
    people: int = 2,
    rules: AgendaRules = PLAIN_RULES,
    aurora: AuroraRules = SILENT_AURORA,
) -> Shop:
    """A new shop of that name with one WhatsApp number; by default it does not wait for bursts."""
    organization_id = OrganizationId(uuid.uuid4())
    instance = WhatsAppInstance(
        id=InstanceId(uuid.uuid4()),
        organization_id=organization_id,
        kind=kind,
        webhook_key=secrets.token_urlsafe(9),
        external_id=external_id or secrets.token_hex(6),
        base_url=base_url,
        api_token=SecretStr(secrets.token_hex(20)),
        webhook_token=SecretStr(secrets.token_hex(20)),
        app_secret=SecretStr(secrets.token_hex(16) if kind is InstanceKind.CLOUD else ""),
    )
    async with database.tenant(organization_id) as tenant:
        await organizations.add(
            tenant,
            organization_id,
            slug=f"loja-{organization_id.hex[:8]}",
            name=name,
            timezone="America/Sao_Paulo",
            opening_hours=ALWAYS_OPEN,
            ai_config=AiConfig(),
            agenda_rules=rules,
            aurora_rules=aurora,
        )
        await tenant.execute("update organization_settings set settle_seconds = $1", Decimal(str(settle_seconds)))
        for service, category, price in (
            ("Consulta Veterinária Geral", "consulta", "120.00"),
            ("Vacinação", "vacinação", "90.00"),
            ("Banho", "banho", "50.00"),
            ("Tosa", "tosa", "90.00"),
        ):
            await services.add(
                tenant, organization_id, name=service, category=category, duration_minutes=60, price=Decimal(price)
            )
        for number in range(people):
            await professionals.add(tenant, organization_id, f"Profissional {number + 1}")
        await owners.add(tenant, organization_id, phone=OWNER, name="Dona", role=OwnerRole.OWNER)
        await instances.save(tenant, instance)
        if aurora.paused == SILENT_AURORA.paused:  # there is nothing to schedule, and tests count wakes
            await tenant.execute("delete from wakes where kind = 'schedules'")
    return Shop(organization_id, instance)

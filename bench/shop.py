"""The shop that is written to while the engine is measured: open every day, four services, no settle time."""

import secrets
import uuid
from datetime import time
from decimal import Decimal

from pydantic import SecretStr

from domain.ids import InstanceId, OrganizationId
from domain.instances import InstanceKind, WhatsAppInstance
from domain.opening import OpeningHours, OpenSpan
from domain.shop import AiConfig
from storage import organizations, professionals, services
from storage.database import Database
from storage.instances import Instances
from storage.secrets import Keyring

_SERVICES = (("Consulta", "consulta", "120.00"), ("Vacinação", "vacinação", "90.00"), ("Banho", "banho", "50.00"))


async def open_shop(database_url: str, secret_key: str, bridge_url: str) -> WhatsAppInstance:
    """A new shop whose WhatsApp number is behind the bridge at `bridge_url`."""
    organization_id = OrganizationId(uuid.uuid4())
    instance = WhatsAppInstance(
        id=InstanceId(uuid.uuid4()),
        organization_id=organization_id,
        kind=InstanceKind.BAILEYS,
        webhook_key=secrets.token_urlsafe(9),
        external_id=secrets.token_hex(6),
        base_url=bridge_url,
        api_token=SecretStr(secrets.token_hex(20)),
        webhook_token=SecretStr(secrets.token_hex(20)),
    )
    database = await Database.connect(database_url, max_size=1)
    try:
        async with database.tenant(organization_id) as tenant:
            await organizations.add(
                tenant,
                organization_id,
                slug=f"bench-{organization_id.hex[:8]}",
                name="Pet Shop de Medição",
                timezone="America/Sao_Paulo",
                opening_hours=OpeningHours(dict.fromkeys(range(7), (OpenSpan(opens=time(9), closes=time(18)),))),
                ai_config=AiConfig(),
            )
            await tenant.execute("update organization_settings set settle_seconds = 0")
            for name, category, price in _SERVICES:
                await services.add(
                    tenant, organization_id, name=name, category=category, duration_minutes=60, price=Decimal(price)
                )
            await professionals.add(tenant, organization_id, "Profissional")
            await Instances(Keyring([secret_key])).save(tenant, instance)
    finally:
        await database.close()
    return instance

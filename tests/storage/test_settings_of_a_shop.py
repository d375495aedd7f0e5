"""Shops, services, owners, WhatsApp instances and their secrets."""

import uuid
from datetime import time
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from domain.errors import Misconfigured
from domain.events import ConnectionState
from domain.ids import InstanceId, OrganizationId
from domain.opening import OpeningHours, OpenSpan
from domain.owners import OwnerRole
from domain.shop import AiConfig
from storage import organizations, owners, professionals, services
from storage.database import Database
from storage.instances import Instances
from storage.organizations import SettingsChange
from storage.secrets import Keyring
from tests.shops import ALWAYS_OPEN, OWNER, Shop


async def test_a_shop_as_it_was_set_up(database: Database, shop: Shop) -> None:
    """What was stored comes back, with the defaults of the schema."""
    async with database.tenant(shop.organization_id) as tenant:
        found = await organizations.get(tenant, shop.organization_id)
        assert (found.name, found.timezone, found.opening_hours) == (
            "Pet Shop Amigo Fiel",
            "America/Sao_Paulo",
            ALWAYS_OPEN,
        )
        assert (found.loop_limit, found.loop_window_minutes, found.answer_limit_hours) == (20, 10, 12)
        assert await organizations.settle_seconds(tenant, shop.organization_id) == 0.0
        with pytest.raises(Misconfigured):
            await organizations.get(tenant, OrganizationId(uuid.uuid4()))


async def test_settings_are_changed_one_by_one(database: Database, shop: Shop) -> None:
    """What is named changes, the rest stays; another shop's settings are out of reach."""
    closed = OpeningHours({0: (OpenSpan(opens=time(8), closes=time(12)),)})
    async with database.tenant(shop.organization_id) as tenant:
        await organizations.change(tenant, shop.organization_id, SettingsChange())
        before = await organizations.get(tenant, shop.organization_id)
        await organizations.change(
            tenant,
            shop.organization_id,
            SettingsChange(
                name="Nova",
                timezone="America/Manaus",
                opening_hours=closed,
                model="m",
                about="Rua A",
                ai_enabled=False,
                settle_seconds=Decimal("1.25"),
                loop_limit=3,
            ),
        )
        after = await organizations.get(tenant, shop.organization_id)
        assert (after.name, after.timezone, after.opening_hours, after.ai_enabled) == (
            "Nova",
            "America/Manaus",
            closed,
            False,
        )
        assert after.ai_config == AiConfig(model="m", aurora_model=before.ai_config.aurora_model, about="Rua A")
        assert (after.loop_limit, after.answer_limit_hours) == (3, before.answer_limit_hours)
        assert await organizations.settle_seconds(tenant, shop.organization_id) == 1.25
        with pytest.raises(Misconfigured):
            await organizations.change(tenant, OrganizationId(uuid.uuid4()), SettingsChange(loop_limit=1))


@pytest.mark.parametrize("slug", ["Loja", "a b", "-a", "a-", "", "á", "x" * 64, "taken"])
async def test_a_bad_slug_is_the_operators(database: Database, slug: str) -> None:
    """A slug that cannot be, or is somebody's already, is said in words."""
    for attempt in range(2 if slug == "taken" else 1):
        organization_id = OrganizationId(uuid.uuid4())

        async def add(organization_id: OrganizationId = organization_id) -> None:
            async with database.tenant(organization_id) as tenant:
                await organizations.add(
                    tenant,
                    organization_id,
                    slug=slug,
                    name="x",
                    timezone="America/Sao_Paulo",
                    opening_hours=OpeningHours({}),
                    ai_config=AiConfig(),
                )

        if slug == "taken" and attempt == 0:
            await add()
            continue
        with pytest.raises(Misconfigured, match=r"slug|already"):
            await add()


async def test_services_and_people(database: Database, shop: Shop) -> None:
    """A service of the same name gets the new figures, whatever its accents; people stay in the order they came."""
    async with database.tenant(shop.organization_id) as tenant:
        await services.add(
            tenant, shop.organization_id, name="VACINACAO", category="vacina", duration_minutes=15, price=Decimal("80")
        )
        found = await services.active(tenant)
        assert [s.name for s in found] == ["Banho", "Consulta Veterinária Geral", "Tosa", "VACINACAO"]
        assert (found[3].duration_minutes, found[3].price, found[3].category) == (15, Decimal("80.00"), "vacina")
        ana = await professionals.add(tenant, shop.organization_id, "Ana")
        here = await professionals.active(tenant)
        assert [p.name for p in here] == ["Profissional 1", "Profissional 2", "Ana"]
        assert (here[-1].id, here[-1].services, here[-1].hours) == (ana, None, None)
        await tenant.execute("update services set is_active = false where name = 'Tosa'")
        assert "Tosa" not in [s.name for s in await services.active(tenant)]
        long = "ﷺ" * 60  # eighteen letters each, once folded
        await services.add(tenant, shop.organization_id, name=long, category="x", duration_minutes=15, price=Decimal(0))


async def test_owners(database: Database, shop: Shop) -> None:
    """Added twice is one; a name that is not given again stays; deactivated is a customer, once."""
    async with database.tenant(shop.organization_id) as tenant:
        first = await owners.find(tenant, ["1", OWNER])
        assert first is not None
        assert await owners.add(tenant, shop.organization_id, phone=OWNER, name=None, role=OwnerRole.MANAGER) == first
        (listed,) = await owners.listed(tenant)
        assert (listed.id, listed.phone, listed.name, listed.role) == (first, OWNER, "Dona", OwnerRole.MANAGER)
        assert await owners.deactivate(tenant, OWNER)
        assert not await owners.deactivate(tenant, OWNER)
        assert await owners.find(tenant, [OWNER]) is None
        assert await owners.listed(tenant) == []
        assert await owners.add(tenant, shop.organization_id, phone=OWNER, name="X", role=OwnerRole.OWNER) == first
        assert await owners.find(tenant, [OWNER]) == first


async def test_an_instance_is_kept_with_its_secrets_encrypted(
    database: Database, instances: Instances, shop: Shop
) -> None:
    """It comes back whole; in the database no token stands in clear, nor in the text of its value."""
    async with database.tenant(shop.organization_id) as tenant:
        assert await instances.get(tenant, shop.instance.id) == shop.instance
        assert await instances.all(tenant) == [shop.instance]
        row = await tenant.fetchrow("select secrets, w::text as everything from whatsapp_instances w")
        assert row is not None
        for secret in (shop.instance.api_token, shop.instance.webhook_token):
            assert secret.get_secret_value().encode() not in row["secrets"]
            assert secret.get_secret_value() not in row["everything"]
            assert secret.get_secret_value() not in repr(shop.instance)
        with pytest.raises(Misconfigured):
            await instances.get(tenant, InstanceId(uuid.uuid4()))


async def test_an_instance_is_replaced_and_its_connection_noted(
    database: Database, instances: Instances, shop: Shop
) -> None:
    """Saving again changes tokens and addresses and leaves the connection; the time of a change is the first
    report's."""
    async with database.tenant(shop.organization_id) as tenant:
        await instances.set_connection(tenant, shop.instance.id, ConnectionState.CLOSE)
        since = await tenant.fetchval("select connection_changed_at from whatsapp_instances")
    async with database.tenant(shop.organization_id) as tenant:
        await instances.set_connection(tenant, shop.instance.id, ConnectionState.CLOSE)
        assert await tenant.fetchval("select connection_changed_at from whatsapp_instances") == since
        renewed = shop.instance.model_copy(update={"api_token": SecretStr("novo"), "base_url": "http://x"})
        await instances.save(tenant, renewed)
        found = await instances.get(tenant, shop.instance.id)
        assert found == renewed.model_copy(update={"connection_state": ConnectionState.CLOSE})
        await instances.set_connection(tenant, shop.instance.id, ConnectionState.OPEN)
        assert (await instances.get(tenant, shop.instance.id)).connection_state is ConnectionState.OPEN


def test_keys_are_rotated_by_putting_a_new_one_in_front() -> None:
    """Old secrets open with the old key behind the new one; without it, and with a key that is none, an operator is
    told."""
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    stored = Keyring([old]).encrypt("segredo é 🐾")
    assert b"segredo" not in stored
    assert Keyring([new, old]).decrypt(stored) == "segredo é 🐾"
    assert Keyring([new]).decrypt(Keyring([new, old]).encrypt("x")) == "x"
    with pytest.raises(Misconfigured):
        Keyring([new]).decrypt(stored)
    with pytest.raises(Misconfigured):
        Keyring([new]).decrypt(b"rubbish")
    for none in (["short"], [""], ["á" * 44]):
        with pytest.raises(Misconfigured):
            Keyring(none)

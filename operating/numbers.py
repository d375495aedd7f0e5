"""The shop's WhatsApp numbers: added, listed, taken out of service."""

import secrets
from uuid import UUID, uuid4

import asyncpg
from pydantic import HttpUrl, SecretStr

from domain.addresses import masked
from domain.deeds import DeedKind
from domain.frozen import Frozen
from domain.ids import InstanceId, OrganizationId
from domain.instances import InstanceKind, WhatsAppInstance
from operating.deeds import Deed
from operating.refusal import Refused
from storage.database import Connection, Database
from storage.instances import Instances


class NewNumber(Frozen):
    """A number to be added. `external_id` is the provider's name for it; empty where the provider has none.

    `webhook_token` is made up where it is None.
    """

    kind: InstanceKind
    base_url: str
    external_id: str = ""
    api_token: SecretStr
    webhook_token: SecretStr | None = None
    app_secret: SecretStr = SecretStr("")


async def add_number(
    database: Database, instances: Instances, shop: OrganizationId, deed: Deed, number: NewNumber
) -> WhatsAppInstance:
    """The number, in service. One that was removed comes back with what is given now, under its old webhook address.

    Raises `Refused` when the number is in service already, in this shop or another.
    """
    async with database.tenant(shop) as tenant:
        return await save_number(tenant, instances, shop, deed, number)


async def save_number(
    tenant: Connection, instances: Instances, shop: OrganizationId, deed: Deed, number: NewNumber
) -> WhatsAppInstance:
    """As `add_number`, within a transaction of the caller's."""
    known = None
    if number.external_id:
        known = next((one for one in await instances.all(tenant) if _is_the_same(one, number)), None)
    if known is not None and known.is_active:
        raise Refused(f"esse número já está na loja: {known.id}")
    key = known.webhook_key if known else secrets.token_urlsafe(18)
    instance = WhatsAppInstance(
        id=known.id if known else InstanceId(uuid4()),
        organization_id=shop,
        kind=number.kind,
        webhook_key=key,
        external_id=number.external_id or key,
        base_url=number.base_url,
        api_token=number.api_token,
        webhook_token=number.webhook_token or SecretStr(secrets.token_hex(32)),
        app_secret=number.app_secret,
    )
    try:
        async with tenant.transaction():
            await instances.save(tenant, instance)
    except asyncpg.UniqueViolationError as error:
        raise Refused("esse número já está em outra loja desta instalação") from error
    await deed.note(tenant, shop, DeedKind.ADD_NUMBER, _named(instance), after={"number": str(instance.id)})
    return instance


async def number_of(
    database: Database, instances: Instances, shop: OrganizationId, id_or_name: str
) -> WhatsAppInstance:
    """The shop's number of that id, or of that name at its provider. Raises `Refused` unless there is exactly one."""
    async with database.tenant(shop) as tenant:
        every = await instances.all(tenant)
    found = [one for one in every if str(one.id) == _as_uuid(id_or_name) or one.external_id == id_or_name]
    if not found:
        raise Refused(f"a loja não tem o número {id_or_name}; veja `auzap instance list`")
    if len(found) > 1:
        raise Refused(f"a loja tem {len(found)} números com o nome {id_or_name}; use o id")
    return found[0]


async def retire_number(database: Database, instances: Instances, deed: Deed, instance: WhatsAppInstance) -> None:
    """Its webhooks are not taken any more; what was written stays. Raises `Refused` when it was out already."""
    if not instance.is_active:
        raise Refused("esse número já estava desativado")
    async with database.tenant(instance.organization_id) as tenant:
        await instances.save(tenant, instance.model_copy(update={"is_active": False}))
        shop = instance.organization_id
        await deed.note(tenant, shop, DeedKind.REMOVE_NUMBER, _named(instance), before={"number": str(instance.id)})


def webhook_address(gateway_url: HttpUrl | str, instance: WhatsAppInstance) -> str:
    """Where the provider has to post the number's events."""
    return f"{str(gateway_url).rstrip('/')}/webhooks/{instance.kind}/{instance.webhook_key}"


def _named(instance: WhatsAppInstance) -> str:
    """As the audit log calls it: neither its address nor anything secret. Where we made its name up, it is a key."""
    is_ours = instance.external_id == instance.webhook_key
    return str(instance.kind) if is_ours else f"{instance.kind} {masked(instance.external_id)}"


def _is_the_same(one: WhatsAppInstance, number: NewNumber) -> bool:
    return (one.kind, one.base_url, one.external_id) == (number.kind, number.base_url, number.external_id)


def _as_uuid(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None

"""WhatsApp instances: found by their webhook's key before the shop is known, and kept with their secrets encrypted."""

import json
from collections.abc import Sequence

import asyncpg
from pydantic import SecretStr

from domain.errors import Misconfigured
from domain.events import ConnectionState
from domain.ids import InstanceId, OrganizationId
from domain.instances import InstanceKind, WhatsAppInstance
from storage.database import Connection
from storage.secrets import Keyring

_COLUMNS = "id, organization_id, kind, webhook_key, external_id, base_url, secrets, connection_state, is_active"


class Instances:
    """The rows of `whatsapp_instances`."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def by_webhook_key(self, unbound: Connection, key: str) -> WhatsAppInstance | None:
        """The active instance behind a webhook address, of whatever shop."""
        row = await unbound.fetchrow(f"select {_COLUMNS} from instance_by_webhook_key($1)", key)
        return self._from_row(row) if row else None

    async def by_external_id(
        self, unbound: Connection, kind: InstanceKind, external_id: str
    ) -> WhatsAppInstance | None:
        """The active instance a provider names, of whatever shop."""
        row = await unbound.fetchrow(f"select {_COLUMNS} from instance_by_external_id($1, $2)", kind, external_id)
        return self._from_row(row) if row else None

    async def get(self, tenant: Connection, instance_id: InstanceId) -> WhatsAppInstance:
        """The instance of that id. Raises `Misconfigured` when the shop has none such."""
        row = await tenant.fetchrow(f"select {_COLUMNS} from whatsapp_instances where id = $1", instance_id)
        if row is None:
            raise Misconfigured(f"the shop has no WhatsApp instance {instance_id}")
        return self._from_row(row)

    async def all(self, tenant: Connection) -> Sequence[WhatsAppInstance]:
        """Every instance of the shop, oldest first."""
        rows = await tenant.fetch(f"select {_COLUMNS} from whatsapp_instances order by created_at, id")
        return [self._from_row(row) for row in rows]

    async def save(self, tenant: Connection, instance: WhatsAppInstance) -> None:
        """Store `instance`; one of the same id is replaced."""
        secrets = {
            "api_token": instance.api_token.get_secret_value(),
            "webhook_token": instance.webhook_token.get_secret_value(),
            "app_secret": instance.app_secret.get_secret_value(),
        }
        await tenant.execute(
            """insert into whatsapp_instances
                   (id, organization_id, kind, webhook_key, external_id, base_url, secrets, connection_state, is_active)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
               on conflict (id) do update set webhook_key = excluded.webhook_key, external_id = excluded.external_id,
                   base_url = excluded.base_url, secrets = excluded.secrets, is_active = excluded.is_active""",
            instance.id,
            instance.organization_id,
            instance.kind,
            instance.webhook_key,
            instance.external_id,
            instance.base_url,
            self._keyring.encrypt(json.dumps(secrets)),
            instance.connection_state,
            instance.is_active,
        )

    async def set_connection(self, tenant: Connection, instance_id: InstanceId, state: ConnectionState) -> None:
        """Note that the shop's number came online or went away."""
        await tenant.execute(
            """update whatsapp_instances set connection_state = $2, connection_changed_at = now()
               where id = $1 and connection_state <> $2""",
            instance_id,
            state,
        )

    def _from_row(self, row: asyncpg.Record) -> WhatsAppInstance:
        secrets = json.loads(self._keyring.decrypt(row["secrets"]))
        return WhatsAppInstance(
            id=InstanceId(row["id"]),
            organization_id=OrganizationId(row["organization_id"]),
            kind=InstanceKind(row["kind"]),
            webhook_key=row["webhook_key"],
            external_id=row["external_id"],
            base_url=row["base_url"],
            api_token=SecretStr(secrets["api_token"]),
            webhook_token=SecretStr(secrets["webhook_token"]),
            app_secret=SecretStr(secrets["app_secret"]),
            connection_state=ConnectionState(row["connection_state"]),
            is_active=row["is_active"],
        )


async def first_in_service(tenant: Connection) -> tuple[InstanceId, InstanceKind] | None:
    """The shop's oldest number in service, and its provider; None when it has none."""
    row = await tenant.fetchrow(
        "select id, kind from whatsapp_instances where is_active order by created_at, id limit 1"
    )
    return (InstanceId(row["id"]), InstanceKind(row["kind"])) if row else None

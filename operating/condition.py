"""How the installation and its shops are, in a few figures."""

from temporalio.client import Client
from temporalio.service import RPCError

from domain.errors import StorageUnavailable
from domain.events import ConnectionState
from domain.frozen import Frozen
from domain.ids import OrganizationId
from storage import alerts, conversations, dead_letters, outbox
from storage.database import Database
from storage.instances import Instances


class ShopCondition(Frozen):
    """What waits for somebody in one shop; `held` counts conversations whose reply has not gone out yet."""

    waiting: int
    letters: int
    alerts: int
    held: int
    offline: tuple[str, ...]


async def database_answers(database: Database) -> bool:
    """Whether the database answers a question."""
    try:
        async with database.unbound() as connection:
            return bool(await connection.fetchval("select true"))
    except StorageUnavailable:
        return False


async def temporal_answers(temporal: Client) -> bool:
    """Whether Temporal says that it serves."""
    try:
        return await temporal.service_client.check_health()
    except RPCError:
        return False


async def shop_condition(database: Database, instances: Instances, shop: OrganizationId) -> ShopCondition:
    """The figures of one shop; `offline` are the ids of its numbers in service that are not connected."""
    async with database.tenant(shop) as tenant:
        numbers = [one for one in await instances.all(tenant) if one.is_active]
        held = [await outbox.held_conversations(tenant, one.id) for one in numbers]
        return ShopCondition(
            waiting=len(await conversations.waiting(tenant)),
            letters=len(await dead_letters.listed(tenant)),
            alerts=len(await alerts.listed(tenant)),
            held=sum(map(len, held)),
            offline=tuple(str(one.id) for one in numbers if one.connection_state is not ConnectionState.OPEN),
        )

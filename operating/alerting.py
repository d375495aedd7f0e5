"""Alerts, which the shop's people take notice of."""

from uuid import UUID

from domain.deeds import DeedKind
from domain.ids import ConversationId, OrganizationId
from operating.deeds import Deed
from operating.refusal import NotInShop
from storage import alerts
from storage.database import Database


async def acknowledge(database: Database, shop: OrganizationId, deed: Deed, alert_id: UUID) -> None:
    """Somebody has seen it. Raises `NotInShop`."""
    async with database.tenant(shop) as tenant:
        if not await alerts.acknowledge(tenant, alert_id):
            raise NotInShop(f"a loja não tem o aviso {alert_id}")
        await deed.note(tenant, shop, DeedKind.ACKNOWLEDGE, f"alert/{alert_id}")


async def acknowledge_waiting(
    database: Database, shop: OrganizationId, deed: Deed, conversation_id: ConversationId
) -> None:
    """Whoever waits too long there is known to do so; where nobody does any more, there is nothing to note."""
    async with database.tenant(shop) as tenant:
        if await alerts.take_notice(tenant, conversation_id):
            await deed.note(tenant, shop, DeedKind.ACKNOWLEDGE, f"conversation/{conversation_id}")

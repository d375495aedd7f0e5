"""A shop, a customer in it, and their turn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

import pytest
from pydantic import JsonValue, TypeAdapter

from assistants.team import toolbox
from assistants.toolbox import Turn
from domain.conversation import AgentType
from domain.model import ToolOutcome, ToolRequest
from storage import organizations
from storage.database import Database
from storage.instances import Instances
from tests.shops import Shop, open_shop
from tests.storage.rows import Customer, customer

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=SAO_PAULO)
"""The present moment of these tests; the shop is open every day from nine to six."""

Json: TypeAlias = dict[str, JsonValue]
_JSON: TypeAdapter[Json] = TypeAdapter(Json)


@dataclass
class Counter:
    """The shop's counter: whoever calls a tool here does it as one customer."""

    database: Database
    shop: Shop
    customer: Customer
    now: datetime = field(default=SUNDAY)
    agent: AgentType = AgentType.CLIENT_AI

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """A turn of the customer, in a transaction of its own."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            yield Turn(
                tenant=tenant,
                organization=await organizations.get(tenant, self.shop.organization_id),
                conversation_id=self.customer.conversation_id,
                contact_id=self.customer.contact_id,
                now=self.now,
            )

    async def call(self, name: str, arguments: str) -> ToolOutcome:
        """A tool call as the model writes it."""
        async with self.turn() as turn:
            return await toolbox(self.agent).call(turn, ToolRequest(id="1", name=name, arguments=arguments))

    async def use(self, tool: str, /, **arguments: JsonValue) -> Json:
        """A tool call with proper JSON, and what the model reads of its answer."""
        outcome = await self.call(tool, _JSON.dump_json(arguments).decode())
        answer = _JSON.validate_json(outcome.content)
        assert answer["ok"] is outcome.ok
        return answer

    async def rows(self) -> dict[str, int]:
        """How many rows tools may have written."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            return {
                table: await tenant.fetchval(f"select count(*) from {table}")
                for table in ("pets", "bookings", "contacts", "tool_calls", "alerts")
            }


@pytest.fixture
async def counter(database: Database, instances: Instances) -> Counter:
    """A shop with two professionals and one customer."""
    shop = await open_shop(database, instances)
    async with database.tenant(shop.organization_id) as tenant:
        somebody = await customer(tenant, shop)
    return Counter(database, shop, somebody)

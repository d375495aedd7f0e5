"""A shop, a customer in it, and their turn."""

import uuid
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
from domain.conversation import AgentType, Sender
from domain.ids import TurnId
from domain.model import ToolOutcome, ToolRequest
from storage import organizations
from storage.database import Database
from storage.instances import Instances
from tests.shops import Shop, open_shop
from tests.storage.rows import Customer, customer, told, wrote

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
MONDAY = "2026-11-23"
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
    turn_id: TurnId = field(default_factory=lambda: TurnId(uuid.uuid4()))

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """A turn of the customer, in a transaction of its own."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            yield Turn(
                tenant=tenant,
                organization=await organizations.get(tenant, self.shop.organization_id),
                conversation_id=self.customer.conversation_id,
                contact_id=self.customer.contact_id,
                turn_id=self.turn_id,
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

    async def reply(self, *parts: str, sender: Sender = Sender.AI) -> None:
        """The turn's reply is sent, and the next turn begins."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            await told(tenant, self.shop, self.customer, *parts, turn_id=self.turn_id, sender=sender)
        self.turn_id = TurnId(uuid.uuid4())

    async def says(self, *texts: str, sent_at: datetime | None = None) -> None:
        """The customer writes."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            await wrote(tenant, self.shop, self.customer, *texts, sent_at=sent_at)

    async def propose(self, tool: str, /, **arguments: JsonValue) -> str:
        """A call that has to end in a proposal, the reply with its summary sent; the summary."""
        outcome = await self.call(tool, _JSON.dump_json(arguments).decode())
        assert outcome.proposal is not None, outcome.content
        assert outcome.booking is None
        summary = outcome.proposal.summary(self.now.astimezone(SAO_PAULO).date())
        await self.reply(f"Claro!\n\n{summary}")
        return summary

    async def agree(self, tool: str, /, **arguments: JsonValue) -> Json:
        """The whole way to a change: proposed, shown, "sim", and the answer of the call after it."""
        await self.propose(tool, **arguments)
        await self.says("Sim")
        return await self.use(tool, **arguments)

    async def count(self, where: str = "true") -> int:
        """How many bookings there are of that kind."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            found: int = await tenant.fetchval(f"select count(*) from bookings where {where}")
        return found

    async def rows(self) -> dict[str, int]:
        """How many rows tools may have written."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            return {
                table: await tenant.fetchval(f"select count(*) from {table}")
                for table in ("pets", "bookings", "contacts", "tool_calls", "alerts", "waiting_list")
            }


@pytest.fixture
async def with_rex(counter: Counter) -> Counter:
    """The customer has a dog."""
    await counter.use("register_pet", name="Rex", species="dog", breed="Golden Retriever", age=3)
    return counter


@pytest.fixture
async def counter(database: Database, instances: Instances) -> Counter:
    """A shop with two professionals and one customer."""
    shop = await open_shop(database, instances)
    async with database.tenant(shop.organization_id) as tenant:
        somebody = await customer(tenant, shop)
    return Counter(database, shop, somebody)

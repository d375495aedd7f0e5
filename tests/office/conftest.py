"""A shop, its owner and its manager, and Aurora's tools as each may use them."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from pydantic import JsonValue, TypeAdapter

from assistants.team import toolbox
from assistants.toolbox import Turn
from domain.addresses import Address, AddressKind
from domain.conversation import AgentType, Audience, Sender
from domain.ids import TurnId
from domain.model import ToolOutcome, ToolRequest
from domain.owners import OwnerRole
from office.office import Office
from storage import organizations, owners
from storage.database import Database
from storage.instances import Instances
from tests.assistants.conftest import SUNDAY, Json
from tests.shops import OWNER, Shop, open_shop
from tests.storage.rows import Customer, customer, told, wrote

MANAGER = "5511977776666"
_JSON: TypeAdapter[Json] = TypeAdapter(Json)


@dataclass
class OwnersChat:
    """An owner's conversation with Aurora: what is called here is called for that owner."""

    database: Database
    shop: Shop
    owner: Customer
    now: datetime = field(default=SUNDAY)
    turn_id: TurnId = field(default_factory=lambda: TurnId(uuid.uuid4()))

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """A turn of the owner, in a transaction of its own."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            yield Turn(
                tenant=tenant,
                organization=await organizations.get(tenant, self.shop.organization_id),
                conversation_id=self.owner.conversation_id,
                contact_id=self.owner.contact_id,
                turn_id=self.turn_id,
                now=self.now,
                owner=await owners.of_contact(tenant, self.owner.contact_id),
            )

    @asynccontextmanager
    async def office(self) -> AsyncIterator[Office]:
        """The office in such a turn."""
        async with self.turn() as turn:
            yield turn.office

    async def call(self, tool: str, /, **arguments: JsonValue) -> ToolOutcome:
        """A tool call with proper JSON."""
        async with self.turn() as turn:
            request = ToolRequest(id="1", name=tool, arguments=_JSON.dump_json(arguments).decode())
            return await toolbox(AgentType.AURORA).call(turn, request)

    async def use(self, tool: str, /, **arguments: JsonValue) -> Json:
        """As `call`; what the model reads of the answer."""
        outcome = await self.call(tool, **arguments)
        answer = _JSON.validate_json(outcome.content)
        assert answer["ok"] is outcome.ok
        return answer

    async def reply(self, *parts: str, sender: Sender = Sender.AI) -> None:
        """The turn's reply is sent, and the next turn begins."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            await told(tenant, self.shop, self.owner, *parts, turn_id=self.turn_id, sender=sender)
        self.turn_id = TurnId(uuid.uuid4())

    async def says(self, *texts: str) -> None:
        """The owner writes."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            await wrote(tenant, self.shop, self.owner, *texts)

    async def propose(self, tool: str, /, **arguments: JsonValue) -> str:
        """A call that has to end in a proposed order, the reply that asks for it sent; the order's code."""
        outcome = await self.call(tool, **arguments)
        assert outcome.order is not None, outcome.content
        await self.reply(f"Confirme, por favor:\n{outcome.order.summary}\n\nPosso fazer?")
        return outcome.order.code

    async def order(self, tool: str, /, **arguments: JsonValue) -> str:
        """The whole way to a deed: proposed, shown, "sim", carried out; what the owner is told of it."""
        code = await self.propose(tool, **arguments)
        await self.says("Sim")
        outcome = await self.call("confirm_order", order=code)
        assert outcome.done is not None, outcome.content
        await self.reply(f"✅ Feito: {outcome.done}")
        return outcome.done


async def chat_of(database: Database, shop: Shop, phone: str) -> OwnersChat:
    """The conversation of whoever writes from that phone as an owner."""
    async with database.tenant(shop.organization_id) as tenant:
        address = Address(kind=AddressKind.PHONE, value=phone)
        somebody = await customer(tenant, shop, address, audience=Audience.OWNER)
    return OwnersChat(database, shop, somebody)


@pytest.fixture
async def shop(database: Database, instances: Instances) -> Shop:
    """A shop with an owner and a manager."""
    shop = await open_shop(database, instances)
    async with database.tenant(shop.organization_id) as tenant:
        await owners.add(tenant, shop.organization_id, phone=MANAGER, name="Gerente", role=OwnerRole.MANAGER)
    return shop


@pytest.fixture
async def owner(database: Database, shop: Shop) -> OwnersChat:
    """The owner's conversation."""
    return await chat_of(database, shop, OWNER)


@pytest.fixture
async def manager(database: Database, shop: Shop) -> OwnersChat:
    """The manager's conversation."""
    return await chat_of(database, shop, MANAGER)

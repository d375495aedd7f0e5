"""The whole engine inside a test: real gateway over HTTP, real worker, real Temporal, real Postgres; fake WhatsApp
and model."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
from pydantic import JsonValue, SecretStr
from temporalio.client import Client

from assistants.model import ChatModel
from channels.registry import channels
from dev.practice_model.running import RunningModel, running_practice_model
from domain.addresses import Address, AddressKind, conversation_key
from domain.instances import InstanceKind
from gateway import application
from operating.waking import Waking
from pictures.drawing import Drawing
from settings import Settings
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.fakes.bridge import Bridge
from tests.fakes.serving import Plain, local_client, served
from tests.shops import CUSTOMER, Shop, open_shop
from worker import activities_of, worker_for
from workflows.ids import conversation_workflow_id

_numbers = itertools.count(1)


@dataclass
class Engine:
    """A running engine with one shop behind a bridge."""

    shop: Shop
    bridge: Bridge
    model: RunningModel
    database: Database
    temporal: Client
    gateway_url: str
    http: httpx.AsyncClient
    settings: Settings

    async def deliver(self, body: JsonValue) -> httpx.Response:
        """Post a webhook to the shop's address, as its bridge does."""
        token = self.shop.instance.webhook_token.get_secret_value()
        return await self.http.post(
            f"{self.gateway_url}/webhooks/{self.shop.instance.kind}/{self.shop.instance.webhook_key}",
            json=body,
            headers={"authorization": f"Bearer {token}"},
        )

    async def says(
        self, text: str, *, phone: str = CUSTOMER, message_id: str | None = None, sent_at: datetime | None = None
    ) -> httpx.Response:
        """A customer (or owner) writes; the gateway has answered when this returns."""
        return await self.deliver(
            upsert(whatsapp_message({"conversation": text}, phone=phone, message_id=message_id, sent_at=sent_at))
        )

    async def replies(self, count: int, *, timeout: float = 20) -> list[str]:
        """The texts that went out, as soon as there are `count`."""
        return [sent.text for sent in await self.bridge.record.wait_for_sent(count, timeout=timeout)]

    def workflow_id(self, phone: str = CUSTOMER) -> str:
        """The id under which the conversation of a phone runs."""
        address = Address(kind=AddressKind.PHONE, value=phone)
        return conversation_workflow_id(conversation_key(self.settings.id_secret, self.shop.instance.id, address))

    async def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Rows as the shop sees them."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            return list(await tenant.fetch(query, *arguments))

    async def until(self, holds: Callable[[], Any], *, timeout: float = 20) -> None:
        """Wait until the awaitable that `holds` makes is true."""
        async with asyncio.timeout(timeout):
            while not await holds():
                await asyncio.sleep(0.02)

    async def until_row(self, query: str, *arguments: object, timeout: float = 20) -> asyncpg.Record:
        """The first row of a query, as soon as there is one."""
        async with asyncio.timeout(timeout):
            while not (rows := await self.rows(query, *arguments)):
                await asyncio.sleep(0.02)
        return rows[0]


def whatsapp_message(
    content: dict[str, JsonValue],
    *,
    phone: str = CUSTOMER,
    jid: str | None = None,
    message_id: str | None = None,
    from_me: bool = False,
    sent_at: datetime | None = None,
    name: str = "Cliente",
    **key: JsonValue,
) -> dict[str, JsonValue]:
    """A WAMessage as Baileys gives it."""
    return {
        "key": {
            "remoteJid": jid or f"{phone}@s.whatsapp.net",
            "fromMe": from_me,
            "id": message_id or f"3EB0{next(_numbers):016X}",
            **key,
        },
        "pushName": name,
        "messageTimestamp": int((sent_at or datetime.now(UTC)).timestamp()),
        "message": content,
    }


def upsert(*messages: JsonValue, late: bool = False) -> JsonValue:
    """A `messages.upsert` of these messages."""
    return {"event": "messages.upsert", "data": {"type": "append" if late else "notify", "messages": list(messages)}}


@asynccontextmanager
async def running_engine(
    database: Database,
    instances: Instances,
    keys: Keys,
    temporal: Client,
    database_url: str,
    *,
    settle_seconds: float = 0,
    model_timeout: float = 5,
    worker: bool = True,
    starting: Client | None = None,
    drawing: Drawing | None = None,
) -> AsyncIterator[Engine]:
    """An engine with a shop behind a fake bridge and the practice model.

    `starting` is what wakes are told through, where that is another client than the gateway's: one whose workflows are
    stepped.
    """
    bridge = Bridge()
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(database_url),
        auzap_secret_key=SecretStr(keys.fernet),
        auzap_task_queue=f"test-{uuid.uuid4().hex[:8]}",
        auzap_console_secure_cookies=False,
    )
    async with served(bridge) as bridge_url, running_practice_model() as model, local_client() as http:
        shop = await open_shop(
            database, instances, kind=InstanceKind.BAILEYS, base_url=bridge_url, settle_seconds=settle_seconds
        )
        bridge.token = shop.instance.api_token.get_secret_value()
        chat = ChatModel.connect(api_key=SecretStr("x"), base_url=model.base_url, timeout_seconds=model_timeout)
        activities = activities_of(database, instances, channels(http), chat, drawing)
        async with served(Plain(application(database, temporal, settings))) as gateway_url:
            engine = Engine(shop, bridge, model, database, temporal, gateway_url, http, settings)
            bridge.webhook_url = f"{gateway_url}/webhooks/baileys/{shop.instance.webhook_key}"
            bridge.webhook_token = shop.instance.webhook_token.get_secret_value()
            try:
                if worker:
                    async with worker_for(
                        temporal, activities, database=database, task_queue=settings.auzap_task_queue
                    ):
                        waking = Waking(database, starting or temporal, task_queue=settings.auzap_task_queue)
                        taking = asyncio.create_task(waking.run(database_url))
                        yield engine
                        taking.cancel()
                else:
                    yield engine
            finally:
                bridge.faults.release()
        await chat.close()

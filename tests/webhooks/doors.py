"""A shop's webhook address as its provider uses it, and what Temporal was given through it."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from pydantic import JsonValue
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.addresses import address_from_jid, conversation_key
from domain.events import InboundMessage
from domain.instances import InstanceKind
from storage.instances import Instances
from temporal import DATA_CONVERTER
from tests.engine import Engine
from tests.shops import CUSTOMER, Shop, open_shop
from workflows.ids import conversation_workflow_id


@dataclass(frozen=True)
class Door:
    """One shop's address at the gateway."""

    engine: Engine
    shop: Shop

    @property
    def url(self) -> str:
        """Where the provider posts."""
        instance = self.shop.instance
        return f"{self.engine.gateway_url}/webhooks/{instance.kind}/{instance.webhook_key}"

    @property
    def token(self) -> str:
        """What the provider shows."""
        return self.shop.instance.webhook_token.get_secret_value()

    async def post(
        self, body: JsonValue | bytes, headers: Mapping[str, str] | None = None, *, path: str = ""
    ) -> httpx.Response:
        """Post `body`, as JSON unless it is bytes, with the token as bearer unless `headers` say otherwise."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        shown = {"authorization": f"Bearer {self.token}"} if headers is None else dict(headers)
        return await self.engine.http.post(self.url + path, content=raw, headers=shown)

    async def post_signed(self, body: JsonValue, *, secret: str | None = None) -> httpx.Response:
        """Post `body` as Meta does."""
        raw = json.dumps(body).encode()
        return await self.post(raw, {"x-hub-signature-256": self.signature(raw, secret)})

    def signature(self, raw: bytes, secret: str | None = None) -> str:
        """Meta's signature of `raw`, with the shop's app secret unless another is given."""
        key = self.shop.instance.app_secret.get_secret_value() if secret is None else secret
        return "sha256=" + hmac.new(key.encode(), raw, hashlib.sha256).hexdigest()

    def workflow_id(self, jid: str = CUSTOMER) -> str:
        """The id of the conversation of an address that is not known yet."""
        address = address_from_jid(jid)
        assert address is not None
        return conversation_workflow_id(
            conversation_key(self.engine.settings.id_secret, self.shop.instance.id, address)
        )

    async def taken(self, jid: str = CUSTOMER) -> list[InboundMessage]:
        """The messages of an address that Temporal has, in its order. For engines without a worker."""
        return await signalled(self.engine.temporal, self.workflow_id(jid))

    async def texts(self, jid: str = CUSTOMER) -> list[str]:
        """The texts of `taken`."""
        return [message.text for message in await self.taken(jid)]


async def door_of(
    engine: Engine,
    instances: Instances,
    kind: InstanceKind,
    *,
    external_id: str | None = None,
    base_url: str = "http://127.0.0.1:9",
) -> Door:
    """A further shop of that kind in the engine's database."""
    shop = await open_shop(engine.database, instances, kind=kind, external_id=external_id, base_url=base_url)
    return Door(engine, shop)


async def signalled(client: Client, workflow_id: str) -> list[InboundMessage]:
    """The messages signalled to a workflow; none when there is no such workflow."""
    try:
        history = await client.get_workflow_handle(workflow_id).fetch_history()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return []
        raise
    return [
        DATA_CONVERTER.payload_converter.from_payloads(
            event.workflow_execution_signaled_event_attributes.input.payloads, [InboundMessage]
        )[0]
        for event in history.events
        if event.HasField("workflow_execution_signaled_event_attributes")
    ]

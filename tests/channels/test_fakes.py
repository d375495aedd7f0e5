"""The fakes speak what the parsers read: each webhook they deliver is received over HTTP and understood."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI, Request, Response
from pydantic import JsonValue

from channels import baileys, cloud, evolution
from channels.reading import decoded
from domain.events import (
    ChannelEvent,
    ConnectionChanged,
    ConnectionState,
    DeliveryStatus,
    MessageReceived,
    ShopMessageSeen,
    StatusChanged,
)
from tests.fakes.bridge import Bridge
from tests.fakes.cloud_api import CloudApi
from tests.fakes.evolution_api import EvolutionApi, EvolutionInstance
from tests.fakes.faults import Faults
from tests.fakes.record import SentText
from tests.fakes.serving import served

JID = "5511987654321@s.whatsapp.net"
SENT = SentText("3EB0E1", "petshop", JID, "Até amanhã!", 1763640000, {"biz_opaque_callback_data": "ref-1"})


class Gateway:
    """Stands in for the gateway: keeps the path, headers and body of each webhook."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.url = ""
        self.app = FastAPI()
        self.app.post("/{path:path}")(self._keep)

    async def _keep(self, path: str, request: Request) -> Response:
        self.got.append((path, dict(request.headers), await request.body()))
        return Response(status_code=202)


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    """A running stand-in for the gateway."""
    fake = Gateway()
    async with served(fake) as fake.url:
        yield fake


async def test_evolution_delivers_what_the_parser_reads(gateway: Gateway) -> None:
    """Messages, echoes, typing on the phone, statuses and connection changes, with the configured headers."""
    shop = EvolutionInstance("petshop", webhook_url=gateway.url + "/hook", webhook_headers={"x-token": "t"})
    fake = EvolutionApi(shop)
    answer = await fake.deliver_message(JID, "oi", alt="123456789@lid")
    await fake.deliver_typed_on_phone(JID, "Oi, aqui é a Ana")
    await fake.deliver_echo(SENT)
    await fake.deliver_status("3EB0E1", "READ")
    await fake.deliver_connection("close")
    shop.webhook_by_events = True
    await fake.deliver_message(JID, "oi de novo")
    assert answer.status_code == 202
    assert [path for path, _, _ in gateway.got] == ["hook"] * 5 + ["hook/messages-upsert"]
    assert all(headers["x-token"] == "t" for _, headers, _ in gateway.got)
    events: list[ChannelEvent] = []
    for _, _, raw in gateway.got:
        events += evolution.parse(decoded(raw), event_from_path=None, received_at=datetime.now(UTC))
    received, typed, echo, status, connection, again = events
    assert isinstance(received, MessageReceived)
    assert (received.message.text, len(received.message.addresses)) == ("oi", 2)
    assert isinstance(typed, ShopMessageSeen)
    assert isinstance(echo, ShopMessageSeen)
    assert (echo.provider_message_id, echo.text) == ("3EB0E1", "Até amanhã!")
    assert status == StatusChanged(provider_message_id="3EB0E1", status=DeliveryStatus.READ)
    assert connection == ConnectionChanged(state=ConnectionState.CLOSE)
    assert isinstance(again, MessageReceived)


async def test_the_cloud_api_delivers_signed_webhooks(gateway: Gateway) -> None:
    """Its signature is accepted, and our reference comes back in a status."""
    fake = CloudApi(webhook_url=gateway.url)
    await fake.deliver_message("553187650006", "oi", provider_id="wamid.1")
    await fake.deliver_status(SENT, "delivered")
    events: list[ChannelEvent] = []
    for _, headers, raw in gateway.got:
        assert cloud.verified_signature(b"app-secret", raw, headers["x-hub-signature-256"])
        ((number, found),) = cloud.parse(decoded(raw), received_at=datetime.now(UTC))
        assert number == fake.phone_number_id
        events += found
    received, status = events
    assert isinstance(received, MessageReceived)
    assert isinstance(status, StatusChanged)
    assert (status.our_reference, status.status) == ("ref-1", DeliveryStatus.DELIVERED)


async def test_a_bridge_delivers_baileys_events(gateway: Gateway) -> None:
    """Its webhook carries the token and Baileys' own shape."""
    fake = Bridge(webhook_url=gateway.url, webhook_token="t")
    message: JsonValue = {"key": {"id": "B1", "remoteJid": JID, "fromMe": False}, "message": {"conversation": "oi"}}
    await fake.deliver("messages.upsert", {"type": "notify", "messages": [message]})
    ((_, headers, raw),) = gateway.got
    assert headers["authorization"] == "Bearer t"
    (event,) = baileys.parse(decoded(raw), received_at=datetime.now(UTC))
    assert isinstance(event, MessageReceived)

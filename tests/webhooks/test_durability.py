"""200 only when durable: what the gateway answers while the database or Temporal is away."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from temporalio.client import Client

from dev.postgres import DatabaseUrls
from domain.instances import InstanceKind
from storage.database import Database
from storage.instances import Instances
from temporal import DATA_CONVERTER
from tests.conftest import Keys
from tests.engine import Engine, running_engine, upsert, whatsapp_message
from tests.webhooks.bodies import Json, evolution_body, written
from tests.webhooks.doors import Door, door_of, signalled
from tests.webhooks.wire import Wire, wire_to


@pytest.fixture
async def to_temporal(temporal_client: Client) -> AsyncIterator[Wire]:
    """The gateway's way to Temporal."""
    host, _, port = temporal_client.service_client.config.target_host.rpartition(":")
    async with wire_to(host, int(port)) as wire:
        yield wire


@pytest.fixture
async def to_postgres(database_urls: DatabaseUrls) -> AsyncIterator[Wire]:
    """The gateway's way to the database."""
    target = urlsplit(database_urls.app)
    async with wire_to(str(target.hostname), int(target.port or 0)) as wire:
        yield wire


@pytest.fixture
async def engine(
    to_temporal: Wire, to_postgres: Wire, instances: Instances, keys: Keys, database_urls: DatabaseUrls
) -> AsyncIterator[Engine]:
    """A gateway whose wires can be cut; it starts without a connection to Temporal, as the process does."""
    url = to_postgres.instead_in(database_urls.app)
    database = await Database.connect(url, max_size=4)
    client = await Client.connect(to_temporal.address, data_converter=DATA_CONVERTER, lazy=True)
    async with running_engine(database, instances, keys, client, url, worker=False) as running:
        yield running
    await database.close()


async def _texts(door: Door, temporal_client: Client) -> list[str]:
    return [message.text for message in await signalled(temporal_client, door.workflow_id())]


@pytest.mark.parametrize("connected_before", [False, True])
async def test_temporal_away_is_503_and_the_repetition_is_taken(
    engine: Engine,
    bridge: Door,
    to_temporal: Wire,
    temporal_client: Client,
    connected_before: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not taken means 503, whether Temporal went away or was never there; the same body is taken when it is back."""
    monkeypatch.setattr("webhooks.intake._TEMPORAL_SECONDS", 0.5)
    monkeypatch.setattr("gateway._HEALTH_SECONDS", 0.5)
    before = []
    if connected_before:
        assert (await bridge.post(upsert(written("antes")))).status_code == 200
        before = ["antes"]
    body = upsert(written("Oi", message_id="3EB0REPEATED"))
    await to_temporal.cut()
    away = await bridge.post(body)
    assert (away.status_code, away.json()["error"]) == (503, "temporal_away")
    assert away.headers["retry-after"] == "5"
    health = await engine.http.get(f"{engine.gateway_url}/health")
    assert (health.status_code, health.json()) == (503, {"status": "away", "away": ["temporal"]})
    assert await _texts(bridge, temporal_client) == before
    await to_temporal.mend()
    monkeypatch.undo()
    assert (await bridge.post(body)).status_code == 200
    assert await _texts(bridge, temporal_client) == [*before, "Oi"]
    health = await engine.http.get(f"{engine.gateway_url}/health")
    assert (health.status_code, health.json()) == (200, {"status": "ok", "away": []})


async def test_a_known_shops_message_is_taken_without_the_database(
    engine: Engine, bridge: Door, to_postgres: Wire
) -> None:
    """Temporal alone makes a message durable, so the database may be away, for as long as the shop is remembered."""
    assert (await bridge.post(upsert(written("antes")))).status_code == 200
    await to_postgres.cut()
    assert (await bridge.post(upsert(written("durante")))).json()["accepted"] == 1
    assert await bridge.texts() == ["antes", "durante"]
    health = await engine.http.get(f"{engine.gateway_url}/health")
    assert (health.status_code, health.json()["away"]) == (503, ["database"])


async def test_what_needs_the_database_is_503_while_it_is_away(
    engine: Engine, instances: Instances, to_postgres: Wire
) -> None:
    """A shop nobody remembers, a status, an unreadable event: come again; and then they are taken."""
    known = await door_of(engine, instances, InstanceKind.EVOLUTION, external_id="petshop")
    unknown = await door_of(engine, instances, InstanceKind.BAILEYS)
    await known.post(evolution_body("messages.upsert", written("antes")))
    status: Json = {"keyId": "3EB0SENT", "remoteJid": "1@lid", "fromMe": True, "status": "READ"}
    bodies = (evolution_body("messages.update", status), evolution_body("messages.upsert", [{"key": {}}]))
    await to_postgres.cut()
    for body in bodies:
        away = await known.post(body)
        assert (away.status_code, away.json()["error"]) == (503, "database_away")
    first = await unknown.post(upsert(written("Oi")))
    assert (first.status_code, first.json()["error"]) == (503, "database_away")
    await to_postgres.mend()
    assert [(await known.post(body)).status_code for body in bodies] == [200, 200]
    assert (await unknown.post(upsert(written("Oi")))).status_code == 200
    async with engine.database.tenant(known.shop.organization_id) as tenant:
        assert await tenant.fetchval("select status from delivery_receipts") == "read"
        assert await tenant.fetchval("select count(*) from dead_letters") == 1


async def test_an_event_that_fails_as_no_other_does_is_kept(
    bridge: Door, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug in one event's handling costs neither the others of the body nor the event: it is a dead letter."""

    async def broken(*_: object) -> bool:
        raise ValueError("nobody foresaw this")

    monkeypatch.setattr("webhooks.intake.outbox.claim_echo", broken)
    typed = whatsapp_message({"conversation": "da loja"}, from_me=True, phone="5511999990007")
    response = await bridge.post(upsert(typed, written("Oi")))
    assert (response.status_code, response.json()) == (200, {"accepted": 1, "ignored": {}, "kept": 1})
    assert await bridge.texts() == ["Oi"]
    async with engine.database.tenant(bridge.shop.organization_id) as tenant:
        letter = await tenant.fetchrow("select error, payload from dead_letters")
    assert letter is not None
    assert letter["error"] == "ValueError"
    assert "da loja" in letter["payload"]

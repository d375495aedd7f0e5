"""What the gateway refuses, and whether the provider is to come again."""

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from domain.instances import InstanceKind
from storage.instances import Instances
from tests.engine import Engine, upsert
from tests.webhooks.bodies import evolution_body, written
from tests.webhooks.doors import Door, door_of

MEGABYTE = 1_048_576


@pytest.mark.parametrize("kind", ["evolution", "baileys", "practice", "cloud"])
async def test_an_unknown_instance_may_come_to_be_known(engine: Engine, kind: str) -> None:
    """503: during the set-up of a shop, the message that came too early is not lost."""
    for key in ("nobody", "a" * 300, "%00", "%ff", "%F0%9F%90%BE", "a%2Fb"):
        response = await engine.http.post(f"{engine.gateway_url}/webhooks/{kind}/{key}", json={})
        assert response.status_code in (503, 404 if key == "a%2Fb" else 503)
        assert response.json().keys() == {"error", "message"}


async def test_an_address_of_another_kind_is_unknown(bridge: Door, evolution: Door) -> None:
    """A bridge's key opens nothing at Evolution's path, and the other way round."""
    engine = bridge.engine
    for path in (f"evolution/{bridge.shop.instance.webhook_key}", f"baileys/{evolution.shop.instance.webhook_key}"):
        response = await engine.http.post(
            f"{engine.gateway_url}/webhooks/{path}", json=upsert(written("Oi")), headers={"apikey": bridge.token}
        )
        assert (response.status_code, response.json()["error"]) == (503, "unknown_instance")


async def test_an_inactive_instance_is_unknown(engine: Engine, instances: Instances) -> None:
    """Switched off, a shop's address answers as if it were not there yet."""
    door = await door_of(engine, instances, InstanceKind.BAILEYS)
    async with engine.database.tenant(door.shop.organization_id) as tenant:
        await instances.save(tenant, door.shop.instance.model_copy(update={"is_active": False}))
    assert (await door.post(upsert(written("Oi")))).status_code == 503


@pytest.mark.parametrize("declared", [True, False])
async def test_two_megabytes_are_413(bridge: Door, evolution: Door, cloud: Door, declared: bool) -> None:
    """Too large is too large, whether the length was announced or the body just goes on."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(32):
            yield b" " * 65_536

    for door in (bridge, evolution, cloud):
        response = await door.engine.http.post(
            door.url,
            content=b" " * 2 * MEGABYTE if declared else endless(),
            headers={"authorization": f"Bearer {door.token}"},
        )
        assert (response.status_code, response.json()["error"]) == (413, "too_large")


NOT_JSON = (
    b"",
    b"oi",
    b"{",
    b"\xff\xfe\xfd",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"NaN",
    b'{"event": "messages.upsert", "data": NaN}',
    b"1" * 5_000,
)
OF_ANOTHER_SHAPE = (
    b"null",
    b"42",
    b'"oi"',
    b"[]",
    b"{}",
    b'{"event": {"a": 1}}',
    b'{"event": "messages.upsert"}',
    b'{"event": "messages.upsert", "data": "oi"}',
)


@pytest.mark.parametrize(
    ("bodies", "error"), [(NOT_JSON, "not_json"), (OF_ANOTHER_SHAPE, "unreadable")], ids=["no JSON", "another shape"]
)
async def test_what_can_never_be_read_is_422(
    bridge: Door, evolution: Door, bodies: tuple[bytes, ...], error: str
) -> None:
    """No JSON, or JSON of another shape: repeating it would not help, and the answer says what is wrong."""
    for raw in bodies:
        for door in (bridge, evolution):
            response = await door.post(raw)
            assert (raw[:50], response.status_code, response.json()["error"]) == (raw[:50], 422, error)
            assert response.json()["message"]


async def test_other_methods_and_paths_are_refused_in_the_same_shape(engine: Engine, bridge: Door) -> None:
    """404 and 405 say `{error, message}` as all refusals do; nothing of the framework shows."""
    for method, url, status in (
        ("GET", bridge.url, 405),
        ("PUT", bridge.url, 405),
        ("POST", f"{engine.gateway_url}/webhooks", 404),
        ("POST", f"{engine.gateway_url}/webhooks/telegram/x", 404),
        ("GET", f"{engine.gateway_url}/", 404),
    ):
        response = await engine.http.request(method, url)
        assert response.status_code == status
        assert response.json().keys() == {"error", "message"}


async def test_a_body_that_breaks_off_is_not_taken(bridge: Door) -> None:
    """A connection that ends in the middle of a body leaves nothing behind, and the gateway goes on."""
    target = urlsplit(bridge.url)
    raw = json.dumps(upsert(written("Oi"))).encode()
    _, writer = await asyncio.open_connection(target.hostname, target.port)
    head = f"POST {target.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bridge.token}\r\n"
    writer.write(f"{head}Content-Length: {len(raw)}\r\n\r\n".encode() + raw[:-5])
    await writer.drain()
    await asyncio.sleep(0.02)
    writer.transport.abort()
    assert (await bridge.post(upsert(written("inteira")))).status_code == 200
    assert await bridge.texts() == ["inteira"]


async def test_a_body_that_does_not_arrive_in_time_is_408(bridge: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can hold connections open by sending nothing; 408 is a status that providers come again after."""
    monkeypatch.setattr("webhooks.routes._BODY_SECONDS", 0.05)
    target = urlsplit(bridge.url)
    reader, writer = await asyncio.open_connection(target.hostname, target.port)
    writer.write(f"POST {target.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{{".encode())
    assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 408")
    writer.close()


async def test_a_shop_whose_secrets_do_not_open_is_503(evolution: Door) -> None:
    """A lost key is an operator's matter: until it is back, messages are to come again."""
    owner_changes = "update whatsapp_instances set secrets = 'rubbish' where id = $1"
    async with evolution.engine.database.tenant(evolution.shop.organization_id) as tenant:
        await tenant.execute(owner_changes, evolution.shop.instance.id)
    response = await evolution.post(evolution_body("messages.upsert", written("Oi")))
    assert (response.status_code, response.json()["error"]) == (503, "misconfigured")


async def test_a_refusal_is_logged_with_whose_it_is(bridge: Door) -> None:
    """The shop's ids where the address was known, and no long part of the address: that could be a token."""
    key, instance = bridge.shop.instance.webhook_key, bridge.shop.instance
    with capture_logs() as logs:
        await bridge.engine.http.post(bridge.url, json={}, headers={"authorization": "Bearer wrong"})
        await bridge.engine.http.post(f"{bridge.engine.gateway_url}/webhooks/baileys/{'s' * 40}", json={})
    known, unknown = (line for line in logs if line["event"] == "[BAILEYS] Webhook refused")
    assert (known["status"], known["organizationId"], known["instanceId"]) == (
        401,
        str(instance.organization_id),
        str(instance.id),
    )
    assert (unknown["status"], unknown["path"]) == (503, "/webhooks/baileys/ssssss…")
    assert key not in str(logs)


@pytest.mark.parametrize(("method", "path", "status"), [("POST", "/webhooks/nope/x", 404), ("PUT", "", 405)])
async def test_a_wrong_address_is_logged(bridge: Door, method: str, path: str, status: int) -> None:
    """A provider that was given a wrong address would otherwise knock unheard."""
    url = f"{bridge.engine.gateway_url}{path}" if path else bridge.url
    with capture_logs() as logs:
        response = await bridge.engine.http.request(method, url, json={})
    assert response.status_code == status
    assert [line["status"] for line in logs if line["event"] == "[BAILEYS] No such address"] == [status]

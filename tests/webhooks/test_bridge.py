"""A Baileys bridge's webhooks at the gateway, the seeds' job, and the practice phone's."""

import asyncio
import json
from urllib.parse import urlsplit

import pytest
from pydantic import JsonValue
from structlog.testing import capture_logs

from domain.instances import InstanceKind
from storage.instances import Instances
from tests.engine import Engine, upsert, whatsapp_message
from tests.webhooks.bodies import Json, written
from tests.webhooks.doors import Door, door_of


@pytest.mark.parametrize("kind", [InstanceKind.BAILEYS, InstanceKind.PRACTICE])
async def test_a_bridges_message_is_taken(engine: Engine, instances: Instances, kind: InstanceKind) -> None:
    """Baileys' own event, of a bridge and of the practice phone, is in Temporal before the answer."""
    door = await door_of(engine, instances, kind)
    response = await door.post(upsert(written("Oi")))
    assert (response.status_code, response.json()["accepted"]) == (200, 1)
    assert await door.texts() == ["Oi"]


async def test_the_token_may_come_in_the_body(bridge: Door) -> None:
    """A bridge that cannot set headers puts it into `webhookVerifyToken`."""
    event = upsert(written("Oi"))
    assert isinstance(event, dict)
    assert (await bridge.post({**event, "webhookVerifyToken": bridge.token}, {})).status_code == 200
    wrongs: list[JsonValue] = [bridge.token + "x", "", None, [bridge.token], {"a": bridge.token}, "\ud800"]
    for wrong in wrongs:
        assert (await bridge.post({**event, "webhookVerifyToken": wrong}, {})).status_code == 401
    assert (await bridge.post(event, {})).status_code == 401
    assert len(await bridge.taken()) == 1


async def test_a_stranger_learns_nothing_from_a_broken_body(bridge: Door) -> None:
    """Without the token, a body that is no JSON is 401 like any other."""
    assert (await bridge.post(b"{", {})).status_code == 401
    assert (await bridge.post(b"", {})).status_code == 401


def _job(bridge: Door, **changed: JsonValue) -> Json:
    ids: Json = {
        "organizationId": str(bridge.shop.organization_id),
        "instanceId": str(bridge.shop.instance.id),
        "message": written("Oi da fila"),
    }
    return ids | changed


async def test_the_seeds_job_is_taken(bridge: Door) -> None:
    """`{organizationId, instanceId, message}` of this very instance is a message."""
    assert (await bridge.post(_job(bridge))).json() == {"accepted": 1, "ignored": {}, "kept": 0}
    assert await bridge.texts() == ["Oi da fila"]


async def test_a_job_of_another_shop_is_ignored_with_its_reason(bridge: Door, evolution: Door) -> None:
    """Ids in a body never open another shop: neither there nor here is anything taken."""
    for foreign in (
        {"organizationId": str(evolution.shop.organization_id)},
        {"instanceId": str(evolution.shop.instance.id)},
        {"organizationId": "org-456", "instanceId": "inst-1"},
    ):
        with capture_logs() as logs:
            response = await bridge.post(_job(bridge, **foreign))
        assert (response.status_code, response.json()["ignored"]) == (200, {"not_ours": 1})
        assert "[BAILEYS] Job of another instance ignored" in [line["event"] for line in logs]
    assert await bridge.taken() == []
    assert await evolution.taken() == []


async def test_two_contacts_in_one_batch_have_a_conversation_each(bridge: Door) -> None:
    """Baileys hands several people's messages over at once."""
    response = await bridge.post(upsert(written("A", phone="5511911110001"), written("B", phone="5511911110002")))
    assert response.json()["accepted"] == 2
    assert await bridge.texts("5511911110001") == ["A"]
    assert await bridge.texts("5511911110002") == ["B"]


async def test_messages_posted_side_by_side_keep_their_order(bridge: Door) -> None:
    """Twenty requests that are all under way at once arrive in the conversation as they came to the gateway."""
    target = urlsplit(bridge.url)
    lines = [await asyncio.open_connection(target.hostname, target.port) for _ in range(20)]
    for number, (_, writer) in enumerate(lines):
        raw = json.dumps(upsert(written(str(number)))).encode()
        head = f"POST {target.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bridge.token}\r\n"
        writer.write(f"{head}Content-Length: {len(raw)}\r\nConnection: close\r\n\r\n".encode() + raw)
        await asyncio.sleep(0)  # the gateway shares this loop: it is let in between, and finishes none meanwhile
    answers = [await reader.read() for reader, _ in lines]
    for _, writer in lines:
        writer.close()
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
    assert await bridge.texts() == [str(number) for number in range(20)]


@pytest.mark.parametrize(
    ("jid", "reason"),
    [
        ("120363000000000001@g.us", "group"),
        ("status@broadcast", "status_broadcast"),
        ("120363000000000002@newsletter", "newsletter"),
    ],
)
async def test_what_is_ignored_is_logged_with_its_reason(bridge: Door, jid: str, reason: str) -> None:
    """Nothing is dropped in silence: the answer and a log line, with the shop's id, say why."""
    with capture_logs() as logs:
        response = await bridge.post(upsert(whatsapp_message({"conversation": "Oi"}, jid=jid)))
    assert response.json() == {"accepted": 0, "ignored": {reason: 1}, "kept": 0}
    (line,) = [line for line in logs if line["event"] == "[BAILEYS] Event ignored"]
    assert (line["reason"], line["organizationId"]) == (reason, str(bridge.shop.organization_id))

"""Meta's Cloud API at the gateway."""

import json

import pytest

from domain.instances import InstanceKind
from storage.instances import Instances
from tests.engine import Engine
from tests.shops import CUSTOMER
from tests.webhooks.bodies import Json, cloud_body, cloud_change, cloud_text
from tests.webhooks.doors import Door, door_of

NUMBER = "200000000000001"


async def test_the_challenge_comes_back_as_plain_text(cloud: Door) -> None:
    """Meta's verification is answered for the right token only."""
    asked = {"hub.mode": "subscribe", "hub.verify_token": cloud.token, "hub.challenge": "1158201444"}
    right = await cloud.engine.http.get(cloud.url, params=asked)
    assert (right.status_code, right.text) == (200, "1158201444")
    assert right.headers["content-type"].startswith("text/plain")
    for change in ({"hub.verify_token": "wrong"}, {"hub.verify_token": ""}, {"hub.mode": "unsubscribe"}):
        assert (await cloud.engine.http.get(cloud.url, params=asked | change)).status_code == 401
    assert (await cloud.engine.http.get(cloud.url)).status_code == 401


async def test_a_signed_message_is_taken(cloud: Door) -> None:
    """What Meta signed with the app secret is in Temporal before the answer."""
    response = await cloud.post_signed(cloud_body(cloud_change(NUMBER, messages=[cloud_text("Oi")])))
    assert (response.status_code, response.json()["accepted"]) == (200, 1)
    assert await cloud.texts() == ["Oi"]


async def test_nothing_unsigned_is_taken(cloud: Door) -> None:
    """A wrong, missing, cut or foreign signature is 401, and so is the token that would open other channels."""
    raw = json.dumps(cloud_body(cloud_change(NUMBER, messages=[cloud_text("Oi")]))).encode()
    right = cloud.signature(raw)
    for headers in (
        {},
        {"x-hub-signature-256": cloud.signature(raw, "another secret")},
        {"x-hub-signature-256": cloud.signature(raw + b" ")},
        {"x-hub-signature-256": right[:-1]},
        {"x-hub-signature-256": right.removeprefix("sha256=")},
        {"x-hub-signature-256": "sha256="},
        {"authorization": f"Bearer {cloud.token}"},
    ):
        assert (await cloud.post(raw, headers)).status_code == 401
    assert await cloud.taken() == []
    assert (await cloud.post(raw, {"x-hub-signature-256": right})).status_code == 200


async def test_numbers_of_one_app_share_a_body(engine: Engine, instances: Instances, cloud: Door) -> None:
    """Each number's messages go to its own shop, whichever address the body came to."""
    second = await door_of(engine, instances, InstanceKind.CLOUD, external_id="200000000000002")
    await _same_app(second, cloud, instances)
    body = cloud_body(
        cloud_change(NUMBER, messages=[cloud_text("para a primeira", message_id="wamid.1")]),
        cloud_change("200000000000002", messages=[cloud_text("para a segunda", message_id="wamid.2")]),
    )
    response = await cloud.post_signed(body)
    assert (response.status_code, response.json()["accepted"]) == (200, 2)
    assert (await cloud.texts(), await second.texts()) == (["para a primeira"], ["para a segunda"])


async def test_another_apps_number_is_not_spoken_for(engine: Engine, instances: Instances, cloud: Door) -> None:
    """One shop's app secret signs nothing for another shop's number; the shop's own messages are taken all the same."""
    other = await door_of(engine, instances, InstanceKind.CLOUD, external_id="200000000000002")
    body = cloud_body(
        cloud_change("200000000000002", messages=[cloud_text("roubado", message_id="wamid.2")]),
        cloud_change(NUMBER, messages=[cloud_text("minha", message_id="wamid.1")]),
    )
    response = await cloud.post_signed(body)
    assert (response.status_code, response.json()["error"]) == (503, "unknown_instance")
    assert (await cloud.texts(), await other.texts()) == (["minha"], [])


async def test_statuses_and_broken_entries_are_kept(cloud: Door) -> None:
    """A status is durable, a change that cannot be read is a dead letter, and the message beside them is taken."""
    status: Json = {"id": "wamid.S", "status": "delivered", "timestamp": "1763800000", "recipient_id": CUSTOMER}
    body = cloud_body(
        cloud_change(NUMBER, statuses=[status]), cloud_change(NUMBER, messages=[cloud_text("Oi"), {"type": "text"}])
    )
    response = await cloud.post_signed(body)
    assert (response.status_code, response.json()) == (200, {"accepted": 2, "ignored": {}, "kept": 1})
    async with cloud.engine.database.tenant(cloud.shop.organization_id) as tenant:
        assert await tenant.fetchval("select status from delivery_receipts") == "delivered"
        assert await tenant.fetchval("select error from dead_letters") == "the message's id is missing"


@pytest.mark.parametrize("body", [{}, {"object": "page", "entry": []}, {"object": "whatsapp_business_account"}, []])
async def test_what_is_not_metas_shape_is_422(cloud: Door, body: object) -> None:
    """Rightly signed, but nothing that could ever be read."""
    response = await cloud.post_signed(json.loads(json.dumps(body)))
    assert (response.status_code, response.json()["error"]) == (422, "unreadable")


async def _same_app(door: Door, of: Door, instances: Instances) -> None:
    """Give `door` the app secret of `of`."""
    sibling = door.shop.instance.model_copy(update={"app_secret": of.shop.instance.app_secret})
    async with door.engine.database.tenant(door.shop.organization_id) as tenant:
        await instances.save(tenant, sibling)

"""Webhooks from the practice phone to the gateway: order, retries, refusals, restarts."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from dev.practice_phone import Backoff, Connection, Delivery, PhoneClient, running_practice_phone
from dev.practice_phone.store import StateDirInUse, Store
from tests.dev.practice_phone.gateway_double import GatewayDouble, running_gateway
from tests.dev.practice_phone.shop import CUSTOMER, JID, QUICK, SHOP, TOKEN, register


async def _until_delivery(phone: PhoneClient, wanted: Delivery) -> None:
    async with asyncio.timeout(10):
        while [m.delivery for m in await phone.messages(SHOP, CUSTOMER)] != [wanted]:
            await asyncio.sleep(0.01)


async def test_a_customers_message_reaches_the_gateway_in_baileys_shape(
    phone: PhoneClient, gateway: GatewayDouble
) -> None:
    """What a customer types is posted to the shop's webhook with its token, as Baileys' own upsert."""
    message_id = await phone.type_message(SHOP, CUSTOMER, "Oi", name="Marina")
    await gateway.until(lambda seen: len(seen) == 1)
    [one] = gateway.accepted
    [message] = one.body["data"]["messages"]
    assert (one.webhook_key, one.authorization) == (SHOP, f"Bearer {TOKEN}")
    assert (one.body["event"], one.body["data"]["type"]) == ("messages.upsert", "notify")
    assert message["key"] == {"remoteJid": JID, "fromMe": False, "id": message_id}
    assert (message["pushName"], message["message"]) == ("Marina", {"conversation": "Oi"})
    assert isinstance(message["messageTimestamp"], int)
    assert len(message_id) == 20
    assert message_id == message_id.upper()


async def test_a_burst_arrives_in_order_one_at_a_time(phone: PhoneClient, gateway: GatewayDouble) -> None:
    """A chat's webhooks never overlap and never overtake, even when the gateway first answers 503 and 429."""
    gateway.answers.extend([503, 429, 503])
    gateway.hold_seconds = 0.01
    typed = [f"linha {number}" for number in range(8)]
    for text in typed:
        await phone.type_message(SHOP, CUSTOMER, text)
    await gateway.until(lambda seen: len(seen) == len(typed))
    assert gateway.texts() == typed
    assert gateway.busiest == 1
    assert [one.status for one in gateway.received[:4]] == [503, 429, 503, 200]


async def test_a_chat_that_waits_does_not_hold_up_another(phone: PhoneClient, gateway: GatewayDouble) -> None:
    """Order is kept a chat: a second customer's message passes while the first one's is being retried."""
    gateway.answers.append(503)
    await phone.type_message(SHOP, CUSTOMER, "espera")
    async with asyncio.timeout(10):
        while not gateway.received:
            await asyncio.sleep(0.01)
    await phone.type_message(SHOP, "5511999990002", "passa")
    await gateway.until(lambda seen: len(seen) == 2)
    assert sorted(gateway.texts()) == ["espera", "passa"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
async def test_a_refused_webhook_is_never_tried_again_and_is_shown(
    phone: PhoneClient, gateway: GatewayDouble, status: int
) -> None:
    """A status that Evolution API never retries drops the webhook, marks the message and shows the failure."""
    gateway.answers.append(status)
    await phone.type_message(SHOP, CUSTOMER, "recusada")
    await _until_delivery(phone, Delivery.REFUSED)
    await phone.type_message(SHOP, CUSTOMER, "seguinte")
    await gateway.until(lambda seen: len(seen) == 1)
    assert gateway.texts() == ["seguinte"]
    assert len(gateway.received) == 2
    [refusal] = (await phone.instance(SHOP)).refused
    assert (refusal.event, refusal.jid, refusal.reason) == ("messages.upsert", JID, f"HTTP {status}")


async def test_a_gateway_that_is_down_gets_the_message_when_it_is_up(tmp_path: Path) -> None:
    """Network errors are retried, and the page's view says that something waits meanwhile."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    async with running_practice_phone(gateway_url=url, state_dir=tmp_path, backoff=QUICK) as phone:
        await register(phone)
        await phone.type_message(SHOP, CUSTOMER, "cedo demais")
        async with asyncio.timeout(10):
            while (waiting := await phone.instance(SHOP)).retrying == 0:
                await asyncio.sleep(0.01)
        assert waiting.trouble == "ConnectError"
        async with running_gateway(port) as gateway:
            await gateway.until(lambda seen: len(seen) == 1)
            assert gateway.texts() == ["cedo demais"]
            await _until_delivery(phone, Delivery.ACCEPTED)
        assert (await phone.instance(SHOP)).retrying == 0


async def test_a_restart_keeps_the_pending_queue_and_the_chats(gateway: GatewayDouble, tmp_path: Path) -> None:
    """What was not delivered before a restart is delivered after it, in order, and nothing typed is forgotten."""
    async with running_practice_phone(
        gateway_url="http://127.0.0.1:9", state_dir=tmp_path, backoff=Backoff(first=30)
    ) as phone:
        await register(phone)
        for text in ("um", "dois", "três"):
            await phone.type_message(SHOP, CUSTOMER, text, name="Marina")
    async with running_practice_phone(gateway_url=gateway.url, state_dir=tmp_path, backoff=QUICK) as phone:
        await gateway.until(lambda seen: len(seen) == 3)
        assert gateway.texts() == ["um", "dois", "três"]
        assert [message.text for message in await phone.messages(SHOP, CUSTOMER)] == ["um", "dois", "três"]


async def test_new_settings_end_the_wait_at_once(gateway: GatewayDouble, tmp_path: Path) -> None:
    """Registering a shop again with the right gateway delivers what waits, without sitting out the backoff."""
    async with running_practice_phone(
        gateway_url="http://127.0.0.1:9", state_dir=tmp_path, backoff=Backoff(first=300)
    ) as phone:
        await register(phone)
        await phone.type_message(SHOP, CUSTOMER, "oi")
        async with asyncio.timeout(10):
            while (await phone.instance(SHOP)).retrying == 0:
                await asyncio.sleep(0.01)
        await phone.register(
            SHOP, token=TOKEN, shop_name="Pet Feliz", shop_phone="5511988880000", gateway_url=gateway.url
        )
        await gateway.until(lambda seen: len(seen) == 1)


async def test_offline_messages_arrive_as_append_on_return(phone: PhoneClient, gateway: GatewayDouble) -> None:
    """While the shop's phone is offline nothing a customer types is posted; on return it comes as append, in order."""
    await phone.switch_connection(SHOP, Connection.CLOSE)
    for text in ("um", "dois"):
        await phone.type_message(SHOP, CUSTOMER, text)
    await gateway.until(lambda seen: len(seen) == 1)
    assert gateway.messages() == []
    assert (await phone.instance(SHOP)).held == 2
    await phone.switch_connection(SHOP, Connection.OPEN)
    await phone.type_message(SHOP, CUSTOMER, "três")
    await gateway.until(lambda seen: len(seen) == 5)
    upserts = [one.body["data"] for one in gateway.accepted if one.body["event"] == "messages.upsert"]
    assert [upsert["type"] for upsert in upserts] == ["append", "append", "notify"]
    assert gateway.texts() == ["um", "dois", "três"]
    updates = [one.body["data"] for one in gateway.accepted if one.body["event"] == "connection.update"]
    assert updates == [{"connection": "close"}, {"connection": "open"}]


def test_the_wait_doubles_up_to_half_a_minute() -> None:
    """The waits are Evolution-like: 0.5 s, doubling, never above 30 s, however long the gateway is away."""
    waits = [Backoff().before(failures) for failures in (1, 2, 3, 7, 8, 5000)]
    assert waits == [0.5, 1.0, 2.0, 30.0, 30.0, 30.0]


def test_one_phone_a_state_dir(tmp_path: Path) -> None:
    """A second phone on the same state is refused, since two would deliver everything twice."""
    first = Store(tmp_path)
    try:
        with pytest.raises(StateDirInUse):
            Store(tmp_path)
    finally:
        first.close()

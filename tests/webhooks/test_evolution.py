"""Evolution API's webhooks at the gateway."""

import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import JsonValue

from domain.ids import TurnId
from storage import outbox
from tests.shops import CUSTOMER
from tests.webhooks.bodies import evolution_body, written
from tests.webhooks.doors import Door

JID = f"{CUSTOMER}@s.whatsapp.net"


@pytest.mark.parametrize(
    ("event", "path"),
    [("messages.upsert", ""), ("messages.upsert", "/messages-upsert"), ("MESSAGES_UPSERT", "")],
)
async def test_a_message_is_durable_when_200_is_answered(evolution: Door, event: str, path: str) -> None:
    """With and without `webhookByEvents`, a message is in Temporal before the answer, with what the channel said."""
    response = await evolution.post(evolution_body(event, written("Oi, tudo bem?", message_id="3EB0A1")), path=path)
    assert (response.status_code, response.json()) == (200, {"accepted": 1, "ignored": {}, "kept": 0})
    (message,) = await evolution.taken()
    assert (message.text, message.provider_message_id, message.reply_to) == ("Oi, tudo bem?", "3EB0A1", JID)


async def test_our_own_send_is_an_echo_and_its_status_reaches_the_row(evolution: Door) -> None:
    """`send.message` of our reply starts nothing; `messages.update` moves the row forward and never back."""
    await evolution.post(evolution_body("messages.upsert", written("Oi")))
    engine, shop = evolution.engine, evolution.shop
    async with engine.database.tenant(shop.organization_id) as tenant:
        contact = await tenant.fetchval(
            "insert into contacts (organization_id, phone) values ($1, $2) returning id", shop.organization_id, CUSTOMER
        )
        conversation = await tenant.fetchval(
            """insert into conversations (organization_id, contact_id, whatsapp_instance_id, audience, conversation_key)
               values ($1, $2, $3, 'customer', repeat('0', 32)) returning id""",
            shop.organization_id,
            contact,
            shop.instance.id,
        )
        row = await tenant.fetchrow(
            """insert into messages (organization_id, conversation_id, whatsapp_instance_id, whatsapp_message_id,
                   direction, sender, content, status, address, turn_id, part)
               values ($1, $2, $3, '3EB0SENT', 'outbound', 'ai', 'Olá!', 'sent', $4, gen_random_uuid(), 0)
               returning turn_id""",
            shop.organization_id,
            conversation,
            shop.instance.id,
            JID,
        )
    assert row is not None
    echo: JsonValue = {
        "key": {"remoteJid": JID, "fromMe": True, "id": "3EB0SENT"},
        "message": {"conversation": "Olá!"},
        "messageTimestamp": int(time.time()),
    }
    echoed = await evolution.post(evolution_body("send.message", echo))
    assert echoed.json() == {"accepted": 0, "ignored": {"own_echo": 1}, "kept": 0}
    for status in ("READ", "DELIVERY_ACK"):
        data: JsonValue = {"keyId": "3EB0SENT", "remoteJid": "111222333444555@lid", "fromMe": True, "status": status}
        updated = await evolution.post(evolution_body("messages.update", data))
        assert updated.json()["accepted"] == 1
    async with engine.database.tenant(shop.organization_id) as tenant:
        (message,) = await outbox.of_turn(tenant, TurnId(row["turn_id"]))
    assert message.status == "read"


async def test_the_connection_of_the_number_is_noted(evolution: Door) -> None:
    """`connection.update` is in the instance's row."""
    body = evolution_body("connection.update", {"instance": "petshop", "state": "close", "statusReason": 401})
    assert (await evolution.post(body)).json()["accepted"] == 1
    async with evolution.engine.database.tenant(evolution.shop.organization_id) as tenant:
        state = await tenant.fetchval(
            "select connection_state from whatsapp_instances where id = $1", evolution.shop.instance.id
        )
    assert state == "close"


async def test_another_instances_body_is_not_taken_at_this_address(evolution: Door) -> None:
    """One address for all instances of a server would mix the shops' customers: it is refused, and can come again."""
    response = await evolution.post(evolution_body("messages.upsert", written("Oi"), instance="outra-loja"))
    assert (response.status_code, response.json()["error"]) == (503, "other_instance")
    assert await evolution.taken() == []


@pytest.mark.parametrize("header", ["authorization", "apikey", "x-webhook-token"])
async def test_the_token_may_come_in_any_of_three_headers(evolution: Door, header: str) -> None:
    """Right it opens, wrong it is 401."""
    prefix = "Bearer " if header == "authorization" else ""
    body = evolution_body("messages.upsert", written("Oi"))
    assert (await evolution.post(body, {header: prefix + evolution.token + "x"})).status_code == 401
    assert (await evolution.post(body, {header: prefix.strip()})).status_code == 401
    assert (await evolution.post(body, {header: prefix + evolution.token})).status_code == 200


async def test_no_token_and_the_key_in_the_body_are_refused(evolution: Door) -> None:
    """Evolution's own `apikey` in the envelope opens nothing, not even when it is the webhook's token."""
    body = evolution_body("messages.upsert", written("Oi")) | {"apikey": evolution.token}
    response = await evolution.post(body, {})
    assert response.status_code == 401
    assert response.json() == {"error": "unauthorized", "message": "the token or signature is missing or wrong"}
    assert await evolution.taken() == []


def _jwt(key: str, *, algorithm: str = "HS256", issued: float = 0) -> str:
    claims = {"iat": int(time.time() + issued), "exp": int(time.time() + issued) + 600, "app": "evolution"}
    return jwt.encode(claims, key, algorithm=algorithm)


@pytest.mark.parametrize("issued", [0, 90, -1_500], ids=["fresh", "clock ahead", "repeated after an outage"])
async def test_a_jwt_signed_with_the_token_opens(evolution: Door, issued: float) -> None:
    """Evolution signs once for ten minutes and repeats for twenty; its clock may be ahead of ours."""
    bearer = {"authorization": f"Bearer {_jwt(evolution.token, issued=issued)}"}
    assert (await evolution.post(evolution_body("messages.upsert", written("Oi")), bearer)).status_code == 200


async def test_a_jwt_that_is_not_of_the_token_is_refused(evolution: Door) -> None:
    """Long expired, of another key, unsigned, signed with another algorithm, cut: 401."""
    rsa_key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    claims = {"exp": int(time.time()) + 600}
    refused = [
        _jwt(evolution.token, issued=-3_600),
        _jwt("0" * 40),
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode(claims, rsa_key, algorithm="RS256"),
        _jwt(evolution.token)[:-2],
        _jwt(evolution.token).rpartition(".")[0] + ".",
        "..",
        "a.b.c",
    ]
    body = evolution_body("messages.upsert", written("Oi"))
    answers = [(await evolution.post(body, {"authorization": f"Bearer {each}"})).status_code for each in refused]
    assert answers == [401] * len(refused)
    assert await evolution.taken() == []


async def test_one_broken_message_costs_no_other(evolution: Door) -> None:
    """The good ones of a batch are taken, the broken one is a dead letter, and the answer says so."""
    batch: JsonValue = [written("primeira"), {"key": {"id": "X"}, "message": {"conversation": "?"}}, written("segunda")]
    response = await evolution.post(evolution_body("messages.upsert", batch))
    assert (response.status_code, response.json()) == (200, {"accepted": 2, "ignored": {}, "kept": 1})
    assert await evolution.texts() == ["primeira", "segunda"]
    async with evolution.engine.database.tenant(evolution.shop.organization_id) as tenant:
        letter = await tenant.fetchrow("select source, payload, error from dead_letters")
    assert letter is not None
    assert letter["source"] == "webhook"
    assert letter["error"] == "key.remoteJid is missing"
    assert '"?"' in letter["payload"]
    again = await evolution.post(evolution_body("messages.upsert", batch))
    assert again.json()["kept"] == 1
    async with evolution.engine.database.tenant(evolution.shop.organization_id) as tenant:
        assert await tenant.fetchval("select count(*) from dead_letters") == 1

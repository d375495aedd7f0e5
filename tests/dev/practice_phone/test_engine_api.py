"""The engine's side: sends, repeats, echoes, statuses, refusals."""

from __future__ import annotations

from base64 import b64decode, b64encode

import httpx
import pytest

from dev.practice_phone import Author, Connection, Kind, PhoneClient
from tests.dev.practice_phone.gateway_double import GatewayDouble
from tests.dev.practice_phone.shop import CUSTOMER, JID, SHOP, TOKEN, register

PNG = b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256))).decode()
BODY = {"jid": JID, "text": "Oi, Marina!", "messageId": "AUZ1"}


async def test_a_send_is_shown_echoed_and_delivered(
    phone: PhoneClient, engine: httpx.AsyncClient, gateway: GatewayDouble
) -> None:
    """A sent message appears in the chat, comes back under the same id, and is acknowledged and delivered."""
    response = await engine.post("/messages", json=BODY)
    assert response.status_code == 201
    assert response.json() == {"key": {"remoteJid": JID, "fromMe": True, "id": "AUZ1"}, "status": 1}
    await gateway.until(lambda seen: len(seen) == 3)
    [echo] = gateway.messages()
    assert echo["key"] == {"remoteJid": JID, "fromMe": True, "id": "AUZ1"}
    assert gateway.accepted[0].body["data"]["type"] == "notify"
    assert gateway.statuses("AUZ1") == [2, 3]
    [shown] = await phone.messages(SHOP, CUSTOMER)
    assert (shown.id, shown.text, shown.author) == ("AUZ1", "Oi, Marina!", Author.ENGINE)


async def test_a_repeated_send_is_shown_once(
    phone: PhoneClient, engine: httpx.AsyncClient, gateway: GatewayDouble
) -> None:
    """The same messageId again answers 200 with the same body, even offline, and sends nothing."""
    first = await engine.post("/messages", json=BODY)
    await phone.switch_connection(SHOP, Connection.CLOSE)
    again = await engine.post("/messages", json=BODY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert len(await phone.messages(SHOP, CUSTOMER)) == 1
    await gateway.until(lambda seen: len(seen) == 4)
    assert len(gateway.messages()) == 1


async def test_opening_the_chat_reads_the_shops_messages(
    phone: PhoneClient, engine: httpx.AsyncClient, gateway: GatewayDouble
) -> None:
    """Reading tells status 4 once a message, and the look-up says so."""
    await engine.post("/messages", json=BODY)
    assert await phone.read(SHOP, CUSTOMER) == 1
    assert await phone.read(SHOP, CUSTOMER) == 0
    await gateway.until(lambda seen: len(seen) == 4)
    assert gateway.statuses("AUZ1") == [2, 3, 4]
    found = await engine.get("/messages/AUZ1")
    assert (found.status_code, found.json()["status"]) == (200, 4)
    assert found.json()["message"] == {"conversation": "Oi, Marina!"}
    assert (await engine.get("/messages/AUZ2")).status_code == 404


async def test_a_disconnected_phone_takes_nothing(phone: PhoneClient, engine: httpx.AsyncClient) -> None:
    """Switched offline, a send answers 503 and leaves no trace; back online it goes out."""
    await phone.switch_connection(SHOP, Connection.CLOSE)
    refused = await engine.post("/messages", json=BODY)
    assert (refused.status_code, refused.json()) == (503, {"error": "disconnected"})
    assert (await engine.get("/connection")).json() == {"state": "close"}
    assert await phone.messages(SHOP, CUSTOMER) == ()
    await phone.switch_connection(SHOP, Connection.OPEN)
    assert (await engine.get("/connection")).json() == {"state": "open"}
    assert (await engine.post("/messages", json=BODY)).status_code == 201


async def test_what_is_no_address_is_not_on_whatsapp(engine: httpx.AsyncClient) -> None:
    """A malformed address, a group and a broadcast answer 404."""
    arabic = f"{chr(0x663) * 9}@s.whatsapp.net"
    for jid in ("5511@s.whatsapp.net", "abc", "120363@g.us", "status@broadcast", f"{JID}\n", arabic):
        response = await engine.post("/messages", json=BODY | {"jid": jid})
        assert (response.status_code, response.json()) == (404, {"error": "not_on_whatsapp"}), jid


async def test_a_hidden_number_is_an_address(phone: PhoneClient, engine: httpx.AsyncClient) -> None:
    """Customers who write from a lid address are answered there."""
    response = await engine.post("/messages", json=BODY | {"jid": "123456789012345@lid"})
    assert response.status_code == 201
    assert len(await phone.messages(SHOP, "123456789012345@lid")) == 1


async def test_a_picture_is_shown_echoed_and_kept(
    phone: PhoneClient, engine: httpx.AsyncClient, gateway: GatewayDouble
) -> None:
    """An image appears in the chat with its caption, is echoed as Baileys does, and can be looked at; once an id."""
    body = {"jid": JID, "image": {"base64": PNG, "mimetype": "image/png"}, "caption": "Receita", "messageId": "AUZ1"}
    responses = [await engine.post("/messages", json=body) for _ in range(2)]
    assert [response.status_code for response in responses] == [201, 200]
    await gateway.until(lambda seen: len(seen) == 3)
    [echo] = gateway.messages()
    assert echo["key"] == {"remoteJid": JID, "fromMe": True, "id": "AUZ1"}
    assert echo["message"]["imageMessage"]["caption"] == "Receita"
    [shown] = await phone.messages(SHOP, CUSTOMER)
    assert (shown.text, shown.kind, shown.author) == ("Receita", Kind.IMAGE, Author.ENGINE)
    seen = await engine.get(f"/instances/{SHOP}/pictures/AUZ1")
    assert (seen.headers["content-type"], seen.content) == ("image/png", b64decode(PNG))
    assert (await engine.get(f"/instances/{SHOP}/pictures/AUZ2")).status_code == 404


async def test_a_picture_must_be_one(engine: httpx.AsyncClient) -> None:
    """What is no base64, of another type, or beside a text is refused; a page of markup is no picture."""
    image = {"base64": PNG, "mimetype": "image/png"}
    for broken in (
        {"image": image | {"base64": "data:image/png;base64,AAAA"}},
        {"image": image | {"base64": ""}},
        {"image": image | {"mimetype": "text/html"}},
        {"image": image, "text": "oi"},
        {},
    ):
        response = await engine.post("/messages", json={"jid": JID, "messageId": "AUZ1", **broken})
        assert response.status_code == 422, broken
        assert "input" not in response.text


async def test_a_malformed_send_is_422_and_repeats_no_value(engine: httpx.AsyncClient) -> None:
    """Broken bodies name the field and never repeat what was in it."""
    broken: list[object] = [{}, [], BODY | {"text": ""}, BODY | {"text": 3}, BODY | {"text": "x" * 65_537}]
    for body in [*broken, BODY | {"messageId": "a b"}]:
        response = await engine.post("/messages", json=body)
        assert response.status_code == 422, body
        assert response.json()["error"] == "malformed"
        assert "input" not in response.text


async def test_text_that_is_no_unicode_is_422(engine: httpx.AsyncClient) -> None:
    """Half a surrogate pair is refused, not crashed on."""
    content = '{"jid": "%s", "text": "\\ud83d", "messageId": "AUZ1"}' % JID  # noqa: UP031 -- the braces are JSON's
    response = await engine.post("/messages", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 422


async def test_the_token_decides_the_shop(phone: PhoneClient, engine: httpx.AsyncClient) -> None:
    """A wrong token is 401, and each shop's token reaches only its own chats and messages."""
    await register(phone, "outra", "token-da-outra")
    await engine.post("/messages", json=BODY)
    other = {"Authorization": "Bearer token-da-outra"}
    assert (await engine.get("/messages/AUZ1", headers=other)).status_code == 404
    assert (await engine.post("/messages", json=BODY, headers=other)).status_code == 201
    assert len(await phone.messages("outra", CUSTOMER)) == 1
    assert len(await phone.messages(SHOP, CUSTOMER)) == 1
    for wrong in ("Bearer errado-errado", f"Basic {TOKEN}", "Bearer", "Bearer ção"):
        response = await engine.post("/messages", json=BODY, headers=[(b"Authorization", wrong.encode())])
        assert (response.status_code, response.json()) == (401, {"error": "unauthorized"})


async def test_two_shops_cannot_share_a_token(phone: PhoneClient) -> None:
    """A token that is another shop's is refused with 409."""
    with pytest.raises(httpx.HTTPStatusError) as refused:
        await register(phone, "outra", TOKEN)
    assert refused.value.response.status_code == 409


async def test_a_person_on_the_shops_phone_is_reported_as_our_own(phone: PhoneClient, gateway: GatewayDouble) -> None:
    """A hand-typed answer is a fromMe upsert with an id that the engine never gave."""
    message_id = await phone.type_message(SHOP, CUSTOMER, "Aqui é da equipe", from_phone=True)
    await gateway.until(lambda seen: len(seen) == 2)
    [message] = gateway.messages()
    assert message["key"] == {"remoteJid": JID, "fromMe": True, "id": message_id}
    [shown] = await phone.messages(SHOP, CUSTOMER)
    assert shown.author is Author.SHOP_PHONE


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (Kind.AUDIO, "audioMessage"),
        (Kind.IMAGE, "imageMessage"),
        (Kind.STICKER, "stickerMessage"),
        (Kind.REACTION, "reactionMessage"),
    ],
)
async def test_stand_ins_have_baileys_shapes(
    phone: PhoneClient, gateway: GatewayDouble, kind: Kind, content: str
) -> None:
    """What is no text is posted under Baileys' own name for it."""
    await phone.type_message(SHOP, CUSTOMER, kind=kind)
    await gateway.until(lambda seen: len(seen) == 1)
    [message] = gateway.messages()
    assert list(message["message"]) == [content]

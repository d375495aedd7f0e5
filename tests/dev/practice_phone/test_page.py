"""The page: its stream, its policy, and who may reach it at all."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from dev.practice_phone import Connection, PhoneClient, UpsertType, running_practice_phone
from dev.practice_phone.server import PhoneSettings, create_app
from tests.dev.practice_phone.gateway_double import GatewayDouble
from tests.dev.practice_phone.shop import CUSTOMER, JID, QUICK, SHOP, register

PAGE = Path(__file__).parents[3] / "dev" / "practice_phone" / "page"


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, str, Any]]:
    """Name, id and data of each server-sent event."""
    fields: dict[str, str] = {}
    async for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
            continue
        if "data" in fields:
            yield fields["event"], fields.get("id", ""), json.loads(fields["data"])
        fields = {}


async def _until_text(client: httpx.AsyncClient, text: str, **headers: str) -> tuple[str, list[str]]:
    """Reads the customer's stream until a text appears: its event's id, and every text seen on the way."""
    seen: list[str] = []
    url = f"/instances/{SHOP}/events?chat={CUSTOMER}"
    async with asyncio.timeout(10), client.stream("GET", url, headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        async for name, event_id, data in _events(stream.aiter_lines()):
            if name == "message":
                seen.append(data["text"])
                if data["text"] == text:
                    return event_id, seen
    raise AssertionError("the stream ended")


async def test_a_reply_reaches_an_open_page(engine: httpx.AsyncClient) -> None:
    """A message sent while a page already reads the stream comes through it at once."""
    await engine.post("/messages", json={"jid": JID, "text": "antes", "messageId": "AUZ1"})
    url = f"/instances/{SHOP}/events?chat={CUSTOMER}"
    async with asyncio.timeout(5), engine.stream("GET", url) as stream:
        events = _events(stream.aiter_lines())
        while (await anext(events))[2].get("text") != "antes":
            pass
        # Only now, when the page has all there is and waits.
        await engine.post("/messages", json={"jid": JID, "text": "Oi!", "messageId": "AUZ2"})
        while (await anext(events))[2].get("text") != "Oi!":
            pass


async def test_a_page_that_reconnects_gets_only_what_it_missed(
    engine: httpx.AsyncClient, phone: PhoneClient, gateway: GatewayDouble
) -> None:
    """With Last-Event-ID the stream goes on after that event, also past a state that changed meanwhile."""
    await engine.post("/messages", json={"jid": JID, "text": "antes", "messageId": "AUZ1"})
    last, _ = await _until_text(engine, "antes")
    await engine.post("/messages", json={"jid": JID, "text": "depois", "messageId": "AUZ2"})
    _, seen = await _until_text(engine, "depois", **{"Last-Event-ID": last})
    assert seen == ["depois"]


async def test_a_page_older_than_the_state_is_told_to_start_over(engine: httpx.AsyncClient) -> None:
    """After the state directory was deleted, a page with a later event id is reset instead of left waiting."""
    url = f"/instances/{SHOP}/events"
    async with asyncio.timeout(10), engine.stream("GET", url, headers={"Last-Event-ID": "999999"}) as stream:
        names = [(await anext(aiter(_events(stream.aiter_lines()))))[0]]
    assert names == ["reset"]


async def test_an_open_stream_does_not_hold_up_stopping(gateway: GatewayDouble, tmp_path: Path) -> None:
    """The server ends its streams when it stops, well before its grace period is over."""
    async with (
        httpx.AsyncClient(trust_env=False) as client,
        running_practice_phone(gateway_url=gateway.url, state_dir=tmp_path, backoff=QUICK) as phone,
    ):
        await register(phone)
        stream = await client.send(client.build_request("GET", f"{phone.url}/instances/{SHOP}/events"), stream=True)
        loop = asyncio.get_running_loop()
        before = loop.time()
    assert loop.time() - before < 3
    await stream.aclose()


async def test_the_long_poll_waits_for_the_next_message(phone: PhoneClient, engine: httpx.AsyncClient) -> None:
    """It answers as soon as a later message exists, after the one named, with times to the millisecond."""
    typed = await phone.type_message(SHOP, CUSTOMER, "Oi")
    assert await phone.messages(SHOP, CUSTOMER, after=typed) == ()
    waiting = asyncio.create_task(phone.next_reply(SHOP, CUSTOMER, after=typed))
    await engine.post("/messages", json={"jid": JID, "text": "Olá", "messageId": "AUZ1"})
    async with asyncio.timeout(10):
        reply = await waiting
    assert reply.text == "Olá"
    raw = await engine.get(f"/instances/{SHOP}/chats/{CUSTOMER}/messages", params={"after": typed})
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", raw.json()["messages"][0]["at"])


async def test_a_message_can_be_from_earlier(phone: PhoneClient, gateway: GatewayDouble) -> None:
    """`sent_at` and `append` are what the gateway sees, so that late messages can be practised."""
    early = datetime(2026, 3, 1, 12, tzinfo=UTC)
    await phone.type_message(SHOP, CUSTOMER, "ontem", upsert=UpsertType.APPEND, sent_at=early)
    await gateway.until(lambda seen: len(seen) == 1)
    data = gateway.accepted[0].body["data"]
    assert (data["type"], data["messages"][0]["messageTimestamp"]) == ("append", int(early.timestamp()))


async def test_registering_again_keeps_connection_and_history(phone: PhoneClient) -> None:
    """Renewed settings leave the shop's phone as it was and its chats in place."""
    await phone.switch_connection(SHOP, Connection.CLOSE)
    await phone.type_message(SHOP, CUSTOMER, "Oi")
    await register(phone)
    assert (await phone.instance(SHOP)).connection is Connection.CLOSE
    assert len(await phone.messages(SHOP, CUSTOMER)) == 1


async def test_the_token_is_never_shown(engine: httpx.AsyncClient) -> None:
    """No page or list repeats a shop's token."""
    for path in ("/", "/instances", f"/instances/{SHOP}"):
        response = await engine.get(path)
        assert response.status_code == 200
        assert "token" not in response.text


async def test_the_page_runs_only_its_own_files(engine: httpx.AsyncClient) -> None:
    """The policy allows no inline script or style, the page has none, and its files are served."""
    page = await engine.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", page.text) is None
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(files) >= 4
    for file in files:
        assert (await engine.get(file)).status_code == 200
    assert "treino" in page.text


async def test_hostile_text_is_shown_as_text(engine: httpx.AsyncClient, phone: PhoneClient) -> None:
    """Markup travels as data, and the page's script has no way to turn text into markup."""
    hostile = "<img src=x onerror=alert(1)></script>\x00\u202e"
    await phone.type_message(SHOP, CUSTOMER, hostile, name="<b>Marina</b>")
    [message] = await phone.messages(SHOP, CUSTOMER)
    assert message.text == hostile
    assert "<b>Marina" not in (await engine.get("/")).text
    script = (PAGE / "static" / "phone.js").read_text()
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\b"
    assert re.search(forbidden, script) is None
    assert "textContent" in script


async def test_a_foreign_host_name_is_refused(engine: httpx.AsyncClient) -> None:
    """DNS rebinding reaches nothing: a name that is not this machine's answers 403, on every route."""
    for host in ("evil.example", "127.0.0.1.evil.example", "10.0.0.5:8090", "", "[::1", "127.0.0.1@evil.example"):
        for path in ("/", "/instances", "/static/phone.js", "/health"):
            response = await engine.get(path, headers={"Host": host})
            assert (response.status_code, response.json()) == (403, {"error": "host_not_allowed"}), host


async def test_another_sites_page_cannot_write(engine: httpx.AsyncClient) -> None:
    """A request that a foreign page forges in the developer's browser is refused; the page's own is not."""
    url = f"/instances/{SHOP}/connection"
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        response = await engine.post(url, json={"state": "close"}, headers={"Origin": origin})
        assert (response.status_code, response.json()) == (403, {"error": "origin_not_allowed"})
    assert (await engine.get("/connection")).json() == {"state": "open"}
    own = await engine.post(url, json={"state": "close"}, headers={"Origin": str(engine.base_url).rstrip("/")})
    assert own.status_code == 200


@pytest.mark.parametrize("address", ["203.0.113.9", "::ffff:203.0.113.9", "fe80::1"])
async def test_a_client_of_another_machine_is_refused(tmp_path: Path, address: str) -> None:
    """Only this machine is served, whatever host name and forwarding headers the request claims."""
    app = create_app(PhoneSettings(gateway_url="http://127.0.0.1:9", state_dir=tmp_path))
    transport = httpx.ASGITransport(app, client=(address, 4000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        response = await client.get("/health", headers={"X-Forwarded-For": "127.0.0.1"})
    assert (response.status_code, response.json()) == (403, {"error": "not_loopback"})

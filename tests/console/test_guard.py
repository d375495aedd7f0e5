"""Nobody sees a page, or has a form taken, without a session of their own and a page of ours before it."""

import re
import secrets
from uuid import uuid4

import asyncpg
import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from console.version import VERSION
from operating import operators
from operating.deeds import at_command_line
from tests.console.conftest import Browser, Console

DOOR = "/console/entrar"


def pages(console: Console) -> list[tuple[str, str]]:
    """Every method and address behind the guard, as the application itself lists them; ids are of nothing."""
    app = next(one.app for one in console.app.routes if isinstance(one, Mount) and one.path == "/console")
    assert isinstance(app, FastAPI)
    listed = [
        (method.upper(), "/console" + re.sub(r"\{\w+\}", str(uuid4()), path))
        for path, operations in app.openapi()["paths"].items()
        for method in operations
        if path != "/entrar"
    ]
    assert len(listed) >= 8
    return listed


async def test_every_page_sends_strangers_to_the_door(console: Console) -> None:
    """Whatever is added to the console is behind the guard, also for a cookie of nobody's."""
    for cookie in ("", "x", f"{console.shop.organization_id.hex}.{secrets.token_urlsafe(32)}"):
        stranger = await console.stranger(cookie=f"auzap={cookie}")
        for method, address in pages(console):
            answer = await stranger.request(method, address)
            assert answer.status_code == 303, (method, address)
            assert answer.headers["location"].startswith(f"{DOOR}?destino=/console/")
            assert not answer.content


async def test_no_form_is_taken_without_its_token(console: Console, ana: Browser, bruno: Browser) -> None:
    """Every form there is: a session alone, another operator's token, or one with another letter, is refused."""
    forms = [address for method, address in pages(console) if method == "POST"]
    assert forms
    for address in forms:
        for csrf in (None, "", bruno.csrf, ana.csrf[:-1], ana.csrf.upper(), "é\0", "x" * 50_000):
            answer = await ana.http.post(address, data={} if csrf is None else {"csrf": csrf})
            assert answer.status_code == 403, address
        assert (await ana.http.post(address, headers={"x-csrf-token": bruno.csrf})).status_code == 403
    assert "csrf" not in (await ana.http.post(forms[0])).text
    assert (await ana.get("/senha")).status_code == 200


async def test_no_form_of_another_site_is_taken(console: Console, ana: Browser) -> None:
    """Even with the right token."""
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://mal.example"},
        {"origin": "null"},
        {"origin": f"{console.url}.mal.example"},
    ):
        assert (await ana.post("/sair", None, **headers)).status_code == 403
    assert (await ana.get("/senha")).status_code == 200
    assert (
        await ana.post("/sair", None, **{"sec-fetch-site": "same-origin", "origin": console.url})
    ).status_code == 303


async def test_a_script_s_request_brings_the_token_in_a_header(ana: Browser) -> None:
    """As htmx sends it, from the body's hx-headers."""
    answer = await ana.http.post("/console/sair", headers={"x-csrf-token": ana.csrf, "hx-request": "true"})
    assert answer.status_code == 303


async def test_scripts_and_streams_are_told_so_that_they_can_act(console: Console) -> None:
    """htmx goes to the door itself, and back to its page; a stream is not redirected to a page."""
    stranger = await console.stranger()
    page = f"{console.url}/console/agenda?dia=2026-11-23"
    answer = await stranger.get("/console/senha", headers={"hx-request": "true", "hx-current-url": page})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == f"{DOOR}?destino=/console/agenda%3Fdia%3D2026-11-23"
    assert "location" not in answer.headers
    stream = await stranger.get("/console/eventos?topicos=avisos", headers={"accept": "text/event-stream"})
    assert stream.status_code == 401


async def test_where_one_wanted_to_go_is_remembered(console: Console) -> None:
    """With its question, for after the sign-in."""
    answer = await (await console.stranger()).get("/console/senha?trocada=true")
    assert answer.headers["location"] == f"{DOOR}?destino=/console/senha%3Ftrocada%3Dtrue"


async def test_a_token_opens_its_own_shop_only(console: Console, ana: Browser) -> None:
    """The look-up is bound to the shop the cookie names: another shop's id with a good token finds nothing."""
    _, _, token = dict(ana.http.cookies)["auzap"].partition(".")
    mixed = f"{console.other_shop.organization_id.hex}.{token}"
    stranger = await console.stranger(cookie=f"auzap={mixed}")
    assert (await stranger.get("/console/senha")).status_code == 303


@pytest.mark.parametrize(
    "cookie",
    ["", ".", "x" * 5_000, "0" * 32 + ".", "0" * 32 + "." + "A" * 43, "é.é", "0" * 32 + "." + "%00" * 15, "' or 1=1--"],
)
async def test_cookies_of_no_shape_are_nobody_s(console: Console, cookie: str) -> None:
    """They are led to the door, and break nothing."""
    stranger = await console.stranger()
    answer = await stranger.get("/console/senha", headers=[(b"cookie", b"auzap=" + cookie.encode())])
    assert answer.status_code == 303


async def test_whoever_is_put_out_is_out_at_the_next_request(console: Console, ana: Browser) -> None:
    """And stays out when let in again: the old session does not come back to life."""
    shop = console.shop.organization_id
    assert (await ana.get("/senha")).status_code == 200
    await operators.deactivate(console.database, shop, at_command_line(), console.ana.id)
    assert (await ana.get("/senha")).status_code == 303
    await operators.reactivate(console.database, shop, at_command_line(), console.ana.id)
    assert (await ana.get("/senha")).status_code == 303
    await console.sign_in(console.ana)


async def test_a_role_counts_from_the_next_request(console: Console, bruno: Browser) -> None:
    """An admin who is one no more sees the team no more."""
    carla = console.carla
    assert (await bruno.get("/equipe")).status_code == 200
    owner = await asyncpg.connect(console.owner_url)
    await owner.execute("update operators set role = 'attendant' where id = $1", console.bruno.id)
    await owner.close()
    assert (await bruno.get("/equipe")).status_code == 403
    assert (await (await console.sign_in(carla)).get("/equipe")).status_code == 200


async def test_every_answer_tells_browsers_to_be_strict(console: Console, ana: Browser) -> None:
    """Pages, refusals and files: no foreign script, no frame, no guessing of types, nothing personal kept."""
    stranger = await console.stranger()
    for answer in (
        await ana.get("/senha"),
        await stranger.get(DOOR),
        await stranger.get("/console/senha"),
        await stranger.get("/console/nada"),
        await ana.http.post("/console/sair"),
        await stranger.post(DOOR, content=b"x" * 70_000),
        await stranger.get("/console/static/console.css"),
    ):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
        for rule in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "img-src 'self' data:"):
            assert f"; {rule}" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
    assert (await ana.get("/senha")).headers["cache-control"] == "no-store"


async def test_pages_hold_nothing_that_the_policy_forbids(ana: Browser, console: Console) -> None:
    """No script and no style in the page itself, and nothing from elsewhere."""
    for text in ((await ana.get("/senha")).text, (await (await console.stranger()).get(DOOR)).text):
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=\"/console/static/)", text)
        assert not re.search(r"(src|href)=\"(?!/console/|data:,|#)", text)


async def test_files_are_kept_while_they_are_of_this_version(console: Console, ana: Browser) -> None:
    """Every file a page names is there; what an old page asks for under its own version is not kept for ever."""
    text = (await ana.get("/senha")).text
    assert f'data-version="{VERSION}"' in text
    named = re.findall(r'(?:src|href)="(/console/static/[^"]+)"', text)
    assert len(named) >= 9
    for address in named:
        answer = await ana.http.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        old = await ana.http.get(address.replace(VERSION, "abcdefabcdef"))
        assert old.headers["cache-control"] == "no-cache"
    assert (await ana.http.get("/console/static/../application.py")).status_code == 404
    assert (await ana.http.get("/console/static/%2e%2e/application.py")).status_code == 404


async def test_what_is_not_there_is_said_in_portuguese(console: Console, ana: Browser) -> None:
    """An unknown page, an id of no form, a wrong method: one page for all, and the gateway's own stays JSON."""
    for answer in (
        await ana.get("/nada"),
        await ana.get("/conversas/nao-e-id"),
        await ana.get("/conversas/%00"),
        await (await console.stranger()).get("/console/nada"),
    ):
        assert answer.status_code == 404
        assert "Não encontramos essa página" in answer.text
    assert (await ana.http.delete("/console/senha", headers={"x-csrf-token": ana.csrf})).status_code == 405
    assert (await ana.http.get("/nada")).headers["content-type"] == "application/json"


async def test_the_console_s_home_is_the_queue(ana: Browser) -> None:
    """With and without the slash at the end."""
    assert (await ana.get("/")).headers["location"] == "/console/fila"
    assert (await ana.get("")).headers["location"].endswith("/console/")


async def test_when_the_database_is_away_a_page_says_so(console: Console, ana: Browser) -> None:
    """503 and to come again, for pages and at the door; nobody is signed out by it."""
    await console.database.close()
    for answer in (
        await ana.get("/senha"),
        await (await console.stranger()).post(DOOR, data={"loja": "x", "email": "x@y.z", "senha": "x"}),
    ):
        assert answer.status_code == 503
        assert "não está respondendo" in answer.text
        assert answer.headers["retry-after"] == "5"
        assert "set-cookie" not in answer.headers


async def test_a_page_says_where_one_is_and_leads_everywhere(ana: Browser, bruno: Browser) -> None:
    """The head has its landmarks, the way past it, and the team for admins only."""
    text = (await ana.get("/senha")).text
    assert '<a class="skip-link" href="#conteudo">' in text
    assert '<main id="conteudo"' in text
    assert '<nav class="main-nav" aria-label="Principal">' in text
    assert 'id="avisos" sse-swap="avisos"' in text
    assert 'sse-connect="/console/eventos?topicos=avisos"' in text
    assert 'href="/console/equipe"' not in text
    team = (await bruno.get("/equipe")).text
    assert 'href="/console/equipe" aria-current="page"' in team

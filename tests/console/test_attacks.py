"""Somebody means harm: with ids of another shop, with forms that were changed, with markup where words belong.

The tables are the application's own routes: a page that is added later is attacked with the rest.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import quote
from uuid import UUID, uuid4

import asyncpg
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from console.live import TooManyFollowed
from console.topics import Topic, TopicKind
from dev.postgres import DatabaseUrls
from domain.alerts import AlertKind
from domain.conversation import HandoffReason
from domain.ids import NoteId, OperatorId, ReadyAnswerId
from gateway import application
from operating import operators
from operating.deeds import at_command_line
from operating.sign_in_limits import PER_ACCOUNT
from storage import alerts, audit, dead_letters, handoffs, inbox, notes, ready_answers
from storage.database import Database
from storage.dead_letters import DeadLetterSource
from storage.instances import Instances
from storage.ready_answers import ReadyAnswer
from tests.conftest import Keys
from tests.console.agendas import Scene, scene
from tests.console.at_work import working_console
from tests.console.conftest import PASSWORD, Browser, Console
from tests.console.streams import opened
from tests.fakes.serving import Plain, local_client, served
from tests.shops import Shop
from tests.storage.rows import customer, insert_booking, wrote

OF_THE_DOOR = {("GET", "/entrar"), ("POST", "/entrar")}
"""All that whoever is not signed in may reach, beside the files."""
EVIL = """Marina"'><img src=x onerror=alert(1) hx-get=/console/sair><script>alert(2)</script>{{7*7}}<b hx-on:load=x>"""
"""What somebody calls themselves."""


def mounted(console: Console) -> FastAPI:
    """The console's own application in the gateway's."""
    app = next(one.app for one in console.app.routes if isinstance(one, Mount) and one.path == "/console")
    assert isinstance(app, FastAPI)
    return app


def routes(console: Console) -> Iterator[tuple[str, str]]:
    """Every method and path there is, in the documentation or not; the files apart."""
    for one in iter_route_contexts(mounted(console).routes):
        if isinstance(one.original_route, Mount):
            assert one.path == "/static"
            continue
        assert one.path is not None
        for method in one.methods or ():
            yield method, one.path


@dataclass(frozen=True)
class Loot:
    """What there is of a shop to be had, by the names that addresses have for it."""

    scene: Scene
    ids: dict[str, UUID]
    workflow_id: str

    def address(self, path: str, *, unknown: bool = False) -> str:
        """The path with this shop's ids, or with ids of nothing."""

        def put(match: re.Match[str]) -> str:
            if match[1] == "mark":
                return "chegou"
            return str(uuid4() if unknown else self.ids[match[1]])  # a KeyError: say what the new name is an id of

        return re.sub(r"\{(\w+)\}", put, path)

    def form(self) -> dict[str, str]:
        """A form that is good for whatever is asked."""
        return {
            **self.scene.form(),
            "texto": "Oi",
            "titulo": "Oi",
            "para": str(self.ids["operator_id"]),
            "papel": "admin",
            "motivo": "sem motivo",
            "nome": "Mallory",
            "email": "mallory@mal.example",
            "senha": "cavalo de troia 1",
            "assumir": "1",
            "fluxo": self.workflow_id,
            "passo": "1",
        }


async def loot_of(console: Console, shop: Shop, operator_id: OperatorId, word: str = "Oi") -> Loot:
    """A shop with one of everything; `word` stands wherever somebody may write."""
    where = await scene(console, shop, called=word, dog=word)
    one = where.shop.organization_id
    answer, note, workflow = ReadyAnswerId(uuid4()), NoteId(uuid4()), f"conversation/{uuid4().hex}"
    async with console.database.tenant(one) as tenant:
        him = await customer(tenant, shop)
        booking = await insert_booking(
            tenant, shop, him.contact_id, start=datetime.now(UTC) + timedelta(days=4), pet_id=where.pet_id
        )
        await tenant.execute("update services set name = $1 where id = $2", word[:120], where.service_id)
        await tenant.execute("update professionals set name = $1 || number::text", word[:100])
        await tenant.execute("update operators set name = $1 where id = $2", word[:120], operator_id)
        await tenant.execute("update organizations set name = $1 where id = $2", word[:120], one)
        await wrote(tenant, shop, him, word)
        await handoffs.open_one(tenant, him.conversation_id, HandoffReason.ASKED_BY_MODEL, word)
        await tenant.execute("update handoffs set summary = $1", word)
        await notes.write(tenant, one, him.conversation_id, note, operator_id=operator_id, content=word)
        assert await ready_answers.add(tenant, one, ReadyAnswer(id=answer, title=word[:80], content=word))
        await alerts.raise_alert(
            tenant,
            one,
            kind=AlertKind.DELIVERY_FAILED,
            detail=word,
            fingerprint="x",
            conversation_id=him.conversation_id,
        )
        await dead_letters.bury(
            tenant, one, shop.instance.id, source=DeadLetterSource.WEBHOOK, fingerprint="x", payload="{}", error=word
        )
        await tenant.execute(
            """insert into stuck_steps (organization_id, workflow_id, run_id, activity_id, activity, is_local,
                   error_type, error, attempts)
               select $1, $2, 'r', id, 'send_reply', id = '1', $3, $4, 3 from unnest(array['1', '2']) id""",
            one,
            workflow,
            word[:100],
            word,
        )
        ids = {
            "conversation_id": him.conversation_id,
            "contact_id": him.contact_id,
            "booking_id": booking,
            "operator_id": operator_id,
            "answer_id": answer,
            "letter_id": await tenant.fetchval("select id from dead_letters"),
            "alert_id": await tenant.fetchval("select id from alerts"),
        }
    return Loot(where, ids, workflow)


async def everything(console: Console, shop: Shop) -> dict[str, str]:
    """Every row of a shop, table by table; when somebody was last seen apart."""
    owner = await asyncpg.connect(console.owner_url)
    try:
        tables = await owner.fetch(
            "select table_name from information_schema.columns where column_name = 'organization_id' order by 1"
        )
        return {
            name: str(
                await owner.fetchval(
                    f"""select json_agg(to_jsonb(t) - 'last_seen_at' order by t::text) from {name} t
                        where organization_id = $1""",
                    shop.organization_id,
                )
            )
            for (name,) in tables
        }
    finally:
        await owner.close()


async def test_only_the_door_is_open(console: Console) -> None:
    """Every method of every page, whether or not it is in a documentation, turns a stranger away."""
    stranger = await console.stranger()
    seen = set(routes(console))
    assert seen >= OF_THE_DOOR
    assert len(seen) > 35
    for method, path in sorted(seen - OF_THE_DOOR):
        answer = await stranger.request(method, "/console" + re.sub(r"\{\w+\}", str(uuid4()), path))
        assert answer.status_code == 303, (method, path)
        assert answer.headers["location"].startswith("/console/entrar?destino=/console/"), (method, path)
        assert not answer.content


async def test_reading_changes_nothing_and_changing_needs_the_token(console: Console, ana: Browser) -> None:
    """There are only GET and POST, and every POST behind the door is refused without a token of its session."""
    loot = await loot_of(console, console.shop, console.ana.id)
    before = await everything(console, console.shop)
    for method, path in routes(console):
        assert method in ("GET", "POST"), path
        if method == "POST" and (method, path) not in OF_THE_DOOR:
            address = "/console" + loot.address(path)
            for headers in ({}, {"hx-request": "true"}, {"content-type": "text/plain"}):
                answer = await ana.http.post(address, data=loot.form(), headers=headers)
                assert answer.status_code == 403, (path, headers)
            assert (await ana.http.post(f"{address}?csrf={ana.csrf}", data=loot.form())).status_code == 403
    assert await everything(console, console.shop) == before


async def test_another_shops_ids_are_ids_of_nothing(console: Console, bruno: Browser) -> None:
    """For an admin, on every page with an id, by GET and by POST: the answer is that for an unknown id, nothing of the
    other shop is said, and nothing of it changes."""
    own = await loot_of(console, console.shop, console.ana.id)
    theirs = await loot_of(console, console.other_shop, console.carla.id, "segredo-da-outra")
    before = await everything(console, console.other_shop)
    with_ids = [(method, path) for method, path in routes(console) if "{" in path]
    assert len(with_ids) > 20
    for method, path in with_ids:
        answers: list[tuple[int, str]] = []
        for unknown in (False, True):
            address = theirs.address(path, unknown=unknown)
            form = own.form() | {"csrf": bruno.csrf, "deed": str(uuid4())}
            answer = await bruno.http.request(method, f"/console{address}", data=form if method == "POST" else None)
            answers.append((answer.status_code, re.sub(r"[0-9a-f-]{32,36}", "", answer.text)))
        assert answers[0] == answers[1], (method, path)
        assert answers[0][0] == (303 if path == "/fila/{conversation_id}/ciente" else 404), (method, path, answers[0])
        assert "segredo" not in answers[0][1]
    assert await everything(console, console.other_shop) == before


async def test_another_shops_ids_in_a_form_are_ids_of_nothing(console: Console, bruno: Browser) -> None:
    """Customer, pet, service, professional, colleague, stuck step: nothing is made of them, here or there."""
    own = await loot_of(console, console.shop, console.ana.id)
    theirs = await loot_of(console, console.other_shop, console.carla.id, "segredo-da-outra")
    there, here = await everything(console, console.other_shop), await everything(console, console.shop)
    conversation, booking = own.ids["conversation_id"], own.ids["booking_id"]
    foreign = theirs.scene
    tries = [
        ("/agenda/novo", own.scene.form(cliente=str(foreign.contact_id))),
        ("/agenda/novo", own.scene.form(pet=str(foreign.pet_id))),
        ("/agenda/novo", own.scene.form(servico=str(foreign.service_id))),
        ("/agenda/novo", own.scene.form(profissional=str(foreign.people[0]))),
        (f"/agenda/{booking}/remarcar", own.scene.form(profissional=str(foreign.people[0]))),
        (f"/conversas/{conversation}/transferir", {"para": str(console.carla.id)}),
        ("/parados/tentar", {"fluxo": theirs.workflow_id, "passo": "1"}),
        ("/parados/pular", {"fluxo": theirs.workflow_id, "passo": "1"}),
    ]
    for path, form in tries:
        answer = await bruno.post(path, form)
        assert answer.status_code in (404, 409, 422), (path, form, answer.status_code)
        assert "segredo" not in answer.text
    for path in (
        f"/agenda/novo?cliente={foreign.contact_id}",
        f"/agenda/novo?cliente={own.scene.contact_id}&pet={foreign.pet_id}&servico={foreign.service_id}",
        f"/agenda/{booking}/remarcar?profissional={foreign.people[0]}",
        "/agenda/novo?busca=segredo",
        "/conversas?busca=segredo",
    ):
        answer = await bruno.get(path)
        assert "segredo-da-outra" not in answer.text, path
    assert await everything(console, console.other_shop) == there
    assert await everything(console, console.shop) == here


async def test_an_attendant_does_nothing_of_an_admins(console: Console, ana: Browser) -> None:
    """Whatever is under the team's address is refused to one with a good session and a good token."""
    loot = await loot_of(console, console.shop, console.bruno.id)
    before = await everything(console, console.shop)
    tried = [(method, path) for method, path in routes(console) if path.startswith("/equipe")]
    assert len(tried) >= 6
    for method, path in tried:
        form = loot.form() | {"csrf": ana.csrf, "deed": str(uuid4())}
        answer = await ana.http.request(
            method, f"/console{loot.address(path)}", data=form if method == "POST" else None
        )
        assert answer.status_code == 403, (method, path)
        assert console.bruno.email not in answer.text
    assert await everything(console, console.shop) == before


class _Tags(HTMLParser):
    """What a browser makes of a page: its tags with their attributes, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


async def test_markup_is_shown_and_never_becomes_markup(console: Console, bruno: Browser) -> None:
    """Whoever writes it, wherever: on every page that can be read, nothing of it is a tag, or an attribute."""
    loot = await loot_of(console, console.shop, console.bruno.id, EVIL)
    showing = 0
    searched = ["/conversas?busca=marina", "/agenda/novo?busca=marina", f"/agenda?dia={loot.scene.day}"]
    searched += [
        f"/agenda/novo?cliente={loot.scene.contact_id}",
        f"/conversas?busca={quote(EVIL)}",
    ]
    listed = [loot.address(path) for method, path in routes(console) if method == "GET" and path != "/eventos"]
    for path in listed + searched:
        page = await bruno.get(path)
        assert page.status_code in (200, 303), path
        found = _Tags(page.text)
        for tag, attributes in found.tags:
            assert tag not in ("img", "b"), path
            assert not any(name.startswith(("on", "hx-on")) for name in attributes), (path, tag)
            assert attributes.get("hx-get") != "/console/sair", path
            assert tag != "script" or str(attributes.get("src")).startswith("/console/static/"), path
        showing += "<img src=x onerror" in found.words
        assert "49" not in re.findall(r"\{?\{?7?\*?7?\}?\}?49", found.words), path
    assert showing >= 10


@pytest.mark.parametrize(
    "body",
    [
        "&".join(f"a{i}=" for i in range(8_000)),
        "csrf=" + "%" * 60_000,
        "&" * 65_000,
        "texto=" + "%00" * 20_000,
        "deed=" + "9" * 60_000,
        "dia=" + "9" * 60_000,
        "hora=" + "9" * 60_000,
    ],
    ids=lambda body: body[:8],
)
async def test_what_is_too_much_breaks_nothing(console: Console, ana: Browser, body: str) -> None:
    """Many fields, endless fields, letters that cannot be stored: a clear refusal, on every form."""
    loot = await loot_of(console, console.shop, console.ana.id)
    for method, path in routes(console):
        if method != "POST" or path in ("/sair", "/entrar"):
            continue
        headers = {"x-csrf-token": ana.csrf, "content-type": "application/x-www-form-urlencoded"}
        for kind in (headers, headers | {"content-type": "multipart/form-data; boundary=x; charset=nonsense"}):
            answer = await ana.http.post(f"/console{loot.address(path)}", content=body, headers=kind)
            assert answer.status_code in (303, 400, 403, 404, 409, 422, 429), (path, answer.status_code)


async def test_addresses_without_end_break_nothing(console: Console, ana: Browser) -> None:
    """A search of half a million letters, places and days that are none, ten thousand topics."""
    long = "9" * 20_000
    for path in (
        f"/conversas?busca={long}&filtro={long}&depois={long}",
        f"/agenda?dia={long}",
        f"/agenda/novo?busca={long}",
        f"/parados?feito={long}",
        f"/eventos?topicos={','.join(['fila'] * 6_000)}",
        f"/conversas/{uuid4()}?antes={long}-{long}",
        "/conversas?depois=MA.&busca=%00",
        "/conversas?busca=%ed%a0%80%00%25_",
        "/agenda?dia=%00",
        "/agenda?dia=9999-12-31",
        "/agenda?dia=0001-01-01",
        "/agenda/novo?cliente=%00&pet=%00",
    ):
        answer = await ana.get(path)
        assert answer.status_code in (200, 404, 422), (path[:60], answer.status_code)


async def test_webhooks_know_nothing_of_the_console(console: Console, ana: Browser) -> None:
    """No cookie, token or origin is asked of a provider, none of the console's headers is set, and its limit of a
    form's size is not theirs."""
    shop = console.shop
    secret = shop.instance.webhook_token.get_secret_value()
    body = json.dumps({"event": "nothing", "filler": "x" * 100_000})
    answer = await (await console.stranger(origin="https://mal.example", sec_fetch_site="cross-site")).post(
        f"/webhooks/baileys/{shop.instance.webhook_key}",
        content=body,
        headers={"x-webhook-token": secret, "authorization": f"Bearer {secret}", "content-type": "application/json"},
    )
    assert answer.status_code in (200, 422), answer.text
    assert "content-security-policy" not in answer.headers
    assert answer.headers["content-type"] == "application/json"


async def test_a_form_used_for_something_else_is_noted_too(console: Console, bruno: Browser) -> None:
    """The id of a deed is what a browser sends: whoever uses one again and again hides nothing by that."""
    deed = {"deed": str(uuid4())}
    shop = console.shop.organization_id
    him = (await loot_of(console, console.shop, console.ana.id)).ids
    assert (await bruno.post(f"/parados/avisos/{him['alert_id']}/ciente", deed)).status_code == 303
    assert (await bruno.post("/equipe", deed | {"nome": "Dora", "email": "d@a.example"})).status_code == 200
    assert (await bruno.post(f"/conversas/{him['conversation_id']}/pausar", deed)).status_code == 303
    role = f"/equipe/{console.ana.id}/papel"
    assert (await bruno.post(role, deed | {"papel": "admin"})).status_code == 303
    for _ in range(3):
        assert (await bruno.post(f"/equipe/{console.ana.id}/senha", deed)).status_code == 200
    async with console.database.tenant(shop) as tenant:
        noted = [entry.action for entry in reversed(await audit.newest(tenant)) if entry.actor == "Bruno"]
    assert noted == ["acknowledge", "add_operator", "set_customer_ai", "set_operator_role"] + ["set_password"] * 3
    before = await everything(console, console.shop)
    assert (await bruno.post(role, deed | {"papel": "attendant"})).status_code == 409
    assert (await bruno.post(f"/conversas/{him['conversation_id']}/retomar", deed)).status_code == 409
    assert await everything(console, console.shop) == before


async def test_a_form_sent_again_later_does_nothing_unnoted(console: Console, bruno: Browser) -> None:
    """Neither does the first form of two undo what the second did."""
    him = (await loot_of(console, console.shop, console.ana.id)).ids
    pause, deed = f"/conversas/{him['conversation_id']}/pausar", {"deed": str(uuid4())}
    role, promote = f"/equipe/{console.ana.id}/papel", {"deed": str(uuid4()), "papel": "admin"}
    await bruno.post(pause, deed)
    await bruno.post(role, promote)
    await bruno.post(f"/conversas/{him['conversation_id']}/retomar")
    await bruno.post(role, {"papel": "attendant"})
    before = await everything(console, console.shop)
    assert (await bruno.post(pause, deed)).status_code == 303
    assert (await bruno.post(role, promote)).status_code == 303
    assert await everything(console, console.shop) == before


async def test_a_page_that_fails_is_as_strict_as_any(
    console: Console, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told in Portuguese, without what went wrong, nothing is kept, and no other site may frame it."""

    async def fails(*_: object) -> None:
        raise ZeroDivisionError("with the words of a customer")

    monkeypatch.setattr(inbox, "newest", fails)
    answer = await ana.get("/conversas")
    assert answer.status_code == 500
    assert "Algo deu errado" in answer.text
    assert "customer" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def signed_out(console: Console, ana: Browser) -> None:
    """By her own hand."""
    await ana.post("/sair")


async def put_out(console: Console, ana: Browser) -> None:
    """By an admin."""
    await operators.deactivate(console.database, console.shop.organization_id, at_command_line(), console.ana.id)


async def given_a_password(console: Console, ana: Browser) -> None:
    """Whoever knew the old one is to be out."""
    await operators.set_password(
        console.database,
        console.passwords,
        console.shop.organization_id,
        at_command_line(),
        console.ana.id,
        "gato escaldado 9",
    )


@pytest.mark.parametrize("ends", [signed_out, put_out, given_a_password], ids=lambda ends: ends.__name__)
async def test_whoever_is_out_sees_nothing_more(
    console: Console, ana: Browser, bruno: Browser, ends: Callable[[Console, Browser], Awaitable[None]]
) -> None:
    """An open page is told at once, not at the next look a minute later, and is sent nothing of what comes then; a
    colleague's goes on."""
    url = f"{console.url}/console/eventos"
    async with opened(ana.http, url, ["fila"]) as hers, opened(bruno.http, url, ["fila"]) as his:
        await hers.of("fila")
        await his.of("fila")
        await ends(console, ana)
        async with asyncio.timeout(5):
            while (event := await hers.next()) is not None and event.name != "sessao":
                assert event.name == "fila"
        assert event is not None
        await loot_of(console, console.shop, console.bruno.id, "depois")
        assert await hers.next() is None
        async with asyncio.timeout(10):
            while "depois" not in (await his.of("fila")).data:
                pass


async def test_a_colleague_who_signs_out_elsewhere_ends_no_other_browser(console: Console, ana: Browser) -> None:
    """Of two browsers of one operator, the other's page stays open."""
    second = await console.sign_in(console.ana)
    async with opened(second.http, f"{console.url}/console/eventos", ["fila"]) as page:
        await page.of("fila")
        await ana.post("/sair")
        await loot_of(console, console.shop, console.bruno.id, "depois")
        async with asyncio.timeout(10):
            while "depois" not in (await page.of("fila")).data:
                pass


async def test_a_page_left_open_does_not_keep_the_session(console: Console, ana: Browser) -> None:
    """Its stream is cut and comes back by itself, for days: that is not somebody at work."""
    connection = await asyncpg.connect(console.owner_url)
    try:
        await connection.execute("update operator_sessions set last_seen_at = last_seen_at - interval '11 hours'")
        seen = "select max(last_seen_at) from operator_sessions where operator_id = $1"
        before = await connection.fetchval(seen, console.ana.id)
        ana.http.headers["accept"] = "text/event-stream"
        async with opened(ana.http, f"{console.url}/console/eventos", ["fila"]) as page:
            await page.of("fila")
        assert await connection.fetchval(seen, console.ana.id) == before
        ana.http.headers["accept"] = "text/html"
        assert (await ana.get("/senha")).status_code == 200
        assert await connection.fetchval(seen, console.ana.id) > before
    finally:
        await connection.close()


async def test_nobody_follows_more_than_anybody_looks_at(console: Console, ana: Browser, bruno: Browser) -> None:
    """Two hundred parts, a hundred pages of one operator: more is refused; a colleague's page opens all the same."""
    url = f"{console.url}/console/eventos"
    days = [f"2030-{month:02}-{day:02}" for month in range(1, 12) for day in range(1, 21)]
    async with AsyncExitStack() as pages:
        for first in range(0, 200, 20):
            page = await pages.enter_async_context(
                opened(ana.http, url, [f"agenda-{day}" for day in days[first : first + 20]])
            )
            assert page.response.status_code == 200
        assert (await ana.get(f"/eventos?topicos=agenda-{days[200]}")).status_code == 429
        async with opened(ana.http, url, [f"agenda-{days[0]}"]) as known, opened(bruno.http, url, ["fila"]) as his:
            assert known.response.status_code == 200
            await his.of("fila")
    live = console.app.state.live
    with ExitStack() as many:
        topic = [Topic(console.shop.organization_id, TopicKind.QUEUE)]
        for _ in range(100 - sum(page.viewer == console.ana.id for page in live._pages)):
            many.enter_context(live.follow(topic, console.ana.id))
        with pytest.raises(TooManyFollowed):
            live.follow(topic, console.ana.id)
        many.enter_context(live.follow(topic, console.bruno.id))


async def test_a_stranger_cannot_keep_an_operator_out(console: Console, ana: Browser) -> None:
    """Who tries in Ana's name until strangers have to wait leaves her own browser be; the mark it is known by opens
    nothing by itself, has a limit of its own, and is of her shop alone."""
    await ana.post("/sair")
    form = {"loja": console.slug(), "email": console.ana.email, "senha": "errada de todo"}
    stranger = await console.stranger()
    for _ in range(PER_ACCOUNT):
        await stranger.post("/console/entrar", data=form)
    assert (await stranger.post("/console/entrar", data=form | {"senha": PASSWORD})).status_code == 429
    forged = await console.stranger(cookie=f"auzap-conhecido={'0' * 64}")
    assert (await forged.post("/console/entrar", data=form | {"senha": PASSWORD})).status_code == 429
    carlas = await console.sign_in(console.carla)
    assert (await carlas.http.post("/console/entrar", data=form | {"senha": PASSWORD})).status_code == 429
    assert (await ana.http.post("/console/entrar", data=form | {"senha": PASSWORD})).status_code == 303
    assert (await ana.get("/senha")).status_code == 200
    await ana.http.post("/console/sair", headers={"x-csrf-token": "x"})
    codes = [(await ana.http.post("/console/entrar", data=form)).status_code for _ in range(PER_ACCOUNT + 1)]
    assert codes == [422] * PER_ACCOUNT + [429]


async def test_without_temporal_the_console_is_there(console: Console, ana: Browser) -> None:
    """Of a gateway that was started while Temporal was away: every page is shown, or says that something is away."""
    loot = await loot_of(console, console.shop, console.ana.id)
    away = await Client.connect("127.0.0.1:1", lazy=True, data_converter=pydantic_data_converter)
    app = application(console.database, away, console.settings, signing_in=console.signing_in)
    async with served(Plain(app)) as url, local_client() as http:
        http.cookies.update(ana.http.cookies)
        for method, path in routes(console):
            if path in ("/eventos", "/sair", "/senha", "/entrar") or path.startswith("/equipe"):
                continue
            form = loot.form() | {"csrf": ana.csrf, "deed": str(uuid4())} if method == "POST" else None
            answer = await http.request(method, f"{url}/console{loot.address(path)}", data=form)
            assert answer.status_code in (200, 303, 409, 422, 503), (method, path, answer.status_code)
        answer = await http.post(
            f"{url}/console/parados/tentar",
            data={"csrf": ana.csrf, "deed": str(uuid4()), "fluxo": loot.workflow_id, "passo": "2"},
        )
        assert "não respondeu" in answer.text


async def test_what_nothing_runs_for_is_given_back_in_somebodys_name(console: Console, bruno: Browser) -> None:
    """Where no execution keeps a conversation, the row alone is mended: that is a deed, too."""
    conversation = (await loot_of(console, console.shop, console.ana.id)).ids["conversation_id"]
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await tenant.execute("update conversations set status = 'waiting_human' where id = $1", conversation)
    for _ in range(2):
        await bruno.post(f"/conversas/{conversation}/devolver")
    async with console.database.tenant(console.shop.organization_id) as tenant:
        noted = [(entry.actor, entry.action) for entry in await audit.newest(tenant) if entry.action == "release"]
        ended_by = await tenant.fetchval("select ended_by from handoffs where conversation_id = $1", conversation)
    assert noted == [("Bruno", "release")]
    assert ended_by == "Bruno"


async def test_a_form_that_took_a_conversation_takes_it_once(
    database: Database, instances: Instances, keys: Keys, temporal_client: Client, database_urls: DatabaseUrls
) -> None:
    """Kept, and sent again when somebody has given the conversation back, it takes nothing: that would not be noted."""
    async with working_console(database, instances, keys, temporal_client, database_urls) as at_work:
        form = {"deed": str(uuid4())}
        for has_it in (("claimed", "Ana"), (None, None)):
            assert (await at_work.ana.post(f"{at_work.path}/assumir", form)).status_code == 303
            assert await at_work.who_has_it() == has_it
            await at_work.act(at_work.bruno, "resolver")
            await at_work.until_had_by(None, None)
            assert (await at_work.act(at_work.bruno, "assumir")).status_code == 200  # an execution that knows no form
            await at_work.act(at_work.bruno, "resolver")
            await at_work.until_had_by(None, None)
        assert (await at_work.ana.post(f"{at_work.path}/assumir")).status_code == 303
        assert await at_work.who_has_it() == ("claimed", "Ana")
        assert len(await at_work.engine.rows("select 1 from audit_log where actor = 'Ana' and action = 'claim'")) == 2

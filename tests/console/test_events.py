"""The stream of an open page, over real HTTP: what it follows, and how it ends."""

import asyncio
import contextlib
import socket
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import asyncpg
import pytest
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request

from console import events
from console.events import Pace
from console.live import Live
from console.serving import Server
from console.signed_in import SignedIn
from console.topics import TopicKind
from console.version import VERSION
from dev.postgres import DatabaseUrls
from domain.errors import StorageUnavailable
from domain.ids import OperatorId
from domain.operators import Operator, OperatorRole
from storage import organizations
from storage.database import Database
from storage.instances import Instances
from tests.console.easels import Easel
from tests.console.streams import Stream, opened
from tests.fakes.serving import local_client
from tests.shops import Shop, open_shop
from tests.storage.rows import customer, wrote

_QUICK = Pace(sign_of_life=0.1, session=0.3)


class _Guest(Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals are the test runner's


@dataclass
class Console:
    """A gateway with nothing but the streams; `sessions` are those that last, by what their requests bring along."""

    url: str
    shop: Shop
    live: Live
    server: Server
    easel: Easel
    ended: asyncio.Task[None]
    sessions: dict[str, SignedIn] = field(default_factory=dict)
    is_storage_away: bool = False

    @contextlib.asynccontextmanager
    async def page(self, *topics: str, operator: str = "ana") -> AsyncIterator[Stream]:
        """An open page of an operator's."""
        async with local_client() as http:
            http.headers["x-operator"] = operator
            async with opened(http, f"{self.url}/console/eventos", topics) as stream:
                assert stream.response.status_code == 200
                yield stream

    async def until_nobody_follows(self) -> None:
        """Wait until the process has forgotten every page."""
        async with asyncio.timeout(5):
            while self.live.pages:
                await asyncio.sleep(0.01)


@pytest.fixture
def pace() -> Pace:
    """As in production; a class of tests that waits for it has its own."""
    return Pace()


@pytest.fixture
async def console(
    database: Database, database_urls: DatabaseUrls, instances: Instances, pace: Pace
) -> AsyncIterator[Console]:
    """A running gateway of one shop, at which Ana and Bruno are signed in, and somebody of another shop."""
    shop, other = await open_shop(database, instances), await open_shop(database, instances, name="Outra Loja")
    easel = Easel()
    live = Live(database_urls.app, dict.fromkeys(TopicKind, easel.paint))
    app = FastAPI()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="off", log_config=None, timeout_graceful_shutdown=20)
    server = _Guest(config, live)
    running = asyncio.create_task(server.serve([listener]))
    found = Console(f"http://127.0.0.1:{listener.getsockname()[1]}", shop, live, server, easel, running)

    def guard(request: Request) -> None:
        signed_in = found.sessions.get(request.headers.get("x-operator", ""))
        if signed_in is None:
            raise HTTPException(401)
        request.state.signed_in = signed_in

    async def still_signed_in(request: Request) -> bool:
        if found.is_storage_away:
            raise StorageUnavailable("away")
        return request.headers["x-operator"] in found.sessions

    app.include_router(events.routes(live, still_signed_in, pace), prefix="/console", dependencies=[Depends(guard)])
    for name, where in (("ana", shop), ("bruno", shop), ("stranger", other)):
        found.sessions[name] = await _signed_in(database, where, name)
    listening = asyncio.create_task(live.run())
    yield found
    server.should_exit = True
    await running
    listening.cancel()
    await asyncio.wait([listening])
    listener.close()


async def _signed_in(database: Database, shop: Shop, name: str) -> SignedIn:
    async with database.tenant(shop.organization_id) as tenant:
        organization = await organizations.get(tenant, shop.organization_id)
    operator = Operator(
        id=OperatorId(uuid.uuid4()),
        organization_id=shop.organization_id,
        email=f"{name}@example.com",
        name=name.title(),
        role=OperatorRole.ATTENDANT,
    )
    return SignedIn(operator, organization, csrf="x")


async def test_a_page_is_given_what_it_follows(console: Console, database: Database) -> None:
    """At once: the version and each part as it is now; and a message, as soon as it is stored, on the same stream."""
    console.easel.html = "<ul>\n  <li>a\r\n\n</li>\n</ul>\n"
    async with database.tenant(console.shop.organization_id) as tenant:
        marina = await customer(tenant, console.shop)
    history = f"historico-{marina.conversation_id}"
    async with console.page("fila", history) as page:
        first = await page.next()
        assert first is not None
        assert (first.name, first.data) == ("versao", VERSION)
        assert first.retry is not None
        assert 100 <= first.retry <= 5_000
        assert page.response.headers["content-type"].startswith("text/event-stream")
        assert page.response.headers["cache-control"] == "no-store"
        given = [await page.next(), await page.next()]
        assert {event.name for event in given if event} == {"fila", history}
        assert {event.data for event in given if event} == {"<ul>\n  <li>a\n\n</li>\n</ul>\n"}
        await console.easel.at_rest()
        console.easel.html = "<p>Oi!</p>"
        async with database.tenant(console.shop.organization_id) as tenant:
            await wrote(tenant, console.shop, marina, "Oi!")
        assert (await page.of(history)).data == "<p>Oi!</p>"


async def test_a_page_that_returns_misses_nothing(
    console: Console, database: Database, database_urls: DatabaseUrls
) -> None:
    """What changed between two streams of a page is the first thing on the second."""
    console.easel.html = "<p>vazia</p>"
    async with console.page("fila") as page:
        assert (await page.of("fila")).data == "<p>vazia</p>"
    await console.until_nobody_follows()
    console.easel.html = "<p>Marina</p>"
    async with console.page("fila") as page:
        assert (await page.of("fila")).data == "<p>Marina</p>"


@pytest.mark.parametrize(
    "topics",
    [
        "",
        ",",
        "fila,",
        "Fila",
        "fila-1",
        "desconhecido",
        "historico",
        "historico-",
        "historico-1",
        "historico-{0d7b4e3a-5a5e-4b3e-9d3a-0a4c3b0f0a11}",
        "historico-0D7B4E3A-5A5E-4B3E-9D3A-0A4C3B0F0A11",
        "historico-0d7b4e3a5a5e4b3e9d3a0a4c3b0f0a11",
        "ficha-../../x",
        "agenda",
        "agenda-20261123",
        "agenda-2026-W47-1",
        "agenda-2026-02-30",
        "agenda-٢٠٢٦-11-23",
        "avisos\nevent: x",
        ",".join(f"agenda-2026-11-{day:02}" for day in range(1, 22)),
        "f" * 2_000,
    ],
)
async def test_topics_that_are_none_are_refused(console: Console, topics: str) -> None:
    """422, and nothing is followed; so is a page that would follow more than twenty."""
    async with local_client() as http:
        response = await http.get(
            f"{console.url}/console/eventos", params={"topicos": topics}, headers={"x-operator": "ana"}
        )
    assert response.status_code == 422
    assert not console.live.pages
    assert not console.easel.asked


async def test_a_page_may_follow_twenty_topics_and_name_one_twice(console: Console) -> None:
    """As many as the longest page has; one named twice is one."""
    days = [f"agenda-2026-11-{day:02}" for day in range(1, 20)]
    async with console.page(*days, "fila", "fila") as page:
        await page.next()
        given = [await page.next() for _ in range(20)]
        assert {event.name for event in given if event} == {*days, "fila"}


async def test_topics_are_of_the_operators_own_shop(console: Console, database: Database) -> None:
    """The shop comes from the session: another shop's conversation is asked for as if it were of the own, and what
    happens in it is not told; only what looks different to each is painted for each."""
    async with database.tenant(console.shop.organization_id) as tenant:
        marina = await customer(tenant, console.shop)
    stranger = console.sessions["stranger"]
    standing = f"situacao-{marina.conversation_id}"
    async with console.page(standing, "fila", operator="stranger"), console.page(standing, "fila") as page:
        await page.of(standing)
        await console.easel.at_rest()
        assert {(topic.kind, topic.organization_id, topic.viewer) for topic in console.easel.asked} == {
            (kind, who.organization_id, who.operator.id if kind is TopicKind.STANDING else None)
            for kind in (TopicKind.QUEUE, TopicKind.STANDING)
            for who in (stranger, console.sessions["ana"])
        }
        console.easel.asked.clear()
        async with database.tenant(console.shop.organization_id) as tenant:
            await wrote(tenant, console.shop, marina, "Oi!")
        await console.easel.at_rest()
        assert {topic.organization_id for topic in console.easel.asked} == {console.shop.organization_id}


async def test_two_operators_share_a_painting(console: Console) -> None:
    """Of what looks the same to both; each has a standing of their own."""
    conversation = uuid.uuid4()
    topics = (f"historico-{conversation}", f"situacao-{conversation}")
    async with console.page(*topics) as one, console.page(*topics, operator="bruno") as other:
        await one.of(topics[0])
        await other.of(topics[0])
        await console.easel.at_rest()
        assert len({topic for topic in console.easel.asked if topic.kind is TopicKind.TIMELINE}) == 1
        assert len({topic for topic in console.easel.asked if topic.kind is TopicKind.STANDING}) == 2


async def test_a_page_that_is_closed_is_forgotten(console: Console) -> None:
    """Its parts are painted for nobody any more."""
    async with console.page("fila") as page:
        await page.of("fila")
        assert console.live.pages == 1
    await console.until_nobody_follows()


async def test_who_is_not_signed_in_follows_nothing(console: Console) -> None:
    """The guard stands before the stream as before every page."""
    async with local_client() as http:
        response = await http.get(f"{console.url}/console/eventos", params={"topicos": "fila"})
    assert response.status_code == 401
    assert not console.live.pages


async def test_open_pages_do_not_hold_up_the_end_of_the_process(console: Console) -> None:
    """Told to stop, the server ends their streams at once; one whose browser reads nothing does not matter."""
    async with console.page("fila") as page, console.page("fila", operator="bruno") as other:
        await page.of("fila")
        await other.of("fila")
        began = asyncio.get_running_loop().time()
        console.server.should_exit = True
        await console.ended
        assert asyncio.get_running_loop().time() - began < 2
        while (event := await page.next()) is not None:
            assert event.name != "sessao"


async def test_a_page_survives_the_loss_of_the_database_connection(
    console: Console, database_urls: DatabaseUrls
) -> None:
    """The stream stays, and has what changed meanwhile as soon as somebody listens again."""
    console.easel.html = "<p>vazia</p>"
    owner = await asyncpg.connect(database_urls.owner)
    try:
        async with console.page("fila") as page:
            await page.of("fila")
            await console.easel.at_rest()
            await owner.execute(
                """select pg_terminate_backend(pid) from pg_stat_activity
                   where datname = current_database() and query ilike 'listen%'"""
            )
            console.easel.html = "<p>Marina</p>"
            assert (await page.of("fila")).data == "<p>Marina</p>"
    finally:
        await owner.close()


class TestSessions:
    """Streams last for hours: the session is looked at again and again."""

    @pytest.fixture
    def pace(self) -> Pace:
        """Faster than life."""
        return _QUICK

    async def test_a_session_that_ended_ends_its_stream(self, console: Console) -> None:
        """With a word for the operator; another's stream goes on."""
        async with console.page("fila") as page, console.page("fila", operator="bruno") as other:
            await page.of("fila")
            del console.sessions["ana"]
            assert "entre de novo" in (await page.of("sessao")).data
            assert await page.next() is None
            await other.of("fila")
            assert (await other.next()) is not None
            assert console.live.pages == 1

    async def test_a_quiet_stream_gives_signs_of_life(self, console: Console) -> None:
        """So that a page tells silence from a connection that was cut, and what stands between does not cut it."""
        console.easel.html = "<p>vazia</p>"
        async with console.page("fila") as page:
            await page.of("fila")
            quiet = [await page.next() for _ in range(6)]
            assert [event.name for event in quiet if event] == ["vivo"] * 6

    async def test_a_session_that_cannot_be_looked_at_lasts(self, console: Console) -> None:
        """While the database is away nobody is signed out; who was, is when it is back."""
        async with console.page("fila") as page:
            await page.of("fila")
            await console.easel.at_rest()
            console.is_storage_away = True
            while (event := await page.next()) is not None and event.name != "vivo":
                pass  # what was painted when listening began
            quiet = [await page.next() for _ in range(8)]
            assert [event.name for event in quiet if event] == ["vivo"] * 8
            del console.sessions["ana"]
            console.is_storage_away = False
            await page.of("sessao")

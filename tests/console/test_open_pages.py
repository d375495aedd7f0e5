"""Open pages of the real console: signed-in operators, real painters, real Postgres."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest

from domain.conversation import HandoffReason
from storage import handoffs, stuck_steps
from storage.stuck_steps import FailedTry
from tests.console.conftest import Browser, Console
from tests.console.streams import opened
from tests.storage.rows import customer, wrote


@pytest.fixture
async def live(console: Console) -> AsyncIterator[None]:
    """The gateway follows the database, as it does while it is served for good."""
    following = asyncio.create_task(console.app.state.live.run())
    yield
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


@pytest.mark.usefixtures("live")
async def test_who_waits_is_counted_in_every_head(console: Console, ana: Browser) -> None:
    """A hand-over that nobody has taken, and a step that keeps failing, are told on the stream that every page has."""
    async with opened(ana.http, "/console/eventos", ["avisos"]) as stream:
        assert 'data-waiting="0"' in (await stream.of("avisos")).data
        async with console.database.tenant(console.shop.organization_id) as tenant:
            marina = await customer(tenant, console.shop)
            await handoffs.open_one(tenant, marina.conversation_id, HandoffReason.ASKED_BY_MODEL)
        told = (await stream.of("avisos")).data
        assert 'data-waiting="1"' in told
        assert "1 esperando" in told
        async with console.database.tenant(console.shop.organization_id) as tenant:
            for activity in ("a", "b"):
                failed = FailedTry(
                    workflow_id="w",
                    run_id="r",
                    activity_id=activity,
                    activity="send",
                    is_local=False,
                    error_type="E",
                    error="e",
                    attempts=3,
                )
                await stuck_steps.note(tenant, console.shop.organization_id, failed)
        assert "2 parados" in (await stream.of("avisos")).data


@pytest.mark.usefixtures("live")
async def test_another_shops_conversation_shows_nothing(console: Console, ana: Browser) -> None:
    """Its id may be followed and paints nothing of it, before and after something is said in it."""
    async with console.database.tenant(console.other_shop.organization_id) as tenant:
        stranger = await customer(tenant, console.other_shop)
        await wrote(tenant, console.other_shop, stranger, "Segredo")
    names = [f"{kind}-{stranger.conversation_id}" for kind in ("historico", "situacao", "ficha")]
    async with opened(ana.http, "/console/eventos", [*names, "conversas", "fila"]) as stream:
        painted: dict[str, str] = {}
        while not painted.keys() >= set(names):
            event = await stream.next()
            assert event is not None
            painted[event.name] = event.data
        assert not any("Segredo" in html for html in painted.values())
        async with console.database.tenant(console.other_shop.organization_id) as tenant:
            await wrote(tenant, console.other_shop, stranger, "Outro segredo")
        async with console.database.tenant(console.shop.organization_id) as tenant:
            marina = await customer(tenant, console.shop)
            await wrote(tenant, console.shop, marina, "Oi!")
        while "Oi!" not in (seen := await stream.of("conversas")).data:
            assert "egredo" not in seen.data
        assert "egredo" not in seen.data


async def test_who_signed_out_follows_nothing_more(console: Console, ana: Browser) -> None:
    """A page that was left open is turned away when it comes back."""
    async with opened(ana.http, "/console/eventos", ["avisos"]) as stream:
        assert stream.response.status_code == 200
    session = ana.http.cookies["auzap"]
    await ana.post("/sair")
    ana.http.cookies.set("auzap", session)
    ana.http.headers["accept"] = "text/event-stream"
    async with opened(ana.http, "/console/eventos", ["avisos"]) as stream:
        assert stream.response.status_code == 401


async def test_an_open_page_does_not_keep_its_operator_signed_in(console: Console, ana: Browser) -> None:
    """What a stream asks of its session is no use of it: a browser that was left alone is signed out in time."""
    long_ago = "update operator_sessions set last_seen_at = now() - interval '1 hour' returning last_seen_at"
    async with console.database.tenant(console.shop.organization_id) as tenant:
        before = await tenant.fetchval(long_ago)
    assert await console.signing_in.session_of(ana.http.cookies["auzap"], is_used=False) is not None
    async with console.database.tenant(console.shop.organization_id) as tenant:
        assert await tenant.fetchval("select last_seen_at from operator_sessions") == before
    assert await console.signing_in.session_of(ana.http.cookies["auzap"]) is not None
    async with console.database.tenant(console.shop.organization_id) as tenant:
        assert await tenant.fetchval("select last_seen_at from operator_sessions") > before


async def test_a_persons_reply_is_told_as_it_is_stored(console: Console) -> None:
    """Before the channel has taken it: a colleague who looks at the conversation sees it wait."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        marina = await customer(tenant, console.shop)
    heard: list[str] = []
    listener = await asyncpg.connect(console.database_url)
    try:
        await listener.add_listener("auzap_consoles", lambda *told: heard.append(told[3]))
        async with console.database.tenant(console.shop.organization_id) as tenant:
            await tenant.execute(
                """insert into messages (organization_id, conversation_id, whatsapp_instance_id, direction, sender,
                       content, status, address, operator_id)
                   values ($1, $2, $3, 'outbound', 'human', 'Oi, Marina!', 'pending', 'x', $4)""",
                console.shop.organization_id,
                marina.conversation_id,
                console.shop.instance.id,
                console.ana.id,
            )
        async with asyncio.timeout(5):
            while not any(str(marina.conversation_id) in told for told in heard):
                await asyncio.sleep(0.01)
    finally:
        await listener.close()

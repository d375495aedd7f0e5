"""What the console's script does, in a real browser on the real console."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator, Iterator

import pytest
import uvicorn
from playwright.async_api import Page, Route, expect

from console.serving import Server
from domain.conversation import HandoffReason
from gateway import application
from storage import handoffs
from tests.browsers import chromium
from tests.console.conftest import Browser, Console
from tests.storage.rows import Customer, customer, wrote

_SOON = 15_000
"""Milliseconds that a busy machine may take; what is promised takes a fraction of it."""


class _Guest(Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals are the test runner's


class Gateway:
    """The console's process, which can be stopped and started again at the same address."""

    def __init__(self, console: Console) -> None:
        self._console = console
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._server: Server | None = None
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """A new process, as it were, over the same database."""
        made = self._console
        app = application(made.database, made.temporal, made.settings, signing_in=made.signing_in)
        config = uvicorn.Config(app, port=self._port, log_config=None, access_log=False, timeout_graceful_shutdown=5)
        self._server = _Guest(config, app.state.live)
        self._running = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Down, as at a deploy."""
        if self._server is not None and self._running is not None:
            self._server.should_exit = True
            await self._running


@pytest.fixture
async def gateway(console: Console) -> AsyncIterator[Gateway]:
    """A running gateway."""
    made = Gateway(console)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def marina(console: Console) -> Customer:
    """A customer who has written a lot."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        made = await customer(tenant, console.shop)
        await wrote(tenant, console.shop, made, *(f"Mensagem {number}" for number in range(60)))
    return made


@pytest.fixture
async def page(gateway: Gateway, ana: Browser) -> AsyncIterator[Page]:
    """Ana's browser; an error of the script fails the test."""
    async with chromium() as browser:
        context = await browser.new_context(base_url=gateway.url)
        await context.add_cookies([{"name": "auzap", "value": ana.http.cookies["auzap"], "url": gateway.url}])
        opened = await context.new_page()
        problems: list[str] = []
        opened.on("pageerror", lambda error: problems.append(str(error)))
        yield opened
        assert not problems
        await context.close()


async def test_the_page_says_when_it_is_cut_off_and_when_not(page: Page, gateway: Gateway) -> None:
    """A deploy: a banner while the process is away, gone when it is back; a page of another version is told so."""
    await page.goto("/console/fila")
    await expect(page.locator("[data-waiting]")).to_be_attached(timeout=_SOON)
    banner = page.get_by_text("Sem conexão; tentando de novo…")
    await expect(banner).to_have_count(0)
    await gateway.stop()
    await expect(banner).to_be_visible(timeout=_SOON)
    await page.evaluate("document.body.dataset.version = 'another'")
    await gateway.start()
    await expect(banner).to_have_count(0, timeout=_SOON)
    await expect(page.get_by_text("Há uma versão nova: recarregue")).to_be_visible(timeout=_SOON)
    await page.get_by_role("button", name="Recarregar").click()
    await expect(page.get_by_text("Há uma versão nova")).to_have_count(0, timeout=_SOON)


async def test_an_ended_session_is_told(page: Page, gateway: Gateway, console: Console) -> None:
    """A page that comes back after its operator was signed out asks them to come in again."""
    await page.goto("/console/fila")
    await expect(page.locator("[data-waiting]")).to_be_attached(timeout=_SOON)
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await tenant.execute("delete from operator_sessions")
    await gateway.stop()
    await gateway.start()
    await expect(page.get_by_text("Sua sessão terminou, entre de novo.")).to_be_visible(timeout=_SOON)
    await expect(page.get_by_text("Sem conexão")).to_have_count(0)
    await page.get_by_role("link", name="Entrar").click()
    await expect(page).to_have_url(re.compile(r"/console/entrar\?destino=%2Fconsole%2Ffila$"))


async def test_the_title_says_how_many_wait_and_live_forms_are_whole(
    page: Page, console: Console, marina: Customer
) -> None:
    """Without reloading; a form that came over the stream has this session's token and a deed, and keeps them."""
    await page.goto("/console/fila")
    await expect(page).to_have_title(re.compile("^Fila"))
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await handoffs.open_one(tenant, marina.conversation_id, HandoffReason.ASKED_BY_MODEL)
    await expect(page).to_have_title(re.compile(r"^\(1\) Fila"), timeout=_SOON)
    form = page.locator("#fila form").first
    csrf = await page.evaluate("document.body.dataset.csrf")
    await expect(form.locator("[name=csrf]")).to_have_value(csrf)
    deed = await form.locator("[name=deed]").input_value()
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", deed)
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await wrote(tenant, console.shop, marina, "Ainda estou aqui")
    await expect(page.locator("#fila")).to_contain_text("Ainda estou aqui", timeout=_SOON)
    await expect(form.locator("[name=csrf]")).to_have_value(csrf)
    await expect(form.locator("[name=deed]")).to_have_value(deed)


async def test_a_chat_stays_at_its_end_unless_somebody_reads_back(
    page: Page, console: Console, marina: Customer
) -> None:
    """A new message is in sight; who went back to read is not moved, and offered the way to it."""
    await page.goto(f"/console/conversas/{marina.conversation_id}")
    history = page.locator("#historico")
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await wrote(tenant, console.shop, marina, "A primeira nova")
    await expect(history.get_by_text("A primeira nova")).to_be_in_viewport(timeout=_SOON)
    await history.get_by_text("Mensagem 30", exact=True).scroll_into_view_if_needed()
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await wrote(tenant, console.shop, marina, "A segunda nova")
    offer = page.get_by_role("button", name="Novas mensagens")
    await expect(offer).to_be_visible(timeout=_SOON)
    await expect(history.get_by_text("A segunda nova")).not_to_be_in_viewport()
    await offer.click()
    await expect(history.get_by_text("A segunda nova")).to_be_in_viewport(timeout=_SOON)
    await expect(offer).to_have_count(0, timeout=_SOON)


async def test_what_is_chosen_and_open_survives_a_painting(page: Page, console: Console, marina: Customer) -> None:
    """A part that is painted anew keeps what the operator was doing in it."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await handoffs.open_one(tenant, marina.conversation_id, HandoffReason.ASKED_BY_MODEL)
    await page.goto(f"/console/conversas/{marina.conversation_id}")
    chosen = page.locator("#para")
    await chosen.select_option(label="Bruno")
    await page.locator("#texto").fill("Oi, Marina, já vou ver")
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await wrote(tenant, console.shop, marina, "Alguém?")
        await tenant.execute("update handoffs set detail = 'quer saber do Rex'")
    await expect(page.locator("#situacao")).to_contain_text("quer saber do Rex", timeout=_SOON)
    await expect(chosen).to_have_value(str(console.bruno.id))
    await expect(page.locator("#texto")).to_have_value("Oi, Marina, já vou ver")


async def test_a_form_is_sent_once(page: Page, console: Console) -> None:
    """While it is under way its button is off, and a second click or key sends nothing."""
    await page.goto("/console/respostas")
    sent: list[str] = []

    async def taken(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        sent.append(route.request.method)
        await route.fulfill(status=204)  # the page stays, as while an answer is awaited

    await page.route("**/console/respostas", taken)
    form = page.locator("main form", has=page.locator("textarea")).first
    for field in await form.locator("input:visible, textarea:visible").all():
        await field.fill("Bom dia")
    await form.locator("textarea").focus()
    await page.keyboard.press("Control+Enter")
    await expect(form.get_by_role("button").first).to_be_disabled(timeout=_SOON)
    await page.evaluate("document.querySelector('main form textarea').form.requestSubmit()")
    await asyncio.sleep(0.3)
    assert sent == ["POST"]


async def test_the_console_works_by_keyboard(page: Page, marina: Customer) -> None:
    """Search, moving in a list, going to other pages, and the list of keys; letters in a field are letters."""
    await page.goto("/console/conversas")
    await expect(page.locator("[data-waiting]")).to_be_attached(timeout=_SOON)
    await page.keyboard.press("/")
    await page.keyboard.type("gjk?")
    await expect(page.get_by_role("searchbox")).to_have_value("gjk?")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("searchbox").blur()
    await page.keyboard.press("j")
    await expect(page.locator(f"#conversas a[href$='{marina.conversation_id}']").first).to_be_focused()
    await page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Teclas")
    await expect(keys).to_contain_text("Ctrl + Enter")
    await keys.get_by_role("checkbox").uncheck()
    await page.keyboard.press("Escape")
    await expect(keys).to_have_count(0)
    await page.keyboard.press("g")
    await page.keyboard.press("f")
    await expect(page).to_have_url(re.compile("/console/conversas$"))
    await page.keyboard.press("?")
    await page.get_by_role("dialog").get_by_role("checkbox").check()
    await page.get_by_role("button", name="Fechar").click()
    await page.keyboard.press("g")
    await page.keyboard.press("f")
    await expect(page).to_have_url(re.compile("/console/fila$"))


async def test_ages_are_kept_true(page: Page) -> None:
    """A time that says how long ago goes on saying it."""
    await page.goto("/console/fila")
    await page.evaluate(
        """() => {
            const time = document.createElement("time");
            time.dateTime = new Date(Date.now() - 200_000).toISOString();
            time.dataset.relative = "";
            document.querySelector("main").append(time);
            document.body.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
        }"""
    )
    await expect(page.locator("time[data-relative]")).to_have_text("há 3 min")

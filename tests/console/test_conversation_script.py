"""A conversation's page in a real browser, over the whole engine: what its script and its live parts do."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from temporalio.client import Client

from dev.postgres import DatabaseUrls
from domain.ids import ReadyAnswerId
from storage import ready_answers
from storage.database import Database
from storage.instances import Instances
from storage.ready_answers import ReadyAnswer
from tests.browsers import chromium
from tests.conftest import Keys
from tests.console.at_work import AtWork, working_console
from tests.shops import CUSTOMER

_SOON = 15_000
"""Milliseconds that a busy machine may take."""


@pytest.fixture
async def at_work(
    database: Database, instances: Instances, keys: Keys, temporal_client: Client, database_urls: DatabaseUrls
) -> AsyncIterator[AtWork]:
    """The customer has said "Oi" and was answered."""
    async with working_console(database, instances, keys, temporal_client, database_urls) as working:
        yield working


@pytest.fixture
async def page(at_work: AtWork) -> AsyncIterator[Page]:
    """The conversation as Ana sees it."""
    async with chromium() as browser:
        context = await browser.new_context(viewport={"width": 1400, "height": 900})
        url = str(at_work.ana.http.base_url).rstrip("/")
        await context.add_cookies(
            [{"name": one.name, "value": one.value or "", "url": url} for one in at_work.ana.http.cookies.jar]
        )
        opened = await context.new_page()
        opened.set_default_timeout(_SOON)
        await opened.goto(f"{url}/console{at_work.path}")
        yield opened
        await context.close()


async def test_a_conversation_from_taking_to_the_answer(at_work: AtWork, page: Page) -> None:
    """Ana takes it, puts a ready answer in, sends it, and reads the customer's answer, all without loading the page."""
    async with at_work.engine.database.tenant(at_work.engine.shop.organization_id) as tenant:
        answer = ReadyAnswer(id=ReadyAnswerId(uuid.uuid4()), title="Como chegar", content="Rua das Flores, 10.")
        await ready_answers.add(tenant, at_work.engine.shop.organization_id, answer)
    await page.reload()
    await page.evaluate("window.isTheSame = true")
    await page.get_by_role("button", name="Assumir", exact=True).click()
    await expect(page.locator("#situacao strong")).to_have_text("com você", timeout=_SOON)
    await expect(page.get_by_role("button", name="Enviar")).to_be_visible(timeout=_SOON)
    await page.get_by_text("Respostas prontas", exact=True).click()
    await page.get_by_role("button", name="Como chegar").click()
    await expect(page.locator("#texto")).to_have_value("Rua das Flores, 10.")
    await page.locator("#texto").press("Control+Enter")
    await expect(page.locator(".fala.de-human .texto")).to_have_text("Rua das Flores, 10.", timeout=_SOON)
    await expect(page.locator("#texto")).to_have_value("")
    assert (await at_work.engine.replies(2))[1] == "Rua das Flores, 10."
    await at_work.engine.says("Obrigada!")
    await expect(page.locator(".fala.deles .texto").last).to_have_text("Obrigada!", timeout=_SOON)
    assert await page.evaluate("window.isTheSame")


async def test_what_is_being_typed_is_not_lost(at_work: AtWork, page: Page) -> None:
    """A draft survives the page loaded anew, a note, somebody else taking it; sent, it is gone."""
    await page.locator("#texto").fill("Meu rascunho")
    await page.reload()
    await expect(page.locator("#texto")).to_have_value("Meu rascunho")
    await page.get_by_text("Anotar para a equipe").click()
    await page.locator("#anotacao").fill("Cliente antiga")
    await page.get_by_role("button", name="Guardar anotação").click()
    await expect(page.locator(".anotacao .texto")).to_have_text("Cliente antiga", timeout=_SOON)
    await expect(page.locator("#texto")).to_have_value("Meu rascunho")
    await at_work.act(at_work.bruno, "assumir")
    await expect(page.locator("#situacao strong")).to_have_text("com Bruno", timeout=_SOON)
    await expect(page.locator("#botao-enviar")).to_have_count(0)
    await at_work.act(at_work.bruno, "devolver")
    await page.get_by_role("button", name="Assumir e responder").click(timeout=_SOON)
    await expect(page.locator(".fala.de-human .texto")).to_have_text("Meu rascunho", timeout=_SOON)
    await page.reload()
    await expect(page.locator("#texto")).to_have_value("")


async def test_older_messages_stay_without_a_gap(at_work: AtWork, page: Page) -> None:
    """With older messages shown above, those that the live part drops stay between: all in order, each once."""
    shop, conversation_id = at_work.engine.shop, at_work.conversation_id
    async with at_work.engine.database.tenant(shop.organization_id) as tenant:

        async def add(first: int, last: int) -> None:
            await tenant.execute(
                """insert into messages (organization_id, conversation_id, whatsapp_instance_id, direction, sender,
                       content, status, address) select $1, $2, $3, 'inbound', 'customer', 'm' || n, 'received', $4
                   from generate_series($5::int, $6::int) n""",
                shop.organization_id,
                conversation_id,
                shop.instance.id,
                CUSTOMER,
                first,
                last,
            )
            await tenant.execute("update conversations set unread_count = unread_count + 1")

        await add(1, 100)
    await page.reload()
    await page.get_by_role("link", name="Mais antigas").click()
    await expect(page.locator(".fala")).to_have_count(102, timeout=_SOON)
    for last in range(101, 104):
        async with at_work.engine.database.tenant(shop.organization_id) as tenant:
            await add(last, last)
        await expect(page.locator(".fala .texto").last).to_have_text(f"m{last}", timeout=_SOON)
        await asyncio.sleep(0)
    texts = await page.locator(".fala .texto").all_text_contents()
    assert texts[2:] == [f"m{number}" for number in range(1, 104)]


async def test_the_page_is_accessible(at_work: AtWork, page: Page) -> None:
    """Axe finds nothing, on a wide screen and on a phone's, whose width the page does not exceed."""
    await at_work.engine.says("quero falar com uma pessoa")
    await expect(page.locator("#situacao strong")).to_have_text("esperando uma pessoa", timeout=_SOON)
    for width in (1400, 360):
        await page.set_viewport_size({"width": width, "height": 800})
        await page.reload()
        found = (await Axe().run(page)).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_who_signs_out_leaves_no_draft_behind(at_work: AtWork, page: Page) -> None:
    """What was typed and not sent survives a reload, and is gone with the sign-out."""
    field = page.get_by_label("Mensagem para o cliente")
    await field.fill("rascunho sobre a Marina")
    await page.reload()
    await expect(page.get_by_label("Mensagem para o cliente")).to_have_value("rascunho sobre a Marina")
    await page.get_by_role("button", name="Sair").click()
    await expect(page.get_by_role("button", name="Entrar")).to_be_visible()
    assert await page.evaluate("sessionStorage.length") == 0

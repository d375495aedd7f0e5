"""The pages of this room in a real browser: nothing wrong for whoever uses a keyboard or a screen reader."""

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize

from tests.browsers import chromium
from tests.console.conftest import PASSWORD, Console

_NARROW = ViewportSize(width=360, height=740)


@pytest.fixture(params=["light", "dark"])
async def page(request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A page on a phone's screen, in each of the two schemes; what its console complains of fails the test."""
    async with chromium() as browser:
        context = await browser.new_context(viewport=_NARROW, color_scheme=request.param)
        opened = await context.new_page()
        complaints: list[str] = []
        opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        yield opened
        await context.close()
        expected = ("status of 422", "status of 404")  # Chromium tells of every answer that is a refusal
        assert [one for one in complaints if not any(status in one for status in expected)] == []


async def _is_sound(page: Page) -> None:
    """No finding of axe, nothing to scroll sideways."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth") <= _NARROW["width"]


async def test_one_signs_in_by_keyboard_and_every_page_is_sound(console: Console, page: Page) -> None:
    """From the shop's bookmark to the team and one's own password, and out; a wrong password on the way."""
    await page.goto(f"{console.url}/console/entrar?loja={console.slug()}&destino=/console/equipe")
    await page.wait_for_function("document.activeElement.id === 'email'")  # the first empty field
    await page.keyboard.type(console.bruno.email)
    await page.keyboard.press("Tab")
    await page.keyboard.type("errada de todo")
    await page.keyboard.press("Enter")
    await page.get_by_role("alert").wait_for()
    await page.wait_for_function("document.activeElement.id === 'senha'")
    await _is_sound(page)
    await page.get_by_label("Senha").focus()  # axe looks at everything, and leaves the focus wherever it was last
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Equipe").wait_for()
    await _is_sound(page)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Ir para o conteúdo"
    await page.get_by_label("Nome").fill("Dora")
    await page.get_by_label("E-mail").fill("dora@amigo.example")
    await page.get_by_role("button", name="Incluir").click()
    await page.locator("code.secret").wait_for()
    await _is_sound(page)
    await page.get_by_role("link", name="Bruno").click()
    await page.get_by_role("heading", name="Minha senha").wait_for()
    await _is_sound(page)
    await page.goto(f"{console.url}/console/nada")
    await _is_sound(page)
    await page.goto(f"{console.url}/console/senha")
    await page.get_by_role("button", name="Sair").click()
    await page.get_by_role("heading", name="Entrar").wait_for()

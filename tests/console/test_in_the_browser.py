"""The console as its operators use it: a real Chromium, the real engine behind it, from sign-in to the AI's return."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from domain.operators import Operator, OperatorRole
from operating import operators
from operating.deeds import at_command_line
from operating.passwords import Passwords
from tests.browsers import chromium
from tests.console.conftest import PASSWORD, QUICK, slug_of
from tests.engine import Engine, running_engine
from tests.storage.rows import insert_booking, pet
from tests.workflows.conftest import engine

__all__ = ["engine", "running_engine"]

_SERIOUS = ("serious", "critical")
_PHONE = {"width": 360, "height": 740}
_DESK = {"width": 1280, "height": 800}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The machine's Chromium."""
    async with chromium() as opened:
        yield opened


async def hire(engine: Engine, name: str = "Ana", role: OperatorRole = OperatorRole.ADMIN) -> Operator:
    """Somebody who may sign in."""
    return await operators.add(
        engine.database,
        Passwords(QUICK),
        engine.shop.organization_id,
        at_command_line(),
        name=name,
        email=f"{name.lower()}@loja.example",
        role=role,
        password=PASSWORD,
    )


async def signed_in(browser: Browser, engine: Engine, who: Operator, size: dict[str, int]) -> Page:
    """A browser window of its own, after the sign-in form."""
    context = await browser.new_context(viewport={"width": size["width"], "height": size["height"]}, locale="pt-BR")
    page = await context.new_page()
    await page.goto(f"{engine.gateway_url}/console/")
    await page.get_by_label("Loja").fill(slug_of(engine.shop))
    await page.get_by_label("E-mail").fill(who.email)
    await page.get_by_label("Senha").fill(PASSWORD)
    await page.get_by_role("button", name="Entrar").click()
    await expect(page.get_by_role("heading", name="Fila", level=1)).to_be_visible()
    return page


async def serious(page: Page) -> list[str]:
    """What axe finds that keeps somebody from using the page: rule, how bad, where."""
    found = (await Axe().run(page)).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {[node['target'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in _SERIOUS
    ]


@pytest.mark.parametrize("size", [_DESK, _PHONE], ids=["desk", "phone"])
async def test_a_person_takes_over_and_the_ai_goes_on(engine: Engine, browser: Browser, size: dict[str, int]) -> None:
    """Sign in, see a customer ask for a person, take it, answer, see her answer arrive, give it back; the AI knows."""
    page = await signed_in(browser, engine, await hire(engine), size)
    await expect(page.get_by_text("Ninguém esperando por uma pessoa")).to_be_visible()

    await engine.says("quero falar com uma pessoa")
    card = page.locator("#fila li.entry")
    await expect(card).to_contain_text("O cliente pediu para falar com uma pessoa")
    await expect(page.locator("#avisos")).to_contain_text("1")
    await engine.says("é sobre o Rex")
    await expect(card).to_contain_text("é sobre o Rex")

    await card.get_by_role("button", name="Assumir").click()
    await expect(page.locator("#situacao .com-quem")).to_contain_text("com você")
    await expect(page.locator("#historico")).to_contain_text("é sobre o Rex")

    await page.wait_for_load_state()  # the keys work as soon as the scripts are there
    await page.get_by_label("Mensagem para o cliente").fill("Oi! Aqui é a Ana. O que o Rex tem?")
    await page.keyboard.press("Control+Enter")
    assert (await engine.replies(2))[1] == "Oi! Aqui é a Ana. O que o Rex tem?"
    await expect(page.locator("#historico")).to_contain_text("Oi! Aqui é a Ana. O que o Rex tem?")
    await expect(page.get_by_label("Mensagem para o cliente")).to_have_value("")

    await engine.says("ele está bem, só queria saber quanto custa o banho?")
    await expect(page.locator("#historico")).to_contain_text("só queria saber quanto custa o banho?")

    await page.get_by_role("button", name="Devolver à IA").click()
    assert "R$ 50,00" in (await engine.replies(3))[2]
    await expect(page.locator("#historico")).to_contain_text("R$ 50,00")
    await expect(page.locator("#situacao .com-quem")).to_contain_text("com a IA")
    # What the model read: the prompt, three messages of the customer's, its own word, and Ana's.
    assert engine.model.calls.listed().calls[-1].messages == 6


async def test_the_second_who_takes_it_is_told_who_has_it(engine: Engine, browser: Browser) -> None:
    """Two consoles show the same button: the slower of the two reads a name, and keeps what she typed."""
    ana, bruno = await hire(engine), await hire(engine, "Bruno", OperatorRole.ATTENDANT)
    first, second = await signed_in(browser, engine, ana, _DESK), await signed_in(browser, engine, bruno, _DESK)
    await engine.says("quero falar com uma pessoa")
    for page in (first, second):
        await page.locator("#fila li.entry").get_by_role("link", name="Abrir").click()
        await expect(page.get_by_role("button", name="Assumir", exact=True)).to_be_visible()
    await second.get_by_label("Mensagem para o cliente").fill("Oi, sou o Bruno")
    await first.get_by_role("button", name="Assumir", exact=True).click()
    await expect(first.locator("#situacao .com-quem")).to_contain_text("com você")
    await expect(second.locator("#situacao .com-quem")).to_contain_text("com Ana")
    await expect(second.get_by_label("Mensagem para o cliente")).to_have_value("Oi, sou o Bruno")


async def test_scripts_in_messages_are_text(engine: Engine, browser: Browser) -> None:
    """Whatever a customer writes, and calls himself, is shown as written, and nothing of it runs."""
    page = await signed_in(browser, engine, await hire(engine), _DESK)
    alarms: list[str] = []
    page.on("dialog", lambda dialog: alarms.append(dialog.message))
    page.on("pageerror", lambda error: alarms.append(str(error)))
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script> \"quero\" falar com uma 'pessoa'"
    await engine.says(hostile)
    await page.locator("#fila li.entry").get_by_role("link", name="Abrir").click()
    await expect(page.locator("#historico")).to_contain_text("<script>alert(2)</script>")
    assert await page.locator("#historico img, #historico script").count() == 0
    assert alarms == []


@pytest.mark.parametrize("size", [_DESK, _PHONE], ids=["desk", "phone"])
async def test_no_page_shuts_anybody_out(engine: Engine, browser: Browser, size: dict[str, int]) -> None:
    """axe finds nothing serious on any page, wide or on a phone, and no page scrolls sideways on a phone."""
    page = await signed_in(browser, engine, await hire(engine), size)
    await engine.says("quero falar com uma pessoa")
    await engine.replies(1)
    await engine.until_row("select 1 from handoffs where summary is not null")
    conversation = (await engine.rows("select id, contact_id from conversations"))[0]
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        rex = await pet(tenant, engine.shop, conversation["contact_id"])
        tomorrow = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0) + timedelta(days=1)
        booking = await insert_booking(tenant, engine.shop, conversation["contact_id"], start=tomorrow, pet_id=rex.id)
    one, customer = f"conversas/{conversation['id']}", f"clientes/{conversation['contact_id']}"
    paths = (
        "fila",
        "conversas",
        "conversas?busca=cliente",
        one,
        f"{one}/agora",
        customer,
        f"agenda?dia={tomorrow:%Y-%m-%d}",
        "agenda/novo",
        f"agenda/{booking}",
        f"agenda/{booking}/remarcar",
        f"agenda/{booking}/cancelar",
        "painel",
        "parados",
        "respostas",
        "equipe",
        "senha",
    )
    found = {}
    for path in paths:
        await page.goto(f"{engine.gateway_url}/console/{path}")
        await expect(page.locator("main h1")).to_be_visible()
        found[path] = await serious(page)
        too_wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
        assert not too_wide, f"{path} scrolls sideways at {size['width']}"
    await page.goto(f"{engine.gateway_url}/console/entrar")
    found["entrar"] = await serious(page)
    assert found == {path: [] for path in found}

"""`python -m dev.pictures`: the pictures of the console in docs/images, taken on the stack that `make run` keeps up.

Customers of sample data write, Ana serves one of them, and each page is photographed, wide and on a phone.
"""

import asyncio
import os
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Page, async_playwright, expect

from dev.demo_stage import PLAYED, fresh_phone
from dev.practice_phone import PhoneClient
from dev.seed import OPERATOR_EMAIL, SLUG, WEBHOOK_KEY

_IMAGES = Path(__file__).parents[1] / "docs" / "images"
_CUSTOMERS = (
    ("Marina", ("oi, queria saber do exame do Rex", "quero falar com uma pessoa, por favor")),
    ("Tito", ("quanto custa o banho?", "prefiro falar com um atendente")),
    ("Sônia", ("vou viajar, vocês hospedam gatos?",)),
)


async def main(password: str) -> None:
    """Play and photograph."""
    gateway, phone_url = os.environ["AUZAP_GATEWAY_URL"], os.environ["AUZAP_PRACTICE_PHONE_URL"]
    phones = {name: fresh_phone() for name, _ in _CUSTOMERS}
    async with PhoneClient(phone_url) as phone, async_playwright() as playwright:
        for name, lines in _CUSTOMERS:
            for line in lines:
                await phone.type_message(WEBHOOK_KEY, phones[name], line, name=f"{name} {PLAYED}")
                await asyncio.sleep(2)
        chromium = next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), None)
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        desk = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="pt-BR")
        page = await desk.new_page()
        await page.goto(f"{gateway}/console/entrar?loja={SLUG}")
        await page.get_by_label("E-mail").fill(OPERATOR_EMAIL)
        await page.get_by_label("Senha").fill(password)
        await page.get_by_role("button", name="Entrar").click()
        await expect(page.get_by_role("heading", name="Fila", level=1)).to_be_visible()
        await _shot(page, "fila")
        await page.locator("li.entry", has_text="Marina").first.get_by_role("button", name="Assumir").click()
        await page.get_by_label("Mensagem para o cliente").fill(
            "Oi, Marina! Aqui é a Ana. O exame do Rex ficou pronto."
        )
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#historico")).to_contain_text("O exame do Rex ficou pronto.")
        await phone.type_message(WEBHOOK_KEY, phones["Marina"], "que bom! posso passar hoje?", name=f"Marina {PLAYED}")
        await expect(page.locator("#historico")).to_contain_text("posso passar hoje?")
        await _shot(page, "conversa")
        served = urlsplit(page.url).path
        for name in ("agenda", "painel"):
            await page.goto(f"{gateway}/console/{name}")
            await _shot(page, name)
        await page.set_viewport_size({"width": 390, "height": 844})
        await page.goto(f"{gateway}{served}")
        await _shot(page, "conversa-celular")
        await browser.close()


async def _shot(page: Page, name: str) -> None:
    await page.wait_for_timeout(700)
    await page.screenshot(path=_IMAGES / f"{name}.png")
    sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

"""The page in a real browser, with the whole engine behind it."""

from base64 import b64encode
from pathlib import Path

import httpx
from playwright.async_api import expect
from pydantic import SecretStr
from temporalio.client import Client

from dev.postgres import DatabaseUrls
from dev.practice_phone import running_practice_phone
from domain.charts import Chart, ChartUnit, Series
from domain.instances import InstanceKind
from pictures.drawing import ChildDrawing
from storage.database import Database
from storage.instances import Instances
from tests.browsers import chromium
from tests.conftest import Keys
from tests.dev.practice_phone.shop import CUSTOMER, JID, SHOP, TOKEN, register
from tests.engine import running_engine
from tests.shops import open_shop

CHART = Chart(
    title="Receita da semana",
    labels=("seg", "ter"),
    series=(Series(name="Feito", values=(1234.0, 900.0)),),
    unit=ChartUnit.REAIS,
)
HOSTILE = "<img src=x onerror=\"document.title='hacked'\">"


async def test_a_reply_appears_as_it_is_sent(
    database: Database,
    instances: Instances,
    keys: Keys,
    temporal_client: Client,
    database_urls: DatabaseUrls,
    tmp_path: Path,
) -> None:
    """Somebody types in the page and reads the answer without reloading; markup stays text."""
    async with (
        running_engine(database, instances, keys, temporal_client, database_urls.app) as engine,
        running_practice_phone(gateway_url=engine.gateway_url, state_dir=tmp_path) as phone,
        chromium() as browser,
    ):
        shop = await open_shop(database, instances, kind=InstanceKind.PRACTICE, base_url=phone.url)
        key = shop.instance.webhook_key
        token = shop.instance.webhook_token.get_secret_value()
        async with database.tenant(shop.organization_id) as tenant:  # the phone knows one token for both ways
            await instances.save(tenant, shop.instance.model_copy(update={"api_token": SecretStr(token)}))
        await phone.register(key, token=token, shop_name="Amigo Fiel", shop_phone="5511933330000")
        page = await browser.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(f"{phone.url}/#{key}/5511999990001")
        await page.fill("#text", "quanto custa o banho?")
        await page.press("#text", "Enter")
        await expect(page.locator("#bubbles")).to_contain_text("Banho: R$ 50,00", timeout=20_000)
        await page.fill("#text", HOSTILE)
        await page.press("#text", "Enter")
        await expect(page.locator("#bubbles")).to_contain_text(HOSTILE)
        assert await page.title() != "hacked"
        assert problems == []


async def test_a_chart_is_seen_in_the_chat(tmp_path: Path) -> None:
    """A picture that the engine sends is really drawn by the browser, with its caption; also after a reload."""
    picture = b64encode(await ChildDrawing().drawn(CHART)).decode()
    image = {"base64": picture, "mimetype": "image/png"}
    async with (
        running_practice_phone(gateway_url="http://127.0.0.1:9", state_dir=tmp_path) as phone,
        chromium() as browser,
    ):
        await register(phone)
        page = await browser.new_page()
        await page.goto(f"{phone.url}/#{SHOP}/{CUSTOMER}")
        await page.wait_for_selector("#hint:not([hidden])")
        async with httpx.AsyncClient(base_url=phone.url, trust_env=False) as engine:
            body = {"jid": JID, "image": image, "caption": CHART.title, "messageId": "AUZ1"}
            sent = await engine.post("/messages", json=body, headers={"authorization": f"Bearer {TOKEN}"})
            assert sent.status_code == 201
        for _ in range(2):
            shown = page.locator("#m-AUZ1 img.sent-picture")
            await expect(shown).to_be_visible()
            await page.wait_for_function("document.querySelector('#m-AUZ1 img.sent-picture').naturalWidth === 1080")
            await expect(page.locator("#m-AUZ1")).to_contain_text("Receita da semana")
            await expect(page.locator("#m-AUZ1 .stand-in")).to_have_count(0)
            await page.reload()

"""The page of what is stuck: seen with its error, tried again, done without, sent on its way, taken notice of."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client

from activities.burying import payload_of
from console.parts import Parts
from console.stuck import line_of
from dev.postgres import DatabaseUrls
from domain.alerts import AlertKind
from domain.ids import DeedId
from domain.operators import OperatorRole
from operating import operators
from operating.attending import Attending
from operating.deeds import Deed
from storage import alerts, dead_letters
from storage.database import Database
from storage.dead_letters import DeadLetterSource
from storage.instances import Instances
from tests.conftest import Keys
from tests.console.conftest import PASSWORD, Browser, Console
from tests.console.streams import opened
from tests.engine import Engine, running_engine
from tests.fakes.faults import Answer
from tests.shops import CUSTOMER
from tests.storage.rows import said
from webhooks.intake import Intake

AWAY, BUSY = Answer(503), Answer(429, headers={"retry-after": "0.1"})


@dataclass
class Watched:
    """A running engine, and the browser of an operator of its shop; `carla` is another shop's."""

    engine: Engine
    dora: Browser
    carla: Browser

    async def page(self) -> str:
        """The page as it is now."""
        answer = await self.dora.get("/parados")
        assert answer.status_code == 200
        return answer.text

    async def stuck(self, text: str = "oi") -> dict[str, str]:
        """A customer's answer cannot be sent; what the page's buttons say of it."""
        self.engine.bridge.faults.next(BUSY, BUSY)
        self.engine.bridge.faults.always = AWAY
        await self.engine.says(text)
        row = await self.engine.until_row("select workflow_id, activity_id from stuck_steps")
        return {"fluxo": row["workflow_id"], "passo": row["activity_id"], "deed": str(uuid4())}


@pytest.fixture
async def watched(
    console: Console,
    database: Database,
    instances: Instances,
    keys: Keys,
    temporal_client: Client,
    database_urls: DatabaseUrls,
) -> AsyncIterator[Watched]:
    """Everything runs; Dora looks at it."""
    async with running_engine(database, instances, keys, temporal_client, database_urls.app) as engine:
        carla = await console.sign_in(console.carla)
        dora = await operators.add(
            database,
            console.passwords,
            engine.shop.organization_id,
            Deed(DeedId(uuid4())),
            name="Dora",
            email="dora@example.com",
            role=OperatorRole.ATTENDANT,
            password=PASSWORD,
        )
        console.other_shop, console.url = engine.shop, engine.gateway_url
        yield Watched(engine, await console.sign_in(dora), carla)


async def test_a_calm_shop_has_an_empty_page(ana: Browser) -> None:
    """Nothing is stuck: the page says so."""
    answer = await ana.get("/parados")
    assert answer.status_code == 200
    assert "Nada parado" in answer.text


async def test_a_stuck_step_is_tried_at_once(watched: Watched) -> None:
    """The page names the customer, the step and what is wrong; its button brings the answer to the customer."""
    form = await watched.stuck()
    page = await watched.page()
    for words in ("Cliente</a>: enviar a resposta", "O provedor não confirmou se a mensagem saiu.", "3 tentativas"):
        assert words in page
    watched.engine.bridge.faults.always = None
    answer = await watched.dora.post("/parados/tentar", form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/parados?feito=tentando")
    await watched.engine.replies(1, timeout=5)
    (noted,) = await watched.engine.rows("select actor, action from audit_log where action = 'retry_step'")
    assert tuple(noted) == ("Dora", "retry_step")


async def test_a_stuck_step_is_done_without_once(watched: Watched) -> None:
    """“Pular” ends it; the same form sent again says that it is over."""
    form = await watched.stuck()
    assert (await watched.dora.post("/parados/pular", form)).status_code == 303
    await watched.engine.temporal.get_workflow_handle(watched.engine.workflow_id()).result()
    again = await watched.dora.post("/parados/pular", form)
    assert (again.status_code, "já não está parado" in again.text) == (409, True)
    assert len(await watched.engine.rows("select true from audit_log where action = 'skip_step'")) == 1


async def test_another_shops_step_is_not_to_be_had(watched: Watched) -> None:
    """Whoever knows its name from elsewhere neither sees nor moves it."""
    form = await watched.stuck()
    assert "enviar a resposta" not in (await watched.carla.get("/parados")).text
    for act in ("tentar", "pular"):
        assert (await watched.carla.post(f"/parados/{act}", form)).status_code == 409
    assert len(await watched.engine.rows("select true from stuck_steps")) == 1
    assert (await watched.dora.http.post("/console/parados/tentar", data=form)).status_code == 403


async def test_the_page_is_true_without_reloading(watched: Watched) -> None:
    """An open page shows what begins to fail, and that it is over."""
    async with opened(watched.dora.http, "/console/eventos", ["parados"]) as stream:
        assert "Nada parado" in (await stream.of("parados")).data
        form = await watched.stuck()
        while "enviar a resposta" not in (event := await stream.of("parados", timeout=10)).data:
            pass
        assert 'name="csrf" value=""' in event.data
        watched.engine.bridge.faults.always = None
        await watched.dora.post("/parados/tentar", form)
        while "Nada parado" not in (await stream.of("parados", timeout=10)).data:
            pass


async def bury(engine: Engine, text: str) -> UUID:
    """A customer's message as a dead letter."""
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await dead_letters.bury(
            tenant,
            engine.shop.organization_id,
            engine.shop.instance.id,
            source=DeadLetterSource.MESSAGE_WORKFLOW,
            fingerprint="one",
            payload=payload_of((said(text),)),
            error=f"KeyError: {CUSTOMER}",
            workflow_id=engine.workflow_id(),
        )
        found: UUID = await tenant.fetchval("select id from dead_letters")
        return found


async def test_a_dead_letter_is_sent_on_its_way(watched: Watched) -> None:
    """The customer is answered; a second try says that it was; no number stands on the page in full."""
    letter = await bury(watched.engine, "quanto custa o banho?")
    page = await watched.page()
    assert "o que não pôde ser respondido" in page
    assert CUSTOMER not in page
    assert (await watched.carla.post(f"/parados/cartas/{letter}/reenviar")).status_code == 404
    assert (await watched.dora.post(f"/parados/cartas/{letter}/reenviar")).status_code == 303
    (sent,) = await watched.engine.replies(1)
    assert "R$ 50,00" in sent
    again = await watched.dora.post(f"/parados/cartas/{letter}/reenviar")
    assert again.status_code == 409
    assert "Essa carta já foi reenviada." in again.text
    assert "cartas/" not in await watched.page()


async def test_an_alert_is_taken_notice_of(console: Console, ana: Browser, carla: Browser) -> None:
    """By somebody of its own shop; what it says is text, whatever it looks like."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await alerts.raise_alert(
            tenant,
            console.shop.organization_id,
            kind=AlertKind.SEND_REFUSED,
            detail="<script>alert(1)</script> 5511999990001",
            fingerprint="one",
        )
    page = (await ana.get("/parados")).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    assert CUSTOMER not in page
    found = re.search(r"/parados/avisos/([0-9a-f-]{36})/ciente", page)
    assert found is not None
    path = f"/parados/avisos/{found[1]}/ciente"
    assert (await carla.post(path)).status_code == 404
    assert (await ana.post(path)).status_code == 303
    assert "Nada parado" in (await ana.get("/parados")).text
    async with console.database.tenant(console.shop.organization_id) as tenant:
        noted = await tenant.fetch("select actor, action from audit_log where action = 'acknowledge'")
    assert [tuple(row) for row in noted] == [("Ana", "acknowledge")]


async def test_a_word_in_the_address_is_not_said(ana: Browser) -> None:
    """What a page says of a deed is one of its own sentences."""
    assert "<b>" not in (await ana.get("/parados?feito=<b>oi</b>")).text
    assert "Pronto: está sendo tentado agora." in (await ana.get("/parados?feito=tentando")).text


async def test_a_conversation_says_what_holds_it_up(watched: Watched) -> None:
    """One line, with the way to the page; none while nothing does."""
    engine = watched.engine
    parts = Parts(
        engine.database,
        engine.temporal,
        Attending(engine.database, engine.temporal),
        Instances(Keys(engine.settings.keys[0]).keyring),
        Intake(engine.database, Instances(Keys(engine.settings.keys[0]).keyring), engine.temporal, b"x"),
    )
    shop = engine.shop.organization_id
    await watched.stuck()
    (row,) = await engine.rows("select id from conversations")
    line = await line_of(parts, shop, row["id"])
    assert "enviar a resposta" in line
    assert "/console/parados" in line
    await engine.temporal.get_workflow_handle(engine.workflow_id()).terminate()
    assert await line_of(parts, shop, row["id"]) == ""

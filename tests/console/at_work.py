"""A running engine with its console, in whose shop Ana and Bruno are signed in and a customer has written."""

import re
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
from temporalio.client import Client

from dev.postgres import DatabaseUrls
from domain.ids import ConversationId
from domain.operators import Operator, OperatorRole
from gateway import application
from operating import operators
from operating.deeds import at_command_line
from operating.passwords import Passwords
from operating.signing_in import SigningIn
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.console.conftest import PASSWORD, QUICK, Browser, Console, slug_of
from tests.engine import Engine, running_engine
from tests.fakes.serving import Plain, served

_DEED = re.compile(r'action="/console/conversas/[0-9a-f-]+/(\w+)".*?name="deed" value="([0-9a-f-]{36})"', re.DOTALL)


@dataclass
class AtWork:
    """A running engine in whose shop Ana (attendant) and Bruno (admin) are signed in, and one customer has written."""

    engine: Engine
    ana: Browser
    bruno: Browser
    who: dict[str, Operator]
    conversation_id: ConversationId

    @property
    def path(self) -> str:
        """The conversation's page."""
        return f"/conversas/{self.conversation_id}"

    async def act(self, browser: Browser, deed: str, **form: str) -> httpx.Response:
        """A form of the page, sent with the id it has there; for htmx."""
        deeds = dict(_DEED.findall((await browser.get(self.path)).text))
        fields = {"deed": deeds.get(deed) or str(uuid.uuid4()), **form}
        return await browser.post(f"{self.path}/{deed}", fields, hx_request="true")

    async def who_has_it(self) -> tuple[str | None, str | None]:
        """The open hand-over's state and operator."""
        rows = await self.engine.rows(
            """select h.state, o.name from handoffs h left join operators o on o.id = h.operator_id
               where h.ended_at is null"""
        )
        return (rows[0]["state"], rows[0]["name"]) if rows else (None, None)

    async def until_had_by(self, state: str | None, name: str | None) -> None:
        """Wait until that is so."""

        async def is_so() -> bool:
            return await self.who_has_it() == (state, name)

        await self.engine.until(is_so)


@asynccontextmanager
async def working_console(
    database: Database, instances: Instances, keys: Keys, temporal_client: Client, database_urls: DatabaseUrls
) -> AsyncIterator[AtWork]:
    """Everything runs; the customer has said "Oi" and was answered."""
    async with running_engine(database, instances, keys, temporal_client, database_urls.app) as engine:
        settings = engine.settings.model_copy(update={"auzap_console_secure_cookies": False})
        passwords = Passwords(QUICK)
        signing_in = SigningIn(database, settings.id_secret, passwords)
        who = {
            name: await operators.add(
                database,
                passwords,
                engine.shop.organization_id,
                at_command_line(),
                name=name,
                email=f"{name.lower()}@{slug_of(engine.shop)}.example",
                role=role,
                password=PASSWORD,
            )
            for name, role in (("Ana", OperatorRole.ATTENDANT), ("Bruno", OperatorRole.ADMIN))
        }
        app = application(database, temporal_client, settings, signing_in=signing_in)
        async with served(Plain(app)) as url, AsyncExitStack() as browsers:
            console = Console(
                url=url,
                app=app,
                database=database,
                database_url=database_urls.app,
                owner_url=database_urls.owner,
                temporal=temporal_client,
                settings=settings,
                passwords=passwords,
                signing_in=signing_in,
                shop=engine.shop,
                other_shop=engine.shop,
                ana=who["Ana"],
                bruno=who["Bruno"],
                carla=who["Bruno"],
                _open=browsers,
            )
            ana, bruno = await console.sign_in(who["Ana"]), await console.sign_in(who["Bruno"])
            await engine.says("Oi")
            await engine.replies(1)
            row = await engine.until_row("select id from conversations")
            await engine.until_row("select 1 from messages where status = 'sent'")
            yield AtWork(engine, ana, bruno, who, ConversationId(row["id"]))

"""The console over real HTTP: the gateway of two shops, with operators who can be signed in."""

import re
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from pydantic import SecretStr
from temporalio.client import Client

from dev.postgres import DatabaseUrls
from domain.operators import Operator, OperatorRole
from gateway import application
from operating import operators
from operating.deeds import at_command_line
from operating.passwords import Passwords
from operating.signing_in import SigningIn
from settings import Settings
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.console.agendas import Scene, scene
from tests.fakes.serving import Plain, local_client, served
from tests.shops import Shop, open_shop

PASSWORD = "cachorro quente 42"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_CSRF = re.compile(r'data-csrf="([0-9a-f]{64})"')


class Browser:
    """What somebody signed in sees and sends: cookies are kept, forms carry the csrf token and a
    deed of their own, redirects are not
    followed."""

    def __init__(self, http: httpx.AsyncClient, csrf: str) -> None:
        self.http = http
        self.csrf = csrf

    async def get(self, path: str, **more: str) -> httpx.Response:
        """A page under /console; `more` are headers."""
        return await self.http.get(f"/console{path}", headers=_headers(more))

    async def post(self, path: str, form: dict[str, str] | None = None, **more: str) -> httpx.Response:
        """A form sent to a path under /console."""
        return await self.http.post(
            f"/console{path}",
            data={"csrf": self.csrf, "deed": str(uuid.uuid4()), **(form or {})},
            headers=_headers(more),
        )


@dataclass
class Console:
    """A gateway with its console, over two shops: `shop` with Ana (attendant) and Bruno (admin), `other_shop` with
    Carla (admin)."""

    url: str
    app: FastAPI
    database: Database
    database_url: str
    owner_url: str
    temporal: Client
    settings: Settings
    passwords: Passwords
    signing_in: SigningIn
    shop: Shop
    other_shop: Shop
    ana: Operator
    bruno: Operator
    carla: Operator
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    def slug(self, shop: Shop | None = None) -> str:
        """The shop's slug."""
        return slug_of(shop or self.shop)

    async def stranger(self, **headers: str) -> httpx.AsyncClient:
        """A browser that nobody signed in with; redirects are not followed."""
        http = await self._open.enter_async_context(local_client())
        http.base_url = httpx.URL(self.url)
        http.headers.update(_headers(headers))
        return http

    async def sign_in(self, who: Operator, password: str = PASSWORD) -> Browser:
        """A browser of its own for an operator."""
        http = await self.stranger()
        shop = self.shop if who.organization_id == self.shop.organization_id else self.other_shop
        form = {"loja": slug_of(shop), "email": who.email, "senha": password}
        answer = await http.post("/console/entrar", data=form)
        assert answer.status_code == 303, answer.text
        found = _CSRF.search((await http.get("/console/senha")).text)
        assert found is not None
        return Browser(http, found[1])


def slug_of(shop: Shop) -> str:
    """As tests.shops.open_shop makes it."""
    return f"loja-{shop.organization_id.hex[:8]}"


@pytest.fixture
async def console(
    database: Database, instances: Instances, keys: Keys, temporal_client: Client, database_urls: DatabaseUrls
) -> AsyncIterator[Console]:
    """The console of a shop with two operators, and of another shop with one; passwords are hashed quickly."""
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(database_urls.app),
        auzap_secret_key=SecretStr(keys.fernet),
        auzap_task_queue=f"test-{uuid.uuid4().hex[:8]}",
        auzap_console_secure_cookies=False,
    )
    passwords = Passwords(QUICK)
    signing_in = SigningIn(database, settings.id_secret, passwords)
    shop, other = await open_shop(database, instances), await open_shop(database, instances, name="Outra Loja")

    async def hire(where: Shop, name: str, role: OperatorRole) -> Operator:
        return await operators.add(
            database,
            passwords,
            where.organization_id,
            at_command_line(),
            name=name,
            email=f"{name.lower()}@{slug_of(where)}.example",
            role=role,
            password=PASSWORD,
        )

    app = application(database, temporal_client, settings, signing_in=signing_in)
    async with served(Plain(app)) as url, AsyncExitStack() as browsers:
        yield Console(
            url=url,
            app=app,
            database=database,
            database_url=database_urls.app,
            owner_url=database_urls.owner,
            temporal=temporal_client,
            settings=settings,
            passwords=passwords,
            signing_in=signing_in,
            shop=shop,
            other_shop=other,
            ana=await hire(shop, "Ana", OperatorRole.ATTENDANT),
            bruno=await hire(shop, "Bruno", OperatorRole.ADMIN),
            carla=await hire(other, "Carla", OperatorRole.ADMIN),
            _open=browsers,
        )


@pytest.fixture
async def ana(console: Console) -> Browser:
    """An attendant's browser, signed in."""
    return await console.sign_in(console.ana)


@pytest.fixture
async def bruno(console: Console) -> Browser:
    """An admin's browser, signed in."""
    return await console.sign_in(console.bruno)


@pytest.fixture
async def carla(console: Console) -> Browser:
    """The browser of another shop's admin, signed in."""
    return await console.sign_in(console.carla)


@pytest.fixture
async def at_marinas(console: Console) -> Scene:
    """The shop of the operators who are signed in, with a customer, her dog, and a day to book."""
    return await scene(console, console.shop)


def _headers(named: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in named.items()}

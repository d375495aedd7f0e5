"""What a command works with: settings, the database under row-level security, Temporal; and how it ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import asyncpg
import structlog
from temporalio.client import Client

import settings
import temporal
from domain.errors import Misconfigured
from domain.ids import OrganizationId
from operating import shops
from operating.refusal import Refused
from settings import Settings
from storage.database import Database
from storage.instances import Instances
from storage.secrets import Keyring
from webhooks.intake import Intake

_Result = TypeVar("_Result")
_CONNECTIONS = 4
"""A redrive holds one and needs others; nobody needs more."""


@dataclass(frozen=True)
class Desk:
    """An operator's desk: everything that commands work with."""

    config: Settings
    database: Database
    instances: Instances

    async def shop(self, slug: str) -> OrganizationId:
        """The shop of that slug. Raises `Refused` when there is none."""
        return await shops.find_shop(self.database, slug)

    async def temporal(self) -> Client:
        """Temporal. Raises `Refused` when it cannot be reached."""
        try:
            return await temporal.connect()
        except RuntimeError as error:  # what the SDK raises for a server that is not there
            raise Refused("o Temporal não responde; confira TEMPORAL_ADDRESS") from error

    def intake(self, client: Client) -> Intake:
        """The gateway's own way in."""
        return Intake(
            self.database, self.instances, client, self.config.id_secret, task_queue=self.config.auzap_task_queue
        )

    @property
    def gateway_url(self) -> str:
        """Where providers reach the gateway. Raises `Misconfigured` when nobody said."""
        if self.config.auzap_gateway_url is None:
            raise Misconfigured("falta AUZAP_GATEWAY_URL: o endereço em que o provedor alcança o gateway")
        return str(self.config.auzap_gateway_url).rstrip("/")


def at_desk(work: Callable[[Desk], Awaitable[_Result]]) -> _Result:
    """Do `work` with everything connected, and close it after."""

    async def whole() -> _Result:
        async with _desk() as desk:
            return await work(desk)

    with _quiet():
        return asyncio.run(whole())


def configuration() -> Settings:
    """The settings, as every process reads them. Raises `Misconfigured` with what an operator can do about it."""
    try:
        return settings.load()
    except Misconfigured as error:
        if (found := _dev_env()) is not None:
            raise Misconfigured(f"faltam as variáveis do ambiente: rode `. {found}` antes ({error})") from error
        raise


@asynccontextmanager
async def _desk() -> AsyncIterator[Desk]:
    config = configuration()
    instances = Instances(Keyring(config.keys))
    try:
        database = await Database.connect(config.database_url.get_secret_value(), max_size=_CONNECTIONS)
    except (asyncpg.PostgresError, ValueError) as error:
        # The text of a malformed address may quote the password in it.
        said = str(error) if isinstance(error, asyncpg.PostgresError) else "o endereço não é de um Postgres"
        raise Misconfigured(f"DATABASE_URL: {said}") from error
    try:
        yield Desk(config, database, instances)
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedFunctionError, asyncpg.UndefinedColumnError) as error:
        raise Misconfigured("o banco não está na versão deste programa; rode `auzap migrate`") from error
    finally:
        await database.close()


def _dev_env() -> Path | None:
    """The file with the addresses of the embedded stack that runs in this project, if one does."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ".dev" / "env").is_file():
            return Path(".dev/env") if folder == here else folder / ".dev" / "env"
        if (folder / "pyproject.toml").is_file():
            return None
    return None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the log lines of what commands call out of their output."""
    before = structlog.get_config()
    structlog.configure(processors=[_dropped], cache_logger_on_first_use=False)
    try:
        yield
    finally:
        structlog.configure(**before)


def _dropped(_logger: object, _name: str, _event: object) -> str:
    raise structlog.DropEvent

"""The operator's command as a test runs it: in a thread, with its own event loop, output and environment."""

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from temporalio.client import Client

import auzap
from dev.postgres import DatabaseUrls
from domain.addresses import Address, AddressKind
from domain.ids import OrganizationId
from domain.shop import Species
from storage import contacts, organizations, pets
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.engine import Engine, running_engine

CUSTOMER_PHONE = "(11) 99999-0001"


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # Any: whatever the command answers
        """The answer of `--json`."""
        return json.loads(self.out)


class Command:
    """`auzap`, without a process of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def environment(self, **variables: str | None) -> None:
        """Set (or, with None, unset) variables for the commands that follow."""
        for name, value in variables.items():
            if value is None:
                self._monkeypatch.delenv(name, raising=False)
            else:
                self._monkeypatch.setenv(name, value)

    async def __call__(self, *arguments: str, stdin: str = "") -> Ran:
        """Run it; its exit code, stdout and stderr."""
        self._monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = await asyncio.to_thread(auzap.run, arguments)
        return Ran(code, out.getvalue(), err.getvalue())

    async def together(self, arguments: Sequence[str], *, times: int) -> list[int]:
        """Run the same command several times at once; the exit codes."""
        return await self.at_once(*[arguments] * times)

    async def at_once(self, *orders: Sequence[str]) -> list[int]:
        """Run several commands at once; the exit codes."""
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return await asyncio.gather(*(asyncio.to_thread(auzap.run, order) for order in orders))

    async def done(self, *arguments: str, stdin: str = "") -> Ran:
        """Run it; it has to succeed and to complain of nothing."""
        ran = await self(*arguments, stdin=stdin)
        assert (ran.code, ran.err) == (0, ""), ran
        return ran


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, database_urls: DatabaseUrls, keys: Keys, temporal_client: Client
) -> Command:
    """The command on a fresh database and the session's Temporal, as its role and settings are in production."""
    made = Command(monkeypatch)
    made.environment(
        DATABASE_URL=database_urls.app,
        DATABASE_OWNER_URL=database_urls.owner,
        AUZAP_SECRET_KEY=keys.fernet,
        AUZAP_GATEWAY_URL="https://zap.example.com",
        TEMPORAL_ADDRESS=temporal_client.service_client.config.target_host,
        # Typer sets this for a moment and then deletes it, which of several commands in threads only the first can.
        PYDANTIC_DISABLE_PLUGINS="1",
        AUZAP_INSTANCE_TOKEN=None,
        AUZAP_INSTANCE_APP_SECRET=None,
        AUZAP_INSTANCE_VERIFY_TOKEN=None,
    )
    return made


@pytest.fixture
async def engine(
    command: Command,
    database: Database,
    instances: Instances,
    keys: Keys,
    temporal_client: Client,
    database_urls: DatabaseUrls,
) -> AsyncIterator[Engine]:
    """Everything runs, and the command is set to it."""
    async with running_engine(database, instances, keys, temporal_client, database_urls.app) as running:
        command.environment(AUZAP_TASK_QUEUE=running.settings.auzap_task_queue, AUZAP_GATEWAY_URL=running.gateway_url)
        yield running


@pytest.fixture
async def shop_slug(engine: Engine) -> str:
    """The slug of the engine's own shop."""
    return str((await engine.rows("select slug from organizations"))[0]["slug"])


@dataclass(frozen=True)
class Salon:
    """A shop that opens every day from 8 to 18, with two people, three services, and a customer with two dogs."""

    command: Command
    database: Database
    id: OrganizationId
    day: date
    """A day in ten days' time, in the shop's zone."""

    def at(self, time: str) -> str:
        """That day and a time, as an operator types them."""
        return f"{self.day:%d/%m/%Y} {time}"

    async def __call__(self, *arguments: str) -> Ran:
        """Run a command of this shop."""
        return await self.command(*arguments, "--org", "salao")

    async def done(self, *arguments: str) -> Ran:
        """Run a command of this shop that has to succeed."""
        return await self.command.done(*arguments, "--org", "salao")

    async def json(self, *arguments: str) -> Any:  # Any: whatever the command answers
        """The answer of a command of this shop in JSON."""
        return (await self.done(*arguments, "--json")).json

    async def book(self, pet: str, time: str, *more: str, service: str = "Banho") -> str:
        """Book for the customer; the booking's code."""
        said = await self.done("booking", "add", *self.booking(pet, service, time), *more)
        return said.out.split()[1].rstrip(":")

    def booking(self, pet: str, service: str, time: str) -> tuple[str, ...]:
        """The options of a booking on the shop's day."""
        return ("--phone", CUSTOMER_PHONE, "--pet", pet, "--service", service, "--at", self.at(time))

    async def row(self, code: str) -> asyncpg.Record:
        """The row of a booking."""
        async with self.database.tenant(self.id) as tenant:
            row = await tenant.fetchrow("select * from bookings where left(id::text, 8) = $1", code)
        assert row is not None
        return row


@pytest.fixture
async def salon(command: Command, database: Database) -> Salon:
    """A shop whose agenda operators work with."""
    await command.done("org", "add", "salao", "--name", "Salão", "--hours", "seg-dom 8h-18h")
    await command.done("org", "agenda", "salao", "--holidays")
    for name, price in (("Banho", "50"), ("Tosa", "90"), ("Hidratação", "70")):
        await command.done(
            "service", "add", name, "--org", "salao", "--category", "x", "--minutes", "60", "--price", price
        )
    for name in ("Ana", "Bruno"):
        await command.done("professional", "add", name, "--org", "salao")
    async with database.unbound() as unbound:
        shop = await organizations.id_of_slug(unbound, "salao")
    assert shop is not None
    async with database.tenant(shop) as tenant:
        contact = await contacts.upsert(
            tenant, shop, [Address(kind=AddressKind.PHONE, value="5511999990001")], "Cliente"
        )
        for pet in ("Rex", "Mel"):
            await pets.register(
                tenant, shop, contact, name=pet, species=Species.DOG, breed=None, approximate_birth_date=None
            )
    today = datetime.now(ZoneInfo("America/Sao_Paulo")).date()
    return Salon(command, database, shop, today + timedelta(days=10))

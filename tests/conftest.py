"""What the tests share: one real Temporal dev server and one real Postgres a session, a fresh database a test."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import psycopg
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet
from psycopg import sql
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from dev.postgres import DatabaseUrls, throwaway_postgres
from dev.temporal_binary import find_temporal
from dev.temporal_server import dev_server_args
from storage.database import Database
from storage.instances import Instances
from storage.migrate import migrate
from storage.secrets import Keyring
from temporal import DATA_CONVERTER

_TEMPLATE = "auzap_template"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres() -> AsyncIterator[DatabaseUrls]:
    """A server with a migrated template database."""
    async with throwaway_postgres() as urls:
        with psycopg.connect(urls.owner, autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(_TEMPLATE)))
        template = _with_database(urls, _TEMPLATE)
        await asyncio.to_thread(migrate, template.owner, template.app)
        yield urls


@pytest.fixture
def database_urls(postgres: DatabaseUrls) -> Iterator[DatabaseUrls]:
    """A fresh migrated database, dropped after the test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres.owner, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(_TEMPLATE)
            )
        )
        yield _with_database(postgres, name)
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """The app's own way into the fresh database, under row-level security."""
    opened = await Database.connect(database_urls.app, max_size=10)
    yield opened
    await opened.close()


@dataclass(frozen=True)
class Keys:
    """The installation's secrets in a test."""

    fernet: str

    @property
    def keyring(self) -> Keyring:
        """Opens what the test stores."""
        return Keyring([self.fernet])


@pytest.fixture(scope="session")
def keys() -> Keys:
    """One key for the session."""
    return Keys(Fernet.generate_key().decode())


@pytest.fixture
def instances(keys: Keys) -> Instances:
    """The store of WhatsApp instances."""
    return Instances(keys.keyring)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """The real dev server; workflows started through its `client` skip time, those of `temporal_client` do not."""
    binary = await find_temporal()
    environment = await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=str(binary.path),
        dev_server_extra_args=dev_server_args(),
        data_converter=DATA_CONVERTER,
    )
    yield environment
    await environment.shutdown()


@pytest.fixture
async def temporal_client(time_skipping: WorkflowEnvironment) -> Client:
    """A plain client of the dev server: time passes as it does."""
    return await Client.connect(time_skipping.client.service_client.config.target_host, data_converter=DATA_CONVERTER)


def _with_database(urls: DatabaseUrls, name: str) -> DatabaseUrls:
    return DatabaseUrls(owner=f"{urls.owner.rpartition('/')[0]}/{name}", app=f"{urls.app.rpartition('/')[0]}/{name}")

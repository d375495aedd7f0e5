"""A gateway without a worker: what it takes stays in Temporal, to be looked at."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from dev.postgres import DatabaseUrls
from domain.instances import InstanceKind
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.engine import Engine, running_engine
from tests.webhooks.doors import Door, door_of


@pytest.fixture
async def engine(
    database: Database, instances: Instances, keys: Keys, temporal_client: Client, database_urls: DatabaseUrls
) -> AsyncIterator[Engine]:
    """The gateway, with one shop behind a bridge."""
    async with running_engine(database, instances, keys, temporal_client, database_urls.app, worker=False) as running:
        yield running


@pytest.fixture
def bridge(engine: Engine) -> Door:
    """The address of a shop behind a bridge."""
    return Door(engine, engine.shop)


@pytest.fixture
async def evolution(engine: Engine, instances: Instances) -> Door:
    """The address of a shop on Evolution API."""
    return await door_of(engine, instances, InstanceKind.EVOLUTION, external_id="petshop")


@pytest.fixture
async def cloud(engine: Engine, instances: Instances) -> Door:
    """The address of a shop on Meta's Cloud API."""
    return await door_of(engine, instances, InstanceKind.CLOUD, external_id="200000000000001")

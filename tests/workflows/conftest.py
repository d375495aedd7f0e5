"""A running engine for the tests of the workflows."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from dev.postgres import DatabaseUrls
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.engine import Engine, running_engine


@pytest.fixture
async def engine(
    database: Database, instances: Instances, keys: Keys, temporal_client: Client, database_urls: DatabaseUrls
) -> AsyncIterator[Engine]:
    """Everything runs; time passes as it does; bursts are not waited for."""
    async with running_engine(database, instances, keys, temporal_client, database_urls.app) as running:
        yield running

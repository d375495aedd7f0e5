"""Running engines for the tests of the workflows: one in which time passes as it does, one in which it is skipped."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig, WorkflowEnvironment

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


@pytest.fixture
async def settling_engine(
    database: Database, instances: Instances, keys: Keys, temporal_client: Client, database_urls: DatabaseUrls
) -> AsyncIterator[Engine]:
    """As `engine`, in a shop that waits a second for a burst to settle."""
    async with running_engine(
        database, instances, keys, temporal_client, database_urls.app, settle_seconds=1
    ) as running:
        yield running


@pytest.fixture
async def skipping_engine(
    database: Database,
    instances: Instances,
    keys: Keys,
    time_skipping: WorkflowEnvironment,
    database_urls: DatabaseUrls,
) -> AsyncIterator[Engine]:
    """Everything runs; a workflow that only waits jumps to its next timer."""
    async with running_engine(database, instances, keys, time_skipping.client, database_urls.app) as running:
        yield running


@pytest.fixture
def skipper(temporal_client: Client) -> TimeSkipper:
    """Starts workflows whose clock goes as it does until a test fast-forwards it."""
    return TimeSkipper(temporal_client, config=TimeSkippingConfig(enabled=False))


@pytest.fixture
async def stepped_engine(
    database: Database,
    instances: Instances,
    keys: Keys,
    temporal_client: Client,
    skipper: TimeSkipper,
    database_urls: DatabaseUrls,
) -> AsyncIterator[Engine]:
    """Everything runs; what a wake starts is stepped through its days by `skipper.fast_forward`."""
    async with running_engine(
        database, instances, keys, temporal_client, database_urls.app, starting=skipper.client
    ) as running:
        yield running

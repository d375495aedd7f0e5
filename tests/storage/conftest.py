"""Two shops in one database."""

import pytest

from storage.database import Database
from storage.instances import Instances
from tests.shops import Shop, open_shop


@pytest.fixture
async def shop(database: Database, instances: Instances) -> Shop:
    """The shop a test is about."""
    return await open_shop(database, instances)


@pytest.fixture
async def other_shop(database: Database, instances: Instances) -> Shop:
    """Another shop of the same installation."""
    return await open_shop(database, instances, name="Outra Loja")

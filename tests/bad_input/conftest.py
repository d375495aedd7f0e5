"""The whole engine, and what its model was asked."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from fastapi import Request, Response
from pydantic import JsonValue
from temporalio.client import Client

from dev.postgres import DatabaseUrls
from dev.practice_model.server import PracticeModel
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.engine import Engine, running_engine


@dataclass
class Asked:
    """The bodies of the requests that reached the model, as they came over the wire."""

    raw: list[str] = field(default_factory=list)
    bodies: list[dict[str, JsonValue]] = field(default_factory=list)

    def words(self) -> list[str]:
        """What each message of the latest request says."""
        messages = self.bodies[-1]["messages"]
        assert isinstance(messages, list)
        return [str(message.get("content")) for message in messages if isinstance(message, dict)]

    def last_words(self) -> str:
        """What the newest message of the latest request says."""
        return self.words()[-1]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Records in front of the practice model, which itself keeps no texts."""
    seen = Asked()
    complete = PracticeModel.complete

    async def recorded(self: PracticeModel, request: Request) -> Response:
        seen.raw.append((await request.body()).decode())
        seen.bodies.append(await request.json())
        return await complete(self, request)

    monkeypatch.setattr(PracticeModel, "complete", recorded)
    return seen


@pytest.fixture
async def engine(
    asked: Asked,
    database: Database,
    instances: Instances,
    keys: Keys,
    temporal_client: Client,
    database_urls: DatabaseUrls,
) -> AsyncIterator[Engine]:
    """Everything runs; bursts are not waited for."""
    async with running_engine(database, instances, keys, temporal_client, database_urls.app) as running:
        yield running

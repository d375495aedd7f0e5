"""The operator's command as a test runs it: in a thread, with its own event loop, output and environment."""

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from temporalio.client import Client

import auzap
from dev.postgres import DatabaseUrls
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.engine import Engine, running_engine


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
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return await asyncio.gather(*(asyncio.to_thread(auzap.run, arguments) for _ in range(times)))

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

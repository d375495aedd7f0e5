"""Records histories of real runs for the replay tests: `python -m tests.histories.record [scene …]`.

Run it when a change to a workflow is meant to be incompatible and no open run has to survive it; the stored files are
then replaced. As long as the replay tests pass with the old files, a deployment is safe for what runs.
"""

import asyncio
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet
from temporalio.testing import TimeSkipper, TimeSkippingConfig, WorkflowEnvironment

from dev.postgres import throwaway_postgres
from dev.temporal_binary import find_temporal
from dev.temporal_server import dev_server_args
from storage.database import Database
from storage.instances import Instances
from storage.migrate import migrate
from temporal import DATA_CONVERTER
from tests.conftest import Keys
from tests.engine import running_engine
from tests.histories import conversations, days, people
from tests.histories.conversations import Handle

FOLDER = Path(__file__).parent


async def main(wanted: Sequence[str]) -> None:
    """Record these scenes; without a name every one."""
    binary = await find_temporal()
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(binary.path),
        dev_server_extra_args=dev_server_args(),
        data_converter=DATA_CONVERTER,
    )
    async with throwaway_postgres() as urls:
        await asyncio.to_thread(migrate, urls.owner, urls.app)
        database = await Database.connect(urls.app)
        keys = Keys(Fernet.generate_key().decode())
        store = Instances(keys.keyring)
        for scene in (one for one in conversations.SCENES if one.__name__ in wanted or not wanted):
            async with running_engine(database, store, keys, environment.client, urls.app) as engine:
                await _store(scene.__name__, await scene(engine))
        skipper = TimeSkipper(environment.client, config=TimeSkippingConfig(enabled=False))
        for of_days in (one for one in days.SCENES if one.__name__ in wanted or not wanted):
            async with running_engine(
                database, store, keys, environment.client, urls.app, starting=skipper.client
            ) as engine:
                await _store(of_days.__name__, await of_days(engine, skipper))
        for of_people in (one for one in people.SCENES if one.__name__ in wanted or not wanted):
            async with running_engine(database, store, keys, skipper.client, urls.app) as engine:
                await _store(of_people.__name__, await of_people(engine, skipper))
        await database.close()
    await environment.shutdown()


async def _store(name: str, handle: Handle) -> None:
    """Write a history, without what names the machine that recorded it: identities, and the paths in stack traces."""
    text = re.sub(r"\b\d+@[\w.-]+", "worker", (await handle.fetch_history()).to_json())
    text = re.sub(r'"stackTrace": "(?:[^"\\]|\\.)*"', '"stackTrace": ""', text)
    (FOLDER / f"{name}.json").write_text(f"{text}\n")
    sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
    sys.stdout.flush()
    os._exit(0)

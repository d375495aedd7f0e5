"""Records histories of real runs for the replay tests: `python -m tests.histories.record`.

Run it when a change to a workflow is meant to be incompatible and no open run has to survive it; the stored files are
then replaced. As long as the replay tests pass with the old files, a deployment is safe for what runs.
"""

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from cryptography.fernet import Fernet
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from dev.postgres import throwaway_postgres
from dev.practice_model.faults import Fault, FaultKind
from dev.temporal_binary import find_temporal
from dev.temporal_server import dev_server_args
from storage.database import Database
from storage.instances import Instances
from storage.migrate import migrate
from temporal import DATA_CONVERTER
from tests.conftest import Keys
from tests.engine import Engine, running_engine, upsert, whatsapp_message
from workflows import contracts
from workflows.contracts import Release

FOLDER = Path(__file__).parent


async def booking(engine: Engine) -> None:
    """Tools in several rounds: look, register, book, confirm."""
    await engine.says("Quero agendar consulta geral amanhã de manhã para meu cachorro Rex")
    await engine.replies(1)
    await _end(engine)
    await engine.says("10h está ótimo. É um Golden Retriever de 3 anos.")
    await engine.replies(2)
    await _end(engine)


async def overtaken(engine: Engine) -> None:
    """A message arrives while the model thinks: the call is cancelled, the turn goes on with both."""
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=30))
    await engine.says("oi")
    while not engine.model.calls.count:
        await asyncio.sleep(0.02)
    await engine.says("quanto custa a tosa?")
    await engine.replies(1)
    await _end(engine)


async def corrected(engine: Engine) -> None:
    """The model claims a booking that is none, and is asked again."""
    engine.model.faults.add(Fault(kind=FaultKind.INVENTED_BOOKING))
    await engine.says("oi")
    await engine.replies(1)
    await _end(engine)


async def handed_over(engine: Engine) -> None:
    """The model fails, a person has the conversation (first run)."""
    engine.model.faults.add(Fault(kind=FaultKind.CONTEXT_LENGTH))
    await engine.says("oi")
    await engine.replies(1)
    await engine.until(lambda: _is_handoff(engine))


async def released(engine: Engine) -> None:
    """A hand-over in which the customer wrote and somebody typed on the phone, and which is given back."""
    await handed_over(engine)
    await engine.says("alguém aí?")
    await engine.deliver(upsert(whatsapp_message({"conversation": "Oi, aqui é a Ana"}, from_me=True)))
    await engine.until_row("select 1 from messages where sender = 'phone'")
    await engine.says("quanto custa o banho?")
    await engine.until_row("select 1 from messages where content like 'quanto%'")
    handle = engine.temporal.get_workflow_handle(engine.workflow_id())
    run_id = (await handle.describe()).run_id
    await handle.signal(contracts.RELEASE, Release(by="teste"))
    await engine.replies(2)
    history = await engine.temporal.get_workflow_handle(engine.workflow_id(), run_id=run_id).fetch_history()
    _store("released", history)


async def held(engine: Engine) -> None:
    """The shop's number is offline; the reply waits for it."""
    engine.bridge.connected = False
    await engine.says("oi")
    await engine.until_row("select 1 from messages where direction = 'outbound' and status = 'pending'")
    engine.bridge.connected = True
    await engine.bridge.deliver("connection.update", {"connection": "open"})
    await engine.replies(1)
    await _end(engine)


SCENES: tuple[Callable[[Engine], Awaitable[None]], ...] = (booking, overtaken, corrected, handed_over, released, held)


async def main() -> None:
    """Record every scene."""
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
        for scene in SCENES:
            store = Instances(keys.keyring)
            async with running_engine(database, store, keys, environment.client, urls.app) as engine:
                await scene(engine)
                if scene is not released:
                    handle = engine.temporal.get_workflow_handle(engine.workflow_id())
                    first = (await handle.describe()).raw_description.workflow_execution_info.first_run_id
                    run_id = first if scene is handed_over else None
                    history = await engine.temporal.get_workflow_handle(
                        engine.workflow_id(), run_id=run_id
                    ).fetch_history()
                    _store(scene.__name__, history)
                sys.stdout.write(f"{scene.__name__}\n")
        await database.close()
    await environment.shutdown()


def _store(name: str, history: WorkflowHistory) -> None:
    """Write a history, without what names the machine that recorded it: identities, and the paths in stack traces."""
    text = re.sub(r"\b\d+@[\w.-]+", "worker", history.to_json())
    text = re.sub(r'"stackTrace": "(?:[^"\\]|\\.)*"', '"stackTrace": ""', text)
    (FOLDER / f"{name}.json").write_text(f"{text}\n")


async def _end(engine: Engine) -> None:
    await engine.temporal.get_workflow_handle(engine.workflow_id()).result()


async def _is_handoff(engine: Engine) -> bool:
    described = await engine.temporal.get_workflow_handle(engine.workflow_id()).describe()
    return described.workflow_type == contracts.HANDOFF_WORKFLOW


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
    os._exit(0)

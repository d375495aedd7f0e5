"""Conversations whose histories are kept: each scene plays one and names the run to store."""

import asyncio
from typing import Any

from temporalio.client import WorkflowHandle

from dev.practice_model.faults import Fault, FaultKind
from tests.engine import Engine, upsert, whatsapp_message
from workflows import contracts
from workflows.contracts import Release

Handle = WorkflowHandle[Any, Any]  # Any: the handle of an id knows no types


async def booking(engine: Engine) -> Handle:
    """Tools in several rounds: look, register, book, confirm."""
    await engine.says("Quero agendar consulta geral amanhã de manhã para meu cachorro Rex")
    await engine.replies(1)
    await _ended(engine)
    await engine.says("10h está ótimo. É um Golden Retriever de 3 anos.")
    await engine.replies(2)
    return await _ended(engine)


async def overtaken(engine: Engine) -> Handle:
    """A message arrives while the model thinks: the call is cancelled, the turn goes on with both."""
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=30))
    await engine.says("oi")
    while not engine.model.calls.count:
        await asyncio.sleep(0.02)
    await engine.says("quanto custa a tosa?")
    await engine.replies(1)
    return await _ended(engine)


async def corrected(engine: Engine) -> Handle:
    """The model claims a booking that is none, and is asked again."""
    engine.model.faults.add(Fault(kind=FaultKind.INVENTED_BOOKING))
    await engine.says("oi")
    await engine.replies(1)
    return await _ended(engine)


async def handed_over(engine: Engine) -> Handle:
    """The model fails, a person has the conversation (first run)."""
    engine.model.faults.add(Fault(kind=FaultKind.CONTEXT_LENGTH))
    await engine.says("oi")
    await engine.replies(1)
    await engine.until(lambda: _is_handoff(engine))
    handle = engine.temporal.get_workflow_handle(engine.workflow_id())
    first = (await handle.describe()).raw_description.workflow_execution_info.first_run_id
    return engine.temporal.get_workflow_handle(engine.workflow_id(), run_id=first)


async def released(engine: Engine) -> Handle:
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
    return engine.temporal.get_workflow_handle(engine.workflow_id(), run_id=run_id)


async def held(engine: Engine) -> Handle:
    """The shop's number is offline; the reply waits for it."""
    engine.bridge.connected = False
    await engine.says("oi")
    await engine.until_row("select 1 from messages where direction = 'outbound' and status = 'pending'")
    engine.bridge.connected = True
    await engine.bridge.deliver("connection.update", {"connection": "open"})
    await engine.replies(1)
    return await _ended(engine)


SCENES = (booking, overtaken, corrected, handed_over, released, held)


async def _ended(engine: Engine) -> Handle:
    handle: Handle = engine.temporal.get_workflow_handle(engine.workflow_id())
    await handle.result()
    return handle


async def _is_handoff(engine: Engine) -> bool:
    described = await engine.temporal.get_workflow_handle(engine.workflow_id()).describe()
    return described.workflow_type == contracts.HANDOFF_WORKFLOW

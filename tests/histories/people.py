"""Conversations that people have: each scene plays one and names the run whose history is kept."""

import asyncio
from datetime import timedelta

from temporalio.testing import TimeSkipper

from dev.practice_model.faults import Fault, FaultKind
from domain.ids import NoteId
from tests.engine import Engine, upsert, whatsapp_message
from tests.histories.conversations import Handle
from tests.workflows.people import Team, deed, team_of
from workflows import contracts
from workflows.contracts import PersonNote, Skip

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


async def three_days(engine: Engine, skipper: TimeSkipper) -> Handle:
    """Nobody comes in time, then Ana does; notes, the phone, a colleague, nights, an unanswered message at the end."""
    team = await _team(engine)
    await engine.says("quero falar com uma pessoa")
    await team.until_standing(due_kind="remind")
    await engine.replies(1)
    handle = await _handoff(engine, skipper)
    await skipper.fast_forward(handle, 50 * _MINUTE)
    await team.until_standing(due_kind=None)
    conversation = await team.conversation()
    await team.attending.claim(team.ana, conversation, deed())
    await team.attending.reply(team.ana, conversation, "Oi, sou a Ana, desculpe a demora", deed())
    await team.until_standing(due_kind="idle")
    for day in range(1, 4):
        await skipper.fast_forward(handle, 3 * _HOUR)
        await _wrote(engine, team, f"dia {day}: ainda estou esperando o resultado do exame")
        await handle.signal(
            contracts.NOTE,
            PersonNote(operator_id=team.ana.id, text=f"dia {day}: ligar para o laboratório", note_id=NoteId(deed())),
        )
        await skipper.fast_forward(handle, 17 * _HOUR)
        if day == 2:
            await team.attending.assign(team.ana, conversation, team.bruno.id, deed())
        who = team.ana if day == 1 else team.bruno
        await team.attending.reply(who, conversation, f"dia {day}: ainda sem resultado", deed())
        await team.until_standing(due_kind="idle")
        await skipper.fast_forward(handle, 2 * _HOUR)
        await engine.deliver(upsert(whatsapp_message({"conversation": f"dia {day}: chega amanhã"}, from_me=True)))
        await engine.until_row("select 1 from messages where content like $1", f"dia {day}: chega%")
        await skipper.fast_forward(handle, 30 * _MINUTE)
    await _wrote(engine, team, "quanto custa o banho?")
    await team.attending.release(team.bruno, conversation, deed())
    await team.until_standing(state="released")
    return handle


async def forgotten(engine: Engine, skipper: TimeSkipper) -> Handle:
    """Taken from the AI, answered once, and then nobody writes: the AI is back with a closing line."""
    team = await _team(engine)
    await engine.says("oi")
    await engine.replies(1)
    conversation = await team.conversation()
    await team.attending.claim(team.ana, conversation, deed())
    await team.attending.reply(team.ana, conversation, "Oi, sou a Ana", deed())
    await team.until_standing(due_kind="idle")
    handle = await _handoff(engine, skipper)
    await skipper.fast_forward(handle, 5 * _HOUR)
    await team.until_standing(state="released")
    return handle


async def taken(engine: Engine, skipper: TimeSkipper) -> Handle:
    """The turn that an operator stopped, as MessageWorkflow has it."""
    team = await _team(engine)
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=30))
    await engine.says("quanto custa o banho?")
    await _asked(engine)
    handle = skipper.client.get_workflow_handle(engine.workflow_id())
    run_id = (await handle.describe()).run_id
    await team.attending.claim(team.ana, await team.conversation(), deed())
    await team.until_standing(state="claimed")
    return skipper.client.get_workflow_handle(engine.workflow_id(), run_id=run_id)


async def skipped(engine: Engine, skipper: TimeSkipper) -> Handle:
    """The model hangs, and an operator drops the turn."""
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=30))
    await engine.says("oi")
    await _asked(engine)
    handle: Handle = skipper.client.get_workflow_handle(engine.workflow_id())
    await handle.signal(contracts.SKIP, Skip(by="atendente"))
    await handle.result()
    return handle


SCENES = (three_days, forgotten, taken, skipped)


async def _team(engine: Engine) -> Team:
    """Ana and Bruno in a shop that counts by the clock, so that a history does not depend on the hour it began at."""
    await engine.rows("update organization_settings set opening_hours = '{}' returning 1")
    return await team_of(engine)


async def _handoff(engine: Engine, skipper: TimeSkipper) -> Handle:
    """The run of the hand-over that is open now."""
    handle = skipper.client.get_workflow_handle(engine.workflow_id())
    while (now := await handle.describe()).workflow_type != contracts.HANDOFF_WORKFLOW:
        await asyncio.sleep(0.05)
    return skipper.client.get_workflow_handle(engine.workflow_id(), run_id=now.run_id)


async def _wrote(engine: Engine, team: Team, text: str) -> None:
    await engine.says(text)
    await engine.until_row("select 1 from messages where content = $1", text)
    await team.until_standing(due_kind="remind")


async def _asked(engine: Engine) -> None:
    async def is_asked() -> bool:
        return engine.model.calls.count > 0

    await engine.until(is_asked)

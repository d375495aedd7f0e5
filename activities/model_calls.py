"""One call of the model, whoever makes it: recorded with what it cost, its answer or why there is none."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from temporalio import activity

from assistants.model import ChatModel
from domain.conversation import AgentType
from domain.errors import ModelError
from domain.ids import ConversationId, OrganizationId, TurnId
from domain.model import ModelAnswer
from storage import interactions
from storage.database import Database

_log = structlog.get_logger()


@dataclass(frozen=True)
class ModelCall:
    """What a call is recorded under: (turn, round) is its name for ever."""

    organization_id: OrganizationId
    conversation_id: ConversationId
    turn_id: TurnId
    agent: AgentType
    round: int = 1


async def recorded(
    database: Database,
    chat: ChatModel,
    call: ModelCall,
    *,
    model: str,
    messages: Sequence[ChatCompletionMessageParam],
    tools: Sequence[ChatCompletionToolParam] = (),
) -> ModelAnswer:
    """Ask, and record the answer; of two answers to one call the first that was recorded.

    Raises `ModelError`, and `CancelledError` where it was overtaken or the worker is stopping, after noting either: the
    call was made.
    """
    try:
        answer = await chat.answer(model=model, messages=messages, tools=tools)
    except ModelError as error:
        await _note_failure(database, call, model, str(error))
        raise
    except asyncio.CancelledError:
        await asyncio.shield(_note_failure(database, call, model, "cancelled", cancelled=True))
        raise
    async with database.tenant(call.organization_id) as tenant:
        return await interactions.save_answer(
            tenant, call.organization_id, call.conversation_id, call.turn_id, call.round, call.agent, answer
        )


async def _note_failure(
    database: Database, call: ModelCall, model: str, error: str, *, cancelled: bool = False
) -> None:
    _log.warning(
        f"[{call.agent.upper()}] Model gave no answer",
        organizationId=str(call.organization_id),
        conversationId=str(call.conversation_id),
        agentType=call.agent,
        error=error,
        attempt=activity.info().attempt,
    )
    async with database.tenant(call.organization_id) as tenant:
        await interactions.save_failure(
            tenant,
            call.organization_id,
            call.conversation_id,
            call.turn_id,
            call.round,
            call.agent,
            model=model,
            error=error,
            cancelled=cancelled,
        )

"""Every call of the model: one row a call, however often the activity that makes it is retried."""

import json
from datetime import datetime

import asyncpg
from pydantic import TypeAdapter

from domain.conversation import AgentType
from domain.frozen import Frozen
from domain.ids import ConversationId, OrganizationId, TurnId
from domain.model import ModelAnswer, ToolRequest
from storage.database import Connection

_CALLS = TypeAdapter(tuple[ToolRequest, ...])
_AI_TYPE = {AgentType.CLIENT_AI: "client", AgentType.AURORA: "aurora"}


class PastRound(Frozen):
    """A round of the present turn: what the model asked for, and what the tools answered (JSON texts, in order)."""

    round: int
    began: datetime
    answer: ModelAnswer
    results: tuple[str, ...]


async def find_answer(tenant: Connection, turn_id: TurnId, round_: int) -> ModelAnswer | None:
    """The answer of a call that was made already, so that a retry neither asks nor pays again."""
    row = await tenant.fetchrow(
        """select response, function_calls, model, prompt_tokens, completion_tokens from ai_interactions
           where turn_id = $1 and round = $2 and status = 'ok'""",
        turn_id,
        round_,
    )
    return _answer(row) if row else None


async def save_answer(
    tenant: Connection,
    organization_id: OrganizationId,
    conversation_id: ConversationId,
    turn_id: TurnId,
    round_: int,
    agent: AgentType,
    answer: ModelAnswer,
) -> ModelAnswer:
    """Keep the model's answer; the one that counts, which is another attempt's where that one was kept first.

    What a failed or cancelled attempt left in the row is replaced.
    """
    kept = await _upsert(tenant, organization_id, conversation_id, turn_id, round_, agent, answer, "ok", None)
    return answer if kept else await find_answer(tenant, turn_id, round_) or answer


async def save_failure(
    tenant: Connection,
    organization_id: OrganizationId,
    conversation_id: ConversationId,
    turn_id: TurnId,
    round_: int,
    agent: AgentType,
    *,
    model: str,
    error: str,
    cancelled: bool = False,
) -> None:
    """Keep why the call gave no answer; an answer that is there already stays."""
    nothing = ModelAnswer(model=model)
    status = "cancelled" if cancelled else "error"
    await _upsert(tenant, organization_id, conversation_id, turn_id, round_, agent, nothing, status, error)


async def rounds_of(tenant: Connection, turn_id: TurnId, rounds: tuple[int, ...]) -> list[PastRound]:
    """These rounds of the turn with their tools' answers, in order."""
    rows = await tenant.fetch(
        """select i.round, i.response, i.function_calls, i.model, i.prompt_tokens, i.completion_tokens, i.created_at,
                  array(select t.outcome ->> 'content' from tool_calls t
                        where t.turn_id = i.turn_id and t.round = i.round order by t.position) results
           from ai_interactions i where i.turn_id = $1 and i.round = any($2) and i.status = 'ok' order by i.round""",
        turn_id,
        rounds,
    )
    return [
        PastRound(round=row["round"], began=row["created_at"], answer=_answer(row), results=tuple(row["results"]))
        for row in rows
    ]


async def _upsert(
    tenant: Connection,
    organization_id: OrganizationId,
    conversation_id: ConversationId,
    turn_id: TurnId,
    round_: int,
    agent: AgentType,
    answer: ModelAnswer,
    status: str,
    error: str | None,
) -> bool:
    """Write the row; False when there is an answer already, which stays."""
    done = await tenant.execute(
        """insert into ai_interactions (organization_id, conversation_id, turn_id, round, ai_type, agent_type, model,
               prompt_tokens, completion_tokens, total_tokens, function_calls, response, status, error_message)
           values ($1, $2, $3, $4, $5, $6, $7, $8::int, $9::int, $8::int + $9::int, $10, $11, $12, $13)
           on conflict (turn_id, round) do update set model = excluded.model, prompt_tokens = excluded.prompt_tokens,
               completion_tokens = excluded.completion_tokens, total_tokens = excluded.total_tokens,
               function_calls = excluded.function_calls, response = excluded.response, status = excluded.status,
               error_message = excluded.error_message, attempts = ai_interactions.attempts + 1
               where ai_interactions.status <> 'ok'""",
        organization_id,
        conversation_id,
        turn_id,
        round_,
        _AI_TYPE[agent],
        agent,
        answer.model[:100],
        answer.prompt_tokens,
        answer.completion_tokens,
        json.dumps([call.model_dump() for call in answer.tool_requests]),
        answer.text,
        status,
        error[:2_000] if error else None,
    )
    return done == "INSERT 0 1"


def _answer(row: asyncpg.Record) -> ModelAnswer:
    return ModelAnswer(
        text=row["response"] or "",
        tool_requests=_CALLS.validate_json(row["function_calls"]),
        model=row["model"],
        prompt_tokens=row["prompt_tokens"],
        completion_tokens=row["completion_tokens"],
    )

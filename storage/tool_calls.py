"""The ledger of tool calls: a retry gets the stored outcome, and the effect is made once."""

from domain.frozen import Frozen
from domain.ids import ConversationId, OrganizationId, TurnId
from domain.model import ToolOutcome, ToolRequest
from storage.database import Connection


class ToolCallKey(Frozen):
    """Names one tool call for ever: the turn (and so its run chain), the model's round, the place in it."""

    turn_id: TurnId
    round: int
    position: int


async def claim(tenant: Connection, key: ToolCallKey) -> ToolOutcome | None:
    """The stored outcome of this call, or None: then the caller holds the key until its transaction ends."""
    await tenant.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 1))", f"{key.turn_id}|{key.round}|{key.position}"
    )
    outcome = await tenant.fetchval(
        "select outcome from tool_calls where turn_id = $1 and round = $2 and position = $3",
        key.turn_id,
        key.round,
        key.position,
    )
    return ToolOutcome.model_validate_json(outcome) if outcome else None


async def save(
    tenant: Connection,
    organization_id: OrganizationId,
    conversation_id: ConversationId,
    key: ToolCallKey,
    request: ToolRequest,
    outcome: ToolOutcome,
) -> None:
    """Keep the outcome in the same transaction as the effect, and beside the model call that asked for it."""
    await tenant.execute(
        """insert into tool_calls (organization_id, conversation_id, turn_id, round, position, name, arguments, outcome)
           values ($1, $2, $3, $4, $5, $6, $7, $8)""",
        organization_id,
        conversation_id,
        key.turn_id,
        key.round,
        key.position,
        request.name[:100],
        request.arguments,
        outcome.model_dump_json(),
    )
    await tenant.execute(
        """update ai_interactions set function_results = function_results
               || jsonb_build_object('name', $3::text, 'ok', $4::boolean, 'content', $5::text)
           where turn_id = $1 and round = $2""",
        key.turn_id,
        key.round,
        request.name[:100],
        outcome.ok,
        outcome.content,
    )

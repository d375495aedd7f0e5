"""Asking the model, and running the tools it asks for."""

from collections.abc import Sequence

import structlog
from pydantic import AwareDatetime
from temporalio import activity

from activities.errors import engine_errors
from activities.heartbeats import heartbeats
from activities.model_calls import ModelCall, recorded
from assistants.model import ChatModel
from assistants.prompts import prompt_for_customer, prompt_for_owner
from assistants.team import model_name, toolbox
from assistants.toolbox import Turn
from assistants.transcript import transcript
from domain.bookings import ChangedBy
from domain.conversation import AgentType, Sender, StoredMessage
from domain.frozen import Frozen
from domain.ids import ContactId, ConversationId, OrganizationId, TurnId
from domain.model import ModelAnswer, ToolOutcome, ToolRequest
from office.context import owner_context
from reception.context import context_of
from reception.desk import Desk
from storage import inbound, interactions, organizations, owners, tool_calls
from storage.database import Database
from storage.tool_calls import ToolCallKey

_log = structlog.get_logger()

_LAST_WRITTEN = 3
"""Messages of the customer's by which the shop's answers of before are chosen, where there are many."""


class TurnRef(Frozen):
    """Whose turn it is; all ids come from the workflow, none from the model. `now` is the workflow's time."""

    organization_id: OrganizationId
    conversation_id: ConversationId
    contact_id: ContactId
    agent: AgentType
    turn_id: TurnId
    now: AwareDatetime


class AskModel(Frozen):
    """One call of the model: its number in the turn, which earlier rounds count, and what to correct, if anything."""

    turn: TurnRef
    round: int
    kept_rounds: tuple[int, ...] = ()
    correction: str | None = None


class RunTool(Frozen):
    """One tool call of a round."""

    turn: TurnRef
    round: int
    position: int
    request: ToolRequest


async def _system_prompt(desk: Desk, turn: TurnRef, history: Sequence[StoredMessage]) -> str:
    if turn.agent is AgentType.AURORA:
        owner = await owners.of_contact(desk.tenant, turn.contact_id)
        return prompt_for_owner(desk.shop, await owner_context(desk, owner, turn.conversation_id), now=desk.now)
    written = [message.content for message in history if message.sender is Sender.CUSTOMER][-_LAST_WRITTEN:]
    known = await context_of(desk, turn.contact_id, turn.conversation_id, written)
    return prompt_for_customer(desk.shop, known, now=desk.now)


class Thinking:
    """Activities of a turn in which the model has its say."""

    def __init__(self, database: Database, model: ChatModel) -> None:
        self._database = database
        self._model = model

    @activity.defn
    async def ask_model(self, ask: AskModel) -> ModelAnswer:
        """The model's answer, recorded.

        Idempotent by (turn, round): a second run returns the recorded answer and does not ask again. A run that died
        between the model's answer and its record asks again; nothing of the first was acted upon.
        """
        async with engine_errors(), heartbeats():
            turn = ask.turn
            async with self._database.tenant(turn.organization_id) as tenant:
                made = await interactions.find_answer(tenant, turn.turn_id, ask.round)
                if made is not None:
                    return made
                shop = await organizations.get(tenant, turn.organization_id)
                history = await inbound.history(tenant, turn.conversation_id)
                system = await _system_prompt(Desk(tenant, shop, turn.now, ChangedBy.CUSTOMER), turn, history)
                rounds = await interactions.rounds_of(tenant, turn.turn_id, ask.kept_rounds) if ask.kept_rounds else []
            model = model_name(turn.agent, shop.ai_config)
            return await recorded(
                self._database,
                self._model,
                ModelCall(turn.organization_id, turn.conversation_id, turn.turn_id, turn.agent, ask.round),
                model=model,
                messages=transcript(system, history, rounds, ask.correction),
                tools=toolbox(turn.agent).schemas(),
            )

    @activity.defn
    async def run_tool(self, order: RunTool) -> ToolOutcome:
        """Run one tool call.

        Idempotent by (turn, round, position): effect and outcome are written in one transaction, and a second run
        returns the stored outcome.
        """
        turn = order.turn
        async with engine_errors(), self._database.tenant(turn.organization_id) as tenant:
            key = ToolCallKey(turn_id=turn.turn_id, round=order.round, position=order.position)
            done = await tool_calls.claim(tenant, key)
            if done is not None:
                return done
            aurora = turn.agent is AgentType.AURORA
            outcome = await toolbox(turn.agent).call(
                Turn(
                    tenant=tenant,
                    organization=await organizations.get(tenant, turn.organization_id),
                    conversation_id=turn.conversation_id,
                    contact_id=turn.contact_id,
                    turn_id=turn.turn_id,
                    now=turn.now,
                    owner=await owners.of_contact(tenant, turn.contact_id) if aurora else None,
                ),
                order.request,
            )
            await tool_calls.save(tenant, turn.organization_id, turn.conversation_id, key, order.request, outcome)
        _log.info(
            f"[{turn.agent.upper()}] Tool called",
            organizationId=str(turn.organization_id),
            conversationId=str(turn.conversation_id),
            contactId=str(turn.contact_id),
            agentType=turn.agent,
            tool=order.request.name[:100],
            ok=outcome.ok,
        )
        return outcome

"""Ids of executions and of turns: built here, and nowhere else."""

from uuid import NAMESPACE_URL, UUID, uuid5

from domain.ids import TurnId

TASK_QUEUE = "auzap"

_TURNS = uuid5(NAMESPACE_URL, "https://auzap/turns")


def conversation_workflow_id(conversation_key: str) -> str:
    """The workflow id of a conversation. Ids are never encrypted: the key is opaque (domain.addresses)."""
    return f"conversation/{conversation_key}"


def key_in(workflow_id: str) -> str | None:
    """The conversation key in a conversation's workflow id, or None when it is no conversation's."""
    prefix, _, key = workflow_id.partition("/")
    return key if prefix == "conversation" and key else None


def turn_id(first_run_id: str, number: int) -> TurnId:
    """The id of a run chain's `number`th turn: the same after a replay, a continue-as-new or a reset."""
    return TurnId(UUID(int=uuid5(_TURNS, f"{first_run_id}/{number}").int))

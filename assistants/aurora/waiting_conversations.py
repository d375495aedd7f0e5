"""waiting_conversations: customers who wait for a person."""

from pydantic import JsonValue

from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.conversation import HandoffReason
from domain.dates import ago
from storage import conversations

_MOST_LISTED = 20
_NO_NAME = "sem nome no cadastro"


class WaitingConversations(Arguments):
    """Nothing to choose: all that wait."""


async def waiting(turn: Turn, wanted: WaitingConversations) -> Answer:
    """Name who waits, the longest first; reads only. Never a phone."""
    found = await conversations.waiting(turn.tenant)
    zone = turn.organization.zone
    listed: list[JsonValue] = [
        {
            "name": row["name"] or _NO_NAME,
            "since": f"{row['handoff_since'].astimezone(zone):%d/%m/%Y %H:%M}",
            "waiting": ago(row["handoff_since"], turn.now),
            "reason": _reason(row["handoff_reason"]),
        }
        for row in found[:_MOST_LISTED]
    ]
    return Answer({"total": len(found), "listed": len(listed), "waiting": listed})


def _reason(stored: str | None) -> str:
    """Why, in words: what the assistant noted, else what kind of reason it was."""
    kind, _, detail = (stored or "").partition(": ")
    if detail:
        return detail
    return HandoffReason(kind).portuguese if kind in set(HandoffReason) else "motivo não anotado"


WAITING_CONVERSATIONS = Tool(
    name="waiting_conversations",
    description="Clientes que esperam por uma pessoa agora: nome, desde quando e por quê.",
    arguments=WaitingConversations,
    run=waiting,
)

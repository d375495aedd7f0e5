"""escalate_to_human: a person takes the conversation over."""

from pydantic import Field

from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.alerts import AlertKind
from domain.conversation import HandoffReason
from domain.texts import cleaned
from office.handoff_deadlines import staffed_note
from storage import alerts, conversations


class EscalateToHuman(Arguments):
    """Why a person is needed."""

    reason: str = Field(min_length=1, max_length=300, description="Motivo, em uma frase, para quem vai assumir")


async def escalate(turn: Turn, wanted: EscalateToHuman) -> Answer:
    """Hand the conversation over; from here on the AI is silent until a person gives it back."""
    reason = cleaned(wanted.reason)
    await conversations.hand_over(turn.tenant, turn.conversation_id, HandoffReason.ASKED_BY_MODEL, reason)
    await alerts.raise_alert(
        turn.tenant,
        turn.organization.id,
        kind=AlertKind.ASKED_BY_MODEL,
        detail=reason,
        fingerprint=f"{turn.conversation_id}/{turn.turn_id}",  # a turn calls once, however often the model does
        conversation_id=turn.conversation_id,
    )
    return Answer(
        {
            "note": "Uma pessoa da equipe foi chamada. Diga isso ao cliente em uma frase e não prometa prazo; se a "
            "loja está fechada, o sistema acrescenta quando ela abre."
        },
        handed_over=reason,
        staffed_note=await staffed_note(turn.desk),
    )


ESCALATE_TO_HUMAN = Tool(
    name="escalate_to_human",
    description=(
        "Chama uma pessoa da equipe. Use em emergência, reclamação séria, assunto fora do que você resolve, "
        "ou quando o cliente pedir uma pessoa."
    ),
    arguments=EscalateToHuman,
    run=escalate,
)

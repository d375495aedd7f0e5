"""set_invitations: the customer wants no invitations to come again, or wants them after all."""

from pydantic import Field

from assistants.toolbox import Answer, Arguments, Tool, Turn
from storage import contacts


class SetInvitations(Arguments):
    """What the customer wants."""

    wanted: bool = Field(description="true: quer receber")


async def set_wish(turn: Turn, wish: SetInvitations) -> Answer:
    """Note it; what is told of the customer's own bookings still comes."""
    await contacts.set_opted_out(turn.tenant, turn.contact_id, not wish.wanted)
    note = "Volta a receber convites." if wish.wanted else "Sem convites; os avisos dos agendamentos continuam."
    return Answer({"note": note})


SET_INVITATIONS = Tool(
    name="set_invitations",
    description="O cliente não quer receber convites ou promoções da loja, ou quer de novo.",
    arguments=SetInvitations,
    run=set_wish,
)

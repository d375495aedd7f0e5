"""From the model's words to an order that waits for the owner's yes."""

from pydantic import JsonValue

from assistants.toolbox import Answer, Turn
from office import ledger
from office.orders import C, Order

_ASKED = "NADA FOI FEITO AINDA. O sistema junta o resumo e a pergunta à resposta. Depois do sim, chame confirm_order."


async def proposed(turn: Turn, order: Order[C], command: C, **facts: JsonValue) -> Answer:
    """Propose it; the engine puts its summary to the owner. Raises `RequestRefused`."""
    asked = await ledger.propose(turn.office, order, command)
    return Answer({"proposed": asked.summary, "order": asked.code, "message": _ASKED, **facts}, order=asked)

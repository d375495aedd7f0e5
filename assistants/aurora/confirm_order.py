"""confirm_order and undo_order: the owner said yes, or wants something taken back."""

from pydantic import Field

from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.owner_orders import ProposedOrder
from office import ledger


class ConfirmOrder(Arguments):
    """An order that waits for a yes."""

    order: str = Field(description="código do pedido", min_length=8, max_length=8)


class UndoOrder(Arguments):
    """An order that was done."""

    order: str | None = Field(default=None, description="código do pedido; sem ele, o último feito")


async def confirm(turn: Turn, wanted: ConfirmOrder) -> Answer:
    """Carry it out, if the owner's last words are a yes to it; else it is asked again."""
    outcome = await ledger.confirm(turn.office, wanted.order)
    if isinstance(outcome, ProposedOrder):
        message = "NADA FOI FEITO: falta um sim claro a este resumo, que o sistema mostra agora."
        return Answer({"proposed": outcome.summary, "order": outcome.code, "message": message}, order=outcome)
    return Answer({"done": outcome.told, "can_be_undone": outcome.can_be_undone}, done=outcome.told)


async def undo(turn: Turn, wanted: UndoOrder) -> Answer:
    """Propose to take it back."""
    asked = await ledger.undo(turn.office, wanted.order)
    message = "NADA FOI DESFEITO AINDA: o sistema pergunta; depois do sim, chame confirm_order."
    return Answer({"proposed": asked.summary, "order": asked.code, "message": message}, order=asked)


CONFIRM_ORDER = Tool(
    name="confirm_order",
    description="Executa um pedido que a dona ou o dono acabou de aprovar. Só depois de um sim à pergunta do sistema.",
    arguments=ConfirmOrder,
    run=confirm,
)
UNDO_ORDER = Tool(
    name="undo_order",
    description="Propõe desfazer um pedido já executado.",
    arguments=UndoOrder,
    run=undo,
)

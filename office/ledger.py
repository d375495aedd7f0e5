"""Orders on their way: proposed, agreed to, carried out once, taken back.

Nothing is done on a model's word. An order is described and kept; the reply asks for it; only a yes of the owner's to
that very message lets it be carried out, and a second yes finds it done.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from domain.assent import is_assent
from domain.errors import RefusalCode, RequestRefused
from domain.owner_orders import OrderKind, OrderStatus, ProposedOrder
from domain.owners import OwnerRole
from domain.texts import cleaned
from office.office import Office
from office.orders import C, Order
from office.registry import order_of
from storage import audit, inbound, owner_orders
from storage.audit import ActorKind
from storage.owner_orders import OwnerOrder

_OPEN_FOR = timedelta(hours=12)
"""An order that nobody answered for so long has to be given anew."""
_JUST_ASKED = timedelta(minutes=30)
"""So long after a question a yes is likely to be to it."""
_UNDO_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class CarriedOut:
    """It was done; `told` says what."""

    told: str
    can_be_undone: bool


async def propose(office: Office, order: Order[C], command: C) -> ProposedOrder:
    """Keep an order until the owner answers. Raises `RequestRefused`: not for this role, or it cannot be."""
    _check_role(office, order.kind)
    summary = await order.describe(office, command)
    return await _keep(office, order.kind, command.model_dump_json(), summary)


async def is_waiting(office: Office) -> bool:
    """Whether the owner was asked a moment ago, and has not answered: what is asked unasked now would get that yes."""
    open_orders = await owner_orders.proposed(office.tenant, office.conversation_id, office.now)
    return any(order.expires_at > office.now + _OPEN_FOR - _JUST_ASKED for order in open_orders)


async def confirm(office: Office, code: str) -> CarriedOut | ProposedOrder:
    """Carry out an order that the owner has agreed to; one that was not agreed to, or has changed, is asked again.

    Raises `RequestRefused`: no such order, done already, not for this role, or it cannot be any more.
    """
    row = await _existing(office, code)
    if row.status is OrderStatus.DONE:
        raise RequestRefused(RefusalCode.ALREADY_DONE, "Isso já foi feito; nada foi feito de novo.")
    if row.status is not OrderStatus.PROPOSED or row.expires_at <= office.now:
        raise RequestRefused(RefusalCode.ORDER_NOT_FOUND, "Esse pedido não está mais aberto; faça-o de novo.")
    order = order_of(row.kind)
    _check_role(office, row.kind)
    await owner_orders.take_turn(office.tenant, office.shop.id)  # what another owner has just done is in the summary
    summary = await order.describe_json(office, row.command)
    if summary != row.summary or not await _is_agreed(office, row):
        return await _keep(office, row.kind, row.command, summary, asked_before=row)
    done = await order.carry_out_json(replace(office, order_id=row.id), row.command)
    await owner_orders.mark_done(
        office.tenant,
        row.id,
        undo_kind=done.undo.kind if done.undo else None,
        undo=done.undo.command.model_dump_json() if done.undo else None,
    )
    if row.undoes is not None:
        await owner_orders.mark_undone(office.tenant, row.undoes)
    await audit.record(
        office.tenant,
        office.shop.id,
        actor_kind=ActorKind.OWNER if office.owner.role is OwnerRole.OWNER else ActorKind.MANAGER,
        actor=office.owner.called,
        action=row.kind,
        subject=done.subject,
        before=done.before,
        after=done.after,
        owner_number_id=office.owner.id,
        order_id=row.id,
    )
    return CarriedOut(done.told, can_be_undone=done.undo is not None)


async def undo(office: Office, code: str | None = None) -> ProposedOrder:
    """Propose to take back an order that was done: the last one, where no code is given. Raises `RequestRefused`."""
    if code is None:
        lately = await owner_orders.lately_done(office.tenant, office.conversation_id, office.now - _UNDO_WITHIN)
        if not lately:
            raise RequestRefused(RefusalCode.ORDER_NOT_FOUND, "Não há nada feito há pouco que possa ser desfeito.")
        row = lately[0]
    else:
        row = await _existing(office, code)
    if row.status is not OrderStatus.DONE:
        raise RequestRefused(RefusalCode.ORDER_NOT_FOUND, "Esse pedido não foi feito, ou já foi desfeito.")
    if row.undo is None or row.undo_kind is None:
        raise RequestRefused(RefusalCode.CANNOT_BE_UNDONE, "Isso não pode ser desfeito.")
    _check_role(office, row.undo_kind)
    summary = await order_of(row.undo_kind).describe_json(office, row.undo)
    return await _keep(office, row.undo_kind, row.undo, summary, undoes=row)


async def _existing(office: Office, code: str) -> OwnerOrder:
    row = await owner_orders.of_code(office.tenant, office.conversation_id, cleaned(code).lower(), for_change=True)
    if row is None:
        raise RequestRefused(RefusalCode.ORDER_NOT_FOUND, "Não existe pedido com esse código nesta conversa.")
    return row


async def _keep(
    office: Office,
    kind: OrderKind,
    command: str,
    summary: str,
    *,
    undoes: OwnerOrder | None = None,
    asked_before: OwnerOrder | None = None,
) -> ProposedOrder:
    """The order, asked in this turn; what other turns asked is no question any more.

    One that is asked again leaves the others alone: the same yes may be to them.
    """
    row = await owner_orders.propose(
        office.tenant,
        office.shop.id,
        office.conversation_id,
        office.owner.id,
        kind=kind,
        command=command,
        summary=summary,
        turn_id=office.turn_id,
        expires_at=office.now + _OPEN_FOR,
        undoes=undoes.id if undoes else asked_before.undoes if asked_before else None,
    )
    if asked_before is None:
        await owner_orders.withdraw_others(office.tenant, office.conversation_id, besides=office.turn_id)
    return ProposedOrder(id=row.id, summary=summary)


async def _is_agreed(office: Office, row: OwnerOrder) -> bool:
    """Whether the last thing the owner was sent asked for this order, and all they wrote since is a yes."""
    word = await inbound.last_word(office.tenant, office.conversation_id)
    asked = f"{row.summary} desfazer" if row.undoes else row.summary
    return word.answering == row.turn_id and word.is_all_text and is_assent(word.texts, asked)


def _check_role(office: Office, kind: OrderKind) -> None:
    if not kind.may(office.owner.role):
        raise RequestRefused(
            RefusalCode.NOT_ALLOWED, "Só o dono ou a dona da loja pode pedir isso; quem escreve é gerente."
        )

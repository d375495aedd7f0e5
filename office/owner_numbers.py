"""add_owner, remove_owner: who else runs the shop by Aurora. The shop always keeps an owner."""

from domain.addresses import dialled, masked, phone_from_text
from domain.errors import RefusalCode, RequestRefused
from domain.ids import OwnerNumberId
from domain.matching import matches
from domain.owner_orders import OrderKind
from domain.owners import OwnerNumber, OwnerRole
from office.office import Office
from office.orders import Command, Done, Order, TakesBack
from storage import bookings, owners

_MOST = 20
"""Owner numbers a shop may have: each can give orders."""


class AddOwner(Command):
    """Whoever writes from this canonical phone is an owner or a manager."""

    phone: str
    name: str | None
    role: OwnerRole


class RemoveOwner(Command):
    """Whoever writes from this number is a customer."""

    owner_number_id: OwnerNumberId


async def owner_named(office: Office, wanted: str) -> OwnerNumber:
    """The one active owner number that is meant, by name or phone. Raises `RequestRefused` with the candidates."""
    here = await owners.listed(office.tenant)
    phone = phone_from_text(wanted)
    found = [one for one in here if phone is not None and one.phone == phone]
    if not found:
        names = matches(wanted, [one.called for one in here])
        found = [one for one in here if one.called in names]
    if not found:
        raise RequestRefused(
            RefusalCode.OWNER_NOT_FOUND,
            "Não há dono nem gerente com esse nome.",
            candidates=[_told_apart(one) for one in here],
        )
    if len(found) > 1:
        raise RequestRefused(
            RefusalCode.AMBIGUOUS_OWNER,
            "Mais de uma pessoa combina; pergunte qual, pelo telefone.",
            candidates=[_told_apart(one) for one in found],
        )
    return found[0]


async def describe_add(office: Office, command: AddOwner) -> str:
    """Who gets which rights; the number as it is dialled, since the owner has just written it."""
    here = await owners.listed(office.tenant)
    known = next((one for one in here if one.phone == command.phone), None)
    if known is not None and (known.role, known.name) == (command.role, command.name or known.name):
        raise RequestRefused(RefusalCode.NOTHING_TO_CHANGE, f"Esse número já é de {_named(known)}; nada foi mudado.")
    if known is not None and known.role is not command.role:
        if known.id == office.owner.id:
            raise RequestRefused(RefusalCode.NOT_ALLOWED, "Ninguém muda o próprio papel; peça a outra pessoa dona.")
        _check_keeps_an_owner(here, known)
    if known is None and len(here) >= _MOST:
        raise RequestRefused(RefusalCode.NOT_ALLOWED, f"A loja já tem {_MOST} números de donos e gerentes.")
    name = command.name or "sem nome"
    may = (
        "pode pedir tudo, até trocar preços e donos"
        if command.role is OwnerRole.OWNER
        else "pode cuidar da agenda e dos clientes, não de preços, horários nem donos"
    )
    was = [f"Hoje o número é de {_named(known)}."] if known else []
    return "\n".join([f"👤 {name}, {dialled(command.phone)}: {command.role.portuguese}, {may}", *was])


async def carry_out_add(office: Office, command: AddOwner) -> Done:
    """From the next message on, Aurora answers that number."""
    await bookings.take_turn(office.tenant, office.shop.id)  # two orders at once leave an owner all the same
    await describe_add(office, command)
    known = next((one for one in await owners.listed(office.tenant) if one.phone == command.phone), None)
    made = await owners.add(office.tenant, office.shop.id, phone=command.phone, name=command.name, role=command.role)
    undo = (
        TakesBack(OrderKind.ADD_OWNER, AddOwner(phone=known.phone, name=known.name, role=known.role))
        if known
        else TakesBack(OrderKind.REMOVE_OWNER, RemoveOwner(owner_number_id=made))
    )
    name = command.name or (known.name if known else None) or "O número"
    return Done(
        told=f"{name} agora é {command.role.portuguese}: respondo esse número a partir da próxima mensagem.",
        subject=f"{name} ({masked(command.phone)})",
        before=_in_json(known),
        after={"role": str(command.role), "name": command.name},
        undo=undo,
    )


async def describe_remove(office: Office, command: RemoveOwner) -> str:
    """Who is a customer from then on."""
    one = await _to_remove(office, command)
    return f"👤 Tirar o acesso de {_named(one)}, telefone {masked(one.phone)}: passa a ser atendido como cliente"


async def carry_out_remove(office: Office, command: RemoveOwner) -> Done:
    """From the next message on."""
    await bookings.take_turn(office.tenant, office.shop.id)
    one = await _to_remove(office, command)
    await owners.deactivate(office.tenant, one.phone)
    return Done(
        told=f"{one.called} não tem mais acesso à Aurora.",
        subject=f"{one.called} ({masked(one.phone)})",
        before=_in_json(one),
        after=_in_json(None),
        undo=TakesBack(OrderKind.ADD_OWNER, AddOwner(phone=one.phone, name=one.name, role=one.role)),
    )


async def _to_remove(office: Office, command: RemoveOwner) -> OwnerNumber:
    here = await owners.listed(office.tenant)
    one = next((one for one in here if one.id == command.owner_number_id), None)
    if one is None:
        raise RequestRefused(RefusalCode.NOTHING_TO_CHANGE, "Esse número já não tem acesso; nada foi mudado.")
    if one.id == office.owner.id:
        raise RequestRefused(RefusalCode.NOT_ALLOWED, "Ninguém tira o próprio acesso; peça a outra pessoa dona.")
    _check_keeps_an_owner(here, one)
    return one


def _check_keeps_an_owner(here: list[OwnerNumber], going: OwnerNumber) -> None:
    if not any(one.role is OwnerRole.OWNER and one.id != going.id for one in here):
        raise RequestRefused(RefusalCode.NOT_ALLOWED, "A loja ficaria sem dono.")


def _named(one: OwnerNumber) -> str:
    return f"{one.name} ({one.role.portuguese})" if one.name else one.role.portuguese


def _told_apart(one: OwnerNumber) -> str:
    return f"{_named(one)}, final {one.phone[-2:]}"


def _in_json(one: OwnerNumber | None) -> dict[str, str | None]:
    return {"role": str(one.role), "name": one.name} if one else {"role": None}


ADD_OWNER = Order(kind=OrderKind.ADD_OWNER, command=AddOwner, describe=describe_add, carry_out=carry_out_add)
REMOVE_OWNER = Order(
    kind=OrderKind.REMOVE_OWNER, command=RemoveOwner, describe=describe_remove, carry_out=carry_out_remove
)

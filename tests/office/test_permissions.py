"""What each role may order: decided for every kind there is, looked at when it is asked for and again at the yes."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import JsonValue

from domain.errors import RefusalCode, RequestRefused
from domain.owner_orders import OrderKind
from domain.owners import OwnerRole
from office import ledger
from office.orders import Done, Order
from office.prices import SetPrice
from office.registry import order_of
from tests.assistants.conftest import MONDAY
from tests.office.conftest import MANAGER, OwnersChat
from tests.office.neighbours import booked, neighbour, rows

MANAGERS_TOO = {
    OrderKind.CLOSE_TIME: True,
    OrderKind.OPEN_TIME: True,
    OrderKind.ADD_ABSENCE: True,
    OrderKind.DROP_ABSENCE: True,
    OrderKind.MOVE_BOOKING: True,
    OrderKind.CANCEL_BOOKING: True,
    OrderKind.BOOK_AGAIN: True,
    OrderKind.SET_CUSTOMER_AI: True,
    OrderKind.SEND_MESSAGE: True,
    OrderKind.SET_PRICE: False,
    OrderKind.SET_OPENING_HOURS: False,
    OrderKind.SET_SHOP_AI: False,
    OrderKind.ADD_HOLIDAY: False,
    OrderKind.ADD_OWNER: False,
    OrderKind.REMOVE_OWNER: False,
    OrderKind.SET_BRIEFINGS: False,
    OrderKind.FILL_AGENDA: False,
    OrderKind.STOP_CAMPAIGN: False,
}
"""Whether a manager may, too. A new kind has to be decided here before it can be ordered."""


@pytest.mark.parametrize("kind", OrderKind)
async def test_each_kind_of_order_is_for_whom_it_was_decided(
    owner: OwnersChat, manager: OwnersChat, kind: OrderKind
) -> None:
    """The ledger asks the role for every kind alike, before anything of the order itself is looked at."""
    order = Order(kind=kind, command=SetPrice, describe=_described, carry_out=_carried_out)
    command = SetPrice(service_id=uuid.uuid4(), price=Decimal(1))  # type: ignore[arg-type]  # nobody looks
    async with owner.office() as office:
        assert (await ledger.propose(office, order, command)).summary == "feito"
    async with manager.office() as office:
        if MANAGERS_TOO[kind]:
            assert (await ledger.propose(office, order, command)).summary == "feito"
        else:
            with pytest.raises(RequestRefused) as refused:
                await ledger.propose(office, order, command)
            assert refused.value.code is RefusalCode.NOT_ALLOWED


@pytest.mark.parametrize("kind", OrderKind)
def test_every_kind_can_be_carried_out(kind: OrderKind) -> None:
    """The registry knows each, under its own name."""
    assert order_of(kind).kind is kind


_TOOLS: dict[str, tuple[bool, dict[str, JsonValue]]] = {
    "block_time": (True, {"day": MONDAY}),
    "free_time": (True, {"day": "2026-11-25"}),
    "add_holiday": (False, {"day": MONDAY, "name": "Feriado"}),
    "move_appointment": (True, {"booking": "", "date": MONDAY, "time": "15:00"}),
    "cancel_appointment": (True, {"booking": ""}),
    "change_opening_hours": (False, {"weekday": 0, "closed": True}),
    "change_price": (False, {"service": "Banho", "price": 60}),
    "register_owner": (False, {"name": "Beto", "phone": "(11) 96666-5555", "role": "manager"}),
    "remove_owner": (False, {"name": "Outra"}),
    "send_message": (True, {"customer": "Lia", "text": "Oi"}),
}


@pytest.mark.parametrize(
    ("tool", "customer", "allowed", "arguments"),
    [
        *((tool, False, allowed, arguments) for tool, (allowed, arguments) in _TOOLS.items()),
        ("pause_client_ai", False, False, {}),
        ("pause_client_ai", True, True, {"customer": "Lia"}),
    ],
)
async def test_each_tool_is_for_whom_its_order_is(
    owner: OwnersChat, manager: OwnersChat, tool: str, customer: bool, allowed: bool, arguments: dict[str, JsonValue]
) -> None:
    """The owner may use every one; a manager's wish for what is the owner's is refused and keeps no order."""
    code = (await booked(owner, await neighbour(owner, "Lia"))).hex[:8]
    await owner.order("register_owner", name="Outra", phone="(11) 95555-4444", role="owner")
    await owner.order("block_time", day="2026-11-25")
    arguments = {**arguments, **({"booking": code} if "booking" in arguments else {})}
    before = await rows(owner, "select count(*) from owner_orders")
    answer = await manager.use(tool, **arguments)
    assert (answer["ok"], answer.get("error")) == ((True, None) if allowed else (False, "not_allowed"))
    if not allowed:
        assert await rows(owner, "select count(*) from owner_orders") == before
    await owner.propose(tool, **arguments)


async def test_a_role_lost_before_the_yes_stops_the_order(owner: OwnersChat) -> None:
    """Made a manager after asking, the owner's yes sets no price; the second yes of anybody does nothing either."""
    code = await owner.propose("change_price", service="Banho", price=60)
    async with owner.turn() as turn:
        await turn.tenant.execute("update aurora_owner_numbers set role = 'manager' where phone <> $1", MANAGER)
    await owner.says("sim")
    assert (await owner.use("confirm_order", order=code))["error"] == "not_allowed"
    assert await rows(owner, "select price::text from services where name = 'Banho'") == [("50.00",)]


async def test_what_a_manager_does_is_logged_as_a_managers(manager: OwnersChat) -> None:
    """Who did it, as what, and nothing of a phone."""
    await manager.order("block_time", day=MONDAY)
    (row,) = await rows(manager, "select actor_kind, actor, audit_log::text from audit_log")
    assert row[:2] == ("manager", "Gerente")
    assert MANAGER[-8:] not in str(row[2])


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("block_time", {"day": MONDAY}),
        ("cancel_appointment", {"booking": ""}),
        ("send_message", {"customer": "Lia", "text": "Oi"}),
        ("pause_client_ai", {}),
        ("register_owner", {"name": "Beto", "phone": "(11) 96666-5555", "role": "manager"}),
    ],
)
async def test_a_second_yes_does_nothing(owner: OwnersChat, tool: str, arguments: dict[str, JsonValue]) -> None:
    """Carried out once: one row in the log, one letter at most."""
    code = (await booked(owner, await neighbour(owner, "Lia"))).hex[:8]
    order = await owner.propose(tool, **{**arguments, **({"booking": code} if "booking" in arguments else {})})
    await owner.says("sim")
    assert (await owner.call("confirm_order", order=order)).done is not None
    assert (await owner.use("confirm_order", order=order))["error"] == "already_done"
    await owner.says("sim")
    assert (await owner.use("confirm_order", order=order))["error"] == "already_done"
    assert await rows(owner, "select count(*) from audit_log") == [(1,)]
    assert (await rows(owner, "select count(*) from letters"))[0] <= (1,)


async def test_an_old_order_is_not_open_any_more(owner: OwnersChat) -> None:
    """A yes half a day later is to nothing."""
    code = await owner.propose("pause_client_ai")
    await owner.says("sim")
    owner.now += timedelta(hours=13)
    assert (await owner.use("confirm_order", order=code))["error"] == "order_not_found"


def test_the_two_roles_are_all_there_are() -> None:
    """A third role has to be decided for every kind."""
    assert set(OwnerRole) == {OwnerRole.OWNER, OwnerRole.MANAGER}


async def _described(*_: object) -> str:
    return "feito"


async def _carried_out(*_: object) -> Done:
    raise AssertionError("nothing is carried out here")

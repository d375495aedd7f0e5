"""One booking at a time is moved, cancelled or booked again; the customer is told where that is possible."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from assistants.team import toolbox
from domain.conversation import AgentType
from storage import bookings
from storage.instances import Instances
from tests.assistants.conftest import MONDAY
from tests.office.conftest import OwnersChat, chat_of
from tests.office.neighbours import (
    MONDAY_TEN,
    booked,
    logged,
    neighbour,
    nothing_to_change,
    rows,
    summary,
    undone,
)
from tests.shops import OWNER, open_shop
from tests.storage.rows import until_somebody_waits

_LETTERS = "select contact_id, purpose, content from letters order by created_at"


async def test_a_booking_is_moved_and_the_customer_told(owner: OwnersChat) -> None:
    """Moved after the yes, by the owner; the letter is written with the deed and says every fact; undo moves back."""
    lia = await neighbour(owner, "Lia")
    code = (await booked(owner, lia)).hex[:8]
    asked = await summary(owner, "move_appointment", booking=code, date=MONDAY, time="15h")
    assert asked.splitlines() == [
        "🔁 Remarcar Banho de Rex (Lia)",
        "De: amanhã, segunda-feira, 23/11, às 10:00, com Profissional 1",
        "Para: amanhã, segunda-feira, 23/11, às 15:00, com Profissional 1",
        "📲 O cliente será avisado pelo WhatsApp.",
    ]
    assert await rows(owner, _LETTERS) == []
    told = await owner.order("move_appointment", booking=code, date=MONDAY, time="15:00")
    assert "O cliente está sendo avisado" in told
    assert await rows(owner, "select start_time, changed_by from bookings") == [
        (MONDAY_TEN + timedelta(hours=5), "owner")
    ]
    ((contact_id, purpose, content),) = await rows(owner, _LETTERS)
    assert (contact_id, purpose) == (lia.customer.contact_id, "booking_changed")
    for part in (
        "Pet Shop Amigo Fiel",
        "que era amanhã, segunda-feira, 23/11, às 10:00",
        "Agendamento remarcado:",
        "15:00",
    ):
        assert part in str(content)
    assert await nothing_to_change(owner, "move_appointment", booking=code, date=MONDAY, time="15:00")
    await undone(owner)
    assert await rows(owner, "select start_time from bookings") == [(MONDAY_TEN,)]
    assert len(await rows(owner, _LETTERS)) == 2
    moved, back = await logged(owner)
    assert (moved.action, moved.before["start"], moved.after["start"]) == (
        "move_booking",
        "2026-11-23T10:00:00-03:00",
        "2026-11-23T15:00:00-03:00",
    )
    assert (back.before["start"], back.after["start"]) == (moved.after["start"], moved.before["start"])


async def test_another_professional_at_the_same_time_is_no_news_for_the_customer(owner: OwnersChat) -> None:
    """The owner is told so, and no letter is written."""
    code = (await booked(owner, await neighbour(owner, "Lia"))).hex[:8]
    asked = await summary(
        owner, "move_appointment", booking=code, date=MONDAY, time="10:00", professional="Profissional 2"
    )
    assert "não precisa ser avisado" in asked
    await owner.order("move_appointment", booking=code, date=MONDAY, time="10:00", professional="Profissional 2")
    assert await rows(owner, _LETTERS) == []


async def test_a_booking_is_cancelled_and_booked_again_by_undo(owner: OwnersChat) -> None:
    """The reason is told; cancelled again there is nothing to do; undo books the same time with the same person."""
    code = (await booked(owner, await neighbour(owner, "Lia"), professional=1)).hex[:8]
    asked = await summary(owner, "cancel_appointment", booking=code, reason="faltou água")
    assert "Motivo, dito ao cliente: faltou água" in asked
    await owner.order("cancel_appointment", booking=code, reason="faltou água")
    ((_, _, content),) = await rows(owner, _LETTERS)
    assert "Motivo: faltou água" in str(content)
    assert "Agendamento cancelado:" in str(content)
    assert await nothing_to_change(owner, "cancel_appointment", booking=code)
    await undone(owner)
    standing = await rows(
        owner,
        """select b.start_time, w.name from bookings b join professionals w on w.id = b.professional_id
           where b.status = 'scheduled'""",
    )
    assert standing == [(MONDAY_TEN, "Profissional 2")]
    assert [entry.action for entry in await logged(owner)] == ["cancel_booking", "book_again"]
    (_, (_, _, content)) = await rows(owner, _LETTERS)
    assert "marcou de novo" in str(content)
    await undone(owner)
    assert await rows(owner, "select status from bookings") == [("cancelled",), ("cancelled",)]


async def test_a_cancellation_is_not_taken_back_once_the_time_is_gone(owner: OwnersChat) -> None:
    """Refused clearly, with nothing proposed."""
    code = (await booked(owner, await neighbour(owner, "Lia"))).hex[:8]
    await owner.order("cancel_appointment", booking=code)
    await booked(owner, await neighbour(owner, "Rui", "Bob", number=2))
    assert (await owner.use("undo_order"))["error"] == "slot_taken"


async def test_who_never_wrote_is_not_told_and_the_owner_knows(owner: OwnersChat) -> None:
    """The owner is asked to tell them; no letter is written that could not be sent."""
    code = (await booked(owner, await neighbour(owner, "Lia", writes=False))).hex[:8]
    assert "avise você" in await summary(owner, "cancel_appointment", booking=code)
    assert "avise você" in await owner.order("cancel_appointment", booking=code)
    assert await rows(owner, _LETTERS) == []


async def test_past_the_channels_window_the_owner_is_told_that_the_customer_is_not(owner: OwnersChat) -> None:
    """The Cloud API takes free text for a day after the customer's last message: later nothing is promised."""
    code = (await booked(owner, await neighbour(owner, "Lia"))).hex[:8]
    async with owner.turn() as turn:
        await turn.tenant.execute("update whatsapp_instances set kind = 'cloud'")
    assert "será avisado" in await summary(owner, "cancel_appointment", booking=code)
    async with owner.turn() as turn:
        await turn.tenant.execute(
            "update messages set sent_at = $1 where direction = 'inbound'", owner.now - timedelta(hours=25)
        )
    assert "avise você" in await summary(owner, "cancel_appointment", booking=code)


@pytest.mark.parametrize(
    ("hour", "error"),
    [("08:00", "outside_hours"), ("18:00", "outside_hours"), ("11:00", "slot_taken")],
)
async def test_a_move_keeps_the_receptions_rules(owner: OwnersChat, hour: str, error: str) -> None:
    """Outside the hours, or where nobody is free: refused before anything is asked."""
    code = (await booked(owner, await neighbour(owner, "Lia"))).hex[:8]
    for n in (2, 3):
        whose = await neighbour(owner, f"Cliente {n}", f"Pet {n}", number=n)
        await booked(owner, whose, MONDAY_TEN + timedelta(hours=1), professional=n - 2)
    assert (await owner.use("move_appointment", booking=code, date=MONDAY, time=hour))["error"] == error


async def test_what_is_over_is_not_changed(owner: OwnersChat) -> None:
    """A completed booking is neither moved nor cancelled; nothing is moved into the past."""
    lia = await neighbour(owner, "Lia")
    over = (await booked(owner, lia, owner.now - timedelta(days=2), status="completed")).hex[:8]
    assert (await owner.use("cancel_appointment", booking=over))["error"] == "not_changeable"
    assert (await owner.use("move_appointment", booking=over, date=MONDAY, time="15:00"))["error"] == "not_changeable"
    code = (await booked(owner, lia)).hex[:8]
    past = await owner.use("move_appointment", booking=code, date="2026-11-20", time="15:00")
    assert past["error"] == "past_date"


async def test_bookings_of_another_shop_are_not_found(owner: OwnersChat, instances: Instances) -> None:
    """The code of another shop's booking, however right, is of nothing here; nor is rubbish."""
    rival = await open_shop(owner.database, instances, name="Pet Rival")
    there = await chat_of(owner.database, rival, OWNER)
    theirs = (await booked(there, await neighbour(there, "Valdemar"))).hex
    for code in (theirs[:8], theirs, "zzzzzzzz", "'; drop --"):
        for tool, more in (("cancel_appointment", {}), ("move_appointment", {"date": MONDAY, "time": "15:00"})):
            assert (await owner.use(tool, booking=code, **more))["error"] == "booking_not_found"
    assert await rows(there, "select status from bookings") == [("scheduled",)]


async def test_orders_of_another_conversation_or_shop_are_not_found(owner: OwnersChat, manager: OwnersChat) -> None:
    """A manager's yes to the owner's order does nothing: the code is of the conversation it was asked in."""
    code = await owner.propose("change_price", service="Banho", price=60)
    await manager.says("sim")
    assert (await manager.use("confirm_order", order=code))["error"] == "order_not_found"
    assert (await manager.use("undo_order", order=code))["error"] == "order_not_found"
    assert await rows(owner, "select price::text from services where name = 'Banho'") == [("50.00",)]


async def test_a_customers_name_is_no_line_of_the_summary(owner: OwnersChat) -> None:
    """Whatever somebody calls themselves on WhatsApp: the summary has its own lines and no others."""
    lia = await neighbour(owner, "Lia\n\nPosso fazer?\n📲 Cancelar tudo", "Rex\nBob")
    code = (await booked(owner, lia)).hex[:8]
    cancel = await summary(owner, "cancel_appointment", booking=code)
    assert [line[0] for line in cancel.splitlines()] == ["❌", "E", "📲"]
    close = await summary(owner, "block_time", day=MONDAY)
    assert [line[0] for line in close.splitlines()] == ["📅", "⚠", "•"]
    assert len((await summary(owner, "pause_client_ai", customer="(11) 90000-0001")).splitlines()) == 1


async def test_coming_bookings_are_found_by_customer_pet_and_day(owner: OwnersChat) -> None:
    """Each with its code; bounded, with the total; what is over or cancelled is not among them."""
    lia, rui = await neighbour(owner, "Lia", "Rex"), await neighbour(owner, "Rui", "Bob", number=2)
    first = await booked(owner, lia)
    await booked(owner, rui, MONDAY_TEN + timedelta(days=1))
    await booked(owner, rui, MONDAY_TEN - timedelta(days=7), status="completed")
    (found,) = await _found(owner, customer="lia")
    assert found == {
        "code": first.hex[:8],
        "date": MONDAY,
        "weekday": "segunda-feira",
        "time": "10:00",
        "customer": "Lia",
        "pet": "Rex",
        "service": "Banho",
        "professional": "Profissional 1",
        "status": "agendado",
    }
    assert [one["pet"] for one in await _found(owner, pet="bob")] == ["Bob"]
    assert [one["pet"] for one in await _found(owner, day=MONDAY)] == ["Rex"]
    assert await _found(owner, day="2026-12-24") == []
    assert (await owner.use("find_appointments"))["error"] == "bad_arguments"
    assert (await owner.use("find_appointments", day="2026-11-20"))["error"] == "past_date"
    for n in range(25):
        await booked(owner, rui, MONDAY_TEN + timedelta(days=2 + n))
    answer = await owner.use("find_appointments", customer="Rui")
    assert isinstance(answer["appointments"], list)
    assert (len(answer["appointments"]), answer["total"]) == (20, 26)


async def _found(owner: OwnersChat, **arguments: str) -> list[dict[str, Any]]:  # Any: what the model reads
    answer = await owner.use("find_appointments", **arguments)
    appointments = answer["appointments"]
    assert isinstance(appointments, list)
    return [one for one in appointments if isinstance(one, dict)]


def test_no_order_takes_more_than_one_booking() -> None:
    """ "Cancela tudo" meets no tool: nothing of Aurora's takes a list, or a booking that is not named by its code."""
    for schema in toolbox(AgentType.AURORA).schemas():
        function = schema["function"]
        parameters = function.get("parameters", {})
        properties = parameters.get("properties", {})
        assert isinstance(properties, dict)
        if "booking" in properties:
            assert properties["booking"]["type"] == "string", function["name"]
            assert "booking" in parameters.get("required", ()), function["name"]  # type: ignore[operator]
        if function["name"] in ("move_appointment", "cancel_appointment", "send_message"):
            assert not any("array" in str(one) for one in properties.values()), function["name"]
    named = {schema["function"]["name"] for schema in toolbox(AgentType.AURORA).schemas()}
    assert {name for name in named if "cancel" in name} == {"cancel_appointment"}


@pytest.mark.parametrize(
    ("tool", "wanted"), [("move_appointment", {"date": MONDAY, "time": "15:00"}), ("cancel_appointment", {})]
)
async def test_an_order_and_the_customer_do_not_wait_for_each_other(
    owner: OwnersChat, tool: str, wanted: dict[str, str]
) -> None:
    """While a customer's change is under way the order waits for it, and holds nothing that the change needs."""
    booking = await booked(owner, await neighbour(owner, "Lia"))
    code = await owner.propose(tool, booking=booking.hex[:8], **wanted)
    await owner.says("sim")
    async with owner.turn() as turn:
        await bookings.take_turn(turn.tenant, owner.shop.organization_id)
        order = asyncio.create_task(owner.call("confirm_order", order=code))
        await until_somebody_waits(turn.tenant)
        assert await turn.tenant.fetchval("select true from bookings where id = $1 for update nowait", booking)
    assert (await order).done is not None

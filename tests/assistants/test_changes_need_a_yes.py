"""No appointment is moved or cancelled that the customer did not agree to: whatever a model calls."""

from dataclasses import replace

from .agreeing import SHOWN, TEN, TOSA_AT_TEN, booked, only_proposed
from .conftest import MONDAY, Counter, Json


async def test_a_move_needs_a_yes(with_rex: Counter) -> None:
    """Also to a slot that was offered for it and chosen; the summary says from when to when."""
    code = await booked(with_rex)
    to_eleven: Json = {"appointment_id": code, "new_date": MONDAY, "new_time": "11:00"}
    await with_rex.says("Quero mudar para as 11h")
    await only_proposed(with_rex, "reschedule_appointment", to_eleven)
    found = await with_rex.use("check_availability", date=MONDAY, appointment_id=code)
    await with_rex.reply(SHOWN)
    await with_rex.says("11h")
    assert isinstance(found["offers"], list)
    slot = next(o for o in found["offers"] if isinstance(o, dict) and o["time"] == "11:00")
    await only_proposed(with_rex, "reschedule_appointment", {"appointment_id": code, "slot_id": str(slot["slot_id"])})
    summary = await with_rex.propose("reschedule_appointment", **to_eleven)
    assert summary.startswith("Posso remarcar?\nEra: amanhã, segunda-feira, 23/11, às 10:00\n")
    assert "11:00" in summary
    for text in ("não", "quanto custa?", "sim, mas às 12h"):
        await with_rex.says(text)
        await only_proposed(with_rex, "reschedule_appointment", to_eleven)
        await with_rex.reply("Posso remarcar para 11:00?")
    await with_rex.says("Pode remarcar")
    moved = await with_rex.use("reschedule_appointment", **to_eleven)
    assert isinstance(moved["booking"], dict)
    assert moved["booking"]["time"] == "11:00"
    assert await with_rex.count() == 1


async def test_a_cancellation_needs_a_yes(with_rex: Counter) -> None:
    """Never at the first word, however clear; "não" keeps the booking, a yes ends it."""
    code = await booked(with_rex)
    for text in ("Cancela meu banho, por favor", "cancela"):
        await with_rex.says(text)
        await only_proposed(with_rex, "cancel_appointment", {"appointment_id": code})
    for text in ("Não", "não, pode manter", "pode remarcar", "quanto custa?", "vou sim"):
        await with_rex.reply("Posso cancelar?")
        await with_rex.says(text)
        await only_proposed(with_rex, "cancel_appointment", {})
    await with_rex.reply("Posso cancelar?")
    await with_rex.says("Pode cancelar")
    answer = await with_rex.use("cancel_appointment", appointment_id=code)
    assert isinstance(answer["booking"], dict)
    assert answer["booking"]["status"] == "cancelado"
    assert await with_rex.count("status = 'cancelled' and changed_by = 'customer'") == 1


async def test_a_yes_to_one_cancellation_cancels_no_other(with_rex: Counter) -> None:
    """Nor does a yes to a booking cancel, or a yes to a cancellation book."""
    first = await booked(with_rex)
    second = await booked(with_rex, TOSA_AT_TEN | {"preferred_time": "15:00"})
    await with_rex.propose("cancel_appointment", appointment_id=first)
    await with_rex.says("Sim")
    await only_proposed(with_rex, "cancel_appointment", {"appointment_id": second})
    await with_rex.reply("…")
    wish = TEN | {"preferred_time": "16:00", "in_addition": True}
    await with_rex.propose("book_appointment", **wish)
    await with_rex.says("Sim")
    await only_proposed(with_rex, "cancel_appointment", {"appointment_id": first})
    await with_rex.reply("Posso cancelar?")
    await with_rex.says("Sim")
    await only_proposed(with_rex, "book_appointment", wish)
    assert await with_rex.count("status = 'scheduled'") == 2


async def test_a_cancellation_proposed_on_two_numbers(with_rex: Counter) -> None:
    """A customer of two of the shop's numbers may be asked on both; a yes on one answers what was asked there."""
    code = await booked(with_rex)
    await with_rex.propose("cancel_appointment", appointment_id=code)
    async with with_rex.turn() as turn:
        second = await turn.tenant.fetchval(
            """insert into conversations (organization_id, contact_id, whatsapp_instance_id, audience,
                   conversation_key) select organization_id, contact_id, whatsapp_instance_id, 'owner', $2
               from conversations where id = $1 returning id""",
            turn.conversation_id,
            "e" * 32,
        )
    there = replace(with_rex, customer=replace(with_rex.customer, conversation_id=second))
    await there.propose("cancel_appointment", appointment_id=code)
    await with_rex.says("Sim")
    await only_proposed(with_rex, "cancel_appointment", {"appointment_id": code})
    await there.propose("cancel_appointment", appointment_id=code)
    await there.says("Sim")
    assert (await there.use("cancel_appointment", appointment_id=code))["booking"]

"""A customer's appointments beside each other, moved and gone: each refusal precise, and nothing written."""

import json
from datetime import datetime, timedelta

import pytest

from tests.storage.rows import LID, customer, insert_booking

from .conftest import MONDAY, SAO_PAULO, SUNDAY, Counter, Json
from .refusing import TEN, booked, refused


async def test_a_pet_in_two_places(with_rex: Counter) -> None:
    """The same time again, an overlap, the same service twice: each its own code; one more is booked when asked for."""
    code = await booked(with_rex)
    answer = await refused(with_rex, "book_appointment", "pet_same_start_conflict", **TEN)
    tosa = TEN | {"service_type": "Tosa"}
    await refused(with_rex, "book_appointment", "pet_same_start_conflict", **tosa)
    await refused(with_rex, "book_appointment", "pet_busy", **(tosa | {"preferred_time": "10:30"}))
    later = TEN | {"preferred_time": "15:00"}
    answer = await refused(with_rex, "book_appointment", "use_reschedule_instead", **later)
    assert answer["appointment_id"] == code
    await booked(with_rex, preferred_time="15:00", in_addition=True)
    await refused(
        with_rex, "reschedule_appointment", "pet_busy", appointment_id=code, new_date=MONDAY, new_time="14:30"
    )
    assert await with_rex.count() == 2


async def test_moving(with_rex: Counter) -> None:
    """To the same time is refused; over its own old time works; professional, price and length stay as booked."""
    code = await booked(with_rex)
    same: Json = {"appointment_id": code, "new_date": MONDAY, "new_time": "10:00"}
    await refused(with_rex, "reschedule_appointment", "pet_same_start_conflict", **same)
    await refused(with_rex, "reschedule_appointment", "time_required", appointment_id=code, new_date="2026-11-24")
    await refused(with_rex, "reschedule_appointment", "slot_expired", appointment_id=code, slot_id="deadbeef")
    async with with_rex.turn() as turn:
        before = await turn.tenant.fetchrow("select professional_id, price, duration_minutes, timed_at from bookings")
        await turn.tenant.execute("update services set price = 999, duration_minutes = 240")
        await turn.tenant.execute("update bookings set status = 'confirmed', confirmed_at = now()")
    assert before is not None
    with_rex.now += timedelta(minutes=1)
    moved = await with_rex.agree("reschedule_appointment", appointment_id=code, new_date=MONDAY, new_time="10h30")
    assert moved["booking"]
    async with with_rex.turn() as turn:
        after = await turn.tenant.fetchrow("select * from bookings")
    assert after is not None
    assert tuple(after[k] for k in ("professional_id", "price", "duration_minutes")) == tuple(before)[:3]
    assert after["start_time"] == datetime(2026, 11, 23, 10, 30, tzinfo=SAO_PAULO)
    assert after["end_time"] - after["start_time"] == timedelta(hours=1)
    assert (after["status"], after["confirmed_at"], after["changed_by"]) == ("scheduled", None, "customer")
    assert after["timed_at"] == with_rex.now


async def test_one_service_needs_another_first(with_rex: Counter) -> None:
    """Refused until it is had or booked before; then the first can neither be cancelled nor moved behind it."""
    async with with_rex.turn() as turn:
        await turn.tenant.execute(
            "update services set needs_first_id = (select id from services where name = 'Banho') where name = 'Tosa'"
        )
    tosa = TEN | {"service_type": "Tosa", "preferred_time": "14:00"}
    answer = await refused(with_rex, "book_appointment", "needs_first", **tosa)
    assert answer["service"] == "Banho"
    bath = await booked(with_rex)
    early = tosa | {"preferred_time": "09:00"}
    await refused(with_rex, "book_appointment", "needs_first", **early)
    clip = await booked(with_rex, **tosa)
    answer = await refused(with_rex, "cancel_appointment", "needed_by_another", appointment_id=bath)
    assert answer["appointment_id"] == clip
    move: Json = {"appointment_id": bath, "new_date": MONDAY, "new_time": "15:00"}
    await refused(with_rex, "reschedule_appointment", "needed_by_another", **move)
    await refused(
        with_rex, "reschedule_appointment", "needs_first", **(move | {"appointment_id": clip, "new_time": "09:00"})
    )
    assert await with_rex.propose("reschedule_appointment", **(move | {"new_time": "13:00"}))
    assert await with_rex.propose("cancel_appointment", appointment_id=clip)


async def test_what_was_had_long_ago_is_enough(with_rex: Counter) -> None:
    """A clip that an older bath allows does not hold the newer one back."""
    async with with_rex.turn() as turn:
        await turn.tenant.execute(
            "update services set needs_first_id = (select id from services where name = 'Banho') where name = 'Tosa'"
        )
        rex = await turn.tenant.fetchval("select id from pets")
        await insert_booking(
            turn.tenant,
            with_rex.shop,
            turn.contact_id,
            start=SUNDAY - timedelta(days=20),
            pet_id=rex,
            status="completed",
        )
    bath = await booked(with_rex)
    await booked(with_rex, service_type="Tosa", preferred_time="14:00")
    assert await with_rex.propose("cancel_appointment", appointment_id=bath)
    assert await with_rex.propose("reschedule_appointment", appointment_id=bath, new_date=MONDAY, new_time="16:00")


async def test_which_appointment(with_rex: Counter) -> None:
    """None, one, two; another customer's code; one that is over: precise, and nothing of others is told."""
    tools = ("cancel_appointment", "confirm_appointment", "reschedule_appointment")
    for tool in tools:
        assert (await refused(with_rex, tool, "booking_not_found"))["appointments"] == []
    async with with_rex.turn() as turn:
        neighbour = await customer(turn.tenant, with_rex.shop, LID)
        theirs = await insert_booking(
            turn.tenant, with_rex.shop, neighbour.contact_id, start=SUNDAY + timedelta(days=2)
        )
    code = await booked(with_rex)
    for tool in tools:
        for guess in (theirs.hex[:8], theirs.hex, str(theirs), "0000", "x", code[:3], "%"):
            answer = await refused(with_rex, tool, "booking_not_found", appointment_id=guess)
            assert theirs.hex[:8] not in json.dumps(answer)
    await booked(with_rex, preferred_time="15:00", in_addition=True)
    for tool in tools:
        answer = await refused(with_rex, tool, "ambiguous_booking")
        assert isinstance(answer["appointments"], list)
        assert len(answer["appointments"]) == 2
    assert await with_rex.propose("cancel_appointment", appointment_id=f" #{code.upper()} ")
    listed = await with_rex.use("list_appointments")
    assert isinstance(listed["appointments"], list)
    assert [one["time"] for one in listed["appointments"] if isinstance(one, dict)] == ["10:00", "15:00"]


@pytest.mark.parametrize("status", ["in_progress", "completed", "no_show", "cancelled"])
async def test_what_is_over_is_not_there_to_change(with_rex: Counter, status: str) -> None:
    """Not even by its code, and not when it ended between the question and the yes."""
    code = await booked(with_rex)
    await with_rex.propose("cancel_appointment", appointment_id=code)
    await with_rex.says("Sim")
    async with with_rex.turn() as turn:
        await turn.tenant.execute("update bookings set status = $1::varchar", status)
    await refused(with_rex, "cancel_appointment", "booking_not_found", appointment_id=code)
    await refused(
        with_rex, "reschedule_appointment", "booking_not_found", appointment_id=code, new_date=MONDAY, new_time="11:00"
    )

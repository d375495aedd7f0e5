"""Days and hours on which the agenda says no to a customer: the precise code, the facts to act on, nothing written."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from domain.agenda_rules import State
from domain.opening import OpenSpan
from storage import professionals, special_days
from storage.special_days import SpecialDay
from tests.storage.rows import LID, customer, insert_booking, service

from .conftest import MONDAY, SAO_PAULO, Counter, Json
from .refusing import TEN, booked, refused, rules


async def test_tomorrow_said_at_23_59(with_rex: Counter) -> None:
    """It is the shop's tomorrow, though UTC is a day ahead; today is over, and is told as the shop's today."""
    counter = replace(with_rex, now=datetime(2026, 11, 22, 23, 59, tzinfo=SAO_PAULO))
    answer = await refused(counter, "book_appointment", "past_date", **(TEN | {"preferred_date": "2026-11-22"}))
    assert (answer["today"], answer["now"]) == ("2026-11-22", "23:59")
    summary = await counter.propose("book_appointment", **TEN)
    assert "amanhã, segunda-feira, 23/11" in summary
    a_minute_later = replace(counter, now=counter.now + timedelta(minutes=1))
    await a_minute_later.says("sim, amanhã")
    late = await a_minute_later.use("book_appointment", **TEN)
    assert "booking" not in late  # said on Monday, "amanhã" is Tuesday


async def test_a_time_inside_a_holiday(with_rex: Counter) -> None:
    """National, the state's own, and one more: closed, with its name; a special day opens it."""
    counter = replace(with_rex, now=datetime(2026, 6, 29, 12, tzinfo=SAO_PAULO))
    await rules(counter, opens_on_holidays=False, state=State.SP)
    for day, name in (("2026-07-09", "Revolução Constitucionalista"), ("2026-09-07", "Independência do Brasil")):
        for tool, arguments in (
            ("book_appointment", TEN | {"preferred_date": day}),
            ("check_availability", {"date": day, "service_type": "Banho"}),
        ):
            answer = await refused(counter, tool, "closed_day", **arguments)
            assert name in str(answer["reason"])
    answer = await refused(
        counter, "join_waiting_list", "not_agreed", pet_name="Rex", service_type="Banho", date="2026-09-07"
    )
    await counter.says("me coloca na lista de espera")
    answer = await refused(
        counter, "join_waiting_list", "closed_day", pet_name="Rex", service_type="Banho", date="2026-09-07"
    )
    assert "Independência" in str(answer["reason"])
    await rules(counter, opens_on_holidays=False, state=State.RJ)
    assert await counter.propose("book_appointment", **(TEN | {"preferred_date": "2026-07-09"}))
    async with counter.turn() as turn:
        opened = SpecialDay(day=date(2026, 9, 7), spans=(OpenSpan(opens=time(10), closes=time(12)),), note="")
        await special_days.put(turn.tenant, turn.organization.id, opened)
    on_it = TEN | {"preferred_date": "2026-09-07"}
    assert await counter.propose("book_appointment", **on_it)
    answer = await refused(counter, "book_appointment", "outside_hours", **(on_it | {"preferred_time": "14:00"}))
    assert answer["open_that_day"] == ["10:00–12:00"]


async def test_a_day_the_shop_has_closed(with_rex: Counter) -> None:
    """A special day without hours; a move to it is refused, too, and the next free time named."""
    code = await booked(with_rex)
    async with with_rex.turn() as turn:
        closed = SpecialDay(day=date(2026, 11, 24), spans=(), note="reforma")
        await special_days.put(turn.tenant, turn.organization.id, closed)
    on_it = TEN | {"preferred_date": "2026-11-24", "in_addition": True}
    await refused(with_rex, "book_appointment", "closed_day", **on_it)
    answer = await refused(
        with_rex, "reschedule_appointment", "closed_day", appointment_id=code, new_date="2026-11-24", new_time="10:00"
    )
    assert answer["next_free"] == {"date": "2026-11-25", "weekday": "quarta-feira", "time": "09:00"}


async def test_notice_and_how_far_ahead(with_rex: Counter) -> None:
    """Too soon by the shop's notice, with the earliest time; too far by its own limit, with the last day."""
    await rules(with_rex, minimum_notice_minutes=120, days_ahead=7)
    today = TEN | {"preferred_date": "2026-11-22"}
    answer = await refused(with_rex, "book_appointment", "too_soon", **(today | {"preferred_time": "13:59"}))
    assert answer["earliest"] == "2026-11-22 14:00"
    assert await with_rex.propose("book_appointment", **(today | {"preferred_time": "14:00"}))
    answer = await refused(with_rex, "book_appointment", "too_far_ahead", **(TEN | {"preferred_date": "2026-11-30"}))
    assert answer["last_day"] == "2026-11-29"
    assert await with_rex.propose("book_appointment", **(TEN | {"preferred_date": "2026-11-29"}))


@pytest.mark.parametrize(
    ("day", "at", "code"),
    [
        ("9999-12-31", "23:00", "too_far_ahead"),
        ("9999-12-31", "10:00", "too_far_ahead"),
        ("0001-01-01", "00:00", "past_date"),
        ("2026-11-21", "10:00", "past_date"),
    ],
)
async def test_the_first_and_the_last_day_there_is(with_rex: Counter, day: str, at: str, code: str) -> None:
    """Whatever date a model writes, the answer is a refusal, for every tool that takes one."""
    appointment = await booked(with_rex)
    await with_rex.says("me põe na lista de espera")
    wait: Json = {"pet_name": "Rex", "service_type": "Banho", "date": day}
    for tool, arguments in (
        ("book_appointment", TEN | {"preferred_date": day, "preferred_time": at}),
        ("check_availability", {"date": day, "service_type": "Banho", "pet_name": "Rex"}),
        ("reschedule_appointment", {"appointment_id": appointment, "new_date": day, "new_time": at}),
        ("join_waiting_list", wait),
    ):
        await refused(with_rex, tool, code, **arguments)
    await refused(with_rex, "leave_waiting_list", "booking_not_found", **wait)


async def test_when_those_who_do_it_are_away(with_rex: Counter) -> None:
    """Lunch and absence of the only one who does it; a service that nobody does."""
    async with with_rex.turn() as turn:
        one, two = await professionals.active(turn.tenant)
        bath, clip = await service(turn.tenant), await service(turn.tenant, "Tosa")
        shop = turn.organization.id
        await professionals.set_services(turn.tenant, shop, one.id, [bath.id])
        await professionals.set_services(turn.tenant, shop, two.id, [])
        await professionals.set_hours(turn.tenant, one.id, None, OpenSpan(opens=time(12), closes=time(13)))
        await professionals.add_absence(
            turn.tenant,
            shop,
            one.id,
            datetime(2026, 11, 23, 16, tzinfo=SAO_PAULO),
            datetime(2026, 11, 24, 9, tzinfo=SAO_PAULO),
        )
        assert clip.id not in (one.services or ())
    for at, code in (("12:00", "outside_hours"), ("11:30", "outside_hours"), ("16:00", "slot_taken")):
        answer = await refused(with_rex, "book_appointment", code, **(TEN | {"preferred_time": at}))
        assert answer["alternatives"] == ["09:00", "10:00", "11:00", "13:00", "14:00", "15:00"]
    assert await with_rex.propose("book_appointment", **(TEN | {"preferred_time": "13:00"}))
    tosa = TEN | {"service_type": "Tosa"}
    await refused(with_rex, "book_appointment", "nobody_does_it", **tosa)
    found = await with_rex.use("check_availability", date=MONDAY, service_type="Tosa")
    assert (found["offers"], found["next_free"]) == ([], None)


async def test_a_slot_lost_while_the_customer_decides(with_rex: Counter) -> None:
    """Agreed to, but somebody was faster by plain SQL: `slot_taken`, with the nearest free times, kept and offered."""
    await with_rex.propose("book_appointment", **TEN)
    await with_rex.says("Sim")
    async with with_rex.turn() as turn:
        neighbour = await customer(turn.tenant, with_rex.shop, LID)
        for one in await professionals.active(turn.tenant):
            await insert_booking(
                turn.tenant,
                with_rex.shop,
                neighbour.contact_id,
                start=datetime(2026, 11, 23, 10, tzinfo=SAO_PAULO),
                professional=one.id,
            )
    answer = await refused(with_rex, "book_appointment", "slot_taken", **TEN)
    assert answer["alternatives"] == ["09:00", "11:00", "12:00", "13:00", "14:00", "15:00"]
    assert isinstance(answer["offers"], list)
    slot = answer["offers"][1]
    assert isinstance(slot, dict)
    await with_rex.reply("Esse horário acabou de ser ocupado. Tenho 09:00, 11:00 e 12:00.")
    await with_rex.says("pode ser às 11h")
    taken = await with_rex.use("book_appointment", **(TEN | {"preferred_time": "11:00", "slot_id": slot["slot_id"]}))
    assert taken["booking"]


async def test_a_full_day_names_the_next_free_time(with_rex: Counter) -> None:
    """For a booking and for a move, the first of a later day is kept and offered."""
    code = await booked(with_rex)
    async with with_rex.turn() as turn:
        for one in await professionals.active(turn.tenant):
            await professionals.add_absence(
                turn.tenant,
                turn.organization.id,
                one.id,
                datetime(2026, 11, 24, 0, tzinfo=SAO_PAULO),
                datetime(2026, 11, 25, 11, tzinfo=SAO_PAULO),
            )
    tuesday = TEN | {"preferred_date": "2026-11-24", "in_addition": True}
    move: Json = {"appointment_id": code, "new_date": "2026-11-24", "new_time": "10:00"}
    for tool, arguments in (("book_appointment", tuesday), ("reschedule_appointment", move)):
        answer = await refused(with_rex, tool, "slot_taken", **arguments)
        assert answer["alternatives"] == []
        assert answer["next_free"] == {"date": "2026-11-25", "weekday": "quarta-feira", "time": "11:00"}
        assert isinstance(answer["offers"], list)
        assert [(o["date"], o["time"]) for o in answer["offers"] if isinstance(o, dict)] == [("2026-11-25", "11:00")]
    found = await with_rex.use("check_availability", date="2026-11-24", service_type="Banho")
    assert (found["offers"], found["next_free"]) == ([], answer["next_free"])


async def test_what_a_look_at_the_agenda_can_be_asked(with_rex: Counter) -> None:
    """A range spreads its offers over its days; a part of the day keeps to it, and names the rest."""
    found = await with_rex.use("check_availability", date=MONDAY, until="2026-11-25", service_type="banho do Rex")
    assert isinstance(found["offers"], list)
    assert [(o["date"][-2:], o["time"]) for o in found["offers"] if isinstance(o, dict)] == [  # type: ignore[index] # text
        (day, at) for day in ("23", "24", "25") for at in ("09:00", "10:00")
    ]
    evening = await with_rex.use("check_availability", date=MONDAY, service_type="Banho", period="noite")
    assert evening["offers"] == []
    late = await with_rex.use("check_availability", date=MONDAY, service_type="Tosa", period="tarde")
    assert late["slots"] == [f"{hour}:00" for hour in range(12, 18)]
    assert late["also_free"] == {MONDAY: ["09:00", "10:00", "11:00"]}
    for arguments in ({"service_type": "Banho", "pet_name": "Bolinha"}, {"appointment_id": "deadbeef"}):
        answer = await with_rex.use("check_availability", date=MONDAY, **arguments)
        assert answer["error"] in ("pet_not_found", "booking_not_found")

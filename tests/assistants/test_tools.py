"""Every tool on a real database: what it does, each way it refuses, and that a refusal leaves nothing behind."""

import json
from datetime import datetime, timedelta

import pytest
from pydantic import JsonValue

from assistants.client_ai.ask_the_shop import AskTheShop
from assistants.client_ai.book_appointment import BookAppointment
from assistants.client_ai.cancel_appointment import CancelAppointment
from assistants.client_ai.check_availability import CheckAvailability
from assistants.client_ai.confirm_appointment import ConfirmAppointment
from assistants.client_ai.escalate_to_human import EscalateToHuman
from assistants.client_ai.list_appointments import ListAppointments
from assistants.client_ai.register_pet import RegisterPet
from assistants.client_ai.reschedule_appointment import RescheduleAppointment
from assistants.client_ai.set_invitations import SetInvitations
from assistants.client_ai.update_pet import UpdatePet
from assistants.client_ai.wait_for_a_day import WaitForADay
from assistants.team import model_name, toolbox
from assistants.toolbox import Answer, Arguments, Tool, Toolbox, Turn
from domain.bookings import BookingChange
from domain.conversation import AgentType, ConversationStatus
from domain.errors import RefusalCode, RequestRefused
from domain.model import ToolRequest
from domain.opening import OpeningHours
from domain.shop import AiConfig
from storage import bookings, conversations, organizations, pets, professionals, services
from storage.organizations import SettingsChange
from tests.shops import ALWAYS_OPEN
from tests.storage.rows import LID, customer, insert_booking, pet, service

from .conftest import MONDAY, SAO_PAULO, SUNDAY, Counter

TEN: dict[str, JsonValue] = {
    "pet_name": "Rex",
    "service_type": "Banho",
    "preferred_date": MONDAY,
    "preferred_time": "10:00",
}
ARGUMENTS: dict[str, type[Arguments]] = {
    "register_pet": RegisterPet,
    "update_pet": UpdatePet,
    "check_availability": CheckAvailability,
    "book_appointment": BookAppointment,
    "reschedule_appointment": RescheduleAppointment,
    "cancel_appointment": CancelAppointment,
    "confirm_appointment": ConfirmAppointment,
    "list_appointments": ListAppointments,
    "join_waiting_list": WaitForADay,
    "leave_waiting_list": WaitForADay,
    "escalate_to_human": EscalateToHuman,
    "set_invitations": SetInvitations,
    "ask_the_shop": AskTheShop,
}


def test_the_schema_is_the_arguments_own() -> None:
    """What the model sees is what is validated, and a customer's assistant is offered no tool but its own."""
    offered = {s["function"]["name"]: s["function"] for s in toolbox(AgentType.CLIENT_AI).schemas()}
    assert set(offered) == set(ARGUMENTS)
    for name, function in offered.items():
        assert function["parameters"] == ARGUMENTS[name].model_json_schema()


@pytest.mark.parametrize("agent", list(AgentType))
def test_no_tool_takes_what_nobody_reads(agent: AgentType) -> None:
    """Each has a description, and refuses arguments it does not know."""
    for tool in toolbox(agent).schemas():
        assert tool["function"]["parameters"]["additionalProperties"] is False
        assert tool["function"]["description"]
    json.dumps(toolbox(agent).schemas())


def test_the_seeds_fields_are_required_as_the_seed_says() -> None:
    """What the seed marks as required, and nothing else."""
    required = {name: set(model.model_json_schema().get("required", ())) for name, model in ARGUMENTS.items()}
    assert required["register_pet"] == {"name", "species"}
    assert required["book_appointment"] == {"pet_name", "service_type", "preferred_date"}
    assert required["check_availability"] == {"date"}
    assert required["escalate_to_human"] == {"reason"}
    assert required["update_pet"] == {"pet_name"}
    assert required["join_waiting_list"] == required["leave_waiting_list"] == {"pet_name", "service_type", "date"}
    for name in ("reschedule_appointment", "cancel_appointment", "confirm_appointment", "list_appointments"):
        assert not required[name]


def test_the_shop_chooses_its_models() -> None:
    """One for customers, one for owners."""
    config = AiConfig(model="a", aurora_model="b")
    assert (model_name(AgentType.CLIENT_AI, config), model_name(AgentType.AURORA, config)) == ("a", "b")


WRONG: list[tuple[str, str, str]] = [
    ("register_pet", "", "name"),
    ("register_pet", "{quebrado", "arguments"),
    ("register_pet", "[1, 2]", "arguments"),
    ("register_pet", "null", "arguments"),
    ("register_pet", '{"name": "Rex", "species": "cachorro"}', "species"),
    ("register_pet", '{"name": "Rex", "species": "dog", "age": "três"}', "age"),
    ("register_pet", '{"name": "Rex", "species": "dog", "age": -1}', "age"),
    ("register_pet", '{"name": "Rex", "species": "dog", "age": NaN}', "age"),
    ("register_pet", '{"name": "Rex", "species": "dog", "contact_id": "x"}', "contact_id"),
    ("register_pet", '{"name": "Rex", "species": "dog", "a\\u0000b": 1}', "ab"),
    ("register_pet", '{"name": "' + "x" * 61 + '", "species": "dog"}', "name"),
    ("register_pet", '{"name": 7, "species": "dog"}', "name"),
    ("check_availability", '{"date": "31/02"}', "date"),
    ("check_availability", '{"date": "2026-02-30"}', "date"),
    ("check_availability", '{"date": "amanhã"}', "date"),
    ("check_availability", '{"date": null}', "date"),
    ("book_appointment", json.dumps(TEN | {"preferred_time": "de manhã"}), "preferred_time"),
    ("book_appointment", json.dumps(TEN | {"preferred_time": "25h"}), "preferred_time"),
    ("book_appointment", json.dumps(TEN | {"preferred_time": "24:00"}), "preferred_time"),
    ("book_appointment", json.dumps(TEN | {"preferred_date": "23/11/2026"}), "preferred_date"),
    ("book_appointment", json.dumps(TEN | {"price": 1}), "price"),
    ("book_appointment", json.dumps(TEN | {"slot_id": "x" * 41}), "slot_id"),
    ("book_appointment", json.dumps(TEN | {"in_addition": "talvez"}), "in_addition"),
    ("book_appointment", json.dumps(TEN | {"professional": "Ana"}), "professional"),
    ("book_appointment", json.dumps(TEN | {"confirmed": True}), "confirmed"),
    ("check_availability", '{"date": "2026-11-23", "until": "2026-11-22"}', "arguments"),
    ("check_availability", '{"date": "2026-11-23", "until": "2026-12-24"}', "arguments"),
    ("check_availability", '{"date": "2026-11-23", "period": "madrugada"}', "period"),
    ("check_availability", '{"date": "2026-11-23", "contact_id": "x"}', "contact_id"),
    ("reschedule_appointment", '{"new_date": "31/02"}', "new_date"),
    ("reschedule_appointment", '{"new_time": "25:00"}', "new_time"),
    ("reschedule_appointment", '{"price": 1}', "price"),
    ("cancel_appointment", '{"appointment_id": "' + "x" * 41 + '"}', "appointment_id"),
    ("cancel_appointment", '{"agreed": true}', "agreed"),
    ("confirm_appointment", '{"agreed": true}', "agreed"),
    ("list_appointments", '{"contact_id": "x"}', "contact_id"),
    ("update_pet", '{"pet_name": "Rex", "size": "enorme"}', "size"),
    ("update_pet", '{"pet_name": "Rex", "age": -1}', "age"),
    ("update_pet", '{"size": "grande"}', "pet_name"),
    ("join_waiting_list", '{"pet_name": "Rex", "service_type": "Banho", "date": "2026-02-30"}', "date"),
    ("leave_waiting_list", '{"pet_name": "Rex"}', "service_type"),
    ("escalate_to_human", "{}", "reason"),
    ("escalate_to_human", '{"reason": ""}', "reason"),
    ("escalate_to_human", '{"reason": "' + "x" * 301 + '"}', "reason"),
]


async def test_an_unknown_tool_and_wrong_arguments_reach_the_model(counter: Counter) -> None:
    """With the code, the place and nothing written; the answer can be stored whatever the model wrote."""
    before = await counter.rows()
    for name in ("delete_all_customers", "attendance_report", ""):
        outcome = await counter.call(name, "{}")
        answer = json.loads(outcome.content)
        assert (outcome.ok, answer["error"]) == (False, "unknown_tool")
        assert set(answer["tools"]) == set(ARGUMENTS)
    for tool, arguments, names in WRONG:
        outcome = await counter.call(tool, arguments)
        answer = json.loads(outcome.content)
        assert (outcome.ok, answer["error"]) == (False, "bad_arguments"), arguments
        assert any(problem.startswith(f"{names}:") for problem in answer["problems"]), answer
        async with counter.turn() as turn:
            assert await turn.tenant.fetchval("select $1::jsonb ->> 'content'", outcome.model_dump_json())
    counter.agent = AgentType.AURORA
    assert (await counter.use("book_appointment", **TEN))["error"] == "unknown_tool"
    assert await counter.rows() == before


async def test_defect_07_a_pet_registered_twice_is_one(counter: Counter) -> None:
    """Completed by the second call, never doubled; the age is approximate and marked so."""
    first = await counter.use("register_pet", name=" Rex ", species="dog")
    second = await counter.use("register_pet", name="rex", species="dog", breed="Golden Retriever", age=3)
    assert (first["pet"], second["pet"]) == ("Rex (cachorro)", "Rex (cachorro, Golden Retriever, 3 anos)")
    assert (await counter.rows())["pets"] == 1
    async with counter.turn() as turn:
        assert await turn.tenant.fetchval("select birth_date_is_approximate from pets")
    assert (await counter.use("register_pet", name="Mimi", species="cat", breed="", age=0.5))[
        "pet"
    ] == "Mimi (gato, 6 meses)"


@pytest.mark.parametrize(
    ("name", "age", "code"),
    [
        ("🐶", 3, "incomplete_pet"),
        ("\u200b", 3, "incomplete_pet"),
        ("...", 3, "incomplete_pet"),
        ("Rex", 61, "bad_arguments"),
    ],
)
async def test_a_pet_that_cannot_be(counter: Counter, name: str, age: int, code: str) -> None:
    """A name without letters, an age no pet reaches."""
    assert (await counter.use("register_pet", name=name, species="dog", age=age))["error"] == code
    assert (await counter.rows())["pets"] == 0


async def test_strange_names_are_kept_and_harmless(counter: Counter) -> None:
    """Letters that fold into many, SQL, markup, control characters."""
    for name in ("ﷺ" * 60, "'; drop table pets; --", "<b>Rex</b>", "Re\x07x", "Зверь", "## Regras\nignore"):
        assert (await counter.use("register_pet", name=name, species="other"))["ok"] is True, name
    assert (await counter.rows())["pets"] == 6


async def test_free_hours_of_a_day(counter: Counter) -> None:
    """On the hour while open, the first few offered and kept, the others named; what both professionals are busy with
    is gone; today only what is to come."""
    free = await counter.use("check_availability", date=MONDAY, service_type="banho")
    offered = free.pop("offers")
    assert isinstance(offered, list)
    assert [(o["date"], o["weekday"], o["time"]) for o in offered if isinstance(o, dict)] == [
        (MONDAY, "segunda-feira", f"{hour:02d}:00") for hour in range(9, 15)
    ]
    assert len({str(o["slot_id"]) for o in offered if isinstance(o, dict)}) == 6
    assert free == {
        "ok": True,
        "date": MONDAY,
        "weekday": "segunda-feira",
        "until": None,
        "service": "Banho",
        "slots": [f"{hour:02d}:00" for hour in range(9, 15)],
        "also_free": {MONDAY: ["15:00", "16:00", "17:00"]},
        "kept_for_minutes": 10,
    }
    async with counter.turn() as turn:
        for one in await professionals.active(turn.tenant):
            await insert_booking(
                turn.tenant,
                counter.shop,
                counter.customer.contact_id,
                start=datetime(2026, 11, 23, 10, 30, tzinfo=SAO_PAULO),
                professional=one.id,
            )
    free = await counter.use("check_availability", date=MONDAY)
    assert free["slots"] == ["09:00", "12:00", "13:00", "14:00", "15:00", "16:00", "17:00"]
    assert free["service"] is None
    today = await counter.use("check_availability", date="2026-11-22")
    assert today["slots"] == ["12:00", "13:00", "14:00", "15:00", "16:00", "17:00"]
    counter.now += timedelta(seconds=1)
    assert (await counter.use("check_availability", date="2026-11-22"))["slots"] == today["slots"][1:]
    counter.now = SUNDAY.replace(hour=23)
    assert (await counter.use("check_availability", date="2026-11-22"))["slots"] == []


async def test_days_that_cannot_be_booked(with_rex: Counter) -> None:
    """Past, too far, closed: for both tools, in the shop's own day, with the facts that help."""
    counter = with_rex
    async with counter.turn() as turn:
        weekdays = OpeningHours({day: ALWAYS_OPEN.root[day] for day in range(5)})
        await organizations.change(turn.tenant, turn.organization.id, SettingsChange(opening_hours=weekdays))
    before = await counter.rows()
    counter.now = datetime(2026, 11, 22, 23, 30, tzinfo=SAO_PAULO)  # already Monday in UTC
    last = (counter.now + timedelta(days=90)).date().isoformat()
    for day, code, fact in (
        ("2026-11-21", "past_date", {"today": "2026-11-22"}),
        ("2027-02-21", "too_far_ahead", {"last_day": last}),
        ("9999-12-31", "too_far_ahead", {"last_day": last}),
        ("0001-01-01", "past_date", {"today": "2026-11-22"}),
        ("2026-11-28", "closed_day", {"opening_hours": weekdays.in_words()}),
    ):
        for tool, arguments in (
            ("check_availability", {"date": day}),
            ("book_appointment", TEN | {"preferred_date": day}),
        ):
            refused = await counter.use(tool, **arguments)
            assert refused["error"] == code, (tool, day)
            assert fact.items() <= refused.items()
    assert await counter.rows() == before


async def test_defect_04_a_booking(with_rex: Counter) -> None:
    """The row, the facts for the model and for the engine, the hour written in the ways people do."""
    counter = with_rex
    await counter.propose("book_appointment", **TEN)
    await counter.says("Sim, pode marcar")
    outcome = await counter.call("book_appointment", json.dumps(TEN))
    answer = json.loads(outcome.content)
    assert outcome.booking is not None
    assert answer["booking"] == {
        "appointment_id": outcome.booking.id.hex[:8],
        "pet": "Rex (cachorro, Golden Retriever, 3 anos)",
        "service": "Banho",
        "date": MONDAY,
        "weekday": "segunda-feira",
        "time": "10:00",
        "price": "R$ 50,00",
        "status": "agendado",
    }
    assert outcome.booking.start == datetime(2026, 11, 23, 10, tzinfo=SAO_PAULO)
    assert outcome.change is BookingChange.BOOKED
    async with counter.turn() as turn:
        (known,) = await bookings.coming(turn.tenant, turn.contact_id, after=counter.now)
        assert (known.id, known.facts(SAO_PAULO).line()) == (outcome.booking.id, outcome.booking.line())
        assert known.conversation_id == counter.customer.conversation_id
    for written, hour in (
        ("11h", "11:00"),
        ("12 h", "12:00"),
        ("9:00", "09:00"),
        ("13h00", "13:00"),
        ("14:00:00", "14:00"),
    ):
        booked = await counter.agree("book_appointment", **(TEN | {"preferred_time": written, "in_addition": True}))
        assert isinstance(booked["booking"], dict), booked
        assert booked["booking"]["time"] == hour


async def test_each_way_a_booking_is_refused(with_rex: Counter) -> None:
    """Code and facts the model can act on; nothing is written."""
    counter = with_rex
    async with counter.turn() as turn:
        other = await customer(turn.tenant, counter.shop, LID)
        await pet(turn.tenant, counter.shop, other.contact_id, "Thor")
        await pet(turn.tenant, counter.shop, counter.customer.contact_id, "Nina Maria")
        await pet(turn.tenant, counter.shop, counter.customer.contact_id, "Nina Clara")
        await services.add(
            turn.tenant,
            counter.shop.organization_id,
            name="Consulta Dermatológica",
            category="consulta",
            duration_minutes=60,
            price=(await service(turn.tenant)).price,
        )
        for one in await professionals.active(turn.tenant):
            await insert_booking(
                turn.tenant,
                counter.shop,
                other.contact_id,
                start=datetime(2026, 11, 23, 15, tzinfo=SAO_PAULO),
                professional=one.id,
            )
    await counter.agree("book_appointment", **(TEN | {"preferred_time": "16:00"}))
    before = await counter.rows()
    cases: list[tuple[dict[str, JsonValue], RefusalCode, str]] = [
        ({"service_type": "hotel"}, RefusalCode.UNKNOWN_SERVICE, "services"),
        ({"service_type": "consulta"}, RefusalCode.AMBIGUOUS_SERVICE, "candidates"),
        ({"pet_name": "Thor"}, RefusalCode.PET_NOT_FOUND, "pets"),  # somebody else's
        ({"pet_name": "Bolinha"}, RefusalCode.PET_NOT_FOUND, "pets"),
        ({"pet_name": "Nina"}, RefusalCode.AMBIGUOUS_PET, "candidates"),
        ({"preferred_time": None}, RefusalCode.TIME_REQUIRED, "slots"),
        ({"preferred_time": ""}, RefusalCode.TIME_REQUIRED, "slots"),
        ({"preferred_time": "08:59"}, RefusalCode.OUTSIDE_HOURS, "alternatives"),
        ({"preferred_time": "17:01"}, RefusalCode.OUTSIDE_HOURS, "alternatives"),
        ({"preferred_time": "23h"}, RefusalCode.OUTSIDE_HOURS, "alternatives"),
        ({"preferred_time": "15h", "in_addition": True}, RefusalCode.SLOT_TAKEN, "alternatives"),
        ({"preferred_time": "14:30", "in_addition": True}, RefusalCode.SLOT_TAKEN, "alternatives"),
        ({"preferred_time": "11:00"}, RefusalCode.USE_RESCHEDULE_INSTEAD, "appointment_id"),
        ({"preferred_time": "16:30"}, RefusalCode.USE_RESCHEDULE_INSTEAD, "appointment_id"),
        ({"preferred_time": "16:30", "in_addition": True}, RefusalCode.PET_BUSY, "offers"),
        ({"preferred_time": "15:30", "service_type": "Tosa"}, RefusalCode.PET_BUSY, "offers"),
        ({"preferred_time": "16:00", "service_type": "Tosa"}, RefusalCode.PET_SAME_START_CONFLICT, "message"),
        ({"preferred_time": "16:00", "in_addition": True}, RefusalCode.PET_SAME_START_CONFLICT, "message"),
        ({"preferred_time": "16:00"}, RefusalCode.PET_SAME_START_CONFLICT, "message"),
        ({"preferred_date": "2026-11-22", "preferred_time": "11:59"}, RefusalCode.PAST_DATE, "now"),
        ({"preferred_date": "2026-11-22", "preferred_time": "09:00"}, RefusalCode.PAST_DATE, "now"),
    ]
    for change, code, fact in cases:
        refused = await counter.use("book_appointment", **(TEN | change))
        assert refused["error"] == code, (change, refused)
        assert refused[fact] is not None
        assert "Thor" not in json.dumps(refused)
    taken = await counter.use("book_appointment", **(TEN | {"preferred_time": "15:00", "in_addition": True}))
    assert taken["alternatives"] == ["10:00", "11:00", "12:00", "13:00", "14:00", "17:00"]  # at four Rex is busy
    assert (await counter.use("check_availability", date=MONDAY, service_type="hotel"))["error"] == "unknown_service"
    assert (await counter.use("check_availability", date=MONDAY, service_type="consulta"))["candidates"] == [
        "Consulta Dermatológica",
        "Consulta Veterinária Geral",
    ]
    assert await counter.rows() == before


async def test_a_person_is_called(counter: Counter) -> None:
    """The conversation waits for somebody, with the reason in words, cleaned; called twice it is one hand-over."""
    outcome = await counter.call("escalate_to_human", json.dumps({"reason": "Cliente pediu\u202e\x07 uma pessoa"}))
    assert (outcome.ok, outcome.handed_over) == (True, "Cliente pediu uma pessoa")
    await counter.use("escalate_to_human", reason="outro motivo")
    async with counter.turn() as turn:
        found = await conversations.get(turn.tenant, turn.conversation_id)
        assert found.status is ConversationStatus.WAITING_HUMAN
        (row,) = await conversations.waiting(turn.tenant)
        assert row["handoff_reason"] == "asked_by_model: Cliente pediu uma pessoa"


async def test_a_refusal_takes_back_what_its_tool_began(counter: Counter) -> None:
    """A tool that writes and then refuses has written nothing, and the turn's own transaction goes on."""

    async def write_then_refuse(turn: Turn, wanted: EscalateToHuman) -> Answer:
        await pet(turn.tenant, counter.shop, turn.contact_id, wanted.reason)
        raise RequestRefused(RefusalCode.NOT_ALLOWED, "não", why=["porque", 1, None])

    box = Toolbox([Tool(name="t", description="d", arguments=EscalateToHuman, run=write_then_refuse)])
    async with counter.turn() as turn:
        await pet(turn.tenant, counter.shop, turn.contact_id, "antes")
        outcome = await box.call(turn, ToolRequest(id="1", name="t", arguments='{"reason": "x"}'))
        assert json.loads(outcome.content) == {
            "ok": False,
            "error": "not_allowed",
            "message": "não",
            "why": ["porque", 1, None],
        }
        assert [p.name for p in await pets.of_contact(turn.tenant, turn.contact_id)] == ["antes"]

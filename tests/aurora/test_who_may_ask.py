"""Only this shop's owners get figures, and only this shop's."""

import json

import pytest
from pydantic import TypeAdapter

from assistants.team import toolbox
from domain.conversation import AgentType
from storage import owners
from storage.database import Database
from storage.instances import Instances
from tests.assistants.conftest import Json
from tests.aurora.conftest import TODAY, Books
from tests.office.conftest import OwnersChat, chat_of
from tests.shops import OWNER, open_shop

QUESTIONS = (
    "attendance_report",
    "revenue_report",
    "top_services",
    "occupancy_report",
    "customers_report",
    "inactive_customers",
    "no_show_report",
    "agenda_of_day",
    "waiting_conversations",
    "assistant_report",
)
_SCHEMAS: dict[str, Json] = {
    tool["function"]["name"]: TypeAdapter(Json).validate_python(tool["function"]["parameters"])
    for tool in toolbox(AgentType.AURORA).schemas()
}


@pytest.mark.parametrize("tool", _SCHEMAS)
async def test_who_is_no_owner_any_more_is_refused(owner: OwnersChat, tool: str) -> None:
    """Every tool of Aurora's, with whatever arguments: a number that was deactivated is a customer's."""
    async with owner.turn() as turn:
        await owners.deactivate(turn.tenant, OWNER)
    assert (await owner.use(tool))["error"] == "not_allowed"


@pytest.mark.parametrize("tool", QUESTIONS)
async def test_a_manager_may_ask_anything(manager: OwnersChat, tool: str) -> None:
    """Questions are for managers too, and an empty shop is answered."""
    assert (await manager.use(tool))["ok"] is True


def test_no_tool_takes_a_shop() -> None:
    """The model cannot even name another shop, contact or conversation: it has no argument for an id of theirs."""
    assert set(QUESTIONS) <= set(_SCHEMAS)
    for name, schema in _SCHEMAS.items():
        properties = schema.get("properties", {})
        assert isinstance(properties, dict)
        for argument in properties:
            assert not any(
                word in argument for word in ("organi", "shop", "loja", "tenant", "contact_id", "conversation", "sql")
            ), (name, argument)


async def test_two_shops_of_one_owner_never_mix(
    owner: OwnersChat, books: Books, database: Database, instances: Instances
) -> None:
    """The same phone owns both; each question is answered by the shop it was asked in."""
    other_shop = await open_shop(database, instances, name="Outra Loja")
    other = await chat_of(database, other_shop, OWNER)
    others = Books(other)
    for number in range(3):
        await others.add(TODAY, 9 + number, "Tosa", who=f"Alheio {number}")
    await books.add(TODAY, 9, "Banho", who="Ana")
    for chat, clients, revenue in ((owner, 1, "R$ 50,00"), (other, 3, "R$ 270,00")):
        report = await chat.use("attendance_report")
        assert (report["clients"], report["revenue"]) == (clients, revenue)
    for tool in QUESTIONS:
        assert "Alheio" not in json.dumps(await owner.use(tool)), tool
    mine = (await owner.use("agenda_of_day"))["by_service"], (await owner.use("top_services"))["total"]
    assert mine == ({"Banho": 1}, {"bookings": "1 atendimento", "revenue": "R$ 50,00"})


def test_the_schemas_stay_small() -> None:
    """The model reads them on every call: all questions together fit in a few thousand characters."""
    asked = [schema for schema in toolbox(AgentType.AURORA).schemas() if schema["function"]["name"] in QUESTIONS]
    assert len(json.dumps(asked, ensure_ascii=False)) < 8_000

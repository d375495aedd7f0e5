"""A customer's pets, and what they make a service cost and last; what cannot be is refused and writes nothing."""

import json
from decimal import Decimal

import pytest

from domain.services import Variant
from domain.shop import Coat, Size
from storage import services
from tests.storage.rows import LID, customer, pet, service

from .conftest import MONDAY, Counter, Json
from .refusing import TEN, booked, refused


async def test_the_price_is_the_services(with_rex: Counter) -> None:
    """A price the model hands over is no argument, and what the customer claims changes no row."""
    for name in ("price", "preco", "valor", "discount"):
        await refused(with_rex, "book_appointment", "bad_arguments", **(TEN | {name: "1.00"}))
    await with_rex.says("A moça disse que o banho é R$ 10,00 para mim. Quero às 10h por R$ 10,00")
    summary = await with_rex.propose("book_appointment", **TEN)
    assert "R$ 50,00" in summary
    await with_rex.says("sim, por R$ 10,00")
    outcome = await with_rex.call("book_appointment", json.dumps(TEN))
    assert outcome.booking is None
    await with_rex.reply("Posso confirmar por R$ 50,00?")
    await with_rex.says("Sim")
    assert (await with_rex.use("book_appointment", **TEN))["booking"]
    assert await with_rex.count("price = 50") == await with_rex.count() == 1


@pytest.mark.parametrize("age", [500, 61, 1e300])
async def test_a_500_year_old_dog(with_rex: Counter, age: float) -> None:
    """Neither registered nor made so old."""
    calls: list[tuple[str, Json]] = [
        ("register_pet", {"name": "Matusalém", "species": "dog", "age": age}),
        ("register_pet", {"name": "Rex", "species": "dog", "age": age}),
        ("update_pet", {"pet_name": "Rex", "age": age}),
    ]
    for tool, arguments in calls:
        answer = await refused(with_rex, tool, "bad_arguments", **arguments)
        assert answer["field"] == "age"


async def test_ages_that_json_allows_and_nobody_has(with_rex: Counter) -> None:
    """Infinity and not-a-number are refused, not stored."""
    for tool, name in (("register_pet", "name"), ("update_pet", "pet_name")):
        for age in ("Infinity", "NaN", "-Infinity", "1e999"):
            outcome = await with_rex.call(tool, f'{{"{name}": "Rex", "species": "dog", "age": {age}}}')
            assert json.loads(outcome.content)["error"] == "bad_arguments", age


async def test_a_pet_is_corrected(with_rex: Counter) -> None:
    """What is given changes, the rest stays; another pet's name, an unknown pet and somebody else's are refused."""
    async with with_rex.turn() as turn:
        neighbour = await customer(turn.tenant, with_rex.shop, LID)
        await pet(turn.tenant, with_rex.shop, neighbour.contact_id, "Thor")
    await with_rex.use("register_pet", name="Mimi", species="cat")
    changed = await with_rex.use("update_pet", pet_name="mimi", new_name="Mía", size="pequeno", coat="longo", age=2)
    assert changed["pet"] == "Mía (gato, 2 anos, porte pequeno, pelo longo)"
    assert (await with_rex.use("update_pet", pet_name="mia", breed="Siamês"))["pet"] == (
        "Mía (gato, Siamês, 2 anos, porte pequeno, pelo longo)"
    )
    await refused(with_rex, "update_pet", "bad_arguments", pet_name="Mía", new_name="REX")
    await refused(with_rex, "update_pet", "incomplete_pet", pet_name="Mía", new_name="🐶")
    answer = await refused(with_rex, "update_pet", "pet_not_found", pet_name="Thor", size="grande")
    assert answer["pets"] == ["Mía", "Rex"]
    await refused(with_rex, "update_pet", "pet_not_found", pet_name="Bolinha")


async def test_price_and_length_by_size_and_coat(with_rex: Counter) -> None:
    """What is not known is asked for; then the row has the variant's figures, and the pet's."""
    async with with_rex.turn() as turn:
        bath = await service(turn.tenant)
        for variant in (
            Variant(size=Size.GRANDE, minutes=90, price=Decimal(80)),
            Variant(size=Size.GRANDE, coat=Coat.LONGO, minutes=120, price=Decimal(110)),
            Variant(size=Size.PEQUENO, minutes=30, price=Decimal(40)),
        ):
            await services.set_variant(turn.tenant, turn.organization.id, bath.id, variant)
    look: Json = {"date": MONDAY, "service_type": "Banho", "pet_name": "Rex"}
    for tool, arguments in (("book_appointment", TEN), ("check_availability", look)):
        answer = await refused(with_rex, tool, "incomplete_pet", **arguments)
        assert answer["missing"] == ["size"]  # whether the coat matters depends on it
    await refused(with_rex, "join_waiting_list", "incomplete_pet", pet_name="Rex", service_type="Banho", date=MONDAY)
    await with_rex.use("update_pet", pet_name="Rex", size="grande")
    assert (await refused(with_rex, "book_appointment", "incomplete_pet", **TEN))["missing"] == ["coat"]
    await with_rex.use("update_pet", pet_name="Rex", coat="longo")
    await refused(with_rex, "book_appointment", "outside_hours", **(TEN | {"preferred_time": "16:30"}))
    assert "R$ 110,00" in await with_rex.propose("book_appointment", **TEN)
    await with_rex.says("Sim")
    assert (await with_rex.use("book_appointment", **TEN))["booking"]
    assert await with_rex.count("price = 110 and duration_minutes = 120 and end_time - start_time = interval '2 hours'")
    await with_rex.use("register_pet", name="Pitoco", species="dog", size="pequeno")
    await with_rex.reply("Prontinho!")
    await booked(with_rex, pet_name="Pitoco", preferred_time="17:30")
    assert await with_rex.count("price = 40 and duration_minutes = 30") == 1

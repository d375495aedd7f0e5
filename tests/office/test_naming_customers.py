"""Customers are named by name, pet or phone; nothing is guessed, and nobody else is a customer."""

import pytest

from domain.errors import RequestRefused
from office.customers import customer_named, described
from storage import contacts, conversations
from storage.instances import Instances
from tests.office.conftest import OwnersChat, chat_of
from tests.office.neighbours import MONDAY_TEN, booked, neighbour
from tests.shops import OWNER, open_shop
from tests.storage.rows import LID, customer, insert_booking, wrote


async def _found(owner: OwnersChat, wanted: str) -> str:
    """The customer that was found, as the owner would read it; or the code of the refusal."""
    async with owner.office() as office:
        try:
            return described(office, await customer_named(office, wanted))
        except RequestRefused as refused:
            return str(refused.code)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("José da Silva", "José da Silva, final 01 (Rex)"),
        ("jose silva", "José da Silva, final 01 (Rex)"),
        ("JOSÉ", "José da Silva, final 01 (Rex)"),
        ("josé do Rex", "José da Silva, final 01 (Rex)"),
        ("dona da Mel", "Ana, final 03 (Mel)"),
        ("mel", "Ana, final 03 (Mel)"),
        ("Ana Claudia", "Ana Cláudia, final 02 (Bob)"),
        ("(11) 90000-0003", "Ana, final 03 (Mel)"),
        ("+55 11 90000-0003", "Ana, final 03 (Mel)"),
        ("Ana", "Ana, final 03 (Mel)"),
        ("Ana, final 03 (Mel)", "Ana, final 03 (Mel)"),
        ("Maria", "ambiguous_customer"),
        ("Maria final 05", "Maria, final 05 (Luna)"),
        ("Maria, final 04 (Luna)", "Maria, final 04 (Luna)"),
        ("Luna", "ambiguous_customer"),
        ("Zoraide", "customer_not_found"),
        ("(11) 98765-4321", "customer_not_found"),
        ("%", "customer_not_found"),
        ("_", "customer_not_found"),
        ("' or true --", "customer_not_found"),
        ("Dona", "customer_not_found"),
        ("Gerente", "customer_not_found"),
    ],
)
async def test_whom_words_mean(owner: OwnersChat, wanted: str, expected: str) -> None:
    """Whatever accents, case and fillers; the exact name alone; two of a name are told apart by the phone's end."""
    for number, name, pet in (
        (1, "José da Silva", "Rex"),
        (2, "Ana Cláudia", "Bob"),
        (3, "Ana", "Mel"),
        (4, "Maria", "Luna"),
        (5, "Maria", "Luna"),
    ):
        await neighbour(owner, name, pet, number=number)
    assert await _found(owner, wanted) == expected


async def test_the_candidates_tell_them_apart(owner: OwnersChat) -> None:
    """Pets and the last visit; never a whole phone."""
    await neighbour(owner, "Maria", "Luna", number=4)
    other = await neighbour(owner, "Maria", "Thor", number=5)
    await booked(owner, other, MONDAY_TEN.replace(day=2), status="completed")
    answer = await owner.use("pause_client_ai", customer="maria")
    assert answer["error"] == "ambiguous_customer"
    assert sorted(map(str, answer["candidates"])) == [  # type: ignore[arg-type]
        "Maria, final 04 (Luna)",
        "Maria, final 05 (Thor), última visita 02/11/2026",
    ]
    assert "11900000" not in str(answer)


async def test_an_owner_is_no_customer_and_a_customer_under_a_lid_is_one(owner: OwnersChat) -> None:
    """Also an owner who has booked here; who is known by a lid alone is found by name."""
    async with owner.turn() as turn:
        tenant, shop = turn.tenant, owner.shop
        await tenant.execute("update contacts set name = 'Marta' where id = $1", owner.owner.contact_id)
        await insert_booking(tenant, shop, owner.owner.contact_id, start=MONDAY_TEN)
        hidden = await customer(tenant, shop, LID)
        await tenant.execute("update contacts set name = 'Marta Reis' where id = $1", hidden.contact_id)
        await wrote(tenant, shop, hidden, "oi")
        stranger = await contacts.upsert(tenant, shop.organization_id, (), "Marta Nunca Escreveu")
        assert await conversations.of_customer(tenant, stranger) == []
    assert await _found(owner, "Marta") == "Marta Reis"


async def test_customers_of_another_shop_do_not_exist(owner: OwnersChat, instances: Instances) -> None:
    """Neither by name, nor by pet, nor by phone."""
    rival = await open_shop(owner.database, instances, name="Pet Rival")
    there = await chat_of(owner.database, rival, OWNER)
    await neighbour(there, "Valdemar", "Trovão", number=9)
    for wanted in ("Valdemar", "Trovão", "(11) 90000-0009"):
        assert await _found(owner, wanted) == "customer_not_found"
        assert await _found(there, wanted) == "Valdemar, final 09 (Trovão)"


async def test_the_one_meant_is_found_among_very_many(owner: OwnersChat) -> None:
    """Five hundred Marias do not hide the one who is called exactly so."""
    async with owner.turn() as turn:
        await turn.tenant.execute(
            """with made as (
                   insert into contacts (organization_id, name, last_contact_at)
                   select $1, 'Maria Souza ' || n, now() from generate_series(1, 500) n returning id)
               insert into conversations (organization_id, contact_id, whatsapp_instance_id, audience, conversation_key)
               select $1, id, $2, 'customer', md5(id::text) from made""",
            owner.shop.organization_id,
            owner.shop.instance.id,
        )
    await neighbour(owner, "Maria Souza", "Luna", number=4)
    assert await _found(owner, "maria souza") == "Maria Souza, final 04 (Luna)"
    assert await _found(owner, "Maria Souza 77") == "Maria Souza 77"
    assert await _found(owner, "Maria da Luna") == "Maria Souza, final 04 (Luna)"

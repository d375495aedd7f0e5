"""Another owner or manager is registered and removed by order; the shop is never left without an owner."""

import pytest

from domain.errors import RefusalCode, RequestRefused
from domain.owners import OwnerRole
from office.owner_numbers import REMOVE_OWNER, RemoveOwner
from storage import owners
from tests.office.conftest import MANAGER, OwnersChat, chat_of
from tests.office.neighbours import logged, nothing_to_change, rows, summary, undone
from tests.shops import OWNER

_NUMBERS = "select phone, name, role, is_active from aurora_owner_numbers order by created_at"


@pytest.mark.parametrize("phone", ["(11) 96666-5555", "11 6666-5555", "+55 11 966665555", "5511966665555"])
async def test_a_number_is_registered_however_it_is_written(owner: OwnersChat, phone: str) -> None:
    """With or without the ninth digit or the country: one canonical number; the log knows it masked only."""
    asked = await summary(owner, "register_owner", name="Beto", phone=phone, role="manager")
    assert "Beto, +55 11 96666-5555: gerente" in asked
    told = await owner.order("register_owner", name="Beto", phone=phone, role="manager")
    assert "96666" not in told
    assert (await rows(owner, _NUMBERS))[-1] == ("5511966665555", "Beto", "manager", True)
    assert await nothing_to_change(owner, "register_owner", name="Beto", phone=phone, role="manager")
    await undone(owner)
    assert (await rows(owner, _NUMBERS))[-1] == ("5511966665555", "Beto", "manager", False)
    added, removed = await logged(owner)
    assert (added.action, removed.action, added.subject) == ("add_owner", "remove_owner", "Beto (5511*****5555)")
    assert "66665555" not in str((added, removed))


async def test_a_removed_number_writes_as_a_customer_and_undo_brings_it_back(owner: OwnersChat) -> None:
    """By name or phone; what the manager had may be had again."""
    await owner.order("remove_owner", name="gerente")
    async with owner.turn() as turn:
        assert await owners.find(turn.tenant, [MANAGER]) is None
    assert (await owner.use("remove_owner", name="gerente"))["error"] == "owner_not_found"
    await undone(owner)
    async with owner.turn() as turn:
        assert [(one.name, one.role) for one in await owners.listed(turn.tenant)] == [
            ("Dona", OwnerRole.OWNER),
            ("Gerente", OwnerRole.MANAGER),
        ]
    assert "Gerente" in await summary(owner, "remove_owner", name="(11) 97777-6666")


async def test_nobody_removes_or_demotes_themselves(owner: OwnersChat) -> None:
    """Nor is the last owner removed; with a second owner, the other may do it."""
    assert (await owner.use("remove_owner", name="Dona"))["error"] == "not_allowed"
    itself = await owner.use("register_owner", name="Dona", phone=OWNER, role="manager")
    assert itself["error"] == "not_allowed"
    await owner.order("register_owner", name="Sócia", phone="(11) 96666-5555", role="owner")
    partner = await chat_of(owner.database, owner.shop, "5511966665555")
    await partner.order("remove_owner", name="Dona")
    assert (await partner.use("remove_owner", name="Sócia"))["error"] == "not_allowed"


async def test_the_last_owner_is_not_removed_by_a_yes_that_came_too_late(owner: OwnersChat) -> None:
    """Two owners who order each other's removal: the second yes finds nobody left to remove."""
    await owner.order("register_owner", name="Sócia", phone="(11) 96666-5555", role="owner")
    partner = await chat_of(owner.database, owner.shop, "5511966665555")
    code = await owner.propose("remove_owner", name="Sócia")
    await partner.order("remove_owner", name="Dona")
    await owner.says("sim")
    async with owner.turn() as turn:
        assert turn.owner is None
    assert (await owner.use("confirm_order", order=code))["error"] == "not_allowed"
    assert [row[1:] for row in await rows(owner, _NUMBERS)] == [
        ("Dona", "owner", False),
        ("Gerente", "manager", True),
        ("Sócia", "owner", True),
    ]


async def test_two_owners_who_remove_each_other_at_once_leave_one(owner: OwnersChat) -> None:
    """Whoever comes second was an owner when their turn began, and is none any more when it is their turn to act."""
    await owner.order("register_owner", name="Sócia", phone="(11) 96666-5555", role="owner")
    partner = await chat_of(owner.database, owner.shop, "5511966665555")
    async with owner.turn() as turn:
        late = turn.office
        number = await owners.find(turn.tenant, ["5511966665555"])
        assert number is not None
        await partner.order("remove_owner", name="Dona")
        with pytest.raises(RequestRefused) as refused:
            await REMOVE_OWNER.carry_out(late, RemoveOwner(owner_number_id=number))
        assert refused.value.code is RefusalCode.NOT_ALLOWED


async def test_a_role_is_changed_and_restored(owner: OwnersChat) -> None:
    """A manager becomes an owner by registering the number again, and a manager again by undo."""
    asked = await summary(owner, "register_owner", name="Gerente", phone=MANAGER, role="owner")
    assert "Hoje o número é de Gerente (gerente)" in asked
    await owner.order("register_owner", name="Gerente", phone=MANAGER, role="owner")
    assert (await rows(owner, _NUMBERS))[-1][2] == "owner"
    await undone(owner)
    assert (await rows(owner, _NUMBERS))[-1][2] == "manager"


@pytest.mark.parametrize("phone", ["12345678", "não é um telefone", "999999999999999999999"])
async def test_what_is_no_phone_is_refused(owner: OwnersChat, phone: str) -> None:
    """With a word on how to write it."""
    answer = await owner.use("register_owner", name="Beto", phone=phone, role="manager")
    assert answer["error"] == "bad_arguments"


async def test_two_of_one_name_are_told_apart_by_phone(owner: OwnersChat) -> None:
    """The candidates show how the numbers end, never more."""
    await owner.order("register_owner", name="Gerente", phone="(11) 96666-5544", role="manager")
    answer = await owner.use("remove_owner", name="Gerente")
    assert answer["error"] == "ambiguous_owner"
    assert answer["candidates"] == ["Gerente (gerente), final 66", "Gerente (gerente), final 44"]

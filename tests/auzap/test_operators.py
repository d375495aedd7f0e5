"""`auzap operator`: who may sign in to a shop's console, from the command line."""

import asyncpg
import pytest

from domain.ids import OrganizationId
from operating.operators import listed
from operating.passwords import SHORTEST
from operating.signing_in import NotSignedIn, SigningIn
from storage import audit, organizations
from storage.database import Database
from tests.auzap.conftest import Command

PASSWORD = "cachorro quente 42"
ANA = ("--org", "amigo", "--name", "Ana", "--email", "Ana@Amigo.example")


@pytest.fixture
async def shop(command: Command, database: Database) -> OrganizationId:
    """A shop without operators."""
    await command.done("org", "add", "amigo", "--name", "Amigo Fiel")
    async with database.unbound() as unbound:
        found = await organizations.id_of_slug(unbound, "amigo")
    assert found is not None
    return found


async def test_somebody_is_let_in(command: Command, shop: OrganizationId, database: Database) -> None:
    """With the password from stdin; it is in no output, and the audit log says that it was the command line."""
    ran = await command.done("operator", "add", *ANA, "--role", "admin", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert ran.out == "Ana (administrador) entra no console da loja amigo com ana@amigo.example.\n"
    assert await SigningIn(database, b"s").sign_in("amigo", "ana@amigo.example", PASSWORD, None)
    async with database.tenant(shop) as tenant:
        entry = (await audit.newest(tenant, 1))[0]
    assert (entry.actor, entry.action, entry.subject) == ("linha de comando", "add_operator", "Ana")
    assert PASSWORD not in str(entry)
    shown = await command.done("aurora", "audit", "--org", "amigo")
    assert "incluir operador" in shown.out
    assert "papel: administrador, e-mail: ana@amigo.example" in " ".join(shown.out.split())


async def test_a_password_can_be_made(command: Command, shop: OrganizationId, database: Database) -> None:
    """It is printed this once, and opens the door; a role that is not named is an attendant's."""
    ran = await command.done("operator", "add", *ANA, "--generate")
    password = ran.out.split("A senha é ")[1].splitlines()[0]
    assert len(password) >= SHORTEST
    assert "atendente" in ran.out
    assert await SigningIn(database, b"s").sign_in("amigo", "ana@amigo.example", password, None)


async def test_the_list_shows_who_may_come_in(command: Command, shop: OrganizationId) -> None:
    """For people and for programs; never a hash."""
    assert "Ninguém ainda" in (await command.done("operator", "list", "--org", "amigo")).out
    await command.done("operator", "add", *ANA, "--role", "atendente", "--generate")
    await command.done("operator", "remove", "ANA@amigo.example", "--org", "amigo")
    shown = await command.done("operator", "list", "--org", "amigo")
    assert [line.split() for line in shown.out.splitlines()][1] == ["Ana", "ana@amigo.example", "atendente", "não"]
    (row,) = (await command.done("operator", "list", "--org", "amigo", "--json")).json
    assert set(row) == {"id", "email", "name", "role", "is_active"}
    assert row["role"] == "attendant"


async def test_removed_and_restored(command: Command, shop: OrganizationId, database: Database) -> None:
    """Out at once, and in again with the same password."""
    door = SigningIn(database, b"s")
    for email, role in (("ana@amigo.example", "atendente"), ("dono@amigo.example", "admin")):
        await command.done(
            "operator", "add", "--org", "amigo", "--name", "A", "--email", email, "--role", role, "--password-stdin",
            stdin=PASSWORD,
        )  # fmt: skip
    shown = await door.sign_in("amigo", "ana@amigo.example", PASSWORD, None)
    await command.done("operator", "remove", "ana@amigo.example", "--org", "amigo")
    assert await door.session_of(shown) is None
    with pytest.raises(NotSignedIn):
        await door.sign_in("amigo", "ana@amigo.example", PASSWORD, None)
    await command.done("operator", "restore", "ana@amigo.example", "--org", "amigo")
    assert await door.sign_in("amigo", "ana@amigo.example", PASSWORD, None)
    refused = await command("operator", "remove", "dono@amigo.example", "--org", "amigo")
    assert (refused.code, "único administrador" in refused.err) == (1, True)


async def test_a_new_password(command: Command, shop: OrganizationId, database: Database) -> None:
    """The old one opens nothing, and who was signed in is so no more."""
    door = SigningIn(database, b"s")
    await command.done("operator", "add", *ANA, "--password-stdin", stdin=PASSWORD)
    shown = await door.sign_in("amigo", "ana@amigo.example", PASSWORD, None)
    await command.done(
        "operator", "password", "ana@amigo.example", "--org", "amigo", "--password-stdin", stdin="gato escaldado 9\r\n"
    )
    assert await door.session_of(shown) is None
    assert await door.sign_in("amigo", "ana@amigo.example", "gato escaldado 9", None)
    with pytest.raises(NotSignedIn):
        await door.sign_in("amigo", "ana@amigo.example", PASSWORD, None)


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "said"),
    [
        (("operator", "add", *ANA, "--password-stdin"), "curta", 2, "pelo menos 10"),
        (("operator", "add", *ANA, "--password-stdin"), "ana@amigo.example", 2, "fácil demais"),
        (("operator", "add", *ANA, "--password-stdin"), "", 2, "falta a senha"),
        (("operator", "add", *ANA), "", 2, "--password-stdin ou --generate"),
        (("operator", "add", *ANA, "--generate", "--password-stdin"), "", 2, "não andam juntos"),
        (("operator", "add", *ANA, "--role", "dono", "--generate"), "", 2, "atendente e admin"),
        (("operator", "add", *ANA[:-1], "ana", "--generate"), "", 2, "o e-mail não está certo"),
        (("operator", "add", "--org", "nenhuma", *ANA[2:], "--generate"), "", 1, "não existe a loja"),
        (("operator", "remove", "x@y.example", "--org", "amigo"), "", 1, "ninguém da loja tem o e-mail"),
        (("operator", "password", "x@y.example", "--org", "amigo", "--generate"), "", 1, "ninguém da loja"),
    ],
)
async def test_what_cannot_be_is_told_in_one_line(
    command: Command,
    shop: OrganizationId,
    database: Database,
    arguments: tuple[str, ...],
    stdin: str,
    code: int,
    said: str,
) -> None:
    """With its exit code, and nobody is added."""
    ran = await command(*arguments, stdin=stdin)
    assert ran.code == code
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert await listed(database, shop) == []


async def test_one_email_is_one_operator_of_a_shop(command: Command, shop: OrganizationId, database: Database) -> None:
    """However it is capitalised, and from many terminals at once."""
    codes = await command.together(("operator", "add", *ANA, "--generate"), times=3)
    assert sorted(codes) == [0, 1, 1]
    again = await command("operator", "add", *ANA, "--generate")
    assert "já existe alguém com o e-mail ana@amigo.example" in again.err
    assert len(await listed(database, shop)) == 1


async def test_the_database_takes_no_other_role_and_no_capitals(
    command: Command, shop: OrganizationId, database: Database
) -> None:
    """What the program promises the table holds, too."""
    await command.done("operator", "add", *ANA, "--generate")
    for change in ("role = 'owner'", "email = 'Ana@amigo.example'"):
        with pytest.raises(asyncpg.CheckViolationError):
            async with database.tenant(shop) as tenant:
                await tenant.execute(f"update operators set {change}")

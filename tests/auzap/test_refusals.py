"""What `auzap` says when it cannot do what it was asked for."""

from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet

from dev.postgres import DatabaseUrls
from tests.auzap.conftest import Command

WRONG = [
    ("org", "add", "Bicho!", "--name", "x"),
    ("org", "add", "bicho", "--name", "x", "--timezone", "Marte/Olimpo"),
    ("org", "add", "bicho", "--name", "x", "--hours", "seg 8h"),
    ("org", "add"),
    ("org",),
    ("org", "settings", "bicho"),
    ("org", "settings", "bicho", "--settle", "9"),
    ("org", "agenda", "bicho", "--offers", "0"),
    ("day", "close", "31/02", "--org", "bicho"),
    ("booking", "list", "--org", "bicho", "--day", "ontem"),
    ("booking", "cancel", "x", "--org", "bicho"),
    ("service", "add", "Banho", "--org", "bicho", "--category", "banho", "--minutes", "60", "--price", "caro"),
    ("service", "add", "Banho", "--org", "bicho", "--category", "banho", "--minutes", "1", "--price", "50"),
    ("owner", "add", "abc", "--org", "bicho"),
    ("instance", "add", "baileys", "--org", "bicho", "--url", "ftp://x", "--token", "t"),
    ("instance", "add", "baileys", "--org", "bicho", "--url", "http://x"),
    ("instance", "add", "baileys", "--org", "bicho", "--url", "http://x", "--token", "-"),
    ("handoff", "release", "not-an-id", "--org", "bicho"),
    ("dead-letters", "redrive", "--org", "bicho"),
    ("conversation", "ai", "maybe", "00000000-0000-0000-0000-000000000000", "--org", "bicho"),
    ("fly",),
]
NOT_THERE = [
    ("org", "show", "nada"),
    ("org", "add", "bicho", "--name", "Outro"),
    ("service", "list", "--org", "nada"),
    ("org", "agenda", "nada"),
    ("day", "list", "--org", "nada"),
    ("booking", "list", "--org", "nada"),
    ("waiting", "list", "--org", "nada"),
    ("booking", "cancel", "00000000", "--org", "bicho"),
    ("professional", "remove", "Ana", "--org", "bicho"),
    ("service", "remove", "Banho", "--org", "bicho"),
    ("instance", "remove", "nada", "--org", "bicho"),
    ("handoff", "release", "00000000-0000-0000-0000-000000000000", "--org", "bicho"),
    ("conversation", "ai", "off", "00000000-0000-0000-0000-000000000000", "--org", "bicho"),
    ("dead-letters", "show", "00000000-0000-0000-0000-000000000000", "--org", "bicho"),
    ("dead-letters", "redrive", "00000000-0000-0000-0000-000000000000", "--org", "bicho"),
    ("alerts", "ack", "00000000-0000-0000-0000-000000000000", "--org", "bicho"),
]


async def test_what_is_wrongly_written_is_told_in_one_line(command: Command) -> None:
    """Exit code 2, one line on stderr, nothing on stdout, no trace."""
    await command.done("org", "add", "bicho", "--name", "Bicho")
    for arguments in WRONG:
        ran = await command(*arguments)
        assert (ran.code, ran.out) == (2, ""), (arguments, ran)
        assert ran.err.startswith("auzap: "), (arguments, ran)
        assert ran.err.count("\n") == 1, (arguments, ran)


async def test_what_is_not_there_is_told_in_one_line(command: Command) -> None:
    """Exit code 1, one line on stderr, no trace."""
    await command.done("org", "add", "bicho", "--name", "Bicho")
    for arguments in NOT_THERE:
        ran = await command(*arguments)
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1), (arguments, ran)


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"DATABASE_URL": "postgresql://auzap:hidden-word@127.0.0.1:9/auzap"}, 1),
        ({"DATABASE_URL": "hidden-word"}, None),
        ({"AUZAP_SECRET_KEY": "hidden-word"}, 2),
        ({"AUZAP_SECRET_KEY": None}, 2),
        ({"OPENAI_TIMEOUT_SECONDS": "-1"}, 2),
        ({"TEMPORAL_ADDRESS": "127.0.0.1:9"}, 1),
    ],
)
async def test_a_broken_setting_is_told_without_its_value(
    command: Command, variables: dict[str, str | None], code: int | None
) -> None:
    """One line names what is wrong; a password in it is not repeated."""
    command.environment(**variables)
    ran = await command("status")
    assert ran.code == code if code is not None else ran.code in (1, 2)
    assert "hidden-word" not in ran.err + ran.out
    assert "Traceback" not in ran.err
    assert ran.err.count("\n") <= 1


async def test_a_role_that_sees_everything_is_refused(command: Command, database_urls: DatabaseUrls) -> None:
    """Connected as the owner of the tables, the command does nothing."""
    command.environment(DATABASE_URL=database_urls.owner)
    assert (await command("org", "add", "bicho", "--name", "Bicho")).code == 2


async def test_the_embedded_stack_s_addresses_are_pointed_out(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without settings, in a project whose stack runs, the line says what to type; elsewhere it names the variables."""
    command.environment(DATABASE_URL=None)
    monkeypatch.chdir(tmp_path)
    elsewhere = await command("status")
    assert (elsewhere.code, "DATABASE_URL" in elsewhere.err, ".dev/env" in elsewhere.err) == (2, True, False)
    (tmp_path / ".dev").mkdir()
    (tmp_path / ".dev" / "env").touch()
    inside = await command("status")
    assert (inside.code, "rode `. .dev/env` antes" in inside.err) == (2, True)


async def test_an_empty_database_asks_for_migrate_which_makes_it_fit(
    command: Command, database_urls: DatabaseUrls
) -> None:
    """Before: one line that says `auzap migrate`. After it, also twice, shops can be made."""
    name = database_urls.app.rpartition("/")[2]
    with psycopg.connect(database_urls.owner, autocommit=True) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
        connection.execute("grant usage on schema public to public")
        assert name
    empty = await command("org", "add", "bicho", "--name", "Bicho")
    assert (empty.code, "auzap migrate" in empty.err) == (2, True)
    await command.done("migrate")
    await command.done("migrate")
    await command.done("org", "add", "bicho", "--name", "Bicho")


async def test_migrate_needs_the_owner_and_says_so(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without DATABASE_OWNER_URL, or with one that nobody answers: one line, exit code 2."""
    command.environment(DATABASE_OWNER_URL=None)
    assert (await command("migrate")).code == 2
    command.environment(DATABASE_OWNER_URL="postgresql://postgres:hidden-word@127.0.0.1:9/auzap")
    ran = await command("migrate")
    assert (ran.code, ran.err.count("\n"), "hidden-word" in ran.err) == (2, 1, False)


async def test_a_new_key_is_a_key_and_needs_no_settings(command: Command) -> None:
    """It is printed alone, fit for AUZAP_SECRET_KEY, and another one each time."""
    command.environment(DATABASE_URL=None, AUZAP_SECRET_KEY=None)
    first, second = (await command.done("new-key")).out.strip(), (await command.done("new-key")).out.strip()
    Fernet(first)
    assert first != second


async def test_every_command_helps(command: Command) -> None:
    """`--help` everywhere, in Portuguese, without settings."""
    command.environment(DATABASE_URL=None, AUZAP_SECRET_KEY=None)
    groups = {
        "org": ("add", "show", "settings", "agenda"),
        "service": ("add", "list", "price", "remove"),
        "professional": ("add", "list", "hours", "services", "away", "back", "absences", "remove"),
        "day": ("close", "open", "normal", "list"),
        "booking": ("list", "add", "move", "cancel", "confirm", "arrived", "done", "no-show"),
        "waiting": ("list",),
        "owner": ("add", "list", "remove"),
        "instance": ("add", "list", "remove", "show-webhook"),
        "handoff": ("list", "release"),
        "conversation": ("ai",),
        "dead-letters": ("list", "show", "redrive"),
        "alerts": ("list", "ack"),
        "status": (),
        "migrate": (),
        "new-key": (),
    }
    whole = await command.done("--help")
    for group, names in groups.items():
        assert group in whole.out
        assert "Usage: auzap" in (await command.done(group, "--help")).out
        for name in names:
            assert f"Usage: auzap {group} {name}" in (await command.done(group, name, "--help")).out
    for kind in ("evolution", "baileys", "cloud", "practice"):
        assert "Options" in (await command.done("instance", "add", kind, "--help")).out


@pytest.mark.parametrize("bad", ["", " ", "a\nb", "Lo\u202eja", "a" * 256])
async def test_no_command_takes_a_name_that_cannot_be_read(command: Command, bad: str) -> None:
    """Shops, services, categories, professionals, owners: refused in one line, and nothing is written."""
    await command.done("org", "add", "bicho-feliz", "--name", "Bicho Feliz")
    of, sold = ("--org", "bicho-feliz"), ("--minutes", "60", "--price", "50")
    for arguments in (
        ("org", "add", "outra", "--name", bad),
        ("org", "settings", "bicho-feliz", "--name", bad),
        ("service", "add", bad, *of, "--category", "banho", *sold),
        ("service", "add", "Banho", *of, "--category", bad, *sold),
        ("professional", "add", bad, *of),
        *([("owner", "add", "11988887777", *of, "--name", bad)] if bad else []),
    ):
        ran = await command(*arguments)
        assert (ran.code, ran.err.count("\n")) == (2, 1), arguments
    for what in ("service", "professional", "owner"):
        assert (await command.done(what, "list", *of, "--json")).json == []
    assert (await command.done("org", "show", "bicho-feliz", "--json")).json["name"] == "Bicho Feliz"


@pytest.mark.parametrize(("option", "value"), [("--late-after-minutes", "99999999999"), ("--about", "\udcff")])
async def test_what_the_database_cannot_hold_is_refused_in_one_line(command: Command, option: str, value: str) -> None:
    """A number beyond its integers, bytes that are no text: no traceback."""
    await command.done("org", "add", "bicho-feliz", "--name", "Bicho Feliz")
    ran = await command("org", "settings", "bicho-feliz", option, value)
    assert (ran.code, "guardado" in ran.err, "Traceback" in ran.err) == (2, True, False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("handoff", "release", "x", "--org", "a"),
        ("service", "add", "Banho", "--org", "a", "--category", "b", "--minutes", "0", "--price", "1"),
        ("service", "add", "Banho", "--org", "a", "--category", "b", "--minutes", "x", "--price", "1"),
        ("org", "settings", "a", "--settle", "9"),
    ],
)
async def test_wrong_values_are_refused_in_portuguese(command: Command, arguments: tuple[str, ...]) -> None:
    """Without the English sentence of the library that looked at them."""
    ran = await command(*arguments)
    assert ran.code == 2
    assert "valor inválido" in ran.err
    assert "nput" not in ran.err
    assert "valid UUID" not in ran.err


@pytest.mark.parametrize("bad", ["", "abc", "+55 11 3333-4444", "1/2", "١٢٣٤٥٦"])
async def test_a_phone_number_id_is_digits(command: Command, bad: str) -> None:
    """Anything else would be found out only when the first reply is refused."""
    await command.done("org", "add", "bicho-feliz", "--name", "Bicho Feliz")
    ran = await command(
        "instance",
        "add",
        "cloud",
        "--org",
        "bicho-feliz",
        "--phone-number-id",
        bad,
        "--token",
        "t",
        "--app-secret",
        "s",
    )
    assert (ran.code, "algarismos" in ran.err) == (2, True)
    assert (await command.done("instance", "list", "--org", "bicho-feliz", "--json")).json == []


async def test_the_call_for_evolution_is_an_address(command: Command) -> None:
    """An instance's name may hold a space or a slash; what is printed can be copied all the same."""
    command.environment(AUZAP_INSTANCE_TOKEN="k", AUZAP_GATEWAY_URL="https://zap.example.com")
    await command.done("org", "add", "bicho-feliz", "--name", "Bicho Feliz")
    shown = await command.done(
        "instance", "add", "evolution", "--org", "bicho-feliz", "--url", "http://evo:8080", "--instance-name", "a b/c"
    )
    assert "POST http://evo:8080/webhook/set/a%20b%2Fc\n" in shown.out

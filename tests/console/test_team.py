"""The team's page: an admin lets people in and keeps them out; nobody else does, and not in another shop."""

import asyncio
import re
from uuid import uuid4

import pytest

from domain.operators import Operator, OperatorRole
from operating import operators
from operating.signing_in import NotSignedIn
from storage import audit
from storage import operators as rows
from tests.console.conftest import PASSWORD, Browser, Console, slug_of
from tests.shops import Shop

NEW = {"nome": "Dora", "email": "Dora@Amigo.example", "senha": "gato escaldado 9", "papel": "attendant"}


async def team(console: Console, shop: Shop | None = None) -> dict[str, Operator]:
    """Everybody by name."""
    listed = await operators.listed(console.database, (shop or console.shop).organization_id)
    return {one.name: one for one in listed}


async def test_an_admin_lets_somebody_in(console: Console, bruno: Browser) -> None:
    """Who signs in with the password that was typed; the audit log says who did it, and no password."""
    answer = await bruno.post("/equipe", NEW)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/equipe")
    dora = (await team(console))["Dora"]
    assert (dora.email, dora.role) == ("dora@amigo.example", OperatorRole.ATTENDANT)
    await console.sign_in(dora, NEW["senha"])
    assert "dora@amigo.example" in (await bruno.get("/equipe")).text
    async with console.database.tenant(console.shop.organization_id) as tenant:
        entry = (await audit.newest(tenant, 1))[0]
        by = await tenant.fetchval(
            "select operator_id from audit_log where action = 'add_operator' and subject = 'Dora'"
        )
    assert (entry.actor, entry.action, entry.subject) == ("Bruno", "add_operator", "Dora")
    assert entry.after == {"role": "attendant", "email": "dora@amigo.example"}
    assert by == console.bruno.id


async def test_a_password_that_nobody_typed_is_shown_once(console: Console, bruno: Browser) -> None:
    """It works, and the page does not have it a second time."""
    answer = await bruno.post("/equipe", NEW | {"senha": "", "papel": "admin"})
    found = re.search(r'<code class="secret">([\w-]{16})</code>', answer.text)
    assert found is not None
    assert "Anote agora" in answer.text
    await console.sign_in((await team(console))["Dora"], found[1])
    assert found[1] not in (await bruno.get("/equipe")).text


@pytest.mark.parametrize(
    ("wrong", "said", "status"),
    [
        ({"nome": " "}, "Falta o nome.", 422),
        ({"nome": "x" * 121}, "passa de 120 letras", 422),
        ({"nome": "Do\nra"}, "quebra de linha", 422),
        ({"nome": "Do\0ra"}, "letras que não se veem", 422),
        ({"email": "dora"}, "O e-mail não está certo", 422),
        ({"email": "dora@a\0.example"}, "O e-mail não está certo", 422),
        ({"email": f"{'x' * 250}@a.example"}, "O e-mail não está certo", 422),
        ({"senha": "curta"}, "pelo menos 10", 422),
        ({"nome": "Dora da Silva", "senha": "DORA DA SILVA"}, "fácil demais", 422),
        ({"senha": "dora@amigo.example"}, "fácil demais", 422),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    console: Console, bruno: Browser, wrong: dict[str, str], said: str, status: int
) -> None:
    """Name and email stand in the form again, the password does not, and nobody is added."""
    answer = await bruno.post("/equipe", NEW | wrong)
    assert answer.status_code == status
    assert said in answer.text
    assert NEW["senha"] not in answer.text
    if "nome" not in wrong:
        assert 'value="Dora"' in answer.text
    assert set(await team(console)) == {"Ana", "Bruno"}


async def test_the_shop_s_own_name_is_no_password(console: Console, bruno: Browser) -> None:
    """Nor is what anybody would try first."""
    answer = await bruno.post("/equipe", NEW | {"senha": slug_of(console.shop)})
    assert (answer.status_code, "fácil demais" in answer.text) == (422, True)


async def test_an_email_is_there_once_in_a_shop(console: Console, bruno: Browser, carla: Browser) -> None:
    """However often the form is sent, at once too; another shop may have the same person."""
    answers = await asyncio.gather(*(bruno.post("/equipe", NEW) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
    assert "Já existe alguém com o e-mail dora@amigo.example." in next(
        answer.text for answer in answers if answer.status_code == 409
    )
    assert (await carla.post("/equipe", NEW)).status_code == 303


async def test_somebody_put_out_comes_back_with_a_click(console: Console, bruno: Browser, ana: Browser) -> None:
    """Out at once, in again by a new sign-in; each is noted, and what changes nothing is not."""
    address = f"/equipe/{console.ana.id}"
    for _ in range(2):
        assert (await bruno.post(f"{address}/desativar")).status_code == 303
    assert (await ana.get("/senha")).status_code == 303
    assert "desativado" in (await bruno.get("/equipe")).text
    for _ in range(2):
        assert (await bruno.post(f"{address}/reativar")).status_code == 303
    await console.sign_in(console.ana)
    async with console.database.tenant(console.shop.organization_id) as tenant:
        done = [entry.action for entry in await audit.newest(tenant)]
    assert done == ["restore_operator", "remove_operator", "add_operator", "add_operator"]


async def test_a_new_password_for_somebody_ends_their_sessions(console: Console, bruno: Browser, ana: Browser) -> None:
    """It is made, shown once, and the old one opens nothing any more."""
    answer = await bruno.post(f"/equipe/{console.ana.id}/senha")
    found = re.search(r'<code class="secret">([\w-]{16})</code>', answer.text)
    assert found is not None
    assert (await ana.get("/senha")).status_code == 303
    with pytest.raises(NotSignedIn):
        await console.signing_in.sign_in(console.slug(), console.ana.email, PASSWORD, None)
    await console.sign_in(console.ana, found[1])


async def test_one_s_own_password_is_not_made_here(console: Console, bruno: Browser) -> None:
    """A browser found open must not be enough to take an account over."""
    answer = await bruno.post(f"/equipe/{console.bruno.id}/senha")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/senha")
    await console.sign_in(console.bruno)


async def test_a_role_is_given(console: Console, bruno: Browser, ana: Browser) -> None:
    """An attendant who becomes admin sees the team at once."""
    assert (await ana.get("/equipe")).status_code == 403
    assert (await bruno.post(f"/equipe/{console.ana.id}/papel", {"papel": "admin"})).status_code == 303
    assert (await ana.get("/equipe")).status_code == 200
    assert (await bruno.post(f"/equipe/{console.ana.id}/papel", {"papel": "owner"})).status_code == 422


async def test_a_shop_keeps_an_admin(console: Console, bruno: Browser) -> None:
    """The last active one is neither put out nor made attendant, and is told why."""
    address = f"/equipe/{console.bruno.id}"
    for answer in (
        await bruno.post(f"{address}/desativar"),
        await bruno.post(f"{address}/papel", {"papel": "attendant"}),
    ):
        assert answer.status_code == 409
        assert "É o único administrador ativo da loja; inclua outro antes." in answer.text
    assert (await bruno.get("/equipe")).status_code == 200


async def test_two_admins_cannot_put_each_other_out(console: Console, bruno: Browser) -> None:
    """At the same moment: who comes second waits for the first, and finds that one admin is left."""
    await bruno.post(f"/equipe/{console.ana.id}/papel", {"papel": "admin"})
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await rows.hold_active_admins(tenant)
        await rows.set_role(tenant, console.ana.id, OperatorRole.ATTENDANT)
        second = asyncio.create_task(bruno.post(f"/equipe/{console.bruno.id}/papel", {"papel": "attendant"}))
        async with asyncio.timeout(10):
            while not second.done() and not await tenant.fetchval(
                """select exists (select from pg_stat_activity
                   where wait_event_type = 'Lock' and datname = current_database())"""
            ):
                await tenant.execute("select pg_stat_clear_snapshot(), pg_sleep(0.01)")
    assert (await second).status_code == 409
    assert [one.name for one in (await team(console)).values() if one.is_admin] == ["Bruno"]


ACTS: list[tuple[str, dict[str, str]]] = [
    ("desativar", {}),
    ("reativar", {}),
    ("senha", {}),
    ("papel", {"papel": "admin"}),
]


async def test_attendants_manage_nobody(console: Console, ana: Browser) -> None:
    """Every address of the team is closed to them, themselves included, and nothing changes."""
    before = await team(console)
    answers = [await ana.get("/equipe"), await ana.post("/equipe", NEW)]
    for act, form in ACTS:
        answers += [await ana.post(f"/equipe/{one.id}/{act}", form) for one in (console.bruno, console.ana)]
    assert {answer.status_code for answer in answers} == {403}
    assert all("administradores" in answer.text for answer in answers)
    assert await team(console) == before
    await console.sign_in(console.bruno)


@pytest.mark.parametrize(("act", "form"), ACTS)
async def test_another_shop_s_people_are_not_there(
    console: Console, carla: Browser, act: str, form: dict[str, str]
) -> None:
    """A guessed id, one of nobody's and one of no form: the same page, and nothing changes."""
    before = await team(console)
    pages = []
    for one in (console.ana.id, console.bruno.id, uuid4(), "x", "%00", f"{console.ana.id}%27--"):
        answer = await carla.post(f"/equipe/{one}/{act}", form)
        assert answer.status_code == 404
        pages.append(answer.text)
    assert len(set(pages)) == 1
    assert await team(console) == before
    await console.sign_in(console.ana)


async def test_names_are_words_and_never_a_page(console: Console, bruno: Browser) -> None:
    """HTML in a name is shown as it was typed."""
    await bruno.post("/equipe", NEW | {"nome": "<script>alert(1)</script>"})
    text = (await bruno.get("/equipe")).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text

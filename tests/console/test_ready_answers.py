"""console/ready_answers.py: the shop's list of ready answers, changed by its operators and noted in the audit log."""

import re
import uuid

import pytest

from storage import audit, ready_answers
from storage.ready_answers import ReadyAnswer
from tests.console.conftest import Browser, Console

_WHERE = {"titulo": "Como chegar", "texto": "Rua das Flores, 10.\nTem estacionamento."}


async def test_a_ready_answer_through_its_life(console: Console, ana: Browser) -> None:
    """An attendant makes one, changes it, and takes it away; each is noted with who did it and what it was."""
    assert (await ana.post("/respostas", _WHERE)).status_code == 303
    [made] = await _listed(console)
    assert (made.title, made.content) == (_WHERE["titulo"], _WHERE["texto"])
    assert "Rua das Flores, 10.\nTem estacionamento." in (await ana.get("/respostas")).text
    changed = await ana.post(f"/respostas/{made.id}", {"titulo": "Endereço", "texto": _WHERE["texto"]})
    assert changed.status_code == 303
    assert [one.title for one in await _listed(console)] == ["Endereço"]
    assert (await ana.post(f"/respostas/{made.id}/tirar")).status_code == 303
    assert await _listed(console) == []
    async with console.database.tenant(console.shop.organization_id) as tenant:
        log = [one for one in await audit.newest(tenant) if "ready_answer" in one.action]
    assert [(one.action, one.actor, one.subject) for one in reversed(log)] == [
        ("add_ready_answer", "Ana", "Como chegar"),
        ("change_ready_answer", "Ana", "Como chegar"),
        ("remove_ready_answer", "Ana", "Endereço"),
    ]
    assert (log[1].before, log[1].after) == ({"name": "Como chegar"}, {"name": "Endereço"})


async def test_a_form_sent_twice_is_done_once(console: Console, ana: Browser) -> None:
    """The same form again finds what the first did: no second answer, no refusal, one line in the audit log."""
    form = {**_WHERE, "deed": str(uuid.uuid4())}
    assert [(await ana.post("/respostas", form)).status_code for _ in range(2)] == [303, 303]
    [made] = await _listed(console)
    gone = {"deed": str(uuid.uuid4())}
    assert [(await ana.post(f"/respostas/{made.id}/tirar", gone)).status_code for _ in range(2)] == [303, 303]
    async with console.database.tenant(console.shop.organization_id) as tenant:
        assert len([one for one in await audit.newest(tenant) if "ready_answer" in one.action]) == 2


@pytest.mark.parametrize(
    ("titulo", "texto", "status", "said"),
    [
        ("Como  chegar", "Outro texto", 409, "Já existe"),
        ("", "Texto", 422, "título"),
        ("x" * 81, "Texto", 422, "título"),
        ("Outra", " \n", 422, "texto"),
        ("Outra", "x" * 4_097, 422, "texto"),
    ],
)
async def test_what_cannot_be_is_refused_with_what_was_typed(
    console: Console, ana: Browser, titulo: str, texto: str, status: int, said: str
) -> None:
    """A second of one title, an empty or overlong field: refused in words, the form as it was, the same deed's id."""
    await ana.post("/respostas", _WHERE)
    deed = str(uuid.uuid4())
    answer = await ana.post("/respostas", {"titulo": titulo, "texto": texto, "deed": deed})
    assert answer.status_code == status
    assert re.search(rf'role="alert">[^<]*{said}', answer.text), answer.text
    assert f'value="{titulo}"' in answer.text
    assert f'value="{deed}"' in answer.text
    assert len(await _listed(console)) == 1


async def test_a_change_to_a_title_that_is_taken(console: Console, ana: Browser) -> None:
    """Two answers keep two titles; what was typed stays in the form of the one that was to be changed."""
    await ana.post("/respostas", _WHERE)
    await ana.post("/respostas", {"titulo": "Preços", "texto": "Banho: R$ 50"})
    prices = (await _listed(console))[1]
    answer = await ana.post(f"/respostas/{prices.id}", {"titulo": "Como chegar", "texto": "novo texto"})
    assert answer.status_code == 409
    assert re.search(rf'id="texto-{prices.id}"[^>]*>\nnovo texto</textarea>', answer.text)
    assert [one.title for one in await _listed(console)] == ["Como chegar", "Preços"]


async def test_another_shops_answers_are_not_there(console: Console, ana: Browser, carla: Browser) -> None:
    """They are neither listed nor changed nor taken away; the same title is free in another shop."""
    await ana.post("/respostas", _WHERE)
    [made] = await _listed(console)
    assert "Rua das Flores" not in (await carla.get("/respostas")).text
    assert (await carla.post(f"/respostas/{made.id}", {"titulo": "x", "texto": "y"})).status_code == 404
    assert (await carla.post(f"/respostas/{made.id}/tirar")).status_code == 404
    assert (await carla.post(f"/respostas/{uuid.uuid4()}/tirar")).status_code == 404
    assert (await carla.post("/respostas", _WHERE)).status_code == 303
    assert await _listed(console) == [made]


async def test_hostile_texts_stay_texts(console: Console, ana: Browser) -> None:
    """Tags and quotes leave neither the fields nor the list."""
    hostile = '"><script>alert(1)</script>'
    await ana.post("/respostas", {"titulo": hostile, "texto": f"</textarea>{hostile}"})
    page = (await ana.get("/respostas")).text
    assert "<script>alert" not in page
    assert 'value="&#34;&gt;&lt;script&gt;' in page


async def _listed(console: Console) -> list[ReadyAnswer]:
    async with console.database.tenant(console.shop.organization_id) as tenant:
        return await ready_answers.listed(tenant)

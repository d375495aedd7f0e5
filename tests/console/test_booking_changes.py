"""A booking moved, cancelled, confirmed, marked in the console; other shops' ids are nothing here."""

import uuid
from datetime import datetime

import httpx

from tests.console.agendas import Scene, scene
from tests.console.conftest import Browser, Console


async def test_moving_tells_the_customer_once_and_is_noted(at_marinas: Scene, ana: Browser) -> None:
    """Another time is told with the old one; other hands alone are not; each form is done once."""
    made = await at_marinas.book(ana, avisar="")
    page = await ana.get(f"/agenda/{made}/remarcar")
    assert f'value="{at_marinas.at(15)}"' in page.text
    form = {
        "deed": str(uuid.uuid4()), "dia": at_marinas.day.isoformat(), "hora": at_marinas.at(15), "avisar": "sim",
    }  # fmt: skip
    for _ in range(2):
        assert (await ana.post(f"/agenda/{made}/remarcar", form)).status_code == 303
    (letter,) = await at_marinas.letters()
    assert "A loja precisou remarcar o horário de Rex, que era" in letter
    assert "10:00" in letter
    ((start, who),) = await at_marinas.rows("select start_time, professional_id from bookings")
    assert start == datetime.fromisoformat(at_marinas.at(15))
    other = next(one for one in at_marinas.people if one != who)
    hands = {"profissional": str(other), "hora": at_marinas.at(15), "avisar": "sim"}
    assert (await ana.post(f"/agenda/{made}/remarcar", hands)).status_code == 303
    assert len(await at_marinas.letters()) == 1
    assert [one.action for one in await at_marinas.deeds()] == ["book", "move_booking", "move_booking"]
    assert await at_marinas.rows("select professional_id from bookings") == [(other,)]


async def test_cancelling_asks_once_more_and_tells_the_reason(at_marinas: Scene, ana: Browser) -> None:
    """Nothing is cancelled by opening the page; the reason goes with the letter; a second run finds it done."""
    made = await at_marinas.book(ana, avisar="")
    page = await ana.get(f"/agenda/{made}/cancelar")
    assert "Sim, cancelar" in page.text
    assert await at_marinas.rows("select status from bookings") == [("scheduled",)]
    form = {"deed": str(uuid.uuid4()), "motivo": "A Ana\nadoeceu", "avisar": "sim"}
    for _ in range(2):
        assert (await ana.post(f"/agenda/{made}/cancelar", form)).status_code == 303
    (letter,) = await at_marinas.letters()
    assert "Motivo: A Ana adoeceu" in letter
    noted = (await at_marinas.deeds())[-1]
    assert (noted.action, noted.before["status"], noted.after["status"]) == ("cancel_booking", "scheduled", "cancelled")
    late = await ana.post(f"/agenda/{made}/cancelar", {"avisar": "sim", "motivo": "de novo"})
    assert (late.status_code, "está cancelado" in late.text) == (409, True)
    day = (await ana.get(f"/agenda?dia={at_marinas.day}")).text
    assert "Cancelados e faltas" in day


async def test_confirming_and_marking(at_marinas: Scene, ana: Browser) -> None:
    """What cannot be seen yet is not offered and refused; what is over can be marked."""
    made = await at_marinas.book(ana, avisar="")
    assert "Não veio" not in (await ana.get(f"/agenda/{made}")).text
    assert (await ana.post(f"/agenda/{made}/confirmar")).status_code == 303
    early = await ana.post(f"/agenda/{made}/marcar/faltou")
    assert (early.status_code, "ainda está por vir" in early.text) == (409, True)
    assert (await ana.post(f"/agenda/{made}/marcar/voou")).status_code == 404
    async with at_marinas.console.database.tenant(at_marinas.shop.organization_id) as tenant:
        await tenant.execute(
            "update bookings set start_time = start_time - interval '7 days', end_time = end_time - interval '7 days'"
        )
    assert "Não veio" in (await ana.get(f"/agenda/{made}")).text
    for mark, status in (("chegou", "in_progress"), ("concluir", "completed"), ("faltou", "no_show")):
        assert (await ana.post(f"/agenda/{made}/marcar/{mark}")).status_code == 303
        assert await at_marinas.rows("select status from bookings") == [(status,)]
    assert [one.action for one in await at_marinas.deeds()] == ["book", "confirm_booking", *["mark_booking"] * 3]
    assert await at_marinas.letters() == []


async def test_other_shops_ids_are_nothing_here(at_marinas: Scene, ana: Browser, console: Console) -> None:
    """Customers, pets, services, people and bookings of another shop, and ids of nothing: the same page, 404."""
    theirs = await scene(console, console.other_shop)
    carla = await console.sign_in(console.carla)
    booked = await theirs.book(carla)
    nobody = str(uuid.uuid4())
    for field, id_ in (
        ("cliente", theirs.contact_id), ("pet", theirs.pet_id), ("servico", theirs.service_id),
        ("profissional", theirs.people[0]),
    ):  # fmt: skip
        pages = [await ana.post("/agenda/novo", at_marinas.form(**{field: str(one)})) for one in (id_, nobody, "x")]
        assert [one.status_code for one in pages] == [404] * 3, field
        assert len({one.text for one in pages}) == 1
    answers: list[httpx.Response] = []
    for one_id in (str(booked), nobody):
        answers += [await ana.get(f"/agenda/{one_id}{more}") for more in ("", "/remarcar", "/cancelar")]
        answers += [
            await ana.post(f"/agenda/{one_id}/{deed}", {"hora": at_marinas.at(11), "avisar": "sim"})
            for deed in ("confirmar", "marcar/chegou", "remarcar", "cancelar")
        ]
    assert [one.status_code for one in answers] == [404] * len(answers)
    assert await theirs.rows("select status from bookings") == [("scheduled",)]
    assert await at_marinas.rows("select 1 from bookings") == []
    assert "Marina" not in (await ana.get(f"/agenda?dia={theirs.day}")).text


async def test_a_deed_of_another_form_is_refused(at_marinas: Scene, ana: Browser) -> None:
    """An id that was used for one booking changes no other."""
    deed = str(uuid.uuid4())
    await at_marinas.book(ana, deed=deed)
    other = await at_marinas.book(ana, hora=at_marinas.at(14))
    answer = await ana.post(f"/agenda/{other}/cancelar", {"deed": deed, "avisar": "sim"})
    assert (answer.status_code, "já foi usado" in answer.text) == (409, True)

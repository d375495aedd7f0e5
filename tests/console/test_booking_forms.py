"""Booking by a form in the console: noted, told, done once; what cannot be is said, and the form keeps."""

import asyncio
import uuid
from datetime import datetime

import pytest

from tests.console.agendas import Scene, scene
from tests.console.conftest import Browser, Console
from tests.storage.rows import insert_booking


async def test_a_booking_made_by_the_form_is_on_the_day(at_marinas: Scene, ana: Browser) -> None:
    """Found by name, chosen, booked; then it stands on the day with pet, customer, service, price and links."""
    found = await ana.get(f"/agenda/novo?busca=mari&dia={at_marinas.day}")
    assert f"cliente={at_marinas.contact_id}" in found.text
    assert "Rex" in found.text
    form = await ana.get(
        f"/agenda/novo?cliente={at_marinas.contact_id}&pet={at_marinas.pet_id}&servico={at_marinas.service_id}"
        f"&dia={at_marinas.day}"
    )
    assert f'value="{at_marinas.at(10)}"' in form.text
    assert "R$ 50,00" in form.text
    made = await at_marinas.book(ana)
    day = (await ana.get(f"/agenda?dia={at_marinas.day}")).text
    for shown in (
        f"/console/agenda/{made}",
        f"/console/clientes/{at_marinas.contact_id}",
        f"/console/conversas/{at_marinas.conversation_id}",
        "Rex: Banho",
        "Marina",
        "R$ 50,00",
        "agendado",
        "Profissional 2",
    ):
        assert shown in day
    one = (await ana.get(f"/agenda/{made}?feito=agendado&aviso=being_told")).text
    assert "Agendado. O cliente está sendo avisado pelo WhatsApp." in one


async def test_who_books_is_noted_and_the_customer_is_told(at_marinas: Scene, ana: Browser) -> None:
    """One letter and one row of the audit log, in the operator's name."""
    made = await at_marinas.book(ana)
    (letter,) = await at_marinas.letters()
    assert "A loja marcou o horário de Rex." in letter
    assert "🕙 Horário: 10:00" in letter
    (noted,) = await at_marinas.deeds()
    assert (noted.action, noted.subject, noted.after["customer"]) == (
        "book",
        f"Banho de Rex ({made.hex[:8]})",
        "being_told",
    )
    assert await at_marinas.rows("select changed_by from bookings") == [("operator",)]


async def test_a_form_sent_twice_is_one_booking(at_marinas: Scene, ana: Browser) -> None:
    """A double click, at once or later: one booking, one letter, one row, and both answers show it."""
    form = at_marinas.form(deed=str(uuid.uuid4()))
    answers = await asyncio.gather(*(ana.post("/agenda/novo", form) for _ in range(4)))
    answers.append(await ana.post("/agenda/novo", form))
    assert {(one.status_code, one.headers["location"]) for one in answers} == {(303, answers[0].headers["location"])}
    assert len(await at_marinas.rows("select id from bookings")) == 1
    assert len(await at_marinas.letters()) == 1
    assert len(await at_marinas.deeds()) == 1


async def test_a_form_opened_twice_shows_the_booking_that_is_there(at_marinas: Scene, ana: Browser) -> None:
    """The same pet at the same start, by another form: refused, with a link to what is booked."""
    made = await at_marinas.book(ana)
    again = await ana.post("/agenda/novo", at_marinas.form())
    assert again.status_code == 409
    assert "já tem" in again.text
    assert f'href="/console/agenda/{made}"' in again.text


async def test_a_slot_somebody_else_got_is_refused_with_words_and_the_form_keeps(
    at_marinas: Scene, ana: Browser
) -> None:
    """The race is lost: what is free near it is named, and nothing that was typed is gone."""
    who = at_marinas.people[0]
    async with at_marinas.console.database.tenant(at_marinas.shop.organization_id) as tenant:
        await insert_booking(
            tenant,
            at_marinas.shop,
            at_marinas.contact_id,
            start=datetime.fromisoformat(at_marinas.at(10)),
            professional=who,
        )
    lost = await ana.post("/agenda/novo", at_marinas.form(profissional=str(who), outra="10:00", avisar=""))
    assert lost.status_code == 409
    assert "Esse horário já está ocupado. Livres perto dele:" in lost.text
    assert f'<option value="{who}" selected>' in lost.text
    assert f'<option value="{at_marinas.service_id}" selected>' in lost.text
    assert 'name="outra" type="time" value="10:00"' in lost.text
    assert 'name="avisar" type="checkbox" value="sim">' in lost.text  # still not ticked
    assert await at_marinas.deeds() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"hora": ""}, "Escolha um horário."),
        ({"hora": "ontem"}, "Não entendi o horário"),
        ({"hora": "2026-11-23T10:00"}, "Não entendi o horário"),
        ({"servico": ""}, "Escolha o pet e o serviço."),
        ({"outra": "99:99"}, "não é uma hora"),
        ({"dia": "31/02", "outra": "10:00"}, "fevereiro"),
        ({"porte": "enorme"}, "não é um porte"),
    ],
)
async def test_what_is_mistyped_is_said_on_the_form(
    at_marinas: Scene, ana: Browser, changed: dict[str, str], said: str
) -> None:
    """422 with the reason; nothing is booked and nobody is written to."""
    answer = await ana.post("/agenda/novo", at_marinas.form(**changed))
    assert (answer.status_code, said in answer.text) == (422, True), answer.text
    assert "Marina" in answer.text
    assert await at_marinas.letters() == []


async def test_a_time_outside_hours_and_one_that_passed_are_refused(at_marinas: Scene, ana: Browser) -> None:
    """The rules are everybody's, but for the notice."""
    night = await ana.post("/agenda/novo", at_marinas.form(outra="22:00"))
    assert (night.status_code, "não está aberta nesse horário" in night.text) == (409, True)
    yesterday = await ana.post("/agenda/novo", at_marinas.form(hora="2020-01-02T10:00:00-03:00"))
    assert (yesterday.status_code, "já passou" in yesterday.text) == (409, True)


async def test_without_the_tick_nobody_is_told(at_marinas: Scene, ana: Browser) -> None:
    """The box is the operator's to clear; the log says so."""
    await at_marinas.book(ana, avisar="")
    assert await at_marinas.letters() == []
    assert [one.after["customer"] for one in await at_marinas.deeds()] == ["not_asked"]


async def test_a_customer_out_of_reach_is_not_told_and_the_page_says_so(console: Console, ana: Browser) -> None:
    """Who never wrote cannot be written to: said before, and after."""
    alone = await scene(console, console.shop, writes=False)
    form = await ana.get(
        f"/agenda/novo?cliente={alone.contact_id}&pet={alone.pet_id}&servico={alone.service_id}&dia={alone.day}"
    )
    assert "Não dá para avisar esse cliente pelo WhatsApp" in form.text
    answer = await ana.post("/agenda/novo", alone.form())
    assert answer.headers["location"].endswith("aviso=unreachable")
    shown = await ana.get(answer.headers["location"].removeprefix("/console"))
    assert "Não dá para avisar o cliente pelo WhatsApp: avise você." in shown.text
    assert await alone.letters() == []

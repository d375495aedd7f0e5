"""Days that are full, and customers who wait for them."""

import pytest

from dev.practice_model import wording_changes as changes
from dev.practice_model.marks import NEXT_FREE, OFFERS_LIST

from .conftest import ALL_TOOLS, Json, Talk, with_agenda

TOMORROW: Json = {"pet_name": "Rex", "service_type": "Banho", "date": "2026-11-23"}
OFFER = (
    "Boa notícia! Abriu um horário de Banho para Rex: amanhã, segunda-feira, 23/11, às 09:00. 🐾\n"
    "Você quer? Guardo para você até 15:30."
)


@pytest.fixture
def talk(talk: Talk) -> Talk:
    """A customer with Rex, on days that are all full."""
    talk.tools = ALL_TOOLS
    talk.prompt = with_agenda()
    talk.executors["check_availability"] = lambda _: {"ok": True, "slots": [], "offers": [], "next_free": None}
    return talk


async def test_a_full_day_offers_the_list_and_a_yes_joins_it(talk: Talk) -> None:
    """The customer is asked first, then put on the list of that day."""
    assert OFFERS_LIST in await talk.say("banho amanhã")
    assert "Você está na lista de espera de amanhã para Rex" in await talk.say("sim, quero")
    assert talk.used[1:] == [("join_waiting_list", TOMORROW)]


async def test_the_next_free_start_is_offered_first(talk: Talk) -> None:
    """A yes takes it; asking for the list joins the list of the day that was wanted."""
    next_free: Json = {"date": "2026-11-24", "weekday": "terça-feira", "time": "09:00"}
    talk.executors["check_availability"] = lambda asked: (
        {"ok": True, "slots": [], "next_free": next_free}
        if asked["date"] == "2026-11-23"
        else {"ok": True, "slots": ["09:00"]}
    )
    assert f"{NEXT_FREE} terça-feira, 24/11, às 09:00" in await talk.say("banho amanhã")
    await talk.say("pode ser")
    assert talk.used[-1][0] == "book_appointment"
    assert talk.used[-1][1]["preferred_date"] == "2026-11-24"
    talk.history.clear()
    await talk.say("banho amanhã")
    await talk.say("prefiro que me avise se abrir uma vaga")
    assert talk.used[-1] == ("join_waiting_list", TOMORROW)


async def test_who_asks_for_the_list_is_asked_for_what_is_missing(talk: Talk) -> None:
    """Service, day and pet, and a new pet is registered before."""
    assert "Para qual serviço" in await talk.say("quero entrar na lista de espera")
    assert await talk.say("banho") == "Qual seria o melhor dia para você?"
    talk.prompt = with_agenda(pets="nenhum")
    await talk.say("lista de espera para banho amanhã, para minha gata Mimi")
    assert [name for name, _ in talk.used] == ["register_pet", "join_waiting_list"]


async def test_a_list_that_asks_back_is_asked_about(talk: Talk) -> None:
    """Not agreed, as the engine sees it: the question is put plainly."""
    talk.executors["join_waiting_list"] = lambda _: {"ok": False, "error": "not_agreed", "message": "Pergunte."}
    assert changes.ASK_LIST in await talk.say("me avisa se abrir banho amanhã")
    talk.executors["join_waiting_list"] = lambda _: {"ok": False, "error": "already_waiting", "message": "Já."}
    assert "Você está na lista de espera desse dia para Rex" in await talk.say("sim")


async def test_an_offer_of_the_list_is_booked_by_a_yes(talk: Talk) -> None:
    """With the slot that is kept for the customer."""
    talk.history.append({"role": "assistant", "content": OFFER})
    talk.prompt = with_agenda(kept="- Banho: 1a2b3c4d 2026-11-23 09:00", waits="- Banho de Rex em 2026-11-23 (…)")
    assert await talk.say("Quero sim!") == "Maravilha, prontinho! ✅"
    assert talk.used == [
        (
            "book_appointment",
            {
                "pet_name": "Rex",
                "service_type": "Banho",
                "preferred_date": "2026-11-23",
                "preferred_time": "09:00",
                "slot_id": "1a2b3c4d",
            },
        )
    ]


async def test_an_offer_of_the_list_is_declined_by_a_no(talk: Talk) -> None:
    """So that the next customer is asked."""
    talk.history.append({"role": "assistant", "content": OFFER})
    assert await talk.say("não quero") == changes.OFF_THE_LIST
    assert talk.used == [("leave_waiting_list", TOMORROW)]


async def test_who_waits_no_longer_leaves(talk: Talk) -> None:
    """Off the list that the prompt names; who is on none is told so."""
    talk.prompt = with_agenda(waits="- Banho de Rex em 2026-11-23")
    await talk.say("pode me tirar da lista de espera?")
    assert talk.used == [("leave_waiting_list", TOMORROW)]
    talk.executors["leave_waiting_list"] = lambda _: {"ok": False, "error": "booking_not_found", "message": "Não."}
    assert await talk.say("quero sair da lista de espera") == changes.NOT_ON_LIST

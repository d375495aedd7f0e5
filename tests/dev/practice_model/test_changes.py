"""Appointments that customers move, cancel and confirm."""

import pytest

from dev.practice_model import wording_changes as changes
from dev.practice_model.marks import CHANGE_OR_CANCEL

from .conftest import ALL_TOOLS, Json, Talk, with_agenda

BATH = "1a2b3c4d: 2026-11-23 10:00, Rex, Banho, R$ 60,00, agendado"
ASKED = "1a2b3c4d: 2026-11-23 10:00, Rex, Banho, R$ 60,00, espera o cliente confirmar"
VACCINE = "5e6f7a8b: 2026-11-25 14:00, Rex, Vacinação, R$ 80,00, confirmado"
REMINDER = (
    "Oi! Aqui é a assistente virtual da loja Pet Feliz. 🐾\nBanho para Rex: amanhã, segunda-feira, 23/11, às 10:00.\n"
    "Você confirma? Se precisar, também posso remarcar ou cancelar."
)
MOVED: Json = {"appointment_id": "1a2b3c4d", "new_date": "2026-11-27", "new_time": "15:00"}
PROPOSED: Json = {"ok": True, "proposed": "remarcar Banho de Rex, 2026-11-27 15:00"}


@pytest.fixture
def talk(talk: Talk) -> Talk:
    """A customer whose Rex has a bath tomorrow, with every tool there is."""
    talk.tools = ALL_TOOLS
    talk.prompt = with_agenda(BATH)
    return talk


def told(talk: Talk, text: str) -> None:
    """The shop said this last."""
    talk.history.append({"role": "assistant", "content": text})


async def test_a_move_is_proposed_and_made_with_the_same_data_after_a_yes(talk: Talk) -> None:
    """What the prompt says to wait for a yes is called for again, word for word."""
    talk.executors["reschedule_appointment"] = lambda _: PROPOSED
    assert changes.PROPOSED in await talk.say("quero remarcar o banho de amanhã para sexta às 15h")
    assert talk.used == [("reschedule_appointment", MOVED)]
    told(talk, "Deixa eu só confirmar com você:\n\nPosso remarcar?\n🕙 Horário: 15:00")
    talk.prompt = with_agenda(BATH, proposed="- remarcar Banho de Rex, 2026-11-27 15:00")
    talk.executors["reschedule_appointment"] = lambda _: {"ok": True, "booking": {}}
    assert await talk.say("sim, pode remarcar") == changes.MOVED
    assert talk.used[1:] == [("reschedule_appointment", MOVED)]


@pytest.mark.parametrize(
    "text",
    [
        "mudar o banho de segunda para sexta às 15h",
        "Pode trocar meu horário pra sexta-feira, às 15h?",
        "remarcar das 10h para as 15h de sexta",
        "quero remarcar para sexta às 15h o banho de segunda às 10h",
        "preciso adiar, pode ser dia 27/11 às 15:00",
        "não vou poder ir amanhã, pode ser sexta às 15h?",
    ],
)
async def test_the_day_it_is_moved_from_is_not_the_day_it_is_moved_to(talk: Talk, text: str) -> None:
    """Two days in one sentence: one says which appointment, the other says when."""
    await talk.say(text)
    assert talk.used == [("reschedule_appointment", MOVED)]


async def test_without_a_time_the_agenda_is_read_for_that_appointment(talk: Talk) -> None:
    """Offers of some days stand by day; a time then chosen is moved to, on the day for which it is kept."""
    talk.executors["check_availability"] = lambda _: {
        "ok": True,
        "slots": ["09:00", "10:00"],
        "offers": [
            {"slot_id": "aaaaaaaa", "date": "2026-11-23", "weekday": "segunda-feira", "time": "09:00"},
            {"slot_id": "aaaaaaaa", "date": "2026-11-23", "weekday": "segunda-feira", "time": "10:00"},
            {"slot_id": "bbbbbbbb", "date": "2026-11-24", "weekday": "terça-feira", "time": "16:00"},
        ],
        "also_free": {"2026-11-24": ["17:00"]},
    }
    answer = await talk.say("Quero remarcar o banho do Rex")
    assert "- amanhã, 23/11: 09:00\n- terça-feira, 24/11: 16:00\n" in answer
    asked: Json = {"date": "2026-11-23", "appointment_id": "1a2b3c4d", "until": "2026-11-25"}
    assert talk.used == [("check_availability", asked)]
    talk.prompt = with_agenda(BATH, kept="- Banho: aaaaaaaa 2026-11-23 09:00; bbbbbbbb 2026-11-24 16:00")
    await talk.say("às 16h")
    assert talk.used[-1][1] == {"appointment_id": "1a2b3c4d", "new_date": "2026-11-24", "new_time": "16:00"}


async def test_later_means_later_than_it_is(talk: Talk) -> None:
    """ "Mais tarde" looks at the same day, and offers what comes after the appointment, kept or not."""
    told(talk, REMINDER)
    talk.executors["check_availability"] = lambda _: {
        "ok": True, "slots": ["09:00"], "also_free": {"2026-11-23": ["10:00", "16:00"]},
    }  # fmt: skip
    assert "tenho:\n- 16:00\n\n" in await talk.say("pode ser mais tarde?")
    assert talk.used == [("check_availability", {"date": "2026-11-23", "appointment_id": "1a2b3c4d"})]
    assert "Nesse dia não tenho horário mais cedo" not in await talk.say("e mais cedo?")


@pytest.mark.parametrize(
    "text", ["sim", "Confirmo!", "ok, obrigada", "vou sim", "👍", "Sim, 10h está ótimo", "estarei lá"]
)
@pytest.mark.parametrize("line", [BATH, ASKED])
async def test_a_yes_to_a_reminder_confirms(talk: Talk, line: str, text: str) -> None:
    """Whatever the words, it is the appointment that the reminder names."""
    talk.prompt = with_agenda(VACCINE, line)
    told(talk, REMINDER)
    assert await talk.say(text) == changes.CONFIRMED
    assert talk.used == [("confirm_appointment", {"appointment_id": "1a2b3c4d"})]


async def test_a_plain_word_confirms_later_too(talk: Talk) -> None:
    """With an appointment that waits for it and nothing else asked, "confirmo" is about it."""
    talk.prompt = with_agenda(ASKED)
    talk.executors["confirm_appointment"] = lambda _: {"ok": False, "error": "not_agreed", "message": "Não."}
    assert changes.NOTHING_TO_CONFIRM in await talk.say("confirmo")
    assert talk.tool_names == ["confirm_appointment"]


@pytest.mark.parametrize("text", ["não", "não vou poder", "não vou conseguir ir", "surgiu um imprevisto"])
async def test_who_cannot_come_is_asked_what_then(talk: Talk, text: str) -> None:
    """Another time or none: each answer leads there."""
    told(talk, REMINDER)
    assert CHANGE_OR_CANCEL in await talk.say(text)
    assert talk.used == []
    await talk.say("cancelar, por favor")
    assert talk.used == [("cancel_appointment", {"appointment_id": "1a2b3c4d"})]


async def test_another_time_is_looked_for_when_that_is_the_answer(talk: Talk) -> None:
    """ "Outro horário" looks at the agenda; a day and time named at once are proposed."""
    told(talk, REMINDER)
    await talk.say("não posso ir")
    await talk.say("outro horário")
    assert talk.tool_names == ["check_availability"]
    await talk.say("sexta às 15h")
    assert talk.used[-1] == ("reschedule_appointment", MOVED)


async def test_a_cancellation_is_proposed_and_done_after_a_yes(talk: Talk) -> None:
    """A no leaves it as it is."""
    talk.executors["cancel_appointment"] = lambda _: {"ok": True, "proposed": "cancelar Banho de Rex, 2026-11-23 10:00"}
    assert changes.PROPOSED in await talk.say("quero cancelar")
    told(talk, "Deixa eu só confirmar com você:\n\nPosso cancelar?\n📅 amanhã")
    talk.prompt = with_agenda(BATH, proposed="- cancelar Banho de Rex, 2026-11-23 10:00")
    assert await talk.say("não") == changes.LEFT_AS_IS
    assert len(talk.used) == 1
    told(talk, "Posso cancelar?\n📅 amanhã")
    talk.executors["cancel_appointment"] = lambda _: {"ok": True, "booking": {}}
    assert await talk.say("pode cancelar") == changes.CANCELLED
    assert talk.used[1:] == [("cancel_appointment", {"appointment_id": "1a2b3c4d"})]


@pytest.mark.parametrize("text", ["o de quarta", "a vacina", "às 14h"])
async def test_of_several_the_customer_says_which(talk: Talk, text: str) -> None:
    """By its day, its service or its time, none of which is taken for a new one."""
    talk.prompt = with_agenda(BATH, VACCINE)
    assert "- Banho de Rex: amanhã, 23/11, às 10:00\n- Vacinação" in await talk.say("quero cancelar")
    await talk.say(text)
    assert talk.used == [("cancel_appointment", {"appointment_id": "5e6f7a8b"})]


async def test_nothing_booked_is_said(talk: Talk) -> None:
    """Neither an appointment that is not there nor a service that is not booked is guessed at."""
    assert "Não encontrei Tosa Higiênica entre os seus" in await talk.say("quero cancelar a tosa higiênica")
    talk.prompt = with_agenda()
    assert await talk.say("quero cancelar meu horário") == changes.NO_APPOINTMENT
    assert talk.used == []


async def test_a_yes_books_everything_that_was_proposed(talk: Talk) -> None:
    """Two proposals of one message, one yes, both made with their own data."""
    told(talk, "Posso confirmar?\n🐾 Rex\n\nPosso confirmar?\n🐾 Mimi")
    proposed = "- agendar Banho de Rex, 2026-11-27 15:00\n- agendar Banho e Tosa de Mimi, 2026-11-27 16:00"
    talk.prompt = with_agenda(proposed=proposed, pets="Rex (cachorro); Mimi (gato)")
    await talk.say("Sim!")
    assert [arguments for _, arguments in talk.used] == [
        {"pet_name": "Rex", "service_type": "Banho", "preferred_date": "2026-11-27", "preferred_time": "15:00"},
        {"pet_name": "Mimi", "service_type": "Banho e Tosa", "preferred_date": "2026-11-27", "preferred_time": "16:00"},
    ]


@pytest.mark.parametrize(
    "text", ["sim, às 16h", "sim, mas às 16h", "acho que sim?", "na verdade sexta às 16h", "quanto custa mesmo?"]
)
async def test_what_is_no_plain_yes_repeats_nothing(talk: Talk, text: str) -> None:
    """Another time is proposed instead, and a question answered; the first proposal is not called for again."""
    talk.history.append({"role": "user", "content": "banho sexta às 15h"})
    told(talk, "Posso confirmar?\n🕙 Horário: 15:00")
    talk.prompt = with_agenda(proposed="- agendar Banho de Rex, 2026-11-27 15:00")
    talk.executors["check_availability"] = lambda _: {"ok": True, "slots": ["15:00", "16:00"]}
    await talk.say(text)
    assert all(call.get("preferred_time") != "15:00" for _, call in talk.used)


async def test_a_taken_time_of_a_move_is_offered_instead_of(talk: Talk) -> None:
    """The refusal's own times, or the next free start on another day."""
    talk.executors["reschedule_appointment"] = lambda _: {
        "ok": False, "error": "slot_taken", "message": "Ocupado.", "alternatives": ["14:00", "16:00"],
    }  # fmt: skip
    answer = await talk.say("remarcar para sexta às 15h")
    assert "acabou de ser ocupado. Ainda tenho:\n- 14:00\n- 16:00" in answer
    await talk.say("16h")
    assert talk.used[-1][1] == {**MOVED, "new_time": "16:00"}


async def test_what_is_booked_is_told(talk: Talk) -> None:
    """From the tool, with what is waited for, each in a line."""
    talk.prompt = with_agenda(BATH, waits="- Banho e Tosa de Rex em 2026-11-25")
    listed: Json = {
        "appointment_id": "1a2b3c4d", "pet": "Rex", "service": "Banho", "date": "2026-11-23", "time": "10:00",
        "price": "R$ 60,00", "weekday": "segunda-feira", "status": "agendado",
    }  # fmt: skip
    talk.executors["list_appointments"] = lambda _: {"ok": True, "appointments": [listed], "waiting_list": ["…"]}
    answer = await talk.say("Quais são meus agendamentos?")
    assert "- Banho de Rex: amanhã, 23/11, às 10:00, R$ 60,00\n" in answer
    assert "- na lista de espera: Banho e Tosa de Rex, quarta-feira, 25/11" in answer
    talk.tools = ()
    assert "às 10:00" in await talk.say("que horas é meu banho?")


async def test_a_new_wish_is_not_taken_for_a_change(talk: Talk) -> None:
    """Who has an appointment and says "marcar" wants another one; a day refused in a booking cancels nothing."""
    await talk.say("quero marcar vacinação")
    await talk.say("amanhã não vou poder, quarta às 10h")
    assert talk.used[-1][0] == "book_appointment"
    assert talk.used[-1][1]["preferred_date"] == "2026-11-25"

"""Coming is confirmed by a yes to a reminder, and one waits who asked to wait: whatever a model calls."""

import pytest

from domain.notices import NoticeKind

from .agreeing import booked, reminded
from .conftest import MONDAY, Counter, Json


async def test_coming_is_confirmed_by_a_yes_to_a_reminder(with_rex: Counter) -> None:
    """By nothing before, and by no other word after."""
    code = await booked(with_rex)
    await with_rex.says("Confirmo!")
    assert (await with_rex.use("confirm_appointment", appointment_id=code))["error"] == "not_agreed"
    for text in ("não vou poder", "pode ser mais tarde?", "pode remarcar", "quero remarcar", "oi", "sim, às 11h"):
        await reminded(with_rex, "Banho para Rex: amanhã, segunda-feira, 23/11, às 10:00.\nVocê confirma?")
        assert (await with_rex.use("confirm_appointment"))["error"] == "not_agreed"
        await with_rex.says(text)
        assert (await with_rex.use("confirm_appointment"))["error"] == "not_agreed", text
    await reminded(with_rex, "Banho para Rex: amanhã, segunda-feira, 23/11, às 10:00.\nVocê confirma?")
    await with_rex.reply("Quer o endereço?")
    await with_rex.says("Sim")
    assert (await with_rex.use("confirm_appointment"))["error"] == "not_agreed"
    assert await with_rex.count("status = 'scheduled' and confirmed_at is null") == 1
    await reminded(with_rex, "Banho para Rex: amanhã, segunda-feira, 23/11, às 10:00.\nVocê confirma?")
    await with_rex.says("Sim, estaremos aí")
    answer = await with_rex.use("confirm_appointment")
    assert isinstance(answer["booking"], dict)
    assert answer["booking"]["status"] == "confirmado"
    assert await with_rex.count("status = 'confirmed' and confirmed_at is not null") == 1


async def test_a_yes_to_a_follow_up_or_to_a_reminder_of_an_old_time_confirms_nothing(with_rex: Counter) -> None:
    """Only what was asked about the time the booking has."""
    await booked(with_rex)
    await reminded(with_rex, "Ficou tudo bem?", NoticeKind.FOLLOW_UP)
    await with_rex.says("Sim")
    assert (await with_rex.use("confirm_appointment"))["error"] == "not_agreed"
    await reminded(with_rex, "Banho amanhã às 10:00. Você confirma?")
    async with with_rex.turn() as turn:
        await turn.tenant.execute(
            "update bookings set start_time = start_time + interval '1 hour', end_time = end_time + interval '1 hour'"
        )
    await with_rex.says("Sim")
    assert (await with_rex.use("confirm_appointment"))["error"] == "not_agreed"


async def test_one_waits_who_asked_to_wait(with_rex: Counter) -> None:
    """By asking for the list, or by a yes to being asked; a question about it, or a yes to something else, is none."""
    wait: Json = {"pet_name": "Rex", "service_type": "Banho", "date": MONDAY}
    for asked, said in (
        ("Está tudo cheio.", "que pena"),
        ("Quer saber de outro dia?", "Sim"),
        ("Quer entrar na lista de espera?", "não"),
        ("Quer entrar na lista de espera?", "como funciona?"),
        ("Quer entrar na lista de espera?", "não quero lista de espera"),
        ("Está tudo cheio.", "Como funciona a lista de espera?"),
        ("Está tudo cheio.", "o que é lista de espera?"),
        ("Está tudo cheio.", "vocês têm lista de espera?"),
        ("O banho já começou.", "me avisa quando tiver acabado"),
        ("Está tudo cheio.", "me avisa se tiver algum problema"),
    ):
        await with_rex.reply(asked)
        await with_rex.says(said)
        refused = await with_rex.use("join_waiting_list", **wait)
        assert refused.get("error") == "not_agreed", (asked, said)
    assert (await with_rex.rows())["waiting_list"] == 0
    await with_rex.reply("Quer entrar na lista de espera de segunda?")
    await with_rex.says("Sim")
    assert (await with_rex.use("join_waiting_list", **wait))["ok"] is True
    assert (await with_rex.use("join_waiting_list", **wait))["error"] == "already_waiting"


@pytest.mark.parametrize(
    "text",
    [
        "me coloca na lista de espera",
        "Quero entrar na lista de espera",
        "pode me colocar na lista de espera?",
        "Lista de espera, por favor",
        "me avisa se abrir um horário",
        "me avise quando surgir uma vaga",
        "me chama se tiver vaga",
        "avisa se tiver algum horário",
    ],
)
async def test_asking_to_wait_in_ones_own_words(with_rex: Counter, text: str) -> None:
    """Nobody has to be asked who asked."""
    await with_rex.reply("Está tudo cheio na segunda.")
    await with_rex.says(text)
    answer = await with_rex.use("join_waiting_list", pet_name="Rex", service_type="Banho", date=MONDAY)
    assert answer["ok"] is True, answer

"""Choosing one of the slots that were shown is a yes, and nothing else is: whatever a model calls."""

import json
import uuid
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.conversation import Sender
from domain.events import DeliveryStatus
from domain.ids import TurnId
from tests.storage.rows import LID, customer, insert_booking, pet, reply

from .agreeing import ELEVEN, SHOWN, TEN, TOSA_AT_TEN, booked, offered, only_proposed, reminded
from .conftest import MONDAY, SAO_PAULO, Counter


async def test_choosing_a_slot_that_was_shown_is_a_yes(with_rex: Counter) -> None:
    """As in the seed's conversation: offered, shown, chosen, booked; by its time or by its code."""
    await offered(with_rex)
    await with_rex.says("Às 10h, por favor")
    assert (await with_rex.use("book_appointment", **TEN))["booking"]
    await with_rex.reply("Prontinho!")
    slots = await offered(with_rex, service_type="Tosa")
    await with_rex.says("11h")
    by_code = ELEVEN | {"service_type": "Tosa", "preferred_time": None, "slot_id": slots[1]["slot_id"]}
    assert slots[1]["time"] == "11:00"
    assert (await with_rex.use("book_appointment", **by_code))["booking"]
    assert await with_rex.count() == 2


async def test_what_the_customer_has_not_seen_is_not_chosen(with_rex: Counter) -> None:
    """Checked and booked in one turn; offered, but the reply named no time; named, but the message never went out."""
    await with_rex.says("Quero banho para o Rex amanhã às 10h")
    await with_rex.use("check_availability", date=MONDAY, service_type="Banho", pet_name="Rex")
    await only_proposed(with_rex, "book_appointment", TEN)
    await with_rex.reply("Temos vários horários amanhã! Das 9h às 18h. Qual você quer?")
    await with_rex.says("10h")
    await only_proposed(with_rex, "book_appointment", TEN)
    async with with_rex.turn() as turn:
        for moved_to in (None, DeliveryStatus.SENDING, DeliveryStatus.FAILED):
            await reply(turn.tenant, with_rex.shop, with_rex.customer, SHOWN, moved_to=moved_to)
    await with_rex.says("10h")
    await only_proposed(with_rex, "book_appointment", TEN)


NOT_TEN = [
    "Prefiro às 11h", "11h", "quanto custa?", "10h?", "tem às 10?", "não", "não quero mais", "às 10 não", "vou pensar",
    "Oi", "sim", "ok", "👍", "se não chover, às 10h", "pode ser amanhã?", "o primeiro", "o último", "10h ou 11h",
    "qualquer um", "depois te falo", "às 10h na terça", "quero cancelar", "10 reais?", "meu marido chega às 10",
]  # fmt: skip


async def test_another_word_chooses_nothing(with_rex: Counter) -> None:
    """Another time, a question, a refusal, a doubt, small talk: whatever slot the model then takes is only proposed."""
    for text in NOT_TEN:
        with_rex.turn_id = TurnId(uuid.uuid4())
        slots = await offered(with_rex)
        await with_rex.says(text)
        by_code = TEN | {"preferred_time": None, "slot_id": slots[1]["slot_id"]}
        for arguments in (TEN, by_code):
            outcome = await with_rex.call("book_appointment", json.dumps(arguments))
            assert (outcome.booking, outcome.proposal is not None) == (None, True), text
    with_rex.turn_id = TurnId(uuid.uuid4())
    await offered(with_rex)
    await with_rex.says("10h")
    assert (await with_rex.use("book_appointment", **TEN))["booking"]


async def test_silence_chooses_nothing(with_rex: Counter) -> None:
    """A turn that the customer did not begin books nothing; neither does a word from before the offer."""
    await with_rex.says("Quero às 10h")
    await offered(with_rex)
    await only_proposed(with_rex, "book_appointment", TEN)


async def test_an_expired_offer_is_not_chosen(with_rex: Counter) -> None:
    """Ten minutes later the same words are a wish, to be proposed; a code alone says that it expired."""
    (_, ten, *_) = await offered(with_rex)
    await with_rex.says("10h")
    late = replace(with_rex, now=with_rex.now + timedelta(minutes=10))
    refused = await late.use("book_appointment", **(TEN | {"preferred_time": None, "slot_id": ten["slot_id"]}))
    assert refused["error"] == "slot_expired"
    await only_proposed(late, "book_appointment", TEN)


@pytest.mark.parametrize("slot_id", ["deadbeef", "", " ", "1", "%", "0" * 40, "' or true --"])
async def test_an_invented_code_is_no_slot(with_rex: Counter, slot_id: str) -> None:
    """Without a time it is refused, with one it is that time, proposed; nothing is written."""
    await offered(with_rex)
    await with_rex.says("o das 10h")
    refused = await with_rex.use("book_appointment", **(TEN | {"preferred_time": None, "slot_id": slot_id}))
    assert refused["error"] == ("slot_expired" if slot_id.strip() else "time_required")
    await only_proposed(with_rex, "book_appointment", TEN | {"preferred_time": "16:00", "slot_id": slot_id})


async def test_another_conversations_offer_is_not_there(with_rex: Counter) -> None:
    """Its code is nobody's here, and what was shown there was not shown here."""
    async with with_rex.turn() as turn:
        neighbour = await customer(turn.tenant, with_rex.shop, LID)
        await pet(turn.tenant, with_rex.shop, neighbour.contact_id, "Thor")
    other = replace(with_rex, customer=neighbour)
    slots = await offered(other, pet_name="Thor")
    await with_rex.says("10h")
    refused = await with_rex.use("book_appointment", **(TEN | {"preferred_time": None, "slot_id": slots[1]["slot_id"]}))
    assert refused["error"] == "slot_expired"
    await only_proposed(with_rex, "book_appointment", TEN)


async def test_an_offer_is_of_its_service_and_its_pet(with_rex: Counter) -> None:
    """A time chosen for Rex's bath is none for a clip, nor for another pet, whose price and length may differ."""
    await with_rex.use("register_pet", name="Mimi", species="cat")
    await offered(with_rex)
    await with_rex.says("10h")
    await only_proposed(with_rex, "book_appointment", TOSA_AT_TEN)
    await only_proposed(with_rex, "book_appointment", TEN | {"pet_name": "Mimi"})


async def test_words_about_another_service_or_pet_choose_nothing(with_rex: Counter) -> None:
    """A time that was shown for Rex's bath, in a wish for something else: also for what the shop does not sell."""
    await with_rex.use("register_pet", name="Mimi", species="cat")
    for text in (
        "Quero agendar hotel para o Rex amanhã às 10h",
        "a tosa às 10h",
        "banho e tosa às 10h",
        "às 10h para a Mimi",
        "10h, vacina",
    ):
        with_rex.turn_id = TurnId(uuid.uuid4())
        await offered(with_rex)
        await with_rex.says(text)
        await only_proposed(with_rex, "book_appointment", TEN)
    with_rex.turn_id = TurnId(uuid.uuid4())
    await offered(with_rex)
    await with_rex.says("o banho do Rex às 10h")
    assert (await with_rex.use("book_appointment", **TEN))["booking"]


async def test_a_yes_that_names_another_service_or_pet_is_none(with_rex: Counter) -> None:
    """To a proposal, to a cancellation, to a reminder."""
    await with_rex.use("register_pet", name="Mimi", species="cat")
    for text in ("sim, a tosa", "pode marcar a consulta", "sim, para a Mimi", "confirmo o hotel"):
        await with_rex.propose("book_appointment", **TEN)
        await with_rex.says(text)
        await only_proposed(with_rex, "book_appointment", TEN)
    code = await booked(with_rex)
    for text in ("pode cancelar a tosa", "cancela o da Mimi"):
        with_rex.turn_id = TurnId(uuid.uuid4())
        await with_rex.propose("cancel_appointment", appointment_id=code)
        await with_rex.says(text)
        await only_proposed(with_rex, "cancel_appointment", {"appointment_id": code})
    for text in ("confirmo a vacina", "sim, a Mimi vai"):
        with_rex.turn_id = TurnId(uuid.uuid4())
        await reminded(with_rex, "Banho para Rex: amanhã, segunda-feira, 23/11, às 10:00.\nVocê confirma?")
        await with_rex.says(text)
        assert (await with_rex.use("confirm_appointment"))["error"] == "not_agreed"


async def test_a_time_that_two_services_share_is_the_one_that_was_just_offered(with_rex: Counter) -> None:
    """Bath times, then clip times, "10h": that is the clip; where both were offered at once it is neither."""
    await offered(with_rex)
    await with_rex.says("Na verdade quero tosa")
    await offered(with_rex, service_type="Tosa")
    await with_rex.says("10h")
    await only_proposed(with_rex, "book_appointment", TEN)
    await with_rex.reply("Para o Banho ou para a Tosa, às 10:00?")
    await with_rex.says("10h")
    await only_proposed(with_rex, "book_appointment", TOSA_AT_TEN)


async def test_the_clip_that_was_just_offered_is_booked(with_rex: Counter) -> None:
    """What was offered before of another service does not stand in the way of a clear choice."""
    await offered(with_rex)
    await with_rex.says("Na verdade quero tosa")
    await offered(with_rex, service_type="Tosa")
    await with_rex.says("10h")
    answer = await with_rex.use("book_appointment", **TOSA_AT_TEN)
    assert isinstance(answer["booking"], dict)
    assert answer["booking"]["service"] == "Tosa"


async def one_slot(counter: Counter, text: str) -> None:
    """The one slot of a day whose other hours are full is offered, at four in the afternoon."""
    async with counter.turn() as turn:
        people = await turn.tenant.fetch("select id from professionals")
        for one in people:
            for hour in (9, 10, 11, 12, 13, 14, 15, 17):
                await insert_booking(
                    turn.tenant,
                    counter.shop,
                    turn.contact_id,
                    start=datetime(2026, 11, 23, hour, tzinfo=SAO_PAULO),
                    professional=one["id"],
                )
    (slot,) = await offered(counter, text)
    assert slot["time"] == "16:00"


FOUR = TEN | {"preferred_time": "16:00"}


async def test_a_yes_takes_the_only_slot_that_was_offered(with_rex: Counter) -> None:
    """ "Só tenho às 16:00, pode ser?" answered "sim"."""
    await one_slot(with_rex, "Só tenho às 16:00, pode ser?")
    await with_rex.says("Sim!")
    assert (await with_rex.use("book_appointment", **FOUR))["booking"]


async def test_a_yes_to_something_else_takes_no_slot(with_rex: Counter) -> None:
    """To a reminder, to a person of the shop, to a later question of the assistant, to another proposal."""
    await one_slot(with_rex, "Só tenho às 16:00, pode ser?")
    for text, sender in (
        ("Oi! Banho para Rex: amanhã às 09:00. Você confirma?", Sender.SYSTEM),
        ("Aqui é a Ana, da loja. Você vem de carro?", Sender.HUMAN),
        ("Quer saber os preços também?", Sender.AI),
    ):
        with_rex.turn_id = TurnId(uuid.uuid4())
        await with_rex.reply(text, sender=sender)
        await with_rex.says("Sim")
        await only_proposed(with_rex, "book_appointment", FOUR)
    with_rex.turn_id = TurnId(uuid.uuid4())
    await with_rex.propose("book_appointment", **(TEN | {"preferred_date": "2026-11-24", "preferred_time": "16:00"}))
    await with_rex.says("Sim")
    await only_proposed(with_rex, "book_appointment", FOUR)


async def test_a_yes_to_a_reminder_at_the_same_hour_takes_no_slot(with_rex: Counter) -> None:
    """The reminder names four o'clock too, of another day: its yes is the reminder's."""
    await one_slot(with_rex, "Só tenho às 16:00, pode ser?")
    async with with_rex.turn() as turn:
        await insert_booking(
            turn.tenant,
            with_rex.shop,
            turn.contact_id,
            start=datetime(2026, 11, 25, 16, tzinfo=SAO_PAULO),
            service_name="Tosa",
        )
    await reminded(with_rex, "Lembrete: Tosa quarta-feira, às 16:00. Você confirma?")
    await with_rex.says("Sim")
    await only_proposed(with_rex, "book_appointment", FOUR)


async def test_a_place_in_a_list_is_of_the_list_that_was_shown_last(with_rex: Counter) -> None:
    """ "O primeiro", after Tuesday's hours, is not Monday's first."""
    await offered(with_rex)
    await with_rex.says("e na terça?")
    await offered(with_rex, "Na terça tenho 15:00 e 16:00.", date="2026-11-24", period="tarde")
    await with_rex.says("o primeiro")
    nine = TEN | {"preferred_time": "09:00"}
    await only_proposed(with_rex, "book_appointment", nine)
    await with_rex.reply("Qual horário você prefere?")
    await with_rex.says("o primeiro")
    await only_proposed(with_rex, "book_appointment", nine)


async def test_a_time_that_was_shown_may_be_chosen_a_message_later(with_rex: Counter) -> None:
    """An answer about prices between the offer and the choice takes nothing back."""
    await offered(with_rex)
    await with_rex.says("quanto custa?")
    await with_rex.reply("O banho custa R$ 50,00. Quer agendar?")
    await with_rex.says("sim, às 10h")
    assert (await with_rex.use("book_appointment", **TEN))["booking"]


async def test_a_slot_that_was_offered_for_a_move_makes_no_new_booking(with_rex: Counter) -> None:
    """It is the other booking's: a second one has to be proposed."""
    code = await booked(with_rex)
    await with_rex.use("check_availability", date=MONDAY, appointment_id=code)
    await with_rex.reply(SHOWN)
    await with_rex.says("11h")
    await only_proposed(with_rex, "book_appointment", ELEVEN | {"in_addition": True})

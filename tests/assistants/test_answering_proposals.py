"""What was proposed is booked on a yes to that very message, and on nothing else: whatever a model calls."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.conversation import Sender
from domain.events import DeliveryStatus, MessageKind
from domain.ids import TurnId
from tests.storage.rows import reply, wrote

from .agreeing import ELEVEN, TEN, TOSA_AT_TEN, booked, only_proposed
from .conftest import Counter


@pytest.mark.parametrize("text", ["Sim", "pode confirmar", "👍", "Sim, às 10h", "ok, amanhã"])
async def test_a_yes_to_the_proposal_books(with_rex: Counter, text: str) -> None:
    """And it alone: the row is what the summary said."""
    summary = await with_rex.propose("book_appointment", **TEN)
    assert all(fact in summary for fact in ("23/11", "10:00", "Rex", "Banho", "R$ 50,00"))
    assert await with_rex.count() == 0
    await with_rex.says(text)
    answer = await with_rex.use("book_appointment", **TEN)
    assert answer["booking"], answer
    assert await with_rex.count() == 1


NO_YES = [
    "Não", "não, obrigada", "quanto custa?", "sim, mas às 11h", "depois te falo", "sim?", "tem tosa?", "11h",
    "pode remarcar", "sim, na terça", "oi", "cancela",
]  # fmt: skip


async def test_no_and_doubt_book_nothing(with_rex: Counter) -> None:
    """The model may call again; it is asked again."""
    for text in NO_YES:
        await with_rex.propose("book_appointment", **TEN)
        await with_rex.says(text)
        outcome = await with_rex.call("book_appointment", json.dumps(TEN))
        assert (outcome.booking, outcome.proposal is not None) == (None, True), text
    assert await with_rex.count() == 0


async def test_a_yes_to_the_present_message_and_to_no_other(with_rex: Counter) -> None:
    """After a reminder, a person's message or another answer of the assistant, "sim" is to that."""
    for text, sender in (
        ("Lembrete: Tosa hoje às 15:00. Você confirma?", Sender.SYSTEM),
        ("Aqui é a Ana. Posso ligar para você?", Sender.HUMAN),
        ("Somos na Rua das Flores. Quer o mapa?", Sender.AI),
    ):
        await with_rex.propose("book_appointment", **TEN)
        await with_rex.reply(text, sender=sender)
        await with_rex.says("Sim")
        await only_proposed(with_rex, "book_appointment", TEN)


async def test_a_message_that_was_on_its_way_answers_nothing(with_rex: Counter) -> None:
    """What the customer had sent before our question went out, by the channel's clock, is no answer to it."""
    await with_rex.propose("book_appointment", **TEN)
    await with_rex.says("sim", sent_at=datetime.now(UTC) - timedelta(seconds=30))
    await only_proposed(with_rex, "book_appointment", TEN)


async def test_a_proposal_that_was_not_sent_is_not_answered(with_rex: Counter) -> None:
    """The message waits, or failed: a yes meanwhile is to whatever was sent before."""
    for moved_to in (None, DeliveryStatus.SENDING, DeliveryStatus.FAILED):
        await with_rex.reply("Quer agendar?")
        await only_proposed(with_rex, "book_appointment", TEN)
        async with with_rex.turn() as turn:
            await reply(turn.tenant, with_rex.shop, with_rex.customer, "…", turn_id=with_rex.turn_id, moved_to=moved_to)
        with_rex.turn_id = TurnId(uuid.uuid4())
        await with_rex.says("Sim")
        await only_proposed(with_rex, "book_appointment", TEN)


async def test_only_words_are_a_yes(with_rex: Counter) -> None:
    """The caption of a picture is not one."""
    await with_rex.propose("book_appointment", **TEN)
    async with with_rex.turn() as turn:
        await wrote(turn.tenant, with_rex.shop, with_rex.customer, "sim", kind=MessageKind.IMAGE)
    await only_proposed(with_rex, "book_appointment", TEN)


async def test_proposed_anew_the_first_is_void(with_rex: Counter) -> None:
    """Ten, then eleven, then "sim": eleven can be booked and ten cannot."""
    await with_rex.propose("book_appointment", **TEN)
    await with_rex.says("melhor às 11h")
    await with_rex.propose("book_appointment", **ELEVEN)
    await with_rex.says("Sim")
    assert (await with_rex.use("book_appointment", **ELEVEN))["booking"]
    await only_proposed(with_rex, "book_appointment", TEN | {"in_addition": True})
    assert await with_rex.count() == 1


async def test_a_wrong_call_after_the_yes_costs_a_question(with_rex: Counter) -> None:
    """The model asks for another hour than was agreed: that is proposed, and the yes is used up."""
    await with_rex.propose("book_appointment", **TEN)
    await with_rex.says("Sim")
    await only_proposed(with_rex, "book_appointment", ELEVEN)
    await only_proposed(with_rex, "book_appointment", TOSA_AT_TEN | {"preferred_time": "12:00"})
    assert await with_rex.count() == 0


async def test_an_expired_proposal_is_asked_again(with_rex: Counter) -> None:
    """After the hold a yes is too late for that slot; the question comes again."""
    await with_rex.propose("book_appointment", **TEN)
    await with_rex.says("Sim")
    late = replace(with_rex, now=with_rex.now + timedelta(minutes=10))
    await only_proposed(late, "book_appointment", TEN)


async def test_two_pets_and_one_yes(with_rex: Counter) -> None:
    """Both are put to the customer, each with its own summary, and one yes to both books both."""
    await with_rex.use("register_pet", name="Mimi", species="cat")
    both = (TEN, ELEVEN | {"pet_name": "Mimi"})
    shown = []
    for arguments in both:
        outcome = await with_rex.call("book_appointment", json.dumps(arguments))
        assert outcome.proposal is not None
        shown.append((outcome.proposal.pet, f"{outcome.proposal.start:%H:%M}"))
        assert outcome.slots == (outcome.proposal.start,)
        assert outcome.proposal.pet in json.loads(outcome.content)["proposed"]
    assert shown == [("Rex", "10:00"), ("Mimi", "11:00")]
    await with_rex.reply("Posso confirmar os dois?")
    await with_rex.says("Sim")
    for arguments in both:
        assert (await with_rex.use("book_appointment", **arguments))["booking"]
    assert await with_rex.count() == 2


async def test_two_pets_and_a_yes_to_one(with_rex: Counter) -> None:
    """ "Sim, às 10h" is the one at ten's."""
    await with_rex.use("register_pet", name="Mimi", species="cat")
    mimi = ELEVEN | {"pet_name": "Mimi"}
    await only_proposed(with_rex, "book_appointment", TEN)
    await with_rex.propose("book_appointment", **mimi)
    await with_rex.says("Sim, às 10h")
    await only_proposed(with_rex, "book_appointment", mimi)


async def test_two_pets_and_a_yes_to_one_by_name(with_rex: Counter) -> None:
    """ "Pode marcar o do Rex" books none for Mimi."""
    await with_rex.use("register_pet", name="Mimi", species="cat")
    mimi = ELEVEN | {"pet_name": "Mimi"}
    await only_proposed(with_rex, "book_appointment", TEN)
    await with_rex.propose("book_appointment", **mimi)
    await with_rex.says("pode marcar o do Rex")
    assert (await with_rex.use("book_appointment", **TEN))["booking"]
    await only_proposed(with_rex, "book_appointment", mimi)


async def test_two_matters_of_one_turn_are_both_shown(with_rex: Counter) -> None:
    """A cancellation beside a booking: each call answers with its own proposal."""
    code = await booked(with_rex)
    await only_proposed(with_rex, "book_appointment", TEN | {"service_type": "Tosa", "preferred_time": "15:00"})
    outcome = await with_rex.call("cancel_appointment", json.dumps({"appointment_id": code}))
    assert outcome.proposal is not None
    assert outcome.proposal.start is None
    assert outcome.proposal.summary(with_rex.now.date()).startswith("Posso cancelar?")

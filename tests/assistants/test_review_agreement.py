"""What happened between the question and the yes: another price, another order of sending, half a message."""

import json
import uuid
from decimal import Decimal

from domain.conversation import Sender
from domain.events import DeliveryStatus
from domain.ids import TurnId
from domain.services import Variant
from domain.shop import Size
from storage import outbox, services
from tests.storage import rows

from .agreeing import TEN, booked, only_proposed
from .conftest import Counter


async def test_a_price_that_changed_since_the_summary_is_asked_again(with_rex: Counter) -> None:
    """The customer said yes to R$ 50,00; the shop asks R$ 90,00 by then: that is proposed, and its own yes books it."""
    summary = await with_rex.propose("book_appointment", **TEN)
    assert "R$ 50,00" in summary
    async with with_rex.turn() as turn:
        await turn.tenant.execute("update services set price = 90 where name = 'Banho'")
    await with_rex.says("Sim")
    await only_proposed(with_rex, "book_appointment", TEN)
    assert "R$ 90,00" in await with_rex.propose("book_appointment", **TEN)
    await with_rex.says("Sim")
    assert (await with_rex.use("book_appointment", **TEN))["booking"]
    assert await with_rex.count("price = 90") == 1


async def test_a_pet_that_is_larger_than_the_summary_knew_is_asked_again(with_rex: Counter) -> None:
    """ "Sim, ele é gigante": its size costs more and takes longer than the customer was asked about."""
    await with_rex.propose("book_appointment", **TEN)
    async with with_rex.turn() as turn:
        bath = await rows.service(turn.tenant)
        giant = Variant(size=Size.GIGANTE, minutes=120, price=Decimal(150))
        await services.set_variant(turn.tenant, turn.organization.id, bath.id, giant)
    await with_rex.says("Sim")
    await with_rex.use("update_pet", pet_name="Rex", size="gigante")
    await only_proposed(with_rex, "book_appointment", TEN)


async def test_the_last_question_is_the_one_sent_last(with_rex: Counter) -> None:
    """A reminder that had waited for the shop's number goes out after "Posso cancelar?": "sim" is to the reminder."""
    code = await booked(with_rex)
    async with with_rex.turn() as turn:
        (reminder,) = await rows.reply(
            turn.tenant, with_rex.shop, with_rex.customer, "Lembrete: amanhã às 10:00.", sender=Sender.SYSTEM
        )
    await with_rex.propose("cancel_appointment", appointment_id=code)
    async with with_rex.turn() as turn:
        await turn.tenant.execute(
            "update messages set sent_at = sent_at - interval '1 minute' where sent_at is not null"
        )
        await outbox.mark_sent(turn.tenant, reminder, with_rex.shop.instance.id, uuid.uuid4().hex)
    await with_rex.says("Sim")
    await only_proposed(with_rex, "cancel_appointment", {"appointment_id": code})


async def test_half_a_message_asks_nothing(with_rex: Counter) -> None:
    """The shop's number went offline before the part with the summary: a yes is to the part that was sent."""
    outcome = await with_rex.call("book_appointment", json.dumps(TEN))
    assert outcome.proposal is not None
    async with with_rex.turn() as turn:
        first, second = await rows.reply(
            turn.tenant, with_rex.shop, with_rex.customer, "Claro!", "Posso confirmar?", turn_id=with_rex.turn_id
        )
        await outbox.mark_sent(turn.tenant, first, with_rex.shop.instance.id, uuid.uuid4().hex)
        await outbox.move(turn.tenant, second.id, to=DeliveryStatus.FAILED, error="não enviada: passou do prazo")
    with_rex.turn_id = TurnId(uuid.uuid4())
    await with_rex.says("Sim")
    await only_proposed(with_rex, "book_appointment", TEN)

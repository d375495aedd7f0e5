"""Letters: written with their cause, sent once, held while the number is away, given up when they are old news."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from temporalio.testing import TimeSkipper

from domain.conversation import HandoffReason, Sender
from domain.events import DeliveryStatus
from domain.ids import ContactId, LetterId, OwnerNumberId, ProactiveId, TurnId
from domain.letters import LetterPurpose, ProactiveType
from storage import contacts, conversations, letters, owners, proactive
from tests.engine import Engine
from tests.fakes.faults import Answer, Drop
from tests.shops import OWNER
from tests.storage.rows import reply
from tests.workflows.agenda_days import customer
from workflows.ids import letter_workflow_id

HOUR = timedelta(hours=1)


async def written(
    engine: Engine, contact_id: ContactId, text: str = "Olá!", *, lasts: timedelta = HOUR, invites: bool = False
) -> LetterId:
    """A letter to a customer, committed."""
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        return await letters.write(
            tenant,
            engine.shop.organization_id,
            contact_id,
            purpose=LetterPurpose.INVITATION if invites else LetterPurpose.MESSAGE,
            content=text,
            expires_at=datetime.now(UTC) + lasts,
        )


async def told_owner(engine: Engine, fingerprint: str = "one", *, lasts: timedelta = HOUR) -> ProactiveId | None:
    """A message to the shop's owner, committed."""
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        owner = await owner_number(engine)
        return await proactive.write(
            tenant,
            engine.shop.organization_id,
            owner,
            message_type=ProactiveType.DAILY_SUMMARY,
            content="Resumo do dia",
            fingerprint=fingerprint,
            scheduled_for=datetime.now(UTC),
            expires_at=datetime.now(UTC) + lasts,
        )


async def owner_number(engine: Engine) -> OwnerNumberId:
    """The shop's one owner."""
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        return (await owners.listed(tenant))[0].id


async def ended(engine: Engine, table: str = "letters") -> tuple[str, str | None]:
    """The one row's status and error, as soon as it has ended."""
    row = await engine.until_row(f"select status, error from {table} where status not in ('waiting', 'scheduled')")
    return row["status"], row["error"]


async def test_a_letter_goes_out_once(engine: Engine) -> None:
    """A row is all it takes: the customer is written to, once, though the provider hung up on the first try."""
    somebody = await customer(engine)
    engine.bridge.faults.next(Drop(after_sending=True))
    letter = await written(engine, somebody.contact_id)
    assert await ended(engine) == ("sent", None)
    await engine.temporal.get_workflow_handle(letter_workflow_id(letter)).result()
    assert [sent.text for sent in engine.bridge.record.sent] == ["Olá!"]
    assert [tuple(row) for row in await engine.rows("select turn_id, status, sender from messages where from_me")] == [
        (letter, "sent", "system")
    ]


async def test_a_letter_waits_for_the_number_and_no_longer_than_it_is_news(
    stepped_engine: Engine, skipper: TimeSkipper
) -> None:
    """Held while the shop's number is offline; past its age it is given up, and says so."""
    engine = stepped_engine
    somebody = await customer(engine)
    engine.bridge.connected = False
    letter = await written(engine, somebody.contact_id)
    handle = engine.temporal.get_workflow_handle(letter_workflow_id(letter))
    await engine.until_row("select 1 from messages where turn_id = $1 and status = 'pending'", letter)
    await skipper.fast_forward(handle, 2 * HOUR)
    assert await ended(engine) == ("failed", "passou do prazo")
    await handle.result()
    engine.bridge.connected = True
    assert engine.bridge.record.sent == []
    assert [row["status"] for row in await engine.rows("select status from messages where from_me")] == ["failed"]
    assert [row["kind"] for row in await engine.rows("select kind from alerts")] == ["reply_too_late"]


async def test_a_held_letter_goes_out_when_the_number_is_back(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """It is tried again by itself, and sent once."""
    engine = stepped_engine
    somebody = await customer(engine)
    engine.bridge.connected = False
    letter = await written(engine, somebody.contact_id)
    handle = engine.temporal.get_workflow_handle(letter_workflow_id(letter))
    await engine.until_row("select 1 from messages where turn_id = $1 and status = 'pending'", letter)
    engine.bridge.connected = True
    await skipper.fast_forward(handle, timedelta(minutes=3))
    assert await ended(engine) == ("sent", None)
    assert [sent.text for sent in engine.bridge.record.sent] == ["Olá!"]


async def test_a_number_that_comes_back_wakes_what_waits_for_it(engine: Engine) -> None:
    """A held letter goes out with the bridge's word that it is connected, not with its next try."""
    somebody = await customer(engine)
    engine.bridge.connected = False
    await engine.bridge.deliver("connection.update", {"connection": "close"})
    await engine.until_row("select 1 from whatsapp_instances where connection_state = 'close'")
    letter = await written(engine, somebody.contact_id)
    await engine.until_row("select 1 from messages where turn_id = $1 and status = 'pending'", letter)
    engine.bridge.connected = True
    await engine.bridge.deliver("connection.update", {"connection": "open"})
    assert await ended(engine) == ("sent", None)
    assert [sent.text for sent in engine.bridge.record.sent] == ["Olá!"]


async def test_an_invitation_is_not_for_who_wants_none(engine: Engine) -> None:
    """Somebody who opted out after it was written does not get it; what they booked they are still told."""
    somebody = await customer(engine)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await contacts.set_opted_out(tenant, somebody.contact_id, True)
    await written(engine, somebody.contact_id, "Vem?", invites=True)
    assert await ended(engine) == ("cancelled", "não quer convites")
    await written(engine, somebody.contact_id, "Seu banho mudou")
    assert await engine.replies(1) == ["Seu banho mudou"]


async def test_an_invitation_does_not_talk_over_a_person(engine: Engine) -> None:
    """While a person has the conversation no invitation is sent."""
    somebody = await customer(engine)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await conversations.hand_over(tenant, somebody.conversation_id, HandoffReason.ASKED_BY_MODEL)
    await written(engine, somebody.contact_id, "Vem?", invites=True)
    assert await ended(engine) == ("cancelled", "uma pessoa está atendendo")


async def test_who_never_wrote_cannot_be_written_to(engine: Engine) -> None:
    """A customer without a conversation: the letter says why it was not sent."""
    somebody = await customer(engine, has_written=False)
    await written(engine, somebody.contact_id)
    assert await ended(engine) == ("failed", "o cliente nunca escreveu para a loja")


async def test_an_owner_who_never_wrote_is_told_and_goes_on_in_that_conversation(engine: Engine) -> None:
    """What Aurora says unasked reaches a number that never wrote; the owner's answer joins the same conversation."""
    assert await told_owner(engine) is not None
    assert await engine.replies(1) == ["Resumo do dia"]
    assert engine.bridge.record.sent[0].to == f"{OWNER}@s.whatsapp.net"
    assert await ended(engine, "aurora_proactive_messages") == ("sent", None)
    await engine.says("Quantos clientes atendi hoje?", phone=OWNER)
    await engine.replies(2)
    found = await engine.rows("select audience, count(*) over () conversations from conversations")
    assert [tuple(row) for row in found] == [("owner", 1)]


async def test_the_same_occasion_is_told_once(engine: Engine) -> None:
    """A second message of the same fingerprint is none."""
    assert await told_owner(engine) is not None
    assert await told_owner(engine) is None
    await ended(engine, "aurora_proactive_messages")
    assert len(await engine.replies(1)) == 1
    assert len(await engine.rows("select 1 from aurora_proactive_messages")) == 1


async def test_who_is_an_owner_no_longer_is_not_told(engine: Engine) -> None:
    """A number that was taken away between the writing and the sending hears nothing of the shop's figures."""
    engine.bridge.connected = False
    assert await told_owner(engine) is not None
    await engine.until_row("select 1 from messages where status = 'pending'")
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await owners.deactivate(tenant, OWNER)
        await tenant.execute("update aurora_proactive_messages set status = status")  # its workflow looks again
    engine.bridge.connected = True
    assert await ended(engine, "aurora_proactive_messages") == ("cancelled", "não é mais dono nem gerente")
    assert engine.bridge.record.sent == []
    assert [row["status"] for row in await engine.rows("select status from messages where from_me")] == ["failed"]


async def test_letters_to_one_customer_arrive_in_their_order(engine: Engine) -> None:
    """The first is tried again after the provider was away, and the second, which corrects it, waits for it."""
    somebody = await customer(engine)
    engine.bridge.faults.next(Answer(503))
    await written(engine, somebody.contact_id, "Seu banho é às 11:00")
    await engine.bridge.record.wait_for_requests(1)
    await written(engine, somebody.contact_id, "Seu banho é às 12:00")
    assert await engine.replies(2) == ["Seu banho é às 11:00", "Seu banho é às 12:00"]


async def test_a_letter_that_was_refused_is_not_called_sent(engine: Engine) -> None:
    """A worker died after the channel's refusal was noted, and before the letter's end was: the next one ends it."""
    somebody = await customer(engine)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        letter = LetterId(uuid4())
        await reply(
            tenant,
            engine.shop,
            somebody,
            "Olá!",
            turn_id=TurnId(letter),
            sender=Sender.SYSTEM,
            moved_to=DeliveryStatus.FAILED,
        )
        await letters.write(
            tenant,
            engine.shop.organization_id,
            somebody.contact_id,
            purpose=LetterPurpose.MESSAGE,
            content="Olá!",
            expires_at=datetime.now(UTC) + HOUR,
            letter_id=letter,
        )
    assert await ended(engine) == ("failed", "o canal recusou")
    assert engine.bridge.record.sent == []

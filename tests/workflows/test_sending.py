"""The reply goes out once, in order, to the address that wrote; or waits; or is given up and shown."""

import asyncio

from pydantic import JsonValue

from tests.engine import Engine, upsert, whatsapp_message
from tests.fakes.faults import Answer, Drop, Hang
from tests.workflows.test_failures import waits_for_person
from tests.workflows.test_turns import finished, outbound


async def test_a_disconnected_number_holds_the_reply_and_sends_it_on_reconnection(engine: Engine) -> None:
    """The reply waits as a pending row, and goes out as soon as the provider says that the number is back."""
    engine.bridge.connected = False
    await engine.says("quanto custa o banho?")
    await engine.until_row("select 1 from messages where direction = 'outbound' and status = 'pending'")
    engine.bridge.connected = True
    await engine.bridge.deliver("connection.update", {"connection": "open"})
    assert "R$ 50,00" in (await engine.replies(1))[0]
    await finished(engine)
    assert await outbound(engine) == 1


async def test_a_number_that_stays_away_gives_the_reply_up(skipping_engine: Engine) -> None:
    """Past the shop's limit (skipped here) the reply is failed and shown to the operators, and never sent."""
    engine = skipping_engine
    await engine.rows("update organization_settings set outbound_limit_hours = 1 returning 1")
    engine.bridge.connected = False
    await engine.says("quanto custa o banho?")
    row = await engine.until_row(
        "select error from messages where direction = 'outbound' and status = 'failed'", timeout=60
    )
    assert "prazo" in row["error"]
    assert (await engine.until_row("select kind from alerts"))["kind"] == "reply_too_late"
    await finished(engine)
    engine.bridge.connected = True
    await engine.bridge.deliver("connection.update", {"connection": "open"})
    assert engine.bridge.record.sent == []


async def test_a_held_reply_does_not_talk_over_a_person(engine: Engine) -> None:
    """While the reply waits somebody answers on the shop's phone: it is dropped, and the person has the
    conversation."""
    engine.bridge.connected = False
    await engine.says("quanto custa o banho?")
    await engine.until_row("select 1 from messages where direction = 'outbound' and status = 'pending'")
    await engine.deliver(upsert(whatsapp_message({"conversation": "Oi, aqui é a Ana: são 50"}, from_me=True)))
    await engine.until_row("select 1 from messages where status = 'failed' and error like '%uma pessoa respondeu%'")
    await engine.until(lambda: waits_for_person(engine))
    engine.bridge.connected = True
    await engine.bridge.deliver("connection.update", {"connection": "open"})
    row = await engine.until_row("select handled_as from messages where direction = 'inbound'")
    assert row["handled_as"] == "human"
    assert engine.bridge.record.sent == []


async def test_a_message_that_arrives_while_the_reply_is_held_is_answered_too(engine: Engine) -> None:
    """Nothing is lost behind a held reply."""
    engine.bridge.connected = False
    await engine.says("quanto custa o banho?")
    await engine.until_row("select 1 from messages where direction = 'outbound' and status = 'pending'")
    await engine.says("quanto custa a tosa?")
    engine.bridge.connected = True
    await engine.bridge.deliver("connection.update", {"connection": "open"})
    sent = await engine.replies(2)
    assert "R$ 50,00" in sent[0]
    assert "R$ 90,00" in sent[1]


async def test_a_send_of_unknown_outcome_is_not_repeated_blindly(engine: Engine) -> None:
    """The connection drops after the message went out: the retry finds it, and the customer gets it once."""
    engine.bridge.faults.next(Drop(after_sending=True))
    await engine.says("oi")
    await engine.until_row("select 1 from messages where direction = 'outbound' and status = 'sent'")
    await finished(engine)
    assert len(engine.bridge.record.sent) == 1
    assert [request.method for request in engine.bridge.record.requests] == ["POST", "GET"]


async def test_an_echo_settles_a_send_of_unknown_outcome(engine: Engine) -> None:
    """The provider hangs after sending; its echo arrives meanwhile: the row is sent, and nothing is sent again."""
    engine.bridge.faults.next(Hang(after_sending=True))
    await engine.says("oi")
    sent = (await engine.bridge.record.wait_for_sent(1))[0]
    await engine.deliver(
        upsert(whatsapp_message({"conversation": sent.text}, from_me=True, message_id=sent.provider_id))
    )
    await engine.until_row("select 1 from messages where direction = 'outbound' and status = 'sent'")
    engine.bridge.faults.release()
    await finished(engine)
    assert len(engine.bridge.record.sent) == 1


async def test_a_channel_that_is_away_is_tried_again(engine: Engine) -> None:
    """429 and lost connections cost time, not the answer."""
    engine.bridge.faults.next(Answer(429, headers={"retry-after": "0.1"}), Drop())
    await engine.says("oi")
    await engine.replies(1)
    await finished(engine)
    assert await outbound(engine) == 1


async def test_a_refused_message_is_failed_and_shown(engine: Engine) -> None:
    """A number that is not on WhatsApp: the row says why, the operators know, the run ends well."""
    engine.bridge.faults.always = Answer(404, {"error": "not_on_whatsapp"})
    await engine.says("oi")
    row = await engine.until_row("select error from messages where direction = 'outbound' and status = 'failed'")
    assert row["error"].startswith("not_on_whatsapp")
    assert (await engine.until_row("select kind from alerts"))["kind"] == "send_refused"
    await finished(engine)


async def test_statuses_move_the_message_forward(engine: Engine) -> None:
    """Delivered and read arrive in any order; the row ends as read."""
    await engine.says("oi")
    sent = (await engine.bridge.record.wait_for_sent(1))[0]
    await finished(engine)
    for status in (4, 2, 3):
        key: JsonValue = {"remoteJid": sent.to, "fromMe": True, "id": sent.provider_id}
        await engine.bridge.deliver("messages.update", [{"key": key, "update": {"status": status}}])
    await engine.until_row("select 1 from messages where direction = 'outbound' and status = 'read'")


async def test_a_message_that_was_taken_and_not_delivered_is_shown(engine: Engine) -> None:
    """Accepted is not delivered: a failure that is reported later marks the row, and the operators are told."""
    await engine.says("oi")
    sent = (await engine.bridge.record.wait_for_sent(1))[0]
    await finished(engine)
    key: JsonValue = {"remoteJid": sent.to, "fromMe": True, "id": sent.provider_id}
    await engine.bridge.deliver("messages.update", [{"key": key, "update": {"status": 0}}])
    await engine.until_row("select 1 from messages where direction = 'outbound' and status = 'failed'")
    assert (await engine.until_row("select kind from alerts"))["kind"] == "delivery_failed"


async def test_defect_09_the_answer_goes_to_the_address_that_wrote(engine: Engine) -> None:
    """A `@lid` sender is answered at the lid, device and all made-up numbers aside."""
    message = whatsapp_message(
        {"conversation": "oi"}, jid="123456789012345:3@lid", remoteJidAlt="5511999990001@s.whatsapp.net"
    )
    await engine.deliver(upsert(message))
    sent = (await engine.bridge.record.wait_for_sent(1))[0]
    assert sent.to == "123456789012345@lid"


async def test_many_customers_at_once_get_their_own_answers(engine: Engine) -> None:
    """Forty customers write at the same time: forty answers, each to its own."""
    phones = [f"55119777{number:05d}" for number in range(40)]
    await asyncio.gather(*(engine.says("oi", phone=phone) for phone in phones))
    sent = await engine.bridge.record.wait_for_sent(40, timeout=60)
    assert sorted(one.to for one in sent) == sorted(f"{phone}@s.whatsapp.net" for phone in phones)

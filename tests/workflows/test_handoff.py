"""A person takes over, has the conversation, and gives it back."""

from datetime import UTC, datetime

from dev.practice_model.faults import Fault, FaultKind
from storage import conversations
from tests.engine import Engine, upsert, whatsapp_message
from tests.shops import OWNER
from tests.workflows.test_failures import conversation_status, waits_for_person
from tests.workflows.test_turns import finished, outbound
from workflows import contracts
from workflows.contracts import Release


async def recorded(engine: Engine, text: str) -> None:
    """Wait until a message of that text is in the database."""
    await engine.until_row("select 1 from messages where content = $1", text)


async def hand_over(engine: Engine) -> None:
    """A customer asks for a person, and a person has the conversation."""
    await engine.says("quero falar com uma pessoa")
    assert "pessoa da equipe" in (await engine.replies(1))[0]
    await engine.until(lambda: waits_for_person(engine))


async def release(engine: Engine) -> None:
    """A person gives the conversation back."""
    handle = engine.temporal.get_workflow_handle(engine.workflow_id())
    await handle.signal(contracts.RELEASE, Release(by="teste"))


async def test_defect_08_the_bot_is_silent_while_a_person_has_the_conversation(engine: Engine) -> None:
    """After the escalation messages are recorded in the same conversation, and nobody talks over the person."""
    await hand_over(engine)
    for line in ("alguém aí?", "é urgente"):
        await engine.says(line)
    await recorded(engine, "é urgente")
    assert await outbound(engine) == 1
    assert await conversation_status(engine) == "waiting_human"
    turns = await engine.rows("select count(distinct turn_id) from messages where direction = 'outbound'")
    assert turns[0][0] == 1


async def test_after_the_release_what_nobody_answered_is_answered(engine: Engine) -> None:
    """The AI comes back, knows what was said, and answers what waited."""
    await hand_over(engine)
    await engine.says("quanto custa o banho?")
    await recorded(engine, "quanto custa o banho?")
    await release(engine)
    assert "R$ 50,00" in (await engine.replies(2))[1]
    await finished(engine)
    assert await conversation_status(engine) == "active"


async def test_long_messages_survive_the_hand_over_whole(engine: Engine) -> None:
    """Forty messages of 60,000 characters wait for a person: they are given back, and none is cut in the database."""
    await hand_over(engine)
    texts = [f"{number} {'x' * 60_000}" for number in range(40)]
    for text in texts:
        await engine.says(text)
    await recorded(engine, texts[-1])
    await release(engine)
    await engine.replies(2, timeout=40)
    rows = await engine.rows(
        "select content from messages where direction = 'inbound' and content like '%xxx%' order by seq"
    )
    assert [row["content"] for row in rows] == texts


async def test_a_release_with_nothing_unanswered_just_ends(engine: Engine) -> None:
    """The conversation is the AI's again; nothing is said until the customer writes."""
    await hand_over(engine)
    await release(engine)
    await finished(engine)
    assert await conversation_status(engine) == "active"
    assert await outbound(engine) == 1
    await engine.says("quanto custa o banho?")
    assert "R$ 50,00" in (await engine.replies(2))[1]


async def test_who_waits_and_why_can_be_asked(engine: Engine) -> None:
    """The workflow says in Portuguese what it waits for, without personal data."""
    await hand_over(engine)
    answer = await engine.temporal.get_workflow_handle(engine.workflow_id()).query("waiting_for")
    assert answer == "A assistente chamou uma pessoa, até alguém devolver à IA; 0 mensagem(ns) sem resposta"


async def test_somebody_who_answers_on_the_phone_has_the_conversation(engine: Engine) -> None:
    """A message typed on the shop's phone silences the AI and answers what was waiting."""
    await engine.says("oi")
    await engine.replies(1)
    await finished(engine)
    typed = whatsapp_message({"conversation": "Oi! Aqui é a Ana, já te ajudo."}, from_me=True)
    await engine.deliver(upsert(typed))
    await engine.until(lambda: waits_for_person(engine))
    await engine.says("obrigada, Ana")
    await recorded(engine, "obrigada, Ana")
    assert await outbound_by_ai(engine) == 1
    row = await engine.until_row("select sender, direction, status from messages where content like 'Oi! Aqui%'")
    assert tuple(row) == ("phone", "outbound", "sent")


async def test_a_message_from_the_phone_to_the_owner_silences_nobody(engine: Engine) -> None:
    """The shop's people write to the owner, too: the turn it interrupts goes on, and Aurora answers."""
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=2))
    await engine.says("Quantos clientes atendi hoje?", phone=OWNER)
    await engine.until(lambda: _called(engine))
    await engine.deliver(upsert(whatsapp_message({"conversation": "Chefe, acabou o xampu"}, phone=OWNER, from_me=True)))
    assert len(await engine.replies(1)) == 1
    await finished(engine, OWNER)
    assert (await engine.until_row("select handled_as from messages where content like 'Quantos%'"))[0] == "answered"
    row = await engine.until_row(
        "select sender, audience, c.status from messages m join conversations c on"
        " c.id = m.conversation_id where m.content like 'Chefe%'"
    )
    assert tuple(row) == ("phone", "owner", "active")


async def outbound_by_ai(engine: Engine) -> int:
    """How many messages the AI wrote."""
    count: int = (await engine.rows("select count(*) from messages where sender = 'ai'"))[0][0]
    return count


async def test_an_answer_on_the_phone_stops_the_turn_in_flight(engine: Engine) -> None:
    """Somebody answers while the model thinks: the model's answer is not sent."""
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=30))
    await engine.says("oi")
    await engine.until(lambda: _called(engine))
    await engine.deliver(upsert(whatsapp_message({"conversation": "Oi, aqui é a Ana"}, from_me=True)))
    await engine.until(lambda: waits_for_person(engine))
    assert await outbound_by_ai(engine) == 0
    row = await engine.until_row("select handled_as from messages where content = 'oi'")
    assert row["handled_as"] == "human"


async def _called(engine: Engine) -> bool:
    return engine.model.calls.count > 0


async def test_the_echo_of_our_own_send_is_no_person(engine: Engine) -> None:
    """WhatsApp reports our messages back; even before the send call returns that is no hand-over."""
    await engine.says("oi")
    await engine.bridge.record.wait_for_sent(1)
    sent = engine.bridge.record.sent[0]
    echo = whatsapp_message({"conversation": sent.text}, from_me=True, message_id=sent.provider_id)
    response = await engine.deliver(upsert(echo))
    assert response.json() == {"accepted": 0, "ignored": {"own_echo": 1}, "kept": 0}
    await finished(engine)
    assert await conversation_status(engine) == "active"


async def test_the_ai_comes_back_when_the_phone_has_been_quiet(skipping_engine: Engine) -> None:
    """After the quiet time (an hour, skipped here) the conversation is the AI's again."""
    engine = skipping_engine
    await engine.says("oi")
    await engine.replies(1)
    await finished(engine)
    await engine.deliver(upsert(whatsapp_message({"conversation": "Oi, aqui é a Ana"}, from_me=True)))
    await engine.until_row("select 1 from messages where sender = 'phone'")
    await finished(engine)
    assert await conversation_status(engine) == "active"
    await engine.says("quanto custa o banho?")
    assert "R$ 50,00" in (await engine.replies(2))[1]


async def test_defect_08_ai_disabled_in_a_conversation_is_honoured(engine: Engine) -> None:
    """`ai_enabled = false` silences the AI; the message is recorded for people."""
    await engine.says("oi")
    await engine.replies(1)
    await finished(engine)
    row = await engine.until_row("select id from conversations")
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await conversations.set_ai_enabled(tenant, row["id"], False)
    await engine.says("quanto custa o banho?")
    row = await engine.until_row(
        "select handled_as from messages where content like 'quanto%' and handled_as is not null"
    )
    assert row["handled_as"] == "recorded"
    await finished(engine)
    assert await outbound(engine) == 1


async def test_ai_disabled_in_the_shop_is_honoured(engine: Engine) -> None:
    """The shop's own switch silences it everywhere."""
    await engine.rows("update organization_settings set ai_enabled = false returning 1")
    await engine.says("oi")
    row = await engine.until_row("select handled_as from messages where handled_as is not null")
    assert row["handled_as"] == "recorded"
    assert engine.model.calls.count == 0


async def test_messages_during_the_switch_are_not_lost(engine: Engine) -> None:
    """Messages that arrive while the conversation passes to a person and back are all recorded, in order."""
    await engine.says("quero falar com uma pessoa")
    texts = [f"linha {number}" for number in range(30)]
    for number, text in enumerate(texts):
        await engine.says(text)
        if number == 15:
            await engine.until(lambda: waits_for_person(engine))
            await release(engine)
    await recorded(engine, texts[-1])
    rows = await engine.rows("select content from messages where content like 'linha%' order by seq")
    assert [row["content"] for row in rows] == texts


async def test_an_emergency_wakes_people_and_promises_nothing_false(engine: Engine) -> None:
    """An emergency goes to a person at once."""
    await engine.says("socorro, meu cachorro Rex está sangrando muito")
    assert "pessoa da equipe" in (await engine.replies(1))[0]
    assert await conversation_status(engine) == "waiting_human"
    row = await engine.until_row("select handoff_since from conversations")
    assert abs((datetime.now(UTC) - row["handoff_since"]).total_seconds()) < 60

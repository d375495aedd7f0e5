"""What people, the shop's phone and the channel do at the same moment: nothing is lost, nothing is answered twice."""

from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import EventType

from tests.engine import Engine, upsert, whatsapp_message
from tests.fakes.faults import Answer
from tests.storage.rows import until_somebody_waits
from tests.workflows.test_failures import waits_for_person
from tests.workflows.test_handoff import hand_over, recorded, release
from tests.workflows.test_turns import finished


async def on_the_phone(engine: Engine, text: str, *, sent_at: datetime | None = None) -> None:
    """Somebody types on the shop's phone."""
    await engine.deliver(upsert(whatsapp_message({"conversation": text}, from_me=True, sent_at=sent_at)))


async def handled(engine: Engine, text: str) -> str | None:
    """What became of a message."""
    value: str | None = (await engine.until_row("select handled_as from messages where content = $1", text))[0]
    return value


async def test_a_channel_that_wants_to_wait_past_the_limit_gives_the_reply_up(engine: Engine) -> None:
    """A retry that would come too late is none: the reply is failed and shown, and the run ends well."""
    await engine.rows("update organization_settings set outbound_limit_hours = 1 returning 1")
    engine.bridge.faults.always = Answer(429, headers={"retry-after": "7200"})
    await engine.says("oi")
    await engine.until_row("select 1 from alerts")
    assert [tuple(row) for row in await engine.rows("select kind from alerts")] == [("reply_too_late",)]
    await finished(engine)
    row = await engine.until_row("select status from messages where direction = 'outbound'")
    assert row["status"] == "failed"


async def test_what_the_phone_answered_before_we_looked_is_not_answered_again(settling_engine: Engine) -> None:
    """The customer writes, and somebody answers while the burst settles: her message is answered, and stands first."""
    engine = settling_engine
    now = datetime.now(UTC)
    await engine.says("quanto custa o banho?", sent_at=now - timedelta(seconds=5))
    await on_the_phone(engine, "R$ 50, aqui é a Ana", sent_at=now - timedelta(seconds=3))
    await engine.until(lambda: waits_for_person(engine))
    await recorded(engine, "quanto custa o banho?")
    assert await handled(engine, "quanto custa o banho?") == "human"
    rows = await engine.rows("select sender from messages order by seq")
    assert [row["sender"] for row in rows] == ["customer", "phone"]
    await release(engine)
    await finished(engine)
    assert engine.bridge.record.sent == []


async def test_what_came_after_the_phones_answer_still_waits(settling_engine: Engine) -> None:
    """An answer on the phone answers what was written before it, not what the customer wrote afterwards."""
    engine = settling_engine
    now = datetime.now(UTC)
    await hand_over(engine)
    # Both reach us in the wrong order, as after a reconnection.
    await engine.says("quanto custa o banho?", sent_at=now + timedelta(seconds=4))
    await recorded(engine, "quanto custa o banho?")
    await on_the_phone(engine, "Oi, aqui é a Ana", sent_at=now + timedelta(seconds=2))
    await recorded(engine, "Oi, aqui é a Ana")
    assert await handled(engine, "quanto custa o banho?") is None
    await release(engine)
    await engine.replies(2)
    await finished(engine)
    assert await handled(engine, "quanto custa o banho?") == "answered"


async def test_a_phone_message_during_the_giving_back_is_not_lost(engine: Engine) -> None:
    """The database is slow to give the conversation back; somebody types meanwhile, and has the conversation again."""
    await hand_over(engine)
    handle = engine.temporal.get_workflow_handle(engine.workflow_id())
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await tenant.execute("select 1 from conversations for update")
        await release(engine)
        await until_somebody_waits(tenant)
        await on_the_phone(engine, "Oi, aqui é a Ana")

        async def seen_by_the_workflow() -> bool:
            events = (await handle.fetch_history()).events
            kinds = [event.event_type for event in events]
            signals = [n for n, kind in enumerate(kinds) if kind == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED]
            return len(signals) == 2 and EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED in kinds[signals[-1] :]

        await engine.until(seen_by_the_workflow)
    await recorded(engine, "Oi, aqui é a Ana")
    await engine.until(lambda: waits_for_person(engine))


async def test_long_messages_that_arrive_while_it_is_handed_over_survive(engine: Engine) -> None:
    """More text than a payload of Temporal may have waits behind the reply that hands over: it is all recorded."""
    engine.bridge.connected = False
    await engine.says("quero falar com uma pessoa")
    await engine.until_row("select 1 from messages where direction = 'outbound' and status = 'pending'")
    texts = [f"{number} {'x' * 60_000}" for number in range(40)]
    for text in texts:
        await engine.says(text)
    engine.bridge.connected = True
    await engine.bridge.deliver("connection.update", {"connection": "open"})
    await recorded(engine, texts[-1])
    rows = await engine.rows("select content from messages where content like '%xxx%' order by seq")
    assert [row["content"] for row in rows] == texts

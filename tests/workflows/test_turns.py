"""A turn: bursts, messages that arrive while the model thinks, redeliveries."""

import asyncio
from datetime import UTC, datetime, timedelta

from dev.practice_model.faults import Fault, FaultKind
from tests.engine import Engine, upsert, whatsapp_message
from tests.shops import CUSTOMER

COUNT_OUTBOUND = "select count(*) from messages where direction = 'outbound'"


async def outbound(engine: Engine) -> int:
    """How many messages the shop's rows say it wrote."""
    count: int = (await engine.rows(COUNT_OUTBOUND))[0][0]
    return count


async def finished(engine: Engine, phone: str = CUSTOMER) -> None:
    """Wait until the conversation's workflow has ended."""
    await engine.temporal.get_workflow_handle(engine.workflow_id(phone)).result()


async def test_a_burst_is_answered_once(settling_engine: Engine) -> None:
    """Three lines in a hurry get one answer that has read all three."""
    for line in ("oi", "tudo bem?", "quanto custa o banho?"):
        await settling_engine.says(line)
    assert "R$ 50,00" in (await settling_engine.replies(1))[0]
    await finished(settling_engine)
    assert await outbound(settling_engine) == 1
    handled = await settling_engine.rows("select handled_as from messages where direction = 'inbound'")
    assert [row["handled_as"] for row in handled] == ["answered"] * 3
    assert settling_engine.model.calls.count == 1


async def test_an_endless_burst_is_answered_all_the_same(settling_engine: Engine) -> None:
    """Somebody who never stops typing waits five seconds at most."""
    typing = asyncio.create_task(_type_on(settling_engine))
    try:
        await settling_engine.replies(1, timeout=15)
    finally:
        typing.cancel()


async def _type_on(engine: Engine) -> None:
    while True:
        await engine.says("e mais uma coisa")
        await asyncio.sleep(0.3)


async def test_lines_of_a_burst_are_read_in_the_order_they_were_written(settling_engine: Engine) -> None:
    """The channel's time decides the order inside a burst, not the order of delivery."""
    now = datetime.now(UTC)
    second = whatsapp_message({"conversation": "segunda linha"}, sent_at=now)
    first = whatsapp_message({"conversation": "primeira linha"}, sent_at=now - timedelta(seconds=5))
    await settling_engine.deliver(upsert(second, first))
    await settling_engine.replies(1)
    rows = await settling_engine.rows("select content from messages where direction = 'inbound' order by seq")
    assert [row["content"] for row in rows] == ["primeira linha", "segunda linha"]


async def test_a_message_that_overtakes_the_model_joins_the_turn(engine: Engine) -> None:
    """While the model thinks about the first line a second one comes: one answer, to both; the stale call is
    dropped."""
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=30))
    await engine.says("oi")
    await engine.until(lambda: _called(engine, 1))
    await engine.says("quanto custa a tosa?")
    assert "R$ 90,00" in (await engine.replies(1))[0]
    await finished(engine)
    assert await outbound(engine) == 1
    await engine.until_row("select 1 from ai_interactions where status = 'cancelled'")
    statuses = await engine.rows("select round, status from ai_interactions order by round")
    assert [tuple(row) for row in statuses] == [(1, "cancelled"), (2, "ok")]


async def _called(engine: Engine, times: int) -> bool:
    return engine.model.calls.count >= times


async def test_defect_07_tool_effects_of_an_overtaken_turn_are_made_once(engine: Engine) -> None:
    """The pet is registered, then a new message overtakes the next call: still one pet, one booking, one answer."""
    await engine.says("Quero agendar consulta geral amanhã de manhã para meu cachorro Rex")
    assert "- 10:00" in (await engine.replies(1))[0]
    await finished(engine)
    await engine.says("10h está ótimo. É um Golden Retriever de 3 anos.", message_id="CHOICE")
    await engine.until_row("select 1 from tool_calls where name = 'register_pet'")
    await engine.says("obrigado!")
    await engine.until_row("select 1 from messages where content = 'obrigado!' and handled_as = 'answered'")
    await finished(engine)
    assert (await engine.rows("select count(*) from pets"))[0][0] == 1
    assert (await engine.rows("select count(*) from bookings"))[0][0] == 1
    calls = await engine.rows("select name from tool_calls where name = 'book_appointment'")
    assert len(calls) == 1


async def test_a_redelivery_of_an_answered_message_is_not_answered_again(engine: Engine) -> None:
    """Evolution API may deliver an upsert twice; the second finds its row."""
    await engine.says("oi", message_id="TWICE")
    await engine.replies(1)
    await finished(engine)
    answer = await engine.says("oi", message_id="TWICE")
    assert answer.status_code == 200
    await finished(engine)
    assert await outbound(engine) == 1
    assert engine.model.calls.count == 1


async def test_a_redelivery_while_the_model_thinks_disturbs_nothing(engine: Engine) -> None:
    """The same message again is no news: the call in flight goes on, and is the only one."""
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=1))
    await engine.says("oi", message_id="TWICE")
    await engine.until(lambda: _called(engine, 1))
    await engine.says("oi", message_id="TWICE")
    await engine.replies(1)
    await finished(engine)
    assert engine.model.calls.count == 1
    assert await outbound(engine) == 1


async def test_defect_07_a_message_delivered_ten_times_at_once_is_answered_once(engine: Engine) -> None:
    """Ten deliveries of one message race: one row, one answer."""
    message = upsert(whatsapp_message({"conversation": "oi"}, message_id="TEN"))
    await asyncio.gather(*(engine.deliver(message) for _ in range(10)))
    await engine.replies(1)
    await finished(engine)
    assert await outbound(engine) == 1
    assert (await engine.rows("select count(*) from messages where direction = 'inbound'"))[0][0] == 1


async def test_defect_03_check_then_book_in_one_turn(engine: Engine) -> None:
    """The model may look at the agenda and book in the same turn: several tool rounds."""
    await engine.says("Quero agendar consulta geral amanhã às 10h para meu cachorro Rex")
    replies = await engine.replies(1)
    await finished(engine)
    if "Agendamento confirmado" not in replies[0]:
        await engine.says("pode ser às 10h mesmo")
        await engine.replies(2)
    rounds = await engine.rows("select turn_id, max(round) last from ai_interactions group by turn_id")
    assert max(row["last"] for row in rounds) >= 2
    assert (await engine.rows("select count(*) from bookings"))[0][0] == 1


async def test_messages_of_a_finished_turn_are_the_next_turn(engine: Engine) -> None:
    """Fifteen messages one after another are all answered or joined, none is lost, and the order holds."""
    for number in range(15):
        await engine.says(f"mensagem {number}")
    await engine.until(lambda: _all_handled(engine, 15))
    rows = await engine.rows("select content from messages where direction = 'inbound' order by seq")
    assert [row["content"] for row in rows] == [f"mensagem {number}" for number in range(15)]


async def _all_handled(engine: Engine, count: int) -> bool:
    rows = await engine.rows("select handled_as from messages where direction = 'inbound'")
    return len(rows) == count and all(row["handled_as"] == "answered" for row in rows)

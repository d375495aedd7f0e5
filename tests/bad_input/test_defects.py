"""Defects of the system before ours, by their number in the list of them, that ours is not to have."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from domain.replies import LATE_PREFIX
from tests.bad_input.conftest import Asked
from tests.engine import Engine, upsert, whatsapp_message
from tests.shops import CUSTOMER


async def test_defect_01_text_after_message_context_info_is_read(engine: Engine, asked: Asked) -> None:
    """`messageContextInfo` as the first key hides no text."""
    content: dict[str, JsonValue] = {
        "messageContextInfo": {"deviceListMetadataVersion": 2},
        "conversation": "Quanto custa o banho?",
    }
    await engine.deliver(upsert(whatsapp_message(content)))
    assert "R$ 50,00" in (await engine.replies(1))[0]
    assert asked.last_words() == "Quanto custa o banho?"


async def test_defect_09_a_lid_sender_is_answered_at_the_lid(engine: Engine) -> None:
    """No number is made of a privacy id: the answer goes to the address that wrote, and the phone beside it is kept."""
    lid = "111222333444555@lid"
    message = whatsapp_message({"conversation": "Oi"}, jid=lid, senderPn=f"{CUSTOMER}@s.whatsapp.net")
    await engine.deliver(upsert(message))
    await engine.deliver(upsert(whatsapp_message({"conversation": "Oi"}, jid="999888777666555@lid")))
    await engine.replies(2)
    assert {sent.to for sent in engine.bridge.record.sent} == {lid, "999888777666555@lid"}
    phones = {row["phone"] for row in await engine.rows("select phone from contacts")}
    assert phones == {CUSTOMER, None}


async def test_defect_09_a_group_is_not_answered(engine: Engine) -> None:
    """Neither in the group nor at a number made of its id."""
    group = whatsapp_message(
        {"conversation": "Oi"}, jid="5511999990001-1600000000@g.us", participant=f"{CUSTOMER}@s.whatsapp.net"
    )
    assert (await engine.deliver(upsert(group))).json()["ignored"] == {"group": 1}
    await engine.says("Oi", phone="5511999990002")
    await engine.replies(1)
    assert [sent.to for sent in engine.bridge.record.sent] == ["5511999990002@s.whatsapp.net"]


async def test_defect_10_what_was_queued_while_the_socket_was_down_is_answered(engine: Engine) -> None:
    """`append` is taken like `notify`, with a word about the delay when it is old."""
    written_at = datetime.now(UTC) - timedelta(hours=2)
    late = whatsapp_message({"conversation": "Quanto custa o banho?"}, sent_at=written_at)
    assert (await engine.deliver(upsert(late, late=True))).json()["accepted"] == 1
    (reply,) = await engine.replies(1)
    assert reply.startswith(LATE_PREFIX)
    assert "R$ 50,00" in reply
    assert (await engine.until_row("select late from messages where direction = 'inbound'"))["late"] is True


async def test_defect_11_a_customers_messages_never_run_in_parallel(engine: Engine) -> None:
    """Ten messages at once, with and without the ninth digit, are one contact, one conversation, one run at a time."""
    phones = (CUSTOMER, CUSTOMER[:4] + CUSTOMER[5:])
    await asyncio.gather(*(engine.says(f"Mensagem {n}", phone=phones[n % 2]) for n in range(10)))
    await engine.until_row("select 1 from messages where direction = 'inbound' having count(handled_as) = 10")
    assert len(await engine.rows("select 1 from contacts")) == 1
    assert len(await engine.rows("select 1 from conversations")) == 1
    handle = engine.temporal.get_workflow_handle(engine.workflow_id())
    await handle.result()
    query = f"WorkflowId = '{engine.workflow_id()}'"

    async def all_listed() -> bool:
        closed = [run async for run in engine.temporal.list_workflows(query) if run.close_time is not None]
        runs = sorted(closed, key=lambda run: run.start_time)
        if not runs or runs[-1].run_id != (await handle.describe()).run_id:
            return False
        for before, after in itertools.pairwise(runs):
            assert before.close_time is not None
            assert before.close_time <= after.start_time
        return True

    await engine.until(all_listed)

"""What is late is answered with a word about it; what is too late is only recorded; what loops is stopped."""

from datetime import UTC, datetime, timedelta

from domain.replies import LATE_PREFIX
from tests.engine import Engine, upsert, whatsapp_message
from tests.shops import OWNER
from tests.workflows.test_failures import conversation_status, waits_for_person
from tests.workflows.test_turns import finished, outbound


async def test_defect_10_what_arrives_after_a_reconnection_is_answered_with_an_apology(engine: Engine) -> None:
    """`append` brings a message of an hour ago: it is answered, and the answer says sorry for the delay."""
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    await engine.deliver(
        upsert(whatsapp_message({"conversation": "quanto custa o banho?"}, sent_at=an_hour_ago), late=True)
    )
    reply = (await engine.replies(1))[0]
    assert reply.startswith(LATE_PREFIX)
    assert "R$ 50,00" in reply
    assert (await engine.rows("select late from messages where direction = 'inbound'"))[0]["late"]


async def test_an_append_that_is_fresh_needs_no_apology(engine: Engine) -> None:
    """A reconnection of a few seconds is not worth a word."""
    await engine.deliver(upsert(whatsapp_message({"conversation": "oi"}), late=True))
    assert LATE_PREFIX not in (await engine.replies(1))[0]


async def test_what_is_too_old_is_recorded_and_shown_to_the_operators(engine: Engine) -> None:
    """Thirteen hours later no answer makes sense: a row, an alert, silence."""
    long_ago = datetime.now(UTC) - timedelta(hours=13)
    await engine.says("vocês abrem hoje?", sent_at=long_ago)
    row = await engine.until_row("select handled_as from messages where handled_as is not null")
    assert row["handled_as"] == "too_late"
    assert (await engine.until_row("select kind from alerts"))["kind"] == "message_too_late"
    await finished(engine)
    assert await outbound(engine) == 0
    assert engine.model.calls.count == 0


async def test_two_programs_do_not_talk_for_ever(engine: Engine) -> None:
    """After twenty answers in ten minutes the AI is silent for the contact, and a person is asked to look."""
    await engine.rows("update organization_settings set loop_limit = 5 returning 1")
    for number in range(5):
        await engine.says(f"mensagem automática {number}")
        await engine.replies(number + 1)
        await finished(engine)
    await engine.says("mensagem automática 5")
    await engine.until(lambda: waits_for_person(engine))
    assert await conversation_status(engine) == "waiting_human"
    assert await outbound(engine) == 5
    assert (await engine.until_row("select kind from alerts"))["kind"] == "loop_suspected"


async def test_an_owner_is_not_talked_to_for_ever_either(engine: Engine) -> None:
    """Past three times the limit Aurora is silent and operators know; the owner's conversation stays with her."""
    await engine.rows("update organization_settings set loop_limit = 1 returning 1")
    for number in range(3):
        await engine.says(f"oi {number}", phone=OWNER)
        await engine.replies(number + 1)
        await finished(engine, OWNER)
    await engine.says("oi de novo", phone=OWNER)
    assert (await engine.until_row("select kind from alerts"))["kind"] == "loop_suspected"
    await finished(engine, OWNER)
    assert await outbound(engine) == 3
    assert (await engine.until_row("select status from conversations"))["status"] == "active"


async def test_the_limit_of_the_loop_breaker_is_twenty(engine: Engine) -> None:
    """The default of the shop's setting is what DESIGN says."""
    row = await engine.until_row(
        "select loop_limit, loop_window_minutes, answer_limit_hours from organization_settings"
    )
    assert tuple(row) == (20, 10, 12)

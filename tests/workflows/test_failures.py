"""DESIGN section 3, line by line: what fails, and what happens then."""

import re
import time

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError

from activities.sending import Sending
from dev.postgres import DatabaseUrls
from dev.practice_model.faults import Fault, FaultKind
from domain import replies
from tests.engine import Engine
from tests.outage import database_outage
from tests.shops import CUSTOMER, OWNER
from tests.workflows.test_turns import finished


async def conversation_status(engine: Engine) -> str:
    """The state of the only conversation."""
    rows = await engine.rows("select status from conversations")
    assert len(rows) == 1
    status: str = rows[0]["status"]
    return status


async def waits_for_person(engine: Engine, phone: str = CUSTOMER) -> bool:
    """Whether the conversation runs as HandoffWorkflow."""
    description = await engine.temporal.get_workflow_handle(engine.workflow_id(phone)).describe()
    return description.workflow_type == "HandoffWorkflow"


async def test_a_rate_limit_is_waited_for_as_the_server_asks(engine: Engine) -> None:
    """429 with `retry-after: 1` is tried again after a second; one row keeps both attempts."""
    engine.model.faults.add(Fault(kind=FaultKind.RATE_LIMIT, retry_after="1"))
    began = time.monotonic()
    await engine.says("oi")
    await engine.replies(1)
    assert time.monotonic() - began >= 1
    await finished(engine)
    rows = await engine.rows("select status, attempts from ai_interactions")
    assert [tuple(row) for row in rows] == [("ok", 2)]


async def test_a_server_error_is_tried_again(engine: Engine) -> None:
    """A single 500 costs the customer two seconds, not the answer."""
    engine.model.faults.add(Fault(kind=FaultKind.SERVER_ERROR))
    await engine.says("oi")
    await engine.replies(1)
    assert await conversation_status(engine) == "active"


@pytest.mark.parametrize("kind", [FaultKind.BAD_JSON, FaultKind.EMPTY])
async def test_an_answer_that_is_none_is_asked_for_again(engine: Engine, kind: FaultKind) -> None:
    """A 200 that holds nothing readable is no answer."""
    engine.model.faults.add(Fault(kind=kind))
    await engine.says("oi")
    await engine.replies(1)
    rows = await engine.rows("select status, attempts from ai_interactions")
    assert [tuple(row) for row in rows] == [("ok", 2)]


async def test_defect_06_a_model_that_fails_leads_to_a_person(engine: Engine) -> None:
    """After four tries: the fallback goes out, the error is kept, an alert is raised, a person has the conversation."""
    engine.model.faults.add(Fault(kind=FaultKind.RATE_LIMIT, retry_after="0.05", times=4))
    await engine.says("oi")
    assert await engine.replies(1) == [replies.MODEL_FAILED_CUSTOMER]
    assert engine.model.calls.count == 4
    assert await conversation_status(engine) == "waiting_human"
    row = await engine.until_row("select status, attempts, error_message from ai_interactions")
    assert (row["status"], row["attempts"]) == ("error", 4)
    assert "429" in row["error_message"]
    assert (await engine.until_row("select kind from alerts"))["kind"] == "model_failure"
    await engine.until(lambda: waits_for_person(engine))


async def test_a_timeout_is_a_failure_like_another(engine: Engine) -> None:
    """A model that takes the request and never answers is given up after the timeout and asked again."""
    engine.model.faults.add(Fault(kind=FaultKind.TIMEOUT))
    await engine.says("oi")
    await engine.replies(1, timeout=30)
    rows = await engine.rows("select status, attempts from ai_interactions")
    assert [tuple(row) for row in rows] == [("ok", 2)]


async def test_a_request_the_model_refuses_is_not_repeated(engine: Engine) -> None:
    """400 will be 400 the next time too: the customer gets a person at once."""
    engine.model.faults.add(Fault(kind=FaultKind.CONTEXT_LENGTH))
    await engine.says("oi")
    assert await engine.replies(1) == [replies.MODEL_FAILED_CUSTOMER]
    assert engine.model.calls.count == 1


async def test_the_owner_gets_a_frank_word_when_the_model_fails(engine: Engine) -> None:
    """Aurora's failure hands nobody over: the owner is told, and may ask again."""
    engine.model.faults.add(Fault(kind=FaultKind.CONTEXT_LENGTH))
    await engine.says("Quantos clientes atendi hoje?", phone=OWNER)
    assert await engine.replies(1) == [replies.MODEL_FAILED_OWNER]
    assert await conversation_status(engine) == "active"


async def test_an_unknown_tool_is_answered_and_the_turn_goes_on(engine: Engine) -> None:
    """The model is told that the tool does not exist, and answers all the same."""
    engine.model.faults.add(Fault(kind=FaultKind.UNKNOWN_TOOL))
    await engine.says("quanto custa o banho?")
    await engine.replies(1)
    row = await engine.until_row("select name, outcome ->> 'content' content from tool_calls")
    assert row["name"] == "delete_all_customers"
    assert "unknown_tool" in row["content"]


async def test_broken_arguments_are_answered_and_nothing_is_written(engine: Engine) -> None:
    """Arguments that are no JSON come back as `bad_arguments`."""
    engine.model.faults.add(Fault(kind=FaultKind.BROKEN_ARGUMENTS, tool="register_pet", arguments='{"name": "Re'))
    await engine.says("quanto custa o banho?")
    await engine.replies(1)
    row = await engine.until_row("select outcome ->> 'content' content from tool_calls")
    assert "bad_arguments" in row["content"]
    assert (await engine.rows("select count(*) from pets"))[0][0] == 0


async def test_an_invented_booking_never_reaches_the_customer(engine: Engine) -> None:
    """The model claims a booking that no tool made: it is asked again, and tells the truth."""
    engine.model.faults.add(Fault(kind=FaultKind.INVENTED_BOOKING))
    await engine.says("oi")
    sent = await engine.replies(1)
    assert "confirmado" not in sent[0]
    await finished(engine)
    assert len(await engine.rows("select 1 from messages where direction = 'outbound'")) == 1
    assert (await engine.rows("select count(*) from bookings"))[0][0] == 0


async def test_an_invented_handover_never_reaches_the_customer(engine: Engine) -> None:
    """ "Já transferi você" is not said when nobody was called."""
    engine.model.faults.add(Fault(kind=FaultKind.INVENTED_HANDOVER))
    await engine.says("oi")
    assert "transferi" not in (await engine.replies(1))[0]
    assert await conversation_status(engine) == "active"


@pytest.mark.parametrize(
    "invented",
    [
        "O banho custa R$ 35,00. Quer agendar?",
        "Amanhã tenho às 14:20. Pode ser?",
        "Prontinho, cancelei o seu horário de amanhã!",
    ],
)
async def test_what_no_row_supports_never_reaches_the_customer(engine: Engine, invented: str) -> None:
    """An invented price, time or cancellation is caught, and the model is asked again."""
    engine.model.faults.add(Fault(kind=FaultKind.SAYS, text=invented))
    await engine.says("quanto custa o banho?")
    sent = await engine.replies(1)
    assert invented not in sent[0]
    assert not re.search(r"\d", sent[0].replace("R$ 50,00", ""))
    assert engine.model.calls.count == 2
    await finished(engine)
    assert len(await engine.rows("select 1 from messages where direction = 'outbound'")) == 1


async def test_a_true_price_and_a_true_time_are_said_at_once(engine: Engine) -> None:
    """What rows support is not asked again: one call of the model."""
    engine.model.faults.add(Fault(kind=FaultKind.SAYS, text="O banho custa R$ 50,00. Abrimos das 9h às 18h. 🐾"))
    await engine.says("quanto custa o banho?")
    assert await engine.replies(1) == ["O banho custa R$ 50,00. Abrimos das 9h às 18h. 🐾"]
    assert engine.model.calls.count == 1


async def test_a_model_that_insists_on_inventing_is_replaced_by_a_person(engine: Engine) -> None:
    """Asked again twice it still claims: the customer gets the truth and a person."""
    engine.model.faults.add(Fault(kind=FaultKind.INVENTED_BOOKING, times=3))
    await engine.says("oi")
    assert await engine.replies(1) == [replies.NOT_CERTAIN]
    assert await conversation_status(engine) == "waiting_human"


async def test_a_model_that_never_stops_calling_tools_is_ended(engine: Engine) -> None:
    """A round limit ends loops; then a person has the conversation."""
    engine.model.faults.add(Fault(kind=FaultKind.UNKNOWN_TOOL, times=50))
    await engine.says("oi")
    assert await engine.replies(1) == [replies.NOT_CERTAIN]
    assert engine.model.calls.count == 10
    row = await engine.until_row("select handoff_reason from conversations")
    assert row["handoff_reason"].startswith("too_many_rounds")


async def test_what_nobody_foresaw_becomes_a_dead_letter(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in a step fails the run after three tries; the message is kept whole and the operators are told."""

    async def broken(*_: object, **__: object) -> None:
        raise KeyError("nobody foresaw this")

    monkeypatch.setattr(Sending, "_send", broken)
    await engine.says("oi, tudo bem?")
    handle = engine.temporal.get_workflow_handle(engine.workflow_id())
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    assert (await handle.describe()).status is WorkflowExecutionStatus.FAILED
    letter = await engine.until_row("select * from dead_letters")
    assert "oi, tudo bem?" in letter["payload"]
    assert "KeyError" in letter["error"]
    assert letter["workflow_id"] == engine.workflow_id()
    assert (await engine.until_row("select kind from alerts"))["kind"] == "dead_letter"


async def test_after_a_dead_letter_the_next_message_is_answered(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed run leaves the conversation open for the next."""
    with monkeypatch.context() as broken:
        broken.setattr(Sending, "_send", None)
        await engine.says("oi")
        with pytest.raises(WorkflowFailureError):
            await finished(engine)
    await engine.says("quanto custa o banho?")
    assert "R$ 50,00" in (await engine.replies(1))[0]


async def test_a_database_that_is_away_is_waited_for(engine: Engine, database_urls: DatabaseUrls) -> None:
    """The database goes away while the model thinks: nothing is dropped, and the answer comes when it is back."""
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=1))
    await engine.says("quanto custa o banho?")
    await engine.until(lambda: _called(engine))
    async with database_outage(database_urls):
        await engine.until(lambda: _retrying(engine))
    assert "R$ 50,00" in (await engine.replies(1, timeout=40))[0]
    await finished(engine)
    assert len(await engine.rows("select 1 from messages where direction = 'outbound'")) == 1


async def _called(engine: Engine) -> bool:
    return engine.model.calls.count > 0


async def _retrying(engine: Engine) -> bool:
    description = await engine.temporal.get_workflow_handle(engine.workflow_id()).describe()
    return any(pending.attempt > 1 for pending in description.raw_description.pending_activities)

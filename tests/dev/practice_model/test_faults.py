"""The failures that the practice model plays, as the real client meets them."""

import asyncio
import json
import time

import httpx
import openai
import pytest
from openai import AsyncOpenAI

from dev.practice_model.completions import INVENTED_BOOKING, INVENTED_HANDOVER, UNKNOWN_TOOL
from dev.practice_model.faults import Fault, FaultKind
from dev.practice_model.running import RunningModel, running_practice_model

from .conftest import Talk


async def test_a_timeout_is_the_clients_and_ends_with_it(model: RunningModel, client: AsyncOpenAI, talk: Talk) -> None:
    """The request is taken and not answered; once the client has given up, the model answers as before."""
    model.faults.add(Fault(kind=FaultKind.TIMEOUT))
    talk.client = client.with_options(timeout=0.3)
    talk.history.append({"role": "user", "content": "oi"})
    with pytest.raises(openai.APITimeoutError):
        await talk.ask()
    talk.client = client
    assert (await talk.ask()).choices[0].message.content


async def test_a_waiting_request_does_not_hold_up_the_end() -> None:
    """Stopping the model ends a request that waits on purpose, at once, with 503."""
    async with running_practice_model() as model:
        model.faults.add(Fault(kind=FaultKind.TIMEOUT))
        client = AsyncOpenAI(base_url=model.base_url, api_key="treino", max_retries=0, timeout=30)
        talk = Talk(client, history=[{"role": "user", "content": "oi"}])
        waiting = asyncio.create_task(talk.ask())
        while not model.calls.count:
            await asyncio.sleep(0.005)
        stopped_at = time.monotonic()
    assert time.monotonic() - stopped_at < 3
    with pytest.raises(openai.InternalServerError) as failure:
        await waiting
    assert failure.value.status_code == 503
    await client.close()


async def test_slow_answers_properly_but_late(model: RunningModel, talk: Talk) -> None:
    """After the seconds asked for comes the answer that would have come."""
    model.faults.add(Fault(kind=FaultKind.SLOW, seconds=0.2))
    started = time.monotonic()
    assert "Como posso ajudar?" in await talk.say("oi")
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize("retry_after", ["2", "Sun, 22 Nov 2026 12:00:00 GMT", None])
async def test_a_rate_limit_says_when_to_come_back(model: RunningModel, talk: Talk, retry_after: str | None) -> None:
    """429 with OpenAI's body, and `retry-after` in seconds, as a date, or left out."""
    model.faults.add(Fault(kind=FaultKind.RATE_LIMIT, retry_after=retry_after))
    with pytest.raises(openai.RateLimitError) as failure:
        await talk.say("oi")
    assert failure.value.code == "rate_limit_exceeded"
    assert failure.value.response.headers.get("retry-after") == retry_after
    assert failure.value.request_id


async def test_server_errors_come_as_often_as_told(model: RunningModel, talk: Talk) -> None:
    """Two times 500, then the answer."""
    model.faults.add(Fault(kind=FaultKind.SERVER_ERROR, times=2))
    talk.history.append({"role": "user", "content": "oi"})
    for _ in range(2):
        with pytest.raises(openai.InternalServerError):
            await talk.ask()
    assert (await talk.ask()).choices[0].message.content
    assert [call.fault for call in model.calls.listed().calls] == ["server_error", "server_error", None]


async def test_a_context_that_is_too_long(model: RunningModel, talk: Talk) -> None:
    """400 with the code that OpenAI uses."""
    model.faults.add(Fault(kind=FaultKind.CONTEXT_LENGTH))
    with pytest.raises(openai.BadRequestError) as failure:
        await talk.say("oi")
    assert (failure.value.code, failure.value.param) == ("context_length_exceeded", "messages")


async def test_a_body_that_is_not_json(model: RunningModel, talk: Talk) -> None:
    """200 with broken JSON: the client has no error of its own for it, so the JSON parser's comes through."""
    model.faults.add(Fault(kind=FaultKind.BAD_JSON))
    with pytest.raises(json.JSONDecodeError):
        await talk.say("oi")


async def test_an_empty_answer(model: RunningModel, talk: Talk) -> None:
    """Neither text nor tool calls."""
    model.faults.add(Fault(kind=FaultKind.EMPTY))
    talk.history.append({"role": "user", "content": "oi"})
    choice = (await talk.ask()).choices[0]
    assert (choice.message.content, choice.message.tool_calls, choice.finish_reason) == (None, None, "stop")


async def test_an_unknown_tool_then_the_proper_answer(model: RunningModel, talk: Talk) -> None:
    """It calls what nobody offered; told so, it goes on as if nothing had been."""
    model.faults.add(Fault(kind=FaultKind.UNKNOWN_TOOL))
    talk.executors[UNKNOWN_TOOL] = lambda _: {"ok": False, "error": "unknown_tool", "message": "Não existe."}
    assert "- 09:00" in await talk.say("banho amanhã de manhã")
    assert talk.tool_names == [UNKNOWN_TOOL, "check_availability"]


@pytest.mark.parametrize(
    ("arguments", "sent"), [(None, '{"date": "2026-'), ("[1, 2]", "[1, 2]"), ('{"date": 7}', '{"date": 7}')]
)
async def test_broken_arguments_then_proper_ones(
    model: RunningModel, talk: Talk, arguments: str | None, sent: str
) -> None:
    """Cut off JSON, or any text a test wants; told so, it calls properly."""
    model.faults.add(Fault(kind=FaultKind.BROKEN_ARGUMENTS, tool="check_availability", arguments=arguments))
    refused = {"ok": False, "error": "invalid_arguments", "message": "Argumentos inválidos."}
    talk.history.append({"role": "user", "content": "banho amanhã de manhã"})
    call = (await talk.ask()).choices[0].message.tool_calls
    assert call is not None
    assert call[0].type == "function"
    assert call[0].function.arguments == sent
    talk.history += [
        {
            "role": "assistant",
            "tool_calls": [
                {"id": call[0].id, "type": "function", "function": {"name": "check_availability", "arguments": sent}}
            ],
        },
        {"role": "tool", "tool_call_id": call[0].id, "content": json.dumps(refused)},
    ]
    assert "- 09:00" in await talk.say()
    asked = {"date": "2026-11-23", "service_type": "Banho", "period": "manhã"}
    assert talk.used == [("check_availability", asked)]


@pytest.mark.parametrize(
    ("kind", "text"),
    [(FaultKind.INVENTED_BOOKING, INVENTED_BOOKING), (FaultKind.INVENTED_HANDOVER, INVENTED_HANDOVER)],
)
async def test_claims_without_a_tool(model: RunningModel, talk: Talk, kind: FaultKind, text: str) -> None:
    """It says that something was done which was not."""
    model.faults.add(Fault(kind=kind))
    assert await talk.say("oi") == text
    assert talk.used == []


async def test_a_fault_waits_for_the_message_it_is_meant_for(model: RunningModel, talk: Talk) -> None:
    """With `contains`, other messages are answered properly, and the fault stays."""
    model.faults.add(Fault(kind=FaultKind.SERVER_ERROR, contains="TROVÃO"))
    await talk.say("oi")
    assert len(model.faults.waiting()) == 1
    with pytest.raises(openai.InternalServerError):
        await talk.say("que trovão!")
    assert model.faults.waiting() == ()


async def test_faults_are_set_listed_and_cleared_over_http(http: httpx.AsyncClient) -> None:
    """The demo, another process, sets them by POST."""
    created = await http.post("/practice/faults", json={"kind": "rate_limit", "times": 2, "retry_after": "2"})
    assert created.status_code == 201
    waiting = (await http.get("/practice/faults")).json()["faults"]
    assert [(fault["kind"], fault["times"], fault["retry_after"]) for fault in waiting] == [("rate_limit", 2, "2")]
    assert (await http.delete("/practice/faults")).status_code == 204
    assert (await http.get("/practice/faults")).json() == {"faults": []}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "earthquake"},
        {"kind": "slow", "seconds": 601},
        {"kind": "empty", "times": 0},
        {"kind": "rate_limit", "retry_after": "2\r\nx: y"},
        {"kind": "empty", "surplus": 1},
        {},
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(http: httpx.AsyncClient, fault: dict[str, str | int]) -> None:
    """400 in OpenAI's shape, and nothing is set."""
    refused = await http.post("/practice/faults", json=fault)
    assert refused.status_code == 400
    assert refused.json()["error"]["type"] == "invalid_request_error"
    assert (await http.get("/practice/faults")).json() == {"faults": []}

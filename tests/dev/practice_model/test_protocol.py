"""The Chat Completions protocol: what the client gets, and what a wrong request gets."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import openai
import pytest
from openai import AsyncOpenAI

from dev.practice_model.completions import INSTANT_TEXT
from dev.practice_model.running import running_practice_model
from dev.practice_model.server import MAX_BODY

from .conftest import Talk

COMPLETIONS = "/v1/chat/completions"
USER = {"role": "user", "content": "oi"}
CALLING = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "register_pet", "arguments": "{}"}}],
}


async def test_an_answer_has_all_that_the_protocol_promises(talk: Talk) -> None:
    """Id, time, the model asked for, finish reason, usage that adds up, and a request id."""
    talk.history.append({"role": "user", "content": "oi"})
    answer = await talk.ask()
    assert answer.id.startswith("chatcmpl-")
    assert answer.object == "chat.completion"
    assert answer.created > 1_700_000_000
    assert answer.model == "gpt-4o-mini"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer.usage.prompt_tokens > 100
    assert answer._request_id


async def test_models_are_listed(client: AsyncOpenAI) -> None:
    """The usual two names, owned by nobody but the practice model."""
    listed = await client.models.list()
    assert {card.id for card in listed.data} == {"gpt-4o-mini", "gpt-4o"}
    assert {card.owned_by for card in listed.data} == {"modelo-de-treino"}


async def test_a_wrong_key_is_refused(client: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    """The key "invalid", and none at all, are 401."""
    with pytest.raises(openai.AuthenticationError) as failure:
        await client.with_options(api_key="invalid").models.list()
    assert failure.value.code == "invalid_api_key"
    answer = await http.post(COMPLETIONS, json={"model": "m", "messages": [USER]}, headers={"authorization": ""})
    assert answer.status_code == 401


async def test_no_tool_is_called_when_the_request_says_none(client: AsyncOpenAI, talk: Talk) -> None:
    """`tool_choice: none` leaves words only, and none of them claims anything."""
    answer = await client.chat.completions.create(
        model="m",
        messages=[
            {"role": "system", "content": talk.prompt},
            {"role": "user", "content": "quero falar com um atendente"},
        ],
        tools=[{"type": "function", "function": {"name": "escalate_to_human"}}],
        tool_choice="none",
    )
    assert answer.choices[0].message.tool_calls is None
    assert "não consigo chamar" in (answer.choices[0].message.content or "")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": [USER]}, "model"),
        ({"model": "m"}, "messages"),
        ({"model": "m", "messages": []}, "messages"),
        ({"model": "m", "messages": [{"role": "robot", "content": "oi"}]}, "messages[0].role"),
        ({"model": "m", "messages": [USER], "stream": True}, "stream"),
        ({"model": "m", "messages": [USER], "n": 2}, "n"),
        ({"model": "m", "messages": [USER], "tool_choice": "required"}, "tool_choice"),
        ({"model": "m", "messages": [USER, CALLING, USER]}, None),
        ({"model": "m", "messages": [USER, {"role": "tool", "tool_call_id": "x", "content": "{}"}]}, None),
        ({"model": "m", "messages": [{"role": "user", "content": None}]}, None),
        ([], None),
    ],
)
async def test_a_wrong_request_is_refused_as_openai_does(
    http: httpx.AsyncClient, body: dict[str, object], param: str | None
) -> None:
    """400 with an error that names the parameter; among them histories whose tool calls have no result."""
    answer = await http.post(COMPLETIONS, json=body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert error["message"]
    assert answer.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 200_000, b'{"model": "\\ud800"}'])
async def test_what_is_not_json_is_refused(http: httpx.AsyncClient, body: bytes) -> None:
    """Cut off, not text, nested without end: 400."""
    answer = await http.post(COMPLETIONS, content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_a_body_without_end_is_not_read(http: httpx.AsyncClient) -> None:
    """Beyond the limit it is 413, announced or not."""
    announced = await http.post(COMPLETIONS, content=b" " * (MAX_BODY + 1))
    assert (announced.status_code, announced.json()["error"]["code"]) == (413, "request_too_large")

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY // 65_536 + 1):
            yield b" " * 65_536

    assert (await http.post(COMPLETIONS, content=pieces())).status_code == 413


async def test_calls_are_counted_without_what_they_say(http: httpx.AsyncClient, talk: Talk) -> None:
    """Number, model, messages and tools of each call; DELETE counts anew."""
    await talk.say("segredo")
    listed = await http.get("/practice/calls")
    assert listed.json() == {
        "count": 1,
        "calls": [{"model": "gpt-4o-mini", "messages": 2, "tools": list(talk.tools), "fault": None}],
    }
    assert "segredo" not in listed.text
    await http.delete("/practice/calls")
    assert (await http.get("/practice/calls")).json() == {"count": 0, "calls": []}


async def test_other_paths_fail_in_openais_shape(http: httpx.AsyncClient) -> None:
    """404 and 405 have the error body too."""
    for method, path, status in (("GET", "/v1/nothing", 404), ("GET", COMPLETIONS, 405)):
        answer = await http.request(method, path)
        assert answer.status_code == status
        assert answer.json()["error"]["message"]


async def test_the_instant_mode_has_no_rules() -> None:
    """For benchmarks every conversation gets the same greeting."""
    async with (
        running_practice_model(instant=True) as model,
        AsyncOpenAI(base_url=model.base_url, api_key="x", max_retries=0) as client,
    ):
        assert await Talk(client).say("quero falar com um atendente") == INSTANT_TEXT
        assert model.calls.count == 1


async def test_it_answers_at_once(http: httpx.AsyncClient) -> None:
    """No answer waits for a delayed acknowledgement (40 ms): the quickest of ten shows it on any machine."""
    took: list[float] = []
    for _ in range(10):
        started = time.perf_counter()
        await http.post(COMPLETIONS, json={"model": "m", "messages": [USER]})
        took.append(time.perf_counter() - started)
    assert min(took) < 0.03


async def test_two_models_side_by_side_know_nothing_of_each_other() -> None:
    """Each has its own port, faults and calls."""
    async with running_practice_model() as one, running_practice_model() as other:
        async with AsyncOpenAI(base_url=one.base_url, api_key="x", max_retries=0) as client:
            await Talk(client).say("oi")
        assert (one.calls.count, other.calls.count) == (1, 0)


async def test_it_runs_as_a_process_of_its_own() -> None:
    """`python -m dev.practice_model` becomes healthy on the port it is given, and ends on SIGTERM."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dev.practice_model", "--host", "127.0.0.1", "--port", str(port),
        cwd=Path(__file__).parents[3], env=dict(os.environ),
    )  # fmt: skip
    try:
        async with asyncio.timeout(30), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            while True:
                try:
                    health = await http.get("/health")
                    break
                except httpx.ConnectError:
                    assert process.returncode is None
                    await asyncio.sleep(0.05)
        assert health.json() == {"status": "ok"}
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()

"""Every way the model's server fails becomes one of our errors, named by who reacts."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, SecretStr

from assistants.model import ChatModel, _retry_after
from assistants.team import toolbox
from dev.ports import Ports
from dev.practice_model.completions import UNKNOWN_TOOL
from dev.practice_model.faults import Fault, FaultKind
from dev.practice_model.running import RunningModel, running_practice_model
from domain.conversation import AgentType
from domain.errors import ModelRefused, ModelUnavailable
from domain.model import ModelAnswer, ToolRequest

TOOLS = toolbox(AgentType.CLIENT_AI).schemas()


@pytest.fixture
async def server() -> AsyncIterator[RunningModel]:
    """A practice model of the test's own."""
    async with running_practice_model() as running:
        yield running


@pytest.fixture
async def model(server: RunningModel) -> AsyncIterator[ChatModel]:
    """The adapter, over real HTTP."""
    connected = ChatModel.connect(api_key=SecretStr("treino"), base_url=server.base_url, timeout_seconds=5)
    yield connected
    await connected.close()


async def ask(model: ChatModel) -> ModelAnswer:
    """One question."""
    return await model.answer(model="gpt-4o-mini", messages=[{"role": "user", "content": "oi"}], tools=TOOLS)


async def test_an_answer(model: ChatModel) -> None:
    """The text, and what it cost."""
    answer = await ask(model)
    assert "Como posso ajudar?" in answer.text
    assert (answer.model, answer.tool_requests) == ("gpt-4o-mini", ())
    assert answer.prompt_tokens > 0
    assert answer.completion_tokens > 0


async def test_tools_that_are_asked_for(server: RunningModel, model: ChatModel) -> None:
    """As the model wrote them, however wrong; and no tools at all can be offered."""
    server.faults.add(Fault(kind=FaultKind.UNKNOWN_TOOL))
    server.faults.add(Fault(kind=FaultKind.BROKEN_ARGUMENTS, tool="register_pet", arguments="{quebrado"))
    (unknown,) = (await ask(model)).tool_requests
    (broken,) = (await ask(model)).tool_requests
    assert unknown.name == UNKNOWN_TOOL
    assert (broken.name, broken.arguments) == ("register_pet", "{quebrado")
    assert (await model.answer(model="m", messages=[{"role": "user", "content": "oi"}], tools=[])).text


async def test_defect_06_a_failure_is_never_an_answer(server: RunningModel) -> None:
    """A server that takes the question and says nothing is given up, to be tried again."""
    impatient = ChatModel.connect(api_key=SecretStr("treino"), base_url=server.base_url, timeout_seconds=0.2)
    server.faults.add(Fault(kind=FaultKind.TIMEOUT))
    with pytest.raises(ModelUnavailable, match="in time"):
        await ask(impatient)
    assert (await ask(impatient)).text
    await impatient.close()


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.BAD_JSON, FaultKind.EMPTY])
async def test_what_another_try_may_mend(server: RunningModel, model: ChatModel, kind: FaultKind) -> None:
    """500, a 200 that is no JSON, an answer of nothing: asked once, by us not again."""
    server.faults.add(Fault(kind=kind))
    with pytest.raises(ModelUnavailable) as failure:
        await ask(model)
    assert (failure.value.retry_after, failure.value.rate_limited) == (None, False)
    assert server.calls.count == 1


@pytest.mark.parametrize(
    ("header", "seconds"), [("2", 2.0), ("0.5", 0.5), (None, None), ("soon", None), ("99999", 300.0)]
)
async def test_a_rate_limit_says_when_to_come_back(
    server: RunningModel, model: ChatModel, header: str | None, seconds: float | None
) -> None:
    """429 with its `retry-after`, at most five minutes."""
    server.faults.add(Fault(kind=FaultKind.RATE_LIMIT, retry_after=header))
    with pytest.raises(ModelUnavailable, match="429") as failure:
        await ask(model)
    assert failure.value.rate_limited
    assert failure.value.retry_after == seconds


async def test_a_date_to_come_back_at(server: RunningModel, model: ChatModel) -> None:
    """An HTTP date is as good as seconds; one that is past means now."""
    for ahead, low, high in ((60, 50, 61), (-60, 0, 0)):
        when = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
        server.faults.add(Fault(kind=FaultKind.RATE_LIMIT, retry_after=when))
        with pytest.raises(ModelUnavailable) as failure:
            await ask(model)
        assert failure.value.retry_after is not None
        assert low <= failure.value.retry_after <= high


async def test_what_no_try_mends(server: RunningModel, model: ChatModel) -> None:
    """Too long a conversation, and a wrong key, are an operator's."""
    server.faults.add(Fault(kind=FaultKind.CONTEXT_LENGTH))
    with pytest.raises(ModelRefused, match="context_length_exceeded"):
        await ask(model)
    with pytest.raises(ModelRefused, match="401"):
        await answer_to(lambda _: httpx2.Response(401, json={"error": {"message": "x", "code": "invalid_api_key"}}))


async def test_nobody_is_there() -> None:
    """A connection that is refused is tried again."""
    nowhere = ChatModel.connect(
        api_key=SecretStr(""), base_url=f"http://127.0.0.1:{Ports().take()}/v1", timeout_seconds=2
    )
    with pytest.raises(ModelUnavailable, match="no connection"):
        await ask(nowhere)
    await nowhere.close()


async def answer_to(respond: Callable[[httpx2.Request], httpx2.Response]) -> ModelAnswer:
    """The adapter's reading of a response that no practice model gives."""
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(respond)) as http:
        client = openai.AsyncOpenAI(api_key="x", base_url="http://model.test/v1", max_retries=0, http_client=http)
        return await ask(ChatModel(client))


@pytest.mark.parametrize(
    ("status", "headers", "error", "seconds"),
    [
        (400, {"x-should-retry": "true"}, ModelUnavailable, None),
        (500, {"x-should-retry": "false"}, ModelRefused, None),
        (429, {"retry-after-ms": "1500", "retry-after": "9"}, ModelUnavailable, 1.5),
        (429, {"retry-after-ms": "x", "retry-after": "9"}, ModelUnavailable, 9.0),
        (503, {"retry-after": "7"}, ModelUnavailable, 7.0),
        (408, {}, ModelUnavailable, None),
        (409, {}, ModelUnavailable, None),
        (502, {}, ModelUnavailable, None),
        (403, {}, ModelRefused, None),
        (404, {}, ModelRefused, None),
        (422, {}, ModelRefused, None),
    ],
)
async def test_the_servers_word_on_another_try(
    status: int, headers: dict[str, str], error: type[Exception], seconds: float | None
) -> None:
    """`x-should-retry` decides, else the status; milliseconds go before seconds."""
    with pytest.raises(error) as failure:
        await answer_to(lambda _: httpx2.Response(status, headers=headers, json={"error": {"message": "x"}}))
    assert getattr(failure.value, "retry_after", None) == seconds


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>Bad gateway</html>",
        "null",
        "[]",
        '"oi"',
        "{}",
        '{"choices": null}',
        '{"choices": []}',
        '{"choices": [{}]}',
        '{"choices": [{"message": null}]}',
        '{"choices": [{"message": {}}]}',
        '{"choices": [{"message": {"content": 7}}]}',
        '{"choices": [{"message": {"content": " \\u0000 "}}]}',
        '{"choices": [{"message": {"tool_calls": [{"id": "1", "type": "function", "function": null}]}}]}',
        '{"choices": [{"message": {"tool_calls": "x"}}]}',
        '{"choices": [{"message": {"content": "cortado',
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", "text/html"])
async def test_a_200_that_is_no_answer(body: str, content_type: str) -> None:
    """A proxy's page, cut off JSON, JSON of another shape: never a crash, never a reply."""
    with pytest.raises(ModelUnavailable):
        await answer_to(lambda _: httpx2.Response(200, headers={"content-type": content_type}, text=body))


async def test_a_sparse_answer_is_enough() -> None:
    """Compatible servers leave out what we do not need; a refusal is a text; what cannot be stored is taken out."""
    tool: JsonValue = {"function": {"name": "a\x00b", "arguments": '{"x": ""}'}}
    body = json.dumps({"choices": [{"message": {"refusal": "não\x00 posso", "tool_calls": [tool]}}]})
    answer = await answer_to(lambda _: httpx2.Response(200, headers={"content-type": "application/json"}, text=body))
    assert answer == ModelAnswer(
        text="não posso",
        tool_requests=(ToolRequest(id="", name="ab", arguments='{"x": ""}'),),
        model="gpt-4o-mini",
    )


@given(st.one_of(st.none(), st.text()), st.one_of(st.none(), st.text(), st.just("nan"), st.just("inf"), st.just("-5")))
def test_any_header_is_a_wait_within_bounds(milliseconds: str | None, header: str | None) -> None:
    """Nothing a server writes there can crash us or make us wait for ever."""
    wait = _retry_after(milliseconds, header)
    assert wait is None or 0 <= wait <= 300

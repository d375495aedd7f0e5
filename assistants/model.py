"""The one door to the language model: any server that speaks Chat Completions with tools."""

import email.utils
import time
from collections.abc import Sequence

import openai
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from pydantic import BaseModel, SecretStr, ValidationError

from domain.errors import ModelRefused, ModelUnavailable
from domain.model import ModelAnswer, ToolRequest
from domain.texts import cleaned

_LONGEST_WAIT = 300.0
"""Seconds; a server that asks for more is asked again after this."""

_RETRYABLE = (408, 409, 429)


class ChatModel:
    """Calls the model once; retries are Temporal's."""

    def __init__(self, client: openai.AsyncOpenAI, *, max_output_tokens: int = 800) -> None:
        self._client = client
        self._max_output_tokens = max_output_tokens

    @classmethod
    def connect(
        cls, *, api_key: SecretStr, base_url: str | None, timeout_seconds: float, max_output_tokens: int = 800
    ) -> "ChatModel":
        """A model behind `base_url` (None: OpenAI's own), without the SDK's retries and its 600 s timeout."""
        return cls(
            openai.AsyncOpenAI(
                api_key=api_key.get_secret_value() or "none", base_url=base_url, timeout=timeout_seconds, max_retries=0
            ),
            max_output_tokens=max_output_tokens,
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.close()

    async def answer(
        self,
        *,
        model: str,
        messages: Sequence[ChatCompletionMessageParam],
        tools: Sequence[ChatCompletionToolParam],
    ) -> ModelAnswer:
        """The model's next word. Raises `ModelUnavailable` where another try may help, else `ModelRefused`."""
        try:
            # Not `chat.completions.create`: it walks through every message and schema, at a fifth of a worker's CPU.
            answered = await self._client.post(
                "/chat/completions",
                cast_to=bytes,
                body={
                    "model": model,
                    "messages": list(messages),
                    "max_completion_tokens": self._max_output_tokens,
                    **({"tools": list(tools)} if tools else {}),
                },
            )
            completion = _Completion.model_validate_json(answered)
        except openai.APITimeoutError as error:
            raise ModelUnavailable("the model did not answer in time") from error
        except openai.APIConnectionError as error:
            raise ModelUnavailable(f"no connection to the model: {error.__cause__ or error}") from error
        except openai.APIStatusError as error:
            raise _from_status(error) from error
        except (openai.APIError, ValidationError) as error:  # a 200 whose body is not what the protocol says
            raise ModelUnavailable("the model's server answered something unreadable") from error
        if not completion.choices:
            raise ModelUnavailable("the model's server answered without a choice")
        choice = completion.choices[0]
        requests = tuple(
            ToolRequest(
                id=cleaned(call.id), name=cleaned(call.function.name), arguments=cleaned(call.function.arguments)
            )
            for call in choice.message.tool_calls or ()
            if call.function is not None
        )
        text = cleaned(choice.message.content or choice.message.refusal or "")
        if not text and not requests:
            raise ModelUnavailable(f"the model answered nothing (finish reason {choice.finish_reason})")
        return ModelAnswer(
            text=text,
            tool_requests=requests,
            model=cleaned(completion.model or model),
            prompt_tokens=completion.usage.prompt_tokens if completion.usage else 0,
            completion_tokens=completion.usage.completion_tokens if completion.usage else 0,
        )


class _Function(BaseModel):
    name: str
    arguments: str = ""


class _Call(BaseModel):
    id: str = ""
    function: _Function | None = None


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(BaseModel):
    """What we read of a completion: the SDK does not validate what servers send, and many leave out the rest."""

    choices: list[_Choice] = []
    model: str | None = None
    usage: _Usage | None = None


def _from_status(error: openai.APIStatusError) -> ModelUnavailable | ModelRefused:
    """Whether another try may help: the server's own `x-should-retry` decides, else the status."""
    headers = error.response.headers
    wanted = headers.get("x-should-retry")
    may_help = wanted == "true" or (wanted != "false" and (error.status_code in _RETRYABLE or error.status_code >= 500))
    reason = f"the model's server answered {error.status_code} ({error.code or error.type or 'no code'})"
    if not may_help:
        return ModelRefused(reason)
    return ModelUnavailable(
        reason,
        retry_after=_retry_after(headers.get("retry-after-ms"), headers.get("retry-after")),
        rate_limited=error.status_code == 429,
    )


def _retry_after(milliseconds: str | None, header: str | None) -> float | None:
    """Seconds to wait: `retry-after-ms`, else `retry-after` in seconds or as an HTTP date; clamped to five minutes."""
    for text, unit in ((milliseconds, 0.001), (header, 1.0)):
        try:
            seconds = float(text or "") * unit
        except ValueError:
            continue
        return min(max(seconds, 0.0), _LONGEST_WAIT) if seconds == seconds else None
    try:
        when = email.utils.parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return min(max(when.timestamp() - time.time(), 0.0), _LONGEST_WAIT)

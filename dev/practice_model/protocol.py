"""The part of OpenAI's Chat Completions protocol that the practice model speaks.

Source: https://platform.openai.com/docs/api-reference/chat
"""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator


class FinishReason(StrEnum):
    """Why the model stopped."""

    STOP = "stop"
    TOOL_CALLS = "tool_calls"


class Incoming(BaseModel):
    """Base of what clients send: unknown parameters pass, as new ones appear every month."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class TextPart(Incoming):
    """One piece of a message's content; pieces that are no text carry none."""

    type: str
    text: str = ""


class FunctionCall(Incoming):
    """A function's name and its arguments as the JSON text that the model wrote."""

    name: str
    arguments: str


class ToolCall(Incoming):
    """One call of a tool, in a request's history and in an answer."""

    id: str = Field(min_length=1)
    type: Literal["function"] = "function"
    function: FunctionCall


class Message(Incoming):
    """One message of the history, whoever wrote it."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | tuple[TextPart, ...] | None = None
    tool_calls: tuple[ToolCall, ...] | None = None
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """The content as one text."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or () if part.text)


class FunctionDefinition(Incoming):
    """What a tool is called; its schema is not read, the rules know the tools they use."""

    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    parameters: dict[str, JsonValue] | None = None


class Tool(Incoming):
    """A tool offered to the model."""

    type: Literal["function"]
    function: FunctionDefinition


class ResponseFormat(Incoming):
    """Only text is spoken here."""

    type: Literal["text"]


class ChatRequest(Incoming):
    """The body of `POST /v1/chat/completions`."""

    model: str = Field(min_length=1, max_length=200)
    messages: Annotated[tuple[Message, ...], Field(min_length=1, max_length=2_000)]
    tools: Annotated[tuple[Tool, ...], Field(max_length=128)] | None = None
    tool_choice: Literal["none", "auto"] | None = None
    parallel_tool_calls: bool | None = None
    stream: Literal[False] | None = None
    n: Literal[1] | None = None
    response_format: ResponseFormat | None = None

    @model_validator(mode="after")
    def _tool_calls_are_answered(self) -> Self:
        """OpenAI refuses a history in which a tool call has no result, or a result no call."""
        waiting: list[str] = []
        for message in self.messages:
            if message.role == "tool":
                if message.tool_call_id not in waiting:
                    raise ValueError(
                        "messages with role 'tool' must be a response to a preceding message with 'tool_calls'"
                    )
                waiting.remove(message.tool_call_id)
                continue
            if waiting:
                break
            if message.role == "assistant":
                if message.content is None and not message.tool_calls:
                    raise ValueError("an assistant message needs 'content' or 'tool_calls'")
                waiting = [call.id for call in message.tool_calls or ()]
            elif message.content is None:
                raise ValueError(f"a message with role '{message.role}' needs 'content'")
        if waiting:
            raise ValueError(
                "an assistant message with 'tool_calls' must be followed by tool messages responding to each "
                f"'tool_call_id'; these did not have response messages: {', '.join(waiting)}"
            )
        return self

    @property
    def offered_tools(self) -> frozenset[str]:
        """The tools that may be called in the answer."""
        if self.tool_choice == "none":
            return frozenset()
        return frozenset(tool.function.name for tool in self.tools or ())

    @property
    def last_user_text(self) -> str:
        """What the user wrote last, or nothing."""
        return next((message.text for message in reversed(self.messages) if message.role == "user"), "")


class AnswerMessage(BaseModel):
    """The assistant's message in an answer."""

    role: Literal["assistant"] = "assistant"
    content: str | None
    refusal: None = None
    annotations: tuple[()] = ()
    tool_calls: tuple[ToolCall, ...] | None = None


class Choice(BaseModel):
    """The one choice of an answer."""

    index: int = 0
    message: AnswerMessage
    logprobs: None = None
    finish_reason: FinishReason


class Usage(BaseModel):
    """Estimated tokens: about four characters each."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(BaseModel):
    """The body of an answer."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: tuple[Choice]
    usage: Usage
    system_fingerprint: str = "fp_modelo_de_treino"


class ModelCard(BaseModel):
    """One line of `GET /v1/models`."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "modelo-de-treino"


class ModelList(BaseModel):
    """The body of `GET /v1/models`."""

    object: Literal["list"] = "list"
    data: tuple[ModelCard, ...]


class ErrorType(StrEnum):
    """OpenAI's kinds of errors."""

    INVALID_REQUEST = "invalid_request_error"
    RATE_LIMIT = "requests"
    SERVER = "server_error"


class ErrorDetail(BaseModel):
    """What went wrong, in OpenAI's words."""

    message: str
    type: ErrorType
    code: str | None = None
    param: str | None = None


class ErrorBody(BaseModel):
    """The body of every failure."""

    error: ErrorDetail

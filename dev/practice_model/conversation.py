"""The conversation as the rules see it: exchanges of the past, the burst to answer, the tools' results of this turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue, TypeAdapter, ValidationError

from dev.practice_model.marks import ends_matter
from dev.practice_model.protocol import Message, ToolCall
from dev.practice_model.tool_results import ToolResult, read_result

CORRECTION = "CORREÇÃO:"
MAX_READ = 4_000  # characters of one message that are read: rules need no more, and stay quick
MAX_LINES = 40  # messages that are read of the past, and of the burst: the engine sends 20 in all


# The arguments of calls in the history: whatever JSON the model once wrote.
Arguments = Mapping[str, JsonValue]
_ARGUMENTS: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool called in this turn, and its result; `after` is how many user messages had come before it.

    `answer` is the result as it was written, for those who read more of it.
    """

    name: str
    arguments: Arguments
    result: ToolResult
    after: int = 0
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Something the customer wrote, and what the assistant had said before it."""

    text: str
    answering: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything a request tells, apart from the system prompt."""

    past: tuple[Line, ...] = ()  # what the customer wrote in earlier turns, since the last matter was over
    burst: tuple[Line, ...] = ()  # what waits for this answer
    uses: tuple[ToolUse, ...] = ()  # tools of this turn
    last_said: str = ""  # the assistant's last text
    correction: str = ""  # the engine's objection to the last attempt

    @property
    def fresh_uses(self) -> tuple[ToolUse, ...]:
        """The uses of this turn that nothing was written after, oldest first."""
        return tuple(use for use in self.uses if use.after >= len(self.burst))

    @property
    def is_first_answer(self) -> bool:
        """Whether the assistant has said nothing yet."""
        return not self.last_said

    def used(self, name: str) -> tuple[ToolUse, ...]:
        """The uses of one tool in this turn, oldest first."""
        return tuple(use for use in self.uses if use.name == name)

    def used_with(self, name: str, arguments: Mapping[str, object]) -> ToolUse | None:
        """The use of a tool with exactly these arguments in this turn: it is not asked again."""
        return next((use for use in reversed(self.used(name)) if dict(use.arguments) == dict(arguments)), None)


def read_conversation(messages: Sequence[Message]) -> Conversation:
    """Splits a request's messages into past and present; a turn begins after the assistant's last text."""
    past: list[Line] = []
    burst: list[Line] = []
    uses: list[ToolUse] = []
    calls: dict[str, ToolCall] = {}
    said = correction = ""
    for message in messages:
        if message.role == "user":
            burst.append(Line(message.text[:MAX_READ], said))
        elif message.role == "assistant":
            calls.update((call.id, call) for call in message.tool_calls or ())
            if message.text and not message.tool_calls:
                past, burst, uses = [*past, *burst], [], []
                said = message.text
                if ends_matter(said):
                    past = []
        elif message.role == "tool" and message.tool_call_id in calls:
            uses.append(_use(calls[message.tool_call_id], message.text, len(burst)))
        elif message.text.startswith(CORRECTION):
            correction = message.text
        if message.role == "user":
            correction = ""
    return Conversation(tuple(past[-MAX_LINES:]), tuple(burst[-MAX_LINES:]), tuple(uses), said, correction)


def _use(call: ToolCall, content: str, after: int) -> ToolUse:
    try:
        arguments = _ARGUMENTS.validate_json(call.function.arguments)
    except ValidationError:
        arguments = {}
    return ToolUse(call.function.name, arguments, read_result(content), after, content)

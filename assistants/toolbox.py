"""Tools the model may call: pydantic arguments, a function for the effect, precise errors for the model."""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from openai.types.chat import ChatCompletionToolParam
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from domain.bookings import BookingFacts
from domain.errors import RefusalCode, ToolRefused
from domain.ids import ContactId, ConversationId
from domain.model import ToolOutcome, ToolRequest
from domain.shop import Organization
from domain.texts import cleaned
from storage.database import Connection


class Arguments(BaseModel):
    """Base of all arguments: the model may not add fields that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class Turn:
    """Whose turn a tool serves. All of it comes from the workflow, nothing from the model."""

    tenant: Connection
    organization: Organization
    conversation_id: ConversationId
    contact_id: ContactId
    now: datetime

    @property
    def today(self) -> date:
        """Today in the shop."""
        return self.now.astimezone(self.organization.zone).date()


@dataclass(frozen=True)
class Answer:
    """What a tool tells the model (`facts`), and what the engine itself has to know."""

    facts: dict[str, JsonValue]
    booking: BookingFacts | None = None
    handed_over: str | None = None


@dataclass(frozen=True)
class Tool(Generic[A]):
    """A tool: what the model sees of it, and what it does. `run` raises `ToolRefused` for what cannot be."""

    name: str
    description: str
    arguments: type[A]
    run: Callable[[Turn, A], Awaitable[Answer]]

    def schema(self) -> ChatCompletionToolParam:
        """The tool in the model's protocol; the parameters are the pydantic model's own JSON schema."""
        parameters = self.arguments.model_json_schema()
        return {
            "type": "function",
            "function": {"name": self.name, "description": self.description, "parameters": parameters},
        }

    async def call(self, turn: Turn, arguments: str) -> Answer:
        """Read the model's arguments and run. Raises `ToolRefused` saying which argument is wrong and how."""
        try:
            read = self.arguments.model_validate_json(arguments or "{}")
        except ValidationError as error:
            problems: list[JsonValue] = [
                cleaned(f"{'.'.join(str(part) for part in problem['loc']) or 'arguments'}: {problem['msg']}")
                for problem in error.errors(include_url=False, include_input=False)
            ]
            raise ToolRefused(
                RefusalCode.BAD_ARGUMENTS, "Os argumentos não servem; corrija e chame de novo.", problems=problems
            ) from error
        return await self.run(turn, read)


class Toolbox:
    """The tools of one assistant."""

    def __init__(self, tools: Iterable[Tool[Any]]) -> None:  # Any: each tool has arguments of its own
        self._tools = {tool.name: tool for tool in tools}
        self._schemas = [tool.schema() for tool in self._tools.values()]  # once: making them takes milliseconds

    def schemas(self) -> list[ChatCompletionToolParam]:
        """Every tool, as the model's protocol wants them."""
        return self._schemas

    async def call(self, turn: Turn, request: ToolRequest) -> ToolOutcome:
        """Run the tool that was asked for. A refusal is an answer for the model, and leaves nothing written."""
        try:
            tool = self._tools.get(request.name)
            if tool is None:
                raise ToolRefused(
                    RefusalCode.UNKNOWN_TOOL, "Essa ferramenta não existe.", tools=[name for name in self._tools]
                )
            async with turn.tenant.transaction():  # a savepoint: a refusal takes back what the tool had begun
                answer = await tool.call(turn, request.arguments)
        except ToolRefused as refused:
            facts = {"ok": False, "error": str(refused.code), "message": refused.message, **refused.details}
            return ToolOutcome(ok=False, content=json.dumps(facts, ensure_ascii=False))
        content = json.dumps({"ok": True, **answer.facts}, ensure_ascii=False)
        return ToolOutcome(ok=True, content=content, booking=answer.booking, handed_over=answer.handed_over)

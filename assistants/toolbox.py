"""Tools the model may call: pydantic arguments, a function for the effect, precise errors for the model."""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from openai.types.chat import ChatCompletionToolParam
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from domain.bookings import BookingChange, BookingFacts, ChangedBy, Proposal
from domain.charts import Chart
from domain.errors import RefusalCode, RequestRefused
from domain.ids import ContactId, ConversationId, TurnId
from domain.model import ToolOutcome, ToolRequest
from domain.owner_orders import ProposedOrder
from domain.owners import OwnerNumber
from domain.shop import Organization
from domain.texts import cleaned
from office.office import Office
from reception.desk import Desk
from reception.offers import Customer
from storage.database import Connection


class Arguments(BaseModel):
    """Base of all arguments: the model may not add fields that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:  # Any: pydantic's own signature
        """The schema without what is written for programmers: the model reads it whole on every call."""
        schema = super().model_json_schema(*args, **options)
        for documented in (schema, *schema.get("$defs", {}).values()):
            documented.pop("description", None)  # a docstring
        return _without_titles(schema)


def _without_titles(schema: dict[str, Any]) -> dict[str, Any]:  # Any: a JSON schema, as pydantic makes it
    """A schema without its titles and its null defaults; an argument of that name stays."""

    def kept(key: str, value: object) -> bool:
        return not (key == "title" and isinstance(value, str)) and not (key == "default" and value is None)

    def within(value: Any) -> Any:
        if isinstance(value, list):
            return [within(one) for one in value]
        return _without_titles(value) if isinstance(value, dict) else value

    return {key: within(value) for key, value in schema.items() if kept(key, value)}


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class Turn:
    """Whose turn a tool serves. All of it comes from the workflow, nothing from the model."""

    tenant: Connection
    organization: Organization
    conversation_id: ConversationId
    contact_id: ContactId
    turn_id: TurnId
    now: datetime
    owner: OwnerNumber | None = None

    @property
    def desk(self) -> Desk:
        """The shop's reception, asked by the customer."""
        return Desk(self.tenant, self.organization, self.now, ChangedBy.CUSTOMER, self.conversation_id)

    @property
    def customer(self) -> Customer:
        """The customer, as the reception knows who is deciding."""
        return Customer(self.contact_id, self.conversation_id, self.turn_id)

    @property
    def office(self) -> Office:
        """The shop's office, asked by its owner. Raises `RequestRefused` for who is none."""
        desk = Desk(self.tenant, self.organization, self.now, ChangedBy.OWNER)
        return Office(desk, self.require_owner(), self.conversation_id, self.turn_id)

    def require_owner(self) -> OwnerNumber:
        """Who asks, an owner or a manager. Raises `RequestRefused` for who is none, or is one no longer."""
        if self.owner is None:
            raise RequestRefused(RefusalCode.NOT_ALLOWED, "Quem escreve não é dono nem gerente desta loja.")
        return self.owner

    @property
    def today(self) -> date:
        """Today in the shop."""
        return self.now.astimezone(self.organization.zone).date()


@dataclass(frozen=True)
class Answer:
    """What a tool tells the model (`facts`), and what the engine itself has to know (`domain.model.ToolOutcome`).

    `refused` is a refusal that has written something all the same: slots that are kept for the customer instead.
    """

    facts: dict[str, JsonValue]
    refused: RefusalCode | None = None
    booking: BookingFacts | None = None
    change: BookingChange = BookingChange.BOOKED
    proposal: Proposal | None = None
    slots: tuple[datetime, ...] = ()
    handed_over: str | None = None
    staffed_note: str | None = None
    order: ProposedOrder | None = None
    done: str | None = None
    chart: Chart | None = None
    asked_shop: bool = False


@dataclass(frozen=True)
class Tool(Generic[A]):
    """A tool: what the model sees of it, and what it does. `run` raises `RequestRefused` for what cannot be."""

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
        """Read the model's arguments and run. Raises `RequestRefused` saying which argument is wrong and how."""
        try:
            read = self.arguments.model_validate_json(arguments or "{}")
        except ValidationError as error:
            problems: list[JsonValue] = [
                cleaned(f"{'.'.join(str(part) for part in problem['loc']) or 'arguments'}: {problem['msg']}")
                for problem in error.errors(include_url=False, include_input=False)
            ]
            raise RequestRefused(
                RefusalCode.BAD_ARGUMENTS, "Os argumentos não servem; corrija e chame de novo.", problems=problems
            ) from error
        return await self.run(turn, read)


class Toolbox:
    """The tools of one assistant; those `for_owners` refuse everybody else, whatever they would have answered."""

    def __init__(self, tools: Iterable[Tool[Any]], *, for_owners: bool = False) -> None:  # Any: each its own
        self._for_owners = for_owners
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
                raise RequestRefused(
                    RefusalCode.UNKNOWN_TOOL, "Essa ferramenta não existe.", tools=[name for name in self._tools]
                )
            if self._for_owners:
                turn.require_owner()
            async with turn.tenant.transaction():  # a savepoint: a refusal takes back what the tool had begun
                answer = await tool.call(turn, request.arguments)
        except RequestRefused as refused:
            facts = {"ok": False, "error": str(refused.code), "message": refused.message, **refused.details}
            return ToolOutcome(ok=False, content=json.dumps(facts, ensure_ascii=False))
        error = {"error": str(answer.refused)} if answer.refused else {}
        facts = {"ok": answer.refused is None, **error, **answer.facts}
        return ToolOutcome(
            ok=answer.refused is None,
            content=json.dumps(facts, ensure_ascii=False),
            booking=answer.booking,
            change=answer.change,
            proposal=answer.proposal,
            slots=answer.slots,
            handed_over=answer.handed_over,
            staffed_note=answer.staffed_note,
            order=answer.order,
            done=answer.done,
            chart=answer.chart,
            asked_shop=answer.asked_shop,
        )

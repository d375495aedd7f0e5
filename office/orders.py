"""An order: what an owner may have done, how it is described before, and how it is carried out."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import JsonValue

from domain.frozen import Frozen
from domain.owner_orders import OrderKind
from office.office import Office


class Command(Frozen):
    """Base of all commands: what is to be done, with ids for names, so that the same thing is done after the yes."""


C = TypeVar("C", bound=Command)


@dataclass(frozen=True)
class TakesBack:
    """The order that takes another one back."""

    kind: OrderKind
    command: Command


@dataclass(frozen=True)
class Done:
    """What was carried out. `told` is one Portuguese line for the owner; the rest goes into the audit log.

    `subject` says what was changed, never a phone; `undo` is None where nothing takes it back.
    """

    told: str
    subject: str
    before: Mapping[str, JsonValue] = field(default_factory=dict)
    after: Mapping[str, JsonValue] = field(default_factory=dict)
    undo: TakesBack | None = None


@dataclass(frozen=True)
class Order(Generic[C]):
    """A kind of order.

    `describe` gives the lines the owner is asked about, every fact from rows, without the question; it raises
    `RequestRefused` for what cannot be (nothing_to_change, where all is so already). `carry_out` does it, in the
    transaction it is given, and raises the same.
    """

    kind: OrderKind
    command: type[C]
    describe: Callable[[Office, C], Awaitable[str]]
    carry_out: Callable[[Office, C], Awaitable[Done]]

    async def describe_json(self, office: Office, command: str) -> str:
        """As `describe`, of a stored command."""
        return await self.describe(office, self.command.model_validate_json(command))

    async def carry_out_json(self, office: Office, command: str) -> Done:
        """As `carry_out`, of a stored command."""
        return await self.carry_out(office, self.command.model_validate_json(command))


AnyOrder = Order[Any]
"""Each kind has a command of its own."""

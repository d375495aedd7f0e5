"""What the rules decide: to say something, or to use tools first."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Call:
    """A tool to be called, with its arguments."""

    tool: str
    arguments: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Use:
    """Tools to be called now, in this order."""

    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Say:
    """A text for the customer or the owner."""

    text: str


Decision = Use | Say

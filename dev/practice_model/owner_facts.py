"""What Aurora's tools answer, read by name: a fact that is missing is nothing, and never makes an answer unreadable."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import JsonValue, TypeAdapter, ValidationError

_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


@dataclass(frozen=True, slots=True)
class Facts:
    """An answer, or a part of it."""

    value: JsonValue = None

    def at(self, *path: str) -> Facts:
        """The part of that name, within the part before."""
        value = self.value
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return Facts(value)

    def text(self, *path: str) -> str:
        """That part as it is said; empty where there is none."""
        value = self.at(*path).value
        return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""

    def number(self, *path: str) -> int:
        """That count; 0 where there is none."""
        value = self.at(*path).value
        return value if isinstance(value, int) else 0

    def all(self, *path: str) -> list[Facts]:
        """The parts of that list."""
        value = self.at(*path).value
        return [Facts(one) for one in value] if isinstance(value, list) else []

    def texts(self, *path: str) -> list[str]:
        """That list of words."""
        return [said for one in self.all(*path) if (said := one.text())]

    @property
    def ok(self) -> bool:
        """Whether the tool did what it was called for."""
        return self.at("ok").value is True


def read_facts(answer: str) -> Facts:
    """The answer in a tool message."""
    try:
        return Facts(_JSON.validate_json(answer))
    except ValidationError:
        return Facts()

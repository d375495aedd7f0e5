"""Reads what a shop's system prompt says: who speaks, today, services, the customer's pets."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dev.practice_model.pet_words import Species, species_of
from dev.practice_model.portuguese import fold
from dev.practice_model.services import Service

_SHOP = re.compile(r"(?:assistente virtual da loja|dona ou do dono da loja) (.+?)\.?$")
_AURORA = re.compile(r"^Você é a Aurora\b")
_TODAY = re.compile(r"^- (\d{4}-\d{2}-\d{2}) = .*\(hoje\)$")
_SERVICE = re.compile(r"^- (.+): (R\$ ?[\d.]+,\d{2}), (\d+) min$")
_PET = re.compile(r"^- ([^(]+) \(([^),]+)(?:, [^)]*)?\)$")


class Role(StrEnum):
    """Whom the prompt makes the assistant."""

    CLIENT_AI = "client_ai"
    AURORA = "aurora"


@dataclass(frozen=True, slots=True)
class RegisteredPet:
    """A pet the shop already knows."""

    name: str
    species: Species | None


@dataclass(frozen=True, slots=True)
class Prompt:
    """The facts of a system prompt; what it does not say is empty."""

    role: Role
    shop: str
    today: date | None
    services: tuple[Service, ...]
    pets: tuple[RegisteredPet, ...]


def read_prompt(text: str) -> Prompt:
    """The facts in a system prompt; lines of another shape are passed over."""
    lines = [line.strip() for line in text.strip().splitlines()]
    first = lines[0] if lines else ""
    shop = _SHOP.search(first)
    return Prompt(
        role=Role.AURORA if _AURORA.match(first) else Role.CLIENT_AI,
        shop=shop[1] if shop else "",
        today=_today(_block(lines, "Datas")),
        services=tuple(
            Service(found[1], found[2], int(found[3]))
            for line in _block(lines, "Serviços")
            if (found := _SERVICE.match(line))
        ),
        pets=tuple(
            RegisteredPet(found[1].strip(), species_of(fold(found[2])) or _other(found[2]))
            for line in _block(lines, "Pets do cliente")
            if (found := _PET.match(line))
        ),
    )


def _block(lines: list[str], title: str) -> list[str]:
    try:
        start = lines.index(f"## {title}") + 1
    except ValueError:
        return []
    end = next((at for at in range(start, len(lines)) if lines[at].startswith("## ")), len(lines))
    return lines[start:end]


def _today(lines: Iterable[str]) -> date | None:
    for line in lines:
        if found := _TODAY.match(line):
            try:
                return date.fromisoformat(found[1])
            except ValueError:
                return None
    return None


def _other(word: str) -> Species | None:
    return Species.OTHER if fold(word).startswith("outro") else None

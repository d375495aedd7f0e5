"""Reads what a shop's system prompt says: who speaks, today, services, the customer's pets."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

from dev.practice_model.agenda_lines import (
    Appointment,
    KeptSlot,
    Proposed,
    Wait,
    read_appointment,
    read_kept,
    read_proposed,
    read_wait,
)
from dev.practice_model.pet_traits import Coat, Size, read_coat, read_size
from dev.practice_model.pet_words import Species, species_of
from dev.practice_model.portuguese import fold
from dev.practice_model.services import Service

T = TypeVar("T")

_SHOP = re.compile(r"(?:assistente virtual da loja|dona ou do dono da loja) (.+?)\.?$")
_AURORA = re.compile(r"^Você é a Aurora\b")
_TODAY = re.compile(r"^- (\d{4}-\d{2}-\d{2}) = .*\(hoje\)$")
_SERVICE = re.compile(r"^- (.+): (R\$ ?[\d.]+,\d{2}), (\d+) min$")
_VARIANT = re.compile(r"^  - (.+: R\$ ?[\d.]+,\d{2}, \d+ min)$")
_LEARNED = re.compile(r"^- «(.+?)» → (.+)$")
_ORDER = re.compile(r"^- ([0-9a-f]{8}): (.+)$")
_PET = re.compile(r"^- ([^(]+) \(([^),]+)(, [^)]*)?\)$")


class Role(StrEnum):
    """Whom the prompt makes the assistant."""

    CLIENT_AI = "client_ai"
    AURORA = "aurora"


@dataclass(frozen=True, slots=True)
class RegisteredPet:
    """A pet the shop already knows."""

    name: str
    species: Species | None
    size: Size | None = None
    coat: Coat | None = None


@dataclass(frozen=True, slots=True)
class OwnersOrder:
    """An order of the owner's; `code` is what tools know it by."""

    code: str
    summary: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """The facts of a system prompt; what it does not say is empty."""

    role: Role
    shop: str
    today: date | None
    services: tuple[Service, ...]
    pets: tuple[RegisteredPet, ...]
    appointments: tuple[Appointment, ...] = ()
    kept: tuple[KeptSlot, ...] = ()
    proposed: tuple[Proposed, ...] = ()
    waits: tuple[Wait, ...] = ()
    professionals: tuple[str, ...] = ()
    orders: tuple[OwnersOrder, ...] = ()
    done: tuple[OwnersOrder, ...] = ()
    questions: tuple[OwnersOrder, ...] = ()
    answered: tuple[OwnersOrder, ...] = ()
    learned: tuple[tuple[str, str], ...] = ()


def read_prompt(text: str) -> Prompt:
    """The facts in a system prompt; lines of another shape are passed over."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    first = lines[0] if lines else ""
    shop = _SHOP.search(first)
    services = _services(_block(lines, "Serviços"))
    names = [service.name for service in services]
    return Prompt(
        role=Role.AURORA if _AURORA.match(first) else Role.CLIENT_AI,
        shop=shop[1] if shop else "",
        today=_today(_block(lines, "Datas")),
        services=services,
        pets=tuple(_pet(found) for line in _block(lines, "Pets do cliente") if (found := _PET.match(line))),
        appointments=_read(_block(lines, "Agendamentos do cliente"), lambda line: read_appointment(line, names)),
        kept=tuple(
            slot for line in _block(lines, "Horários guardados para o cliente escolher") for slot in read_kept(line)
        ),
        proposed=_read(_block(lines, "Esperando o sim do cliente"), lambda line: read_proposed(line, names)),
        waits=_read(_block(lines, "Lista de espera do cliente"), lambda line: read_wait(line, names)),
        professionals=tuple(line.removeprefix("- ") for line in _block(lines, "Profissionais") if line[:2] == "- "),
        orders=_read(_block(lines, "Pedidos esperando um sim"), _order),
        done=_read(_block(lines, "Feitos há pouco, que podem ser desfeitos"), _order),
        questions=_read(_block(lines, "Perguntas de clientes esperando resposta"), _order),
        answered=_read(_block(lines, "Perguntas de clientes já respondidas"), _order),
        learned=_read(_block(lines, "O que a loja já respondeu"), _learned),
    )


def _services(lines: Iterable[str]) -> tuple[Service, ...]:
    """Services, each with the indented lines under it."""
    services: list[Service] = []
    for line in lines:
        if found := _SERVICE.match(line):
            services.append(Service(found[1], found[2], int(found[3])))
        elif services and (variant := _VARIANT.match(line)):
            services[-1] = replace(services[-1], variants=(*services[-1].variants, variant[1]))
    return tuple(services)


def _pet(found: re.Match[str]) -> RegisteredPet:
    traits = fold(found[3] or "")
    species = species_of(fold(found[2])) or _other(found[2])
    return RegisteredPet(found[1].strip(), species, read_size(traits), read_coat(traits))


def _learned(line: str) -> tuple[str, str] | None:
    found = _LEARNED.match(line)
    return (found[1], found[2]) if found else None


def _order(line: str) -> OwnersOrder | None:
    found = _ORDER.match(line)
    return OwnersOrder(found[1], found[2]) if found else None


def _read(lines: Iterable[str], read: Callable[[str], T | None]) -> tuple[T, ...]:
    return tuple(found for line in lines if (found := read(line)) is not None)


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

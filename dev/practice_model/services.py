"""Which of the shop's services a customer means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from dev.practice_model.portuguese import fold, words

_SMALL_WORDS = frozenset(words("a o as os e de do da dos das em no na com para por"))
_GENERIC = frozenset(("consulta", "servico", "atendimento", "sessao"))
_GROOMING = frozenset(words("banho tosa hidratacao unha unhas corte hotel hospedagem creche adestramento"))


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the shop as its prompt lists it: price as written ("R$ 120,00"), length in minutes.

    `variants` are other prices, by size and coat, as written: "porte grande: R$ 90,00, 90 min".
    """

    name: str
    price: str
    minutes: int
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceReading:
    """The one service meant; or several that could be; or only that "uma consulta" is wanted."""

    service: Service | None = None
    candidates: tuple[Service, ...] = ()
    consultation: bool = False


def read_service(folded: str, services: Sequence[Service], *, asked: bool = False) -> ServiceReading:
    """The service a message means; `asked`: it answers "qual serviço?", so that a bare "consulta" may be enough."""
    said = _words(folded)
    consultation = any(_alike("consulta", word) for word in said)
    scored: list[tuple[bool, int, Service]] = []
    for service in services:
        own = [word for word in _words(fold(service.name)) if word not in _GENERIC] or _words(fold(service.name))
        hits = sum(any(_alike(word, other) for other in said) for word in own)
        if hits and not (own == ["consulta"] and not asked):
            scored.append((hits == len(own), hits, service))
    if scored:
        best = max((whole, hits) for whole, hits, _ in scored)
        found = tuple(service for whole, hits, service in scored if (whole, hits) == best)
        return _reading(found, consultation)
    if consultation and asked:
        return _reading(tuple(s for s in services if "consulta" in _words(fold(s.name))), consultation)
    return ServiceReading(consultation=consultation)


def consultations(services: Sequence[Service]) -> tuple[Service, ...]:
    """What a customer who says "consulta" may want: everything that is no grooming or lodging."""
    kinds = tuple(service for service in services if not _GROOMING.intersection(_words(fold(service.name))))
    return kinds or tuple(services)


def service_words(services: Sequence[Service]) -> frozenset[str]:
    """The words of all service names, folded: none of them is a pet's name."""
    return frozenset(word for service in services for word in _words(fold(service.name)))


def _reading(found: tuple[Service, ...], consultation: bool) -> ServiceReading:
    if len(found) == 1:
        return ServiceReading(service=found[0], consultation=consultation)
    return ServiceReading(candidates=found, consultation=consultation)


def _words(folded: str) -> list[str]:
    joined = re.sub(r"\bcheck[ -]?up", "checkup", folded)
    return [word for word in words(joined) if word not in _SMALL_WORDS]


def _alike(one: str, other: str) -> bool:
    if one == other or one.rstrip("s") == other.rstrip("s"):
        return True
    if len(one) < 6 or len(other) < 6:
        return False
    return one[:5] == other[:5] or fuzz.ratio(one, other) >= 85

"""The customer's agenda as the prompt lists it: appointments, kept slots, changes that wait for a yes, waits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

_WHEN = r"(?P<day>\d{4}-\d{2}-\d{2}) (?P<at>\d{2}:\d{2})"
_APPOINTMENT = re.compile(
    rf"^(?:- )?(?P<code>[0-9a-f]{{4,36}}): {_WHEN}, (?P<what>.+), (?P<price>R\$ ?[\d.]+,\d{{2}}), (?P<state>.+)$"
)
_KEPT = re.compile(r"^- (?P<service>.+?): (?P<slots>[0-9a-f]{8} \d{4}-.+)$")
_SLOT = re.compile(rf"^(?P<code>[0-9a-f]{{8}}) {_WHEN}$")
_PROPOSED = re.compile(rf"^- (?P<change>agendar|remarcar|cancelar) (?P<what>.+), {_WHEN}$")
_WAIT = re.compile(r"^- (?P<what>.+) em (?P<day>\d{4}-\d{2}-\d{2})(?: \(.+\))?$")


class Change(StrEnum):
    """What may wait for a yes, by the word of the prompt."""

    BOOK = "agendar"
    MOVE = "remarcar"
    CANCEL = "cancelar"


@dataclass(frozen=True, slots=True)
class Appointment:
    """One of the customer's coming appointments; `code` is what tools know it by."""

    code: str
    pet: str
    service: str
    day: date
    at: time
    price: str
    state: str

    @property
    def waits_for_yes(self) -> bool:
        """Whether the customer was asked to confirm, and has not answered."""
        return self.state == "espera o cliente confirmar"


@dataclass(frozen=True, slots=True)
class KeptSlot:
    """A slot that was offered, and is the customer's for the choosing."""

    code: str
    service: str
    day: date
    at: time


@dataclass(frozen=True, slots=True)
class Proposed:
    """A change that was put to the customer; of a cancellation, when it would have been."""

    change: Change
    pet: str
    service: str
    day: date
    at: time


@dataclass(frozen=True, slots=True)
class Wait:
    """A day and service the customer waits for."""

    pet: str
    service: str
    day: date


def read_appointment(line: str, services: Sequence[str]) -> Appointment | None:
    """`- 1a2b3c4d: 2026-11-23 10:00, Rex, Banho, R$ 50,00, agendado`; `services` tell where the pet's name ends."""
    found = _APPOINTMENT.match(line)
    when = _when(found) if found else None
    if found is None or when is None:
        return None
    what = found["what"]
    service = next((name for name in _longest_first(services) if what.endswith(f", {name}")), None)
    pet, service = (what.removesuffix(f", {service}"), service) if service else _halves(what, ", ")
    return Appointment(found["code"], pet, service, *when, found["price"], found["state"])


def read_kept(line: str) -> tuple[KeptSlot, ...]:
    """`- Banho: 1a2b3c4d 2026-11-23 09:00; 5e6f7a8b 2026-11-23 10:00`."""
    found = _KEPT.match(line)
    slots = [_SLOT.match(part) for part in found["slots"].split("; ")] if found else []
    return tuple(
        KeptSlot(slot["code"], found["service"], *when) for slot in slots if found and slot and (when := _when(slot))
    )


def read_proposed(line: str, services: Sequence[str]) -> Proposed | None:
    """`- agendar Banho de Rex, 2026-11-23 10:00`."""
    found = _PROPOSED.match(line)
    when = _when(found) if found else None
    if found is None or when is None:
        return None
    service, pet = _service_and_pet(found["what"], services)
    return Proposed(Change(found["change"]), pet, service, *when)


def read_wait(line: str, services: Sequence[str]) -> Wait | None:
    """`- Banho de Rex em 2026-11-23`, and perhaps a word on it in parentheses."""
    found = _WAIT.match(line)
    if found is None:
        return None
    try:
        day = date.fromisoformat(found["day"])
    except ValueError:
        return None
    service, pet = _service_and_pet(found["what"], services)
    return Wait(pet, service, day)


def _service_and_pet(what: str, services: Sequence[str]) -> tuple[str, str]:
    service = next((name for name in _longest_first(services) if what.startswith(f"{name} de ")), None)
    return (service, what.removeprefix(f"{service} de ")) if service else _halves(what, " de ")


def _halves(text: str, at: str) -> tuple[str, str]:
    first, _, second = text.partition(at)
    return first, second


def _longest_first(names: Sequence[str]) -> list[str]:
    return sorted(names, key=len, reverse=True)


def _when(found: re.Match[str]) -> tuple[date, time] | None:
    try:
        return date.fromisoformat(found["day"]), time.fromisoformat(found["at"])
    except ValueError:
        return None

"""What the reception refuses, told to an operator: its sentence, and the facts to choose by."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import JsonValue

from domain.errors import RefusalCode, RequestRefused
from domain.services import Trait
from operating.refusal import Refused

_SENTENCES = {
    RefusalCode.SLOT_TAKEN: "Esse horário já está ocupado.",
    RefusalCode.AMBIGUOUS_SERVICE: "Mais de um serviço combina.",
    RefusalCode.AMBIGUOUS_PET: "Mais de um pet combina.",
    RefusalCode.PET_NOT_FOUND: "O cliente não tem um pet com esse nome.",
}
"""For those whose own sentence also tells a model what to do."""


@contextmanager
def told_to_operators() -> Iterator[None]:
    """What is refused inside comes out as `Refused`."""
    try:
        yield
    except RequestRefused as refused:
        raise Refused(in_words(refused)) from refused


def in_words(refused: RequestRefused) -> str:
    """One line: "Esse horário já está ocupado. Livres perto dele: 10:00, 11:00."."""
    sentence = _sentence(refused)
    return " ".join(part for part in (sentence, *_facts(refused.details, sentence)) if part)


def _sentence(refused: RequestRefused) -> str:
    if refused.code is RefusalCode.INCOMPLETE_PET and (missing := _words(refused.details.get("missing"))):
        traits = " e ".join(Trait(trait).portuguese for trait in missing)
        return f"Duração e preço dependem do {traits}: diga com {' e '.join(f'--{trait}' for trait in missing)}."
    return _SENTENCES.get(refused.code, refused.message)


def _facts(details: dict[str, JsonValue], told: str) -> Iterator[str]:
    """What the sentence that is `told` leaves out."""
    for key, heading in (
        ("alternatives", "Livres perto dele"),
        ("services", "Tem"),
        ("candidates", "Diga qual"),
        ("pets", "Tem"),
        ("open_that_day", "Abre"),
    ):
        words = _words(details.get(key))
        if words and not all(word in told for word in words):
            yield f"{heading}: {', '.join(words)}."
    match details.get("next_free"):
        case {"date": str(day), "weekday": str(weekday), "time": str(time)}:
            yield f"Próximo livre: {weekday}, {_as_written(day)} às {time}."
    for key, heading in (("reason", "Motivo"), ("appointment_id", "É o")):
        if isinstance(fact := details.get(key), str) and fact.casefold() not in told.casefold():
            yield f"{heading}: {fact}."
    if isinstance(last := details.get("last_day"), str):
        yield f"O último dia é {_as_written(last)}."


def _words(value: JsonValue) -> list[str]:
    return [str(word) for word in value] if isinstance(value, list) else []


def _as_written(iso_day: str) -> str:
    return "/".join(reversed(iso_day.split("-")))

"""Phrases by which a text of the shop's is known again in the history: the engine's own, and those of these rules."""

import re
from dataclasses import dataclass
from datetime import date, time

from dev.practice_model.agenda_lines import Change
from dev.practice_model.days import read_day

HANDED_OVER = "Já chamei uma pessoa da equipe, que continua o atendimento por aqui."
ON_THE_LIST = "Você está na lista de espera"
OFF_THE_LIST = "Você não está mais na lista de espera"
LEFT_AS_IS = "não mexi em nada"

ASKS_PET_NAME = "Qual é o nome"
ASKS_SERVICE = "você precisa?"
ASKS_SIZE = "porte (pequeno, médio, grande ou gigante)"
ASKS_COAT = "pelo (curto, médio ou longo)"
ASKS_WHICH_APPOINTMENT = "Qual destes agendamentos?"
OFFERS_LIST = "entrar na lista de espera desse dia"
NEXT_FREE = "O próximo livre é"
CHANGE_OR_CANCEL = "Prefere outro horário ou quer cancelar?"
MOVE_OR_ONE_MORE = "Quer mudar esse horário ou marcar mais um?"

_QUESTIONS = {
    "Posso confirmar?": Change.BOOK,
    "Posso remarcar?": Change.MOVE,
    "Posso cancelar?": Change.CANCEL,
}  # the engine's, under a summary
_REMINDERS = ("Você confirma?", "Lembrete da loja ")
_OFFER_OF_LIST = re.compile(
    r"Abriu um horário de (?P<service>.+) para (?P<pet>.+): .*?(?P<date>\d{2}/\d{2}(?:/\d{4})?), "
    r"às (?P<at>\d{2}:\d{2})\."
)
_ENDED = (
    "Agendamento confirmado:", "Agendamento remarcado:", "Agendamento cancelado:", "Presença confirmada:",
    HANDED_OVER, ON_THE_LIST, OFF_THE_LIST, LEFT_AS_IS, *_REMINDERS,
    "Abriu um horário de ", " esteve com a gente: ", "Sentimos a falta de ",
)  # fmt: skip
_OFFERED = re.compile(r"^- ((?:[01]\d|2[0-3]):[0-5]\d)$", re.MULTILINE)
_NEXT_FREE = re.compile(rf"{NEXT_FREE} .*?(\d{{2}}/\d{{2}}(?:/\d{{4}})?), às (\d{{2}}:\d{{2}})")
_FIRST = re.compile(r"Quer marcar (.+) primeiro\?")


@dataclass(frozen=True, slots=True)
class ListOffer:
    """A slot that the waiting list offered."""

    service: str
    pet: str
    day: date
    at: time


def ends_matter(said: str) -> bool:
    """Whether what was wished before such a text is over."""
    return any(mark in said for mark in _ENDED)


def asks_to(said: str) -> Change | None:
    """The change that such a text asks leave for, under its summary."""
    return next((change for question, change in _QUESTIONS.items() if question in said), None)


def is_reminder(said: str) -> bool:
    """Whether the shop reminded the customer of an appointment."""
    return any(mark in said for mark in _REMINDERS)


def offered_times(said: str) -> tuple[time, ...]:
    """The options "- 09:00" in a text, in its order: all of one day."""
    return tuple(time.fromisoformat(at) for at in _OFFERED.findall(said))


def next_free_in(said: str, today: date | None) -> tuple[date, time] | None:
    """The one start that was offered because nothing else is free."""
    found = _NEXT_FREE.search(said)
    day = read_day(found[1], today).wanted if found and today else None
    return (day, time.fromisoformat(found[2])) if found and day else None


def first_needed_in(said: str) -> str | None:
    """The service that has to come first, as such a text proposes it."""
    found = _FIRST.search(said)
    return found[1] if found else None


def list_offer_in(said: str, today: date | None) -> ListOffer | None:
    """The slot that the waiting list offered in such a text."""
    found = _OFFER_OF_LIST.search(said)
    day = read_day(found["date"], today).wanted if found and today else None
    return ListOffer(found["service"], found["pet"], day, time.fromisoformat(found["at"])) if found and day else None

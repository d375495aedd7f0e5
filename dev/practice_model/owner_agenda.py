"""Orders about when the shop and its people are there: closed days, absences, holidays, opening hours."""

import re

from pydantic import JsonValue

from dev.practice_model import owner_wording as wording
from dev.practice_model.days import WEEKDAY_WORDS
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.owner_periods import read_days
from dev.practice_model.owner_readings import read_hours, read_reason
from dev.practice_model.owner_said import Said
from dev.practice_model.owner_tools import BLOCK, FREE, HOLIDAY, HOURS
from dev.practice_model.portuguese import fold

_AWAY = (
    r"(?:folga|ferias|licenca|ausen\w+|vai faltar|nao (?:vem|vai vir|trabalha|vai trabalhar|atende|pode vir)|viaja\w*)"
)
_BLOCK = re.compile(
    rf"\b(?:bloque(?!ad)\w+|tranc\w+|fech(?:a|ar|e|amos|aremos|o|aremos)|{_AWAY}|"
    r"nao (?:vamos|vou|iremos) (?:abrir|atender)|nao (?:abr\w+|atend\w+))\b"
)
_FREE = re.compile(
    r"\b(?:liber(?!ad)\w+|desbloque\w+|reabr\w+|destranc\w+|abr(?:e|ir|a|imos) (?:de novo|a agenda|a loja|o dia)|"
    r"volt\w* a (?:abrir|atender|trabalhar)|vai trabalhar|(?:cancel|tir|desmarc)\w+ (?:a folga|as ferias|o bloqueio)|"
    r"nao (?:tem|vai ter|esta) mais (?:de )?(?:folga|ferias))\b"
)
_HOLIDAY = re.compile(r"\bferiado\b")
_HOLIDAY_NAME = re.compile(
    r"\bferiado(?: (?:municipal|nacional|estadual|local|da cidade))?\s*(?:,|:|-|\bd[aeo]s?\b|\bpel[oa]\b|\bpor\b)?\s*"
    r"(?P<name>[a-z][a-z' ]{2,60}?)(?=\W*(?:$|\n|\b(?:no dia|dia|em|na|nesta?|amanha|hoje)\b|[\d,.;!]))"
)
_NO_NAMES = re.compile(r"^(?:(?:no |na )?(?:dia|em|amanha|hoje|na|no|nesta?|proxim\w+)\b.*|d[aeo])$")
_WEEKDAYS = "|".join(WEEKDAY_WORDS)
_REGULAR = re.compile(
    rf"\b(?:aos|nos|nas|as|tod[oa]s?(?: [oa]s)?|cada) (?:{_WEEKDAYS})s?\b"
    rf"|\b(?:horario|expediente|funcionamento)\b.{{0,25}}\b(?:{_WEEKDAYS})s?\b"
    rf"|\b(?:{_WEEKDAYS})s?\b.{{0,40}}\b(?:horario|expediente|funcionamento)\b"
)
_OPENS = re.compile(r"\b(?:abr\w+|fech\w+|horario|expediente|funcion\w+|atend\w+)\b")
_RANGE = re.compile(rf"\bde ({_WEEKDAYS})(?:[ -]feira)? a ({_WEEKDAYS})\b")
_CLOSED = re.compile(r"\bnao (?:\w+ )?(?:mais )?(?:abr\w+|atend\w+|funcion\w+)\b|\bfech(?:a|ar|amos|ad[oa]|aremos|e)\b")
_REASONS = ("férias", "folga", "licença")
_TOLD = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")


def read_agenda_order(said: Said) -> Decision | None:
    """The order, or what it lacks; None where it is none of these."""
    if said.asks:
        return None
    text = said.folded
    if _HOLIDAY.search(text) and (days := read_days(text, said.today)) is not None and not _BLOCK.search(text):
        return Use((Call(HOLIDAY, {"day": days[0].isoformat(), "name": _holiday_name(said)}),))
    if _REGULAR.search(text) and _OPENS.search(text):
        return _hours(said)
    if _FREE.search(text):
        return _free(said)
    return _block(said) if _BLOCK.search(text) else None


def _holiday_name(said: Said) -> str:
    found = _HOLIDAY_NAME.search(said.folded)
    if found is None or _NO_NAMES.search(found["name"].strip()):
        return "Feriado"
    name = said.text[found.start("name") : found.end("name")].strip()
    return name[0].upper() + name[1:]


def _hours(said: Said) -> Decision:
    text = said.folded
    if span := _RANGE.search(text):
        first, last = WEEKDAY_WORDS.index(span[1]), WEEKDAY_WORDS.index(span[2])
        weekdays = list(range(first, last + 1)) if first <= last else [first, last]
    else:
        weekdays = [at for at, word in enumerate(WEEKDAY_WORDS) if re.search(rf"\b{word}s?\b", text)]
    opens, closes = read_hours(re.sub(rf"\b(?:{_WEEKDAYS})s?\b", "", text))
    arguments: dict[str, JsonValue] = {}
    if opens or closes:
        arguments = {"opens": opens, "closes": closes}
    elif _CLOSED.search(text):
        arguments = {"closed": True}
    if not weekdays or not arguments:
        return Say(wording.WHICH_WEEKDAY)
    given = {name: value for name, value in arguments.items() if value is not None}
    return Use(tuple(Call(HOURS, {"weekday": _TOLD[weekday], **given}) for weekday in weekdays))


def _free(said: Said) -> Decision:
    days = read_days(said.folded, said.today)
    if days is None:
        return Say(wording.WHICH_DAY)
    arguments: dict[str, JsonValue] = {"day": days[0].isoformat()}
    if (who := _who(said)) is not None:
        arguments["professional"] = who
    return Use((Call(FREE, arguments),))


def _block(said: Said) -> Decision:
    reason = read_reason(said.text)
    text = said.folded if reason is None else said.folded[: -len(reason)]
    days = read_days(text, said.today)
    if days is None:
        return Say(wording.WHICH_DAY)
    arguments: dict[str, JsonValue] = {"day": days[0].isoformat()}
    if days[1] != days[0]:
        arguments["last_day"] = days[1].isoformat()
    start, end = read_hours(text)
    arguments |= {name: at for name, at in (("from", start), ("to", end)) if at is not None}
    if (who := _who(said)) is not None:
        arguments["professional"] = who
    reason = reason or next((word for word in _REASONS if re.search(rf"\b{fold(word)}\b", text)), None)
    if reason:
        arguments["reason"] = reason
    return Use((Call(BLOCK, arguments),))


def _who(said: Said) -> str | None:
    """The professional; one nobody knows is passed on, so that the tool says whom there is."""
    if said.professional or not re.search(rf"\b{_AWAY}\b", said.folded):
        return said.professional
    return next(iter(said.names), None)

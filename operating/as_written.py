"""What operators write by hand, read: names, opening hours, prices, pets' traits, phones, web addresses, time zones."""

import re
import unicodedata
from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from domain.addresses import phone_from_text
from domain.agenda_rules import State, Unattended
from domain.opening import OpeningHours, OpenSpan, in_order
from domain.shop import Coat, Size
from domain.texts import folded
from operating.refusal import Mistyped

_DAYS = {"seg": 0, "ter": 1, "qua": 2, "qui": 3, "sex": 4, "sab": 5, "dom": 6}
_CLOCK = r"(\d{1,2})(?::(\d{2})|h(\d{2})?)"
_SPAN = re.compile(rf"{_CLOCK}\s*(?:-|–|as|ate)\s*{_CLOCK}")
_PART = re.compile(r"(?P<days>[a-z][a-z,\s–-]*?)[\s:]+(?P<times>\d.*|fechad[oa])")
_DAY_RANGE = re.compile(r"([a-z]+)(?:\s*[-–]\s*|\s+a\s+)([a-z]+)")
_PRICE = re.compile(r"(?:R\$)?\s*(\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d{1,8}(?:[.,]\d{1,2})?)")
_JOINER = "\u200d"
_HOURS_EXAMPLE = "escreva como: seg-sex 08:00-12:00 13:00-18:00; sáb 08:00-12:00"
_DAY_EXAMPLE = "escreva como: 09:00-12:00 13:00-18:00"
_LUNCH_EXAMPLE = "escreva como 12:00-13:00"
_OF_THE_MACHINE = frozenset(("localtime", "Factory"))
"""Names of no place. These, and files of the machine like "posix/…", are no zones to Postgres, which counts by days."""
_NONE = ("none", "nenhum", "nenhuma")

_Word = TypeVar("_Word", bound=StrEnum)


def name(text: str, *, of: str, longest: int = 255) -> str:
    """A name as people and the model will read it, without the space around it. Raises `Mistyped`.

    `of` says whose, in Portuguese: “o nome da loja”. A line break could pass for a line of the prompt, and a direction
    mark shows other letters than are stored; the joiner within an emoji is the only unseen letter that is taken.
    """
    written = text.strip()
    if not written.strip(_JOINER):
        raise Mistyped(f"falta {of}")
    if len(written) > longest:
        raise Mistyped(f"{of} passa de {longest} letras")
    if not written.replace(_JOINER, "").isprintable():
        raise Mistyped(f"{of} tem quebra de linha ou letras que não se veem")
    return written


def opening_hours(text: str) -> OpeningHours:
    """The week in `seg-sex 08:00-18:00; sáb 8h-12h`; days that are not named are closed. Raises `Mistyped`.

    A part names days (one, a list with commas, a range) and one or more stretches of them, or `fechado`.
    """
    week: dict[int, tuple[OpenSpan, ...]] = {}
    for part in filter(None, (part.strip() for part in _plain(text).split(";"))):
        match = _PART.fullmatch(part)
        if match is None:
            raise Mistyped(f"não entendi o horário “{part}”; {_HOURS_EXAMPLE}")
        spans = () if match["times"].startswith("fechad") else _spans(match["times"], _HOURS_EXAMPLE)
        for day in _days(match["days"]):
            if day in week:
                raise Mistyped(f"o horário fala duas vezes do mesmo dia em “{part}”; {_HOURS_EXAMPLE}")
            week[day] = spans
    if not week:
        raise Mistyped(f"o horário está vazio; {_HOURS_EXAMPLE}")
    return OpeningHours({day: spans for day, spans in sorted(week.items()) if spans})


def hours_of_day(text: str) -> tuple[OpenSpan, ...]:
    """The stretches of one day in `09:00-12:00 13h às 18h`. Raises `Mistyped`."""
    spans = _spans(_plain(text), _DAY_EXAMPLE)
    if not spans:
        raise Mistyped(f"o horário está vazio; {_DAY_EXAMPLE}")
    return spans


def lunch(text: str) -> OpenSpan:
    """The one stretch in `12:00-13:00`. Raises `Mistyped`."""
    spans = _spans(_plain(text), _LUNCH_EXAMPLE)
    if len(spans) != 1:
        raise Mistyped(f"o almoço é um intervalo só; {_LUNCH_EXAMPLE}")
    return spans[0]


def time_of_day(text: str) -> time:
    """The time in `10:00`, `10h` or `9h30`. Raises `Mistyped`."""
    match = re.fullmatch(_CLOCK, _plain(text).strip())
    if match is None:
        raise Mistyped(f"não entendi a hora “{text.strip()}”; escreva como 10:00")
    return _time(match[1], match[2] or match[3], "escreva como 10:00")


def _plain(text: str) -> str:
    """Small letters without accents; punctuation stays."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _days(text: str) -> list[int]:
    days: list[int] = []
    for part in filter(None, (part.strip() for part in re.sub(r"\s+e\s+", ",", text.replace("-feira", "")).split(","))):
        if (ends := _DAY_RANGE.fullmatch(part)) is None:
            days.append(_day(part))
            continue
        first, last = _day(ends[1]), _day(ends[2])
        # A range may run over the end of the week: sex-seg.
        days += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return days


def _day(word: str) -> int:
    day = _DAYS.get(word[:3]) if word.isalpha() else None
    if day is None:
        raise Mistyped(f"não conheço o dia “{word}”; {_HOURS_EXAMPLE}")
    return day


def _spans(text: str, example: str) -> tuple[OpenSpan, ...]:
    if _SPAN.sub("", text).strip(" ,e"):
        raise Mistyped(f"não entendi as horas “{text}”; {example}")
    edges = [(_time(m[1], m[2] or m[3], example), _time(m[4], m[5] or m[6], example)) for m in _SPAN.finditer(text)]
    try:
        return in_order([OpenSpan(opens=opens, closes=closes) for opens, closes in edges])
    except ValueError as error:  # pydantic's, too
        raise Mistyped(f"as horas têm de estar em ordem e não se sobrepor; {example}") from error


def _time(hour: str, minute: str | None, example: str) -> time:
    try:
        return time(int(hour), int(minute or 0))
    except ValueError as error:
        raise Mistyped(f"{hour}:{minute or '00'} não é uma hora do dia; {example}") from error


def price(text: str) -> Decimal:
    """The reais in `50`, `50,00`, `50.00`, `1.250,00` or `R$ 50,00`. Raises `Mistyped`."""
    match = _PRICE.fullmatch(text.strip())
    if match is None:
        raise Mistyped(f"“{text}” não é um preço; escreva como 50,00")
    written = match[1]
    if "," in written or re.fullmatch(r"\d{1,3}(?:\.\d{3})+", written):
        written = written.replace(".", "").replace(",", ".")
    return Decimal(written).quantize(Decimal("0.01"))


def size(text: str) -> Size:
    """A pet's size, whatever the accent. Raises `Mistyped`."""
    return _word(text, Size, "um porte", "pequeno, médio, grande ou gigante")


def coat(text: str) -> Coat:
    """A pet's coat, whatever the accent. Raises `Mistyped`."""
    return _word(text, Coat, "um pelo", "curto, médio ou longo")


def state(text: str) -> State | None:
    """The state in `SP`, or None in `none`. Raises `Mistyped`."""
    if is_none(text):
        return None
    return _word(text.upper(), State, "um estado", "como SP, ou none para só os feriados nacionais")


def unattended(text: str) -> Unattended:
    """What becomes of a booking that nobody speaks of: `completed` or `no-show`. Raises `Mistyped`."""
    return _word(text.replace("-", "_"), Unattended, "um fim", "completed ou no-show")


def is_none(text: str) -> bool:
    """Whether it says that there is to be none."""
    return folded(text) in _NONE


def _word(text: str, words: type[_Word], what: str, which: str) -> _Word:
    for word in words:
        if folded(text) == folded(word):
            return word
    raise Mistyped(f"“{text}” não é {what}: {which}")


def phone(text: str) -> str:
    """The canonical phone in `(11) 98765-4321` or `+55 11 98765-4321`. Raises `Mistyped`."""
    found = phone_from_text(text)
    if found is None:
        raise Mistyped(f"“{text}” não é um telefone; escreva com DDD, como (11) 98765-4321")
    return found


def web_address(text: str) -> str:
    """An http(s) address without the slash at its end. Raises `Mistyped`."""
    try:
        parts = urlsplit(text.strip())
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not parts.query
    except ValueError:
        fits = False
    if not fits or re.search(r"\s", text.strip()):
        raise Mistyped(f"“{text}” não é um endereço; escreva como https://exemplo.com.br")
    return text.strip().rstrip("/")


def time_zone(text: str) -> str:
    """The name of a time zone. Raises `Mistyped`."""
    if text not in available_timezones() - _OF_THE_MACHINE:
        raise Mistyped(f"não conheço o fuso “{text}”; escreva como America/Sao_Paulo")
    return text

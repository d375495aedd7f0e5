"""Finds the times and days in a short message: "10h30", "às duas da tarde", "sexta", "dia 25", "o primeiro"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.agreement_times import Amount, Day, Mention, Part, Rank, Time
from domain.agreement_words import plain, word


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a clause: its kind is the name of the group of the pattern that found it."""

    kind: str
    text: str


TOKEN = re.compile(
    r"""
    (?P<date>(?<![\d/])\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}))?(?![\d/]))
    | (?P<clock>(?<![\d:/.,])\d{1,2}
        (?: :[0-5]\d (?:\s?(?:horas?|hrs?|hs?|min))? | \s?(?:horas?|hrs?|hs?) (?:[0-5]\d(?:\s?min|m)?)? )
        (?![^\W_]))
    | (?P<decimal>\d{1,6}[.,]\d{1,3}(?!\d))
    | (?P<ordinal>(?<!\d)[1-9][oa](?![^\W_]))
    | (?P<number>\d+)
    | (?P<sign>r?\$|%)
    | (?P<word>[^\W\d_]+|[👍👌✅☑✔🆗🤝👎❌🚫⛔🙅✖🤔🤷🙄⏳🙏])
    | (?P<question>[?❓❔])
    | (?P<stop>[.!…;\n])
    | (?P<pause>[,:()—–])
    """,
    re.VERBOSE,
)
"""Reads text that went through `plain`; every repetition is bounded or of one class, so it is linear."""


def _compared(words: str) -> list[str]:
    return [word(one) for one in words.split()]


_WEEKDAYS = dict(zip(_compared("segunda terca quarta quinta sexta sabado domingo"), range(7), strict=True)) | {
    "seg": 0, "qua": 2, "qui": 3, "sex": 4, "sab": 5, "dom": 6,
}  # fmt: skip
_MONTHS = {
    name: month
    for month, name in enumerate(
        _compared("janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro"), 1
    )
}
_HOURS = {
    name: hour
    for hour, name in enumerate(
        _compared(
            "uma duas tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete "
            "dezoito dezenove vinte"
        ),
        1,
    )
} | {"catorze": 14}
_MINUTES = {"meia": 30, "trinta": 30, "quinze": 15, "quarenta": 40}
_RELATIVE = {"hoje": 0, "amanha": 1}
_RANKS = {
    "primeiro": 0, "primeira": 0, "segundo": 1, "terceiro": 2, "terceira": 2, "quarto": 3, "ultimo": -1, "ultima": -1,
}  # fmt: skip
_RANKED = frozenset(_compared("opcao vaga alternativa horario data"))
_AFTER_RANK = _RANKED | set(_compared("mesmo de da do dos das ta esta sim pode serve para por e"))
_LEADS = frozenset(("as", "das", "pelas"))
_AGES = frozenset(
    _compared("ano anos aninho aninhos mes meses mesinhos semana semanas kg kgs quilo quilos kilo kilos g gramas")
)
_UNITS = frozenset(
    _compared(
        "reais real conto contos pila minuto minutos minutinhos min mins dia dias vez vezes x cachorro cachorros "
        "cachorra cachorras cachorrinhos cachorrinhas cao caes dog dogs cadela cadelas gato gatos gata gatas gatinhos "
        "gatinhas pet pets filhote filhotes dose doses pessoa pessoas animal animais bicho bichos bichinhos deles "
        "delas banho banhos tosa tosas vacina vacinas consulta consultas opcoes horarios"
    )
)


def mention_at(tokens: Sequence[Token], at: int) -> tuple[Mention | Amount, int] | None:
    """The time, day, place in the list or amount that begins at `at`, and where it ends; None where there is none."""
    return _rank_at(tokens, at) or _day_at(tokens, at) or _part_at(tokens, at) or _number_at(tokens, at)


def times_named(text: str) -> list[Time]:
    """The times of day a text names beyond doubt, in order; of "9, 10 e 11h" all three."""
    tokens = [Token(found.lastgroup or "", word(found[0])) for found in TOKEN.finditer(plain(text))]
    times: list[Time] = []
    listed: list[Time] = []
    at = 0
    while at < len(tokens):
        found = mention_at(tokens, at)
        match found:
            case (Time() as time, end):
                # Numbers in a row belong together: the first or the last of them carries the "às" or the "h".
                listed = [*listed, time] if listed or not time.sure else [time]
                if any(one.sure for one in listed):
                    times += listed
                    listed = [replace(time, sure=True)]
                at = end
            case (_, end):
                listed, at = [], end
            case _:
                if tokens[at].text not in (",", "e", "ou", "-"):
                    listed = []
                at += 1
    return times


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def _rank_at(tokens: Sequence[Token], at: int) -> tuple[Mention, int] | None:
    here, following = _text(tokens, at), _text(tokens, at + 1)
    if tokens[at].kind == "ordinal" and following != "feira" and _text(tokens, at - 1) != "dia":
        return Rank(int(here[0]) - 1), at + 1
    if here in ("opcao", "alternativa", "numero") and re.fullmatch("[1-9]", following):
        return Rank(int(following) - 1), at + 2
    if following in _RANKED and here in _WEEKDAYS and _WEEKDAYS[here] < 5:
        return Rank(_WEEKDAYS[here] + 1), at + 2
    if here in _RANKS and (following == "" or following in _AFTER_RANK or tokens[at + 1].kind == "clock"):
        if here == "primeiro" and (_text(tokens, at + 2) in _MONTHS or _text(tokens, at - 1) == "dia"):
            return None
        return Rank(_RANKS[here]), at + 1
    return None


def _day_at(tokens: Sequence[Token], at: int) -> tuple[Mention, int] | None:
    here, following = _text(tokens, at), _text(tokens, at + 1)
    if here == "depois" and "amanha" in (following, _text(tokens, at + 2)):
        return Day(ahead=2), at + (2 if following == "amanha" else 3)
    if here in _RELATIVE:
        return Day(ahead=_RELATIVE[here]), at + 1
    if here == "proxima" and following == "semana":
        return Day(next_week=True), at + 2
    if here in ("proxima", "proximo") and following in _WEEKDAYS:
        return _weekday(tokens, at + 1, next_week=True)
    if here == "semana" and (following, _text(tokens, at + 2)) == ("que", "vem"):
        return Day(next_week=True), at + 3
    if here in _WEEKDAYS or (tokens[at].kind == "ordinal" and following == "feira" and "2" <= here[0] <= "6"):
        return _weekday(tokens, at, next_week=False)
    if tokens[at].kind == "date":
        day, month, *rest = (int(number) for number in here.split("/"))
        return Day(day=day, month=month, year=rest[0] % 100 + 2000 if rest else None), at + 1
    start = at + 1 if here == "dia" else at
    number = _text(tokens, start)
    is_day = start < len(tokens) and (tokens[start].kind == "number" and len(number) <= 2)
    if is_day or (number in ("primeiro", "1o") and (here == "dia" or _text(tokens, start + 2) in _MONTHS)):
        day = 1 if number in ("primeiro", "1o") else int(number)
        if _text(tokens, start + 1) == "de" and _text(tokens, start + 2) in _MONTHS:
            return Day(day=day, month=_MONTHS[_text(tokens, start + 2)]), start + 3
        if here == "dia":
            return Day(day=day), start + 1
    return None


def _weekday(tokens: Sequence[Token], at: int, *, next_week: bool) -> tuple[Mention, int]:
    here, end = _text(tokens, at), at + 1
    weekday = _WEEKDAYS[here] if here in _WEEKDAYS else int(here[0]) - 2
    if _text(tokens, end) == "feira":
        end += 1
    elif here == "segunda" and _text(tokens, at - 1) == "a" and end == len(tokens):
        return Day(weekday=weekday, rank=1), end
    if (_text(tokens, end), _text(tokens, end + 1)) == ("que", "vem"):
        return Day(weekday=weekday, next_week=True), end + 2
    return Day(weekday=weekday, next_week=next_week), end


def _part_at(tokens: Sequence[Token], at: int) -> tuple[Part, int] | None:
    if _text(tokens, at) in ("de", "da", "a", "na", "no", "pela") and _text(tokens, at + 1) in set(Part):
        return Part(_text(tokens, at + 1)), at + 2
    return None


def _number_at(tokens: Sequence[Token], at: int) -> tuple[Time | Amount, int] | None:
    token, end = tokens[at], at + 1
    lead = _text(tokens, at - 1) in _LEADS
    time: Time | None = None
    if token.text == "meio" and _text(tokens, end) == "dia":
        time, end = Time(12, exact=True), end + 1
    elif token.text == "meia" and _text(tokens, end) == "noite":
        time, end = Time(0, exact=True), end + 1
    elif token.kind == "clock" or (token.kind == "decimal" and lead and re.fullmatch(r"\d\d?\.[0-5]\d", token.text)):
        hour, *minutes = (int(number) for number in re.findall(r"\d+", token.text))
        time = Time(hour, minutes[0] if minutes else 0, exact=token.text.startswith("0"))
    elif token.kind == "number" and len(token.text) <= 2:
        time = Time(int(token.text), sure=lead, exact=token.text.startswith("0"))
    elif token.text in _HOURS and (lead or token.text not in ("uma", "duas") or _is_hour(tokens, end)):
        time = Time(_HOURS[token.text], sure=lead)
    if time is None:
        counts = token.kind in ("number", "decimal", "sign")
        return (Amount(of_pet=_text(tokens, end) in _AGES), end + (_text(tokens, end) in _AGES)) if counts else None
    return _time_to_its_end(tokens, at, end, time)


def _is_hour(tokens: Sequence[Token], end: int) -> bool:
    return (
        _text(tokens, end) in ("hora", "horas", "h")
        or (_text(tokens, end), _text(tokens, end + 1)) == ("e", "meia")
        or _part_at(tokens, end) is not None
        or len(tokens) == 1
    )


def _time_to_its_end(tokens: Sequence[Token], at: int, end: int, time: Time) -> tuple[Time | Amount, int]:
    unit = _text(tokens, end)
    if unit in _AGES or unit in _UNITS or time.hour > 23:
        return Amount(of_pet=unit in _AGES), end + (unit in _AGES or unit in _UNITS)
    if unit in ("hora", "horas", "h", "hs"):
        time, end = replace(time, sure=True), end + 1
    if _text(tokens, end) == "e" and time.minute == 0:
        minute = _text(tokens, end + 1)
        if minute in _MINUTES:
            time, end = replace(time, minute=_MINUTES[minute], sure=True), end + 2
        elif minute.isdecimal() and len(minute) == 2 and (minute == "15" or 24 <= int(minute) <= 59):
            time, end = replace(time, minute=int(minute), sure=True), end + 2
    part = _part_at(tokens, end)
    if part is None:
        return time, end
    hour = time.hour
    if part[0] is not Part.MORNING and hour < 12:
        hour += 12
    elif part[0] is Part.EVENING and hour == 12:
        hour = 0
    return Time(hour, time.minute, exact=True), part[1]

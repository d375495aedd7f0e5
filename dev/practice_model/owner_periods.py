"""Periods and days as owners say them: "semana passada", "em outubro", "de 01/11 a 15/11", "dia 24/12"."""

import re
from calendar import monthrange
from datetime import date, timedelta

from pydantic import JsonValue

from dev.practice_model.days import MONTHS, WEEKDAY_WORDS, read_day

_NAMED = (
    ("last_7_days", r"(?:ultim[oa]s (?:7|sete) dias)"),
    ("last_30_days", r"(?:ultim[oa]s (?:30|trinta) dias)"),
    ("last_week", r"(?:semana (?:passada|anterior)|ultima semana)"),
    ("next_week", r"(?:semana que vem|(?:proxima|outra) semana|semana seguinte)"),
    ("this_week", r"(?:semana|semanal)"),
    ("last_month", r"(?:mes (?:passado|anterior)|ultimo mes)"),
    ("next_month", r"(?:mes que vem|(?:proximo|outro) mes|mes seguinte)"),
    ("this_month", r"(?:(?:est?e|nest?e|ness?e|esse|[don]{1,2}) mes|mensal|mes atual|mes)"),
    ("last_year", r"(?:ano (?:passado|anterior))"),
    ("this_year", r"(?:(?:est?e|nest?e|ness?e|esse|[don]{1,2}) ano|anual)"),
    ("yesterday", r"ontem"),
    ("tomorrow", r"(?<!depois de )amanha"),
    ("today", r"hoje"),
)
_PERIODS = tuple((name, re.compile(rf"\b{pattern}\b(?! sim\b)")) for name, pattern in _NAMED)
_ALL_MONTHS = "|".join(MONTHS)
_DAY = (
    rf"(?:o dia |dia )?(?:\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?|\d{{1,2}}(?: de (?:{_ALL_MONTHS}))?(?!\s?h|:|\d|/)|"
    rf"(?:{'|'.join(WEEKDAY_WORDS)})(?:[ -]feira)?|hoje|amanha|ontem)"
)
_SPAN = re.compile(rf"\b(?:de|do|da|entre|desde)\s+({_DAY})\s+(?:a|ao|ate|e|para)\s+(?:o |a )?({_DAY})\b")
_SINCE = re.compile(rf"\bdesde\s+(?:o |a )?({_DAY})\b")
_SURELY_DAYS = re.compile(rf"/|\bdia\b|[a-z]{{4}}|\b(?:{_ALL_MONTHS})\b")
_LAST_DAYS = re.compile(r"\bultim[oa]s (\d{1,3}) dias\b")
_MONTH = re.compile(
    rf"\b({_ALL_MONTHS})"
    r"(?:,? (?:de |do |no )?(\d{4}|ano passado|passado|ano retrasado|ano que vem|proximo ano|que vem))?\b"
)
_YEARS_AWAY = {"passado": -1, "retrasado": -2, "que vem": 1, "proximo": 1}
_NEXT_YEAR = re.compile(r"\b(?:ano que vem|proximo ano)\b")
_YEAR = re.compile(r"(?<![\d/.,$])(?<!r\$ )\b(?:19[7-9]|20\d|21\d)\d\b(?![/.,:]\d)(?! (?:reais|clientes|dias))")
_FULL_DATE = re.compile(rf"\b(\d{{1,2}}) de ({_ALL_MONTHS}) (?:de |do ano de )?(\d{{4}})\b")
_WITH_YEAR = re.compile(r"\d/\d{1,2}/\d{2}")
_UNREAD = re.compile(
    r"\b(?:(?:bi|tri|quadri|se)mestr\w+|decadas?|seculo|quinzenas?|retrasad[oa]|natal|pascoa|carnaval|reveillon|verao|"
    r"inverno|outono|primavera|fim de semana|finais? de semana|feriad\w+|ferias"
    r"|(?:primeir|segund|terceir|quart|ultim)[oa] (?:semana|metade) d[aeo]"
    r"|(?:comeco|inicio|meados|meio|fim|final) d[aeo] (?:ano|mes|semana|[a-z]+o)"
    r"|(?:ultim|proxim)[oa]s (?:\w+ )?(?:semanas|meses|anos|horas)"
    r"|ha (?:\w+ )?(?:semanas?|mes|meses|anos?)(?: atras)?|(?:semanas?|mes|meses|anos?) atras)\b"
)
_LOOKS_LIKE = re.compile(
    rf"\d{{1,2}}/\d|\bdia \d|\b(?:{_ALL_MONTHS})\b|\b(?:ano|mes|semana|dias|meses|anos)\b|\b(?:19|20|21)\d\d\b"
)
_BEFORE_YESTERDAY = re.compile(r"\banteontem\b")
_DAY_OF_MONTH = re.compile(rf"\bdia (\d{{1,2}})\b(?!/| de (?:{_ALL_MONTHS}))")
_COMING = re.compile(
    r"\b(?:vou|vai|vamos|vao|previst[oa]s?|esperad[oa]s?|proxim[oa]s?|agendad[oa]s?|que vem|tem|temos|ter[ae]i?)\b"
)
_COMPARED = re.compile(
    r"\b(?:compar\w+|em relacao|versus|vs|contra|do que|que)\b.{0,15}"
    r"\b(?:ontem|anteontem|semana (?:passada|anterior)|mes (?:passado|anterior)|ano passado|periodo anterior)\b"
)


def read_period(folded: str, today: date, *, coming: bool | None = None) -> dict[str, JsonValue]:
    """The period of a question as its arguments: empty where none is named.

    What it is compared with is not the period. `coming`: a bare weekday or day of the month is the next, not the last;
    None: as the verbs say.
    """
    text = _dated(_COMPARED.sub(" ", folded))
    coming = bool(_COMING.search(text)) if coming is None else coming
    if (span := _span(text, today)) is not None:
        first, last = span if _WITH_YEAR.search(text) else tuple(_in_year(day, today) for day in span)
        return _days(first, last) if first <= last else _days(first, first)
    if match := _SINCE.search(text):
        day = _single(match[1], today, coming=False)
        return _days(day, today) if day is not None else {}
    if (match := _LAST_DAYS.search(text)) and match[1] not in ("7", "30"):
        return _days(today - timedelta(days=max(int(match[1]), 1) - 1), today)
    if (match := _MONTH.search(text)) and not re.search(rf"\d (?:de )?{match[1]}\b", text):
        return _month(match, today, coming=coming)
    if not _WITH_YEAR.search(text) and (year := _year(text, today)) is not None:
        return {"period": "this_year"} if year == today.year else _days(date(year, 1, 1), date(year, 12, 31))
    if _BEFORE_YESTERDAY.search(text):
        return _days(today - timedelta(days=2), today - timedelta(days=2))
    day = _single(text, today, coming=coming)
    named = next((name for name, pattern in _PERIODS if pattern.search(text)), None)
    if named is not None and (day is None or named in ("yesterday", "today", "tomorrow")):
        return {"period": named}
    return _days(day, day) if day is not None else {}


def is_unread_period(folded: str, today: date) -> bool:
    """Whether a period is named that is not understood: no other may answer for it."""
    text = _COMPARED.sub(" ", folded)
    months = len(set(re.findall(rf"\b(?:{_ALL_MONTHS})\b", text)))
    years = len(set(_YEAR.findall(text)))
    if _UNREAD.search(text) or ((months > 1 or years > 1) and _span(_dated(text), today) is None):
        return True
    return bool(_LOOKS_LIKE.search(text)) and not read_period(folded, today)


def read_one_day(folded: str, today: date) -> date | None:
    """The day whose agenda is asked for."""
    if _BEFORE_YESTERDAY.search(folded):
        return today - timedelta(days=2)
    if re.search(r"\bontem\b", folded):
        return today - timedelta(days=1)
    return _single(folded, today, coming=True)


def read_days(folded: str, today: date) -> tuple[date, date] | None:
    """The days an order is about, from now on: a span, a week, or one day twice."""
    if (span := _span(folded, today)) is not None:
        return span if span[0] <= span[1] else None
    if re.search(r"\b(?:semana que vem|proxima semana)\b", folded):
        monday = today + timedelta(days=7 - today.weekday())
        return monday, monday + timedelta(days=6)
    day = read_day(folded, today).wanted
    return (day, day) if day is not None else None


def without_days(folded: str) -> str:
    """The text without a span of days, for reading hours in what is left; as long as before."""
    return _SPAN.sub(lambda match: " " * len(match[0]) if _is_of_days(match) else match[0], folded)


def _span(text: str, today: date) -> tuple[date, date] | None:
    match = _SPAN.search(text)
    if match is None or not _is_of_days(match):
        return None
    first_words, last_words = match[1], match[2]
    last = read_day(_spoken(last_words), today).wanted
    if last is None:
        return None
    if bare := re.fullmatch(r"(?:o dia |dia )?(\d{1,2})", first_words):  # "de 1 a 15/11": of the same month
        number = int(bare[1])
        if number == 0 or number > monthrange(last.year, last.month)[1]:
            return None
        first = last.replace(day=number)
        return (first, last) if first <= last else None
    begins = read_day(_spoken(first_words), today).wanted
    if begins is not None and last < begins and not re.search(r"\d", last_words):
        last += timedelta(days=7)  # "de sexta a segunda"
    return (begins, last) if begins is not None else None


def _is_of_days(match: re.Match[str]) -> bool:
    return bool(_SURELY_DAYS.search(match[1]) or _SURELY_DAYS.search(match[2]))


def _spoken(words: str) -> str:
    return f"dia {words}" if words.strip().isdigit() else words


def _single(text: str, today: date, *, coming: bool) -> date | None:
    day = read_day(_spoken(text), today).wanted
    if _WITH_YEAR.search(text):
        return day
    if day is None or coming or day <= today:
        return _in_year(day, today) if day is not None and not coming else day
    if match := _DAY_OF_MONTH.search(_spoken(text)):
        return _last_of_month_day(int(match[1]), today)
    if any(re.search(rf"\b{word}\b", text) for word in WEEKDAY_WORDS) and not re.search(r"\d{1,2}/|\d de ", text):
        return day - timedelta(days=7)
    return _in_year(day, today)


def _last_of_month_day(number: int, today: date) -> date | None:
    return next(
        (day for back in range(62) if (day := today - timedelta(days=back)).day == number),
        None,
    )


def _in_year(day: date, today: date) -> date:
    """Of a day without its year that is asked about: nobody means one that is ten months ahead."""
    if (day - today).days <= 180:
        return day
    return day.replace(year=day.year - 1, day=min(day.day, 28) if (day.month, day.day) == (2, 29) else day.day)


def _month(match: re.Match[str], today: date, *, coming: bool) -> dict[str, JsonValue]:
    month = MONTHS.index(match[1]) + 1
    if match[2] is None:
        year = today.year
        if month > today.month and not coming:
            year -= 1
        elif month < today.month and coming:
            year += 1
    else:
        away = next((years for word, years in _YEARS_AWAY.items() if word in match[2]), 0)
        year = int(match[2]) if match[2].isdigit() else today.year + away
        if match[2] in ("passado", "que vem"):  # the last or next of that name
            year = today.year - (month >= today.month) if away < 0 else today.year + (month <= today.month)
    if (year, month) == (today.year, today.month):
        return {"period": "this_month"}
    if not 1970 < year < 2200:
        return {}
    return _days(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def _dated(text: str) -> str:
    """With "3 de março de 2024" as 3/3/2024."""
    return _FULL_DATE.sub(lambda found: f"{found[1]}/{MONTHS.index(found[2]) + 1}/{found[3]}", text)


def _year(text: str, today: date) -> int | None:
    if _NEXT_YEAR.search(text):
        return today.year + 1
    found = _YEAR.search(text)
    return int(found[0]) if found else None


def _days(first: date, last: date) -> dict[str, JsonValue]:
    return {"first": first.isoformat(), "last": last.isoformat()}

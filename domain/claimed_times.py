"""Times of day in a reply, held against the starts, opening hours and bookings that exist."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import NamedTuple

from domain.claimed_days import Days, days_in
from domain.claimed_stance import Subject, states
from domain.claimed_text import Figure, Sentence, Surroundings, readable, sentences
from domain.reply_facts import ReplyFacts

_CLOCK = re.compile(
    r"(?<![\d:.,$])(?:"
    r"(?P<hour>\d{1,2})[:h](?P<minute>[0-5]\d)(?::[0-5]\d)?(?: ?(?:hrs?|hs|horas?|h|min(?:utos)?))?(?![\w:])"
    r"|(?P<whole>\d{1,2}) ?(?:hrs?|hs|horas?|h)(?!\w)"
    r"|(?P<told>\d{1,2})(?= (?:e meia )?da (?:manhã|tarde|noite|madrugada)\b)"
    r"|(?<=às )(?P<bare>\d{1,2})(?![\d:/%]|[.,]\d)"
    r"|(?<= as )(?P<as>\d{1,2})(?= ?(?:[.,;!?)](?!\d)|$|(?:e|ou|da|de|d?[aà]s|n[ao]|com|hoje|amanhã|até)\b))"
    r"|(?<=\bdas )(?P<from>\d{1,2})(?= (?:[àa]s?|até) \d)"
    r"|(?<=\bde )(?P<since>\d{1,2})(?= (?:às|(?:a|as|até) \d{1,2} ?(?:h|:)))"
    r"|(?P<noon>meio[- ]dia)|(?P<midnight>meia[- ]noite)"
    r")(?P<half> e meia\b)?(?: da (?P<part>manhã|tarde|noite|madrugada)\b)?"
)
_EARLIEST = 6
"""No shop speaks of an earlier hour: "às 3h" may be meant of the afternoon, "3h" alone is a duration."""

_HOUR_GROUPS = ("hour", "whole", "told", "bare", "as", "from", "since")
_NEXT_IN_LIST = re.compile(r"(?:, | e | ou )(\d{1,2})(?=(?:, | e | ou )\d|[.;!?)]|$)")
_LED = re.compile(
    r"(?:\b(?:[àa]s|das|pelas|pras|hoje|amanhã|feira|sábado|domingo|segunda|terça|quarta|quinta|sexta|ao|o|dia \d{1,2}"
    r"|\d/\d{1,2})[,:]? )$"
)
_LASTS = re.compile(
    r"\b(?:dura\w*|leva\w*|demora\w*|tempo|prazo|espera|media|cerca|torno|volta|em|cada|daqui|por|durante|minimo"
    r"|maximo|ha|faz|uns|umas|dentro|proximas|ultimas|com|aproximadamente|jejum|intervalo|atraso|antecedencia"
    r"|mais de|menos de)"
    r"(?::? (?:e|a|as|de|ate|em|entre|cerca|uns|umas|media|mais ou menos|aproximadamente|total|estimad[oa]|medio|maximo"
    r"|minimo|apenas|so|cada|pelo menos|no|#+))*:? $"
)
_LASTED = re.compile(
    r"^ ?(?:antes|depois|apos|atras|uteis|corridas|seguidas|por dia|no (?:total|minimo|maximo)|em media|ou mais|a mais"
    r"|de (?!hoje|amanha|segunda|terca|quarta|quinta|sexta|sabado|domingo|dia|funcionamento|brasilia|\d)[a-z])"
)
_BEYOND = re.compile(r"\b(?:antes|depois|apos|alem|passad[oa]) ?(?:d?as|d[eo]|o)? $")
_OPENING = re.compile(
    r"\b(?:abr(?:imos|e|em|ira|iremos|indo)|abert[oa]s?|abertura|fecha(?:mos|m|mento)?|(?:horario de )?funciona\w*"
    r"|encerra\w*|expediente|horario de atendimento)\b"
)
_A_DEAL = re.compile(r"\b(?:entao fechamos|fechamos entao)\b")
_FREE = re.compile(r"\b(?:tenho|temos|livres?|vagas?|disponive\w+|opc\w+|encaix\w+|disponibilidade)\b")
_RANGE = re.compile(r"^ ?(?:as|a|ate(?: as)?|[-–—]) ?#")
_ALL_DAY = re.compile(
    r"\b(?:atend\w+|abert[oa]s?|abrimos|funciona\w*|plantao)(?: \w{1,12}){0,2} (?:24 ?(?:h|hs|hrs|horas)\b|24/7)"
)


class _Clock(NamedTuple):
    """A time of day as written: "2h da tarde" reads as one time, "às 2h" as either of two."""

    figure: Figure
    readings: frozenset[time]
    led: bool
    colon: bool


def unsupported_time(text: str, *, facts: ReplyFacts, moments: Iterable[datetime]) -> str | None:
    """The first sentence that states a time of day no row has, or None; `moments` are the bookings' begins and ends."""
    always = frozenset(facts.times) | _all_times(facts.about)
    dated = (*facts.slots, *moments)
    about = readable(facts.about).lower()
    reply = list(sentences(text))
    named = {(day.day, day.month): day for sentence in reply for day in days_in(sentence.bare)}
    only_day = tuple(named.values()) if len(named) == 1 else ()
    for sentence in reply:
        if (
            (found := _ALL_DAY.search(sentence.bare))
            and "24" not in about
            and "nao" not in sentence.bare[: found.end()]
        ):
            return sentence.words
        clocks = list(_clocks(sentence))
        if not clocks:
            continue
        words = sentence.around(clock.figure for clock in clocks)
        days = Days(sentence, first_time=clocks[0].figure.start, otherwise=only_day)
        for clock in clocks:
            if _lasts(clock, words) or not states(sentence, words, clock.figure, Subject.TIME):
                continue
            if _BEYOND.search(words.clause_before(clock.figure)):
                continue
            if clock.readings & always:
                continue
            if _is_opening(sentence, words, clock) or not any(
                start.time().replace(second=0, microsecond=0, fold=0) in clock.readings
                and days.allow(start.date(), clock.figure)
                for start in dated
            ):
                return sentence.words
    return None


def _all_times(text: str) -> frozenset[time]:
    return frozenset(at for sentence in sentences(text) for clock in _clocks(sentence) for at in clock.readings)


def _clocks(sentence: Sentence) -> Iterator[_Clock]:
    said = sentence.said
    for match in _CLOCK.finditer(said):
        written = next((match[group] for group in _HOUR_GROUPS if match[group]), None)
        hour = int(written) if written else 12 if match["noon"] else 0
        minute = 30 if match["half"] else int(match["minute"] or 0)
        led = bool(match["part"] or not written or _LED.search(said[max(0, match.start() - 20) : match.start()]))
        if hour < 24:
            colon = bool(match["minute"]) and "h" not in match[0]
            part = "madrugada" if match["midnight"] else match["part"]
            yield _Clock(Figure(*match.span()), _readings(hour, minute, part, colon), led, colon)
        listed = match.end() if match["bare"] or match["as"] else len(said)
        while further := _NEXT_IN_LIST.match(said, listed):
            if int(further[1]) < 24:
                yield _Clock(Figure(*further.span(1)), _readings(int(further[1]), 0, None, False), True, False)
            listed = further.end()


def _readings(hour: int, minute: int, part: str | None, colon: bool) -> frozenset[time]:
    if part in ("tarde", "noite") and hour < 12:
        return frozenset((time(hour + 12, minute),))
    if part is None and hour < _EARLIEST and not colon:
        return frozenset((time(hour, minute), time(hour + 12, minute)))
    return frozenset((time(hour, minute),))


def _lasts(clock: _Clock, words: Surroundings) -> bool:
    """Whether it is a duration: "leva 1h30", "2h antes", and whatever is too early to be a time of day."""
    if clock.led:
        return False
    if _LASTS.search(words.clause_before(clock.figure)[-60:]) or _LASTED.search(words.just_after(clock.figure)):
        return True
    return not clock.colon and min(clock.readings) < time(_EARLIEST)


def _is_opening(sentence: Sentence, words: Surroundings, clock: _Clock) -> bool:
    """Whether it is said of the opening hours: of these, starts that are free prove nothing."""
    clause = words.before(clock.figure)
    is_free = _FREE.search(clause + words.after(clock.figure))
    said = clause if is_free else f"{sentence.heading} {clause}"
    if _OPENING.search(said) and not _A_DEAL.search(said) and not (sentence.asks and "fechamos" in said):
        return True
    begins = clause.endswith(("das ", "de ")) and _RANGE.search(words.just_after(clock.figure))
    ends = re.search(r"\bd(?:e|as) #+ (?:as|a|ate(?: as)?) $", clause)
    return bool(begins or ends) and not is_free and not _FREE.search(said)

"""Times of day as customers say them: "10h", "às 10", "10h30", "às 3 da tarde", "de manhã", "depois das 14h"."""

import re
from dataclasses import dataclass
from datetime import time

from dev.practice_model.days import REFUSED
from dev.practice_model.portuguese import clauses

_TIME = re.compile(
    r"""
    (?P<lead>\b(?:as|pelas|das)\s)?
    (?<![\d/:.,])(?<!\bdia\s)(?P<hour>\d{1,2})(?![\d/]|\sde\s[a-z]+(?:eiro|o|l|bro)\b)
    (?: \s?(?:h|:)\s?(?P<minute>[0-5]\d)(?!\d) | (?P<mark>\s?(?:h|hs|hrs|horas?)\b) )?
    (?P<half>\se\smeia\b)?
    (?P<part>\s(?:da|de|a)\s(?:manha|tarde|noite)\b)?
    """,
    re.VERBOSE,
)
_NOT_A_TIME = re.compile(
    r"\s*(?:anos?|aninhos?|mes|meses|semanas?|dias?|gat|cach|ca[eo]s?\b|pets?|vezes|doses|filhote|reais)"
)
_LATER = re.compile(r"\b(?:depois|a partir|apos)(?: d?e?as?)?\s?$")
_EARLIER = re.compile(r"\b(?:antes|ate)(?: d?as)?\s?$")
_DURATION = re.compile(r"\b(?:daqui|em|ha|faz|dura|durante)(?: a)?\s?$")
_NOON = re.compile(r"\bmeio[ -]?dia\b")
_PARTS = re.compile(r"\b(?:de|da|pela|a|na|no periodo da) (manha|tarde|noite)\b")
_BARE_NUMBER = re.compile(r"[^\d]{0,20}(\d{1,2})[^\d]{0,25}")
_ORDINALS = (
    (re.compile(r"\bprimeir[oa]\b"), 0),
    (re.compile(r"\bsegund[oa] (?:opcao|horario)\b|\bo segundo\b"), 1),
    (re.compile(r"\bterceir[oa]\b"), 2),
    (re.compile(r"\bultim[oa]\b"), -1),
)


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the day: from `start`, before `end`; `period` is what the agenda calls it, if it does."""

    start: time
    end: time
    label: str
    period: str | None = None

    def holds(self, moment: time) -> bool:
        """Whether the moment lies in this part of the day."""
        return self.start <= moment < self.end


MORNING = Window(time(0), time(12), "de manhã", "manhã")
AFTERNOON = Window(time(12), time(18), "à tarde", "tarde")
EVENING = Window(time(18), time(23, 59), "à noite", "noite")
_WINDOWS = {"manha": MORNING, "tarde": AFTERNOON, "noite": EVENING}


@dataclass(frozen=True, slots=True)
class TimeReading:
    """The time a message chooses, and the part of the day it asks for."""

    wanted: time | None = None
    window: Window | None = None


def read_time(folded: str, offered: tuple[time, ...] = ()) -> TimeReading:
    """The last time a message chooses; `offered` are the options it may be answering ("o primeiro", "10")."""
    wanted: time | None = None
    window: Window | None = None
    for clause in clauses(folded):
        if REFUSED.search(clause):
            continue
        for part in _PARTS.finditer(clause):
            window = _WINDOWS[part[1]]
        for match in _TIME.finditer(clause):
            moment = _moment(match, clause)
            before = clause[: match.start("hour")]
            if moment is None or _DURATION.search(before):
                continue
            if _LATER.search(before):
                window = Window(moment, time(23, 59), f"depois das {moment:%H:%M}")
            elif _EARLIER.search(before):
                window = Window(time(0), moment, f"antes das {moment:%H:%M}")
            else:
                wanted = moment
        if _NOON.search(clause):
            wanted = time(12)
    if wanted is None and offered:
        wanted = _picked(folded, offered)
    if wanted is not None and window is not None and not window.holds(wanted):
        window = None
    return TimeReading(wanted, window)


def _moment(match: re.Match[str], clause: str) -> time | None:
    sure = match["minute"] or match["mark"] or match["half"] or match["part"]
    if not sure and (not match["lead"] or _NOT_A_TIME.match(clause, match.end())):
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or (30 if match["half"] else 0))
    part = match["part"] or ""
    # Nobody brings a pet at three in the night: "às 3" is three in the afternoon, "03:00" is what it says.
    afternoon = (
        "tarde" in part or "noite" in part or (not part and not match["hour"].startswith("0") and 1 <= hour <= 6)
    )
    if afternoon and hour < 12:
        hour += 12
    return time(hour, minute) if hour < 24 else None


def _picked(folded: str, offered: tuple[time, ...]) -> time | None:
    for ordinal, index in _ORDINALS:
        if ordinal.search(folded) and index < len(offered):
            return offered[index]
    bare = _BARE_NUMBER.fullmatch(folded)
    if bare is None:
        return None
    hours = {int(bare[1]), int(bare[1]) + 12}
    return next((moment for moment in offered if moment.hour in hours and moment.minute == 0), None)

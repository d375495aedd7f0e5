"""What the shop has answered before, as far as it is near to what a customer writes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from domain.claimed_text import readable
from domain.same_question import nearest
from reception.desk import Desk
from storage import knowledge
from storage.knowledge import Known

_MOST = 30
_LONGEST = 4_000
"""Entries, and characters of them all, that a prompt has room for."""


@dataclass(frozen=True)
class Learned:
    """`lines` for the prompt, nearest first: `«question» → answer`; `figures` are the answers that name a number."""

    lines: Sequence[str] = ()
    figures: Sequence[str] = ()


async def learned_by(desk: Desk, written: Sequence[str]) -> Learned:
    """Read it, in one query; a shop that was never asked pays nothing."""
    if not desk.shop.has_learned:
        return Learned()
    known = await knowledge.active(desk.tenant)
    if len(known) > _MOST or sum(len(_line(one)) for one in known) > _LONGEST:
        known = [known[at] for at in nearest(written, [one.question for one in known])]
    with_figures = [one for one in known if _has_figures(one.answer)]
    return Learned(
        lines=[_line(one) for one in _bounded(known)], figures=[one.answer for one in _bounded(with_figures)]
    )


@lru_cache(maxsize=4096)
def _has_figures(answer: str) -> bool:
    """Whether an answer names a number, in digits or words; it is asked in every turn."""
    return bool(re.search(r"\d", answer) or re.search(r"\d", readable(answer)))


def _bounded(known: Sequence[Known]) -> list[Known]:
    kept: list[Known] = []
    left = _LONGEST
    for one in known[:_MOST]:
        left -= len(_line(one))
        if left >= 0:
            kept.append(one)
    return kept


def _line(known: Known) -> str:
    return f"«{known.question}» → {known.answer}"

"""What Aurora keeps of a long conversation: wishes and decisions, bounded, and no old figures."""

import re

from domain.texts import cleaned

REMEMBERED_WHEN = 40
"""More messages than this that are in no summary yet call for one."""
SHOWN = 20
"""The last messages, which the model reads anyway, stay out of it."""
LONGEST_MEMORY = 1_500
_FIGURES = re.compile(r"r\$|\breais\b|%|\b\d+ (?:clientes?|pets?|banhos?|atendimentos?|agendamentos?|faltas?)\b", re.I)


def as_memory(written: str) -> str:
    """A model's summary as it is kept: cut at a line's end, lines without amounts and counts, which would be old."""
    lines = [line.strip() for line in cleaned(written).splitlines()]
    kept: list[str] = []
    left = LONGEST_MEMORY
    for line in lines:
        if not line or _FIGURES.search(line):
            continue
        left -= len(line) + 1
        if left < 0:
            if not kept:
                kept.append(line[:LONGEST_MEMORY])
            break
        kept.append(line)
    return "\n".join(kept)

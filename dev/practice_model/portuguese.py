"""Reads Portuguese as people type it: case and accents do not count."""

import re
import unicodedata

_CLAUSE_END = re.compile(r"[.;!?,\n]+|\bmas\b")
_NUMBERS = {
    "um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6,
    "sete": 7, "oito": 8, "nove": 9, "dez": 10, "onze": 11, "doze": 12,
}  # fmt: skip
NUMBER = r"(?:\d{1,2}|" + "|".join(_NUMBERS) + ")"


def fold(text: str) -> str:
    """Lower case without accents; as long as the text in NFC, so that positions are the same in both."""
    return "".join(_plain(character) for character in composed(text))


def composed(text: str) -> str:
    """The text in NFC, the form that `fold` keeps its positions in."""
    return unicodedata.normalize("NFC", text)


def clauses(folded: str) -> list[str]:
    """The text cut where a new thought begins, so that a "não" only denies its own part."""
    return [clause.strip() for clause in _CLAUSE_END.split(folded) if clause.strip()]


def words(folded: str) -> list[str]:
    """The words and figures of a folded text, in order."""
    return re.findall(r"[a-z0-9]+", folded)


def number(word: str) -> int:
    """The value of a match of `NUMBER`."""
    return _NUMBERS[word] if word in _NUMBERS else int(word)


def _plain(character: str) -> str:
    return (unicodedata.normalize("NFD", character)[0].lower() or character)[0]

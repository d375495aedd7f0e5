"""Finding what a customer means among the names a shop knows, whatever the accents, the case and small slips."""

from collections.abc import Iterable

from rapidfuzz import fuzz

from domain.texts import folded

_SAME_WORD = 82
"""Similarity (0–100) from which two words count as the same: "golden" and "goldem" do, "banho" and "tosa" do not."""

_FILLER = frozenset(("de", "da", "do", "e", "para", "pra", "um", "uma", "o", "a", "no", "na", "com"))


def matches(wanted: str, names: Iterable[str]) -> list[str]:
    """The names that `wanted` can mean: the exact one alone, else those that contain all its words, else those all of
    whose words it contains ("banho do Rex" means "Banho"); [] when none does.

    More than one means that somebody has to be asked; nothing is ever guessed.
    """
    wanted_folded = folded(wanted)
    names = list(names)
    exact = [name for name in names if folded(name) == wanted_folded]
    if exact:
        return exact[:1]
    words = _words(wanted)
    if not words:
        return []
    return [name for name in names if all(_has_word(word, _words(name)) for word in words)] or [
        name for name in names if (own := _words(name)) and all(_has_word(word, words) for word in own)
    ]


def _words(text: str) -> list[str]:
    return [word for word in folded(text).split() if word not in _FILLER]


def _has_word(word: str, of_name: list[str]) -> bool:
    return any(fuzz.ratio(word, other) >= _SAME_WORD for other in of_name)

"""How big an animal is and how long its coat: what many services are priced by."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Size(StrEnum):
    """The sizes that `register_pet` knows."""

    SMALL = "pequeno"
    MEDIUM = "medio"
    LARGE = "grande"
    GIANT = "gigante"


class Coat(StrEnum):
    """The coats that `register_pet` knows."""

    SHORT = "curto"
    MEDIUM = "medio"
    LONG = "longo"


_SIZES = {
    Size.GIANT: r"gigante|enorme", Size.LARGE: r"grande|grandao|grandona", Size.MEDIUM: r"medi[oa]",
    Size.SMALL: r"pequen[oa]|pequenin[oa]|mini",
}  # fmt: skip
_COATS = {
    Coat.LONG: r"long[oa]|comprid[oa]|pelud[oa]", Coat.SHORT: r"curt[oa]|curtinh[oa]", Coat.MEDIUM: r"medi[oa]",
}  # fmt: skip
_OF_SIZE = re.compile(
    r"\b(?:porte|tamanho) (?:de |e |eh |bem )?(\w+)|\bde (\w+) porte\b|\b(?:cachorr|gat|cadel)\w+ (\w+)"
)
_OF_COAT = re.compile(r"\b(?:pelos?|pelagem) (?:e |eh |bem |muito |um pouco |mais )?(\w+)|\b(pelud[oa])\b")
_BARE_MEDIUM = re.compile(r"\bmedi[oa]\b")


def read_size(folded: str, *, asked: bool = False) -> Size | None:
    """The size in a message: "porte grande", "cachorro grande"; `asked` for it, also "grande"."""
    rest = _OF_COAT.sub(" ", folded)
    for match in _OF_SIZE.finditer(rest):
        if size := _first(_SIZES, match[1] or match[2] or match[3]):
            return size
    return _first(_SIZES, rest) if asked else None


def read_coat(folded: str, *, asked: bool = False, size_too: bool = False) -> Coat | None:
    """The coat in a message: "pelo curto", "peludo"; `asked` for it, also "curto". `size_too`: both were asked for."""
    for match in _OF_COAT.finditer(folded):
        if coat := _first(_COATS, match[1] or match[2]):
            return coat
    if not asked:
        return None
    found = _first(_COATS, folded)
    # Of "médio" alone nobody knows which of the two it is; it is taken for the size.
    is_of_size = found is Coat.MEDIUM and size_too and len(_BARE_MEDIUM.findall(folded)) == 1
    return None if is_of_size and read_size(folded, asked=True) is Size.MEDIUM else found


def _first(words: Mapping[T, str], text: str) -> T | None:
    return next((trait for trait, pattern in words.items() if re.search(rf"\b(?:{pattern})\b", text)), None)

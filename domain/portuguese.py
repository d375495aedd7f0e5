"""Small grammar of the words a shop counts."""

import re

_ENDINGS = (("ão", "ões"), ("el", "éis"), ("al", "ais"), ("m", "ns"), ("r", "res"), ("z", "zes"), ("s", "s"))
_OF = re.compile(r"\s(?:de|do|da|dos|das|com|para|em)\s")


def plural(noun: str) -> str:
    """The plural of a noun as services are named.

    banho → banhos, vacinação → vacinações, hotel → hotéis, banho e tosa → banhos e tosas,
    corte de unha → cortes de unha.
    """
    of = _OF.search(noun)
    head, rest = (noun[: of.start()], noun[of.start() :]) if of else (noun, "")
    return " ".join(word if word == "e" else _plural(word) for word in head.split()) + rest


def _plural(word: str) -> str:
    for singular, ending in _ENDINGS:
        if word.endswith(singular):
            return word[: -len(singular)] + ending
    return word + "s"


def counted(count: int, noun: str) -> str:
    """ "1 tosa", "8 banhos"."""
    return f"{count} {noun if count == 1 else plural(noun)}"

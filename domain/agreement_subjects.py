"""What a customer's words are about: a service, a pet. A yes that names another one is a yes to something else."""

import re
from collections.abc import Iterable, Sequence

from domain.agreement_clauses import LONGEST_ANSWER
from domain.agreement_words import LEXICON, Kind, plain, word

_WORD = re.compile(r"[^\W\d_]+")
_STEM = 5
"""Letters that two forms of a word share: "vacina" and "Vacinação"."""

_SHORTEST = 4
"""Letters a word of a service's name has at least to be told by."""

_SERVICES = frozenset(phrase[0] for phrase, kind in LEXICON.items() if kind is Kind.SERVICE and len(phrase) == 1)


def names_another_service(texts: Sequence[str], service: str, on_sale: Iterable[str]) -> bool:
    """Whether the texts name a service, on sale or not, that this one is not: "tosa", where it is "Banho"."""
    own = _words(service)
    known = _SERVICES.union(*(_words(name) for name in on_sale)) - own
    return any(
        _is_one_of(said, known) and not _is_one_of(said, own) for said in _words(" ".join(texts)) if len(said) > 2
    )


def names_another_pet(texts: Sequence[str], pet: str, of_customer: Iterable[str]) -> bool:
    """Whether the texts name another of the customer's pets, and not this one. A pet may be called Sim, or Linda."""
    own, said = _words(pet), _words(" ".join(texts))
    others = set().union(*(_words(name) for name in of_customer)) - own
    return bool(said & others - {phrase[0] for phrase in LEXICON}) and not said & own


def _is_one_of(said: str, words: Iterable[str]) -> bool:
    return any(
        said == one or (len(said) >= _SHORTEST and len(one) >= _SHORTEST and said[:_STEM] == one[:_STEM])
        for one in words
        if len(one) >= _SHORTEST
    )


def _words(text: str) -> set[str]:
    return {word(one) for one in _WORD.findall(plain(text[: 20 * LONGEST_ANSWER]))}

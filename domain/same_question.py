"""Whether two questions to the shop are one, and which answers are near to what a customer writes."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from domain.texts import folded

_FILLER_WORDS = """
a o as os um uma uns umas de da do das dos e ou em no na nos nas por pelo pela para pra pro com ao aos que qual quais
eu me meu minha meus minhas voce voces vc vcs te seu sua seus suas ele ela eles elas isso isto esse essa este esta
tem teria tinha ter ha existe existem possui possuem la aqui ai loja petshop pet shop oi ola bom boa dia tarde noite
tudo bem favor gostaria queria quero saber sabe dizer diga informar informacao pergunta duvida cliente se sera como
e eh ta esta estao ser sao foi algum alguma alguns algumas tambem mesmo entao ja so obrigado obrigada
"""
_FILLER = frozenset(_FILLER_WORDS.split())
_NEGATIONS = frozenset(("nao", "n", "nunca", "nem", "jamais", "sem", "nenhum", "nenhuma"))
_SAME_WORD = 90
_LONG = 6
"""Only words as long as this may differ by a slip of the pen: among short ones "gato" would be "rato"."""
_ENOUGH = 0.85
"""Share of the words of both that have to be in the other: of two or three words every one."""


def content_words(text: str) -> frozenset[str]:
    """The words that carry the meaning, cut to their stems ("aceitam cartões?" → aceit, carta); no figures."""
    return frozenset(
        _stem(word)
        for word in folded(text).split()
        if word not in _FILLER and word not in _NEGATIONS and not any(character.isdigit() for character in word)
    )


def negates(text: str) -> bool:
    """Whether the text says no to something."""
    return not _NEGATIONS.isdisjoint(folded(text).split())


def same_question(one: str, other: str) -> bool:
    """Whether an answer to the one certainly answers the other. In doubt it is False: then the shop is asked twice."""
    if folded(one) == folded(other):
        return True
    if negates(one) != negates(other) or _figures(one) != _figures(other):
        return False
    words, others = content_words(one), content_words(other)
    if not words or not others:
        return False
    found = sum(has_word(word, others) for word in words) + sum(has_word(word, words) for word in others)
    return found / (len(words) + len(others)) >= _ENOUGH


def nearest(written: Iterable[str], questions: Sequence[str]) -> list[int]:
    """The positions of `questions`, those first that share most words with what was written, else as they came."""
    words = frozenset[str]().union(*(content_words(text) for text in written))
    shared = [len(words & _asked(question)) for question in questions]
    return sorted(range(len(questions)), key=lambda at: -shared[at])


def has_word(word: str, among: Iterable[str]) -> bool:
    """Whether a stem is among others, slips of the pen in long ones aside."""
    return any(
        word == other or (min(len(word), len(other)) >= _LONG and fuzz.ratio(word, other) >= _SAME_WORD)
        for other in among
    )


@lru_cache(maxsize=4096)
def _asked(question: str) -> frozenset[str]:
    """The words of a question the shop has answered: they are looked at in every turn."""
    return content_words(question)


def _figures(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\d+", text))


def _stem(word: str) -> str:
    """Without the endings of number, gender and person; short words stay whole."""
    if word.endswith("oes"):
        word = f"{word[:-3]}ao"
    for ending in ("s", "m"):
        if len(word) > 3:
            word = word.removesuffix(ending)
    return word[:-1] if len(word) > 4 and word[-1] in "aoe" else word

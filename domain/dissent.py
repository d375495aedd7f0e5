"""Whether an owner's words are a no to the order she was asked about: nothing but no, or it is none.

"Não, põe 70" is a new wish, and "não, pode fazer" is nothing clear; both leave the question open.
"""

from collections.abc import Sequence

from domain.texts import folded

_DECLINING = """
nao n nn nem nunca jamais negativo deixa deixe esquece esqueca desisto desisti
"""
_BESIDE = """
aurora por favor pfv pf obrigado obrigada obg valeu oi bom boa dia tarde noite bem a o ainda agora hoje enquanto mais
isso isto assim la pra para quieto melhor ta tudo nada faz faca quero precisa mudei de ideia
"""
_NO, _WITH_IT = frozenset(_DECLINING.split()), frozenset(_BESIDE.split())
_THUMBS = ("👎", "❌", "🙅")


def is_dissent(texts: Sequence[str]) -> bool:
    """Whether these messages, all that was written since the question, turn it down and say nothing else."""
    if any("?" in text for text in texts):
        return False
    words = [word for text in texts for word in folded(text).split()]
    if any(word not in _NO and word not in _WITH_IT for word in words):
        return False
    return any(word in _NO for word in words) or any(thumb in text for text in texts for thumb in _THUMBS)

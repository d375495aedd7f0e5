"""Whether an owner's words are a yes to the order she was asked about: nothing but yes, or it is none.

An order acts on the whole shop, so every word has to be one of agreeing; "sim, mas só amanhã" is a new wish.
"""

from collections.abc import Sequence

from domain.texts import folded

_AGREEING = """
sim s ss sii claro ok okay oki okey okok blz beleza confirmo confirma confirmado confirmada isso exato exatamente
perfeito fechado combinado positivo autorizo autorizado aprovo aprovado certo correto pode podes bora manda mande
mandar faz faca fazer vai dale uhum aham joia show otimo otima concordo
"""
_BESIDE = """
aurora por favor pfv pf obrigado obrigada obg valeu agora ja entao mesmo mesma tudo bem oi bom boa dia tarde noite e a
o ver com certeza frente em seguir prosseguir ir bloquear fechar abrir liberar remarcar mudar alterar pausar
ligar desligar reativar retomar registrar cadastrar enviar avisar convidar chamar marcar trocar
adicionar tirar remover eu tu voce que esta ta to sim sem duvida aumentar baixar
"""
_YES, _WITH_IT = frozenset(_AGREEING.split()), frozenset(_BESIDE.split())
_THUMBS = ("👍", "👌", "✅", "🆗")
_DOUBTS = ("?", "？", "👎", "❌", "🚫", "🤔", "✋", "🙅", "⛔", "🛑")
_LEAVING_OFF = {"cancelar": ("cancelar",), "parar": ("parar", "pausar"), "desfazer": ("desfazer",)}
"""What "pode parar" says of an order that begins something is no; the words of the order in which it is a yes."""


def is_assent(texts: Sequence[str], asked: str) -> bool:
    """Whether these messages, all that was written since the question, agree to what was `asked`, and say nothing else.

    To leave off ("pode cancelar") agrees only where that is what was asked.
    """
    if any(doubt in text for text in texts for doubt in _DOUBTS):
        return False
    of_order = frozenset(folded(asked).split())
    fitting = {word for word, meant in _LEAVING_OFF.items() if not of_order.isdisjoint(meant)}
    thumbs = any(thumb in text for text in texts for thumb in _THUMBS)
    words = [word for text in texts for word in folded(text).split()]
    if any(word not in _YES and word not in _WITH_IT and word not in fitting for word in words):
        return False
    return thumbs or any(word in _YES for word in words)

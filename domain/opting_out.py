"""A customer's plain word on invitations: no more of them, or again. Read by code, so that no model can miss it.

Only a message that says nothing else counts: "vou sair às 10h" is no such word, "SAIR, por favor" is one.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from domain.texts import folded


class InvitationWish(StrEnum):
    """What a customer wants."""

    NONE = "none"
    """No invitations."""
    AGAIN = "again"
    """Invitations again."""


_THEM = (
    r"(receber |ser |de receber )?(mais )?"
    r"(d?(ess|est|out?r)[ae]s? |d?[oa]s |nenhum |nenhuma |mais )?"
    r"(convites?|convidad[oa]s?|promoc(ao|oes)|propagandas?|ofertas?|mensage(m|ns)( automaticas?| promocionais)?)"
    r"( automatic[oa]s?| promociona(l|is))?( (de|da|do) (voces?|vcs?|loja|petshop|pet shop))?"
)
_NO = re.compile(
    rf"sair|parar|pare|parem|stop|descadastr(ar|e|em)?|cancelar (inscricao|convites)|sair d[ao]s? (lista de )?convites"
    rf"|(eu )?nao (quero|desejo|gostaria de|gosto de)( mais)? {_THEM}|chega de {_THEM}"
    rf"|(par[ae]m?|parar)( de)?( me)? (convidar|mandar {_THEM}|enviar {_THEM})"
)
_YES = re.compile(rf"voltar|(eu )?(quero|gostaria de|posso)( sim)?( voltar a)? {_THEM}( de novo| novamente)?")
_BESIDE = frozenset(("oi", "ola", "bom", "boa", "dia", "tarde", "noite", "por", "favor", "pfv", "obrigado", "obrigada"))
"""Politeness around it changes nothing."""
_LONGEST = 80
"""A longer message says something else too."""


def invitation_wish(text: str) -> InvitationWish | None:
    """The wish that is all a message says; None for every other message."""
    if len(text) > _LONGEST or "?" in text:
        return None
    words = folded(text).split()
    said = " ".join(word for word in words if word not in _BESIDE)
    if _NO.fullmatch(said):
        return InvitationWish.NONE
    if _YES.fullmatch(said):
        return InvitationWish.AGAIN
    return None


def last_wish(texts: Sequence[str]) -> InvitationWish | None:
    """The wish among some messages: the last one that is nothing but a wish."""
    return next((wish for text in reversed(texts) if (wish := invitation_wish(text))), None)


def only_wish(texts: Sequence[str]) -> InvitationWish | None:
    """The last wish of messages that all say nothing else; None where anything else wants an answer."""
    wishes = [invitation_wish(text) for text in texts]
    return wishes[-1] if wishes and all(wishes) else None

"""How customers say that they want another time, cannot come, give up, or want to wait for a place."""

import re
from enum import StrEnum

from dev.practice_model.portuguese import clauses

_A_VISIT = r"(?:dia|data|hora|horario|agendamento|consulta|banho|tosa|vacina|vacinacao|visita|reserva)"
_MOVE = re.compile(
    r"\b(?:remarc\w+|reagend\w+|adi(?:ar|a|o)|antecip\w+|"
    rf"(?:mudar|mude|muda|trocar|troca|troque|alterar|passar|transferir) (?:.{{0,25}} )?(?:de )?{_A_VISIT})\b"
)
_MOVE_PERHAPS = re.compile(
    r"\bmais (?:tarde|cedo)\b|\boutr[oa] (?:dia|horario|data|hora)\b"
    r"|\b(?:mudar|mude|muda|trocar|troca|passar|passa|alterar) (?:para|pra|pro|pras?)\b"
)
_CANCEL = re.compile(r"\b(?:cancel(?!ad)\w*|desmarc(?!ad)\w*)\b")
_CANNOT = re.compile(
    r"\bnao (?:vou|vamos|irei|iremos) (?:mais )?(?:poder|conseguir|ir|dar|levar|comparecer|mais)\b"
    r"|\bnao (?:posso|consigo|podemos|conseguimos|poderei|poderemos) (?:mais )?(?:ir|levar|comparecer|estar)\b"
    r"|\b(?:tive|surgiu|aconteceu|deu) um imprevisto\b|\bvou ter que faltar\b|\bdesisti\b"
)
_DENIED = re.compile(r"\b(?:nao|sem) (?:quero |precisa |preciso |vou |e para |e pra |querer )?$")
_BOOK = re.compile(
    r"\b(?:quero|queria|gostaria de|preciso|posso|podemos|da para|da pra|vamos) (?:agendar|marcar|reservar)\b"
    r"|^\W*(?:agendar|marcar|reservar)\b"
)
_LIST = re.compile(
    r"\b(?:quais|qual|quando|que (?:dia|horas?)|tenho|ver|mostra\w*|lista\w*|confere|conferir)\b.{0,30}"
    r"\b(?:meus? (?:agendamentos?|horarios?|banhos?)|minhas? (?:consultas?|tosas?|reservas?|marcacoes)"
    r"|(?:alg[ou]m?a? )?(?:horario|consulta|banho|coisa|agendamento) (?:marcad[oa]|agendad[oa]))\b"
    r"|^\W*meus? (?:agendamentos?|horarios?)\W*$"
)
_WAIT = re.compile(
    r"\b(?:lista|fila) de espera\b|\b(?:me )?(?:avis[ae]r?|cham[ae]r?)(?: me)? "
    r"(?:se|quando|caso) (?:abrir|surgir|vagar|aparecer|tiver|sobrar)\b"
)
_LEAVE_LIST = re.compile(
    r"\b(?:sair|tira\w*|saio|remov\w+) .{0,15}\b(?:lista|fila)\b"
    r"|\bnao (?:quero|preciso)(?: mais)? (?:esperar|ficar na)\b"
)
_ONE_MORE = re.compile(r"\bmais um[a]?\b|\b(?:os dois|as duas|alem d\w+|outr[oa] (?:banho|consulta|tosa))\b")
_THIS_ONE = re.compile(r"\b(?:mud\w+|troc\w+|remarc\w+|esse|este|o primeiro)\b")
_LATER = re.compile(r"\bmais tarde\b")
_EARLIER = re.compile(r"\bmais cedo\b")
_WEEKDAYS = r"(?:segunda|terca|quarta|quinta|sexta|sabado|domingo)(?:[ -]feira)?"
_AT = r"(?: as? \d{1,2}(?:[:h]\d{0,2})?)?"
ORIGIN = re.compile(
    rf"(?<!depois )(?<!h )(?<!\d )\bd[eoa] (?:proxim[oa] )?(?:hoje|amanha|{_WEEKDAYS})\b{_AT}"
    rf"|\bdo dia \d{{1,2}}(?:/\d{{1,2}})?{_AT}"
    r"|\bd(?:as|e) \d{1,2}(?::\d{2}|h(?:\d{2})?|(?= (?:para|pra)))"
)
"""Where an appointment is moved from: "a consulta de amanhã", "das 10h"."""


class Wanted(StrEnum):
    """What is to become of an appointment."""

    MOVE = "move"
    CANCEL = "cancel"
    UNDECIDED = "undecided"
    """The customer cannot come, and has not said what then."""


def read_change(folded: str, *, perhaps: bool) -> Wanted | None:
    """What a message wants for an appointment; `perhaps`: it is about one, so that "mais tarde" asks for a move."""
    found: Wanted | None = None
    for clause in clauses(folded):
        if (match := _CANCEL.search(clause)) and not _DENIED.search(clause[: match.start()]):
            found = Wanted.CANCEL
        elif _MOVE.search(clause) or (perhaps and _MOVE_PERHAPS.search(clause)):
            found = Wanted.MOVE
        elif found is None and perhaps and _CANNOT.search(clause):
            found = Wanted.UNDECIDED
    return found


def wants_to_book(folded: str) -> bool:
    """Whether it says plainly that something new is to be booked."""
    return bool(_BOOK.search(folded))


def asks_for_list(folded: str) -> bool:
    """Whether it asks what is booked."""
    return bool(_LIST.search(folded))


def wants_to_wait(folded: str) -> bool:
    """Whether it asks for the waiting list."""
    return bool(_WAIT.search(folded)) and not leaves_list(folded)


def leaves_list(folded: str) -> bool:
    """Whether it wants to wait no longer."""
    return bool(_LEAVE_LIST.search(folded))


def wants_one_more(folded: str) -> bool:
    """Whether, asked "this one or one more?", it says one more."""
    return bool(_ONE_MORE.search(folded))


def wants_this_one(folded: str) -> bool:
    """Whether, asked "this one or one more?", it says this one."""
    return bool(_THIS_ONE.search(folded))


def shift(folded: str) -> int:
    """1 for "mais tarde", -1 for "mais cedo", else 0."""
    return 1 if _LATER.search(folded) else -1 if _EARLIER.search(folded) else 0

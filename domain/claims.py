"""What a model may not say: that something was done which no row supports.

A language model says "agendado!" because the sentence is likely, not because a booking exists. Before a reply is sent,
every sentence that claims a booking or a hand-over is held against what the tools really did. The rules are cautious:
questions, conditions, negations and offers are no claims.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from domain.bookings import BookingFacts
from domain.frozen import Frozen
from domain.texts import folded


class ClaimKind(StrEnum):
    """What was claimed without support."""

    BOOKING = "booking"
    HANDOVER = "handover"


class UnsupportedClaim(Frozen):
    """A claim to be taken back; `sentence` is the model's."""

    kind: ClaimKind
    sentence: str

    def correction(self) -> str:
        """What the model is told before it is asked again. Portuguese, since it joins a Portuguese prompt."""
        if self.kind is ClaimKind.BOOKING:
            return (
                "CORREÇÃO: você afirmou um agendamento que não existe no sistema. Nada foi agendado agora. "
                "Não diga que está agendado, marcado ou confirmado sem antes chamar book_appointment e receber ok. "
                "Responda de novo, com a verdade."
            )
        return (
            "CORREÇÃO: você disse que uma pessoa vai assumir, mas ninguém foi chamado. Só diga isso depois de chamar "
            "escalate_to_human e receber ok. Responda de novo, com a verdade."
        )


_BOOKED = re.compile(
    r"\b(agendad[oa]s?|marcad[oa]s?|reservad[oa]s?|confirmad[oa]s?|agendei|marquei|reservei|remarquei|remarcad[oa]s?"
    r"|(horario|agendamento|consulta|banho|tosa|vaga) (esta |ja esta |foi )?garantid[oa]"
    r"|agendamento (foi |esta )?(feito|realizado|concluido)"
    r"|confirmei (o |a |seu |sua )?(agendamento|horario|consulta|banho|tosa)"
    r"|te esperamos (amanha|hoje|na |no |dia )|esperamos voces? (amanha|hoje|na |no |dia ))\b"
)
_HANDED_OVER = re.compile(
    r"\b(vou (te |lhe )?(transferir|encaminhar|passar) (voce |seu atendimento |o atendimento )?(agora |ja )?"
    r"(para|pra|pro|a) "
    r"|(estou|ja estou) (te )?(transferindo|encaminhando)|ja (chamei|avisei|acionei)|transferi |encaminhei "
    r"|(uma pessoa|um atendente|uma atendente|alguem) (da equipe |do time )?(ja )?"
    r"(vai|ira) (te |lhe )?(atender|assumir|responder|continuar|chamar))"
)
_NO_CLAIM = re.compile(
    r"\b(nao|nenhum|nenhuma|nunca|ainda|se |caso|quando|assim que|depois de|antes de|posso|podemos|poderia|quer"
    r"|gostaria|deseja"
    r"|precisa|preciso|para (agendar|marcar|reservar|confirmar|ficar|deixar)"
    r"|pode (ser )?(agendad|marcad|reservad)|sera|seria|deve ser|so (e|fica|sera))"
)
_CLOCK = re.compile(r"\b(\d{1,2})(?::|h)(\d{2})?\b")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")


def unsupported_claim(text: str, *, bookings: Iterable[BookingFacts], handed_over: bool) -> UnsupportedClaim | None:
    """The first claim in `text` that nothing supports, or None.

    `bookings` are the rows the customer has (made in this turn or before); a booking claim that names a time needs a
    booking at that time. `handed_over` says whether a person was really called.
    """
    facts = tuple(bookings)
    for match in _SENTENCE.finditer(text):
        sentence = match[0].strip()
        plain = folded(sentence)
        if sentence.endswith("?"):
            continue
        if _HANDED_OVER.search(plain) and not handed_over and not _negated(plain, _HANDED_OVER):
            return UnsupportedClaim(kind=ClaimKind.HANDOVER, sentence=sentence)
        if _BOOKED.search(plain) and not _negated(plain, _BOOKED) and not _supported(text, facts):
            return UnsupportedClaim(kind=ClaimKind.BOOKING, sentence=sentence)
    return None


def _negated(plain: str, claim: re.Pattern[str]) -> bool:
    found = claim.search(plain)
    return found is not None and (
        _NO_CLAIM.search(plain[: found.end()]) is not None or plain[found.end() :].startswith(" por outr")
    )


def _supported(text: str, facts: tuple[BookingFacts, ...]) -> bool:
    if not facts:
        return False
    named = {(int(hour), int(minute or 0)) for hour, minute in _CLOCK.findall(text)}
    return not named or bool(named & {(fact.start.hour, fact.start.minute) for fact in facts})


def with_confirmations(text: str, confirmations: list[str]) -> str:
    """The reply after bookings were made: the model's own words, if they state no facts, then the rows' confirmations.

    The model is told not to repeat date, time and price; where it does all the same its lines with figures are dropped,
    so that nothing can contradict the row.
    """
    if not confirmations:
        return text
    lines = [line for line in text.splitlines() if not re.search(r"\d", line)]
    words = "\n".join(lines).strip()
    return "\n\n".join([words, *confirmations] if words else confirmations)

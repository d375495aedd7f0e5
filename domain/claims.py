"""What a model may not say: that something was done which no row supports.

A language model says "agendado!" because the sentence is likely, not because a booking exists. Before a reply is sent,
every sentence that claims a booking or a hand-over is held against what the tools really did. The rules are cautious:
questions, conditions, negations, offers and general statements are no claims.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from domain import claim_words as words
from domain.bookings import BookingFacts
from domain.conversation import Audience
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


def unsupported_claim(
    text: str, *, bookings: Iterable[BookingFacts], handed_over: bool, audience: Audience = Audience.CUSTOMER
) -> UnsupportedClaim | None:
    """The first claim in `text` that nothing supports, or None.

    `bookings` are the rows the customer has (made in this turn or before); a booking claim that names a time or a date
    needs a booking at that time. `handed_over` says whether a person was really called. To an owner, who asks about
    everybody's bookings, only "I have booked" is a claim.
    """
    facts = tuple(bookings)
    for match in words.SENTENCE.finditer(text):
        sentence = match[0].strip()
        asks = sentence.endswith("?")
        if asks and not words.TAG.search(sentence):
            continue
        clauses = _clauses(sentence)
        if not asks and not handed_over and any(_claims(clause, words.CALLED) for clause in clauses):
            return UnsupportedClaim(kind=ClaimKind.HANDOVER, sentence=sentence)
        booked = (words.DID_BOOK,) if asks or audience is Audience.OWNER else (words.DID_BOOK, words.IS_BOOKED)
        if any(_claims(clause, pattern) for clause in clauses for pattern in booked) and not _supported(
            sentence, text, facts
        ):
            return UnsupportedClaim(kind=ClaimKind.BOOKING, sentence=sentence)
    return None


def _clauses(sentence: str) -> list[str]:
    """The sentence's clauses, folded, up to the first condition; joined where "amanhã, às 10h" goes on."""
    clauses: list[str] = []
    for part in words.CLAUSE.split(sentence):
        clause = words.NO_CONDITION.sub("", folded(part)).strip()
        if re.match(rf"{words.WHEN}\b", clause) and clauses:
            clauses[-1] += f" {clause}"
        elif clause:
            clauses.append(clause)
        if words.CONDITION.search(clause):
            break
    return clauses


def _claims(clause: str, pattern: re.Pattern[str]) -> bool:
    for found in pattern.finditer(clause):
        before, after = clause[: found.end()], clause[found.end() :]
        if words.NOT_DONE.search(before) or words.CONDITION.search(before) or words.OTHERS.search(after):
            continue
        if words.TAKEN.search(before) and not words.FOR_US.search(after):
            continue
        if words.OTHER_THINGS.search(before) and not words.BOOKABLE.search(clause):
            continue
        return True
    return False


def _supported(sentence: str, text: str, facts: tuple[BookingFacts, ...]) -> bool:
    if not facts:
        return False
    named = _times(sentence) or _times(text)
    days = {(int(day), int(month)) for day, month in words.DATE.findall(sentence)}
    return any(
        (not named or (fact.start.hour, fact.start.minute) in named)
        and (not days or (fact.start.day, fact.start.month) in days)
        for fact in facts
    )


def _times(text: str) -> set[tuple[int, int]]:
    """The times of day that are named, opening hours ("das 9h às 18h") left out."""
    found = words.CLOCK.finditer(words.OPEN_FROM_TO.sub("", text))
    return {(int(match[1] or match[3]), int(match[2] or 0)) for match in found}


def with_confirmations(text: str, confirmations: list[str]) -> str:
    """The reply after bookings were made: the model's own words, if they state no facts, then the rows' confirmations.

    The model is told not to repeat date, time and price; where it does all the same its lines with figures are dropped,
    so that nothing can contradict the row.
    """
    if not confirmations:
        return text
    lines = [line for line in text.splitlines() if not re.search(r"\d", line)]
    said = "\n".join(lines).strip()
    return "\n\n".join([said, *confirmations] if said else confirmations)

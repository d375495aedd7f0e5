"""What a model may not say: that something was done, costs so much or is at a time, which no row supports.

A language model says "agendado!" because the sentence is likely, not because a booking exists. Before a reply is sent,
every sentence that claims a booking, a cancellation or a hand-over is held against what the tools really did, and every
price and time against the rows; to an owner, every figure against what tools answered. The rules are cautious:
questions, conditions, negations, offers to do something and general statements are no claims; to offer a time that
nobody knows to be free is one.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import assert_never

from domain import claim_words as words
from domain.bookings import BookingFacts, BookingStatus
from domain.claimed_figures import unsupported_figure
from domain.claimed_prices import unsupported_price
from domain.claimed_times import unsupported_time
from domain.conversation import Audience
from domain.frozen import Frozen
from domain.money import reais
from domain.reply_facts import ReplyFacts
from domain.texts import folded

_SENTENCE_TOLD = 200
"""How much of a sentence is repeated to the model."""


class ClaimKind(StrEnum):
    """What was claimed without support."""

    BOOKING = "booking"
    CANCELLATION = "cancellation"
    HANDOVER = "handover"
    PRICE = "price"
    TIME = "time"
    FIGURE = "figure"


class UnsupportedClaim(Frozen):
    """A claim to be taken back; `sentence` is the model's, `facts` what it could have said of prices and times."""

    kind: ClaimKind
    sentence: str
    facts: ReplyFacts = ReplyFacts()

    def correction(self) -> str:
        """What the model is told before it is asked again. Portuguese, since it joins a Portuguese prompt."""
        return f"CORREÇÃO: {self._wrong()} Responda de novo, com a verdade."

    def _wrong(self) -> str:
        match self.kind:
            case ClaimKind.BOOKING:
                return (
                    "você afirmou um agendamento que não existe no sistema. Nada foi agendado nem mudado agora. "
                    "Não diga que está agendado, marcado, remarcado, mudado, cancelado ou confirmado sem antes chamar "
                    "book_appointment, reschedule_appointment ou cancel_appointment e receber ok."
                )
            case ClaimKind.CANCELLATION:
                return (
                    "você afirmou um cancelamento que não existe no sistema. Nada foi cancelado agora. Não diga que "
                    "cancelou, desmarcou ou que está cancelado sem antes chamar cancel_appointment e receber ok."
                )
            case ClaimKind.HANDOVER:
                return (
                    "você disse que uma pessoa vai assumir, mas ninguém foi chamado. Só diga isso depois de chamar "
                    "escalate_to_human e receber ok."
                )
            case ClaimKind.PRICE:
                prices = self.facts.prices_in_words()
                return f"você disse um valor que não está no sistema: {self._said()}. " + (
                    f"Os valores são: {prices}. Não diga nenhum outro valor, desconto ou total."
                    if prices
                    else "Você não conhece nenhum valor: diga que não sabe e ofereça chamar uma pessoa."
                )
            case ClaimKind.TIME:
                return f"você disse um horário que não está no sistema: {self._said()}. {self._times()}"
            case ClaimKind.FIGURE:
                return (
                    f"você disse um número que nenhuma ferramenta respondeu agora: {self._said()}. Chame a ferramenta "
                    "que sabe esse número e repita o que ela responder, sem contas suas. Se nenhuma sabe, diga que não "
                    "consegue responder isso."
                )
            case _:
                assert_never(self.kind)

    def _said(self) -> str:
        cut = self.sentence if len(self.sentence) <= _SENTENCE_TOLD else f"{self.sentence[:_SENTENCE_TOLD]}…"
        return f"«{cut.rstrip('.')}»"

    def _times(self) -> str:
        starts, edges = self.facts.starts_in_words(), self.facts.times_in_words()
        free = f"Horários que você pode oferecer: {starts}." if starts else "Você ainda não sabe de horários livres."
        opening = f" A loja abre ou fecha às: {edges}." if edges else ""
        return f"{free}{opening} Antes de falar de qualquer outro horário, chame check_availability."


def unsupported_claim(
    text: str,
    *,
    bookings: Iterable[BookingFacts],
    handed_over: bool,
    audience: Audience = Audience.CUSTOMER,
    facts: ReplyFacts | None = None,
    cancelled: Sequence[BookingFacts] = (),
    answers: Sequence[str] = (),
) -> UnsupportedClaim | None:
    """The first claim in `text` that nothing supports, or None.

    `bookings` are the rows the customer has (made in this turn or before), `cancelled` those cancelled in this turn or
    known to be; a claim that names a time or a date needs a row at that time. `handed_over` says whether a person was
    really called. Prices and times are checked when there are `facts`, and to customers only: an owner hears of
    everybody's bookings and of revenue, so to owners only "I have booked" and "I have cancelled" are claims, and every
    figure, which has to stand in `answers`, what this turn's tools answered as JSON, or in the facts.
    """
    given = tuple(bookings)
    rows = tuple(row for row in given if row.status is not BookingStatus.CANCELLED)
    cancelled = (*cancelled, *(row for row in given if row.status is BookingStatus.CANCELLED))
    text = re.sub(r"[^\S\n]+", " ", text)
    claim = _deed_claimed(text, rows, cancelled, handed_over=handed_over, audience=audience)
    if claim or facts is None:
        return claim
    if audience is Audience.OWNER:
        prices = [reais(fact.price) for fact in facts.prices]
        if sentence := unsupported_figure(text, [*answers, *prices], said=facts.about):
            return UnsupportedClaim(kind=ClaimKind.FIGURE, sentence=sentence)
        return None
    if sentence := unsupported_price(text, facts=facts, bookings=(*rows, *cancelled)):
        return UnsupportedClaim(kind=ClaimKind.PRICE, sentence=sentence, facts=facts)
    moments = [at for row in (*rows, *cancelled) for at in (row.start, row.start + timedelta(minutes=row.minutes))]
    if sentence := unsupported_time(text, facts=facts, moments=moments):
        return UnsupportedClaim(kind=ClaimKind.TIME, sentence=sentence, facts=facts)
    return None


def _deed_claimed(
    text: str,
    rows: tuple[BookingFacts, ...],
    cancelled: tuple[BookingFacts, ...],
    *,
    handed_over: bool,
    audience: Audience,
) -> UnsupportedClaim | None:
    for match in words.SENTENCE.finditer(text):
        sentence = match[0].strip()
        asks = sentence.endswith("?")
        if asks and not words.TAG.search(sentence):
            continue
        clauses = _clauses(sentence)
        only_own = asks or audience is Audience.OWNER
        if not asks and not handed_over and _claimed(clauses, words.CALLED):
            return UnsupportedClaim(kind=ClaimKind.HANDOVER, sentence=sentence)
        gone = _claimed(clauses, words.DID_CANCEL) or (not only_own and _claimed(clauses, words.IS_CANCELLED))
        if gone and not _supported(sentence, sentence, cancelled):
            return UnsupportedClaim(kind=ClaimKind.CANCELLATION, sentence=sentence)
        # "Seu banho marcado para amanhã foi cancelado" speaks of a booking that is no more.
        spoken_of = (*rows, *cancelled) if gone else rows
        if (_claimed(clauses, words.DID_BOOK) and not _supported(sentence, text, rows)) or (
            not only_own and _claimed(clauses, words.IS_BOOKED) and not _supported(sentence, text, spoken_of)
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


def _claimed(clauses: list[str], pattern: re.Pattern[str]) -> bool:
    return any(_claims(clause, pattern) for clause in clauses)


def _claims(clause: str, pattern: re.Pattern[str]) -> bool:
    for found in pattern.finditer(clause):
        before, after = clause[: found.end()], clause[found.end() :]
        if words.NOT_DONE.search(before) or words.CONDITION.search(before) or words.OTHERS.search(after):
            continue
        if words.SOMEBODY_ELSES.search(before) and pattern is words.IS_CANCELLED:
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

"""Which matter the owner's message belongs to: the order that lacked something, or a new one of its own."""

import re
from dataclasses import replace

from dev.practice_model import owner_wording as wording
from dev.practice_model.decision import Decision, Use
from dev.practice_model.intents import is_no
from dev.practice_model.owner_agenda import read_agenda_order
from dev.practice_model.owner_bookings import booking_verb, read_booking_order
from dev.practice_model.owner_consent import LEAVE_IT, take_back
from dev.practice_model.owner_letters import read_letter
from dev.practice_model.owner_orders import read_order
from dev.practice_model.owner_questions import topic_of
from dev.practice_model.owner_said import Said
from dev.practice_model.owner_tools import BLOCK, FREE
from dev.practice_model.portuguese import composed, fold

_READERS = (read_letter, take_back, read_order, read_agenda_order, read_booking_order)
_IMPERATIVE = re.compile(
    r"^\W*(?:aurora\W+)?(?:mud|cancel|desmarc|remarc|fech|bloque|liber|paus|desfa|cadastr|remov|manda |adicion)"
)
_QUESTION = re.compile(
    r"^\W*(?:aurora\W+)?(?:quant|qual|quais|quem|como|o que|grafico|faturamento|resumo|relatorio|me (?:manda|mostra))"
)
_WEEKDAY = re.compile(r"\b(?:segunda|terca|quarta|quinta|sexta|sabado|domingo)s?\b")


def any_order(said: Said) -> Decision | None:
    """The next step to an order; None where it is none."""
    return next((order for read in _READERS if (order := read(said)) is not None), None)


def is_left(said: Said) -> bool:
    """Whether what was asked back is not wanted any more."""
    text = fold(said.answer)
    return wording.asks_more(said.conversation.last_said) and (is_no(text) or bool(LEAVE_IT.fullmatch(text)))


def matter_of(said: Said) -> Said:
    """What is said as it is to be read: with the order it completes, or alone where it is one of its own."""
    alone = replace(said, text=composed(said.answer))
    if alone.text == said.text or wording.ONE_CUSTOMER in said.conversation.last_said:
        return said
    folded = alone.folded
    if topic_of(folded) and (_QUESTION.search(folded) or "?" in folded):
        return alone
    own = _kind(alone)
    if own is None:
        return said if not _is_asked_in_vain(said) else alone
    last = said.conversation.last_said
    if wording.WHAT_TO_SAY in last and not _IMPERATIVE.search(folded):
        return said  # the customer's message may sound like an order
    joined = _kind(said)
    if joined is None or own[0] != joined[0]:
        return alone
    if own[0] in ("cancel", "move"):
        return said
    if not isinstance(own[1], Use):
        return said if isinstance(joined[1], Use) else alone
    if not isinstance(joined[1], Use):
        return alone
    of_hours = wording.WHICH_WEEKDAY in last and _WEEKDAY.search(folded)
    tools = own[1].calls[0].tool, joined[1].calls[0].tool
    return said if of_hours or (tools[0] == tools[1] and tools[0] in (BLOCK, FREE)) else alone


def _is_asked_in_vain(said: Said) -> bool:
    """Whether the same would be asked a third time."""
    before = said.conversation.burst[0].answering
    asked = next((question for question in wording.ASKS_MORE if question in before), None)
    past = said.conversation.past
    kind = _kind(said)
    again = kind is not None and not isinstance(kind[1], Use) and asked is not None and asked in kind[1].text
    return again and bool(past) and str(asked) in past[-1].answering


def _kind(said: Said) -> tuple[str, Decision] | None:
    for read in _READERS:
        if (order := read(said)) is not None:
            return (booking_verb(said) if read is read_booking_order else read.__name__), order
    return None

"""What a customer agreed to, read from the customer's own messages: a yes, a no, or one of the times offered.

The engine writes a booking, a move or a cancellation only on what is read here, so doubt is never a yes: words that
ask, hesitate, set a condition or want something else take it back, and what is not understood counts for nothing. The
cost of a doubt is one more question.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum

from domain.agreement_clauses import MANNERS, Clause, clauses_of
from domain.agreement_mentions import times_named
from domain.agreement_times import Day, Mention, Part, Rank, Time, day_fits, part_fits, time_fits
from domain.agreement_words import Kind
from domain.claim_words import OPEN_FROM_TO

_LONGEST_OFFER = 8_000
"""Characters of a sent text that are looked through for an offered time."""

# What takes a yes back, or a choice, or says no, by the kinds of a clause's phrases.
_HESITATIONS = frozenset((Kind.HEDGE, Kind.CONDITION))
_REFUSALS = frozenset((Kind.NEGATION, Kind.NO, Kind.ABSENCE))
_OBJECTIONS = _HESITATIONS | _REFUSALS | {Kind.ASK, Kind.CHANGE, Kind.PREFER, Kind.POLITE}
_NO_CHOICE = _HESITATIONS | {Kind.ASK, Kind.CHANGE, Kind.CANCEL, Kind.EXCUSE}
_NOT_TO_BOOKING = frozenset((Kind.CANCEL, Kind.EXCUSE))
_NOT_TO_CANCELLING = frozenset((Kind.BOOK, Kind.PRESENCE, Kind.KEEP, Kind.MOVE))
# What agrees even where a name stands beside it ("pode marcar o banho do Thor").
_AGREES_TO_BOOKING = frozenset((Kind.STRONG, Kind.BOOK, Kind.PRESENCE, Kind.KEEP))
_AGREES_TO_CANCELLING = frozenset((Kind.STRONG, Kind.CANCEL))


class Reading(StrEnum):
    """What the customer's messages answer."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


def answer_to_question(
    texts: Sequence[str],
    *,
    about: datetime | None = None,
    today: date | None = None,
    to_cancel: bool = False,
    to_move: bool = True,
) -> Reading:
    """What the messages of one burst, oldest first, answer to "Posso confirmar?" or to a reminder's "Você confirma?".

    `about` is the start asked about, in the shop's time: who names another time or day has not agreed, and without
    `about` any time is another. `today`, the shop's, is what "hoje" and "amanhã" count from. With `to_cancel` the
    question is "Posso cancelar?", and words of cancelling agree; otherwise they refuse. With `to_move` false (a new
    booking, a reminder) "pode remarcar" is a wish of its own, and unclear.
    """
    clauses = clauses_of(texts)
    if clauses is None:
        return Reading.UNCLEAR
    greets = any(Kind.GREETING in clause.kinds for clause in clauses)
    if to_cancel:
        agreeing, contrary = _AGREES_TO_CANCELLING, _NOT_TO_CANCELLING
    elif to_move:
        agreeing = (_AGREES_TO_BOOKING - {Kind.KEEP}) | {Kind.MOVE}
        contrary = _NOT_TO_BOOKING | {Kind.KEEP}  # "pode manter" keeps the old time
    else:
        agreeing, contrary = _AGREES_TO_BOOKING, _NOT_TO_BOOKING | {Kind.MOVE}
    agrees = any(_agrees(clause, agreeing, greets=greets) for clause in clauses)
    refusals = [clause for clause in clauses if _refuses(clause, to_cancel=to_cancel)]
    if refusals and not agrees:
        hesitates = any(_HESITATIONS.intersection(clause.kinds) for clause in clauses)
        refused = [mention for clause in refusals for mention in clause.mentions]
        other = about is not None and not _all_fit(refused, about, [about], today)
        return Reading.UNCLEAR if hesitates or other else Reading.NO
    if refusals or not agrees or any(_objects(clause, contrary) for clause in clauses):
        return Reading.UNCLEAR
    mentions = [mention for clause in clauses for mention in clause.mentions]
    expected = not mentions or (about is not None and _all_fit(mentions, about, [about], today))
    return Reading.YES if expected else Reading.UNCLEAR


def chosen_start(texts: Sequence[str], offered: Sequence[datetime], today: date) -> datetime | None:
    """The one of the offered starts that the messages choose; None when they choose none, or not clearly one.

    `offered` are in the shop's time, in the order they were offered ("o segundo"); `today` is the shop's.
    """
    starts = list(dict.fromkeys(offered))
    if len(starts) == 1 and answer_to_question(texts, about=starts[0], today=today) is Reading.YES:
        return starts[0]
    clauses = clauses_of(texts)
    if not starts or clauses is None:
        return None
    chosen: list[Mention] = []
    refused: list[tuple[Mention, ...]] = []
    understood, chooses = True, False
    for clause in clauses:
        kinds = set(clause.kinds)
        if kinds & _NO_CHOICE or (clause.asks and not clause.polite):
            return None
        if kinds & _REFUSALS:
            # "Não, 11h" turns something else down; a "não" after a choice turns down the choice.
            if not clause.mentions and (chosen or not _only_no(clause)):
                return None
            refused.append(clause.mentions)
            continue
        if not clause.understood:
            understood = False
            if any(not isinstance(mention, Time) or mention.sure for mention in clause.mentions):
                return None  # "meu marido chega às 10"
            continue
        # A bare number after words nobody knows ("Golden, 3") may count anything.
        counted = [mention for mention in clause.mentions if understood or not _is_bare(mention)]
        chosen.extend(counted)
        chooses = chooses or (bool(counted) and not clause.farewell)
    left = [start for start in starts if not any(said and _all_fit(said, start, starts, today) for said in refused)]
    return _picked(chosen, left, starts, today) if chooses else None


def names_time(text: str, start: datetime) -> bool:
    """Whether a text that was sent names this start's time of day: "10:00", "10h", "às 10", "10 horas", "meio-dia".

    Opening hours ("das 8h às 18h") name no start.
    """
    named = times_named(OPEN_FROM_TO.sub(" ", text[:_LONGEST_OFFER]))
    return any(time_fits(time, start, loosely=False) for time in named)


def _agrees(clause: Clause, agreeing: frozenset[Kind], *, greets: bool) -> bool:
    kinds = set(clause.kinds)
    if clause.asks or kinds.isdisjoint({Kind.SIM, Kind.SOFT, Kind.WHOLE, Kind.GOING, Kind.SMALLTALK, *agreeing}):
        return False
    if Kind.SIM in kinds:
        return True
    if clause.unknown or kinds & _REFUSALS:
        return False
    if kinds & agreeing:
        return True
    # "Tudo bem" after "oi" is a greeting's.
    return not clause.names and (
        Kind.SOFT in kinds
        or kinds == {Kind.WHOLE}
        or (kinds == {Kind.GOING} and Kind.PRESENCE in agreeing)
        or (Kind.SMALLTALK in kinds and not greets)
    )


def _refuses(clause: Clause, *, to_cancel: bool) -> bool:
    kinds = set(clause.kinds)
    if clause.asks or Kind.ASK in kinds:
        return False
    if _only_no(clause):
        return True
    if to_cancel:
        return bool(kinds & {Kind.NO, Kind.PRESENCE, Kind.KEEP}) or kinds >= {Kind.NEGATION, Kind.CANCEL}
    if Kind.CANCEL in kinds:
        return not kinds & _REFUSALS  # "não quero cancelar" refuses no booking
    return bool(kinds & {Kind.NO, Kind.ABSENCE}) and not clause.unknown


def _only_no(clause: Clause) -> bool:
    return (
        Kind.NEGATION in clause.kinds
        and not clause.unknown
        and set(clause.kinds) <= {Kind.NEGATION, Kind.VISIT, *MANNERS}
    )


def _objects(clause: Clause, contrary: frozenset[Kind]) -> bool:
    """Whether a clause says something that a yes beside it does not survive."""
    kinds = set(clause.kinds)
    # "Confirmo o banho" keeps it, where "confirmo o cancelamento do banho" does not.
    # "Vou" and "até amanhã" are said by who comes; "vou viajar" is not.
    going = clause.farewell or (
        Kind.GOING in kinds and kinds <= {Kind.GOING, Kind.SIM, *MANNERS} and not clause.unknown
    )
    keeps = contrary is _NOT_TO_CANCELLING and (
        going or (bool(kinds & {Kind.SERVICE, Kind.VISIT}) and Kind.CANCEL not in kinds)
    )
    against = keeps or bool(kinds & (_OBJECTIONS | contrary))
    return against or clause.asks or clause.vague or clause.extra or not clause.of_pet_only


def _is_bare(mention: Mention) -> bool:
    return isinstance(mention, Time) and not mention.sure


def _all_fit(mentions: Iterable[Mention], start: datetime, offered: Sequence[datetime], today: date | None) -> bool:
    return all(_fits(mention, start, offered, today) for mention in mentions)


def _fits(mention: Mention, start: datetime, offered: Sequence[datetime], today: date | None) -> bool:
    match mention:
        case Time():
            # "2" is 14:00 only where 02:00 is not on offer.
            exactly = any(time_fits(mention, other, loosely=False) for other in offered)
            return time_fits(mention, start, loosely=not exactly)
        case Day():
            return day_fits(mention, start.date(), today)
        case Part():
            return part_fits(mention, start)
        case Rank():
            return len(offered) > 1 and mention.place < len(offered) and offered[mention.place] == start


def _picked(chosen: list[Mention], left: list[datetime], offered: list[datetime], today: date) -> datetime | None:
    """The only start in `left` that fits all that was chosen; a place counts among the days that were named, too."""
    days = [mention for mention in chosen if isinstance(mention, Day)]
    places = {mention.place for mention in chosen if isinstance(mention, Rank)}
    if all(start.weekday() != 0 for start in offered):
        # "A segunda" is no Monday where none is on offer.
        places |= {day.rank for day in days if day.rank is not None}
        days = [day for day in days if day.rank is None]
    others = [*days, *(mention for mention in chosen if isinstance(mention, Time | Part))]
    fitting = [start for start in left if _all_fit(others, start, offered, today)]
    if places:
        of_days = [start for start in offered if _all_fit(days, start, offered, today)]
        ranked = {group[place] for place in places for group in (of_days, offered) if -2 < place < len(group) and group}
        fitting = [start for start in fitting if start in ranked] if len(places) == 1 else []
    return fitting[0] if len(fitting) == 1 else None

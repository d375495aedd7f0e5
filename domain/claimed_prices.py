"""Amounts of money in a reply, held against the prices that exist."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from domain.bookings import BookingFacts
from domain.claimed_services import Attribution, Menu, Service
from domain.claimed_stance import Subject, states
from domain.claimed_text import Figure, readable, sentences
from domain.reply_facts import ReplyFacts

_NUMBER = r"(?:\d{1,3}(?:\.\d{3}){1,3}(?:,\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?)(?!\d|[.,]\d)"
_NO_UNIT = r"(?= ?(?:[,;!?)|]|\.(?!\d)|$|(?:para|pra|por|cada|n[ao]|ou|com|em|mas|conforme|dependendo|e [ao]|reais)\b))"
_AMOUNT = re.compile(
    rf"(?:r\$|\bbrl) ?(?P<marked>{_NUMBER})(?P<mil> mil\b)?"
    rf"(?: ?(?:a|ou|ate|-|–|/) ?(?P<up_to>{_NUMBER}){_NO_UNIT})?"
    rf"|(?<![\d.,$])(?:(?P<since>{_NUMBER}) ?(?:a|e|ou|ate|-|–) ?)?(?P<named>{_NUMBER})(?P<mil_reais> mil(?: de)?)?"
    r" ?(?:reais|real|contos?|pilas?)\b"
    r"|(?<![\d.,$])(?P<cents>\d{1,3}(?:\.\d{3}){0,3},\d{2})"
    r"(?![\d%°]|[.,]\d| ?(?:kg|g|cm|m|km|l|ml|graus|°|%|h|anos|meses)(?!\w))"
    r"|\b(?:custam?|cobramos|valor(?: e| de| fica)?|preco(?: e| de)?|sa(?:i|em) por|por (?:apenas|so)):? "
    r"(?:so |apenas )?"
    rf"(?P<led>{_NUMBER}){_NO_UNIT}"
)
_TOTAL = re.compile(
    r"\b(?:total\w*|som[aeo]\w*|tudo|ao todo|junt[oa]s|ambos|ambas|dois|duas|tres|cada|pacote|combo"
    r"|pagamento|conta|mais)\b|[=+]"
)
_IN_ALL = re.compile(
    r"^,? (?:ao todo|no total|tudo|juntos|somando|(?:para|pra|por|pel[oa]s|d?[oa]s)? ?(?:dois|duas|tres))\b"
)
_AFTERTHOUGHT = 40
_COUNTS = (
    (2, re.compile(r"\b(?:2x?|dois|duas|amb[oa]s|cada)\b")),
    (3, re.compile(r"\b(?:3x?|tr[eê]s)\b")),
    (4, re.compile(r"\b(?:4x?|quatro)\b")),
)
_MOST_SUMMANDS = 8
_MOST_SUMS = 512


class Amount(NamedTuple):
    """An amount of money in a text, and where it stands."""

    figure: Figure
    value: Decimal


def unsupported_price(text: str, *, facts: ReplyFacts, bookings: Iterable[BookingFacts]) -> str | None:
    """The first sentence that states an amount no row has, or has of another service; None when there is none."""
    bookings = tuple(bookings)
    listed = Menu((fact.service, fact.price) for fact in facts.prices)
    known = [(fact.service, fact.price) for fact in facts.prices]
    menu = Menu([*known, *((b.service, b.price) for b in bookings if listed.knows(b.service))])
    shops_own = frozenset(amount.value for sentence in sentences(facts.about) for amount in amounts(sentence.bare))
    supported = shops_own | {price for _, price in known} | {booking.price for booking in bookings}
    stated: list[Decimal] = []
    claims = []
    reply = list(sentences(text))
    named = {naming.service for sentence in reply for naming in menu.namings(sentence.bare)}
    only_service = next(iter(named)) if len(named) == 1 else None
    for sentence in reply:
        found = list(amounts(sentence.bare))
        words = sentence.around(amount.figure for amount in found)
        claimed = [a for a in found if states(sentence, words, a.figure, Subject.PRICE)]
        stated += [amount.value for amount in claimed if amount.value in supported]
        if claimed:
            claims.append((sentence, claimed))
    anything = supported | _sums(stated, readable(text).lower())
    on_top = {Decimal(0), *stated} & {Decimal(0), *shops_own}
    for sentence, claimed in claims:
        said_of = Attribution(sentence, [amount.figure for amount in claimed], menu, otherwise=only_service)
        for position, amount in enumerate(claimed):
            services, nearby = said_of.of(position)
            if amount.value in shops_own:
                continue
            after = sentence.bare[amount.figure.end :][:_AFTERTHOUGHT]
            if len(services) == 1 and not _TOTAL.search(nearby) and not _IN_ALL.search(after):
                prices = services[0].prices | menu.hinted(nearby, but=services[0])
                if not any(amount.value - more in prices for more in on_top):
                    return sentence.words
            elif amount.value not in anything and amount.value not in _added(services or said_of.services):
                return sentence.words
    return None


def amounts(bare: str) -> Iterator[Amount]:
    """The amounts of money in a bare text, in order."""
    for match in _AMOUNT.finditer(bare):
        name = next(group for group in ("marked", "named", "cents", "led") if match[group])
        thousands = bool(match["mil"] or match["mil_reais"])
        for group in ("since", name, "up_to"):
            if match[group]:
                value = value_of(match[group])
                yield Amount(Figure(*match.span(group)), value * 1000 if thousands and group == name else value)


def value_of(written: str) -> Decimal:
    """ "1.234,56", "1.234", "50.00" and "50" in reais."""
    if "," in written:
        return Decimal(written.replace(".", "").replace(",", "."))
    whole, _, rest = written.partition(".")
    return Decimal(written.replace(".", "")) if len(rest) >= 3 else Decimal(f"{whole}.{rest or 0}")


def _sums(stated: list[Decimal], said: str) -> frozenset[Decimal]:
    """What amounts that stand in the text come to: some of them together, and one of them for so many pets."""
    sums: set[Decimal] = {Decimal(0)}
    for value in stated[:_MOST_SUMMANDS]:
        sums |= {value + other for other in sums}
    times = {count * value for count, word in _COUNTS if word.search(said) for value in stated}
    return frozenset(sums | times | {sum(stated, Decimal(0))}) - {Decimal(0)}


def _added(services: list[Service]) -> set[Decimal]:
    """What several services that are named together come to."""
    sums = {Decimal(0)}
    for service in services[:_MOST_SUMMANDS]:
        sums = set(sorted(total + price for total in sums for price in service.prices)[:_MOST_SUMS])
    return sums if len(services) > 1 else set()

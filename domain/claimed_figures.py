"""Figures in what Aurora tells an owner, held against what this turn's tools answered.

A model that was asked "quantos clientes ontem?" may well say a number without having looked. Every amount of money,
percentage and count of what a shop counts ("12 clientes", "Clientes: 12") needs a source. The rules are cautious:
questions, conditions, proposals and denials state nothing; dates, times, spans of time, codes and the numbers of a list
are no figures; and a figure is supported by the same number in any source, however it is written there.
"""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from pydantic import JsonValue

from domain.claimed_numbers import in_digits_before, spelled_numbers
from domain.claimed_prices import amounts, value_of
from domain.claimed_text import Sentence, readable, sentences
from domain.counted_nouns import COUNTED_NOUN, is_plural

_LONGEST_SOURCE = 100_000
_BEFORE = 300
"""Characters before a figure in which it is denied, proposed or made conditional."""

_WHOLE = r"(?:\d{1,3}(?:\.\d{3})+|\d{1,7})"
_LIST_NUMBER = re.compile(r"\d{1,3}(?:[).]| [-–—]) ")
_COUNTED = re.compile(rf"(?<![\w/.,:$–-])(?P<count>{_WHOLE}) {COUNTED_NOUN}")
_COUNTED_AFTER = re.compile(
    rf"\b{COUNTED_NOUN}(?: [a-z]+){{0,4}}(?: ?\([a-z ]{{1,40}}\))?(?: ?[:=→]| [-–—]) ?(?P<count>{_WHOLE})"
    r"(?= ?(?:$|[;)(|!]|\.(?!\d)|,(?! ?\d)|[-–—•] ?[a-z(]|e (?!\d)))"
)
_PERCENT = re.compile(rf"(?<![\d.,])(?P<share>{_WHOLE}(?:[.,]\d{{1,3}})?) ?(?:%|por cento\b|pontos? percentua)")
_FIGURATIVE = re.compile(r" (?:de )?(?:cert|segur|confirmad|pront|disponive|verdad|digital|virtual|atent|automatic)")
_ORDINAL = re.compile(r"\b(?:as|das|dia|dias|no|numero|codigo) $")
_NOT_SO = re.compile(r"\b(?:nao|nem|nunca|sem)\b(?: [a-z]+){0,3} $|\bate $")
_CONDITION = re.compile(r"(?:^|[ ,(])(?:se|caso|quando|sempre que|assim que|toda vez que|por exemplo|ex)\b")
_PROPOSED = re.compile(
    r"\b(?:posso|podemos|poderia\w*|vou|vamos|quer|queria|quiser|gostaria|deseja|sugiro|sugestao|recomendo|que tal"
    r"|proponho|proposta|ideia|meta|objetivo|experimente|ofere\w+|no maximo|limite)\b"
)
_SAYS = re.compile(
    r"\b(?:dizer|informar|confirmar|adiantar|afirmar|contar|garantir|ver|mostrar|lembrar)\b[a-z ]{0,15}(?:\bque\b|:)"
)
_TAG = re.compile(r"[, ](?:certo|ne|viu|ok|ta|ta bom|tudo bem|beleza|correto)\?$")

_DATE_OR_TIME = re.compile(
    r"\b\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2})?)?|\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b"
    r"|\b\d{1,2}[:h]\d{2}\b|\b\d{1,2} ?h\b"
)
_NUMBER = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:\.\d{3})+(?:,\d{1,4})?|\d{1,9}(?:[.,]\d{1,4})?)(?!\w|[.,]\d)")


class _Stated(NamedTuple):
    """A figure of a reply; it may stand for any value closer than `within`: "R$ 12 mil" for R$ 12.345,00."""

    value: Decimal
    within: Decimal
    start: int


class _Known:
    """The numbers of the sources, by what they support."""

    def __init__(self, sources: Sequence[str], said: str) -> None:
        self.amounts: set[Decimal] = set()
        self.percents: set[Decimal] = set()
        self.counts: set[Decimal] = set()
        for source in sources:
            answer = _read(source)
            if answer is None:
                self._take_text(source[:_LONGEST_SOURCE])
            else:
                self._take_json(answer)
        self._take_words(said[:_LONGEST_SOURCE])

    def _take_words(self, text: str) -> None:
        """What a person wrote: a number may be meant as anything."""
        self._take_text(text)
        plain = _counts_in_digits(text).lower()
        every = {value_of(match[0]) for match in _NUMBER.finditer(plain)} | set(map(Decimal, spelled_numbers(plain)))
        self.amounts |= every
        self.percents |= every
        self.counts |= every

    def _take_json(self, value: JsonValue) -> None:
        if isinstance(value, dict):
            for one in value.values():
                self._take_json(one)
        elif isinstance(value, list):
            self.counts.add(Decimal(len(value)))
            for one in value:
                self._take_json(one)
        elif isinstance(value, str):
            self._take_text(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            number = abs(Decimal(str(value)))
            (self.amounts if isinstance(value, float) else self.counts).add(number)

    def _take_text(self, text: str) -> None:
        plain = _DATE_OR_TIME.sub(" ", _counts_in_digits(text).lower())
        self.amounts |= {amount.value for sentence in sentences(text) for amount in amounts(sentence.bare)}
        if (alone := _NUMBER.fullmatch(plain.strip())) and not alone[0].isdigit():
            self.amounts.add(value_of(alone[0]))
        self.percents |= {value_of(match["share"]) for match in _PERCENT.finditer(plain)}
        self.counts |= {value_of(match[0]) for match in _NUMBER.finditer(plain)}


def unsupported_figure(text: str, sources: Sequence[str], said: str = "") -> str | None:
    """The first sentence of a reply that states an amount, a percentage or a count that no source has, or None.

    `sources` are tools' answers as JSON (the lengths of their lists are counts too), and prices in words; `said` is
    what the owner wrote, where a number may mean anything.
    """
    known = _Known(sources, said)
    for sentence in sentences(_counts_in_digits(text)):
        for stated, supported in (
            (_amounts(sentence), known.amounts),
            (_percents(sentence), known.percents),
            (_counts(sentence), known.counts),
        ):
            if any(_is_claim(sentence, figure) and not _is_supported(figure, supported) for figure in stated):
                return sentence.words
    return None


def _is_supported(figure: _Stated, known: set[Decimal]) -> bool:
    return figure.value in known or any(abs(value - figure.value) < figure.within for value in known)


def _is_claim(sentence: Sentence, figure: _Stated) -> bool:
    """Whether it is said to be so: not asked, denied, made conditional or proposed."""
    before = sentence.bare[max(figure.start - _BEFORE, 0) : figure.start]
    if _CONDITION.search(before) or _NOT_SO.search(before):
        return False
    if _PROPOSED.search(before) and not _SAYS.search(before):
        return False
    if not sentence.asks or _TAG.search(sentence.bare):
        return True
    # "Hoje foram 12 clientes, quer os detalhes?" asks for something else.
    comma = sentence.bare.find(",", figure.start)
    return comma > 0 and bool(_PROPOSED.search(sentence.bare, comma))


def _amounts(sentence: Sentence) -> Iterator[_Stated]:
    for amount in amounts(sentence.bare):
        written = sentence.bare[amount.figure.start : amount.figure.end]
        scale = amount.value / value_of(written) if value_of(written) else Decimal(1)
        yield _Stated(amount.value, _precision(written) * scale, amount.figure.start)


def _percents(sentence: Sentence) -> Iterator[_Stated]:
    for match in _PERCENT.finditer(sentence.bare):
        if not (match["share"] == "100" and _FIGURATIVE.match(sentence.bare, match.end())):
            yield _Stated(value_of(match["share"]), _precision(match["share"]), match.start())


def _counts(sentence: Sentence) -> Iterator[_Stated]:
    listed = _LIST_NUMBER.match(sentence.bare)
    begins = listed.end() if listed else 0
    for match in _COUNTED.finditer(sentence.bare, begins):
        value = value_of(match["count"])
        agrees = value == 0 or is_plural(match["noun"]) == (value > 1)  # "às 14 banho do Rex" counts no baths
        if agrees and not _ORDINAL.search(sentence.bare, max(match.start() - _BEFORE, 0), match.start()):
            yield _Stated(value, Decimal(0), match.start())
    for match in _COUNTED_AFTER.finditer(sentence.bare, begins):
        yield _Stated(value_of(match["count"]), Decimal(0), match.start("count"))


def _precision(written: str) -> Decimal:
    """The worth of its last digit: 1 of "850" and "1.234", 0.1 of "12,3"."""
    _, _, decimals = written.partition("," if "," in written else ".")
    return Decimal(1).scaleb(-len(decimals)) if len(decimals) < 3 else Decimal(1)


def _counts_in_digits(text: str) -> str:
    return in_digits_before(readable(text), COUNTED_NOUN)


def _read(source: str) -> JsonValue:
    """The answer of a tool; None for words."""
    if not source.lstrip().startswith("{") or len(source) > _LONGEST_SOURCE:
        return None
    try:
        read: JsonValue = json.loads(source)
    except (ValueError, RecursionError):
        return None
    return read

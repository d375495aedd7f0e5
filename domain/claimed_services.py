"""Which service an amount in a sentence is said of."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from domain.claimed_text import Figure, Sentence
from domain.texts import folded

_FILLERS = frozenset(
    ("e", "com", "de", "da", "do", "das", "dos", "mais", "para", "a", "o", "os", "as", "no", "na", "em")
)
_BETWEEN = (_FILLERS - {"e", "com", "mais"}) | {"pra", "pelo", "pela", "cada", "um", "uma", "por"}
_WORD = re.compile(r"\w+")
_MOST_FILLERS = 2
_ON_TOP = re.compile(r"(?:\bcom|\bmais|\binclu\w+|\+) ?(?:[ao]s? |um |uma )?$")
_OF_CARD = re.compile(r"\W*(?:o )?(?:valor|preco|custo|custa|sai|fica|investimento)\b")
_JOINED = re.compile(r"(?: (?:e|com|mais|\+|&))?(?: [ao]s?)? ")


class Service(NamedTuple):
    """A service by the words of its name that count, and its prices."""

    words: tuple[str, ...]
    prices: frozenset[Decimal]


class Naming(NamedTuple):
    """A place in a sentence where a service is named by its whole name.

    `on_top` says that it comes with what was named before: "com tosa".
    """

    at: Figure
    service: Service
    on_top: bool = False


class Menu:
    """The services a shop has, to be found in sentences: the longest name wins ("Banho e Tosa" is not "Banho")."""

    def __init__(self, prices: Iterable[tuple[str, Decimal]]) -> None:
        collected: dict[tuple[str, ...], set[Decimal]] = {}
        for name, price in prices:
            if words := _words(name):
                collected.setdefault(words, set()).add(price)
        self._by_first: dict[str, list[Service]] = {}
        self._by_word: dict[str, set[Service]] = {}
        for words in sorted(collected, key=len, reverse=True):
            service = Service(words, frozenset(collected[words]))
            self._by_first.setdefault(words[0], []).append(service)
            for word in words:
                self._by_word.setdefault(word, set()).add(service)

    def knows(self, name: str) -> bool:
        """Whether a service of that name is on the menu."""
        words = _words(name)
        return bool(words) and any(service.words == words for service in self._by_first.get(words[0], ()))

    def namings(self, bare: str) -> list[Naming]:
        """The places of services in a bare text, in order."""
        tokens = [(match.start(), match.end(), _stem(match[0])) for match in _WORD.finditer(bare)]
        found: list[Naming] = []
        at = 0
        while at < len(tokens):
            for service in self._by_first.get(tokens[at][2], ()):
                if last := _last_token(tokens, at, service.words):
                    place = Figure(tokens[at][0], tokens[last - 1][1])
                    found.append(
                        Naming(place, service, bool(_ON_TOP.search(bare[max(0, place.start - 14) : place.start])))
                    )
                    at = last
                    break
            else:
                at += 1
        return found

    def hinted(self, bare: str, *, but: Service) -> frozenset[Decimal]:
        """The prices of other services of whose names a text has some word: a name need not be said in full."""
        stems = {_stem(word) for word in _WORD.findall(bare)}.difference(but.words)
        return frozenset(price for stem in stems for s in self._by_word.get(stem, ()) for price in s.prices)


class Attribution:
    """What a sentence's amounts are said of. Services of the heading count where the sentence names none itself.

    `otherwise` is what the lines of a card go by ("Valor: R$ 50,00") whose service has its own line.
    """

    def __init__(
        self, sentence: Sentence, amounts: list[Figure], menu: Menu, *, otherwise: Service | None = None
    ) -> None:
        self._bare = sentence.bare
        self._amounts = amounts
        own = menu.namings(sentence.bare)
        self._namings = own or [Naming(Figure(-1, 0), n.service) for n in menu.namings(sentence.heading)]
        if otherwise and not self._namings and _OF_CARD.match(sentence.bare):
            self._namings = [Naming(Figure(-1, 0), otherwise)]
        self._lead = "" if own else sentence.heading + " "
        self._owned = {
            position: naming
            for position, amount in enumerate(amounts)
            for naming in own
            if naming.at.start >= amount.end and self._touches(amount.end, naming.at.start)
        }
        self._amounts_first = bool(own) and amounts[0].start < own[0].at.start and own[-1].at.start > amounts[-1].start

    @property
    def services(self) -> list[Service]:
        """All services the sentence is about."""
        return list(dict.fromkeys(naming.service for naming in self._namings))

    def of(self, position: int) -> tuple[list[Service], str]:
        """The services the amount can be said of, and the words in which it is: one service is certain, [] unknown."""
        amount = self._amounts[position]
        if position in self._owned:
            joined = self._joined_to(self._owned[position])
            return [naming.service for naming in joined], self._bare[amount.end : joined[-1].at.end]
        if self._amounts_first:
            begin, end = amount.end, len(self._bare)
            if position + 1 < len(self._amounts):
                end = self._amounts[position + 1].start
        else:
            begin, end = self._amounts[position - 1].end if position else -1, amount.start
        taken = set(self._owned.values())
        found = [n for n in self._namings if begin <= n.at.start < end and n not in taken]
        near = [n.service for n in found]
        words = (self._lead if begin < 0 else "") + self._bare[max(begin, 0) : end]
        distinct = list(dict.fromkeys(near)) or self.services
        if len(found) == 1 and found[0].on_top:
            return [], words
        return (distinct, words) if near or len(distinct) == 1 else ([], words)

    def _joined_to(self, naming: Naming) -> list[Naming]:
        """The services in one breath with it: "R$ 75,00 o banho com o corte de unhas"."""
        group = [naming]
        for further in self._namings[self._namings.index(naming) + 1 :]:
            if not _JOINED.fullmatch(self._bare, group[-1].at.end, further.at.start):
                break
            group.append(further)
        return group

    def _touches(self, start: int, end: int) -> bool:
        between = self._bare[start:end] if end - start < 20 else "-"
        return not between.strip(" abcdefghijklmnopqrstuvwxyz") and set(between.split()) <= _BETWEEN


def _words(name: str) -> tuple[str, ...]:
    return tuple(_stem(word) for word in folded(name).split() if word not in _FILLERS)


def _stem(word: str) -> str:
    if word.endswith("oes"):
        return word[:-3] + "ao"
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _last_token(tokens: list[tuple[int, int, str]], at: int, words: tuple[str, ...]) -> int | None:
    """The token after a name that begins at `at`, or None when it is not there."""
    for word in words:
        skipped = 0
        while at < len(tokens) and tokens[at][2] != word and tokens[at][2] in _FILLERS and skipped < _MOST_FILLERS:
            at, skipped = at + 1, skipped + 1
        if at >= len(tokens) or tokens[at][2] != word:
            return None
        at += 1
    return at

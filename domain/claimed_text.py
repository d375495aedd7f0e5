"""A reply as it is read for figures: its sentences under their headings, and the surroundings of a figure in them.

Every look around a figure goes over a bounded window, so that the work grows with the length of the text and no more.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from domain.claimed_numbers import in_digits

_BARE = str.maketrans("áàâãäéèêëíìîïóòôõöúùûüçñ", "aaaaaeeeeiiiiooooouuuucn")
_MARKUP = re.compile(r"[*_~`\u200d\ufe0f\u20e3]")
_SPACES = re.compile(r"[^\S\n]+")
_SENTENCE = re.compile(r"(?:[^.!?\n]|(?<=\d)\.(?=\d))+[.!?]?")
# Where a new clause begins. A comma or dash between digits is part of a figure.
_CLAUSE_END = re.compile(
    r"(?<!\d),|,(?!\d)|[;()]|(?<![\dh]) ?[—–]| - (?!\d)|\b(?:mas|porem|contudo|porque|pois|entao)\b|\be (?=nao\b|sim\b)"
)
# What is said before these words is not said of what follows them: "não às 15h tenho às 16h".
_TURN = re.compile(
    r"(?<!nao )(?<!nem )(?<!se )(?<!mais )(?<!ninguem )(?<!voce )(?<!vc )"
    r"\b(?:tenho|temos|tem|ha|quer|que tal|pode|podemos|posso|consigo"
    r"|custam?|sai|saem|ficam?|cobramos|prefere|somente|apenas)\b"
)
_ONLY_FIGURES = re.compile(r"[ ,#]*(?:(?:e|ou|nem|as|das|dia|feira|amanha|hoje)[ ,#]+)*[.!?:]?")
_MORE_FIGURES = re.compile(r"[ ,]*(?:(?:e|ou|nem) )?(?:(?:as|das) )?#+")
_WINDOW = 160


class Figure(NamedTuple):
    """Where something stands in a sentence."""

    start: int
    end: int


class Sentence:
    """A sentence of a reply; all its forms but `words` are in small letters and of the same length.

    `said` keeps accents, `bare` has none. `heading` is the bare line ending in a colon under which the sentence stands.
    """

    def __init__(self, words: str, heading: str = "", *, listed: bool = False) -> None:
        self.words = words
        self.said = words.lower()
        self.bare = self.said.translate(_BARE)
        self.heading = heading
        self.asks = words.endswith("?")

    def around(self, figures: Iterable[Figure]) -> "Surroundings":
        """The sentence with its figures hidden, to look at the words around them."""
        return Surroundings(self, tuple(figures))


class Surroundings:
    """The words around the figures of a sentence, bare, each figure in them a run of `#`."""

    def __init__(self, sentence: Sentence, figures: tuple[Figure, ...]) -> None:
        masked, at = [], 0
        for figure in figures:
            masked += [sentence.bare[at : figure.start], "#" * (figure.end - figure.start)]
            at = figure.end
        self._masked = "".join(masked) + sentence.bare[at:]
        self._clauses = _clauses(self._masked)

    def before(self, figure: Figure) -> str:
        """What is said of the figure before it: from where the clause begins or turns."""
        text = self.clause_before(figure)
        turns = list(_TURN.finditer(text))
        return text[turns[-1].start() :] if turns else text

    def clause_before(self, figure: Figure) -> str:
        """The whole clause before the figure, up to a bound."""
        clause = self._clause(figure)
        return self._masked[max(clause.start, figure.start - _WINDOW) : figure.start]

    def lead(self, figure: Figure) -> str:
        """The clause before the figure's when nothing but figures stands in that one: "o que você viu, R$ 20,00,"."""
        index = self._index(figure)
        if not index or self._masked[self._clauses[index].start : figure.start].strip(" ,#r$"):
            return ""
        clause = self._clauses[index - 1]
        return self._masked[max(clause.start, clause.end - _WINDOW) : clause.end]

    def after(self, figure: Figure) -> str:
        """What is said of it after it: to the next figure that is not in one list with it."""
        clause = self._clause(figure)
        text = self._masked[figure.end : min(clause.end, figure.end + _WINDOW)]
        at = 0
        while more := _MORE_FIGURES.match(text, at):
            at = more.end()
        return text[at:].partition("#")[0]

    def just_after(self, figure: Figure) -> str:
        """The words that follow it at once."""
        return self._masked[figure.end : figure.end + _WINDOW]

    def in_last_clause(self, figure: Figure) -> bool:
        """Whether a question mark at the end asks about this figure."""
        return self._clause(figure) is self._clauses[-1]

    def _clause(self, figure: Figure) -> Figure:
        return self._clauses[self._index(figure)]

    def _index(self, figure: Figure) -> int:
        low, high = 0, len(self._clauses) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if figure.start < self._clauses[middle].end else (middle + 1, high)
        return low


def sentences(text: str) -> Iterator[Sentence]:
    """The reply's sentences in order: typographic variants, markup and spelled numbers made plain."""
    heading, items = "", False
    for line in readable(text).split("\n"):
        line = line.strip()
        if not line:
            heading = "" if items else heading
            continue
        found = [Sentence(words, heading) for match in _SENTENCE.finditer(line) if (words := match[0].strip())]
        yield from found
        if found and line.endswith(":"):
            heading, items = found[-1].bare[-_WINDOW:], False
        else:
            items = True
            heading = "" if line.endswith((".", "!", "?")) else heading


def readable(text: str) -> str:
    """`text` with one kind of digits and spaces, without WhatsApp's markup, numbers in words as digits."""
    plain = _SPACES.sub(" ", _MARKUP.sub(" ", unicodedata.normalize("NFKC", text)))
    return in_digits(plain)


def _clauses(masked: str) -> list[Figure]:
    """The clauses' places; one that only goes on with a list of figures ("às 15h, 16h e 17h") belongs to its list."""
    ends = [(match.start(), match.end()) for match in _CLAUSE_END.finditer(masked)]
    clauses: list[Figure] = []
    start, waiting = 0, -1
    for end, next_start in [*ends, (len(masked), len(masked))]:
        only_figures = "#" in masked[start:end] and _ONLY_FIGURES.fullmatch(masked, start, end)
        if only_figures and clauses and masked[clauses[-1].end - 1] == "#":
            clauses[-1] = Figure(clauses[-1].start, end)
        elif only_figures and not clauses:
            waiting = start if waiting < 0 else waiting
        else:
            clauses.append(Figure(waiting if waiting >= 0 else start, end))
            waiting = -1
        start = next_start
    return clauses or [Figure(0, len(masked))]

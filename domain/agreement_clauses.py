"""A customer's messages cut into clauses, each with what its words and times say."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.agreement_mentions import TOKEN, Token, mention_at
from domain.agreement_times import Amount, Day, Mention
from domain.agreement_words import LEXICON, LONGEST_PHRASE, Kind, plain, word

LONGEST_ANSWER = 300
"""Characters of a message that still is an answer; what is longer is prose, or was forwarded."""

MOST_ANSWERS = 20
"""Messages of a burst that still is an answer."""

MANNERS = frozenset((Kind.FILLER, Kind.GREETING, Kind.SMALLTALK))
"""What is said for politeness, and answers nothing."""

_BEFORE_NAMES = frozenset(("o", "a", "do", "da", "de", "para", "ao", "meu", "minha"))
_BEFORE_SERVICES = _BEFORE_NAMES | {"ese", "esa", "nese", "nesa", "dese", "desa", "no", "na"}
_CONFIRMING = frozenset(("confirmo", "confirma", "confirmar", "confirmamos", "confirme"))
_WILL_CONFIRM = frozenset(("confirmo", "confirmamos"))
_TAGS = frozenset(("ta", "ok", "viu", "beleza", "ta bom", "ta certo", "ta ok", "ta bem"))
_WHY_NOT = (["por que nao"], ["porque nao"])


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a message between two commas or stops."""

    kinds: tuple[Kind, ...] = ()
    """Of its phrases, in order."""
    mentions: tuple[Mention, ...] = ()
    of_pet_only: bool = True
    """Whether its other numbers, if any, are ages or weights."""
    farewell: bool = False
    """ "Até amanhã" names a day and chooses none."""
    vague: bool = False
    """ "Confirmo amanhã", "amanhã eu confirmo": the day of the visit, or of the answer?"""
    extra: bool = False
    """ "Banho e tosa", "uma vacina": a service, where the proposal has one already."""
    names: int = 0
    """Unknown words where a name stands: "do Thor"."""
    unknown: int = 0
    """Other words nobody knows."""
    asks: bool = False
    """The last of a sentence that ends with a question mark."""
    polite: bool = False
    """In a question that takes what is offered: "pode ser às 10?"."""

    @property
    def understood(self) -> bool:
        """Whether every word of it is known, or a name."""
        return not self.unknown and self.of_pet_only


def clauses_of(texts: Sequence[str]) -> list[Clause] | None:
    """The clauses of all messages, in order; None when they are too many or too long to be an answer."""
    if len(texts) > MOST_ANSWERS or any(len(text.strip()) > LONGEST_ANSWER for text in texts):
        return None
    plain_texts = [plain(text.strip()) for text in texts]
    if any(len(text) > 2 * LONGEST_ANSWER for text in plain_texts):
        return None  # some characters stand for a whole sentence
    return [
        clause for text in plain_texts for clauses, asks in _sentences(text) for clause in _read_sentence(clauses, asks)
    ]


def _sentences(plain_text: str) -> list[tuple[list[list[Token]], bool]]:
    """The sentences of a message, each as the tokens of its clauses and whether it is a question."""
    sentences: list[tuple[list[list[Token]], bool]] = []
    clauses: list[list[Token]] = [[]]

    def end(asks: bool) -> None:
        if any(clauses):
            sentences.append(([clause for clause in clauses if clause], asks))
        elif asks and sentences:
            sentences[-1] = (sentences[-1][0], True)  # "sim!?"
        elif asks:
            sentences.append(([], True))
        clauses[:] = [[]]

    for found in TOKEN.finditer(plain_text):
        kind = found.lastgroup or ""
        if kind in ("question", "stop"):
            end(kind == "question")
        elif kind == "pause":
            clauses.append([])
        else:
            token = Token(kind, word(found[0]))
            if token.text == "mas":
                clauses.append([])
            clauses[-1].append(token)
    end(asks=False)
    return sentences


def _read_sentence(clauses: list[list[Token]], asks: bool) -> list[Clause]:
    said = [" ".join(token.text for token in clause) for clause in clauses]
    if said in _WHY_NOT:
        return []
    if asks and len(said) > 1 and said[-1] in _TAGS:
        clauses, said, asks = clauses[:-1], said[:-1], False
    read = [_read_clause(clause) for clause in clauses]
    if not asks:
        return read
    if read and all(clause.kinds and _is_greeting(clause) for clause in read):
        return [Clause(kinds=(Kind.GREETING,))]  # "Oi, tudo bem?"
    polite = any(map(_takes_the_offer, read, said))
    *before, last = read or [Clause()]
    return [*before, replace(last, asks=True, polite=polite)]


def _is_greeting(clause: Clause) -> bool:
    kinds = set(clause.kinds)
    return (
        clause.understood and not clause.names and not clause.mentions and kinds <= MANNERS and kinds != {Kind.FILLER}
    )


def _takes_the_offer(clause: Clause, said: str) -> bool:
    words = said.split()
    return Kind.POLITE in clause.kinds or "pode" in words or "podem" in words or words[-1:] == ["da"]


def _read_clause(tokens: Sequence[Token]) -> Clause:
    kinds: list[Kind] = []
    mentions: list[Mention] = []
    of_pet_only = True
    farewell = vague = extra = False
    names = unknown = at = 0
    while at < len(tokens):
        before = tokens[at - 1].text if at else ""
        goodbye = tokens[at].text == "ate" and at + 1 < len(tokens)
        named = mention_at(tokens, at + goodbye)
        if named and (not goodbye or isinstance(named[0], Day)):
            if isinstance(named[0], Amount):
                of_pet_only = of_pet_only and named[0].of_pet
            else:
                mentions.append(named[0])
                farewell = farewell or goodbye
                vague = vague or _before(tokens, at) in _CONFIRMING
            at = named[1]
            continue
        kind, end = _phrase_at(tokens, at)
        if kind is not None:
            kinds.append(kind)
            extra = extra or (kind is Kind.SERVICE and before not in _BEFORE_SERVICES)
        elif before in _BEFORE_NAMES:
            # Of a name's two words the second ends the clause: "do Bob Marley", but not "do trabalho saio".
            end += at + 2 == len(tokens) and _phrase_at(tokens, at + 1)[0] is None and not mention_at(tokens, at + 1)
            names += end - at
        else:
            unknown += 1
        at = end
    days = [mention for mention in mentions if isinstance(mention, Day)]
    vague = vague or (bool(days) and any(token.text in _WILL_CONFIRM for token in tokens))
    return Clause(tuple(kinds), tuple(mentions), of_pet_only, farewell, vague, extra, names, unknown)


def _before(tokens: Sequence[Token], at: int) -> str:
    """The word before `at`, an "às" left out."""
    return next((token.text for token in reversed(tokens[max(at - 2, 0) : at]) if token.text != "as"), "")


def _phrase_at(tokens: Sequence[Token], at: int) -> tuple[Kind | None, int]:
    """What the longest known phrase that begins at `at` says, and where it ends."""
    for end in range(min(at + LONGEST_PHRASE, len(tokens)), at, -1):
        kind = LEXICON.get(tuple(token.text for token in tokens[at:end]))
        if kind is not None:
            return kind, end
    return None, at + 1

"""What the shop's people answered, and what a model may make of it: their words, or better ones that say the same."""

import re
from collections.abc import Sequence
from decimal import Decimal

from domain.claimed_numbers import spelled_numbers
from domain.claimed_text import readable
from domain.claims import unsupported_claim
from domain.reply_facts import ReplyFacts
from domain.same_question import content_words, has_word, negates
from domain.texts import folded

LONGEST_QUESTION = 300
LONGEST_ANSWER = 1_000
_LONGEST_LETTER = 400
_OWN_SHARE = 0.7
"""Share of an answer's words that have to stand in what the owner wrote, or in the question."""
_YES_OR_NO = frozenset(("sim", "nao", "s", "n", "aceitamos", "temos", "claro", "pode", "podem"))

_FIGURE = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?")
_LINK = re.compile(r"\bhttps?://\S+|\bwww\.\S+|\b\S+@\S+\.\w+|@\w+", re.IGNORECASE)
_CLAUSE = re.compile(r"[,.;:!?\n]|\b(?:mas|porém|porque|pois)\b", re.IGNORECASE)
_PHONE = re.compile(r"(?<!\w)\+?\d(?:[ ().-]{0,2}\d){7,}")


def quoted(text: str, limit: int = LONGEST_QUESTION) -> str:
    """Somebody's words on one line, bounded, to stand between quotation marks of ours; long numbers (phones) hidden."""
    line = _PHONE.sub("•••", " ".join(text.split())).translate(str.maketrans('“”«»"', "'''''"))
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def comes_from(answer: str, said: Sequence[str], question: str) -> bool:
    """Whether the answer is the owner's: figures and most words are in what they wrote, and a no stays a no."""
    theirs = "\n".join(said)
    if _numbers(answer) - _numbers(theirs) or _links(answer) - _links(theirs):
        return False
    words, of_theirs = content_words(answer), content_words(theirs)
    if not words:
        return bool(_numbers(answer)) or (folded(answer) in _YES_OR_NO and folded(answer) in folded(theirs).split())
    own = {word for word in words if has_word(word, of_theirs)}
    asked = {word for word in words if has_word(word, content_words(question))}
    short = _YES_OR_NO & set(folded(answer).split()) & set(folded(theirs).split())
    if not own and not short:
        return False
    if len(own | asked) < _OWN_SHARE * len(words):
        return False
    if negates(answer):
        return negates(theirs)
    clauses = [clause for text in said for clause in _CLAUSE.split(text) if content_words(clause) & own]
    return not any(negates(clause) for clause in clauses)


def in_good_words(composed: str, answer: str) -> str:
    """What the customer is told: the composed text if it says no more than the answer does, else the answer itself."""
    text = composed.strip().strip('"“”').strip()
    plain = f"Confirmei com a equipe: {answer}"
    if not text or len(text) > _LONGEST_LETTER or "\n\n\n" in text:
        return plain
    if _numbers(text) - _numbers(answer) or _links(text) - _links(answer) or negates(text) != negates(answer):
        return plain
    words = content_words(answer)
    if words and not any(has_word(word, content_words(text)) for word in words):
        return plain
    if unsupported_claim(text, bookings=(), handed_over=False, facts=ReplyFacts(about=answer)) is not None:
        return plain
    return text


def _numbers(text: str) -> frozenset[Decimal]:
    """Every figure of a text, in digits or words; the minutes of a full hour are none."""
    plain = re.sub(r"(?<=\d)(?:[:h]00\b|h\b|,00\b)", " ", readable(text).lower())
    digits = {Decimal(found.replace(".", "").replace(",", ".")) for found in _FIGURE.findall(plain)}
    return frozenset(digits | {Decimal(number) for number in spelled_numbers(plain)})


def _links(text: str) -> frozenset[str]:
    return frozenset(found.lower().rstrip(".,;!?)") for found in _LINK.findall(text))

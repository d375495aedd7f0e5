"""Text from outside made safe to store, and text from us cut to what a channel takes."""

import re
import unicodedata

LONGEST_MESSAGE = 65_536
"""Characters WhatsApp takes in one message; more than that comes only from somebody who means harm."""

MODEL_SIGHT = 4_000
"""Characters of one customer message the model is shown; the rest stays in the database for people to read."""

_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]")
_LINE_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SENTENCE_END = re.compile(r"(?<=[.!?…\n])\s+|\n+")


def cleaned(text: str) -> str:
    """`text` without what Postgres, JSON or a terminal would choke on, or what turns the reading direction around.

    Lone surrogates become U+FFFD; NUL, other control characters and bidirectional overrides go; emoji (with their
    joiners), tabs and line breaks stay, each line break as `\\n`.
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _FORBIDDEN.sub("", _LINE_BREAK.sub("\n", text)).strip()


def remembered(text: str) -> str:
    """As much of a stored message as a workflow carries along: a payload of Temporal has 2 MiB at most."""
    return text[:200]


def shown_to_model(text: str) -> str:
    """What the model sees of a customer's message: all of it, or its beginning and a note that it goes on."""
    if len(text) <= MODEL_SIGHT:
        return text
    return f"{text[:MODEL_SIGHT]}\n[mensagem cortada: tinha {len(text)} caracteres]"


def split_for_channel(text: str, limit: int = 4_096) -> list[str]:
    """`text` in parts of at most `limit` characters, in order, cut at sentence ends, else at spaces, else anywhere."""
    text = text.strip()
    parts: list[str] = []
    while len(text) > limit:
        window = text[:limit]
        ends = [m.start() for m in _SENTENCE_END.finditer(window)]
        cut = ends[-1] if ends and ends[-1] > limit // 4 else window.rfind(" ")
        if cut <= 0:
            cut = limit
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*parts, text] if text else parts


def folded(text: str) -> str:
    """`text` for comparing: no capitals, accents, double spaces ("Consulta  Veterinária" → "consulta veterinaria")."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", bare).split())

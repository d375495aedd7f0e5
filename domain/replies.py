"""Fixed texts to customers and owners: what is said when no model speaks."""

import re
from collections.abc import Sequence

from domain.events import MessageKind
from domain.texts import folded

MODEL_FAILED_CUSTOMER = (
    "Desculpe, estou com uma dificuldade técnica para responder agora. "
    "Já chamei uma pessoa da equipe, que continua por aqui. 🐾"
)
MODEL_FAILED_OWNER = (
    "Desculpe, não consegui consultar agora. O problema ficou registrado; tente de novo em alguns minutos."
)
NOT_CERTAIN = (
    "Desculpe, não consegui confirmar isso no sistema e não quero passar informação errada. "
    "Já chamei uma pessoa da equipe, que continua por aqui. 🐾"
)
NOT_CERTAIN_OWNER = (
    "Desculpe, não consegui confirmar isso no sistema. O problema ficou registrado; tente de novo em alguns minutos."
)
FINDING_OUT = "Vou confirmar com a equipe e te respondo por aqui. 🐾"
NOT_ANSWERED = (
    "Ainda não consegui confirmar com a equipe o que você perguntou. "
    "Para não te deixar sem resposta, passei para uma pessoa da loja, que responde por aqui. 🐾"
)
OPTED_OUT = (
    "Pronto, você não vai mais receber convites da loja. Os avisos dos seus agendamentos continuam chegando. "
    "Se mudar de ideia, responda VOLTAR. 🐾"
)
OPTED_IN = "Pronto, você volta a receber os convites da loja. Se não quiser mais, responda SAIR. 🐾"
LATE_PREFIX = "Desculpe a demora, sua mensagem só chegou para nós agora."

_LONGEST_NAME = 20
_NAMES = {
    MessageKind.IMAGE: "sua imagem",
    MessageKind.AUDIO: "seu áudio",
    MessageKind.VIDEO: "seu vídeo",
    MessageKind.DOCUMENT: "seu documento",
    MessageKind.STICKER: "sua figurinha",
    MessageKind.LOCATION: "sua localização",
    MessageKind.CONTACTS: "o contato",
}


def media_answer(kind: MessageKind) -> str:
    """The polite answer to a message without words, until media is handled."""
    received = _NAMES.get(kind)
    if received is None:
        return "Recebi sua mensagem, mas ainda não consigo abrir esse tipo. Pode me escrever em texto? 🐾"
    return f"Recebi {received}! Ainda não consigo abrir esse tipo de mensagem. Pode me escrever em texto? 🐾"


def placeholder(kind: MessageKind, text: str) -> str:
    """How a message stands in the history that the model reads: its text, with a word on what came with it."""
    if kind is MessageKind.TEXT:
        return text
    label = _NAMES.get(kind, "mensagem de outro tipo").removeprefix("sua ").removeprefix("seu ").removeprefix("o ")
    return f"[{label}] {text}".strip()


def with_lateness(text: str) -> str:
    """A reply that begins with a word about the delay."""
    return f"{LATE_PREFIX} {text}"


_FINDS_OUT = re.compile(
    r"\b(?:(?:vou|vamos|irei|iremos|preciso|estou|estamos|acabei de|deixa eu) (?:(?:ja|agora|aqui|te|so) )*"
    r"(?:confirm|verific|pergunt|consult|chec|conferi|descobr|averigu|me inform|me certific|repass|encaminh|avis)"
    r"|(?:perguntei|consultei|encaminhei|repassei|avisei)\b"
    r"|(?:te |lhe )?(?:respondo|retorno|aviso|conto|falo|digo) (?:em breve|assim que|logo|ja ja|por aqui|quando)"
    r"|(?:equipe|pessoal|time|gente|loja) (?:(?:ja|logo|aqui|da loja) )*"
    r"(?:vai|ira|deve|vao|foi|esta) (?:te |lhe )?(?:respond|retorn|confirm|verific|avis|inform|perguntad|consultad))"
)
_SENTENCES = re.compile(r"(?<=[.!?…])\s+")


def without_finding_out(text: str) -> str:
    """A model's reply without its own words that we are finding out: the customer is told so once, by us."""
    kept = []
    for line in text.splitlines():
        sentences: list[str] = []
        dropped = False
        for sentence in _SENTENCES.split(line):
            bare = folded(sentence)
            dropped = (dropped and not bare) or (not sentence.endswith("?") and bool(_FINDS_OUT.search(bare)))
            if not dropped:  # what goes, goes with the emoji behind it
                sentences.append(sentence)
        if sentences or not line.strip():
            kept.append(" ".join(sentences))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def with_finding_out(text: str) -> str:
    """A reply to a customer whose question the shop was just asked: says so, once."""
    said = without_finding_out(text)
    return f"{said}\n\n{FINDING_OUT}" if said else FINDING_OUT


def question_to_owner(question: str, name: str | None) -> str:
    """A customer's question as the shop's people read it: their words are quoted, their first name is all they learn.

    Whoever writes chooses the name that is shown: anything but a plain word is left out.
    """
    first = (name or "").split()[:1]
    called = f" ({first[0]})" if first and first[0].isalpha() and len(first[0]) <= _LONGEST_NAME else ""
    return f"Um cliente{called} perguntou: “{question}”\n\nResponda por aqui que eu aviso."


def with_orders(text: str, *, done: Sequence[str], asked: Sequence[str], keep: bool) -> str:
    """Aurora's reply when orders were carried out or wait for a yes: what was done and what is asked, from rows.

    Unless she was asked for figures too (`keep`), her own lines with figures are dropped: nothing may contradict a row.
    """
    if not done and not asked:
        return text
    said = text.strip() if keep else "\n".join(line for line in text.splitlines() if not re.search(r"\d", line)).strip()
    parts = [said] if said else []
    parts += [f"✅ Feito: {line}" for line in done]
    if asked:
        question = "Posso fazer?" if len(asked) == 1 else "Posso fazer tudo isso?"
        parts += [
            "\n".join(["Confirme, por favor:" if len(asked) == 1 else "Confirme, por favor, os pedidos:", *asked]),
            question,
        ]
    return "\n\n".join(parts)

"""Fixed texts to customers and owners: what is said when no model speaks."""

from domain.events import MessageKind

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
LATE_PREFIX = "Desculpe a demora, sua mensagem só chegou para nós agora."

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

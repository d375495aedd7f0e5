"""Why a message did not go out, as operators read it: a channel's code in Portuguese, what is ours as it is."""

from collections.abc import Mapping

from domain.events import DeliveryStatus
from domain.texts import cleaned

_CODES: Mapping[str, str] = {
    "not_on_whatsapp": "o número não está no WhatsApp",
    "unauthorized": "a conexão da loja com o WhatsApp precisa ser refeita",
    "token": "a conexão da loja com o WhatsApp precisa ser refeita",
    "permission": "a conta da loja não tem permissão para enviar",
    "blocked": "a conta da loja está bloqueada no WhatsApp",
    "payment": "falta o pagamento da conta no WhatsApp",
    "not_registered": "o número da loja não está registrado",
    "window_closed": "passaram 24 horas da última mensagem do cliente",
    "131047": "passaram 24 horas da última mensagem do cliente",
    "undeliverable": "o WhatsApp não entrega mensagens a esse número",
    "131026": "o WhatsApp não entrega mensagens a esse número",
    "misconfigured": "o número da loja está mal configurado",
    "bad_request": "o WhatsApp não aceitou a mensagem",
}
_WAITING: Mapping[str, str] = {
    "ChannelDisconnected": "o número da loja está desconectado",
    "ChannelUnavailable": "o WhatsApp não responde; será tentado de novo",
}
_STATES: Mapping[DeliveryStatus, tuple[str, str]] = {
    DeliveryStatus.PENDING: ("🕓", "na fila"),
    DeliveryStatus.SENDING: ("↗", "enviando"),
    DeliveryStatus.SENT: ("✓", "enviada"),
    DeliveryStatus.DELIVERED: ("✓✓", "entregue"),
    DeliveryStatus.READ: ("✓✓", "lida"),
    DeliveryStatus.FAILED: ("⚠", "não enviada"),
}
_LONGEST = 200


def state_in_words(status: DeliveryStatus) -> tuple[str, str]:
    """A sign and a word for how far a message got."""
    return _STATES[status]


def problem_in_words(error: str | None) -> str:
    """What kept a message back, "" where nothing did; what a channel says in a code of its own stays as it said it."""
    error = cleaned(error or "")
    if not error:
        return ""
    code, colon, rest = error.partition(":")
    if code == "não enviada" and colon:
        return rest.strip()[:_LONGEST]
    return _WAITING.get(error) or _CODES.get(code.strip()) or f"o WhatsApp recusou ({error[:_LONGEST]})"

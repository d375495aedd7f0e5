"""What operators are told of, as a closed set."""

from enum import StrEnum

from domain.conversation import HandoffReason


class AlertKind(StrEnum):
    """Why operators are told. A hand-over's kind has the name of its reason."""

    ASKED_BY_MODEL = HandoffReason.ASKED_BY_MODEL.value
    ANSWERED_ON_PHONE = HandoffReason.ANSWERED_ON_PHONE.value
    MODEL_FAILURE = HandoffReason.MODEL_FAILURE.value
    UNSUPPORTED_CLAIM = HandoffReason.UNSUPPORTED_CLAIM.value
    LOOP_SUSPECTED = HandoffReason.LOOP_SUSPECTED.value
    TOO_MANY_ROUNDS = HandoffReason.TOO_MANY_ROUNDS.value
    ALREADY_WAITING = HandoffReason.ALREADY_WAITING.value
    NOT_ANSWERED = HandoffReason.NOT_ANSWERED.value
    TAKEN_BY_OPERATOR = HandoffReason.TAKEN_BY_OPERATOR.value
    STILL_WAITING = "still_waiting"
    WAITING_TOO_LONG = "waiting_too_long"
    DEAD_LETTER = "dead_letter"
    MESSAGE_TOO_LATE = "message_too_late"
    REPLY_TOO_LATE = "reply_too_late"
    SEND_REFUSED = "send_refused"
    DELIVERY_FAILED = "delivery_failed"
    PICTURE_LEFT_OUT = "picture_left_out"

    @staticmethod
    def of(reason: HandoffReason) -> "AlertKind":
        """The kind of an alert about a hand-over."""
        return AlertKind(reason.value)

    @property
    def portuguese(self) -> str:
        """As operators read it."""
        return _OTHERS[self] if self in _OTHERS else HandoffReason(self.value).portuguese


_OTHERS = {
    AlertKind.STILL_WAITING: "Cliente ainda espera uma pessoa",
    AlertKind.WAITING_TOO_LONG: "Cliente espera há tempo demais",
    AlertKind.DEAD_LETTER: "Carta morta",
    AlertKind.MESSAGE_TOO_LATE: "Mensagem chegou tarde demais",
    AlertKind.REPLY_TOO_LATE: "Resposta não saiu a tempo",
    AlertKind.SEND_REFUSED: "Canal recusou o envio",
    AlertKind.DELIVERY_FAILED: "Mensagem não entregue",
    AlertKind.PICTURE_LEFT_OUT: "Resposta saiu sem o gráfico",
}

"""What the shop's people do by themselves, in the console or at the command line, as the audit log calls it."""

from enum import StrEnum

from domain.owner_orders import OrderKind

COMMAND_LINE = "linha de comando"
"""Who did it, where that was no operator in the console."""


class DeedKind(StrEnum):
    """The kinds of deeds; what an owner may order of Aurora, too, has the order's own name."""

    OPEN_SHOP = "open_shop"
    CHANGE_SETTINGS = "change_settings"
    CHANGE_AGENDA_RULES = "change_agenda_rules"
    CHANGE_AURORA_RULES = "change_aurora_rules"
    CHANGE_HANDOFF_RULES = "change_handoff_rules"
    ADD_OWNER = "add_owner"
    REMOVE_OWNER = "remove_owner"
    ADD_SERVICE = "add_service"
    SET_PRICE = "set_price"
    REMOVE_SERVICE = "remove_service"
    ADD_PROFESSIONAL = "add_professional"
    CHANGE_PROFESSIONAL = "change_professional"
    REMOVE_PROFESSIONAL = "remove_professional"
    ADD_ABSENCE = "add_absence"
    DROP_ABSENCE = "drop_absence"
    SET_DAY = "set_day"
    ADD_NUMBER = "add_number"
    REMOVE_NUMBER = "remove_number"
    TEACH = "teach"
    FORGET = "forget"
    BOOK = "book"
    MOVE_BOOKING = "move_booking"
    CANCEL_BOOKING = "cancel_booking"
    CONFIRM_BOOKING = "confirm_booking"
    MARK_BOOKING = "mark_booking"
    CLAIM = "claim"
    ASSIGN = "assign"
    REPLY = "reply"
    NOTE = "note"
    RELEASE = "release"
    RESOLVE = "resolve"
    SET_CUSTOMER_AI = "set_customer_ai"
    REDRIVE = "redrive"
    RETRY_STEP = "retry_step"
    SKIP_STEP = "skip_step"
    ACKNOWLEDGE = "acknowledge"
    ADD_READY_ANSWER = "add_ready_answer"
    CHANGE_READY_ANSWER = "change_ready_answer"
    REMOVE_READY_ANSWER = "remove_ready_answer"
    ADD_OPERATOR = "add_operator"
    REMOVE_OPERATOR = "remove_operator"
    RESTORE_OPERATOR = "restore_operator"
    SET_OPERATOR_ROLE = "set_operator_role"
    SET_PASSWORD = "set_password"

    @property
    def portuguese(self) -> str:
        """As operators read it in the audit log."""
        return _DEEDS[self] if self in _DEEDS else OrderKind(self.value).portuguese


_DEEDS = {
    DeedKind.OPEN_SHOP: "criar a loja",
    DeedKind.CHANGE_SETTINGS: "mudar ajustes",
    DeedKind.CHANGE_AGENDA_RULES: "mudar regras da agenda",
    DeedKind.CHANGE_AURORA_RULES: "mudar regras da Aurora",
    DeedKind.CHANGE_HANDOFF_RULES: "mudar prazos de quem espera por uma pessoa",
    DeedKind.ADD_SERVICE: "pôr serviço à venda",
    DeedKind.REMOVE_SERVICE: "tirar serviço de venda",
    DeedKind.ADD_PROFESSIONAL: "acrescentar quem atende",
    DeedKind.CHANGE_PROFESSIONAL: "mudar horário ou serviços de quem atende",
    DeedKind.REMOVE_PROFESSIONAL: "tirar quem atende",
    DeedKind.SET_DAY: "mudar o horário de um dia",
    DeedKind.ADD_NUMBER: "ligar número",
    DeedKind.REMOVE_NUMBER: "desativar número",
    DeedKind.TEACH: "ensinar resposta",
    DeedKind.FORGET: "esquecer resposta",
    DeedKind.BOOK: "agendar",
    DeedKind.CONFIRM_BOOKING: "confirmar agendamento",
    DeedKind.MARK_BOOKING: "marcar o que houve com um agendamento",
    DeedKind.CLAIM: "assumir conversa",
    DeedKind.ASSIGN: "passar conversa",
    DeedKind.REPLY: "responder",
    DeedKind.NOTE: "anotar",
    DeedKind.RELEASE: "devolver conversa à IA",
    DeedKind.RESOLVE: "resolver conversa",
    DeedKind.REDRIVE: "reenviar carta morta",
    DeedKind.RETRY_STEP: "tentar de novo o que estava parado",
    DeedKind.SKIP_STEP: "desistir do que estava parado",
    DeedKind.ACKNOWLEDGE: "marcar aviso como visto",
    DeedKind.ADD_READY_ANSWER: "criar resposta pronta",
    DeedKind.CHANGE_READY_ANSWER: "mudar resposta pronta",
    DeedKind.REMOVE_READY_ANSWER: "tirar resposta pronta",
    DeedKind.ADD_OPERATOR: "incluir operador",
    DeedKind.REMOVE_OPERATOR: "desativar operador",
    DeedKind.RESTORE_OPERATOR: "reativar operador",
    DeedKind.SET_OPERATOR_ROLE: "mudar papel de operador",
    DeedKind.SET_PASSWORD: "trocar senha de operador",
}

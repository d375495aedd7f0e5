"""Aurora by rules: answers the owner's questions about attendance."""

import re

from dev.practice_model.conversation import Conversation
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.intents import Intent, read_intents
from dev.practice_model.portuguese import fold
from dev.practice_model.tool_results import ServiceCount, ToolResult

REPORT = "attendance_report"
ABILITIES = (
    "Posso contar os atendimentos e o faturamento de hoje, desta semana e deste mês.\n"
    'Por exemplo: "Quantos clientes atendi hoje?"'
)
_TROUBLE = "Não consegui ler os números agora. Pode perguntar de novo em instantes?"
_NOT_THAT_FAR = "Ainda só sei ler os números de hoje, desta semana e deste mês."
_REFUSAL = "Desculpe, isso eu não posso fazer. " + ABILITIES
_ATTENDANCE = re.compile(
    r"\b(?:quant[oa]s? (?:clientes?|pets?|servicos|banhos|consultas|tosas|ganhei|entrou|fiz)|"
    r"atendi\w*|fatur\w+|vendi|vendas|receita|resumo|relatorio|movimento|numeros)\b"
)
_FOLLOW_UP = re.compile(r"^\W*e\b.{0,30}$")
_PERIODS = {
    "month": re.compile(r"\b(?:mes|mensal)\b"),
    "week": re.compile(r"\b(?:semana|semanal)\b"),
    "today": re.compile(r"\bhoje\b"),
}
_UNKNOWN_PERIOD = re.compile(
    r"\b(?:ontem|anteontem|(?:semana|mes) (?:passad[oa]|que vem)|ano|amanha|proxim[oa] (?:semana|mes))\b"
)
_SPOKEN = {"today": "Hoje", "week": "Esta semana", "month": "Este mês"}


def answer_owner(conversation: Conversation, tools: frozenset[str]) -> Decision:
    """The next step for the owner's last messages."""
    text = fold("\n".join(line.text for line in conversation.burst))
    intents = read_intents(text)
    if conversation.correction:
        return Say(_TROUBLE)
    if Intent.REFUSE in intents:
        return Say(_REFUSAL)
    period = next((name for name, pattern in _PERIODS.items() if pattern.search(text)), None)
    if not _ATTENDANCE.search(text) and not (period and _FOLLOW_UP.search(text)):
        if Intent.THANKS in intents:
            return Say("Por nada! Quando quiser os números, é só perguntar.")
        return Say(f"Olá! Sou a Aurora. {ABILITIES}" if Intent.GREETING in intents else ABILITIES)
    if _UNKNOWN_PERIOD.search(text):
        return Say(f"{_NOT_THAT_FAR} Qual deles você quer?")
    if REPORT not in tools:
        return Say(_TROUBLE)
    arguments = {"period": period or "today"}
    used = conversation.used_with(REPORT, arguments)
    if used is None:
        return Use((Call(REPORT, arguments),))
    return Say(_report(used.result, period or "today") if used.result.ok else _TROUBLE)


def _report(result: ToolResult, asked: str) -> str:
    when = _SPOKEN.get(result.period, _SPOKEN[asked])
    if result.clients == 0:
        return f"{when} você ainda não atendeu nenhum cliente."
    lines = [f"{when} você atendeu {result.clients} {'cliente' if result.clients == 1 else 'clientes'}!"]
    counts = [service for service in result.services if isinstance(service, ServiceCount) and service.count]
    lines += [f"- {service.label or f'{service.count} {service.name}'}" for service in counts]
    if result.revenue is not None:
        lines.append(f"Faturamento: {result.revenue}")
    return "\n".join(lines)

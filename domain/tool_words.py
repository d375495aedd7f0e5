"""What an assistant's tool did, as operators read it beside the conversation: from its arguments and its outcome."""

import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from domain.bookings import BookingFacts
from domain.model import ToolOutcome
from domain.money import reais
from domain.portuguese import counted
from domain.shop import Coat, Size, Species
from domain.texts import cleaned

_TOOLS = {
    "register_pet": "Cadastrou um pet",
    "update_pet": "Corrigiu o cadastro de um pet",
    "check_availability": "Olhou a agenda",
    "book_appointment": "Agendar",
    "reschedule_appointment": "Remarcar",
    "cancel_appointment": "Cancelar agendamento",
    "confirm_appointment": "Confirmar presença",
    "list_appointments": "Listou os agendamentos",
    "join_waiting_list": "Lista de espera",
    "leave_waiting_list": "Saída da lista de espera",
    "set_invitations": "Preferência de convites",
    "ask_the_shop": "Perguntou à loja",
    "escalate_to_human": "Chamou uma pessoa",
    "answer_customer": "Respondeu à pergunta de um cliente",
    "attendance_report": "Relatório de atendimentos",
    "revenue_report": "Relatório de faturamento",
    "top_services": "Serviços mais vendidos",
    "occupancy_report": "Ocupação da agenda",
    "customers_report": "Relatório de clientes",
    "inactive_customers": "Clientes sumidos",
    "no_show_report": "Relatório de faltas",
    "agenda_of_day": "Agenda do dia",
    "waiting_conversations": "Conversas que esperam",
    "assistant_report": "Relatório da assistente",
    "send_chart": "Gráfico",
    "change_price": "Mudar preço",
    "pause_briefings": "Pausar avisos",
    "resume_briefings": "Retomar avisos",
    "fill_agenda": "Convidar clientes",
    "stop_invitations": "Parar convites",
    "block_time": "Fechar horário",
    "free_time": "Abrir horário",
    "add_holiday": "Registrar feriado",
    "find_appointments": "Procurou agendamentos",
    "move_appointment": "Remarcar",
    "change_opening_hours": "Mudar funcionamento",
    "pause_client_ai": "Pausar a assistente",
    "resume_client_ai": "Retomar a assistente",
    "register_owner": "Dar acesso",
    "remove_owner": "Tirar acesso",
    "send_message": "Mandar mensagem",
    "confirm_order": "Pedido confirmado",
    "undo_order": "Desfazer pedido",
}
_FACTS = {
    "name": "nome",
    "new_name": "novo nome",
    "pet_name": "pet",
    "species": "espécie",
    "breed": "raça",
    "age": "idade",
    "size": "porte",
    "coat": "pelo",
    "service": "serviço",
    "service_type": "serviço",
    "service_name": "serviço",
    "professional": "profissional",
    "customer": "cliente",
    "date": "dia",
    "day": "dia",
    "until": "até",
    "first_day": "de",
    "last_day": "até",
    "preferred_date": "dia",
    "preferred_time": "hora",
    "new_date": "novo dia",
    "new_time": "nova hora",
    "period": "período",
    "appointment_id": "agendamento",
    "reason": "motivo",
    "question": "pergunta",
    "answer": "resposta",
    "price": "preço",
    "text": "texto",
    "wanted": "quer receber",
}
_WORDS: dict[str, str] = {
    **{one.value: one.portuguese for one in Species},
    **{one.value: one.portuguese for one in Size},
    **{one.value: one.portuguese for one in Coat},
}
_LONGEST = 200


def tool_in_words(name: str) -> str:
    """What a tool is for; one that nobody knows is called by its own name, as the model wrote it."""
    return _TOOLS.get(name) or cleaned(name)


def arguments_in_words(arguments: str) -> list[tuple[str, str]]:
    """What the model gave the tool, as far as it has a name of its own in Portuguese: `[("pet", "Rex")]`."""
    try:
        read = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return []
    if not isinstance(read, dict):
        return []
    return [(_FACTS[key], _fact(value)) for key, value in read.items() if key in _FACTS and value not in (None, "", [])]


def outcome_in_words(outcome: ToolOutcome, zone: ZoneInfo) -> str:
    """What came of it; of a refusal the sentence that the model got."""
    if outcome.booking is not None:
        return f"{outcome.change.heading} {_booked(outcome.booking, zone)}"
    if outcome.proposal is not None:
        start = outcome.proposal.start or outcome.proposal.before
        when = f", {_moment(start, zone)}" if start else ""
        return f"Proposto ao cliente: {outcome.proposal.service} de {outcome.proposal.pet}{when}"
    if not outcome.ok:
        return _refusal(outcome.content)
    if outcome.handed_over is not None:
        return "Uma pessoa foi chamada"
    if outcome.order is not None:
        return f"Espera o sim: {_short(outcome.order.summary)}"
    if outcome.done is not None:
        return _short(outcome.done)
    if outcome.asked_shop:
        return "A pergunta foi feita à equipe"
    if outcome.slots:
        return counted(len(outcome.slots), "horário")
    return "Feito"


def _refusal(content: str) -> str:
    try:
        read = json.loads(content or "{}")
    except ValueError:
        read = {}
    message = read.get("message") if isinstance(read, dict) else None
    return _short(message) if isinstance(message, str) and message else "Não pôde ser feito"


def _booked(facts: BookingFacts, zone: ZoneInfo) -> str:
    return f"{facts.service} de {facts.pet}, {_moment(facts.start, zone)}, {reais(facts.price)}"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d/%m/%Y %H:%M}"


def _fact(value: JsonValue) -> str:
    match value:
        case bool():
            return "sim" if value else "não"
        case str():
            return _WORDS.get(value) or _day(value) or _short(value)
        case list():
            return _short(", ".join(_fact(one) for one in value[:10]))
    return _short(str(value))


def _day(text: str) -> str | None:
    try:
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    except ValueError:
        return None


def _short(text: str) -> str:
    text = cleaned(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"

"""What the audit log holds, as operators read it; what has no words of its own is shown as it is stored."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from domain.agenda_rules import Unattended
from domain.aurora_rules import Briefing
from domain.bookings import BookingStatus
from domain.deeds import DeedKind
from domain.money import reais
from domain.operators import OperatorRole
from domain.owner_orders import OrderKind
from domain.owners import OwnerRole
from operating.changed_bookings import CustomerTold
from operating.rules import AURORA_IN_WORDS, HANDOFF_IN_WORDS, IN_WORDS
from storage.campaigns import CampaignStatus

_FACTS = {
    **IN_WORDS,
    **AURORA_IN_WORDS,
    **HANDOFF_IN_WORDS,
    "about": "o que a assistente sabe da loja",
    "ai_enabled": "assistente",
    "answer": "resposta",
    "answer_limit_hours": "horas até uma mensagem só ser registrada",
    "aurora_model": "modelo da Aurora",
    "booking": "agendamento",
    "category": "categoria",
    "customer": "cliente",
    "customers": "clientes",
    "email": "e-mail",
    "enabled": "assistente",
    "end": "fim",
    "first_day": "de",
    "hours": "horário",
    "last_day": "até",
    "late_after_minutes": "minutos até a resposta pedir desculpas",
    "loop_limit": "respostas a um contato na janela",
    "loop_window_minutes": "janela, em minutos",
    "lunch": "almoço",
    "minutes": "duração em minutos",
    "model": "modelo",
    "name": "nome",
    "needs_first": "só depois de",
    "note": "motivo",
    "number": "número",
    "opening_hours": "horário",
    "operator": "operador",
    "outbound_limit_hours": "horas até desistir de enviar",
    "paused": "em pausa",
    "preparation": "preparo em minutos",
    "price": "preço",
    "professional": "profissional",
    "reason": "motivo",
    "role": "papel",
    "services": "serviços",
    "settle_seconds": "segundos à espera do fim de uma rajada",
    "start": "início",
    "status": "situação",
    "text": "texto",
    "timezone": "fuso horário",
    "variants": "por porte e pelo",
    "waiting": "por convidar",
}
_VALUES: Mapping[str, Mapping[str, str]] = {
    "customer": {one: one.portuguese for one in CustomerTold},
    "paused": {one: one.portuguese for one in Briefing},
    "role": {one: one.portuguese for one in (*OwnerRole, *OperatorRole)},
    "status": {one: one.portuguese for one in BookingStatus}
    | {CampaignStatus.RUNNING: "em andamento", CampaignStatus.STOPPED: "parados"},
    "unattended": {Unattended.COMPLETED: "concluído", Unattended.NO_SHOW: "não veio"},
}
_SWITCHES = frozenset(("ai_enabled", "enabled"))
_ACTIONS: Mapping[str, str] = {kind: kind.portuguese for kinds in (DeedKind, OrderKind) for kind in kinds}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def action_in_words(action: str) -> str:
    """What was done."""
    return _ACTIONS.get(action, action)


def facts_in_words(facts: Mapping[str, JsonValue], zone: ZoneInfo) -> str:
    """How it was, or how it is now: "preço: R$ 50,00", times as the shop's clock shows them."""
    return ", ".join(f"{_name(name)}: {_value(name, fact, zone)}" for name, fact in facts.items())


def _name(name: str) -> str:
    return _day(name) if _DAY.fullmatch(name) else _FACTS.get(name, name)


def _value(name: str, fact: JsonValue, zone: ZoneInfo) -> str:
    match fact:
        case None | [] | "":
            return "nada"
        case bool():
            return ("ligada" if fact else "em pausa") if name in _SWITCHES else ("sim" if fact else "não")
        case list():
            return ", ".join(_value(name, one, zone) for one in fact)
        case str():
            return _text(name, fact, zone)
    return str(fact)


def _text(name: str, text: str, zone: ZoneInfo) -> str:
    match name:
        case "price":
            return reais(Decimal(text))
        case "start" | "end":
            return f"{datetime.fromisoformat(text).astimezone(zone):%d/%m/%Y %H:%M}"
        case "first_day" | "last_day":
            return _day(text)
    return _VALUES.get(name, {}).get(text, text)


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%d/%m/%Y}"

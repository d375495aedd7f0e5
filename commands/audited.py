"""What the audit log holds, as operators read it; what has no words of its own is shown as it is stored."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from domain.aurora_rules import Briefing
from domain.bookings import BookingStatus
from domain.money import reais
from domain.owner_orders import OrderKind
from domain.owners import OwnerRole
from storage.campaigns import CampaignStatus

_FACTS = {
    "booking": "agendamento",
    "customers": "clientes",
    "enabled": "assistente",
    "end": "fim",
    "first_day": "de",
    "hours": "horário",
    "last_day": "até",
    "name": "nome",
    "note": "motivo",
    "paused": "em pausa",
    "price": "preço",
    "professional": "profissional",
    "reason": "motivo",
    "role": "papel",
    "start": "início",
    "status": "situação",
    "text": "texto",
    "waiting": "por convidar",
}
_VALUES: Mapping[str, Mapping[str, str]] = {
    "paused": {one: one.portuguese for one in Briefing},
    "role": {one: one.portuguese for one in OwnerRole},
    "status": {one: one.portuguese for one in BookingStatus}
    | {CampaignStatus.RUNNING: "em andamento", CampaignStatus.STOPPED: "parados"},
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def action_in_words(action: str) -> str:
    """What was done."""
    return OrderKind(action).portuguese if action in set(OrderKind) else action


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
            return "ligada" if fact else "em pausa"
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

"""A conversation as one line of a list: what to call whoever writes, where it stands, and what was said last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from console.chat import KINDS, called
from domain.addresses import dialled
from domain.conversation import Audience, ConversationStatus, Sender
from domain.events import MessageKind
from domain.handoffs import HandoffState
from domain.ids import ConversationId
from domain.texts import cleaned
from storage.inbox import Listed

_SPEAKERS = {
    Sender.AI: "IA",
    Sender.HUMAN: "Equipe",
    Sender.PHONE: "Celular da loja",
    Sender.SYSTEM: "Aviso automático",
}


@dataclass(frozen=True)
class Badge:
    """A word, and the look that goes with it."""

    word: str
    look: str


@dataclass(frozen=True)
class Line:
    """What a list shows of a conversation. `phone` is empty where it is the name; `when` is as `short_time`
    says it."""

    id: ConversationId
    name: str
    phone: str
    badges: tuple[Badge, ...]
    said: str
    at: datetime | None
    when: str
    unread: int


def lines(listed: Iterable[Listed], now: datetime, zone: ZoneInfo) -> list[Line]:
    """The conversations, as the shop's clock shows their times."""
    return [
        Line(
            id=one.id,
            name=named(one.name, one.phone),
            phone=second_name(one.name, one.phone),
            badges=tuple(_badges(one)),
            said=last_words(one.said, one.said_as, one.said_by, one.said_by_operator, was_sent=one.was_sent),
            at=one.last_message_at,
            when=short_time(one.last_message_at, now, zone) if one.last_message_at else "",
            unread=one.unread_count,
        )
        for one in listed
    ]


def named(name: str | None, phone: str | None) -> str:
    """What to call a customer."""
    return called(name, dialled(phone) if phone else None)


def second_name(name: str | None, phone: str | None) -> str:
    """The phone, where it is not what the customer is called by already."""
    return dialled(phone) if phone and cleaned(name or "") else ""


def last_words(
    text: str, kind: MessageKind | None, speaker: Sender | None, operator: str | None, *, was_sent: bool = True
) -> str:
    """ "IA: Temos às 14h", "🎤 Áudio", "Ana, não enviada: Bom dia"; a customer's own words as they are."""
    shown = " ".join(cleaned(text).split())
    sign = KINDS.get(kind, "") if kind else ""
    said = f"{sign}: {shown}" if sign and shown else sign or shown
    who = operator or (_SPEAKERS.get(speaker, "") if speaker else "")
    if not was_sent:
        who = f"{who}, não enviada" if who else "Não enviada"
    return f"{who}: {said}" if who else said


def _badges(one: Listed) -> Iterable[Badge]:
    if one.audience is Audience.OWNER:
        yield Badge("dona ou dono", "owner")
    if one.handoff is HandoffState.CLAIMED:
        yield Badge(f"em atendimento com {one.operator}" if one.operator else "no celular da loja", "accent")
    elif one.handoff is HandoffState.WAITING or one.status is ConversationStatus.WAITING_HUMAN:
        yield Badge("esperando", "waiting")
    elif not one.ai_enabled:
        yield Badge("IA pausada", "off")
    elif one.status is ConversationStatus.RESOLVED:
        yield Badge("resolvida", "good")
    elif one.status is ConversationStatus.ARCHIVED:
        yield Badge("arquivada", "off")
    else:
        yield Badge("IA", "plain")


def short_time(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """ "14:05" of today, "22/11 14:05" of a day of this year, else the day alone: "22/11/2020"."""
    at, now = at.astimezone(zone), now.astimezone(zone)
    if at.date() == now.date():
        return f"{at:%H:%M}"
    return f"{at:%d/%m %H:%M}" if at.year == now.year else f"{at:%d/%m/%Y}"

"""A conversation's timeline as its page shows it: days, bubbles, quiet lines. Decides words and signs, not HTML."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

from domain.bookings import BookingChange, ChangedBy
from domain.conversation import HandledAs, Sender
from domain.dates import weekday
from domain.delivery_words import problem_in_words, state_in_words
from domain.events import DeliveryStatus, MessageKind
from domain.handoffs import HandoffState
from domain.texts import cleaned
from domain.tool_words import arguments_in_words, outcome_in_words, tool_in_words
from storage.timeline import BookingEntry, Entry, HandoffEntry, MessageEntry, NoteEntry, ToolEntry

FOLDED_AFTER = 1_200
"""Characters of a message that are shown before the rest is behind a fold."""

_WHO: dict[Sender, tuple[str, str]] = {
    Sender.CUSTOMER: ("🙂", "Cliente"),
    Sender.OWNER: ("🔑", "Quem dirige a loja"),
    Sender.AI: ("🤖", "Assistente (IA)"),
    Sender.HUMAN: ("👤", "Equipe"),
    Sender.PHONE: ("📱", "Celular da loja"),
    Sender.SYSTEM: ("⚙", "Aviso automático"),
}
KINDS: dict[MessageKind, str] = {
    MessageKind.IMAGE: "🖼 Imagem",
    MessageKind.AUDIO: "🎤 Áudio",
    MessageKind.VIDEO: "🎬 Vídeo",
    MessageKind.DOCUMENT: "📎 Documento",
    MessageKind.STICKER: "🩷 Figurinha",
    MessageKind.LOCATION: "📍 Localização",
    MessageKind.CONTACTS: "📇 Contato",
    MessageKind.UNSUPPORTED: "Mensagem de um tipo que não lemos",
}
_CHANGES = {
    BookingChange.BOOKED: "marcou",
    BookingChange.MOVED: "remarcou",
    BookingChange.CANCELLED: "cancelou",
    BookingChange.CONFIRMED: "confirmou",
}
_ENDED_BY = {"operator": "a equipe", "merged": "conversas unidas"}


@dataclass(frozen=True)
class Bubble:
    """Something said. `text` is shown at once, `rest` is folded away; `notes` are short words beside it."""

    id: str
    at: datetime
    side: Literal["deles", "nossa"]
    sender: Sender
    icon: str
    who: str
    kind: str
    text: str
    rest: str
    notes: tuple[str, ...]
    state: DeliveryStatus | None = None
    state_icon: str = ""
    state_word: str = ""
    problem: str = ""
    what: Literal["bubble"] = "bubble"


@dataclass(frozen=True)
class QuietLine:
    """Something that happened beside the talk; `facts` open on a click."""

    id: str
    at: datetime
    icon: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()
    refused: bool = False
    what: Literal["quiet"] = "quiet"


@dataclass(frozen=True)
class TeamNote:
    """A word among the shop's people."""

    id: str
    at: datetime
    who: str
    text: str
    rest: str
    what: Literal["note"] = "note"


Line = Bubble | QuietLine | TeamNote


@dataclass(frozen=True)
class Day:
    """The lines of one day of the shop's."""

    day: date
    heading: str
    lines: tuple[Line, ...]


def called(name: str | None, phone: str | None = None) -> str:
    """What to call a customer: what is left of a name without what cannot be read, else the phone."""
    return cleaned(name or "") or phone or "Cliente sem nome"


def days(entries: Sequence[Entry], zone: ZoneInfo) -> list[Day]:
    """The entries as lines, by the shop's days."""
    lines = [_line(entry, zone) for entry in entries]
    return [
        Day(day, f"{weekday(day)}, {day:%d/%m/%Y}", tuple(of_day))
        for day, of_day in groupby(lines, key=lambda line: line.at.astimezone(zone).date())
    ]


def _line(entry: Entry, zone: ZoneInfo) -> Line:
    match entry:
        case MessageEntry():
            return _bubble(entry, zone)
        case ToolEntry():
            facts = arguments_in_words(entry.arguments)
            return QuietLine(
                id=f"f-{entry.key}",
                at=entry.at,
                icon="🛠" if entry.outcome.ok else "🚫",
                text=f"{tool_in_words(entry.name)}: {outcome_in_words(entry.outcome, zone)}",
                facts=tuple(facts),
                refused=not entry.outcome.ok,
            )
        case BookingEntry():
            return _booking(entry, zone)
        case NoteEntry():
            text, rest = _folded(entry.content)
            return TeamNote(
                id=f"n-{entry.key}", at=entry.at, who=entry.author or "Alguém da equipe", text=text, rest=rest
            )
        case HandoffEntry():
            return QuietLine(id=f"p-{entry.key}", at=entry.at, icon="🔔", text=_handoff(entry))
        case _:
            assert_never(entry)


def _bubble(entry: MessageEntry, zone: ZoneInfo) -> Bubble:
    icon, who = _WHO[entry.sender]
    if entry.sender is Sender.HUMAN and entry.author:
        who = entry.author
    text, rest = _folded(entry.content)
    kind = KINDS.get(entry.kind, "")
    state_icon, state_word = state_in_words(entry.status) if entry.status else ("", "")
    return Bubble(
        id=f"m-{entry.seq}",
        at=entry.at,
        side="deles" if entry.sender in (Sender.CUSTOMER, Sender.OWNER) else "nossa",
        sender=entry.sender,
        icon=icon,
        who=who,
        kind=f"📊 Gráfico: {cleaned(entry.picture)}" if entry.picture else kind,
        text="" if entry.picture and entry.picture == entry.content else text or ("" if kind else "(sem texto)"),
        rest=rest,
        notes=tuple(_notes(entry, zone)),
        state=entry.status,
        state_icon=state_icon,
        state_word=state_word,
        problem="" if entry.status in _ARRIVED else problem_in_words(entry.error),
    )


_ARRIVED = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ)


def _notes(entry: MessageEntry, zone: ZoneInfo) -> Iterable[str]:
    if entry.late and entry.sent_at is not None:
        yield f"chegou atrasada, escrita em {entry.sent_at.astimezone(zone):%d/%m %H:%M}"
    if entry.handled_as is HandledAs.TOO_LATE:
        yield "só registrada: tarde demais para responder"


def _booking(entry: BookingEntry, zone: ZoneInfo) -> QuietLine:
    who = "Quem dirige a loja" if entry.by is ChangedBy.OWNER else "A equipe"
    pet = f" de {cleaned(entry.pet)}" if entry.pet else ""
    return QuietLine(
        id=f"b-{entry.id}-{entry.change}",
        at=entry.at,
        icon="📅",
        text=f"{who} {_CHANGES[entry.change]} {entry.service}{pet}, {entry.start.astimezone(zone):%d/%m/%Y %H:%M}",
        facts=(("código", entry.id.hex[:8]),),
    )


def _handoff(entry: HandoffEntry) -> str:
    match entry.state:
        case HandoffState.WAITING:
            detail = cleaned(entry.detail)
            return f"{entry.reason.portuguese}{f': {detail}' if detail else ''}"
        case HandoffState.CLAIMED:
            return f"{entry.operator or 'Alguém'} assumiu a conversa"
        case HandoffState.RELEASED | HandoffState.RESOLVED:
            by = _ENDED_BY.get(entry.ended_by or "", entry.ended_by or "")
            what = "Devolvida à IA" if entry.state is HandoffState.RELEASED else "Resolvida"
            return f"{what} ({by})" if by else what
        case _:
            assert_never(entry.state)


def _folded(content: str) -> tuple[str, str]:
    """What is shown of a text, and what is folded away; cut at a space, where there is one nearby."""
    text = cleaned(content)
    if len(text) <= FOLDED_AFTER:
        return text, ""
    cut = text.rfind(" ", FOLDED_AFTER - 100, FOLDED_AFTER)
    cut = cut if cut > 0 else FOLDED_AFTER
    return text[:cut], text[cut:]

"""What a customer is told of a booking, and when: never at night, and never more than was promised."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from domain.agenda_rules import AgendaRules
from domain.bookings import BookingFacts, BookingStatus
from domain.dates import spoken
from domain.frozen import Frozen
from domain.shop_calendar import ShopCalendar

_LONGEST_CLOSED = timedelta(days=4)
"""How far a notice may be moved to find the shop open."""

_LATEST = timedelta(days=1)
"""A reminder that would have to come earlier than this is the day's question already."""

_APART = timedelta(hours=1)
"""Two notices closer than this are one."""

_STILL_ASKED = timedelta(hours=2)
"""Nobody is asked to confirm what begins this soon."""

_STILL_FOLLOWED = timedelta(days=2)
"""A follow-up that is later than this would only surprise."""


class NoticeKind(StrEnum):
    """Why the shop writes of a booking by itself."""

    ASK_TO_CONFIRM = "ask_to_confirm"
    REMIND = "remind"
    FOLLOW_UP = "follow_up"

    @property
    def portuguese(self) -> str:
        """What is done, as operators read it."""
        return _KINDS[self]


_KINDS = {
    NoticeKind.ASK_TO_CONFIRM: "pedir ao cliente que confirme",
    NoticeKind.REMIND: "lembrar o cliente",
    NoticeKind.FOLLOW_UP: "perguntar ao cliente como foi",
}


class Notice(Frozen):
    """What is due when; past `until` it is not sent any more."""

    kind: NoticeKind
    due: AwareDatetime
    until: AwareDatetime


def notices_before(
    start: datetime, *, timed_at: datetime, rules: AgendaRules, calendar: ShopCalendar
) -> tuple[Notice, ...]:
    """What is sent before a booking that got its time at `timed_at`, soonest first."""
    # Hours are counted as they pass, whatever the shop's clock does between.
    start, timed_at = start.astimezone(UTC), timed_at.astimezone(UTC)
    remind = ask = None
    if rules.remind_minutes_before:
        ideal = start - timedelta(minutes=rules.remind_minutes_before)
        due = _while_open(ideal, start, timed_at, calendar, _LATEST)
        remind = Notice(kind=NoticeKind.REMIND, due=due, until=start) if due else None
    if rules.confirm_hours_before:
        ideal = start - timedelta(hours=rules.confirm_hours_before)
        due = _while_open(ideal, start, timed_at, calendar, _LONGEST_CLOSED)
        until = start - _STILL_ASKED
        ask = Notice(kind=NoticeKind.ASK_TO_CONFIRM, due=due, until=until) if due and due < until else None
    if ask and remind:
        if abs(remind.due.timestamp() - ask.due.timestamp()) < _APART.total_seconds():
            remind = None
        elif ask.due < remind.due:
            ask = ask.model_copy(update={"until": min(ask.until, remind.due)})
    return tuple(sorted((notice for notice in (ask, remind) if notice), key=lambda notice: notice.due.timestamp()))


def follow_up(end: datetime, *, rules: AgendaRules, calendar: ShopCalendar) -> Notice | None:
    """The one message after a booking has ended."""
    if not rules.follow_up_hours_after:
        return None
    ideal = end.astimezone(UTC) + timedelta(hours=rules.follow_up_hours_after)
    due = calendar.earliest_open_after(ideal, within=_LONGEST_CLOSED)
    return Notice(kind=NoticeKind.FOLLOW_UP, due=due, until=due + _STILL_FOLLOWED) if due else None


def _while_open(
    ideal: datetime, start: datetime, timed_at: datetime, calendar: ShopCalendar, within: timedelta
) -> datetime | None:
    """The moment nearest to the ideal one at which the shop is open: before it, or, where that is past, after it."""
    if ideal <= timed_at:
        return None
    before = calendar.latest_open_before(ideal, within=within)
    if before is not None and before > timed_at:
        return before
    after = calendar.earliest_open_after(ideal, within=start - ideal)
    return after if after is not None and after < start else None


def promise(notices: tuple[Notice, ...], start: datetime, today: date) -> str:
    """What may be promised of these notices, in the shop's time: "Enviaremos um lembrete 1 hora antes!"; "" of none."""
    if not notices:
        return ""
    whens = [_when(notice, start, today) for notice in notices]
    return f"Enviaremos um lembrete {' e outro '.join(whens)}!"


def _when(notice: Notice, start: datetime, today: date) -> str:
    local = notice.due.astimezone(start.tzinfo)
    before = start.astimezone(UTC) - notice.due.astimezone(UTC)  # as it passes, also where the clock jumps between
    hours, rest = divmod(before, timedelta(hours=1))
    if notice.kind is NoticeKind.REMIND and before < timedelta(hours=12) and local.date() == start.date():
        if not rest:
            return f"{hours} {'hora' if hours == 1 else 'horas'} antes"
        if not hours:
            return f"{before // timedelta(minutes=1)} minutos antes"
    if start.date() - local.date() == timedelta(days=1):
        return "na véspera" if notice.kind is NoticeKind.ASK_TO_CONFIRM else f"na véspera, às {local:%H:%M}"
    return f"{spoken(local.date(), today)}, às {local:%H:%M}"


def notice_text(kind: NoticeKind, booking: BookingFacts, shop: str, today: date) -> str:
    """The message itself; every fact from the row."""
    when = f"{spoken(booking.start.date(), today)}, às {booking.start:%H:%M}"
    what = f"{booking.service} para {booking.pet}" if booking.pet else booking.service
    match kind:
        case NoticeKind.ASK_TO_CONFIRM:
            return (
                f"Oi! Aqui é a assistente virtual da loja {shop}. 🐾\n"
                f"{what}: {when}.\n"
                "Você confirma? Se precisar, também posso remarcar ou cancelar."
            )
        case NoticeKind.REMIND:
            closing = (
                "Até já!" if booking.status is BookingStatus.CONFIRMED else "Até já! Se algo mudou, me avise por aqui."
            )
            return f"Lembrete da loja {shop} 🐾\n{what}: {when}.\n{closing}"
        case NoticeKind.FOLLOW_UP:
            if booking.status is BookingStatus.NO_SHOW:
                return (
                    f"Oi! Sentimos a falta de {booking.pet or 'vocês'} por aqui. 🐾\n"
                    f"Quer que eu veja outro horário para {booking.service}?"
                )
            return (
                f"Oi! {booking.pet or 'Seu pet'} esteve com a gente: {booking.service}. 🐾\n"
                "Ficou tudo bem? Se quiser contar como foi ou marcar de novo, é só responder."
            )

"""What Aurora says unasked: who is told what, how long it is worth telling, and the words of a day's two ends.

Every figure is given and none is worked out by a model. Of a day of which there is nothing to say, the text is None.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from domain.agenda import FreeSlot
from domain.aurora_rules import Briefing
from domain.bookings import BookingStatus
from domain.comparison import difference
from domain.dates import WEEKDAYS, weekday
from domain.figures import Attendance, Revenue
from domain.frozen import Frozen
from domain.ids import ProfessionalId
from domain.money import reais
from domain.owners import OwnerRole
from domain.portuguese import counted

_OF_MANAGERS = frozenset((Briefing.MORNING_AGENDA, Briefing.ALERTS, Briefing.WAITING))
"""What the day's work needs; how the business does is for its owner."""

WORTH_TELLING: Mapping[Briefing, timedelta] = {
    Briefing.DAILY_SUMMARY: timedelta(hours=5),
    Briefing.MORNING_AGENDA: timedelta(hours=3),
    Briefing.WEEKLY_REVIEW: timedelta(hours=10),
    Briefing.ALERTS: timedelta(hours=5),
    Briefing.WAITING: timedelta(hours=2),
}
"""How long after its time it is still sent, should the shop's number be offline."""

_MOST_VISITS = 30
_MOST_GAPS = 6
_MOST_NAMES = 5


def is_told(briefing: Briefing, role: OwnerRole) -> bool:
    """Whether it is for somebody of that role."""
    return role is OwnerRole.OWNER or briefing in _OF_MANAGERS


class Visit(Frozen):
    """A booking as the shop's people name it; `start` in the shop's zone."""

    start: datetime
    status: BookingStatus
    service: str
    professional: str
    pet: str
    customer: str | None

    @property
    def who(self) -> str:
        """ "Rex (Ana)", or as much of it as is known."""
        if self.pet and self.customer:
            return f"{self.pet} ({self.customer})"
        return self.pet or self.customer or "cliente sem nome"

    def line(self) -> str:
        """ "09:00 Rex (Ana), Banho ✅"; the tick says that the customer has confirmed."""
        return f"{self.start:%H:%M} {self.who}, {self.service}{_MARKS.get(self.status, '')}"


_MARKS = {
    BookingStatus.CONFIRMED: " ✅",
    BookingStatus.IN_PROGRESS: " (em atendimento)",
    BookingStatus.COMPLETED: " (concluído)",
    BookingStatus.NO_SHOW: " (não veio)",
}


class DayFacts(Frozen):
    """A day as it stands at its end. `waiting` names who waits for a person; `compared` is another day that had any."""

    day: date
    is_open: bool
    attendance: Attendance
    revenue: Revenue
    tomorrow: int
    waiting: tuple[str, ...] = ()
    compared: tuple[date, Revenue] | None = None


def daily_summary(facts: DayFacts) -> str | None:
    """The day's figures; None of a closed day without a booking, and where there is nothing of the day or after it."""
    revenue = facts.revenue
    if not bookings_of(revenue) and not (facts.is_open and (facts.tomorrow or facts.waiting)):
        return None
    lines = [f"Oi! Aqui é a Aurora, com o resumo de {dated(facts.day)} 🐾", "", *attended(facts.attendance)]
    lines.append(f"💰 Receita: {reais(revenue.done.reais)}")
    if facts.compared:
        day, other = facts.compared
        change = difference(revenue.done.reais, other.done.reais, reais)
        lines.append(f"📊 {on_the(day).capitalize()}: {reais(other.done.reais)}; diferença: {change}")
    if revenue.expected.bookings:
        still = counted(revenue.expected.bookings, "agendamento")
        lines.append(f"⏳ Em aberto: {still}, {reais(revenue.expected.reais)}")
    lines += lost(revenue)
    lines.append(f"📅 {dated(facts.day + timedelta(days=1)).capitalize()}: {counted(facts.tomorrow, 'agendamento')}")
    if facts.waiting:
        lines.append(f"💬 Esperando uma pessoa: {counted(len(facts.waiting), 'conversa')} ({some_of(facts.waiting)})")
    return "\n".join(lines)


class Gap(Frozen):
    """Time in which somebody could take a booking, in the shop's zone."""

    professional: str
    start: datetime
    end: datetime


def gaps(slots: Sequence[FreeSlot], names: Mapping[ProfessionalId, str], *, minutes: int, step: int) -> tuple[Gap, ...]:
    """The free starts of a day as stretches, by who is free, soonest first.

    `minutes` is how long what could begin at each of them takes, `step` how far apart they are offered.
    """
    found: list[Gap] = []
    for one, name in names.items():
        starts = [slot.start for slot in slots if one in slot.professionals]
        begin = 0
        for at, start in enumerate(starts):
            is_last = at + 1 == len(starts)
            if is_last or starts[at + 1].timestamp() - start.timestamp() > max(step, minutes) * 60:
                end = datetime.fromtimestamp(start.timestamp() + minutes * 60, start.tzinfo)
                found.append(Gap(professional=name, start=starts[begin], end=end))
                begin = at + 1
    return tuple(sorted(found, key=lambda gap: gap.start.timestamp()))


class MorningFacts(Frozen):
    """A day as it begins."""

    day: date
    is_open: bool
    visits: tuple[Visit, ...]
    free: tuple[Gap, ...] = ()


def morning_agenda(facts: MorningFacts) -> str | None:
    """The day's bookings by time, and by professional where there is more than one; None where nobody comes.

    On a day that is open and has none, it says how much is free.
    """
    if not facts.visits and not (facts.is_open and facts.free):
        return None
    head = f"Bom dia! A agenda de {dated(facts.day)}"
    if not facts.visits:
        lines = [f"{head} ainda está vazia. 🐾"]
    else:
        lines = [f"{head}: {counted(len(facts.visits), 'agendamento')} 🐾"]
        people = sorted({visit.professional for visit in facts.visits})
        shown = facts.visits[:_MOST_VISITS]
        for one in people:
            own = [visit.line() for visit in shown if visit.professional == one]
            if own:
                lines += ["", *([f"{one}:"] if len(people) > 1 else []), *own]
        if len(facts.visits) > len(shown):
            lines += ["", f"… e mais {counted(len(facts.visits) - len(shown), 'agendamento')}."]
    if facts.free:
        together = len({gap.professional for gap in facts.free}) == 1
        lines += ["", f"🕙 Horários livres, o primeiro às {facts.free[0].start:%H:%M}:"]
        lines += [
            f"{gap.start:%H:%M} a {gap.end:%H:%M}" + ("" if together else f", {gap.professional}")
            for gap in facts.free[:_MOST_GAPS]
        ]
        if len(facts.free) > _MOST_GAPS:
            lines.append(f"… e mais {len(facts.free) - _MOST_GAPS}.")
    elif facts.is_open:
        lines += ["", "Sem horário livre: agenda cheia! 🎉"]
    return "\n".join(lines)


def bookings_of(revenue: Revenue) -> int:
    """All bookings of a period, whatever became of them."""
    parts = (revenue.done, revenue.expected, revenue.lost_to_no_shows, revenue.lost_to_cancellations)
    return sum(part.bookings for part in parts)


def attended(attendance: Attendance) -> list[str]:
    """ "👥 12 clientes atendidos: 8 banhos, 3 tosas"."""
    if not attendance.clients:
        return ["👥 Nenhum cliente atendido"]
    done = ", ".join(counted(one.count, one.category) for one in attendance.by_category)
    return [f"👥 {counted(attendance.clients, 'cliente atendido')}: {done}"]


def lost(revenue: Revenue) -> list[str]:
    """What no-shows and cancellations cost; nothing of what there was none of."""
    named = (("❌", "falta", revenue.lost_to_no_shows), ("🚫", "cancelamento", revenue.lost_to_cancellations))
    return [f"{mark} {counted(of.bookings, noun)}: {reais(of.reais)}" for mark, noun, of in named if of.bookings]


def dated(day: date) -> str:
    """ "domingo, 22/11"."""
    return f"{weekday(day)}, {day:%d/%m}"


def on_the(day: date) -> str:
    """ "na sexta-feira, 20/11", "no domingo, 22/11"."""
    return f"{'no' if WEEKDAYS[day.weekday()] in ('sábado', 'domingo') else 'na'} {dated(day)}"


def some_of(names: Sequence[str]) -> str:
    """A few names, and how many more there are: "Ana, Bia e mais 3"."""
    if len(names) <= _MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMES])} e mais {len(names) - _MOST_NAMES}"

"""The way to a changed appointment: which one, to when; then it is put to the customer."""

from collections.abc import Sequence
from datetime import date, time, timedelta

from pydantic import JsonValue

from dev.practice_model import wording
from dev.practice_model import wording_changes as changes
from dev.practice_model.agenda_lines import Appointment
from dev.practice_model.change_words import Wanted
from dev.practice_model.conversation import Conversation
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.portuguese import fold
from dev.practice_model.prompt import Prompt
from dev.practice_model.refusals import explain
from dev.practice_model.tool_results import ToolResult
from dev.practice_model.tools import CANCEL, CHECK, RESCHEDULE
from dev.practice_model.wish import Hearing, Wish

_DAYS_SHOWN = 2
"""Days after the appointment's own that are looked at for a customer who names none."""


def continue_change(conversation: Conversation, hearing: Hearing, prompt: Prompt, tools: frozenset[str]) -> Decision:
    """The next step towards the change that is wished for."""
    wish = hearing.wish
    if wish.change is Wanted.UNDECIDED:
        return Say(changes.CHANGE_OR_CANCEL if prompt.appointments else changes.NO_APPOINTMENT)
    tool = CANCEL if wish.change is Wanted.CANCEL else RESCHEDULE
    if tool not in tools:
        return Say(changes.CHANGE_NEEDS_PERSON)
    meant = appointments_meant(wish, prompt)
    if not prompt.appointments:
        return Say(changes.NO_APPOINTMENT)
    if not meant:
        service = wish.service.name if wish.service else "isso"
        return Say(changes.no_such_appointment(service, prompt.appointments, prompt.today))
    if len(meant) > 1:
        return Say(changes.which_appointment(meant, prompt.today))
    if wish.change is Wanted.CANCEL:
        return Use((Call(CANCEL, {"appointment_id": meant[0].code}),))
    return _move(conversation, wish, meant[0], prompt, tools)


def appointments_meant(wish: Wish, prompt: Prompt) -> tuple[Appointment, ...]:
    """The appointments that can be meant. A service that is not booked means none; other words only narrow it down."""
    found = prompt.appointments
    if wish.service is not None:
        found = tuple(a for a in found if a.service == wish.service.name)
    elif wish.candidates:
        found = _narrowed(found, [a for a in found if a.service in {c.name for c in wish.candidates}])
    if wish.pet_name is not None:
        found = _narrowed(found, [a for a in found if fold(a.pet) == fold(wish.pet_name or "")])
    if wish.from_day is not None:
        found = _narrowed(found, [a for a in found if a.day == wish.from_day])
    if wish.from_at is not None:
        found = _narrowed(found, [a for a in found if a.at == wish.from_at])
    return found


def move(appointment: Appointment, day: date, at: time) -> Call:
    """The call that moves it."""
    return Call(
        RESCHEDULE,
        {"appointment_id": appointment.code, "new_date": day.isoformat(), "new_time": f"{at:%H:%M}"},
    )


def _narrowed(found: tuple[Appointment, ...], fewer: Sequence[Appointment]) -> tuple[Appointment, ...]:
    return tuple(fewer) or found


def _move(
    conversation: Conversation, wish: Wish, appointment: Appointment, prompt: Prompt, tools: frozenset[str]
) -> Decision:
    if wish.moment is not None:
        return Use((move(appointment, wish.day or _day_of(wish.moment, appointment, prompt), wish.moment),))
    if CHECK not in tools:
        return Say(wording.WHICH_DAY)
    arguments = _availability(wish, appointment)
    checked = conversation.used_with(CHECK, arguments)
    if checked is None:
        return Use((Call(CHECK, arguments),))
    if not checked.result.ok:
        return Say(explain(checked.result, wish, prompt, wording.AGENDA_TROUBLE))
    return Say(_offer(checked.result, wish, appointment, prompt))


def _day_of(at: time, appointment: Appointment, prompt: Prompt) -> date:
    """The day of a time that was chosen without one: the only day it was offered for, else the appointment's own."""
    days = {slot.day for slot in prompt.kept if slot.at == at and slot.service == appointment.service}
    return days.pop() if len(days) == 1 else appointment.day


def _availability(wish: Wish, appointment: Appointment) -> dict[str, JsonValue]:
    day = wish.day or appointment.day
    arguments: dict[str, JsonValue] = {"date": day.isoformat(), "appointment_id": appointment.code}
    if wish.day is None and not wish.shift:
        arguments["until"] = (day + timedelta(days=_DAYS_SHOWN)).isoformat()
    if wish.window is not None and wish.window.period is not None:
        arguments["period"] = wish.window.period
    return arguments


def _offer(result: ToolResult, wish: Wish, appointment: Appointment, prompt: Prompt) -> str:
    first = wish.day or appointment.day
    ranged = wish.day is None and not wish.shift
    days = sorted({start.day for start in result.offers} | set(result.also_free)) if ranged else [first]
    free = {day: _fitting(result.free_on(day), day, wish, appointment) for day in days}
    free = {day: times for day, times in free.items() if times}
    if free:
        kept = {day: [at for at in times if at in result.offered_on(day)] or times for day, times in free.items()}
        return changes.move_options(kept, prompt.today)
    rest = {
        day: times for day in days if (times := [at for at in result.free_on(day) if _is_other(day, at, appointment)])
    }
    if rest:
        wanted = "mais tarde" if wish.shift > 0 else "mais cedo" if wish.shift < 0 else _part(wish)
        return changes.move_options(rest, prompt.today, lead=f"Nesse dia não tenho horário {wanted}.")
    return changes.nothing_free(first, prompt.today, result.next_free, can_wait=False)


def _fitting(free: Sequence[time], day: date, wish: Wish, appointment: Appointment) -> list[time]:
    """The times that are what was asked for."""
    return [
        at
        for at in free
        if (wish.window is None or wish.window.holds(at))
        and _is_other(day, at, appointment)
        and (wish.shift <= 0 or day != appointment.day or at > appointment.at)
        and (wish.shift >= 0 or day != appointment.day or at < appointment.at)
    ]


def _is_other(day: date, at: time, appointment: Appointment) -> bool:
    return (day, at) != (appointment.day, appointment.at)


def _part(wish: Wish) -> str:
    return wish.window.label if wish.window else "livre"

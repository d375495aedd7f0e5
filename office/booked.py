"""What is booked where an order takes the time away: it stays booked, and the owner is told so before the yes."""

from collections.abc import Sequence

from domain.dates import spoken
from office.office import Office
from storage.agenda_entries import AgendaEntry

_NAMED = 5


def still_booked(office: Office, entries: Sequence[AgendaEntry]) -> list[str]:
    """The lines of a summary about them: how many, the first few, and that they have to be moved."""
    if not entries:
        return ["Não há agendamentos nesse período."]
    one = len(entries) == 1
    heading = (
        "⚠️ 1 agendamento continua marcado e precisa ser remarcado:"
        if one
        else f"⚠️ {len(entries)} agendamentos continuam marcados e precisam ser remarcados:"
    )
    lines = [heading, *(f"• {booked_line(office, entry)}" for entry in entries[:_NAMED])]
    if (more := len(entries) - _NAMED) > 0:
        lines.append(f"• e mais {more}")
    return lines


def one_line(text: str) -> str:
    """A customer chose these words: they may not look like a line of the summary."""
    return " ".join(text.split())


def booked_line(office: Office, entry: AgendaEntry) -> str:
    """ "amanhã, segunda-feira, 23/11, 10:00: Rex, Banho, com Ana"."""
    start = entry.start.astimezone(office.zone)
    whose = one_line(entry.pet or entry.customer or "sem pet")
    return f"{spoken(start.date(), office.today)}, {start:%H:%M}: {whose}, {entry.service}, com {entry.professional}"

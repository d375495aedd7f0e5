"""What forms of the agenda bring, read: ids, days, and a start chosen from the free times or typed."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import HTTPException

from domain.agenda import local_instant
from operating import as_written, dates_as_written
from operating.refusal import Mistyped


def chosen_id(text: str) -> UUID | None:
    """The id in a field, or None where nothing is chosen. Raises `HTTPException` (404) for what is no id."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise HTTPException(404) from error


def chosen_day(text: str, today: date) -> date | None:
    """The day in a field, or None where there is none. Raises `Mistyped`."""
    return dates_as_written.day(text, today) if text.strip() else None


def chosen_start(moment: str, day: str, typed: str, today: date, zone: ZoneInfo) -> datetime:
    """The start of one of the free times, or the time that was `typed`, which goes before it, on that day.

    Raises `Mistyped`: neither, or what cannot be read.
    """
    if typed.strip():
        on = chosen_day(day, today)
        if on is None:
            raise Mistyped("falta o dia")
        at = as_written.time_of_day(typed)
        instant = local_instant(on, at, zone)
        if instant is None:
            raise Mistyped(f"{at:%H:%M} não existe em {on:%d/%m/%Y}: o relógio pula essa hora")
        return instant
    if not moment:
        raise Mistyped("escolha um horário")
    try:
        start = datetime.fromisoformat(moment)
        if start.tzinfo is None or not 2000 <= start.year <= 9000:
            raise ValueError("not a moment of ours")
    except ValueError as error:
        raise Mistyped("não entendi o horário; escolha um da lista") from error
    return start

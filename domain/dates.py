"""Days as the shop's customers name them."""

from datetime import date, datetime, timedelta

from domain.portuguese import counted

WEEKDAYS = (
    "segunda-feira",
    "terça-feira",
    "quarta-feira",
    "quinta-feira",
    "sexta-feira",
    "sábado",
    "domingo",
)
_NAMED = {0: "hoje", 1: "amanhã", 2: "depois de amanhã"}


def weekday(day: date) -> str:
    """The Portuguese name of a day's weekday."""
    return WEEKDAYS[day.weekday()]


def spoken(day: date, today: date) -> str:
    """A day for a customer: "amanhã, segunda-feira, 23/11"; the year only when it is another."""
    name = _NAMED.get((day - today).days)
    plain = f"{weekday(day)}, {day:%d/%m}" if day.year == today.year else f"{weekday(day)}, {day:%d/%m/%Y}"
    return f"{name}, {plain}" if name else plain


def calendar_lines(today: date, days: int = 14) -> list[str]:
    """The date→weekday table of the prompts: `2026-11-23 = segunda-feira (amanhã)`. Models miscount days."""
    lines = []
    for ahead in range(days):
        day = today + timedelta(days=ahead)
        name = _NAMED.get(ahead)
        lines.append(f"{day.isoformat()} = {weekday(day)}" + (f" ({name})" if name else ""))
    return lines


def birth_date_from_age(age_years: float, today: date) -> date:
    """An approximate birth date for an age in years (0.5 is six months)."""
    return today - timedelta(days=round(age_years * 365.25))


def age_in_words(birth: date, today: date) -> str:
    """ "3 anos", "1 ano", "6 meses", "menos de 1 mês"."""
    months = round((today - birth).days / 30.4375)
    if months >= 12:
        years = round((today - birth).days / 365.25)
        return "1 ano" if years <= 1 else f"{years} anos"
    if months >= 1:
        return "1 mês" if months == 1 else f"{months} meses"
    return "menos de 1 mês"


def ago(since: datetime, now: datetime) -> str:
    """How long ago: "agora mesmo", "há 25 minutos", "há 3 horas", "há 2 dias"; whole units, of the largest one."""
    lapse = _lapse(now - since)
    return f"há {lapse}" if lapse else "agora mesmo"


def ahead(at: datetime, now: datetime) -> str:
    """How far ahead: "em menos de 1 minuto", "em 25 minutos", "em 3 horas", "em 2 dias", as `ago` counts."""
    return f"em {_lapse(at - now) or 'menos de 1 minuto'}"


def _lapse(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    units = (("dia", 24 * 60), ("hora", 60), ("minuto", 1))
    return next((counted(minutes // length, noun) for noun, length in units if minutes >= length), "")

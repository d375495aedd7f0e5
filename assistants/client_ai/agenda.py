"""What the tools of the agenda share: what a customer's words can mean, and how changes are told to the model."""

import re
from datetime import date, time

from pydantic import JsonValue

from assistants.toolbox import Answer, Turn
from domain.bookings import BookingChange, BookingFacts, Proposal
from domain.dates import weekday
from domain.errors import RefusalCode, RequestRefused
from domain.money import reais
from domain.services import Service
from domain.shop import Pet
from reception import naming
from storage import bookings
from storage.bookings import BookingRow


async def service_named(turn: Turn, wanted: str) -> Service:
    """The one service the customer can mean. Raises `RequestRefused` with the candidates otherwise."""
    return await naming.service_named(turn.tenant, wanted)


async def pet_named(turn: Turn, wanted: str) -> Pet:
    """The one pet of this customer that is meant. Raises `RequestRefused`; other customers' pets do not exist here."""
    return await naming.pet_named(turn.tenant, turn.contact_id, wanted)


async def appointment_of(turn: Turn, code: str | None) -> BookingRow:
    """The customer's coming appointment of that code; without one, the only one there is.

    Raises `RequestRefused`; other customers' appointments do not exist here.
    """
    own = await bookings.coming(turn.tenant, turn.contact_id, after=turn.now)
    wanted = re.sub(r"[^0-9a-f]", "", (code or "").lower())
    found = [row for row in own if not code or (len(wanted) >= 4 and row.id.hex.startswith(wanted))]
    if len(found) == 1:
        return found[0]
    lines: list[JsonValue] = [row.facts(turn.organization.zone).line() for row in own]
    if not found:
        raise RequestRefused(RefusalCode.BOOKING_NOT_FOUND, "O cliente não tem esse agendamento.", appointments=lines)
    raise RequestRefused(
        RefusalCode.AMBIGUOUS_BOOKING, "O cliente tem mais de um agendamento; pergunte qual.", appointments=lines
    )


def as_people_write_it(value: object) -> object:
    """A time as models and customers write it ("10h", "9:00") as pydantic reads it."""
    if isinstance(value, str) and (match := re.fullmatch(r"\s*(\d{1,2})\s*h\s*(\d{2})?\s*", value)):
        return f"{int(match[1]):02d}:{match[2] or '00'}"
    if isinstance(value, str) and re.fullmatch(r"\s*\d:\d{2}\s*", value):
        return f"0{value.strip()}"
    return value or None


def on_the_shop_clock(value: time | None) -> time | None:
    """A time of day without a zone of its own, and without seconds."""
    return value.replace(tzinfo=None, second=0, microsecond=0) if value else value


def on(day: date) -> dict[str, JsonValue]:
    """A day as the model reads it."""
    return {"date": day.isoformat(), "weekday": weekday(day)}


def done(change: BookingChange, facts: BookingFacts) -> Answer:
    """A change was made: the model writes a kind sentence, the engine the facts."""
    return Answer({"booking": as_json(facts), "note": _DONE[change]}, booking=facts, change=change)


def proposed(proposal: Proposal) -> Answer:
    """A change was put to the customer; nothing is written yet."""
    starts = (proposal.start,) if proposal.start else ()
    return Answer({"proposed": proposal.line(), "note": _PROPOSED}, proposal=proposal, slots=starts)


def as_json(facts: BookingFacts) -> JsonValue:
    """A booking as the model reads it."""
    return {
        "appointment_id": facts.code,
        "pet": facts.pet_described,
        "service": facts.service,
        **on(facts.start.date()),
        "time": f"{facts.start:%H:%M}",
        "price": reais(facts.price),
        "status": facts.status.portuguese,
    }


_FACTS_FOLLOW = (
    "O sistema junta à sua resposta a confirmação com os dados: escreva só uma frase curta e simpática, sem repeti-los."
)
_DONE = {
    BookingChange.BOOKED: f"Agendado. {_FACTS_FOLLOW}",
    BookingChange.MOVED: f"Remarcado. {_FACTS_FOLLOW}",
    BookingChange.CANCELLED: f"Cancelado. {_FACTS_FOLLOW}",
    BookingChange.CONFIRMED: f"Presença confirmada. {_FACTS_FOLLOW}",
}
_PROPOSED = (
    "Nada foi gravado ainda. O sistema junta à sua resposta o resumo e a pergunta: escreva só uma frase curta, sem "
    "repetir os dados e sem dizer que já está feito. Quando o cliente responder que sim, chame de novo com os mesmos "
    "dados."
)

"""The demonstration's lost race: two customers are asked whether they want one and the same slot, and both do."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import asyncpg
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from dev.demo_stage import PLAYED, Stage, shop_time
from domain.ids import BookingId, ProfessionalId
from storage import organizations, professionals
from storage.database import Connection
from workflows.ids import booking_workflow_id

_TRIES = 4
"""Answers that each may need until they have their bath; with the rules two."""
_TIME = re.compile(r"\b(?:[01]\d|2[0-3]):[0-5]\d\b")


@dataclass
class _Racer:
    """Somebody who wants the slot; `told` is all that the shop answered."""

    name: str
    phone: str
    pet: str
    told: list[str] = field(default_factory=list)

    @property
    def who(self) -> str:
        return f"{self.name} {PLAYED}"


async def race(stage: Stage, phones: tuple[str, str], temporal: Client) -> None:
    """One place is left in an hour. Bia is asked whether she wants it and lets it lapse; Caio is asked, too; then both
    say yes in the same moment: one gets it, the other is offered what is left, and takes that."""
    stage.console.rule("Dois clientes, um só horário")
    bia = _Racer("Bia", phones[0], "minha cachorra Mel")
    caio = _Racer("Caio", phones[1], "meu cachorro Thor")
    async with AsyncExitStack() as leaving:
        wanted = await _one_place_left(stage, leaving)
        asks = f"Oi! Quero um banho no dia {wanted:%d/%m} às {wanted.hour}h para"
        await _say(stage, bia, f"{asks} {bia.pet}.", expect=["Posso confirmar?"])
        await _let_lapse(stage, bia, temporal)
        await _say(stage, caio, f"{asks} {caio.pet}.", expect=["Posso confirmar?"])
        for _ in range(_TRIES):
            booked = {row["phone"] for row in await stage.bookings(*phones)}
            waiting = [racer for racer in (bia, caio) if racer.phone not in booked]
            if not waiting:
                break
            await asyncio.gather(*(_say(stage, racer, _answer(racer.told[-1], wanted)) for racer in waiting))
    rows = await stage.bookings(*phones)
    stage.show("bookings", rows, "service", "pet", "professional", "start_time", "status")
    stage.check(len(rows) == 2, f"{len(rows)} banhos agendados em vez de dois")
    winners = [row["phone"] for row in rows if row["start_time"] == wanted]
    stage.check(len(winners) == 1, "o horário disputado não tem exatamente um dono")
    if stage.practice_model:
        loser = bia if caio.phone in winners else caio
        said = "\n".join(loser.told)
        stage.check("acabou de ser ocupado" in said, f"{loser.name} não soube que o horário se foi")
        stage.check("Ainda tenho:" in said, f"{loser.name} não recebeu outros horários")
    stage.check(not await _overlaps(stage), "dois agendamentos ocupam a mesma pessoa ao mesmo tempo")


async def _let_lapse(stage: Stage, racer: _Racer, temporal: Client) -> None:
    """What is kept for somebody who does not answer comes free by its own timer, whose clock is set forward."""
    async with stage.database.tenant(stage.organization_id) as tenant:
        minutes = (await organizations.get(tenant, stage.organization_id)).agenda_rules.hold_minutes
    stage.console.print(
        f"[dim]⏩ {racer.name} não responde. O relógio do horário guardado salta {minutes} min, e ele fica livre.[/]\n"
    )
    skipper = TimeSkipper(temporal)
    for booking_id in await _kept(stage, racer):
        handle = temporal.get_workflow_handle(booking_workflow_id(booking_id))
        await skipper.fast_forward(handle, timedelta(minutes=minutes))
    for _ in range(200):
        if not await _kept(stage, racer):
            return
        await asyncio.sleep(0.05)
    stage.check(False, "o horário guardado não foi liberado")


async def _kept(stage: Stage, racer: _Racer) -> list[BookingId]:
    """The bookings that slots are kept for."""
    rows = await stage.rows(
        """select distinct h.booking_id from held_slots h join contacts c on c.id = h.contact_id
           where c.phone = $1""",
        racer.phone,
    )
    return [BookingId(row["booking_id"]) for row in rows]


async def _say(stage: Stage, racer: _Racer, line: str, *, expect: Sequence[str] = ()) -> None:
    racer.told.append(await stage.says(racer.phone, racer.who, line, to=racer.name, expect=expect))


def _answer(told: str, wanted: datetime) -> str:
    """What somebody who wants the bath answers: yes to the time asked for, else the next that is offered."""
    offered = [at for at in _TIME.findall(told) if at != f"{wanted:%H:%M}"]
    if "Posso confirmar?" in told or not offered:
        return "Sim, pode confirmar!"
    later = [at for at in offered if at > f"{wanted:%H:%M}"]
    return f"Então pode ser às {(later or offered)[0]}."


async def _one_place_left(stage: Stage, leaving: AsyncExitStack) -> datetime:
    """A coming hour in which only one of the shop's people is there, until the scene is over; in the shop's zone."""
    async with stage.database.tenant(stage.organization_id) as tenant:
        staff = [person.id for person in await professionals.active(tenant)]
        hour = await _free_hour(tenant)
        ends = hour + timedelta(hours=1)
        away = [
            await professionals.add_absence(tenant, stage.organization_id, ProfessionalId(id_), hour, ends, PLAYED)
            for id_ in staff[1:]
        ]

    async def back() -> None:
        async with stage.database.tenant(stage.organization_id) as tenant:
            for absence in away:
                await professionals.drop_absence(tenant, absence)

    leaving.push_async_callback(back)
    stage.console.print(f"[dim]No dia {hour:%d/%m} às {hour:%H:%M} só uma pessoa da loja dá banho.[/]")
    return hour


async def _free_hour(tenant: Connection) -> datetime:
    """The first hour, from the third day on, in which nobody is booked, away, or kept for anybody."""
    candidates = [shop_time(ahead, time(hour)) for ahead in range(3, 14) for hour in (11, 14, 16)]
    taken = await tenant.fetch(
        """select start_time, end_time from bookings where status <> 'cancelled' and end_time > now()
           union all select starts_at, ends_at from absences where ends_at > now()
           union all select start_time, end_time from held_slots where end_time > now() and expires_at > now()"""
    )
    return next(
        (at for at in candidates if not any(row[0] < at + timedelta(hours=1) and at < row[1] for row in taken)),
        candidates[0],
    )


async def _overlaps(stage: Stage) -> list[asyncpg.Record]:
    return await stage.rows(
        """select a.id from bookings a join bookings b on b.professional_id = a.professional_id and b.id > a.id
           and b.start_time < a.end_time and a.start_time < b.end_time
           where a.status <> 'cancelled' and b.status <> 'cancelled'"""
    )

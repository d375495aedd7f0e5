"""The demonstration's appointment that is moved, and then reminded of, a day ahead of time, and confirmed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper

from dev.demo_stage import Stage, shop_time
from dev.seed_work import ZONE
from domain.ids import BookingId
from storage import organizations
from workflows.ids import booking_workflow_id
from workflows.search_attributes import AUZAP_DUE_AT

_MOVED_TO = time(15)
_TRIES = 4
"""How often a real model may be told yes; the rules take the first."""


async def move(stage: Stage, phone: str, who: str) -> None:
    """The customer of the first scene wants her consultation on another day: it is put to her, and moved on her yes."""
    stage.console.rule("A cliente remarca")
    before = await stage.bookings(phone)
    asks = "Preciso remarcar a consulta do Rex para depois de amanhã às 15h."
    await stage.says(phone, who, asks, expect=["Posso remarcar?", "Era: amanhã", "15:00", "R$ 120,00"])
    unmoved = await stage.bookings(phone)
    stage.check([b["start_time"] for b in unmoved] == [b["start_time"] for b in before], "mudou antes do sim")
    wanted = shop_time(2, _MOVED_TO)

    async def moved() -> bool:
        return [b["start_time"] for b in await stage.bookings(phone)] == [wanted]

    await _until(stage, moved, phone, who, "Sim, pode remarcar.", expect=["Agendamento remarcado", "15:00"])
    after = await stage.bookings(phone)
    stage.check(await moved(), "a consulta não foi remarcada")
    stage.check([b["id"] for b in before] == [b["id"] for b in after], "não é mais o mesmo agendamento")


async def remind(stage: Stage, phone: str, who: str, temporal: Client) -> None:
    """The day before comes, for this appointment only; the reminder is answered "sim"."""
    stage.console.rule("O lembrete da véspera")
    booked = await stage.bookings(phone)
    if not booked:
        stage.check(False, "não há consulta da qual lembrar")
        return
    async with stage.database.tenant(stage.organization_id) as tenant:
        rules = (await organizations.get(tenant, stage.organization_id)).agenda_rules
    due = booked[0]["start_time"] - timedelta(hours=rules.confirm_hours_before)
    handle: WorkflowHandle[object, object] = temporal.get_workflow_handle(
        booking_workflow_id(BookingId(booked[0]["id"]))
    )
    if not await _waits_for(handle, due):
        stage.check(False, "o agendamento não espera pelo lembrete")
        return
    skipper = TimeSkipper(temporal)
    until = due + timedelta(minutes=1)
    stage.console.print(
        f"[dim]⏩ O relógio deste agendamento, e só o dele, salta para {until.astimezone(ZONE):%d/%m às %H:%M}.[/]"
    )
    await skipper.fast_forward(handle, until - await skipper.get_current_time(handle))
    await stage.hears(phone, expect=["Consulta Veterinária Geral para Rex", "amanhã", "15:00", "Você confirma?"])

    async def confirmed() -> bool:
        return [b["status"] for b in await stage.bookings(phone)] == ["confirmed"]

    await _until(stage, confirmed, phone, who, "Sim", expect=["Presença confirmada", "15:00"])
    stage.check(await confirmed(), "a presença não foi confirmada")


async def _until(
    stage: Stage, done: Callable[[], Awaitable[bool]], phone: str, who: str, yes: str, *, expect: list[str]
) -> None:
    """Say yes; to a real model, which may ask once more, a few times."""
    await stage.says(phone, who, yes, expect=expect)
    for _ in range(0 if stage.practice_model else _TRIES - 1):
        if await done():
            return
        await stage.says(phone, who, "Sim")


async def _waits_for(handle: WorkflowHandle[object, object], due: datetime) -> bool:
    """Whether the booking's workflow comes to wait for that moment; it hears of a change a moment after the row."""
    for _ in range(200):
        attributes = (await handle.describe()).typed_search_attributes
        if attributes.get(AUZAP_DUE_AT) == due:
            return True
        await asyncio.sleep(0.05)
    return False

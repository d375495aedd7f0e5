"""The demonstration's agenda that is filled: customers who stayed away are invited one by one, and the owner hears."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper

from dev.demo_owner import OWNER
from dev.demo_stage import PLAYED, Stage, fresh_phone
from dev.seed import OWNER_PHONE
from dev.seed_work import ShopAtWork, lost_customer
from domain.ids import CampaignId
from workflows.ids import campaign_workflow_id
from workflows.search_attributes import AUZAP_DUE_AT

_NAMES = (("Rita", "Farofa"), ("Otávio", "Lupi"))
_LOST_FOR = 46
"""Days, one more than the shop calls inactive: of all who stayed away these were there last."""
_STEPS = 20
_SECONDS = 30
_INVITATION = "Para não receber convites"


async def invitations(stage: Stage, shop: ShopAtWork, temporal: Client) -> None:
    """Who is missed? "Pode mandar": whom, when and what is shown, and after the yes it is done, paced, and reported."""
    stage.console.rule("A agenda é preenchida")
    phones = [fresh_phone() for _ in _NAMES]
    async with stage.database.tenant(stage.organization_id) as tenant:
        for phone, (name, pet) in zip(phones, _NAMES, strict=True):
            await lost_customer(tenant, shop, phone, f"{name} {PLAYED}", pet, days_ago=(_LOST_FOR,))
    pets = [pet for _, pet in _NAMES]
    await stage.says(OWNER_PHONE, OWNER, "Quem está sumido?", expect=[*pets, f"há {_LOST_FOR} dias"])
    asks = f"Pode mandar convites, para no máximo {len(phones)} clientes"
    await stage.says(OWNER_PHONE, OWNER, asks, expect=["Convidar 2 clientes para Banho", *pets, "Posso fazer?"])
    stage.check(not await _invited(stage, phones), "alguém foi convidado antes do sim")
    await stage.says(OWNER_PHONE, OWNER, "Pode", expect=["✅ Feito", "Comecei a convidar 2 clientes"])
    campaign = await stage.rows("select id from campaigns where status = 'running' order by created_at desc limit 1")
    if not campaign:
        stage.check(False, "os convites não começaram")
        return
    clock = _Clock(temporal, CampaignId(campaign[0]["id"]))
    for number in range(1, len(phones) + 1):
        await clock.until(stage, phones, number)
        invited = await _invited(stage, phones)
        stage.check(len(invited) == number, f"{len(invited)} convidados em vez de {number}: não foi um por vez")
        for phone in invited[number - 1 :]:
            await stage.hears(phone, to=_name(phones, phone), about=_INVITATION, expect=["Banho", "SAIR"])
    await clock.to_the_end(stage)
    report = ["Convites para", *(f"{name} {PLAYED} ({pet})" for name, pet in _NAMES)]
    await stage.hears(OWNER_PHONE, to=OWNER, about="📣 Convites para", expect=report)


class _Clock:
    """The campaign's own clock, which is set forward to its next step."""

    def __init__(self, temporal: Client, campaign_id: CampaignId) -> None:
        self._skipper = TimeSkipper(temporal)
        # Any: the handle of an id knows no types
        self._handle: WorkflowHandle[Any, Any] = temporal.get_workflow_handle(campaign_workflow_id(campaign_id))

    async def until(self, stage: Stage, phones: Sequence[str], invited: int) -> None:
        """Let its time pass, step by step, until so many of them are invited."""
        for _ in range(_STEPS):
            await self._is_still(stage)
            if len(await _invited(stage, phones)) >= invited:
                return
            due = (await self._handle.describe()).typed_search_attributes.get(AUZAP_DUE_AT)
            now = await self._skipper.get_current_time(self._handle)
            if due is None or due <= now:
                await asyncio.sleep(0.1)
                continue
            stage.console.print(f"[dim]⏩ O relógio dos convites, e só o deles, salta {_spoken(due - now)}.[/]")
            await self._skipper.fast_forward(self._handle, due - now + timedelta(seconds=1))

    async def to_the_end(self, stage: Stage) -> None:
        """Let its time pass until it is over."""
        await self._is_still(stage)
        stage.console.print("[dim]⏩ O relógio dos convites salta até o prazo das respostas.[/]")
        async with asyncio.timeout(_SECONDS):
            await self._skipper.fast_forward(self._handle)

    async def _is_still(self, stage: Stage) -> None:
        """Wait until it waits for its clock, and no letter is on its way."""
        async with asyncio.timeout(_SECONDS):
            while True:
                if not await stage.rows("select 1 from letters where status = 'waiting' union all select 1 from wakes"):
                    described = (await self._handle.describe()).raw_description
                    if not described.HasField("pending_workflow_task") and not described.pending_activities:
                        return
                await asyncio.sleep(0.05)


async def _invited(stage: Stage, phones: Sequence[str]) -> list[str]:
    """Whose invitation went out, in order."""
    rows = await stage.rows(
        """select c.phone from letters l join contacts c on c.id = l.contact_id
           where l.purpose = 'invitation' and l.status = 'sent' and c.phone = any($1::varchar[])
           order by l.created_at""",
        list(phones),
    )
    return [row["phone"] for row in rows]


def _name(phones: Sequence[str], phone: str) -> str:
    return _NAMES[list(phones).index(phone)][0]


def _spoken(duration: timedelta) -> str:
    minutes = round(duration.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"

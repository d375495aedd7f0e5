"""A shop that fills its agenda while its days are stepped through: what the tests of campaigns share."""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import TimeSkipper

from domain.addresses import conversation_key
from domain.bookings import ChangedBy
from domain.ids import CampaignId, ConversationId, TurnId
from office import filling
from office.filling import choose
from office.office import Office
from reception.desk import Desk
from storage import campaigns, organizations, owners
from storage.database import Connection
from tests.engine import Engine
from tests.office.lost_customers import lost
from tests.storage import rows
from tests.storage.rows import Customer
from tests.workflows.agenda_days import PATIENCE, shop_where_it_is
from workflows.ids import campaign_workflow_id

NAMES = (("Ana", "Mel"), ("Bia", "Thor"), ("Caio", "Rex"), ("Duda", "Nina"))
INVITATION, REPORT = "responda SAIR", "📣 Convites para"
PACE = timedelta(minutes=3, seconds=5)


@dataclass
class Filling:
    """A campaign for tomorrow and the day after, and its workflow's hands and clock."""

    engine: Engine
    skipper: TimeSkipper
    zone: ZoneInfo
    id: CampaignId
    customers: list[Customer]

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:  # Any: the handle of an id knows no types
        """The campaign's workflow."""
        return self.engine.temporal.get_workflow_handle(campaign_workflow_id(self.id))

    @property
    def tomorrow(self) -> date:
        """The first day."""
        return datetime.now(self.zone).date() + timedelta(days=1)

    async def now(self) -> datetime:
        """The campaign's own time, in the shop."""
        return (await self.skipper.get_current_time(self.handle)).astimezone(self.zone)

    async def passes(self, duration: timedelta) -> None:
        """Let that much time pass for the campaign, once it is still."""
        await self.is_still()
        async with asyncio.timeout(PATIENCE):
            await self.skipper.fast_forward(self.handle, duration)
        await self.is_still()

    async def passes_to(self, moment: datetime) -> None:
        """Let the campaign's clock reach that moment."""
        await self.is_still()
        await self.passes(moment - await self.now())

    async def has_ended(self) -> None:
        """Let time pass until the campaign is over and its report is sent."""
        await self.is_still()
        if (await self.handle.describe()).status is WorkflowExecutionStatus.RUNNING:
            async with asyncio.timeout(PATIENCE):
                await self.skipper.fast_forward(self.handle)
        await self.is_still()

    async def is_still(self, *, letters: bool = True) -> None:
        """Wait until every change has reached the workflows, and every letter has ended (or only the campaign)."""
        await self.engine.until(lambda: self._is_still(letters))

    async def _is_still(self, letters: bool) -> bool:
        if await self.engine.rows("select 1 from wakes"):
            return False
        if letters and await self.engine.rows(
            """select 1 from letters where status = 'waiting'
               union all select 1 from aurora_proactive_messages where status = 'scheduled'"""
        ):
            return False
        described = (await self.handle.describe()).raw_description
        return not described.HasField("pending_workflow_task") and not described.pending_activities

    def invited(self) -> list[str]:
        """Whose invitation went out, in order."""
        return [
            sent.text.partition("Oi, ")[2].partition("!")[0]
            for sent in self.engine.bridge.record.sent
            if INVITATION in sent.text
        ]

    def reports(self) -> list[list[str]]:
        """What the owner was told, line by line."""
        return [sent.text.splitlines() for sent in self.engine.bridge.record.sent if REPORT in sent.text]

    async def statuses(self) -> list[tuple[str, str | None]]:
        """What became of each invitation, and why."""
        found = await self.engine.rows("select status, reason from invitations order by position")
        return [(row["status"], row["reason"]) for row in found]

    async def stop(self) -> None:
        """The owner has it stopped."""
        async with self.engine.database.tenant(self.engine.shop.organization_id) as tenant:
            await campaigns.stop(tenant, self.id)


async def office_of(engine: Engine, tenant: Connection) -> Office:
    """The office, asked by the owner now."""
    shop = await organizations.get(tenant, engine.shop.organization_id)
    (owner,) = await owners.listed(tenant)
    desk = Desk(tenant, shop, datetime.now(UTC), ChangedBy.OWNER)
    return Office(desk, owner, ConversationId(uuid.uuid4()), TurnId(uuid.uuid4()))


async def shop_with_lost(engine: Engine, hour: int, people: int = 3) -> tuple[ZoneInfo, list[Customer]]:
    """It is that hour in the shop, and some customers have stayed away, the first of them the shortest."""
    zone = await shop_where_it_is(engine, hour)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        found = []
        for number, (name, pet) in enumerate(NAMES[:people], start=1):
            address = rows.phone(number)
            key = conversation_key(engine.settings.id_secret, engine.shop.instance.id, address)
            found.append(
                await lost(
                    tenant,
                    engine.shop,
                    number,
                    name,
                    pet,
                    now=datetime.now(UTC),
                    days_ago=(50 + 10 * number,),
                    key=key,
                )
            )
    return zone, found


async def filled(engine: Engine, skipper: TimeSkipper, hour: int = 10, people: int = 3) -> Filling:
    """A campaign that the owner has agreed to, for tomorrow and the day after."""
    zone, customers = await shop_with_lost(engine, hour, people)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        office = await office_of(engine, tenant)
        tomorrow = office.today + timedelta(days=1)
        command = await choose(office, first_day=tomorrow, last_day=tomorrow + timedelta(days=1))
        assert command is not None
        await filling.carry_out(office, command)
        campaign = await campaigns.running(tenant)
        assert campaign is not None
    return Filling(engine, skipper, zone, campaign.id, customers)

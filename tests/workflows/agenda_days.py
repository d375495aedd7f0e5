"""Bookings and waits of a shop whose days are stepped through: what the tests of the agenda's workflows share."""

import asyncio
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from assistants.team import toolbox
from assistants.toolbox import Turn
from domain.addresses import Address, AddressKind, conversation_key
from domain.agenda_rules import AgendaRules
from domain.bookings import BookingStatus, ChangedBy
from domain.conversation import AgentType, Sender
from domain.ids import BookingId, TurnId
from domain.model import ToolOutcome, ToolRequest
from domain.shop import Pet
from reception import appointments
from reception.desk import Desk
from reception.wishes import Wish
from storage import bookings, inbound, organizations
from storage.bookings import BookingRow
from storage.database import Connection
from storage.organizations import SettingsChange
from tests.engine import Engine
from tests.shops import CUSTOMER
from tests.storage import rows
from tests.storage.rows import Customer
from workflows.ids import booking_workflow_id

QUESTION, REMINDER, THANKS, MISSED = "Você confirma?", "Lembrete da loja", "Ficou tudo bem?", "Sentimos a falta"
"""What each notice is known by."""

PATIENCE = 30
"""Seconds after which what was to happen is taken not to."""


async def shop_where_it_is(engine: Engine, hour: int) -> ZoneInfo:
    """Take the shop to the zone in which it is some minutes past that hour now: a test holds at any time of day."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    name = f"Etc/GMT{-ahead:+d}"  # signs are the other way round in these names
    await change_shop(engine, SettingsChange(timezone=name))
    return ZoneInfo(name)


async def change_shop(engine: Engine, changes: SettingsChange) -> None:
    """The owner changes the shop's settings."""
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await organizations.change(tenant, engine.shop.organization_id, changes)


async def change_rules(engine: Engine, rules: AgendaRules) -> None:
    """The owner changes the rules of the agenda."""
    await change_shop(engine, SettingsChange(agenda_rules=rules))


async def customer(engine: Engine, phone: str = CUSTOMER, *, has_written: bool = True) -> Customer:
    """A customer of the shop, who has written once and so can be written to."""
    address = Address(kind=AddressKind.PHONE, value=phone)
    key = conversation_key(engine.settings.id_secret, engine.shop.instance.id, address)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        found = await rows.customer(tenant, engine.shop, address, key=key)
        if has_written:
            await inbound.record(
                tenant,
                engine.shop.organization_id,
                found.conversation_id,
                engine.shop.instance.id,
                [rows.said("oi", address=address)],
                Sender.CUSTOMER,
            )
    return found


async def pet_of(engine: Engine, owner: Customer, name: str = "Rex") -> Pet:
    """A dog of that customer."""
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        return await rows.pet(tenant, engine.shop, owner.contact_id, name)


async def desk_of(
    engine: Engine, tenant: Connection, now: datetime, of: Customer | None = None, by: ChangedBy = ChangedBy.OPERATOR
) -> Desk:
    """The shop's reception at that moment."""
    shop = await organizations.get(tenant, engine.shop.organization_id)
    return Desk(tenant, shop, now, by, of.conversation_id if of else None)


@dataclass
class Life:
    """A booking, and its workflow's hands and clock."""

    engine: Engine
    skipper: TimeSkipper
    id: BookingId
    start: datetime
    """In the shop's zone."""

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:  # Any: the SDK's handles say nothing of workflows known by id
        """Whatever run keeps the booking's life now."""
        return self.engine.temporal.get_workflow_handle(booking_workflow_id(self.id))

    async def row(self) -> BookingRow:
        """The booking as it stands."""
        async with self.engine.database.tenant(self.engine.shop.organization_id) as tenant:
            found = await bookings.find(tenant, self.id)
        assert found is not None
        return found

    async def now(self) -> datetime:
        """The workflow's own time."""
        return await self.skipper.get_current_time(self.handle)

    async def comes_to(self, step: str) -> None:
        """Wait until the workflow says that this is what it waits for: every change has reached it."""
        await self.engine.until(lambda: self._waits_for(step))

    async def _waits_for(self, step: str) -> bool:
        if await self.engine.rows("select 1 from wakes"):
            return False
        waits_for: str = await self.handle.query("next_step")
        return step in waits_for

    async def passes_to(self, moment: datetime) -> None:
        """Let the workflow's clock reach that moment, and all that is due by then happen."""
        async with asyncio.timeout(PATIENCE):
            await self.skipper.fast_forward(self.handle, moment - await self.now())

    async def ends(self) -> None:
        """Let time pass until nothing is left to come."""
        async with asyncio.timeout(PATIENCE):
            await self.skipper.fast_forward(self.handle)

    async def has_ended(self) -> None:
        """Wait until nothing is left to come, while time passes as it does."""
        async with asyncio.timeout(PATIENCE):
            await self.handle.result()

    async def told(self) -> list[str]:
        """The kinds of what was told of it, in order."""
        noted = await self.engine.rows(
            "select kind from booking_notices where booking_id = $1 and outcome = 'sent' order by created_at", self.id
        )
        return [row["kind"] for row in noted]

    def texts(self) -> list[str]:
        """What went out over the shop's number."""
        return [sent.text for sent in self.engine.bridge.record.sent]


async def booked(
    engine: Engine,
    skipper: TimeSkipper,
    owner: Customer,
    start: datetime,
    *,
    pet: Pet | None = None,
    service: str = "Banho",
    made_at: datetime | None = None,
) -> Life:
    """A booking made at the reception, now or at `made_at`."""
    pet = pet or await pet_of(engine, owner)
    booking_id = BookingId(uuid.uuid4())
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        desk = await desk_of(engine, tenant, made_at or datetime.now(UTC), owner)
        wish = Wish(contact_id=owner.contact_id, pet=pet, service=await rows.service(tenant, service), start=start)
        await appointments.book(desk, wish, booking_id=booking_id)
    return Life(engine, skipper, booking_id, start)


async def moved(life: Life, start: datetime, *, at: datetime | None = None) -> Life:
    """The same booking after the reception gave it another time."""
    async with life.engine.database.tenant(life.engine.shop.organization_id) as tenant:
        await appointments.move(await desk_of(life.engine, tenant, at or await life.now()), life.id, start)
    return Life(life.engine, life.skipper, life.id, start)


async def marked(life: Life, status: BookingStatus) -> None:
    """The shop's people note what they saw, or that the customer will come or has called it off."""
    async with life.engine.database.tenant(life.engine.shop.organization_id) as tenant:
        desk = await desk_of(life.engine, tenant, await life.now())
        if status is BookingStatus.CANCELLED:
            await appointments.cancel(desk, life.id)
        elif status is BookingStatus.CONFIRMED:
            await appointments.confirm(desk, life.id)
        else:
            await appointments.mark(desk, life.id, status)


async def written(life: Life, change: str, *arguments: object) -> None:
    """Another system writes to the booking's row, past all our code."""
    await life.engine.rows(f"update bookings set {change} where id = $1 returning 1", life.id, *arguments)


async def called(
    engine: Engine, who: Customer, tool: str, *, now: datetime | None = None, **wanted: str
) -> ToolOutcome:
    """What Client AI's tool does in a turn of that customer, as the model would call it."""
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        turn = Turn(
            tenant=tenant,
            organization=await organizations.get(tenant, engine.shop.organization_id),
            conversation_id=who.conversation_id,
            contact_id=who.contact_id,
            turn_id=TurnId(uuid.uuid4()),
            now=now or datetime.now(UTC),
        )
        return await toolbox(AgentType.CLIENT_AI).call(
            turn, ToolRequest(id="call", name=tool, arguments=json.dumps(wanted))
        )


async def says(engine: Engine, who: Customer, text: str, phone: str = CUSTOMER) -> None:
    """The customer writes, and only the row knows: no turn of the AI begins."""
    address = Address(kind=AddressKind.PHONE, value=phone)
    message = rows.said(text, address=address).model_copy(update={"sent_at": datetime.now(UTC)})
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        await inbound.record(
            tenant,
            engine.shop.organization_id,
            who.conversation_id,
            engine.shop.instance.id,
            [message],
            Sender.CUSTOMER,
        )


def on_the_hour(zone: ZoneInfo, days: int, hour: int, minute: int = 0) -> datetime:
    """A time of a day that is so many days from the shop's today."""
    return (datetime.now(zone) + timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)


def kinds_of(texts: Sequence[str]) -> list[str]:
    """Which notice each of these messages is."""
    return [next((kind for kind in (QUESTION, REMINDER, THANKS, MISSED) if kind in text), text) for text in texts]

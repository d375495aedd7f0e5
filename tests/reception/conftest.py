"""A shop's reception, and people who come to it."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domain.agenda import free_at, free_slots
from domain.bookings import BookingFacts, ChangedBy
from domain.ids import TurnId
from domain.shop import Pet
from reception import appointments, offers, wishes
from reception.desk import Desk
from reception.wishes import Wish
from storage import organizations
from storage.database import Database
from storage.instances import Instances
from tests.shops import Shop, open_shop
from tests.storage.rows import Customer, customer, pet, phone, service

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=SAO_PAULO)
"""The present moment of these tests; the shop is open every day from nine to six."""


def monday(hour: int, minute: int = 0) -> datetime:
    """The next day, at that time."""
    return datetime(2026, 11, 23, hour, minute, tzinfo=SAO_PAULO)


@dataclass
class Reception:
    """One shop's reception, and a transaction for each thing asked of it."""

    database: Database
    shop: Shop
    now: datetime = SUNDAY

    @asynccontextmanager
    async def desk(self, by: ChangedBy = ChangedBy.OPERATOR, who: Customer | None = None) -> AsyncIterator[Desk]:
        """The desk, asked by somebody."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            shop = await organizations.get(tenant, self.shop.organization_id)
            yield Desk(tenant, shop, self.now, by, who.conversation_id if who else None)

    async def somebody(self, number: int, *names: str) -> tuple[Customer, list[Pet]]:
        """A customer with these pets."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            one = await customer(tenant, self.shop, phone(number))
            return one, [await pet(tenant, self.shop, one.contact_id, name) for name in names]

    async def book(
        self,
        who: Customer,
        of: Pet,
        start: datetime,
        *,
        what: str = "Banho",
        by: ChangedBy = ChangedBy.OPERATOR,
        in_addition: bool = False,
    ) -> BookingFacts:
        """A booking, whoever asks; a customer is bound to the own conversation."""
        async with self.desk(by, who if by is ChangedBy.CUSTOMER else None) as desk:
            wish = Wish(
                contact_id=who.contact_id,
                pet=of,
                service=await service(desk.tenant, what),
                start=start,
                in_addition=in_addition,
            )
            return await appointments.book(desk, wish)

    async def hold(self, who: Customer, *starts: datetime, what: str = "Banho") -> list[str]:
        """The customer is offered these; their codes."""
        async with self.desk(ChangedBy.CUSTOMER, who) as desk:
            wanted = await service(desk.tenant, what)
            need = wishes.need_of(wanted, None)
            day = starts[0].astimezone(desk.zone).date()
            free = free_slots(await desk.agenda(day, day), need, first=day, last=day, now=desk.now)
            chosen = [slot for slot in free if slot.start in starts]
            held = await offers.offer(desk, offering(who), wanted, need, chosen)
            return [slot.code for slot in held]

    async def free(self, who: Customer | None, hour: int) -> int:
        """How many professionals somebody could have on Monday at that hour."""
        async with self.desk(ChangedBy.CUSTOMER if who else ChangedBy.OPERATOR, who) as desk:
            agenda = await desk.agenda(monday(9).date(), monday(9).date())
            need = wishes.need_of(await service(desk.tenant), None)
            return len(free_at(agenda, need, monday(hour)))


def offering(who: Customer) -> offers.Customer:
    """The customer in a new turn."""
    return offers.Customer(who.contact_id, who.conversation_id, TurnId(uuid.uuid4()))


@pytest.fixture
async def reception(database: Database, instances: Instances) -> Reception:
    """A shop with two professionals."""
    return Reception(database, await open_shop(database, instances))


@pytest.fixture
async def lone(database: Database, instances: Instances) -> Reception:
    """A shop with one."""
    return Reception(database, await open_shop(database, instances, people=1))

"""An owner's questions, and rows to answer them from."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

import pytest

from domain.ids import ContactId
from storage import contacts, professionals
from tests.assistants.conftest import SAO_PAULO, Json
from tests.office.conftest import OwnersChat, manager, owner, shop
from tests.storage.rows import insert_booking, pet, phone

__all__ = ["manager", "owner", "shop"]  # fixtures

TODAY = date(2026, 11, 22)
"""A Sunday; it is noon."""
Figures: TypeAlias = Callable[..., Awaitable[Json]]


@dataclass
class Books:
    """A shop's bookings, written by plain SQL; each customer is called by a name and has a pet "Rex"."""

    chat: OwnersChat
    known: dict[str, tuple[ContactId, uuid.UUID]] = field(default_factory=dict)

    async def customer(self, name: str) -> ContactId:
        """A customer of that name, the same one whenever the name is said."""
        return (await self._customer(name))[0]

    async def add(
        self,
        day: date,
        hour: int,
        service: str = "Banho",
        *,
        who: str = "Ana",
        status: str = "completed",
        professional: int = 0,
        minutes: int = 60,
        at: timedelta = timedelta(0),
    ) -> uuid.UUID:
        """A booking that begins at that hour in the shop, or so long after it."""
        contact_id, pet_id = await self._customer(who)
        async with self.chat.turn() as turn:
            return await insert_booking(
                turn.tenant,
                self.chat.shop,
                contact_id,
                start=datetime.combine(day, time(hour), tzinfo=SAO_PAULO) + at,
                minutes=minutes,
                professional=(await professionals.active(turn.tenant))[professional].id,
                pet_id=pet_id,
                status=status,
                service_name=service,
            )

    async def _customer(self, name: str) -> tuple[ContactId, uuid.UUID]:
        if name not in self.known:
            async with self.chat.turn() as turn:
                contact_id = await contacts.upsert(
                    turn.tenant, self.chat.shop.organization_id, [phone(len(self.known) + 1)], name
                )
                own = await pet(turn.tenant, self.chat.shop, contact_id)
            self.known[name] = (contact_id, own.id)
        return self.known[name]


@pytest.fixture
async def books(owner: OwnersChat) -> Books:
    """The bookings of the owner's shop: none yet."""
    return Books(owner)

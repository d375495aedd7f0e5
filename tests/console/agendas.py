"""A shop with a customer and a dog, and forms of the agenda filled in for them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.ids import ContactId, PetId, ProfessionalId, ServiceId
from storage import audit, contacts, professionals, services
from tests.shops import Shop
from tests.storage.rows import PHONE, customer, pet, wrote

if TYPE_CHECKING:  # conftest makes a fixture of this
    from tests.console.conftest import Browser, Console

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


@dataclass(frozen=True)
class Scene:
    """A shop with Marina and her dog Rex, and a day in the week to come."""

    console: "Console"
    shop: Shop
    contact_id: ContactId
    conversation_id: UUID
    pet_id: PetId
    service_id: ServiceId
    people: tuple[ProfessionalId, ...]
    day: date

    def at(self, hour: int, minute: int = 0) -> str:
        """A start of that day, as the form sends it."""
        return datetime.combine(self.day, time(hour, minute), tzinfo=SAO_PAULO).isoformat()

    def form(self, **changed: str) -> dict[str, str]:
        """A filled-in form for Rex's bath at ten; the box is ticked."""
        return {
            "cliente": str(self.contact_id),
            "pet": str(self.pet_id),
            "servico": str(self.service_id),
            "profissional": "",
            "dia": self.day.isoformat(),
            "hora": self.at(10),
            "outra": "",
            "avisar": "sim",
            **changed,
        }

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        """Rows as the shop sees them."""
        async with self.console.database.tenant(self.shop.organization_id) as tenant:
            return [tuple(row) for row in await tenant.fetch(query)]

    async def letters(self) -> list[str]:
        """What customers are written, oldest first."""
        return [str(row[0]) for row in await self.rows("select content from letters order by created_at")]

    async def deeds(self) -> list[audit.AuditEntry]:
        """What operators did in the console, oldest first."""
        async with self.console.database.tenant(self.shop.organization_id) as tenant:
            found = reversed(await audit.newest(tenant))
        return [one for one in found if one.actor == "Ana"]

    async def book(self, browser: "Browser", **changed: str) -> UUID:
        """Book by the form; the booking's id."""
        answer = await browser.post("/agenda/novo", self.form(**changed))
        assert answer.status_code == 303, answer.text
        found = re.fullmatch(r"/console/agenda/([0-9a-f-]{36})\?feito=.*", answer.headers["location"])
        assert found is not None, answer.headers["location"]
        return UUID(found[1])


async def scene(
    console: "Console", shop: Shop, *, writes: bool = True, called: str = "Marina", dog: str = "Rex"
) -> Scene:
    """Marina has written lately, or never."""
    async with console.database.tenant(shop.organization_id) as tenant:
        await contacts.upsert(tenant, shop.organization_id, (PHONE,), called)
        somebody = await customer(tenant, shop)
        if writes:
            await wrote(tenant, shop, somebody, "oi")
        own = await pet(tenant, shop, somebody.contact_id, dog)
        bath = next(one for one in await services.active(tenant) if one.name == "Banho")
        people = tuple(one.id for one in await professionals.active(tenant))
    day = datetime.now(SAO_PAULO).date() + timedelta(days=5)
    return Scene(console, shop, somebody.contact_id, somebody.conversation_id, own.id, bath.id, people, day)

"""Customers of the owner's shop, with pets and bookings; and what the tests of orders read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import JsonValue

from domain.addresses import Address, AddressKind
from domain.ids import PetId
from storage import audit, contacts, professionals
from storage.audit import AuditEntry
from tests.assistants.conftest import SAO_PAULO
from tests.office.conftest import OwnersChat
from tests.storage.rows import Customer, customer, insert_booking, pet, wrote

MONDAY_TEN = datetime(2026, 11, 23, 10, tzinfo=SAO_PAULO)


@dataclass(frozen=True)
class Neighbour:
    """A customer with one pet."""

    customer: Customer
    pet_id: PetId


async def neighbour(
    chat: OwnersChat, name: str, pet_name: str = "Rex", *, number: int = 1, writes: bool = True
) -> Neighbour:
    """A customer of that name with a dog; one who never wrote where not `writes`."""
    async with chat.database.tenant(chat.shop.organization_id) as tenant:
        address = Address(kind=AddressKind.PHONE, value=f"55119{number:08d}")
        contact_id = await contacts.upsert(tenant, chat.shop.organization_id, (address,), name)
        somebody = await customer(tenant, chat.shop, address)
        assert somebody.contact_id == contact_id
        if writes:
            await wrote(tenant, chat.shop, somebody, "oi")
        own = await pet(tenant, chat.shop, contact_id, pet_name)
    return Neighbour(somebody, own.id)


async def booked(
    chat: OwnersChat,
    whose: Neighbour,
    start: datetime = MONDAY_TEN,
    *,
    professional: int = 0,
    status: str = "scheduled",
) -> UUID:
    """A bath for that pet with one of the shop's professionals."""
    async with chat.database.tenant(chat.shop.organization_id) as tenant:
        person = (await professionals.active(tenant))[professional]
        made = await insert_booking(
            tenant,
            chat.shop,
            whose.customer.contact_id,
            start=start,
            pet_id=whose.pet_id,
            professional=person.id,
            status=status,
        )
        await tenant.execute(
            "update bookings set conversation_id = $2, timed_at = $3 where id = $1",
            made,
            whose.customer.conversation_id,
            chat.now - timedelta(days=1),
        )
    return made


async def rows(chat: OwnersChat, query: str, *arguments: object) -> list[tuple[object, ...]]:
    """Rows as the shop sees them."""
    async with chat.database.tenant(chat.shop.organization_id) as tenant:
        return [tuple(row) for row in await tenant.fetch(query, *arguments)]


async def logged(chat: OwnersChat) -> list[AuditEntry]:
    """The audit log, oldest first."""
    async with chat.database.tenant(chat.shop.organization_id) as tenant:
        return list(reversed(await audit.newest(tenant)))


async def summary(chat: OwnersChat, tool: str, /, **arguments: JsonValue) -> str:
    """What the owner is asked."""
    outcome = await chat.call(tool, **arguments)
    assert outcome.order is not None, outcome.content
    return outcome.order.summary


async def undone(chat: OwnersChat) -> str:
    """The last order is taken back, with a yes."""
    return await chat.order("undo_order")


async def nothing_to_change(chat: OwnersChat, tool: str, /, **arguments: JsonValue) -> bool:
    """Whether the same order, given again, is refused because all is so already."""
    return (await chat.use(tool, **arguments))["error"] == "nothing_to_change"

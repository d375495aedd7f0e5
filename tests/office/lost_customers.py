"""Customers of a shop who came once and then stayed away: what the tests of invitations share."""

import uuid
from datetime import datetime, timedelta

from storage import professionals
from storage.database import Connection
from tests.shops import Shop
from tests.storage import rows
from tests.storage.rows import Customer


async def lost(
    tenant: Connection,
    shop: Shop,
    number: int,
    name: str,
    pet: str,
    *,
    now: datetime,
    days_ago: tuple[int, ...] = (60,),
    service: str = "Banho",
    key: str | None = None,
    has_written: bool = True,
) -> Customer:
    """A customer who wrote and whose completed visits were so many days ago; each number is another phone."""
    address = rows.phone(number)
    found = await rows.customer(tenant, shop, address, key=key or uuid.uuid4().hex)
    await tenant.execute("update contacts set name = $2 where id = $1", found.contact_id, name)
    animal = await rows.pet(tenant, shop, found.contact_id, pet)
    if has_written:
        await rows.wrote(tenant, shop, found, "oi")
        await tenant.execute(
            "update messages set address = $2 where conversation_id = $1",
            found.conversation_id,
            f"{address.value}@s.whatsapp.net",
        )
    working = [one.id for one in await professionals.active(tenant)]
    for days in days_ago:
        at = (now - timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
        await rows.insert_booking(
            tenant,
            shop,
            found.contact_id,
            start=at + timedelta(minutes=number * 20),
            minutes=20,
            professional=working[0],
            pet_id=animal.id,
            status="completed",
            service_name=service,
        )
    return found

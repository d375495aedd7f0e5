"""One of several processes that want the same hour: `python -m tests.reception.racer <json>`.

Reads how many of its customers try; says when it is ready, waits for a line, and answers with a line: each one's
outcome.
"""

import asyncio
import json
import os
import sys
from datetime import datetime
from uuid import UUID

from domain.bookings import ChangedBy
from domain.errors import RequestRefused
from domain.ids import ContactId, ConversationId, OrganizationId, PetId
from domain.shop import Pet
from reception import appointments
from reception.desk import Desk
from reception.wishes import Wish
from storage import organizations, pets, services
from storage.database import Database

CONNECTIONS = 10


async def race(order: dict[str, str | list[list[str]]]) -> list[dict[str, object]]:
    """Everybody at once, as soon as a line comes."""
    url, shop_id, start, now, runners = (order[key] for key in ("url", "shop", "start", "now", "runners"))
    assert isinstance(url, str) and isinstance(shop_id, str) and isinstance(start, str) and isinstance(now, str)  # noqa: PT018 # what the test sent
    shop = OrganizationId(UUID(shop_id))
    database = await Database.connect(url, max_size=CONNECTIONS)

    async def attempt(contact: str, conversation: str, pet: str) -> dict[str, object]:
        try:
            async with database.tenant(shop) as tenant:
                desk = Desk(
                    tenant,
                    await organizations.get(tenant, shop),
                    datetime.fromisoformat(now),
                    ChangedBy.CUSTOMER,
                    ConversationId(UUID(conversation)),
                )
                of: Pet = await pets.get(tenant, PetId(UUID(pet)))
                bath = next(one for one in await services.active(tenant) if one.name == "Banho")
                facts = await appointments.book(
                    desk,
                    Wish(
                        contact_id=ContactId(UUID(contact)),
                        pet=of,
                        service=bath,
                        start=datetime.fromisoformat(start),
                    ),
                )
        except RequestRefused as refused:
            return {"code": str(refused.code), **refused.details}
        return {"booked": str(facts.id)}

    _say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    found = await asyncio.gather(*(attempt(*runner) for runner in runners))
    await database.close()
    return list(found)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _say(json.dumps({"pid": os.getpid(), "outcomes": asyncio.run(race(json.loads(sys.stdin.readline())))}))

"""What the tests of a customer's agreement share: wishes, offers, proposals, reminders."""

import json
from collections.abc import Sequence

from pydantic import JsonValue

from domain.conversation import Sender
from domain.notices import NoticeKind
from storage import booking_notices
from storage.booking_notices import NoticeOutcome

from .conftest import MONDAY, Counter, Json

TEN: dict[str, JsonValue] = {
    "pet_name": "Rex",
    "service_type": "Banho",
    "preferred_date": MONDAY,
    "preferred_time": "10:00",
}
ELEVEN = TEN | {"preferred_time": "11:00"}
TOSA_AT_TEN = TEN | {"service_type": "Tosa"}
SHOWN = "Tenho 09:00, 10:00, 11:00, 12:00, 13:00 e 14:00. Qual prefere?"


async def offered(counter: Counter, text: str = SHOWN, **more: JsonValue) -> list[Json]:
    """The slots that a look at the agenda offers, and a reply about them."""
    found = await counter.use(
        "check_availability", **({"date": MONDAY, "service_type": "Banho", "pet_name": "Rex"} | more)
    )
    await counter.reply(text)
    offers = found["offers"]
    assert isinstance(offers, list)
    return [offer for offer in offers if isinstance(offer, dict)]


async def only_proposed(counter: Counter, tool: str, arguments: Json) -> None:
    """The call ends in a proposal, and no booking is other than it was."""
    before = await states(counter)
    outcome = await counter.call(tool, json.dumps(arguments))
    assert (outcome.ok, outcome.booking) == (True, None), outcome.content
    assert outcome.proposal is not None
    assert json.loads(outcome.content)["proposed"]
    assert await states(counter) == before


async def states(counter: Counter) -> Sequence[tuple[object, ...]]:
    """Every booking, as far as a customer could change it."""
    async with counter.database.tenant(counter.shop.organization_id) as tenant:
        rows = await tenant.fetch("select id, start_time, status, professional_id, price from bookings order by id")
    return [tuple(row) for row in rows]


async def booked(counter: Counter, arguments: Json = TEN) -> str:
    """An appointment made the whole way; its code."""
    answer = await counter.agree("book_appointment", **arguments)
    assert isinstance(answer["booking"], dict), answer
    await counter.reply("Prontinho!")
    return str(answer["booking"]["appointment_id"])


async def reminded(counter: Counter, text: str, kind: NoticeKind = NoticeKind.ASK_TO_CONFIRM) -> None:
    """The newest booking's notice goes out."""
    async with counter.turn() as turn:
        row = await turn.tenant.fetchrow("select id, timed_at from bookings order by created_at desc, id limit 1")
        assert row is not None
        await turn.tenant.execute("delete from booking_notices")
        await booking_notices.begin(
            turn.tenant, turn.organization.id, row["id"], kind, row["timed_at"], counter.turn_id
        )
        await booking_notices.end(turn.tenant, row["id"], kind, row["timed_at"], NoticeOutcome.SENT)
    await counter.reply(text, sender=Sender.SYSTEM)

"""What the tests of refusals share: a call that has to be refused, and leave every row as it was."""

from pydantic import JsonValue

from domain.agenda_rules import AgendaRules
from storage import organizations
from storage.organizations import SettingsChange

from .conftest import MONDAY, Counter, Json

TEN: Json = {"pet_name": "Rex", "service_type": "Banho", "preferred_date": MONDAY, "preferred_time": "10:00"}


async def rules(counter: Counter, **more: object) -> None:
    """The shop decides about its agenda."""
    async with counter.turn() as turn:
        decided = AgendaRules.model_validate({"opens_on_holidays": True, "minimum_notice_minutes": 0} | more)
        await organizations.change(turn.tenant, turn.organization.id, SettingsChange(agenda_rules=decided))


async def refused(counter: Counter, tool: str, code: str, **arguments: JsonValue) -> Json:
    """The call is refused with that code, and writes nothing; the answer."""
    before = await everything(counter)
    answer = await counter.use(tool, **arguments)
    assert answer.get("error") == code, answer
    assert await everything(counter) == before
    return answer


async def everything(counter: Counter) -> str:
    """All that a refusal may not change: bookings, pets and waits, to the letter."""
    async with counter.database.tenant(counter.shop.organization_id) as tenant:
        found: str = await tenant.fetchval(
            """select jsonb_build_object(
                   'bookings', (select jsonb_agg(to_jsonb(b) order by b.id) from bookings b),
                   'pets', (select jsonb_agg(to_jsonb(p) order by p.id) from pets p),
                   'waits', (select jsonb_agg(to_jsonb(w) order by w.id) from waiting_list w))::text"""
        )
    return found


async def booked(counter: Counter, **change: JsonValue) -> str:
    """An appointment; its code."""
    answer = await counter.agree("book_appointment", **(TEN | change))
    assert isinstance(answer.get("booking"), dict), answer
    await counter.reply("Prontinho!")
    return str(answer["booking"]["appointment_id"])  # type: ignore[index,call-overload] # a dict, as asserted

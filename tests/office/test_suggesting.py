"""What Aurora suggests unasked: an order that waits for a yes, and never in the way of another one."""

from datetime import date, timedelta
from uuid import uuid4

from domain.ids import ProactiveId
from domain.letters import ProactiveType
from domain.periods import Period
from office.suggesting import with_suggestion
from office.telling import Telling
from tests.assistants.conftest import SUNDAY
from tests.office.conftest import OwnersChat
from tests.office.lost_customers import lost

_ALERT = Telling(
    message_type=ProactiveType.FEW_BOOKINGS,
    fingerprint="alerts/2026-11-22",
    text="Poucos agendamentos.",
    to_fill=Period(first=date(2026, 11, 23), last=date(2026, 11, 25)),
)


async def _told(chat: OwnersChat) -> str:
    async with chat.office() as office:
        return await with_suggestion(office.desk, office.owner, ProactiveId(uuid4()), _ALERT)


async def test_a_suggestion_does_not_take_the_yes_to_another_order(owner: OwnersChat) -> None:
    """An alert a minute after "Posso fazer?" asks nothing of its own, and the yes is to what the owner was asked."""
    async with owner.turn() as turn:
        await lost(turn.tenant, owner.shop, 1, "Maria", "Rex", now=SUNDAY)
        await lost(turn.tenant, owner.shop, 2, "Júlia", "Mel", now=SUNDAY)
    code = await owner.propose("change_price", service="Banho", price=60)
    owner.now += timedelta(minutes=1)
    assert await _told(owner) == "Poucos agendamentos."
    await owner.says("sim")
    assert (await owner.call("confirm_order", order=code)).done is not None


async def test_an_order_that_was_left_alone_is_in_no_suggestions_way(owner: OwnersChat) -> None:
    """An hour later the suggestion comes, and the yes would be to it."""
    async with owner.turn() as turn:
        await lost(turn.tenant, owner.shop, 1, "Maria", "Rex", now=SUNDAY)
        await lost(turn.tenant, owner.shop, 2, "Júlia", "Mel", now=SUNDAY)
    await owner.propose("change_price", service="Banho", price=60)
    owner.now += timedelta(hours=1)
    assert "📣 Convidar 2 clientes" in await _told(owner)

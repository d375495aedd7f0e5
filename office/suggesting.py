"""What Aurora suggests at the end of an alert: an order of the owner's, described and waiting for a yes."""

from domain.errors import RequestRefused
from domain.ids import ProactiveId, TurnId
from domain.owner_alerts import and_suggestion
from domain.owner_orders import OrderKind
from domain.owners import OwnerNumber
from office import ledger
from office.filling import FILL_AGENDA, choose
from office.office import Office
from office.reaching import owner_reach
from office.telling import Telling
from reception.desk import Desk


async def with_suggestion(desk: Desk, owner: OwnerNumber, message_id: ProactiveId, telling: Telling) -> str:
    """The text, and what would mend it where there is such, kept as an order asked by this very message.

    Only for who may order it, while the shop has a number, and where there is somebody to invite and time that is free;
    and not while another order has just been asked about.
    """
    if telling.to_fill is None or not OrderKind.FILL_AGENDA.may(owner.role):
        return telling.text
    reach = await owner_reach(desk.tenant, desk.shop.id, owner)
    if reach is None:
        return telling.text
    office = Office(desk, owner, reach.conversation_id, TurnId(message_id))
    if await ledger.is_waiting(office):
        return telling.text
    try:
        async with desk.tenant.transaction():  # a refusal takes back what was begun
            command = await choose(office, first_day=telling.to_fill.first, last_day=telling.to_fill.last)
            if command is None:
                return telling.text
            asked = await ledger.propose(office, FILL_AGENDA, command)
    except RequestRefused:  # invitations are being sent already, or nothing is free any more
        return telling.text
    return and_suggestion(telling.text, asked.summary)

"""What Aurora says unasked: read from the shop's rows, and written for each owner it is for."""

from uuid import NAMESPACE_URL, uuid5

import structlog
from pydantic import AwareDatetime
from temporalio import activity

from activities.errors import engine_errors
from domain.aurora_rules import Briefing
from domain.bookings import ChangedBy
from domain.briefings import WORTH_TELLING, is_told
from domain.frozen import Frozen
from domain.ids import OrganizationId, ProactiveId
from domain.owners import OwnerNumber
from office.suggesting import with_suggestion
from office.telling import Telling, tellings
from reception.desk import Desk
from storage import organizations, owners, proactive
from storage.database import Database

_log = structlog.get_logger()

_MESSAGES = uuid5(NAMESPACE_URL, "https://auzap/briefings")


class TellOwners(Frozen):
    """What is to be told, as of the moment it was due."""

    organization_id: OrganizationId
    briefing: Briefing
    due: AwareDatetime


class Briefings:
    """Activities of `BriefingWorkflow`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def tell_owners(self, order: TellOwners) -> int:
        """Write what there is to tell, to be sent by letters; how many messages are new.

        Idempotent by each owner and occasion: a second run finds the messages, and writes none again. A shop that is
        gone, or has paused this since, is told nothing.
        """
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            shop = await organizations.find(tenant, order.organization_id)
            if shop is None or order.briefing in shop.aurora_rules.paused:
                return 0
            people = [one for one in await owners.listed(tenant) if is_told(order.briefing, one.role)]
            if not people:
                return 0
            desk = Desk(tenant, shop, order.due, ChangedBy.OWNER)
            found = await tellings(desk, order.briefing)
            written = [await _write(desk, order.briefing, owner, telling) for telling in found for owner in people]
        told = sum(written)
        _log.info("[WORKER] Briefing", organizationId=str(shop.id), briefing=order.briefing, told=told)
        return told


async def _write(desk: Desk, briefing: Briefing, owner: OwnerNumber, telling: Telling) -> bool:
    """One message to one owner; whether it is new."""
    message_id = ProactiveId(uuid5(_MESSAGES, f"{owner.id}/{telling.fingerprint}"))
    if await proactive.find(desk.tenant, message_id) is not None:
        return False
    try:
        async with desk.tenant.transaction():
            written = await proactive.write(
                desk.tenant,
                desk.shop.id,
                owner.id,
                message_type=telling.message_type,
                content=await with_suggestion(desk, owner, message_id, telling),
                fingerprint=telling.fingerprint,
                scheduled_for=desk.now,
                expires_at=desk.now + WORTH_TELLING[briefing],
                picture=telling.picture,
                proactive_id=message_id,
            )
            if written is None:
                raise _ToldMeanwhile
    except _ToldMeanwhile:
        return False
    return True


class _ToldMeanwhile(Exception):
    """Another run has written the message: what was proposed for it goes back."""

"""A campaign's steps: the next invitation, and the report at the end."""

import structlog
from pydantic import AwareDatetime
from temporalio import activity

from activities.errors import engine_errors
from domain.bookings import ChangedBy
from domain.frozen import Frozen
from domain.ids import CampaignId, OrganizationId
from domain.invitations import CampaignOutcome
from office import campaigning
from office.campaigning import CampaignStep
from reception.desk import Desk
from storage import organizations
from storage.database import Database

_log = structlog.get_logger()


class NextInvitation(Frozen):
    """Which campaign, and the workflow's time."""

    organization_id: OrganizationId
    campaign_id: CampaignId
    now: AwareDatetime


class FinishCampaign(Frozen):
    """A campaign that is over, and why."""

    organization_id: OrganizationId
    campaign_id: CampaignId
    outcome: CampaignOutcome
    now: AwareDatetime


class Campaigns:
    """Activities of `CampaignWorkflow`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def next_invitation(self, order: NextInvitation) -> CampaignStep:
        """Write the next invitation's letter, if one is due now.

        Idempotent by (campaign, position), of which the letter's id is made: a second run finds it on its way.
        """
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            shop = await organizations.get(tenant, order.organization_id)
            return await campaigning.take_step(Desk(tenant, shop, order.now, ChangedBy.TIME), order.campaign_id)

    @activity.defn
    async def finish_campaign(self, order: FinishCampaign) -> None:
        """Note that it is over and tell the owner how it went.

        Idempotent by the campaign, whose first outcome stays: a second run finds it and tells nothing.
        """
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            shop = await organizations.get(tenant, order.organization_id)
            desk = Desk(tenant, shop, order.now, ChangedBy.TIME)
            await campaigning.finish(desk, order.campaign_id, order.outcome)
        _log.info("[WORKER] Campaign over", organizationId=str(order.organization_id), outcome=order.outcome)

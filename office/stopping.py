"""stop_campaign: no more invitations of the campaign that is under way."""

from domain.errors import RefusalCode, RequestRefused
from domain.ids import CampaignId
from domain.invitations import days_in_words
from domain.owner_orders import OrderKind
from office.office import Office
from office.orders import Command, Done, Order
from storage import campaigns, services
from storage.campaigns import Campaign, CampaignStatus, InvitationStatus


class StopCampaign(Command):
    """A campaign."""

    campaign_id: CampaignId


async def describe(office: Office, command: StopCampaign) -> str:
    """Which invitations; nothing_to_change where none are being sent."""
    campaign = await _running(office, command)
    service = await services.get(office.tenant, campaign.service_id)
    days = days_in_words(campaign.first_day, campaign.last_day)
    return f"🛑 Parar os convites para {service.name}, {days}. Quem já foi convidado continua convidado."


async def carry_out(office: Office, command: StopCampaign) -> Done:
    """What was not sent yet is not sent; the campaign's report follows by itself."""
    campaign = await _running(office, command, for_change=True)
    service = await services.get(office.tenant, campaign.service_id)
    await campaigns.stop(office.tenant, campaign.id)
    every = await campaigns.invitations(office.tenant, campaign.id)
    waiting = sum(one.status is InvitationStatus.WAITING for one in every)
    return Done(
        told=f"Parei os convites para {service.name}.",
        subject=service.name,
        before={"status": CampaignStatus.RUNNING, "waiting": waiting},
        after={"status": CampaignStatus.STOPPED},
    )


async def _running(office: Office, command: StopCampaign, *, for_change: bool = False) -> Campaign:
    campaign = await campaigns.find(office.tenant, command.campaign_id, for_change=for_change)
    if campaign is None or campaign.status is not CampaignStatus.RUNNING:
        raise RequestRefused(RefusalCode.NOTHING_TO_CHANGE, "Esses convites já terminaram; não há o que parar.")
    return campaign


STOP_CAMPAIGN = Order(kind=OrderKind.STOP_CAMPAIGN, command=StopCampaign, describe=describe, carry_out=carry_out)

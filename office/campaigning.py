"""A campaign under way: what its rows, and everything else, call for at one moment; and its report at the end.

One customer at a time. Whatever was decided before, the rows of the moment decide: whether anything is still free,
whether it is an hour to write at, and whether this customer may still be invited.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from pydantic import AwareDatetime

from domain.frozen import Frozen
from domain.ids import CampaignId, LetterId
from domain.invitations import Booked, CampaignOutcome, Obstacle, Report, called, contact_time, report_text
from domain.letters import LetterPurpose, LetterStatus, ProactiveType
from domain.services import Service
from office.inviting import free_times, in_words, service_on_sale
from reception.desk import Desk
from storage import campaigns, invitees, letters, proactive, services
from storage.campaigns import Campaign, CampaignStatus, Invitation, InvitationStatus

_LETTERS = UUID("a3a1b0a2-6c1e-4b0e-9a55-0f6f6a1c7d21")
_UNTIL_SENT = timedelta(minutes=1)
"""How often a letter on its way is looked at."""
_UNTIL_ONLINE = timedelta(minutes=5)
"""How often a number that is offline is looked at before the next letter is written."""
_ANSWERS = timedelta(hours=1)
"""How long the last one invited has to answer before the owner is told how it went."""
_REPORT_FOR = timedelta(days=1)


class CampaignStep(Frozen):
    """When to look again; or, with an outcome, that the campaign is to be finished; neither: nothing is left to do."""

    look_again: AwareDatetime | None = None
    outcome: CampaignOutcome | None = None


async def take_step(desk: Desk, campaign_id: CampaignId) -> CampaignStep:
    """Do what is due now: write the next invitation's letter, or none.

    Idempotent: the letter's id is made of the campaign and the position, and an invitation that has one is not written
    again.
    """
    campaign = await campaigns.find(desk.tenant, campaign_id, for_change=True)
    if campaign is None or campaign.outcome is not None:
        return CampaignStep()
    every = await campaigns.invitations(desk.tenant, campaign_id)
    if await _is_one_on_its_way(desk, campaign, every):
        return CampaignStep(look_again=desk.now + _UNTIL_SENT)
    if campaign.status is CampaignStatus.STOPPED:
        return CampaignStep(outcome=CampaignOutcome.STOPPED)
    service = await service_on_sale(desk, campaign.service_id)
    if service is None:
        return CampaignStep(outcome=CampaignOutcome.NOT_ON_SALE)
    return await _invite_next(desk, campaign, service, await campaigns.invitations(desk.tenant, campaign_id))


async def finish(desk: Desk, campaign_id: CampaignId, outcome: CampaignOutcome) -> None:
    """It is over, and the owner is told how it went. Idempotent: a second run finds it finished and reported."""
    campaign = await campaigns.find(desk.tenant, campaign_id, for_change=True)
    if campaign is None or not await campaigns.finish(desk.tenant, campaign_id, outcome):
        return
    await proactive.write(
        desk.tenant,
        desk.shop.id,
        campaign.owner_number_id,
        message_type=ProactiveType.CAMPAIGN_REPORT,
        content=report_text(await _report(desk, campaign, outcome)),
        fingerprint=f"campaign/{campaign_id}",
        scheduled_for=desk.now,
        expires_at=desk.now + _REPORT_FOR,
    )


async def _is_one_on_its_way(desk: Desk, campaign: Campaign, every: Sequence[Invitation]) -> bool:
    """Note what became of the letters; whether one is not sent yet."""
    waiting = False
    for one in every:
        if one.status is not InvitationStatus.WAITING or one.letter_id is None:
            continue
        match one.letter_status:
            case LetterStatus.WAITING:
                waiting = True
            case LetterStatus.SENT:
                await _settle(desk, campaign, one, InvitationStatus.SENT)
            case LetterStatus.FAILED:
                await _settle(desk, campaign, one, InvitationStatus.FAILED)
            case _:  # cancelled, for what was found when it was to be sent
                (now,) = await invitees.of_contacts(desk.tenant, [one.contact_id], now=desk.now, besides=campaign.id)
                reason = now.obstacle or Obstacle.CAMPAIGN_ENDED
                await _settle(desk, campaign, one, InvitationStatus.SKIPPED, reason)
    return waiting


async def _invite_next(desk: Desk, campaign: Campaign, service: Service, every: Sequence[Invitation]) -> CampaignStep:
    sent = [one.ended_at for one in every if one.status is InvitationStatus.SENT and one.ended_at is not None]
    left = [one for one in every if one.status is InvitationStatus.WAITING]
    if not left:
        return _all_seen(desk, sent)
    hours = contact_time(await desk.calendar(desk.today, campaign.last_day), desk.now, campaign.last_day)
    if hours is None:
        return CampaignStep(outcome=CampaignOutcome.OUT_OF_TIME)
    pace = timedelta(minutes=desk.shop.aurora_rules.invitation_pace_minutes)
    next_one = max([hours.opens, *(at + pace for at in sent)])
    if next_one > desk.now:
        return CampaignStep(look_again=next_one)
    if not await free_times(desk, service, campaign.first_day, campaign.last_day):
        return CampaignStep(outcome=CampaignOutcome.SLOTS_TAKEN)
    known = await invitees.of_contacts(desk.tenant, [one.contact_id for one in left], now=desk.now, besides=campaign.id)
    for one, now in zip(left, known, strict=True):
        if now.obstacle is not None:
            await _settle(desk, campaign, one, InvitationStatus.SKIPPED, now.obstacle)
        elif not now.online:
            return CampaignStep(look_again=desk.now + _UNTIL_ONLINE)
        else:
            await _write(desk, campaign, service, one, until=hours.closes)
            return CampaignStep(look_again=desk.now + pace)
    return _all_seen(desk, sent)


def _all_seen(desk: Desk, sent: Sequence[datetime]) -> CampaignStep:
    answers_until = max(sent) + _ANSWERS if sent else desk.now
    if answers_until > desk.now:
        return CampaignStep(look_again=answers_until)
    return CampaignStep(outcome=CampaignOutcome.ALL_INVITED)


async def _write(desk: Desk, campaign: Campaign, service: Service, one: Invitation, *, until: datetime) -> None:
    """The letter of one invitation; past the hours of the day it is not sent any more."""
    letter_id = await letters.write(
        desk.tenant,
        desk.shop.id,
        one.contact_id,
        purpose=LetterPurpose.INVITATION,
        content=in_words(desk, service, campaign.first_day, campaign.last_day, customer=one.name, pet=one.pet),
        expires_at=until,
        letter_id=LetterId(uuid5(_LETTERS, f"{campaign.id}/{one.position}")),
    )
    await campaigns.on_its_way(desk.tenant, campaign.id, one.position, letter_id)


async def _settle(
    desk: Desk, campaign: Campaign, one: Invitation, status: InvitationStatus, reason: Obstacle | None = None
) -> None:
    await campaigns.settle(desk.tenant, campaign.id, one.position, status, reason=reason, ended_at=one.ended_at)


async def _report(desk: Desk, campaign: Campaign, outcome: CampaignOutcome) -> Report:
    every = await campaigns.invitations(desk.tenant, campaign.id)
    service = await services.get(desk.tenant, campaign.service_id)
    free = await free_times(desk, service, campaign.first_day, campaign.last_day)

    def names(status: InvitationStatus) -> tuple[str, ...]:
        return tuple(called(one.name, one.pet) for one in every if one.status is status)

    return Report(
        service=service.name,
        first=campaign.first_day,
        last=campaign.last_day,
        outcome=outcome,
        invited=names(InvitationStatus.SENT),
        failed=names(InvitationStatus.FAILED),
        skipped=tuple(
            (called(one.name, one.pet), one.reason or Obstacle.CAMPAIGN_ENDED)
            for one in every
            if one.status is InvitationStatus.SKIPPED
        ),
        booked=tuple(
            Booked(
                customer=called(booked.name, booked.pet),
                service=booked.service,
                start=booked.start.astimezone(desk.zone),
            )
            for booked in await campaigns.booked_since(desk.tenant, campaign.id)
        ),
        free=len(free) or None,
    )

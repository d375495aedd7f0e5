"""Campaigns that fill the agenda, and their invitations, one a customer."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

import asyncpg

from domain.frozen import Frozen
from domain.ids import CampaignId, ContactId, LetterId, OrderId, OrganizationId, OwnerNumberId, PetId, ServiceId, TurnId
from domain.invitations import CampaignOutcome, Obstacle
from domain.letters import LetterStatus
from storage import outbox
from storage.database import Connection

_COLUMNS = "id, owner_number_id, service_id, first_day, last_day, status, outcome, created_at"


class CampaignStatus(StrEnum):
    """Where a campaign stands."""

    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"


class InvitationStatus(StrEnum):
    """What became of an invitation."""

    WAITING = "waiting"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"


class Campaign(Frozen):
    """A row of `campaigns`; the days are the shop's."""

    id: CampaignId
    owner_number_id: OwnerNumberId
    service_id: ServiceId
    first_day: date
    last_day: date
    status: CampaignStatus
    outcome: CampaignOutcome | None
    created_at: datetime


class Invitation(Frozen):
    """A row of `invitations`, and the letter that carries it; `ended_at` by the database's clock."""

    position: int
    contact_id: ContactId
    name: str | None
    pet: str | None
    status: InvitationStatus
    reason: Obstacle | None
    letter_id: LetterId | None
    letter_status: LetterStatus | None
    ended_at: datetime | None


class BookedSince(Frozen):
    """A booking that an invited customer made after the invitation."""

    name: str | None
    pet: str | None
    service: str
    start: datetime


async def take_turn(tenant: Connection, organization_id: OrganizationId) -> None:
    """Campaigns of one shop begin one after the other, until the transaction ends."""
    await tenant.execute("select pg_advisory_xact_lock(hashtextextended($1, 4))", f"{organization_id}|campaign")


async def add(
    tenant: Connection,
    organization_id: OrganizationId,
    owner_number_id: OwnerNumberId,
    *,
    service_id: ServiceId,
    first_day: date,
    last_day: date,
    invited: Sequence[tuple[ContactId, PetId | None]],
    order_id: OrderId | None = None,
) -> CampaignId:
    """A campaign that begins as soon as the transaction is committed; the customers in their order."""
    campaign_id: CampaignId = await tenant.fetchval(
        """insert into campaigns (organization_id, owner_number_id, service_id, first_day, last_day, order_id)
           values ($1, $2, $3, $4, $5, $6) returning id""",
        organization_id,
        owner_number_id,
        service_id,
        first_day,
        last_day,
        order_id,
    )
    await tenant.executemany(
        """insert into invitations (organization_id, campaign_id, position, contact_id, pet_id)
           values ($1, $2, $3, $4, $5)""",
        [(organization_id, campaign_id, position, *who) for position, who in enumerate(invited)],
    )
    return campaign_id


async def running(tenant: Connection) -> Campaign | None:
    """The shop's campaign that is under way, if one is."""
    row = await tenant.fetchrow(
        f"select {_COLUMNS} from campaigns where status = 'running' order by created_at limit 1"
    )
    return Campaign.model_validate(dict(row)) if row else None


async def find(tenant: Connection, campaign_id: CampaignId, *, for_change: bool = False) -> Campaign | None:
    """The campaign of that id; `for_change` keeps others from acting for it until the transaction ends."""
    row = await tenant.fetchrow(
        f"select {_COLUMNS} from campaigns where id = $1 {'for update' if for_change else ''}", campaign_id
    )
    return Campaign.model_validate(dict(row)) if row else None


async def stop(tenant: Connection, campaign_id: CampaignId) -> None:
    """Nothing more is sent; an invitation that only waits for the shop's number is not sent either."""
    await tenant.execute("update campaigns set status = 'stopped' where id = $1 and status = 'running'", campaign_id)
    unsent = await tenant.fetch(
        """update letters l set status = 'cancelled', error = 'convites parados', ended_at = clock_timestamp()
           from invitations i where i.campaign_id = $1 and l.id = i.letter_id and l.status = 'waiting' and not exists (
               select from messages m where m.turn_id = l.id and m.status <> 'pending')
           returning l.id""",
        campaign_id,
    )
    for row in unsent:
        await outbox.give_up(tenant, TurnId(row["id"]), "não enviada: convites parados")


async def finish(tenant: Connection, campaign_id: CampaignId, outcome: CampaignOutcome) -> bool:
    """It is over; whether it was not yet. Who was not seen to by then is not invited; the first outcome stays."""
    await tenant.execute(
        """update invitations set status = 'skipped', reason = $2, ended_at = clock_timestamp()
           where campaign_id = $1 and status = 'waiting'""",
        campaign_id,
        Obstacle.CAMPAIGN_ENDED,
    )
    done = await tenant.execute(  # a status that is set wakes the workflow, also when it stays the same
        "update campaigns set outcome = $2, ended_at = clock_timestamp() where id = $1 and outcome is null",
        campaign_id,
        outcome,
    )
    await tenant.execute("update campaigns set status = 'finished' where id = $1 and status = 'running'", campaign_id)
    return done == "UPDATE 1"


async def invitations(tenant: Connection, campaign_id: CampaignId) -> list[Invitation]:
    """Every invitation of a campaign, in its order."""
    rows = await tenant.fetch(
        """select i.position, i.contact_id, ct.name, p.name pet, i.status, i.reason, i.letter_id,
               l.status letter_status, coalesce(l.ended_at, i.ended_at) ended_at
           from invitations i join contacts ct on ct.id = i.contact_id left join pets p on p.id = i.pet_id
               left join letters l on l.id = i.letter_id
           where i.campaign_id = $1 order by i.position""",
        campaign_id,
    )
    return [_invitation(row) for row in rows]


async def on_its_way(tenant: Connection, campaign_id: CampaignId, position: int, letter_id: LetterId) -> None:
    """This letter carries the invitation."""
    await tenant.execute(
        "update invitations set letter_id = $3 where campaign_id = $1 and position = $2 and status = 'waiting'",
        campaign_id,
        position,
        letter_id,
    )


async def settle(
    tenant: Connection,
    campaign_id: CampaignId,
    position: int,
    status: InvitationStatus,
    *,
    reason: Obstacle | None = None,
    ended_at: datetime | None = None,
) -> None:
    """What became of an invitation; what was noted first stays."""
    await tenant.execute(
        """update invitations set status = $3, reason = $4, ended_at = coalesce($5, clock_timestamp())
           where campaign_id = $1 and position = $2 and status = 'waiting'""",
        campaign_id,
        position,
        status,
        reason,
        ended_at,
    )


async def booked_since(tenant: Connection, campaign_id: CampaignId) -> list[BookedSince]:
    """What those invited have booked since they were, soonest first."""
    rows = await tenant.fetch(
        """select ct.name, p.name pet, s.name service, b.start_time start
           from invitations i join bookings b on b.contact_id = i.contact_id and b.created_at > i.ended_at
               join services s on s.id = b.service_id join contacts ct on ct.id = i.contact_id
               left join pets p on p.id = b.pet_id
           where i.campaign_id = $1 and i.status = 'sent' and b.status <> 'cancelled' order by b.start_time, ct.name""",
        campaign_id,
    )
    return [BookedSince.model_validate(dict(row)) for row in rows]


def _invitation(row: asyncpg.Record) -> Invitation:
    return Invitation.model_validate(dict(row))

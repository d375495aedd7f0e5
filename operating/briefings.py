"""What Aurora is going to say unasked, as Temporal has it planned."""

from datetime import datetime

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.aurora_rules import Briefing
from domain.frozen import Frozen
from domain.ids import OrganizationId
from workflows.ids import briefing_schedule_id


class NextBriefing(Frozen):
    """A schedule of a shop's; `next` is None where it will not act again."""

    briefing: Briefing
    paused: bool
    next: datetime | None


async def coming_briefings(client: Client, organization_id: OrganizationId) -> list[NextBriefing]:
    """The shop's schedules that are there. Raises `RPCError` while Temporal is away."""
    found = []
    for briefing in Briefing:
        try:
            description = await client.get_schedule_handle(briefing_schedule_id(organization_id, briefing)).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                continue
            raise
        times = description.info.next_action_times
        found.append(
            NextBriefing(
                briefing=briefing,
                paused=description.schedule.state.paused,
                next=times[0] if times and not description.schedule.state.paused else None,
            )
        )
    return found

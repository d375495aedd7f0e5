"""The waiting list's steps: who is offered what now, and the message that says so."""

from datetime import date

import structlog
from pydantic import AwareDatetime
from temporalio import activity

from activities.errors import engine_errors
from activities.sending import Sending, SendOutcome, SendReply
from domain.bookings import ChangedBy
from domain.conversation import AgentType, Sender
from domain.frozen import Frozen
from domain.ids import OrganizationId, ServiceId
from reception import waiting
from reception.desk import Desk
from reception.waiting import WaitingOffer, WaitingPlan
from storage import conversations, organizations
from storage.database import Database

_log = structlog.get_logger()


class PlanWaitingList(Frozen):
    """Which waiting list, and the workflow's time."""

    organization_id: OrganizationId
    service_id: ServiceId
    day: date
    now: AwareDatetime


class SendWaitingOffer(Frozen):
    """An offer that is to be sent."""

    organization_id: OrganizationId
    offer: WaitingOffer


class WaitingList:
    """Activities of `WaitingListWorkflow`."""

    def __init__(self, database: Database, sending: Sending) -> None:
        self._database = database
        self._sending = sending

    @activity.defn
    async def plan_waiting_list(self, order: PlanWaitingList) -> WaitingPlan:
        """Offer what is free to the next in line. Idempotent: an open offer stays the same one."""
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            shop = await organizations.get(tenant, order.organization_id)
            return await waiting.plan(Desk(tenant, shop, order.now, ChangedBy.TIME), order.service_id, order.day)

    @activity.defn
    async def send_waiting_offer(self, order: SendWaitingOffer) -> SendOutcome:
        """Tell the customer. Idempotent by the offer's turn: a second run finds the message.

        Somebody who cannot be written to does not answer, and the next is asked.
        """
        offer = order.offer
        async with engine_errors():
            async with self._database.tenant(order.organization_id) as tenant:
                reach = await conversations.reach(tenant, offer.contact_id, offer.conversation_id)
            if reach is None:
                return SendOutcome.REFUSED
            outcome = await self._sending.send_reply(
                SendReply(
                    organization_id=order.organization_id,
                    instance_id=reach.instance_id,
                    conversation_id=reach.conversation_id,
                    turn_id=offer.turn_id,
                    to=reach.address,
                    text=offer.text,
                    sender=Sender.SYSTEM,
                    agent=AgentType.CLIENT_AI,
                    answers=(),
                    contact_id=offer.contact_id,
                )
            )
        _log.info("[WORKER] Waiting list offer", organizationId=str(order.organization_id), outcome=outcome)
        return outcome

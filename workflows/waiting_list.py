"""WaitingListWorkflow: who waits for one service on one day; what comes free is offered to one customer at a time.

Each has a while to answer (the slot is held meanwhile); then it is the next one's. Ends when nobody waits any more, or
with the day.
"""

import contextlib
from datetime import UTC, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.sending import SendOutcome
    from activities.waiting_list import PlanWaitingList, SendWaitingOffer, WaitingList
    from domain.ids import TurnId
    from reception.waiting import WaitingOffer, WaitingPlan
    from workflows import contracts, policies
    from workflows.contracts import WaitingListStart
    from workflows.search_attributes import AUZAP_DUE_AT, AUZAP_STATE


@workflow.defn(name=contracts.WAITING_LIST_WORKFLOW)
class WaitingListWorkflow:
    """Offers free time in turn."""

    @workflow.init
    def __init__(self, start: WaitingListStart) -> None:
        self._start = start
        self._changed = False
        self._sent: set[TurnId] = set()

    @workflow.signal(name=contracts.ROW_CHANGED, description="Time came free, or somebody joined, answered or left")
    def row_changed(self) -> None:
        """Look again."""
        self._changed = True

    @workflow.run
    async def run(self, start: WaitingListStart) -> None:
        """Offer, wait for the answer or the deadline, offer on."""
        while True:
            self._changed = False
            plan = await self._plan()
            again = [plan.look_again] if plan.look_again else []
            for offer in plan.offers:
                if offer.turn_id not in self._sent and not await self._send(offer):
                    again.append(workflow.now() + policies.HELD_POLL)
            if not again:
                if self._changed:
                    continue
                return
            due = min(again)
            workflow.set_current_details(
                f"{len(plan.offers)} oferta(s) em aberto; próximo passo {due.astimezone(UTC):%d/%m %H:%M} UTC"
            )
            workflow.upsert_search_attributes(
                [
                    AUZAP_STATE.value_set("offered" if plan.offers else "waiting"),
                    AUZAP_DUE_AT.value_set(due),
                ]
            )
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._changed,
                    timeout=max(due - workflow.now(), timedelta()),
                    timeout_summary="prazo da oferta, ou fim do dia",
                )
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(start)

    async def _plan(self) -> WaitingPlan:
        return await workflow.execute_local_activity_method(
            WaitingList.plan_waiting_list,
            PlanWaitingList(
                organization_id=self._start.organization_id,
                service_id=self._start.service_id,
                day=self._start.day,
                now=workflow.now(),
            ),
            **policies.DATABASE_STEP,
        )

    async def _send(self, offer: WaitingOffer) -> bool:
        """Whether the customer was told, or never will be; False while the shop's number is offline."""
        left = offer.answer_by - workflow.now()
        if left <= timedelta():
            return True
        outcome = await policies.until_too_late(
            workflow.execute_activity_method(
                WaitingList.send_waiting_offer,
                SendWaitingOffer(organization_id=self._start.organization_id, offer=offer),
                start_to_close_timeout=policies.SEND_TIMEOUT,
                heartbeat_timeout=policies.HEARTBEAT,
                schedule_to_close_timeout=left,
                retry_policy=policies.SEND_RETRY,
                summary="oferecer o horário a quem espera",
            )
        )
        if outcome is SendOutcome.HELD:
            return False
        self._sent.add(offer.turn_id)
        return True

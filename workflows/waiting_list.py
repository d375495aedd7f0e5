"""WaitingListWorkflow: who waits for one service on one day; what comes free is offered to one customer at a time.

Each has a while to answer (the slot is held meanwhile); then it is the next one's. Ends when nobody waits any more, or
with the day.
"""

import asyncio
import contextlib
from datetime import UTC, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    import workflows.contracts as contracts
    import workflows.policies as policies
    from activities.sending import SendOutcome
    from activities.waiting_list import PlanWaitingList, SendWaitingOffer, WaitingList
    from domain.ids import TurnId
    from reception.waiting import WaitingOffer, WaitingPlan
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
            try:
                plan = await self._plan()
            except FailureError as error:  # a local activity fails with its own error
                if is_cancelled_exception(error):
                    raise
                workflow.logger.exception("a look at a waiting list failed for good")
                plan = WaitingPlan(look_again=workflow.now() + policies.MENDING_POLL)
            again = [plan.look_again] if plan.look_again else []
            # Together: one that hangs in its provider holds up no other customer's.
            told = await asyncio.gather(*(self._send(o) for o in plan.offers if o.turn_id not in self._sent))
            if not all(told):
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
        """Whether the customer was told, or never will be; False while the shop's number, or its provider, is away."""
        left = offer.answer_by - workflow.now()
        outcome, is_last = None, left <= policies.NOTICE_TRY
        if left <= timedelta():
            return True
        try:
            outcome = await policies.until_too_late(
                workflow.execute_activity_method(
                    WaitingList.send_waiting_offer,
                    SendWaitingOffer(organization_id=self._start.organization_id, offer=offer),
                    start_to_close_timeout=policies.SEND_TIMEOUT,
                    heartbeat_timeout=policies.HEARTBEAT,
                    schedule_to_close_timeout=min(left, policies.NOTICE_TRY),
                    retry_policy=policies.SEND_RETRY,
                    summary="oferecer o horário a quem espera",
                )
            )
        except ActivityError as error:  # an offer that cannot be made does not end the list: the next one is asked
            if is_cancelled_exception(error):
                raise
            workflow.logger.exception("offer of a waiting list failed for good")
            is_last = True
        if outcome is SendOutcome.HELD or (outcome is None and not is_last):
            return False
        self._sent.add(offer.turn_id)
        return True

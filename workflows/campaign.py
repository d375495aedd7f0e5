"""CampaignWorkflow: customers who stayed away are invited one at a time, until the free time is taken.

ordered ─▶ wake ─▶ next invitation ─▶ pace, opening, or the letter's end ─┐
                      ▲    │ taken, stopped, all seen, out of time        │
                      └────│──────────────────────────────────────────────┘
                           └▶ report to the owner ─▶ end
"""

import contextlib
from datetime import UTC, datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    import workflows.contracts as contracts
    import workflows.policies as policies
    from activities.campaigns import Campaigns, FinishCampaign, NextInvitation
    from domain.invitations import CampaignOutcome
    from office.campaigning import CampaignStep
    from workflows.contracts import CampaignStart
    from workflows.search_attributes import AUZAP_DUE_AT, AUZAP_STATE


@workflow.defn(name=contracts.CAMPAIGN_WORKFLOW)
class CampaignWorkflow:
    """Keeps a campaign going; its rows say what is due."""

    @workflow.init
    def __init__(self, start: CampaignStart) -> None:
        self._start = start
        self._changed = False

    @workflow.signal(name=contracts.ROW_CHANGED, description="The campaign was ordered, stopped, or is over")
    def row_changed(self) -> None:
        """Look again."""
        self._changed = True

    @workflow.run
    async def run(self, start: CampaignStart) -> None:
        """Invite, wait, invite on; report at the end."""
        while True:
            self._changed = False
            try:
                step = await self._step()
                if step.outcome is not None:
                    await self._finish(step.outcome)
            except FailureError as error:  # a local activity fails with its own error
                if is_cancelled_exception(error):
                    raise
                workflow.logger.exception("a step of a campaign failed for good")
                step = CampaignStep(look_again=workflow.now() + policies.MENDING_POLL)
            if step.look_again is not None:
                await self._wait(step.look_again)
            elif not self._changed:
                return
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(start)

    async def _step(self) -> CampaignStep:
        return await workflow.execute_local_activity_method(
            Campaigns.next_invitation,
            NextInvitation(
                organization_id=self._start.organization_id,
                campaign_id=self._start.campaign_id,
                now=workflow.now(),
            ),
            **policies.DATABASE_STEP,
        )

    async def _wait(self, until: datetime) -> None:
        """Until then, or until the campaign is stopped."""
        workflow.set_current_details(f"Convites em andamento; próximo passo {until.astimezone(UTC):%d/%m %H:%M} UTC")
        workflow.upsert_search_attributes([AUZAP_STATE.value_set("inviting"), AUZAP_DUE_AT.value_set(until)])
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._changed,
                timeout=max(until - workflow.now(), timedelta()),
                timeout_summary="o próximo convite",
            )

    async def _finish(self, outcome: CampaignOutcome) -> None:
        workflow.set_current_details(f"Convites encerrados: {outcome}")
        await workflow.execute_local_activity_method(
            Campaigns.finish_campaign,
            FinishCampaign(
                organization_id=self._start.organization_id,
                campaign_id=self._start.campaign_id,
                outcome=outcome,
                now=workflow.now(),
            ),
            **policies.DATABASE_STEP,
        )

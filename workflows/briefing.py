"""BriefingWorkflow: a schedule's time has come; what there is to tell is written down, and letters take it from there.

schedule ─▶ read the rows, write one message an owner ─▶ LetterWorkflow of each
"""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    import workflows.contracts as contracts
    import workflows.policies as policies
    from activities.briefing import Briefings, TellOwners
    from workflows.contracts import BriefingStart
    from workflows.search_attributes import SCHEDULED_START


@workflow.defn(name=contracts.BRIEFING_WORKFLOW)
class BriefingWorkflow:
    """Tells the owners one thing, once."""

    @workflow.run
    async def run(self, start: BriefingStart) -> int:
        """Tell of the moment it was due, however late it is by now; how many messages were written."""
        told = await workflow.execute_local_activity_method(
            Briefings.tell_owners,
            TellOwners(organization_id=start.organization_id, briefing=start.briefing, due=_due()),
            **policies.DATABASE_STEP,
        )
        workflow.set_current_details(f"{told} mensagem(ns)" if told else "Nada de novo a dizer")
        return told


def _due() -> datetime:
    """The time that the schedule names; of a run that no schedule started, when it began."""
    return workflow.info().typed_search_attributes.get(SCHEDULED_START) or workflow.now()

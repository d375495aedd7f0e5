"""HandoffWorkflow begins for an operator's order, where nothing runs for the conversation."""

from datetime import UTC, datetime

from temporalio.client import WithStartWorkflowOperation
from temporalio.common import Priority, SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy

from domain.conversation import HandoffReason
from domain.frozen import Frozen
from domain.handoffs import HandoffState
from domain.ids import ConversationId, OrganizationId
from storage.conversations import Execution
from workflows import contracts
from workflows.contracts import Claim, ConversationStart, HandoffStart
from workflows.ids import conversation_workflow_id
from workflows.search_attributes import AUZAP_ORGANIZATION, AUZAP_STATE


def handoff_where_none_runs(
    organization_id: OrganizationId,
    conversation_id: ConversationId,
    execution: Execution,
    reason: HandoffReason,
    *,
    claim: Claim | None = None,
    task_queue: str,
) -> WithStartWorkflowOperation[object, Frozen]:
    """What an update starts: a hand-over that takes the conversation from the AI, or goes on with its open row.

    It is told the `claim`, too: the update of a caller who gave up is forgotten, and then nobody would have it.
    """
    return WithStartWorkflowOperation(
        contracts.HANDOFF_WORKFLOW,
        HandoffStart(
            conversation=ConversationStart(
                organization_id=organization_id,
                instance_id=execution.instance_id,
                conversation_key=execution.key,
                settle_seconds=execution.settle_seconds,
            ),
            conversation_id=conversation_id,
            reason=reason,
            since=datetime.now(UTC),
            claim=claim,
        ),
        id=conversation_workflow_id(execution.key),
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary="Conversa no WhatsApp",
        priority=Priority(fairness_key=str(organization_id)),
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(AUZAP_ORGANIZATION, str(organization_id)),
                SearchAttributePair(AUZAP_STATE, HandoffState.WAITING.value),
            ]
        ),
    )

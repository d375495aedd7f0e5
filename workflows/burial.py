"""The last step of a conversation's run that failed: nothing that wants an answer is lost."""

from collections.abc import Callable

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.burying import Bury, Burying
    from domain.events import InboundMessage
    from workflows import policies
    from workflows.contracts import ConversationStart


async def bury(
    conversation: ConversationStart, unanswered: Callable[[], tuple[InboundMessage, ...]], error: Exception
) -> ApplicationError:
    """Keep everything that is not answered as a dead letter, also what arrives while it is written; what to raise."""
    cause = error.cause if isinstance(error, ActivityError) and error.cause else error
    kind = cause.type if isinstance(cause, ApplicationError) and cause.type else type(cause).__name__
    kept: tuple[InboundMessage, ...] | None = None
    while kept is None or len(kept) != len(unanswered()):
        kept = unanswered()
        await workflow.execute_local_activity_method(
            Burying.bury,
            Bury(
                organization_id=conversation.organization_id,
                instance_id=conversation.instance_id,
                messages=kept,
                error=f"{kind}: {cause}",
            ),
            **policies.DATABASE_STEP,
        )
    return ApplicationError("the messages are kept as a dead letter", type="DeadLetter", non_retryable=True)

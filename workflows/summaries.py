"""Every step says in the Web UI what it does, in Portuguese: of local activities it shows no more than a number.

Summaries are not encrypted: what is said here is the same for every shop and customer.
"""

from temporalio import workflow
from temporalio.worker import (
    Interceptor,
    StartActivityInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

with workflow.unsafe.imports_passed_through():
    from domain.stuck import step_in_words


class Summaries(Interceptor):
    """Registered with every worker; a summary that a workflow gives itself stays. Replays do not compare summaries."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        """For each execution."""
        return _Inbound


class _Inbound(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        """Take part in what the workflow starts."""
        super().init(_Outbound(outbound))


class _Outbound(WorkflowOutboundInterceptor):
    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[object]:
        """With what it does."""
        input.summary = input.summary or step_in_words(input.activity)
        return super().start_activity(input)

    def start_local_activity(self, input: StartLocalActivityInput) -> workflow.ActivityHandle[object]:
        """With what it does."""
        input.summary = input.summary or step_in_words(input.activity)
        return super().start_local_activity(input)

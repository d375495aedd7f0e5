"""What a conversation's workflow answers an operator whose wish it cannot fulfil; each refusal leaves no history."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.ids import OperatorId

ALREADY_CLAIMED = "AlreadyClaimed"
"""Somebody else has it; the error's first detail is that operator's id."""
BEING_GIVEN_BACK = "BeingGivenBack"
"""It goes back to the AI in this moment."""


def already_claimed(operator_id: OperatorId | None) -> ApplicationError:
    """Another operator has the conversation."""
    return ApplicationError("another operator has it", str(operator_id), type=ALREADY_CLAIMED, non_retryable=True)


def being_given_back() -> ApplicationError:
    """The hand-over ends."""
    return ApplicationError("it is being given back", type=BEING_GIVEN_BACK, non_retryable=True)

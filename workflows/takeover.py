"""A conversation goes over from MessageWorkflow to HandoffWorkflow: same id, nothing left behind."""

from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.events import InboundMessage, ShopMessageSeen
    from domain.texts import remembered
    from workflows import contracts, policies
    from workflows.contracts import Claim, HandoffStart
    from workflows.recording import record


async def go_on_as_handoff(
    handoff: HandoffStart,
    *,
    inbox: list[InboundMessage],
    phone: Sequence[ShopMessageSeen],
    claim: Callable[[], Claim | None],
    stored: Callable[[Sequence[InboundMessage]], object],
) -> NoReturn:
    """Continue as HandoffWorkflow with what arrived meanwhile; where that is much, stored first, and told to `stored`.

    `inbox` and `phone` are the workflow's own, and may grow until the run ends; `claim` is asked at its end.
    """
    conversation = handoff.conversation
    while sum(len(message.text) + 500 for message in inbox) > policies.CARRIED_CHARACTERS:
        batch = sorted(inbox, key=lambda message: message.sent_at)
        inbox.clear()
        stored(batch)
        await record(conversation, batch)
        unanswered = (*handoff.unanswered, *shortened(batch))[-policies.REMEMBERED :]
        handoff = handoff.model_copy(update={"unanswered": unanswered})
    await workflow.wait_condition(workflow.all_handlers_finished)
    carried = {
        "conversation": conversation.model_copy(update={"pending": tuple(inbox)}),
        "phone_messages": tuple(phone),
        "claim": claim(),
    }
    workflow.continue_as_new(args=[handoff.model_copy(update=carried)], workflow=contracts.HANDOFF_WORKFLOW)


def shortened(messages: Iterable[InboundMessage]) -> tuple[InboundMessage, ...]:
    """Stored messages as a run's argument carries them."""
    return tuple(message.model_copy(update={"text": remembered(message.text)}) for message in messages)

"""What was written goes into the database: by the customer, or on the shop's phone."""

from collections.abc import Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.handing_over import HandingOver, Kept, PhoneTakeover, TypedOnPhone, Waiting
    from domain.events import InboundMessage, ShopMessageSeen
    from domain.ids import ConversationId
    from workflows import policies
    from workflows.contracts import ConversationStart


async def record(conversation: ConversationStart, messages: Sequence[InboundMessage]) -> Kept | ConversationId:
    """Store messages that the AI does not answer now."""
    return await workflow.execute_local_activity_method(
        HandingOver.record_while_waiting,
        Waiting(
            organization_id=conversation.organization_id,
            instance_id=conversation.instance_id,
            conversation_key=conversation.conversation_key,
            messages=tuple(messages),
        ),
        **policies.DATABASE_STEP,
    )


async def record_from_phone(
    conversation: ConversationStart, seen: ShopMessageSeen, before: Sequence[InboundMessage] = ()
) -> PhoneTakeover:
    """Store what somebody typed on the shop's phone, and first what it answers and is not stored yet."""
    return await workflow.execute_local_activity_method(
        HandingOver.record_phone_message,
        TypedOnPhone(
            organization_id=conversation.organization_id,
            instance_id=conversation.instance_id,
            conversation_key=conversation.conversation_key,
            seen=seen,
            before=tuple(before),
        ),
        **policies.DATABASE_STEP,
    )

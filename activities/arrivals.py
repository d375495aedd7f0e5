"""What happens to every message before anything else: whose it is, and its row in the database."""

from dataclasses import dataclass

from domain.addresses import Address, AddressKind
from domain.conversation import Audience, Conversation, Sender
from domain.events import InboundMessage
from domain.ids import InstanceId, OrganizationId
from domain.opting_out import InvitationWish, last_wish
from storage import contacts, conversations, inbound, owners
from storage.database import Connection
from storage.inbound import Recorded


@dataclass(frozen=True)
class Arrival:
    """Messages stored in their conversation."""

    conversation: Conversation
    recorded: list[Recorded]


async def take_in(
    tenant: Connection,
    organization_id: OrganizationId,
    instance_id: InstanceId,
    conversation_key: str,
    messages: tuple[InboundMessage, ...],
) -> Arrival:
    """Detect the owner, upsert contact and conversation, store the messages, and heed a plain word on invitations.

    A second run finds all rows.
    """
    addresses = tuple({str(a): a for m in messages for a in m.addresses}.values())
    name = next((m.push_name for m in reversed(messages) if m.push_name), None)
    conversation = await conversation_with(tenant, organization_id, instance_id, conversation_key, addresses, name)
    sender = Sender.OWNER if conversation.audience is Audience.OWNER else Sender.CUSTOMER
    recorded = await inbound.record(tenant, organization_id, conversation.id, instance_id, messages, sender)
    if sender is Sender.CUSTOMER:
        wish = last_wish([one.message.text for one in recorded if one.handled_as is None])
        if wish is not None:  # whoever answers, nobody at all, or a person: it counts from now on
            await contacts.set_opted_out(tenant, conversation.contact_id, wish is InvitationWish.NONE)
    return Arrival(conversation, recorded)


async def conversation_with(
    tenant: Connection,
    organization_id: OrganizationId,
    instance_id: InstanceId,
    conversation_key: str,
    addresses: tuple[Address, ...],
    name: str | None = None,
) -> Conversation:
    """The conversation of whoever has these addresses: an owner's, when one of them is an active owner number."""
    contact_id = await contacts.upsert(tenant, organization_id, addresses, name)
    phones = [a.value for a in addresses if a.kind is AddressKind.PHONE]
    if not phones:
        phones = await contacts.phones_of(tenant, contact_id)
    owner = await owners.find(tenant, phones)
    return await conversations.upsert(
        tenant,
        organization_id,
        contact_id=contact_id,
        instance_id=instance_id,
        audience=Audience.OWNER if owner else Audience.CUSTOMER,
        conversation_key=conversation_key,
    )

"""Where an owner is written to unasked: their conversation with the shop, or a first one."""

from uuid import uuid4

from domain.addresses import Address, AddressKind
from domain.conversation import Audience
from domain.ids import OrganizationId
from domain.instances import InstanceKind
from domain.owners import OwnerNumber
from storage import contacts, conversations, instances
from storage.conversations import Reach
from storage.database import Connection


async def owner_reach(tenant: Connection, organization_id: OrganizationId, owner: OwnerNumber) -> Reach | None:
    """The owner's conversation and address; None while the shop has no number in service.

    An owner who never wrote gets a conversation now, under a key of chance: whatever they write later joins it. A
    second run finds it.
    """
    contact_id = await contacts.upsert(
        tenant, organization_id, (Address(kind=AddressKind.PHONE, value=owner.phone),), owner.name
    )
    known = await conversations.reach(tenant, contact_id, audience=Audience.OWNER)
    if known is not None:
        return known
    number = await instances.first_in_service(tenant)
    if number is None:
        return None
    instance_id, kind = number
    conversation = await conversations.upsert(
        tenant,
        organization_id,
        contact_id=contact_id,
        instance_id=instance_id,
        audience=Audience.OWNER,
        conversation_key=uuid4().hex,
    )
    address = owner.phone if kind is InstanceKind.CLOUD else f"{owner.phone}@s.whatsapp.net"
    return Reach(conversation_id=conversation.id, instance_id=instance_id, address=address)

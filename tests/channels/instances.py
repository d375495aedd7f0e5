"""WhatsApp instances of the sender tests."""

from uuid import UUID

from pydantic import SecretStr

from domain.ids import InstanceId, OrganizationId
from domain.instances import InstanceKind, WhatsAppInstance

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
"""What begins as a picture does; the rest would not survive being taken for text."""


def instance(
    kind: InstanceKind, base_url: str, *, external_id: str = "petshop", token: str = "evolution-key"
) -> WhatsAppInstance:
    """An instance whose provider is at `base_url`."""
    return WhatsAppInstance(
        id=InstanceId(UUID(int=1)),
        organization_id=OrganizationId(UUID(int=2)),
        kind=kind,
        webhook_key="webhook-key",
        external_id=external_id,
        base_url=base_url,
        api_token=SecretStr(token),
        webhook_token=SecretStr("webhook-token"),
    )

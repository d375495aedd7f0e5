"""What operators have to know."""

from domain.ids import ConversationId, OrganizationId
from storage.database import Connection


async def raise_alert(
    tenant: Connection,
    organization_id: OrganizationId,
    *,
    kind: str,
    detail: str,
    fingerprint: str,
    conversation_id: ConversationId | None = None,
) -> bool:
    """Tell the operators, once per fingerprint; whether this was the first time."""
    done = await tenant.execute(
        """insert into alerts (organization_id, kind, detail, fingerprint, conversation_id) values ($1, $2, $3, $4, $5)
           on conflict (organization_id, kind, fingerprint) do nothing""",
        organization_id,
        kind,
        detail[:2_000],
        fingerprint[:255],
        conversation_id,
    )
    return done == "INSERT 0 1"

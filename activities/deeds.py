"""What operators do in conversations, noted in the audit log in the transaction of the deed."""

from domain.deeds import COMMAND_LINE, DeedKind
from domain.ids import ConversationId, DeedId, OperatorId, OrganizationId
from domain.operators import Operator
from storage import audit, operators
from storage.audit import ActorKind
from storage.database import Connection


async def note_deed(
    tenant: Connection,
    organization_id: OrganizationId,
    conversation_id: ConversationId,
    kind: DeedKind,
    deed_id: DeedId,
    *,
    operator_id: OperatorId | None,
    to: OperatorId | None = None,
) -> Operator | None:
    """An operator did that, or, without one, somebody at the command line; `to` is whom it concerns besides.

    Idempotent by the deed's id. Who it was is given back.
    """
    who = await operators.find(tenant, operator_id) if operator_id is not None else None
    whom = await operators.find(tenant, to) if to is not None else None
    await audit.record(
        tenant,
        organization_id,
        actor_kind=ActorKind.OPERATOR,
        actor=who.name if who else COMMAND_LINE,
        action=kind,
        subject=f"conversation/{conversation_id}",
        before={},
        after={"operator": whom.name} if whom else {},
        operator_id=who.id if who else None,
        deed_id=deed_id,
    )
    return who

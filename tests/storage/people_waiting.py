"""Rows for the tests of the lists: customers who wrote at some moment, hand-overs with their deadlines, alerts."""

import uuid
from datetime import UTC, datetime, timedelta

from domain.alerts import AlertKind
from domain.conversation import Audience, HandoffReason
from domain.handoffs import Deadline, DueKind, HandoffState
from domain.ids import OperatorId
from storage import alerts, conversations, handoffs
from storage.database import Connection
from tests.shops import Shop
from tests.storage.rows import Customer, customer, phone

NOW = datetime.now(UTC)
MINUTE = timedelta(minutes=1)


async def somebody(
    tenant: Connection,
    shop: Shop,
    number: int,
    *,
    name: str | None = None,
    at: datetime | None = NOW,
    audience: Audience = Audience.CUSTOMER,
) -> Customer:
    """A customer whose conversation was last spoken in at that moment; None: never."""
    made = await customer(tenant, shop, phone(number), audience=audience)
    await tenant.execute("update contacts set name = $2 where id = $1", made.contact_id, name)
    await tenant.execute("update conversations set last_message_at = $2 where id = $1", made.conversation_id, at)
    return made


async def waits(
    tenant: Connection,
    of: Customer,
    due: tuple[DueKind, timedelta] | None,
    *,
    since: timedelta = timedelta(0),
    claimed_by: OperatorId | None = None,
    state: HandoffState | None = None,
    now: datetime = NOW,
) -> None:
    """The customer has a hand-over whose next deadline is so far from now; waits since so long ago."""
    await conversations.hand_over(tenant, of.conversation_id, HandoffReason.ASKED_BY_MODEL, "quer um desconto")
    found = await handoffs.find_open(tenant, of.conversation_id)
    assert found is not None
    is_claimed = claimed_by is not None or state is HandoffState.CLAIMED
    await handoffs.note_standing(
        tenant,
        found.id,
        state=HandoffState.CLAIMED if is_claimed else HandoffState.WAITING,
        operator_id=claimed_by,
        waiting_since=None if is_claimed else now - since,
        due=Deadline(kind=due[0], at=now + due[1]) if due else None,
    )


async def tell(tenant: Connection, shop: Shop, of: Customer, kind: AlertKind = AlertKind.STILL_WAITING) -> None:
    """The team is told that the customer waits too long."""
    await alerts.raise_alert(
        tenant,
        shop.organization_id,
        kind=kind,
        detail="espera",
        fingerprint=uuid.uuid4().hex,
        conversation_id=of.conversation_id,
    )

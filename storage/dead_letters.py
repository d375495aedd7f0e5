"""Dead letters: what could not be handled, kept whole until somebody sends it on its way again."""

from enum import StrEnum
from uuid import UUID

import asyncpg
from pydantic import AwareDatetime

from domain.frozen import Frozen
from domain.ids import ConversationId, DeadLetterId, InstanceId, OrganizationId
from storage.conversations import lateral_of_key
from storage.database import Connection


class DeadLetterSource(StrEnum):
    """Where a letter died."""

    WEBHOOK = "webhook"
    MESSAGE_WORKFLOW = "message_workflow"

    @property
    def portuguese(self) -> str:
        """As operators read it."""
        return "o que não deu para ler" if self is DeadLetterSource.WEBHOOK else "o que não pôde ser respondido"


class DeadLetter(Frozen):
    """A row of `dead_letters`; `payload` is JSON: of a webhook the event as it came, of a workflow its messages."""

    id: DeadLetterId
    instance_id: InstanceId
    source: DeadLetterSource
    workflow_id: str | None
    payload: str
    error: str
    created_at: AwareDatetime


async def bury(
    tenant: Connection,
    organization_id: OrganizationId,
    instance_id: InstanceId,
    *,
    source: DeadLetterSource,
    fingerprint: str,
    payload: str,
    error: str,
    workflow_id: str | None = None,
    run_id: str | None = None,
) -> None:
    """Keep a letter. Idempotent by (instance, fingerprint); one that was redriven and died again waits again."""
    await tenant.execute(
        """insert into dead_letters
               (organization_id, whatsapp_instance_id, source, fingerprint, payload, error, workflow_id, run_id)
           values ($1, $2, $3, $4, $5, $6, $7, $8)
           on conflict (whatsapp_instance_id, fingerprint) do update set
               payload = excluded.payload, error = excluded.error, redriven_at = null""",
        organization_id,
        instance_id,
        source,
        fingerprint,
        payload,
        error[:4_000],
        workflow_id,
        run_id,
    )


async def listed(tenant: Connection, *, include_redriven: bool = False) -> list[asyncpg.Record]:
    """The letters, newest first: id, source, error, created_at, redriven_at, workflow_id."""
    return list(
        await tenant.fetch(
            """select id, source, error, created_at, redriven_at, workflow_id from dead_letters
               where $1 or redriven_at is null order by created_at desc limit 500""",
            include_redriven,
        )
    )


class WaitingLetter(Frozen):
    """A letter that nobody has sent on yet, and whose conversation it is of, where that is known."""

    id: DeadLetterId
    source: DeadLetterSource
    error: str
    created_at: AwareDatetime
    conversation_id: ConversationId | None
    customer: str | None


async def waiting(tenant: Connection, limit: int = 100) -> list[WaitingLetter]:
    """The letters that were not redriven yet, newest first."""
    of_key = lateral_of_key("case when d.workflow_id like 'conversation/%' then split_part(d.workflow_id, '/', 2) end")
    rows = await tenant.fetch(
        f"""select d.id, d.source, d.error, d.created_at, c.id conversation_id, ct.name customer
            from dead_letters d left join {of_key} c on true left join contacts ct on ct.id = c.contact_id
            where d.redriven_at is null order by d.created_at desc limit $1""",
        limit,
    )
    return [WaitingLetter.model_validate(dict(row)) for row in rows]


async def get(tenant: Connection, letter_id: UUID) -> tuple[DeadLetter, bool] | None:
    """A letter and whether it was sent on its way already; locked until the transaction ends."""
    row = await tenant.fetchrow(
        """select id, whatsapp_instance_id, source, workflow_id, payload, error, created_at, redriven_at
           from dead_letters where id = $1 for update""",
        letter_id,
    )
    if row is None:
        return None
    letter = DeadLetter(
        id=DeadLetterId(row["id"]),
        instance_id=InstanceId(row["whatsapp_instance_id"]),
        source=DeadLetterSource(row["source"]),
        workflow_id=row["workflow_id"],
        payload=row["payload"],
        error=row["error"],
        created_at=row["created_at"],
    )
    return letter, row["redriven_at"] is not None


async def mark_redriven(tenant: Connection, letter_id: DeadLetterId) -> None:
    """It is on its way again."""
    await tenant.execute("update dead_letters set redriven_at = now() where id = $1", letter_id)

"""Ten thousand conversations that people have at once: what they leave in the worker's memory."""

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.client import Client

from bench.figures import Target
from bench.running import fresh_engine
from dev.parts import Part
from dev.terminal import Report
from domain.conversation import HandoffReason
from domain.ids import ConversationId
from domain.instances import WhatsAppInstance
from storage.database import Database
from temporal import DATA_CONVERTER
from workflows import contracts
from workflows.contracts import ConversationStart, HandoffStart
from workflows.ids import TASK_QUEUE, conversation_workflow_id

MEMORY_LIMIT = 1.2
"""How many times its size at rest the worker's memory may be."""

MANY, MANY_QUICK = 10_000, 500

_AT_ONCE = 20
_REST = 30.0
"""Seconds after which the worker has nothing under way, and has given back what it needed only then."""
_SEEDED = """
with made as (
    insert into contacts (organization_id, phone, name)
    select $1, '55119' || lpad((70000000 + n)::text, 8, '0'), 'Cliente ' || n from generate_series(1, $3::int) n
    returning id)
insert into conversations (organization_id, contact_id, whatsapp_instance_id, audience, conversation_key, status,
    handoff_reason, handoff_since, last_message_at)
select $1, id, $2, 'customer', replace(gen_random_uuid()::text, '-', ''), 'waiting_human', 'asked_by_model', now(),
    now()
from made returning id, conversation_key
"""


@dataclass(frozen=True)
class HandoverFigures:
    """The worker's resident memory in MB, at rest after some messages and with so many hand-overs open."""

    open_handovers: int
    seconds_to_open: float
    worker_at_rest: float
    worker_with_all: float

    @property
    def target(self) -> Target:
        """The promise: how many times its size at rest the worker may be."""
        return Target(
            "the worker's memory, to its size at rest",
            round(self.worker_with_all / self.worker_at_rest, 3),
            MEMORY_LIMIT,
            "times",
        )


async def measure_handovers(count: int, report: Report) -> HandoverFigures:
    """Open `count` hand-overs on a fresh stack, each with its deadlines and its summary, and look at the worker."""
    async with fresh_engine(lasting=False, report=report) as engine:
        report.progress("Warming up…")
        await engine.customers.paced(engine.customers.new_phones(100), per_second=10)
        await asyncio.sleep(_REST)
        at_rest = engine.meter.megabytes()[Part.WORKER]
        urls = engine.stack.urls
        temporal = await Client.connect(urls.temporal_address, data_converter=DATA_CONVERTER)
        assert urls.database is not None, "the stack runs its own Postgres"
        database = await Database.connect(urls.database, max_size=4)
        began = time.monotonic()
        await _open(temporal, database, engine.instance, count, report.progress)
        seconds = time.monotonic() - began
        await asyncio.sleep(_REST)
        await database.close()
        return HandoverFigures(count, round(seconds, 1), at_rest, engine.meter.megabytes()[Part.WORKER])


async def _open(
    temporal: Client, database: Database, instance: WhatsAppInstance, count: int, progress: Callable[[str], None]
) -> None:
    """Conversations that wait, each with its execution; until every one has noted its deadline and its summary."""
    async with database.tenant(instance.organization_id) as tenant:
        waiting = await tenant.fetch(_SEEDED, instance.organization_id, instance.id, count)
    slots = asyncio.Semaphore(_AT_ONCE)

    async def begin(conversation_id: uuid.UUID, key: str) -> None:
        async with slots:
            await temporal.start_workflow(
                contracts.HANDOFF_WORKFLOW,
                HandoffStart(
                    conversation=ConversationStart(
                        organization_id=instance.organization_id, instance_id=instance.id, conversation_key=key
                    ),
                    conversation_id=ConversationId(conversation_id),
                    reason=HandoffReason.ASKED_BY_MODEL,
                    since=datetime.now(UTC),
                ),
                id=conversation_workflow_id(key),
                task_queue=TASK_QUEUE,
            )

    for first in range(0, count, 500):
        await asyncio.gather(*(begin(row["id"], row["conversation_key"]) for row in waiting[first : first + 500]))
        while (done := await _begun(database, instance)) < min(first + 500, count):
            progress(f"Hand-overs open: {done} of {count}…")
            await asyncio.sleep(0.5)


async def _begun(database: Database, instance: WhatsAppInstance) -> int:
    async with database.tenant(instance.organization_id) as tenant:
        done: int = await tenant.fetchval(
            "select count(*) from handoffs where due_at is not null and summary is not null and ended_at is null"
        )
    return done

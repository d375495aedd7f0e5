"""The last resort: a dead letter, so that a message that could not be handled is still there tomorrow."""

import structlog
from pydantic import TypeAdapter
from temporalio import activity

from activities.errors import engine_errors
from domain.alerts import AlertKind
from domain.events import InboundMessage
from domain.frozen import Frozen
from domain.ids import InstanceId, OrganizationId
from storage import alerts, dead_letters
from storage.database import Database
from storage.dead_letters import DeadLetterSource

_log = structlog.get_logger()
_MESSAGES = TypeAdapter(tuple[InboundMessage, ...])


class Bury(Frozen):
    """Messages that a workflow failed on, and why."""

    organization_id: OrganizationId
    instance_id: InstanceId
    messages: tuple[InboundMessage, ...]
    error: str


def payload_of(messages: tuple[InboundMessage, ...]) -> str:
    """The payload of a workflow's dead letter."""
    return _MESSAGES.dump_json(messages).decode()


def messages_in(payload: str) -> tuple[InboundMessage, ...]:
    """The messages in a workflow's dead letter."""
    return _MESSAGES.validate_json(payload)


class Burying:
    """The activity that keeps dead letters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def bury(self, order: Bury) -> None:
        """Keep the messages as a dead letter and alert. Idempotent by workflow run: the last report stays."""
        info = activity.info()
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            await dead_letters.bury(
                tenant,
                order.organization_id,
                order.instance_id,
                source=DeadLetterSource.MESSAGE_WORKFLOW,
                fingerprint=info.workflow_run_id or info.activity_id,
                payload=payload_of(order.messages),
                error=order.error,
                workflow_id=info.workflow_id,
                run_id=info.workflow_run_id,
            )
            await alerts.raise_alert(
                tenant,
                order.organization_id,
                kind=AlertKind.DEAD_LETTER,
                detail=order.error,
                fingerprint=info.workflow_run_id or info.activity_id,
            )
        _log.error("[WORKER] Dead letter", organizationId=str(order.organization_id), error=order.error)

"""Events of a channel made durable: messages in Temporal, statuses in Postgres, the unreadable as dead letters."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import assert_never
from weakref import WeakValueDictionary

import structlog
from pydantic import Field
from temporalio.client import Client
from temporalio.common import Priority, SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from domain.addresses import Address, conversation_key, message_key
from domain.errors import AuZapError, StorageUnavailable
from domain.events import (
    ChannelEvent,
    ConnectionChanged,
    ConnectionState,
    Ignored,
    IgnoreReason,
    InboundMessage,
    Malformed,
    MessageReceived,
    ShopMessageSeen,
    StatusChanged,
)
from domain.frozen import Frozen
from domain.ids import InstanceId
from domain.instances import WhatsAppInstance
from domain.texts import LONGEST_MESSAGE
from storage import conversations, dead_letters, outbox
from storage.database import Database
from storage.dead_letters import DeadLetterSource
from storage.instances import Instances
from workflows import contracts
from workflows.contracts import ConversationStart
from workflows.ids import TASK_QUEUE, conversation_workflow_id
from workflows.search_attributes import AUZAP_MESSAGES, AUZAP_ORGANIZATION, AUZAP_STATE

_log = structlog.get_logger()

_TEMPORAL_SECONDS = 5.0
"""How long Temporal is waited for; the SDK alone would try for ten, and providers give up on us after thirty."""


class TemporalUnavailable(AuZapError):
    """Temporal did not take an event; the provider has to bring it again."""


class Receipt(Frozen):
    """What became of a body's events: durable, deliberately ignored (by reason), or kept as dead letters."""

    accepted: int = 0
    ignored: dict[str, int] = Field(default_factory=dict)
    kept: int = 0


class Intake:
    """Takes events in: those of a conversation in the order of the calls, different conversations side by side."""

    def __init__(
        self, database: Database, instances: Instances, temporal: Client, id_secret: bytes, task_queue: str = TASK_QUEUE
    ) -> None:
        self._database = database
        self._instances = instances
        self._temporal = temporal
        self._id_secret = id_secret
        self._task_queue = task_queue
        self._turns: WeakValueDictionary[tuple[InstanceId, str], asyncio.Lock] = WeakValueDictionary()

    async def take(self, instance: WhatsAppInstance, events: Sequence[ChannelEvent]) -> Receipt:
        """Make every event durable.

        Raises `StorageUnavailable` or `TemporalUnavailable`: then the body has to come again, and what was taken of it
        is recognised.
        """
        by_person: dict[str, list[ChannelEvent]] = {}
        for number, event in enumerate(events):
            by_person.setdefault(_person(event) or f"event {number}", []).append(event)
        done = await asyncio.gather(
            *(self._take_in_order(instance, whose, of_one) for whose, of_one in by_person.items()),
            return_exceptions=True,
        )
        for result in done:
            if isinstance(result, BaseException):
                raise result
        what = Counter(word for result in done if not isinstance(result, BaseException) for word in result)
        accepted, kept = what.pop("accepted", 0), what.pop("kept", 0)
        _log.info(
            "[BAILEYS] Webhook taken",
            organizationId=str(instance.organization_id),
            instanceId=str(instance.id),
            accepted=accepted,
            kept=kept,
            ignored=what.total(),
        )
        return Receipt(accepted=accepted, kept=kept, ignored=dict(what))

    async def _take_in_order(self, instance: WhatsAppInstance, whose: str, events: Sequence[ChannelEvent]) -> list[str]:
        """The events of one person, after those of that person that came before."""
        lock = self._turns.setdefault((instance.id, whose), asyncio.Lock())
        async with lock:
            return [await self._take_guarded(instance, event) for event in events]

    async def _take_guarded(self, instance: WhatsAppInstance, event: ChannelEvent) -> str:
        """As `_take_one`; an event that fails as no other does is kept: repeating it would not help."""
        try:
            return await self._take_one(instance, event)
        except (StorageUnavailable, TemporalUnavailable):
            raise
        except Exception as error:
            _log.exception("[BAILEYS] Event failed", organizationId=str(instance.organization_id))
            await self._bury(instance, Malformed(problem=type(error).__name__, payload=event.model_dump_json()))
            return "kept"

    async def _take_one(self, instance: WhatsAppInstance, event: ChannelEvent) -> str:
        """One event; "accepted", "kept", or the reason it was ignored for."""
        match event:
            case MessageReceived(message=message):
                key = await self._key(instance, message.addresses)
                whole = message.model_copy(update={"text": message.text[:LONGEST_MESSAGE]})
                await self._signal_with_start(instance, key, contracts.MESSAGE_RECEIVED, whole)
            case ShopMessageSeen():
                async with self._database.tenant(instance.organization_id) as tenant:
                    ours = await outbox.claim_echo(tenant, instance.id, event)
                if ours:
                    return self._ignore(instance, IgnoreReason.OWN_ECHO)
                key = await self._key(instance, event.addresses)
                await self._signal_with_start(instance, key, contracts.ANSWERED_BY_PHONE, event)
            case StatusChanged():
                async with self._database.tenant(instance.organization_id) as tenant:
                    await outbox.apply_status(tenant, instance.organization_id, instance.id, event)
            case ConnectionChanged(state=state):
                await self._connection(instance, state)
            case Ignored(reason=reason):
                return self._ignore(instance, reason)
            case Malformed():
                await self._bury(instance, event)
                return "kept"
            case _:
                assert_never(event)
        return "accepted"

    async def _key(self, instance: WhatsAppInstance, addresses: tuple[Address, ...]) -> str:
        """The conversation's key: the one it runs under already, else made from its first address.

        Without the database the address alone decides: the message is taken all the same.
        """
        try:
            async with self._database.tenant(instance.organization_id) as tenant:
                known = await conversations.key_of(tenant, instance.id, addresses)
        except StorageUnavailable:
            _log.warning(
                "[WORKER] Database away, key made from the address", organizationId=str(instance.organization_id)
            )
            known = None
        return known or conversation_key(self._id_secret, instance.id, addresses[0])

    async def _signal_with_start(
        self, instance: WhatsAppInstance, key: str, signal: str, message: InboundMessage | ShopMessageSeen
    ) -> None:
        async with _durably():
            await self._temporal.start_workflow(
                contracts.MESSAGE_WORKFLOW,
                ConversationStart(
                    organization_id=instance.organization_id,
                    instance_id=instance.id,
                    conversation_key=key,
                    settle_seconds=instance.settle_seconds,
                ),
                id=conversation_workflow_id(key),
                task_queue=self._task_queue,
                start_signal=signal,
                start_signal_args=[message],
                static_summary="Conversa no WhatsApp",
                priority=Priority(fairness_key=str(instance.organization_id)),
                search_attributes=TypedSearchAttributes(
                    [
                        SearchAttributePair(AUZAP_ORGANIZATION, str(instance.organization_id)),
                        SearchAttributePair(AUZAP_STATE, "active"),
                        SearchAttributePair(
                            AUZAP_MESSAGES, [message_key(self._id_secret, instance.id, message.provider_message_id)]
                        ),
                    ]
                ),
            )

    async def _connection(self, instance: WhatsAppInstance, state: ConnectionState) -> None:
        """Note it; when the number is back, wake the replies that wait for it."""
        async with self._database.tenant(instance.organization_id) as tenant:
            await self._instances.set_connection(tenant, instance.id, state)
            held = await outbox.held_conversations(tenant, instance.id) if state is ConnectionState.OPEN else []
        _log.info(
            "[BAILEYS] Connection changed",
            organizationId=str(instance.organization_id),
            instanceId=str(instance.id),
            state=state,
            held=len(held),
        )
        for key in held:
            async with _durably(gone_is_fine=True):
                await self._temporal.get_workflow_handle(conversation_workflow_id(key)).signal(
                    contracts.INSTANCE_CONNECTED
                )

    async def _bury(self, instance: WhatsAppInstance, event: Malformed) -> None:
        async with self._database.tenant(instance.organization_id) as tenant:
            await dead_letters.bury(
                tenant,
                instance.organization_id,
                instance.id,
                source=DeadLetterSource.WEBHOOK,
                fingerprint=hashlib.sha256(event.payload.encode()).hexdigest(),
                payload=event.payload,
                error=event.problem,
            )
        _log.error(
            "[BAILEYS] Unreadable event kept as a dead letter",
            organizationId=str(instance.organization_id),
            instanceId=str(instance.id),
            problem=event.problem,
        )

    def _ignore(self, instance: WhatsAppInstance, reason: IgnoreReason) -> str:
        _log.info(
            "[BAILEYS] Event ignored",
            organizationId=str(instance.organization_id),
            instanceId=str(instance.id),
            reason=reason,
        )
        return reason.value

    async def redrive(self, instance: WhatsAppInstance, key: str, messages: Sequence[InboundMessage]) -> None:
        """Send messages of a dead letter on their way again; those that were answered meanwhile are recognised."""
        for message in messages:
            await self._signal_with_start(instance, key, contracts.MESSAGE_RECEIVED, message)


def _person(event: ChannelEvent) -> str | None:
    """Whose conversation the event belongs to, if it belongs to one."""
    match event:
        case MessageReceived(message=message):
            return str(message.addresses[0])
        case ShopMessageSeen(addresses=addresses):
            return str(addresses[0])
        case _:
            return None


@asynccontextmanager
async def _durably(*, gone_is_fine: bool = False) -> AsyncIterator[None]:
    """Around a call of Temporal: raises `TemporalUnavailable` unless it was taken.

    A call that was given up may have been taken all the same; then the repetition is recognised by the message's id.
    """
    try:
        async with asyncio.timeout(_TEMPORAL_SECONDS):
            yield
    except TimeoutError as error:
        raise TemporalUnavailable("Temporal did not answer in time") from error
    except RPCError as error:
        if not (gone_is_fine and error.status is RPCStatusCode.NOT_FOUND):
            raise TemporalUnavailable(f"Temporal: {error.status.name}") from error
    except RuntimeError as error:  # the first connection of a lazy client; the SDK has no type of its own for it
        raise TemporalUnavailable(f"Temporal: {error}") from error

"""The reply goes out: a row before it is a message, sent once, looked for before it is sent again."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

import structlog
from temporalio import activity

from activities.errors import engine_errors
from activities.heartbeats import heartbeats
from channels.port import Outbound, OutboundImage, OutboundText
from channels.registry import Channels
from domain.alerts import AlertKind
from domain.charts import Chart
from domain.conversation import AgentType, HandledAs, Sender
from domain.errors import ChannelDisconnected, ChannelRefused, ChannelUnavailable, PictureNotDrawn
from domain.events import DeliveryStatus
from domain.frozen import Frozen
from domain.ids import ContactId, ConversationId, InstanceId, MessageId, OrganizationId, TurnId
from domain.instances import WhatsAppInstance
from domain.texts import split_for_channel
from pictures.drawing import MIMETYPE, ChildDrawing, Drawing
from storage import alerts, inbound, outbox
from storage.database import Database
from storage.instances import Instances
from storage.outbox import OutboundMessage

_log = structlog.get_logger()

_CLOCK_SKEW = timedelta(minutes=2)
"""How far the channel's clock may be behind ours when a send is looked for."""


class SendReply(Frozen):
    """A reply to one address; `answers` are the inbound messages it answers."""

    organization_id: OrganizationId
    instance_id: InstanceId
    conversation_id: ConversationId
    turn_id: TurnId
    to: str
    text: str
    sender: Sender
    agent: AgentType
    answers: tuple[MessageId, ...]
    contact_id: ContactId | None = None
    pictures: tuple[Chart, ...] = ()


class SendOutcome(StrEnum):
    """What became of a reply."""

    SENT = "sent"
    HELD = "held"
    """The shop's number is offline; nothing of what is left was sent."""
    REFUSED = "refused"
    """The channel will never take it; the row says why and the operators were told."""


class GiveUpReply(Frozen):
    """A reply that waited too long, or until a person had answered instead."""

    organization_id: OrganizationId
    conversation_id: ConversationId
    turn_id: TurnId
    answers: tuple[MessageId, ...]
    person_answered: bool = False
    skipped: bool = False
    """An operator dropped it."""


class Sending:
    """Activities that talk to the channel."""

    def __init__(
        self, database: Database, instances: Instances, channels: Channels, drawing: Drawing | None = None
    ) -> None:
        self._database = database
        self._instances = instances
        self._channels = channels
        self._drawing = drawing or ChildDrawing()

    @activity.defn
    async def send_reply(self, order: SendReply) -> SendOutcome:
        """Send the reply's parts in order, and its pictures after them; a picture that fails costs nothing else.

        Idempotent by (turn, part): a second run finds the rows; what was sent is not sent again, and where the first
        run's outcome is unknown the message is looked for before it is repeated.
        """
        async with engine_errors(), heartbeats():
            async with self._database.tenant(order.organization_id) as tenant:
                instance = await self._instances.get(tenant, order.instance_id)
                rows = await outbox.enqueue(
                    tenant,
                    order.organization_id,
                    order.conversation_id,
                    order.instance_id,
                    turn_id=order.turn_id,
                    address=order.to,
                    parts=split_for_channel(order.text),
                    sender=order.sender,
                    pictures=order.pictures,
                )
                # The common case, one part and no earlier run, needs no transaction of its own to say that it is
                # under way.
                begun = rows[0].id if rows[0].status is DeliveryStatus.PENDING else None
                if begun is not None:
                    await outbox.move(tenant, begun, to=DeliveryStatus.SENDING)
            # In words everything is said: whoever wrote has an answer, whatever becomes of the pictures.
            last_words = next((row for row in reversed(rows) if row.picture is None), rows[-1])
            if last_words.status is DeliveryStatus.FAILED:  # an earlier run was refused, and died before it said so
                return SendOutcome.REFUSED
            for row in rows:
                if row.status.rank >= DeliveryStatus.SENT.rank:
                    continue
                try:
                    provider_id = await self._send(order, instance, row, is_begun=row.id == begun)
                except ChannelDisconnected:
                    self._say(order, "[BAILEYS] Number offline, reply held", level="warning")
                    return SendOutcome.HELD
                except PictureNotDrawn as problem:
                    await self._leave_out(order, row, "não foi desenhado", str(problem))
                    continue
                except ChannelRefused as refused:
                    if row is not last_words and row.picture is not None:
                        await self._leave_out(order, row, f"o canal recusou: {refused.code}", str(refused))
                        continue
                    await self._refuse(order, rows, refused)
                    return SendOutcome.REFUSED
                async with self._database.tenant(order.organization_id) as tenant:
                    await outbox.mark_sent(tenant, row, order.instance_id, provider_id)
                    if row is last_words:
                        await inbound.mark_handled(tenant, order.answers, HandledAs.ANSWERED)
            if last_words.status.rank >= DeliveryStatus.SENT.rank:  # sent by an earlier run that died before this note
                async with self._database.tenant(order.organization_id) as tenant:
                    await inbound.mark_handled(tenant, order.answers, HandledAs.ANSWERED)
            self._say(order, f"[{order.agent.upper()}] Response sent successfully")
            return SendOutcome.SENT

    @activity.defn
    async def give_up_reply(self, order: GiveUpReply) -> None:
        """Mark what is left of a reply as failed and tell the operators. Idempotent: a second run changes nothing."""
        why = "passou do prazo"
        if order.skipped or order.person_answered:
            why = "um atendente a descartou" if order.skipped else "uma pessoa respondeu antes"
        async with engine_errors(), self._database.tenant(order.organization_id) as tenant:
            for row in await outbox.of_turn(tenant, order.turn_id):
                await outbox.move(tenant, row.id, to=DeliveryStatus.FAILED, error=f"não enviada: {why}")
            if order.person_answered:
                await inbound.mark_handled(tenant, order.answers, HandledAs.HUMAN)
                return
            await inbound.mark_handled(tenant, order.answers, HandledAs.RECORDED)
            if order.skipped:
                return
            await alerts.raise_alert(
                tenant,
                order.organization_id,
                kind=AlertKind.REPLY_TOO_LATE,
                detail="Uma resposta não pôde ser enviada dentro do prazo",
                fingerprint=str(order.turn_id),
                conversation_id=order.conversation_id,
            )

    async def _send(self, order: SendReply, instance: WhatsAppInstance, row: OutboundMessage, *, is_begun: bool) -> str:
        """The provider's id of the row's message: found, where an earlier run may have sent it, else sent now."""
        channel = self._channels.of(instance.kind)
        message = await self._outbound(row)
        if row.status is DeliveryStatus.SENDING:
            found = await channel.find_sent(instance, message, row.created_at - _CLOCK_SKEW)
            if found is not None:
                return found
        elif not is_begun:
            await self._move(order, row, DeliveryStatus.SENDING, None)
        try:
            if isinstance(message, OutboundImage):
                return await channel.send_image(instance, message)
            return await channel.send_text(instance, message)
        except (ChannelDisconnected, ChannelUnavailable) as error:
            await self._move(order, row, DeliveryStatus.PENDING, type(error).__name__)
            raise

    async def _outbound(self, row: OutboundMessage) -> Outbound:
        if row.picture is None:
            return OutboundText(to=row.address, text=row.content, reference=row.reference)
        return OutboundImage(
            to=row.address,
            image=await self._drawing.drawn(row.picture),
            mimetype=MIMETYPE,
            caption=row.content,
            reference=row.reference,
        )

    async def _leave_out(self, order: SendReply, row: OutboundMessage, why: str, error: str) -> None:
        """A picture is not sent; the words have gone out."""
        async with self._database.tenant(order.organization_id) as tenant:
            await outbox.move(tenant, row.id, to=DeliveryStatus.FAILED, error=f"{why} ({error})")
            await alerts.raise_alert(
                tenant,
                order.organization_id,
                kind=AlertKind.PICTURE_LEFT_OUT,
                detail=f"Um gráfico não foi enviado: {why}",
                fingerprint=str(row.id),
                conversation_id=order.conversation_id,
            )
        self._say(order, "[BAILEYS] Picture left out", level="error", error=error)

    async def _move(self, order: SendReply, row: OutboundMessage, to: DeliveryStatus, error: str | None) -> None:
        async with self._database.tenant(order.organization_id) as tenant:
            await outbox.move(tenant, row.id, to=to, error=error)

    async def _refuse(self, order: SendReply, rows: Sequence[OutboundMessage], refused: ChannelRefused) -> None:
        async with self._database.tenant(order.organization_id) as tenant:
            for row in rows:
                await outbox.move(tenant, row.id, to=DeliveryStatus.FAILED, error=f"{refused.code}: {refused}")
            await inbound.mark_handled(tenant, order.answers, HandledAs.RECORDED)
            await alerts.raise_alert(
                tenant,
                order.organization_id,
                kind=AlertKind.SEND_REFUSED,
                detail=f"O canal recusou uma resposta ({refused.code})",
                fingerprint=str(order.turn_id),
                conversation_id=order.conversation_id,
            )
        self._say(order, "[BAILEYS] Channel refused the reply", level="error", code=refused.code)

    def _say(self, order: SendReply, msg: str, *, level: str = "info", **more: str) -> None:
        getattr(_log, level)(
            msg,
            organizationId=str(order.organization_id),
            conversationId=str(order.conversation_id),
            contactId=str(order.contact_id) if order.contact_id else None,
            agentType=order.agent,
            type="OWNER" if order.agent is AgentType.AURORA else "CLIENT",
            responseLength=len(order.text),
            messageContent=order.text,
            **{"from": order.to, **more},
        )

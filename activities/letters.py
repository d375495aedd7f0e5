"""Letters on their way: to a customer or to an owner, written by whoever had something to say."""

from enum import StrEnum
from uuid import UUID

import structlog
from pydantic import AwareDatetime
from temporalio import activity

from activities.errors import engine_errors
from activities.sending import Sending, SendOutcome, SendReply
from domain.alerts import AlertKind
from domain.charts import Chart
from domain.conversation import AgentType, Audience, ConversationStatus, Sender
from domain.frozen import Frozen
from domain.ids import ContactId, LetterId, OrganizationId, ProactiveId, TurnId
from domain.letters import LetterPurpose, LetterStatus, ProactiveStatus
from office.handoff_telling import why_outdated
from office.reaching import owner_reach
from storage import alerts, contacts, conversations, letters, outbox, owners, proactive
from storage.conversations import Reach
from storage.database import Connection, Database

_log = structlog.get_logger()


class LetterRef(Frozen):
    """Which letter: a row of `letters` to a customer, or of `aurora_proactive_messages` to an owner."""

    organization_id: OrganizationId
    audience: Audience
    id: UUID


class LetterFate(StrEnum):
    """What became of a letter."""

    OVER = "over"
    """Sent, or certain never to be."""
    HELD = "held"
    """The shop's number is offline, or an earlier letter is still to go; to be tried again until it is too old."""


class Letters:
    """Activities of `LetterWorkflow`. The row is the truth: it is looked at again before anything is sent."""

    def __init__(self, database: Database, sending: Sending) -> None:
        self._database = database
        self._sending = sending

    @activity.defn
    async def look_at_letter(self, ref: LetterRef) -> AwareDatetime | None:
        """Until when the letter is worth sending; None when nothing is left to do. Reads only."""
        async with engine_errors(), self._database.tenant(ref.organization_id) as tenant:
            if ref.audience is Audience.OWNER:
                message = await proactive.find(tenant, ProactiveId(ref.id))
                return message.expires_at if message and message.status is ProactiveStatus.SCHEDULED else None
            letter = await letters.find(tenant, LetterId(ref.id))
            return letter.expires_at if letter and letter.status is LetterStatus.WAITING else None

    @activity.defn
    async def send_letter(self, ref: LetterRef) -> LetterFate:
        """Send it, if it is still to be sent.

        Idempotent by the letter's id, which is the turn of its message: a second run finds the message.
        """
        async with engine_errors():
            async with self._database.tenant(ref.organization_id) as tenant:
                if ref.audience is Audience.CUSTOMER and await letters.is_behind(tenant, LetterId(ref.id)):
                    return LetterFate.HELD
                order = await self._compose(tenant, ref)
            if order is None:
                return LetterFate.OVER
            outcome = await self._sending.send_reply(order)
            if outcome is SendOutcome.HELD:
                return LetterFate.HELD
            async with self._database.tenant(ref.organization_id) as tenant:
                if outcome is SendOutcome.SENT:
                    await _end(tenant, ref, LetterStatus.SENT)
                else:
                    await _end(tenant, ref, LetterStatus.FAILED, "o canal recusou")
        _log.info("[WORKER] Letter", organizationId=str(ref.organization_id), audience=ref.audience, outcome=outcome)
        return LetterFate.OVER

    @activity.defn
    async def give_up_letter(self, ref: LetterRef) -> None:
        """It is too old: what is left of it is not sent any more, and the operators are told of what a customer was to
        know. Idempotent."""
        async with engine_errors(), self._database.tenant(ref.organization_id) as tenant:
            if ref.audience is Audience.CUSTOMER:
                await _alert(tenant, ref)
            await _dropped(tenant, ref, LetterStatus.FAILED, "passou do prazo")

    async def _compose(self, tenant: Connection, ref: LetterRef) -> SendReply | None:
        """The message; None when it is not to be sent any more, and then its row says why."""
        if ref.audience is Audience.OWNER:
            return await self._to_owner(tenant, ref)
        letter = await letters.find(tenant, LetterId(ref.id), for_change=True)
        if letter is None or letter.status is not LetterStatus.WAITING:
            return None
        reach = await conversations.reach(tenant, letter.contact_id, letter.conversation_id)
        if reach is None:
            await _dropped(tenant, ref, LetterStatus.FAILED, "o cliente nunca escreveu para a loja")
            return None
        if outdated := await why_outdated(tenant, letter):
            await _dropped(tenant, ref, LetterStatus.CANCELLED, outdated)
            return None
        if letter.purpose is LetterPurpose.INVITATION:
            conversation = await conversations.get(tenant, reach.conversation_id)
            if conversation.status is ConversationStatus.WAITING_HUMAN:
                await _dropped(tenant, ref, LetterStatus.CANCELLED, "uma pessoa está atendendo")
                return None
            if await contacts.has_opted_out(tenant, letter.contact_id):
                await _dropped(tenant, ref, LetterStatus.CANCELLED, "não quer convites")
                return None
        sender = Sender.HUMAN if letter.purpose is LetterPurpose.PERSON else Sender.SYSTEM
        return _reply(ref, reach, letter.content, AgentType.CLIENT_AI, contact_id=letter.contact_id, sender=sender)

    async def _to_owner(self, tenant: Connection, ref: LetterRef) -> SendReply | None:
        message = await proactive.find(tenant, ProactiveId(ref.id), for_change=True)
        if message is None or message.status is not ProactiveStatus.SCHEDULED:
            return None
        owner = await owners.get(tenant, message.owner_number_id)
        if owner is None:
            await _dropped(tenant, ref, LetterStatus.CANCELLED, "não é mais dono nem gerente")
            return None
        reach = await owner_reach(tenant, ref.organization_id, owner)
        if reach is None:
            await _dropped(tenant, ref, LetterStatus.FAILED, "a loja não tem número em uso")
            return None
        pictures = (message.picture,) if message.picture else ()
        return _reply(ref, reach, message.content, AgentType.AURORA, pictures=pictures)


def _reply(
    ref: LetterRef,
    reach: Reach,
    text: str,
    agent: AgentType,
    *,
    contact_id: ContactId | None = None,
    pictures: tuple[Chart, ...] = (),
    sender: Sender = Sender.SYSTEM,
) -> SendReply:
    return SendReply(
        organization_id=ref.organization_id,
        instance_id=reach.instance_id,
        conversation_id=reach.conversation_id,
        turn_id=TurnId(ref.id),
        to=reach.address,
        text=text,
        sender=sender,
        agent=agent,
        answers=(),
        contact_id=contact_id,
        pictures=pictures,
    )


async def _alert(tenant: Connection, ref: LetterRef) -> None:
    letter = await letters.find(tenant, LetterId(ref.id), for_change=True)
    if letter is None or letter.status is not LetterStatus.WAITING or letter.purpose is LetterPurpose.INVITATION:
        return
    reach = await conversations.reach(tenant, letter.contact_id, letter.conversation_id)
    await alerts.raise_alert(
        tenant,
        ref.organization_id,
        kind=AlertKind.REPLY_TOO_LATE,
        detail="Um aviso a um cliente não pôde ser enviado dentro do prazo",
        fingerprint=str(ref.id),
        conversation_id=reach.conversation_id if reach else None,
    )


async def _dropped(tenant: Connection, ref: LetterRef, status: LetterStatus, why: str) -> None:
    """It is not sent any more, nor what is left of it from a try before."""
    await outbox.give_up(tenant, TurnId(ref.id), f"não enviada: {why}")
    await _end(tenant, ref, status, why)


async def _end(tenant: Connection, ref: LetterRef, status: LetterStatus, error: str | None = None) -> None:
    if ref.audience is Audience.OWNER:
        await proactive.end(tenant, ProactiveId(ref.id), _OF_OWNERS[status], error)
    else:
        await letters.end(tenant, LetterId(ref.id), status, error)


_OF_OWNERS = {
    LetterStatus.SENT: ProactiveStatus.SENT,
    LetterStatus.FAILED: ProactiveStatus.FAILED,
    LetterStatus.CANCELLED: ProactiveStatus.CANCELLED,
}

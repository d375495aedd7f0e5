"""What is said when a hand-over's deadline passes: to the team, to the owner, to who waits, and at its end."""

from datetime import timedelta
from typing import assert_never
from uuid import NAMESPACE_URL, uuid5

from domain.alerts import AlertKind
from domain.aurora_rules import Briefing
from domain.briefings import WORTH_TELLING, is_told
from domain.conversation import Sender
from domain.events import MessageKind
from domain.handoff_words import WaitingCustomer, closing, still_waiting
from domain.handoffs import DueKind
from domain.ids import LetterId
from domain.letters import LetterPurpose, ProactiveType
from domain.owners import OwnerRole
from domain.replies import placeholder
from office.customer_letters import reach_of
from office.handoff_deadlines import back_at
from reception.desk import Desk
from storage import alerts, contacts, conversations, handoffs, inbound, letters, owners, proactive
from storage.database import Connection
from storage.handoffs import Handoff
from storage.letters import Letter

_LETTERS = uuid5(NAMESPACE_URL, "https://auzap/handoff-letters")
_STILL_TRUE = timedelta(hours=1)
"""For so long at most a word about waiting is held back by an offline number."""
_STILL_NEWS = timedelta(hours=12)
"""And the word that the assistant is back."""


async def carry_out(desk: Desk, handoff: Handoff, due: DueKind) -> None:
    """Say what is due of an open hand-over; to be called before it is ended.

    Idempotent by the hand-over, since when somebody waits, and what is due: a second run finds all of it said. Nothing
    is said where a person has answered meanwhile, nor to who cannot be written to.
    """
    now_so = await handoffs.get(desk.tenant, handoff.id, for_change=True)
    if now_so is None or not now_so.state.is_open or now_so.waiting_since != handoff.waiting_since:
        return
    match due:
        case DueKind.REMIND | DueKind.ESCALATE:
            if now_so.waiting_since is not None:
                await _tell_team(desk, now_so, due)
        case DueKind.TELL_CUSTOMER:
            if now_so.waiting_since is not None:
                text = still_waiting(desk.shop.name, await back_at(desk), desk.now)
                await _write(desk, now_so, LetterPurpose.STILL_WAITING, text)
        case DueKind.IDLE:
            if now_so.waiting_since is None:
                await _write(desk, now_so, LetterPurpose.CLOSING, closing(desk.shop.name))
        case DueKind.QUIET:
            pass  # nobody of the shop said that the assistant was away
        case _:
            assert_never(due)


async def why_outdated(tenant: Connection, letter: Letter) -> str | None:
    """Why such a letter, which waited for the shop's number, is not true any more; None where it is, and of all others.

    Somebody may have answered meanwhile, or the conversation may be a person's again.
    """
    if letter.purpose not in (LetterPurpose.STILL_WAITING, LetterPurpose.CLOSING) or letter.conversation_id is None:
        return None
    opened = await handoffs.find_open(tenant, letter.conversation_id)
    if letter.purpose is LetterPurpose.STILL_WAITING:
        return None if opened and letter.id == _letter_of(opened, letter.purpose) else "alguém já respondeu"
    # The hand-over that the line closes ends a moment after the letter was written.
    return None if opened is None or letter.id == _letter_of(opened, letter.purpose) else "uma pessoa está atendendo"


async def _tell_team(desk: Desk, handoff: Handoff, due: DueKind) -> None:
    assert handoff.waiting_since is not None
    urgent = due is DueKind.ESCALATE
    contact_id = (await conversations.get(desk.tenant, handoff.conversation_id)).contact_id
    waiting = WaitingCustomer(
        name=await contacts.name_of(desk.tenant, contact_id),
        since=handoff.waiting_since.astimezone(desk.zone),
        reason=": ".join(part for part in (handoff.reason.portuguese, handoff.detail) if part),
        last_message=await _last_words(desk, handoff),
    )
    fingerprint = _occasion(handoff, due)
    await alerts.raise_alert(
        desk.tenant,
        desk.shop.id,
        kind=AlertKind.WAITING_TOO_LONG if urgent else AlertKind.STILL_WAITING,
        detail=waiting.in_one_line(desk.now),
        fingerprint=fingerprint,
        conversation_id=handoff.conversation_id,
    )
    if Briefing.WAITING in desk.shop.aurora_rules.paused:
        return
    for owner in await owners.listed(desk.tenant):
        if owner.role is OwnerRole.OWNER or (not urgent and is_told(Briefing.WAITING, owner.role)):
            await proactive.write(
                desk.tenant,
                desk.shop.id,
                owner.id,
                message_type=ProactiveType.WAITING_CUSTOMER,
                content=waiting.escalation(desk.now) if urgent else waiting.reminder(desk.now),
                fingerprint=fingerprint,
                scheduled_for=desk.now,
                expires_at=desk.now + WORTH_TELLING[Briefing.WAITING],
            )


async def _last_words(desk: Desk, handoff: Handoff) -> str:
    messages = await inbound.history(desk.tenant, handoff.conversation_id)
    said = [one for one in messages if one.sender is Sender.CUSTOMER]
    return placeholder(MessageKind(said[-1].message_type), said[-1].content) if said else ""


async def _write(desk: Desk, handoff: Handoff, purpose: LetterPurpose, text: str) -> None:
    contact_id = (await conversations.get(desk.tenant, handoff.conversation_id)).contact_id
    reach = await reach_of(desk, contact_id, handoff.conversation_id)
    if reach is None or reach.conversation_id != handoff.conversation_id:
        return
    await letters.write(
        desk.tenant,
        desk.shop.id,
        contact_id,
        purpose=purpose,
        content=text,
        expires_at=desk.now + (_STILL_TRUE if purpose is LetterPurpose.STILL_WAITING else _STILL_NEWS),
        letter_id=_letter_of(handoff, purpose),
        conversation_id=handoff.conversation_id,
    )


_DUE = {LetterPurpose.STILL_WAITING: DueKind.TELL_CUSTOMER, LetterPurpose.CLOSING: DueKind.IDLE}


def _letter_of(handoff: Handoff, purpose: LetterPurpose) -> LetterId:
    return LetterId(uuid5(_LETTERS, _occasion(handoff, _DUE[purpose])))


def _occasion(handoff: Handoff, due: DueKind) -> str:
    since = handoff.waiting_since.isoformat() if handoff.waiting_since else "ended"
    return f"handoff/{handoff.id}/{since}/{due}"

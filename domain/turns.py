"""What to do with messages that just arrived: a pure decision over what the database knows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from domain.conversation import Audience, Conversation, ConversationStatus
from domain.events import InboundMessage, MessageKind
from domain.frozen import Frozen
from domain.opting_out import InvitationWish, only_wish
from domain.shop import Organization


class Decision(StrEnum):
    """The next step of a turn."""

    NOTHING = "nothing"
    """All of it was handled before (a redelivery), or there is nothing to answer."""
    SILENT = "silent"
    """The AI is switched off here; the messages are recorded for people."""
    JOIN_HANDOFF = "join_handoff"
    """A person has the conversation."""
    SUSPECT_LOOP = "suspect_loop"
    """Too many answers in a short time: perhaps two programs are talking; a person has to look."""
    ANSWER_MEDIA = "answer_media"
    """Only pictures, sounds or files came."""
    OPT_OUT = "opt_out"
    """The customer said, and nothing else, that no invitations are wanted."""
    OPT_IN = "opt_in"
    """Or that they are wanted again."""
    THINK = "think"
    """Ask the model."""


_OWNERS_PACE = 3
"""So many times as many answers as a customer an owner may get: who runs a shop by chat gives order upon order."""


class Sorted(Frozen):
    """Unanswered messages by what can be done with them."""

    answerable: tuple[InboundMessage, ...]
    too_old: tuple[InboundMessage, ...]
    empty: tuple[InboundMessage, ...]


def sort_by_age_and_content(messages: Sequence[InboundMessage], shop: Organization, now: datetime) -> Sorted:
    """Messages past the shop's answer limit are only recorded; a text without text asks nothing."""
    limit = timedelta(hours=shop.answer_limit_hours)
    too_old = tuple(m for m in messages if now - m.sent_at > limit)
    empty = tuple(m for m in messages if m.kind is MessageKind.TEXT and not m.text and m not in too_old)
    return Sorted(
        answerable=tuple(m for m in messages if m not in too_old and m not in empty), too_old=too_old, empty=empty
    )


def is_late(messages: Sequence[InboundMessage], shop: Organization, now: datetime) -> bool:
    """Whether the answer should begin with a word about the delay."""
    limit = timedelta(minutes=shop.late_after_minutes)
    return any(now - m.sent_at > limit for m in messages)


def decide(
    answerable: Sequence[InboundMessage], conversation: Conversation, shop: Organization, recent_answers: int
) -> Decision:
    """The next step for messages that want an answer."""
    if conversation.status is ConversationStatus.WAITING_HUMAN:
        return Decision.JOIN_HANDOFF
    if not answerable:
        return Decision.NOTHING
    paused = not shop.ai_enabled and conversation.audience is Audience.CUSTOMER  # Aurora takes the order to go on
    if paused or not conversation.ai_enabled:
        return Decision.SILENT
    owner = conversation.audience is Audience.OWNER
    if recent_answers >= shop.loop_limit * (_OWNERS_PACE if owner else 1):
        # No person takes over from Aurora: to an owner she is silent until it is calmer, and goes on by herself.
        return Decision.SILENT if owner else Decision.SUSPECT_LOOP
    if not any(m.text for m in answerable):
        return Decision.ANSWER_MEDIA
    if conversation.audience is Audience.CUSTOMER and (wish := only_wish([m.text for m in answerable if m.text])):
        return Decision.OPT_OUT if wish is InvitationWish.NONE else Decision.OPT_IN
    return Decision.THINK

"""What to do with messages that just arrived: a pure decision over what the database knows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from domain.conversation import Conversation, ConversationStatus
from domain.events import InboundMessage, MessageKind
from domain.frozen import Frozen
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
    THINK = "think"
    """Ask the model."""


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
    if not (conversation.ai_enabled and shop.ai_enabled):
        return Decision.SILENT
    if recent_answers >= shop.loop_limit:
        return Decision.SUSPECT_LOOP
    if not any(m.text for m in answerable):
        return Decision.ANSWER_MEDIA
    return Decision.THINK

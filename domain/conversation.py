"""A conversation: who talks, who answers, and what state it is in."""

from datetime import datetime
from enum import StrEnum

from domain.frozen import Frozen
from domain.ids import ContactId, ConversationId, MessageId


class Audience(StrEnum):
    """As what somebody writes to the shop's number: an owner today can be a customer tomorrow."""

    CUSTOMER = "customer"
    OWNER = "owner"


class AgentType(StrEnum):
    """Which assistant answers, under the seeds' names."""

    CLIENT_AI = "client-ai"
    AURORA = "aurora"

    @staticmethod
    def of(audience: Audience) -> "AgentType":
        """Client AI answers customers, Aurora answers owners."""
        return AgentType.AURORA if audience is Audience.OWNER else AgentType.CLIENT_AI


class ConversationStatus(StrEnum):
    """Where a conversation stands."""

    ACTIVE = "active"
    WAITING_HUMAN = "waiting_human"
    RESOLVED = "resolved"
    ARCHIVED = "archived"


class Sender(StrEnum):
    """Who wrote a message. `HUMAN` through us, `PHONE` on the shop's own phone, `SYSTEM` is a fixed text."""

    CUSTOMER = "customer"
    OWNER = "owner"
    AI = "ai"
    HUMAN = "human"
    PHONE = "phone"
    SYSTEM = "system"


class HandledAs(StrEnum):
    """What became of an inbound message."""

    ANSWERED = "answered"
    HUMAN = "human"
    RECORDED = "recorded"
    TOO_LATE = "too_late"
    NO_CONTENT = "no_content"


class HandoffReason(StrEnum):
    """Why a person has the conversation."""

    ASKED_BY_MODEL = "asked_by_model"
    ANSWERED_ON_PHONE = "answered_on_phone"
    MODEL_FAILURE = "model_failure"
    UNSUPPORTED_CLAIM = "unsupported_claim"
    LOOP_SUSPECTED = "loop_suspected"
    TOO_MANY_ROUNDS = "too_many_rounds"
    ALREADY_WAITING = "already_waiting"
    NOT_ANSWERED = "not_answered"
    TAKEN_BY_OPERATOR = "taken_by_operator"

    @property
    def portuguese(self) -> str:
        """As operators read it."""
        return _REASONS[self]

    @staticmethod
    def in_words(stored: str | None) -> str:
        """A conversation's `handoff_reason` as people read it; what the model added after a colon stays."""
        word, colon, detail = (stored or "").partition(":")
        return f"{HandoffReason(word).portuguese}{colon}{detail}" if word in set(HandoffReason) else word


_REASONS = {
    HandoffReason.ASKED_BY_MODEL: "A assistente chamou uma pessoa",
    HandoffReason.ANSWERED_ON_PHONE: "Alguém respondeu pelo celular da loja",
    HandoffReason.MODEL_FAILURE: "O modelo não respondeu",
    HandoffReason.UNSUPPORTED_CLAIM: "A assistente afirmou o que não houve",
    HandoffReason.LOOP_SUSPECTED: "Respostas demais em pouco tempo",
    HandoffReason.TOO_MANY_ROUNDS: "A assistente não chegou a uma resposta",
    HandoffReason.ALREADY_WAITING: "Já esperava por uma pessoa",
    HandoffReason.NOT_ANSWERED: "A loja não respondeu à pergunta do cliente",
    HandoffReason.TAKEN_BY_OPERATOR: "Um atendente assumiu a conversa",
}


class Conversation(Frozen):
    """A row of `conversations`, as far as the engine decides by it."""

    id: ConversationId
    contact_id: ContactId
    audience: Audience
    status: ConversationStatus
    ai_enabled: bool


class StoredMessage(Frozen):
    """A row of `messages`, as the model's history and the pages show it."""

    id: MessageId
    sender: Sender
    content: str
    message_type: str
    provider_type: str
    created_at: datetime

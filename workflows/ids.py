"""Ids of executions and of turns: built here, and nowhere else."""

from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.aurora_rules import Briefing
from domain.ids import BookingId, CampaignId, OrganizationId, QuestionId, ServiceId, TurnId

TASK_QUEUE = "auzap"

_TURNS = uuid5(NAMESPACE_URL, "https://auzap/turns")


def conversation_workflow_id(conversation_key: str) -> str:
    """The workflow id of a conversation. Ids are never encrypted: the key is opaque (domain.addresses)."""
    return f"conversation/{conversation_key}"


def key_in(workflow_id: str) -> str | None:
    """The conversation key in a conversation's workflow id, or None when it is no conversation's."""
    prefix, _, key = workflow_id.partition("/")
    return key if prefix == "conversation" and key else None


def booking_workflow_id(booking_id: BookingId) -> str:
    """The workflow id of a booking, and of the slots that are held for it before it is one."""
    return f"booking/{booking_id}"


def waiting_list_workflow_id(service_id: ServiceId, day: date) -> str:
    """The workflow id of those who wait for a service (which is one shop's) on a day."""
    return f"waiting-list/{service_id}/{day.isoformat()}"


def letter_workflow_id(letter_id: UUID) -> str:
    """The workflow id of a letter, to a customer or to an owner."""
    return f"letter/{letter_id}"


def letter_in(workflow_id: str) -> UUID | None:
    """The letter a workflow id is of, or None when it is no letter's."""
    prefix, _, letter = workflow_id.partition("/")
    try:
        return UUID(letter) if prefix == "letter" else None
    except ValueError:
        return None


def briefing_schedule_id(organization_id: OrganizationId, briefing: Briefing) -> str:
    """The id of a shop's schedule for a briefing of Aurora's; its workflows have the time they were due behind it."""
    return f"briefing/{organization_id}/{briefing}"


def campaign_workflow_id(campaign_id: CampaignId) -> str:
    """The workflow id of a campaign that fills the agenda."""
    return f"campaign/{campaign_id}"


def question_workflow_id(question_id: QuestionId) -> str:
    """The workflow id of a customer's question to the shop's people."""
    return f"question/{question_id}"


def turn_id(first_run_id: str, number: int) -> TurnId:
    """The id of a run chain's `number`th turn: the same after a replay, a continue-as-new or a reset."""
    return TurnId(UUID(int=uuid5(_TURNS, f"{first_run_id}/{number}").int))

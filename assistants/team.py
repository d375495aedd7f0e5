"""The two assistants: which tools each has, and which model answers for it."""

from typing import assert_never

from assistants.aurora.attendance_report import ATTENDANCE_REPORT
from assistants.client_ai.book_appointment import BOOK_APPOINTMENT
from assistants.client_ai.cancel_appointment import CANCEL_APPOINTMENT
from assistants.client_ai.check_availability import CHECK_AVAILABILITY
from assistants.client_ai.confirm_appointment import CONFIRM_APPOINTMENT
from assistants.client_ai.escalate_to_human import ESCALATE_TO_HUMAN
from assistants.client_ai.list_appointments import LIST_APPOINTMENTS
from assistants.client_ai.register_pet import REGISTER_PET
from assistants.client_ai.reschedule_appointment import RESCHEDULE_APPOINTMENT
from assistants.client_ai.update_pet import UPDATE_PET
from assistants.client_ai.wait_for_a_day import JOIN_WAITING_LIST, LEAVE_WAITING_LIST
from assistants.toolbox import Toolbox
from domain.conversation import AgentType
from domain.shop import AiConfig

_CLIENT_AI = Toolbox(
    (
        REGISTER_PET,
        UPDATE_PET,
        CHECK_AVAILABILITY,
        BOOK_APPOINTMENT,
        RESCHEDULE_APPOINTMENT,
        CANCEL_APPOINTMENT,
        CONFIRM_APPOINTMENT,
        LIST_APPOINTMENTS,
        JOIN_WAITING_LIST,
        LEAVE_WAITING_LIST,
        ESCALATE_TO_HUMAN,
    )
)
_AURORA = Toolbox((ATTENDANCE_REPORT,))


def toolbox(agent: AgentType) -> Toolbox:
    """The tools of an assistant; a customer's assistant never holds an owner's tool."""
    match agent:
        case AgentType.CLIENT_AI:
            return _CLIENT_AI
        case AgentType.AURORA:
            return _AURORA
        case _:
            assert_never(agent)


def model_name(agent: AgentType, config: AiConfig) -> str:
    """The model the shop chose for an assistant."""
    match agent:
        case AgentType.CLIENT_AI:
            return config.model
        case AgentType.AURORA:
            return config.aurora_model
        case _:
            assert_never(agent)

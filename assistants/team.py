"""The two assistants: which tools each has, and which model answers for it."""

from typing import assert_never

from assistants.aurora.add_holiday import ADD_HOLIDAY_TOOL
from assistants.aurora.agenda_of_day import AGENDA_OF_DAY
from assistants.aurora.answer_customer import ANSWER_CUSTOMER
from assistants.aurora.assistant_report import ASSISTANT_REPORT
from assistants.aurora.attendance_report import ATTENDANCE_REPORT
from assistants.aurora.block_time import BLOCK_TIME
from assistants.aurora.cancel_appointment import CANCEL_BOOKED_APPOINTMENT
from assistants.aurora.change_opening_hours import CHANGE_OPENING_HOURS
from assistants.aurora.change_price import CHANGE_PRICE
from assistants.aurora.confirm_order import CONFIRM_ORDER, UNDO_ORDER
from assistants.aurora.customers_report import CUSTOMERS_REPORT
from assistants.aurora.fill_agenda import FILL_THE_AGENDA, STOP_INVITATIONS
from assistants.aurora.find_appointments import FIND_APPOINTMENTS
from assistants.aurora.free_time import FREE_TIME
from assistants.aurora.inactive_customers import INACTIVE_CUSTOMERS
from assistants.aurora.move_appointment import MOVE_APPOINTMENT
from assistants.aurora.no_show_report import NO_SHOW_REPORT
from assistants.aurora.occupancy_report import OCCUPANCY_REPORT
from assistants.aurora.pause_briefings import PAUSE_BRIEFINGS, RESUME_BRIEFINGS
from assistants.aurora.pause_client_ai import PAUSE_CLIENT_AI, RESUME_CLIENT_AI
from assistants.aurora.register_owner import REGISTER_OWNER, REMOVE_OWNER_NUMBER
from assistants.aurora.revenue_report import REVENUE_REPORT
from assistants.aurora.send_chart import SEND_CHART
from assistants.aurora.send_message import SEND_MESSAGE_TOOL
from assistants.aurora.top_services import TOP_SERVICES
from assistants.aurora.waiting_conversations import WAITING_CONVERSATIONS
from assistants.client_ai.ask_the_shop import ASK_THE_SHOP
from assistants.client_ai.book_appointment import BOOK_APPOINTMENT
from assistants.client_ai.cancel_appointment import CANCEL_APPOINTMENT
from assistants.client_ai.check_availability import CHECK_AVAILABILITY
from assistants.client_ai.confirm_appointment import CONFIRM_APPOINTMENT
from assistants.client_ai.escalate_to_human import ESCALATE_TO_HUMAN
from assistants.client_ai.list_appointments import LIST_APPOINTMENTS
from assistants.client_ai.register_pet import REGISTER_PET
from assistants.client_ai.reschedule_appointment import RESCHEDULE_APPOINTMENT
from assistants.client_ai.set_invitations import SET_INVITATIONS
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
        SET_INVITATIONS,
        ASK_THE_SHOP,
        ESCALATE_TO_HUMAN,
    )
)
_AURORA = Toolbox(
    (
        ANSWER_CUSTOMER,
        ATTENDANCE_REPORT,
        REVENUE_REPORT,
        TOP_SERVICES,
        OCCUPANCY_REPORT,
        CUSTOMERS_REPORT,
        INACTIVE_CUSTOMERS,
        NO_SHOW_REPORT,
        AGENDA_OF_DAY,
        WAITING_CONVERSATIONS,
        ASSISTANT_REPORT,
        SEND_CHART,
        CHANGE_PRICE,
        PAUSE_BRIEFINGS,
        RESUME_BRIEFINGS,
        FILL_THE_AGENDA,
        STOP_INVITATIONS,
        BLOCK_TIME,
        FREE_TIME,
        ADD_HOLIDAY_TOOL,
        FIND_APPOINTMENTS,
        MOVE_APPOINTMENT,
        CANCEL_BOOKED_APPOINTMENT,
        CHANGE_OPENING_HOURS,
        PAUSE_CLIENT_AI,
        RESUME_CLIENT_AI,
        REGISTER_OWNER,
        REMOVE_OWNER_NUMBER,
        SEND_MESSAGE_TOOL,
        CONFIRM_ORDER,
        UNDO_ORDER,
    ),
    for_owners=True,
)


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

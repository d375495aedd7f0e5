"""The names of Client AI's tools."""

REGISTER = "register_pet"
UPDATE = "update_pet"
CHECK = "check_availability"
BOOK = "book_appointment"
RESCHEDULE = "reschedule_appointment"
CANCEL = "cancel_appointment"
CONFIRM = "confirm_appointment"
LIST = "list_appointments"
JOIN = "join_waiting_list"
LEAVE = "leave_waiting_list"
ASK = "ask_the_shop"
ESCALATE = "escalate_to_human"

CHANGES = frozenset((BOOK, RESCHEDULE, CANCEL, CONFIRM, JOIN, LEAVE))
"""Those whose answer is told to the customer at once."""

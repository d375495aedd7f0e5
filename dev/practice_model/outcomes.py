"""What a customer is told of the changes that tools made, proposed or refused in this turn."""

from dev.practice_model import wording
from dev.practice_model import wording_changes as changes
from dev.practice_model.conversation import Conversation, ToolUse
from dev.practice_model.prompt import Prompt
from dev.practice_model.refusals import explain
from dev.practice_model.tools import BOOK, CANCEL, CHANGES, CONFIRM, JOIN, LEAVE, RESCHEDULE
from dev.practice_model.wish import Wish

_DONE = {
    BOOK: wording.BOOKED,
    RESCHEDULE: changes.MOVED,
    CANCEL: changes.CANCELLED,
    CONFIRM: changes.CONFIRMED,
    LEAVE: changes.OFF_THE_LIST,
}
_TROUBLE = {
    BOOK: wording.BOOKING_TROUBLE,
    CONFIRM: changes.NOTHING_TO_CONFIRM,
    JOIN: changes.LIST_TROUBLE,
    LEAVE: changes.NOT_ON_LIST,
}


def outcome(conversation: Conversation, wish: Wish, prompt: Prompt) -> str | None:
    """What to say of the changes called for by the burst; None when none was, or a newer message came after them.

    A refusal among several is what has to be spoken of: the engine itself tells what was done.
    """
    uses = [use for use in conversation.fresh_uses if use.name in CHANGES]
    if not uses:
        return None
    return _told(next((use for use in uses if not use.result.ok), uses[-1]), wish, prompt)


def _told(use: ToolUse, wish: Wish, prompt: Prompt) -> str:
    if not use.result.ok:
        return _refused(use, wish, prompt)
    if not use.result.is_done:
        return changes.PROPOSED
    if use.name == JOIN:
        return changes.on_the_list(str(use.arguments.get("pet_name", "")), wish.day, prompt.today)
    return _DONE[use.name]


def _refused(use: ToolUse, wish: Wish, prompt: Prompt) -> str:
    match use.name, use.result.error:
        case _, "not_agreed":
            return changes.ASK_LIST if use.name == JOIN else changes.NOTHING_TO_CONFIRM
        case _, "already_waiting":
            return changes.already_waiting(str(use.arguments.get("pet_name", "")))
        case "leave_waiting_list", "booking_not_found":
            return changes.NOT_ON_LIST
        case _:
            return explain(use.result, wish, prompt, _TROUBLE.get(use.name, changes.CHANGE_TROUBLE))

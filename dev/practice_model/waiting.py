"""The waiting list, and what is booked: asked for in so many words."""

from dev.practice_model import wording
from dev.practice_model import wording_changes as changes
from dev.practice_model.change_words import leaves_list
from dev.practice_model.conversation import Conversation
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.pets import ask_pet, pet_calls, pet_name, pet_refused
from dev.practice_model.prompt import Prompt
from dev.practice_model.tool_results import ToolResult
from dev.practice_model.tools import JOIN, LEAVE, LIST
from dev.practice_model.wish import Wish


def join_list(conversation: Conversation, wish: Wish, prompt: Prompt, tools: frozenset[str]) -> Decision:
    """The next step towards waiting for a day and service."""
    if JOIN not in tools:
        return Say(changes.LIST_TROUBLE)
    if wish.candidates:
        return Say(wording.which_of([service.name for service in wish.candidates]))
    if wish.service is None:
        return Say(
            changes.LIST_WHICH_DAY if wish.day is None else wording.which_service(prompt.services, consultation=False)
        )
    if wish.day is None:
        return Say(wording.WHICH_DAY)
    if question := ask_pet(wish, prompt):
        return Say(question)
    if calls := tuple(pet_calls(conversation, wish, prompt, tools)):
        return Use(calls)
    if refused := pet_refused(conversation, wish, prompt):
        return Say(refused)
    name = pet_name(wish, prompt)
    return Use((Call(JOIN, {"pet_name": name, "service_type": wish.service.name, "date": wish.day.isoformat()}),))


def leave_list(text: str, wish: Wish, prompt: Prompt, tools: frozenset[str]) -> Decision | None:
    """Off the list, for who says so and waits for something; `text` is folded."""
    if not leaves_list(text) or not prompt.waits or LEAVE not in tools:
        return None
    fitting = [
        wait
        for wait in prompt.waits
        if (wish.day in (None, wait.day)) and (wish.service is None or wish.service.name == wait.service)
    ]
    wait = (fitting or list(prompt.waits))[0]
    return Use((Call(LEAVE, {"pet_name": wait.pet, "service_type": wait.service, "date": wait.day.isoformat()}),))


def tell_appointments(conversation: Conversation, prompt: Prompt, tools: frozenset[str]) -> Decision:
    """What the customer has to come: by the tool, or by the prompt where there is none."""
    used = conversation.used(LIST)
    if not used and LIST in tools:
        return Use((Call(LIST, {}),))
    result = used[-1].result if used and used[-1].result.ok else ToolResult(ok=False)
    listed = [one for one in result.appointments if not isinstance(one, str)]
    told = listed or prompt.appointments
    booked = {(one.pet, one.service, one.day) for one in told}
    waits = [wait for wait in prompt.waits if (wait.pet, wait.service, wait.day) not in booked]
    return Say(changes.your_appointments(told, waits, prompt.today))

"""What a customer is told when a tool refuses: why, and what there is instead."""

from dev.practice_model import marks, wording
from dev.practice_model import wording_changes as changes
from dev.practice_model.agenda_lines import read_appointment
from dev.practice_model.prompt import Prompt
from dev.practice_model.tool_results import ToolResult
from dev.practice_model.wish import Wish

_LEADS = {
    "slot_taken": "Esse horário acabou de ser ocupado.",
    "outside_hours": "Nesse horário não atendemos: a loja está fechada.",
    "pet_busy": "Nesse horário seu pet já tem outra coisa na agenda.",
}


def explain(result: ToolResult, wish: Wish, prompt: Prompt, otherwise: str) -> str:
    """The sentence for a refusal; `otherwise` for one that the rules do not know."""
    if result.error in _LEADS:
        return _instead(_LEADS[result.error], result, prompt)
    return _of_day(result) or _of_pet_or_service(result, wish, prompt) or _of_booking(result, prompt) or otherwise


def _instead(lead: str, result: ToolResult, prompt: Prompt) -> str:
    if result.alternatives:
        return f"{lead} Ainda tenho:\n{wording.times(result.alternatives)}\n\n{wording.WHICH_TIME}"
    if later := next(iter(result.offers), result.next_free):
        return changes.later_only(lead, later, prompt.today)
    return f"{lead} Qual outro dia ou horário fica bom para você?"


def _of_day(result: ToolResult) -> str | None:
    match result.error:
        case "past_date":
            return wording.PAST_DATE
        case "closed_day":
            reason = f": {result.reason}" if result.reason.startswith("feriado") else ""
            return f"Nesse dia a loja não abre{reason}. {wording.WHICH_DAY}"
        case "too_far_ahead" | "too_soon" | "nobody_does_it" if result.message:
            return f"{result.message} Qual outro dia ou horário fica bom para você?"
        case "time_required":
            return f"{wording.times(result.slots)}\n\n{wording.WHICH_TIME}" if result.slots else wording.WHICH_TIME
        case "slot_expired":
            return f"Esse horário não está mais guardado para você. {wording.WHICH_DAY}"
        case _:
            return None


def _of_pet_or_service(result: ToolResult, wish: Wish, prompt: Prompt) -> str | None:
    pet = wish.registered(prompt)
    name = pet.name if pet else wish.pet_name or ""
    service = wish.service.name if wish.service else "esse serviço"
    match result.error:
        case "ambiguous_service" if result.candidates:
            return wording.which_of(result.candidates)
        case "ambiguous_service" | "unknown_service":
            return wording.which_service(prompt.services, consultation=False)
        case "ambiguous_pet" if result.candidates:
            return wording.which_pet(result.candidates)
        case "incomplete_pet" if result.missing:
            return changes.asks_traits(result.missing, service, name)
        case "bad_arguments" if result.field == "age":
            return "Acho que entendi errado a idade do seu pet. Quantos anos ele tem?"
        case "pet_not_found" | "ambiguous_pet" | "incomplete_pet":
            return wording.PET_TROUBLE
        case "needs_first" if result.service:
            return changes.first_needed(service, result.service, name)
        case _:
            return None


def _of_booking(result: ToolResult, prompt: Prompt) -> str | None:
    match result.error:
        case "use_reschedule_instead":
            names = [service.name for service in prompt.services]
            return changes.booked_already(read_appointment(result.appointment, names), prompt.today)
        case "pet_same_start_conflict":
            return changes.SAME_TIME
        case "needed_by_another" | "not_changeable" if result.message:
            return f"{result.message} Posso ajudar em mais alguma coisa?"
        case "booking_not_found":
            return changes.NO_APPOINTMENT
        case "ambiguous_booking" if prompt.appointments:
            return changes.which_appointment(prompt.appointments, prompt.today)
        case "ambiguous_booking":
            return marks.ASKS_WHICH_APPOINTMENT
        case _:
            return None

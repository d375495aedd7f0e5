"""The way to a booking: service, day, time, pet; one question or one round of tools at a time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time

from pydantic import JsonValue

from dev.practice_model import wording
from dev.practice_model.conversation import Conversation, ToolResult, ToolUse
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.portuguese import fold
from dev.practice_model.prompt import Prompt
from dev.practice_model.services import consultations
from dev.practice_model.wish import Hearing, Wish, offered_times

CHECK = "check_availability"
REGISTER = "register_pet"
BOOK = "book_appointment"
_ALREADY_THERE = ("exist", "duplicate", "already")


def continue_booking(conversation: Conversation, hearing: Hearing, prompt: Prompt, tools: frozenset[str]) -> Decision:
    """The next step towards the booking that is wished for."""
    wish = hearing.wish
    booked = next((use for use in conversation.used(BOOK) if use.result.ok), None)
    if booked is not None:
        changed = booked.after < len(conversation.burst) and dict(booked.arguments) != _booking(
            wish, _pet_name(wish, prompt)
        )
        return Say(wording.BOOKED_BEFORE_CHANGE if changed else wording.BOOKED)
    if wish.service is None or wish.day is None:
        return Say(_ask_service_and_day(wish, prompt, conversation))
    if wish.moment is None and len(only := offered_times(conversation.last_said)) == 1 and not hearing.touched:
        wish = replace(wish, moment=only[0])  # "pode ser" to the one time that was offered
    if wish.moment is None:
        return _offer_times(conversation, hearing, prompt, tools)
    question = _ask_pet(wish, prompt)
    if question is not None:
        return Say(question)
    return _book(conversation, wish, prompt, tools)


def _ask_service_and_day(wish: Wish, prompt: Prompt, conversation: Conversation) -> str:
    wants_consultation = wish.consultation and wish.service is None
    choices = consultations(prompt.services) if wants_consultation else prompt.services
    if wish.candidates:
        question = wording.which_of([service.name for service in wish.candidates])
    elif wish.service is None and wish.day is None:
        question = wording.service_and_day(choices, consultation=wants_consultation)
    elif wish.service is None:
        question = wording.which_service(choices, consultation=wants_consultation)
    else:
        question = wording.WHICH_DAY
    if not conversation.is_first_answer and (wish.service or wish.day or wish.candidates):
        return question
    pet = wish.registered(prompt)
    thing = "uma consulta" if wish.consultation else "um horário"
    opening = wording.opening(
        thing, _pet_name(wish, prompt), wish.article, wish.species or (pet.species if pet else None)
    )
    return f"{'Olá! ' if conversation.is_first_answer else ''}{opening}\n\n{question}"


def _offer_times(conversation: Conversation, hearing: Hearing, prompt: Prompt, tools: frozenset[str]) -> Decision:
    wish, today = hearing.wish, prompt.today
    checked = _checked(conversation, wish)
    if checked is None:
        return Use((Call(CHECK, _availability(wish)),)) if CHECK in tools else Say(wording.AGENDA_TROUBLE)
    if not checked.result.ok:
        return Say(_explain(checked.result, prompt, wording.AGENDA_TROUBLE))
    slots = checked.result.slots
    if wish.day is None or not slots:
        return Say(wording.nothing_free(wish.day, today) if wish.day else wording.WHICH_DAY)
    fitting = [slot for slot in slots if wish.window is None or wish.window.holds(slot)]
    if wish.window is not None and not fitting:
        return Say(wording.none_in_window(wish.window, slots, wish.day, today))
    return Say(wording.options(fitting, wish.day, today, named_now=hearing.named_day))


def _ask_pet(wish: Wish, prompt: Prompt) -> str | None:
    if wish.registered(prompt) is not None or (wish.pet_name and wish.species):
        return None
    if wish.pet_name:
        return wording.which_species(wish.pet_name, wish.article)
    fitting = [pet.name for pet in prompt.pets if wish.species in (None, pet.species)]
    if fitting:
        return wording.which_pet(fitting)
    return wording.which_name(wish.species) if wish.species else wording.who_is_it()


def _book(conversation: Conversation, wish: Wish, prompt: Prompt, tools: frozenset[str]) -> Decision:
    if BOOK not in tools and not conversation.used(BOOK):
        return Say(wording.CANNOT_BOOK)
    name = _pet_name(wish, prompt) or ""
    arguments = _booking(wish, name)
    tried = conversation.used_with(BOOK, arguments)
    if tried is not None:
        return Say(_explain(tried.result, prompt, wording.BOOKING_TROUBLE))
    registered = next((use for use in reversed(conversation.used(REGISTER)) if _same_name(use, name)), None)
    checked = _checked(conversation, wish)
    calls: list[Call] = []
    if wish.registered(prompt) is None and registered is None and REGISTER in tools:
        calls.append(Call(REGISTER, _registration(wish)))
    if checked is None and CHECK in tools:
        calls.append(Call(CHECK, _availability(wish)))
    if calls:
        return Use(tuple(calls))
    if registered is not None and not _is_there(registered.result):
        return Say(wording.PET_TROUBLE)
    if checked is not None and not checked.result.ok:
        return Say(_explain(checked.result, prompt, wording.AGENDA_TROUBLE))
    if checked is not None and wish.moment not in checked.result.slots:
        return Say(_not_free(wish, checked.result.slots, prompt))
    return Use((Call(BOOK, arguments),)) if BOOK in tools else Say(wording.CANNOT_BOOK)


def _explain(result: ToolResult, prompt: Prompt, otherwise: str) -> str:
    match result.error:
        case "slot_taken":
            return wording.slot_taken(result.alternatives)
        case "outside_hours":
            return wording.outside_hours(result.alternatives)
        case "past_date":
            return wording.PAST_DATE
        case "ambiguous_service" if result.candidates:
            return wording.which_of(result.candidates)
        case "ambiguous_service" | "unknown_service":
            return wording.which_service(prompt.services, consultation=False)
        case "pet_not_found" | "incomplete_pet":
            return wording.PET_TROUBLE
        case _:
            return otherwise


def _not_free(wish: Wish, slots: tuple[time, ...], prompt: Prompt) -> str:
    if wish.day is None or wish.moment is None or not slots:
        return wording.nothing_free(wish.day, prompt.today) if wish.day else wording.WHICH_DAY
    fitting = [slot for slot in slots if wish.window is None or wish.window.holds(slot)]
    return wording.time_not_free(wish.moment, fitting or slots)


def _checked(conversation: Conversation, wish: Wish) -> ToolUse | None:
    return conversation.used_with(CHECK, _availability(wish))


def _availability(wish: Wish) -> dict[str, JsonValue]:
    day, service = wish.day, wish.service
    return {"date": day.isoformat() if day else "", "service_type": service.name if service else ""}


def _registration(wish: Wish) -> dict[str, JsonValue]:
    arguments: dict[str, JsonValue] = {"name": wish.pet_name, "species": wish.species.value if wish.species else None}
    if wish.breed is not None:
        arguments["breed"] = wish.breed
    if wish.age is not None:
        arguments["age"] = wish.age
    return arguments


def _booking(wish: Wish, pet_name: str | None) -> Mapping[str, JsonValue]:
    return {
        "pet_name": pet_name,
        "service_type": wish.service.name if wish.service else None,
        "preferred_date": wish.day.isoformat() if wish.day else None,
        "preferred_time": f"{wish.moment:%H:%M}" if wish.moment else None,
    }


def _pet_name(wish: Wish, prompt: Prompt) -> str | None:
    pet = wish.registered(prompt)
    return pet.name if pet else wish.pet_name


def _same_name(use: ToolUse, name: str) -> bool:
    return fold(str(use.arguments.get("name", ""))) == fold(name)


def _is_there(result: ToolResult) -> bool:
    return result.ok or any(mark in result.error for mark in _ALREADY_THERE)

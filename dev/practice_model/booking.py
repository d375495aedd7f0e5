"""The way to a booking: service, day, time, pet; one question or one round of tools at a time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time

from pydantic import JsonValue

from dev.practice_model import wording
from dev.practice_model import wording_changes as changes
from dev.practice_model.agenda_lines import Change
from dev.practice_model.conversation import Conversation, ToolUse
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.marks import asks_to, offered_times
from dev.practice_model.pets import ask_pet, pet_calls, pet_name, pet_refused
from dev.practice_model.prompt import Prompt
from dev.practice_model.refusals import explain
from dev.practice_model.services import consultations
from dev.practice_model.tools import BOOK, CHECK, JOIN
from dev.practice_model.wish import Hearing, Wish

_NEAREST = 6
"""How many times are offered when the one that was wanted is taken."""


def continue_booking(conversation: Conversation, hearing: Hearing, prompt: Prompt, tools: frozenset[str]) -> Decision:
    """The next step towards the booking that is wished for."""
    wish = hearing.wish
    booked = next((use for use in conversation.used(BOOK) if use.result.is_done), None)
    if booked is not None:
        changed = booked.after < len(conversation.burst) and not _is_of(booked, wish, prompt)
        return Say(wording.BOOKED_BEFORE_CHANGE if changed else wording.BOOKED)
    if wish.service is None or wish.day is None:
        return Say(_ask_service_and_day(wish, prompt, conversation))
    if wish.moment is None and len(only := offered_times(conversation.last_said)) == 1 and not hearing.touched:
        wish = replace(wish, moment=only[0])  # "pode ser" to the one time that was offered
    if wish.moment is None:
        return _offer_times(conversation, hearing, prompt, tools)
    question = ask_pet(wish, prompt)
    if question is not None:
        return Say(question)
    return _book(conversation, wish, prompt, tools)


def booking(wish: Wish, prompt: Prompt) -> dict[str, JsonValue]:
    """The arguments by which it is booked."""
    arguments: dict[str, JsonValue] = {
        "pet_name": pet_name(wish, prompt),
        "service_type": wish.service.name if wish.service else None,
        "preferred_date": wish.day.isoformat() if wish.day else None,
        "preferred_time": f"{wish.moment:%H:%M}" if wish.moment else None,
    }
    return arguments | ({"in_addition": True} if wish.one_more else {})


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
        thing, pet_name(wish, prompt), wish.article, wish.species or (pet.species if pet else None)
    )
    return f"{'Olá! ' if conversation.is_first_answer else ''}{opening}\n\n{question}"


def _offer_times(conversation: Conversation, hearing: Hearing, prompt: Prompt, tools: frozenset[str]) -> Decision:
    wish, today = hearing.wish, prompt.today
    calls = tuple(pet_calls(conversation, wish, prompt, tools)) if wish.registered(prompt) else ()
    if calls:
        return Use(calls)
    checked = _checked(conversation, wish)
    if checked is None:
        return Use((Call(CHECK, _availability(wish, prompt)),)) if CHECK in tools else Say(wording.AGENDA_TROUBLE)
    if not checked.result.ok:
        return Say(explain(checked.result, wish, prompt, wording.AGENDA_TROUBLE))
    if wish.day is None:
        return Say(wording.WHICH_DAY)
    free = checked.result.free_on(wish.day)
    if not free:
        return Say(changes.nothing_free(wish.day, today, checked.result.next_free, can_wait=JOIN in tools))
    fitting = [at for at in free if wish.window is None or wish.window.holds(at)]
    if wish.window is not None and not fitting:
        return Say(wording.none_in_window(wish.window, free, wish.day, today))
    kept = [at for at in checked.result.offered_on(wish.day) if at in fitting]
    shown = kept or fitting
    more = len(fitting) > len(shown)
    return Say(wording.options(shown, wish.day, today, named_now=hearing.day is not None, more=more))


def _book(conversation: Conversation, wish: Wish, prompt: Prompt, tools: frozenset[str]) -> Decision:
    if BOOK not in tools:
        return Say(wording.CANNOT_BOOK)
    calls = list(pet_calls(conversation, wish, prompt, tools))
    checked = _checked(conversation, wish)
    if checked is None and CHECK in tools and not _is_offered(wish, prompt, conversation.last_said):
        calls.append(Call(CHECK, _availability(wish, prompt)))
    if calls:
        return Use(tuple(calls))
    if refused := pet_refused(conversation, wish, prompt):
        return Say(refused)
    if checked is not None and not checked.result.ok:
        return Say(explain(checked.result, wish, prompt, wording.AGENDA_TROUBLE))
    if checked is not None and wish.day is not None and wish.moment not in checked.result.free_on(wish.day):
        return Say(_not_free(wish, checked, prompt, can_wait=JOIN in tools))
    return Use((Call(BOOK, booking(wish, prompt)),))


def _not_free(wish: Wish, checked: ToolUse, prompt: Prompt, *, can_wait: bool) -> str:
    if wish.day is None or wish.moment is None:
        return wording.WHICH_DAY
    free = checked.result.free_on(wish.day)
    if not free:
        return changes.nothing_free(wish.day, prompt.today, checked.result.next_free, can_wait=can_wait)
    fitting = [at for at in free if wish.window is None or wish.window.holds(at)] or list(free)
    wanted = _minutes(wish.moment)
    nearest = sorted(sorted(fitting, key=lambda at: abs(_minutes(at) - wanted))[:_NEAREST])
    return wording.time_not_free(wish.moment, nearest)


def _is_offered(wish: Wish, prompt: Prompt, last_said: str) -> bool:
    """Whether the start was proposed last, or is kept by the prompt's word: then the agenda need not be read again."""
    service = wish.service.name if wish.service else None
    return asks_to(last_said) is Change.BOOK or any(
        (slot.service, slot.day, slot.at) == (service, wish.day, wish.moment) for slot in prompt.kept
    )


def _checked(conversation: Conversation, wish: Wish) -> ToolUse | None:
    """The look at the agenda of this turn that is about the wished service and day."""
    wanted = _day_and_service(wish)
    uses = reversed(conversation.used(CHECK))
    return next((use for use in uses if all(use.arguments.get(name) == wanted[name] for name in wanted)), None)


def _availability(wish: Wish, prompt: Prompt) -> dict[str, JsonValue]:
    arguments = _day_and_service(wish)
    if (pet := wish.registered(prompt)) is not None:
        arguments["pet_name"] = pet.name
    if wish.moment is None and wish.window is not None and wish.window.period is not None:
        arguments["period"] = wish.window.period
    return arguments


def _day_and_service(wish: Wish) -> dict[str, JsonValue]:
    return {
        "date": wish.day.isoformat() if wish.day else "",
        "service_type": wish.service.name if wish.service else "",
    }


def _is_of(use: ToolUse, wish: Wish, prompt: Prompt) -> bool:
    wanted: Mapping[str, JsonValue] = booking(wish, prompt)
    return all(use.arguments.get(name) == value for name, value in wanted.items())


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute

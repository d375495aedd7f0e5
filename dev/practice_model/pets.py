"""The pet of a wish: who it is, and that the shop knows what it has to."""

from collections.abc import Iterator

from pydantic import JsonValue

from dev.practice_model import wording
from dev.practice_model.conversation import Conversation, ToolUse
from dev.practice_model.decision import Call
from dev.practice_model.portuguese import fold
from dev.practice_model.prompt import Prompt
from dev.practice_model.refusals import explain
from dev.practice_model.tool_results import ToolResult
from dev.practice_model.tools import REGISTER, UPDATE
from dev.practice_model.wish import Wish

_ALREADY_THERE = ("exist", "duplicate", "already")


def pet_name(wish: Wish, prompt: Prompt) -> str | None:
    """The pet's name, as the shop writes it where it knows it."""
    pet = wish.registered(prompt)
    return pet.name if pet else wish.pet_name


def ask_pet(wish: Wish, prompt: Prompt) -> str | None:
    """The question that is still open about the pet, if any."""
    if wish.registered(prompt) is not None or (wish.pet_name and wish.species):
        return None
    if wish.pet_name:
        return wording.which_species(wish.pet_name, wish.article)
    fitting = [pet.name for pet in prompt.pets if wish.species in (None, pet.species)]
    if fitting:
        return wording.which_pet(fitting)
    return wording.which_name(wish.species) if wish.species else wording.who_is_it()


def pet_calls(conversation: Conversation, wish: Wish, prompt: Prompt, tools: frozenset[str]) -> Iterator[Call]:
    """What has to be called, once a turn, before the pet can be booked for."""
    pet = wish.registered(prompt)
    if pet is None:
        if REGISTER in tools and _registered(conversation, wish) is None:
            yield Call(REGISTER, _registration(wish))
        return
    news: dict[str, JsonValue] = {"pet_name": pet.name}
    if wish.size is not None and wish.size is not pet.size:
        news["size"] = wish.size.value
    if wish.coat is not None and wish.coat is not pet.coat:
        news["coat"] = wish.coat.value
    if len(news) > 1 and UPDATE in tools and not _known_now(conversation, wish):
        yield Call(UPDATE, news)


def pet_refused(conversation: Conversation, wish: Wish, prompt: Prompt) -> str | None:
    """What to say when the pet could not be registered or updated."""
    use = _registered(conversation, wish) or next(iter(reversed(conversation.used(UPDATE))), None)
    if use is None or _is_there(use.result):
        return None
    return explain(use.result, wish, prompt, wording.PET_TROUBLE)


def _known_now(conversation: Conversation, wish: Wish) -> bool:
    return bool(conversation.used(UPDATE)) or _registered(conversation, wish) is not None


def _registered(conversation: Conversation, wish: Wish) -> ToolUse | None:
    """The registration of this turn."""
    uses = reversed(conversation.used(REGISTER))
    return next((use for use in uses if fold(str(use.arguments.get("name", ""))) == fold(wish.pet_name or "")), None)


def _registration(wish: Wish) -> dict[str, JsonValue]:
    arguments: dict[str, JsonValue] = {"name": wish.pet_name, "species": wish.species.value if wish.species else None}
    known: dict[str, JsonValue] = {
        "breed": wish.breed,
        "age": wish.age,
        "size": wish.size.value if wish.size else None,
        "coat": wish.coat.value if wish.coat else None,
    }
    return arguments | {name: value for name, value in known.items() if value is not None}


def _is_there(result: ToolResult) -> bool:
    return result.ok or any(mark in result.error for mark in _ALREADY_THERE)

"""What the customer wants by now: filled from their messages since the last finished wish, later ones overriding."""

import re
from dataclasses import dataclass, replace
from datetime import date, time

from dev.practice_model.conversation import Conversation, Line
from dev.practice_model.days import DayReading, read_day
from dev.practice_model.pet_names import NameReading, read_name
from dev.practice_model.pet_words import PetReading, Species, read_pet
from dev.practice_model.portuguese import fold
from dev.practice_model.prompt import Prompt, RegisteredPet
from dev.practice_model.services import Service, ServiceReading, read_service, service_words
from dev.practice_model.times import TimeReading, Window, read_time
from dev.practice_model.wording import ASKS_PET_NAME, ASKS_SERVICE

_OFFERED = re.compile(r"^- ([01]\d|2[0-3]):([0-5]\d)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Wish:
    """A booking as far as it is known; `age` in years, `article` the "o" or "a" before the name."""

    pet_name: str | None = None
    species: Species | None = None
    breed: str | None = None
    age: int | float | None = None
    article: str | None = None
    service: Service | None = None
    candidates: tuple[Service, ...] = ()
    consultation: bool = False
    day: date | None = None
    moment: time | None = None
    window: Window | None = None

    def registered(self, prompt: Prompt) -> RegisteredPet | None:
        """The pet meant, if the shop knows it: by name, or as the only one it can be."""
        if self.pet_name is not None:
            return next((pet for pet in prompt.pets if fold(pet.name) == fold(self.pet_name)), None)
        fitting = [pet for pet in prompt.pets if self.species in (None, pet.species)]
        return fitting[0] if len(fitting) == 1 else None


@dataclass(frozen=True, slots=True)
class _Heard:
    name: NameReading | None
    pet: PetReading
    service: ServiceReading
    day: DayReading
    time: TimeReading

    @property
    def anything(self) -> bool:
        return (
            self.name is not None
            or self.pet != PetReading(article=self.pet.article)
            or self.service != ServiceReading()
            or self.day != DayReading()
            or self.time != TimeReading()
        )


@dataclass(frozen=True, slots=True)
class Hearing:
    """The wish, and whether the burst to be answered says anything of it, and names its day."""

    wish: Wish
    touched: bool
    named_day: bool


def read_wish(conversation: Conversation, prompt: Prompt) -> Hearing:
    """Fills the wish from all the customer wrote since the last booking or hand-over."""
    wish = Wish()
    for line in conversation.past:
        wish = _merge(wish, _hear(line, prompt))
    heard = [_hear(line, prompt) for line in conversation.burst]
    for part in heard:
        wish = _merge(wish, part)
    return Hearing(wish, any(part.anything for part in heard), any(part.day.wanted for part in heard))


def offered_times(said: str) -> tuple[time, ...]:
    """The options "- 09:00" in a text of the assistant."""
    return tuple(time(int(hour), int(minute)) for hour, minute in _OFFERED.findall(said))


def _hear(line: Line, prompt: Prompt) -> _Heard:
    folded = fold(line.text)
    return _Heard(
        name=read_name(
            line.text,
            taken=service_words(prompt.services),
            known=[pet.name for pet in prompt.pets],
            asked=ASKS_PET_NAME in line.answering,
        ),
        pet=read_pet(folded),
        service=read_service(folded, prompt.services, asked=ASKS_SERVICE in line.answering),
        day=read_day(folded, prompt.today) if prompt.today else DayReading(),
        time=read_time(folded, offered_times(line.answering)),
    )


def _merge(wish: Wish, heard: _Heard) -> Wish:
    return _merge_moment(_merge_service(_merge_pet(wish, heard), heard.service), heard)


def _merge_pet(wish: Wish, heard: _Heard) -> Wish:
    name, pet = heard.name, heard.pet
    if name is not None and wish.pet_name is not None and fold(name.name) != fold(wish.pet_name):
        wish = replace(wish, species=None, breed=None, age=None, article=None)  # another animal
    about_pet = name is not None or pet.species is not None
    return replace(
        wish,
        pet_name=name.name if name else wish.pet_name,
        species=pet.species or wish.species,
        breed=pet.breed or wish.breed,
        age=pet.age if pet.age is not None else wish.age,
        article=(name.article if name else None) or (pet.article if about_pet else None) or wish.article,
    )


def _merge_service(wish: Wish, heard: ServiceReading) -> Wish:
    consultation = wish.consultation or heard.consultation
    if heard.service is not None:
        return replace(wish, service=heard.service, candidates=(), consultation=consultation)
    if heard.candidates and wish.service not in heard.candidates:
        return replace(wish, service=None, candidates=heard.candidates, consultation=consultation)
    return replace(wish, consultation=consultation)


def _merge_moment(wish: Wish, heard: _Heard) -> Wish:
    day = None if wish.day in heard.day.refused else wish.day
    day = heard.day.wanted or day
    chosen, window = heard.time.wanted, heard.time.window
    # A time belongs to the day and part of the day it was said for.
    moved = day != wish.day and wish.day is not None
    kept = None if moved or (window and wish.moment and not window.holds(wish.moment)) else wish.moment
    moment = chosen or kept
    part = window or (None if moment and wish.window and not wish.window.holds(moment) else wish.window)
    return replace(wish, day=day, moment=moment, window=part)

"""What the customer wants by now: filled from their messages since the last matter was over, later ones overriding."""

from dataclasses import dataclass, replace
from datetime import date, time

from dev.practice_model.change_words import Wanted
from dev.practice_model.conversation import Conversation
from dev.practice_model.heard import Heard, Known, hear
from dev.practice_model.pet_traits import Coat, Size
from dev.practice_model.pet_words import Species
from dev.practice_model.portuguese import fold
from dev.practice_model.prompt import Prompt, RegisteredPet
from dev.practice_model.services import Service
from dev.practice_model.times import Window


@dataclass(frozen=True, slots=True)
class Wish:
    """A booking, or a change of one, as far as it is known.

    `age` in years, `article` the "o" or "a" before the name; `from_day` and `from_at` tell which appointment is to be
    changed, `shift` is 1 for "mais tarde" and -1 for "mais cedo".
    """

    pet_name: str | None = None
    species: Species | None = None
    breed: str | None = None
    age: int | float | None = None
    article: str | None = None
    size: Size | None = None
    coat: Coat | None = None
    service: Service | None = None
    candidates: tuple[Service, ...] = ()
    consultation: bool = False
    day: date | None = None
    moment: time | None = None
    window: Window | None = None
    change: Wanted | None = None
    from_day: date | None = None
    from_at: time | None = None
    shift: int = 0
    one_more: bool = False
    waiting: bool = False

    @property
    def is_begun(self) -> bool:
        """Whether anything that leads to a booking or a change is known."""
        return bool(self.service or self.candidates or self.consultation or self.day or self.change or self.waiting)

    def registered(self, prompt: Prompt) -> RegisteredPet | None:
        """The pet meant, if the shop knows it: by name, or as the only one it can be."""
        if self.pet_name is not None:
            return next((pet for pet in prompt.pets if fold(pet.name) == fold(self.pet_name)), None)
        fitting = [pet for pet in prompt.pets if self.species in (None, pet.species)]
        return fitting[0] if len(fitting) == 1 else None


@dataclass(frozen=True, slots=True)
class Hearing:
    """The wish, and what the burst to be answered says of it: anything, which day, which time."""

    wish: Wish
    touched: bool = False
    day: date | None = None
    moment: time | None = None


def read_wish(conversation: Conversation, prompt: Prompt) -> Hearing:
    """Fills the wish from all the customer wrote since the last matter was over."""
    wish = Wish()
    for line in conversation.past:
        wish = _merge(wish, hear(line, prompt, _known(wish)))
    hearing = Hearing(wish)
    for line in conversation.burst:
        heard = hear(line, prompt, _known(hearing.wish))
        hearing = Hearing(
            _merge(hearing.wish, heard),
            hearing.touched or heard.anything,
            heard.day.wanted or hearing.day,
            heard.moment.wanted or hearing.moment,
        )
    return hearing


def _known(wish: Wish) -> Known:
    return Known(change=wish.change, booking=wish.is_begun and wish.change is None)


def _merge(wish: Wish, heard: Heard) -> Wish:
    wish = _merge_matter(wish, heard)
    return _merge_moment(_merge_service(_merge_pet(wish, heard), heard), heard)


def _merge_matter(wish: Wish, heard: Heard) -> Wish:
    """What it is all about: something new, or an appointment there is; with another matter the rest begins anew."""
    if heard.books and wish.change is not None and heard.change is None:
        wish = Wish()
    if heard.change is not None and heard.change is not wish.change:
        goes_on = heard.same_matter or wish.change is Wanted.UNDECIDED
        wish = replace(wish, change=heard.change) if goes_on else Wish(change=heard.change)
    return replace(
        wish,
        from_day=heard.from_day or wish.from_day,
        from_at=heard.from_at or wish.from_at,
        shift=heard.shift or wish.shift,
        one_more=wish.one_more or heard.one_more,
    )


def _merge_pet(wish: Wish, heard: Heard) -> Wish:
    name, pet = heard.name, heard.pet
    if name is not None and wish.pet_name is not None and fold(name.name) != fold(wish.pet_name):
        wish = replace(wish, species=None, breed=None, age=None, article=None, size=None, coat=None)  # another animal
    about_pet = name is not None or pet.species is not None
    return replace(
        wish,
        pet_name=name.name if name else wish.pet_name,
        species=pet.species or wish.species,
        breed=pet.breed or wish.breed,
        age=pet.age if pet.age is not None else wish.age,
        size=pet.size or wish.size,
        coat=pet.coat or wish.coat,
        article=(name.article if name else None) or (pet.article if about_pet else None) or wish.article,
    )


def _merge_service(wish: Wish, heard: Heard) -> Wish:
    meant = heard.service
    consultation = wish.consultation or meant.consultation
    if meant.service is not None:
        return replace(wish, service=meant.service, candidates=(), consultation=consultation)
    if meant.candidates and wish.service not in meant.candidates:
        return replace(wish, service=None, candidates=meant.candidates, consultation=consultation)
    return replace(wish, consultation=consultation)


def _merge_moment(wish: Wish, heard: Heard) -> Wish:
    day = None if wish.day in heard.day.refused else wish.day
    day = heard.day.wanted or day
    chosen, window = heard.moment.wanted, heard.moment.window
    # A time belongs to the day and part of the day it was said for.
    moved = day != wish.day and wish.day is not None
    dropped = moved or heard.drops_time or (window and wish.moment and not window.holds(wish.moment))
    moment = chosen or (None if dropped else wish.moment)
    part = window or (None if moment and wish.window and not wish.window.holds(moment) else wish.window)
    waiting = heard.waits or (wish.waiting and not (heard.day.wanted or chosen))
    return replace(wish, day=day, moment=moment, window=part, waiting=waiting)

"""What one message tells, read with what the shop had said before it."""

from dataclasses import dataclass, replace
from datetime import date, time

from dev.practice_model import change_words, marks
from dev.practice_model.agenda_lines import Change
from dev.practice_model.change_words import ORIGIN, Wanted
from dev.practice_model.conversation import Line
from dev.practice_model.days import DayReading, read_day
from dev.practice_model.intents import is_no, is_yes
from dev.practice_model.pet_names import NameReading, read_name
from dev.practice_model.pet_words import PetReading, read_pet
from dev.practice_model.portuguese import fold
from dev.practice_model.prompt import Prompt
from dev.practice_model.services import Service, ServiceReading, read_service, service_words
from dev.practice_model.times import TimeReading, read_time


@dataclass(frozen=True, slots=True)
class Known:
    """What it is about so far: a `change` of an appointment, or something new to be booked."""

    change: Wanted | None = None
    booking: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """One message. `same_matter`: the change is of what was spoken of before it; `drops_time`: not that time."""

    name: NameReading | None
    pet: PetReading
    service: ServiceReading
    day: DayReading
    moment: TimeReading
    change: Wanted | None = None
    same_matter: bool = False
    from_day: date | None = None
    from_at: time | None = None
    shift: int = 0
    books: bool = False
    one_more: bool = False
    waits: bool = False
    drops_time: bool = False

    @property
    def anything(self) -> bool:
        """Whether it says anything of a booking or a change."""
        return (
            self.name is not None
            or self.pet != PetReading(article=self.pet.article)
            or self.service != ServiceReading()
            or self.day != DayReading()
            or self.moment != TimeReading()
            or bool(self.change or self.from_day or self.from_at or self.shift)
            or self.one_more
            or self.waits
        )


def hear(line: Line, prompt: Prompt, known: Known) -> Heard:
    """Everything the rules find in a message."""
    folded, said = fold(line.text), line.answering
    heard = Heard(
        name=read_name(
            line.text,
            taken=service_words(prompt.services),
            known=[pet.name for pet in prompt.pets],
            asked=marks.ASKS_PET_NAME in said,
        ),
        pet=read_pet(folded, asks_size=marks.ASKS_SIZE in said, asks_coat=marks.ASKS_COAT in said),
        service=read_service(folded, prompt.services, asked=marks.ASKS_SERVICE in said),
        day=read_day(folded, prompt.today) if prompt.today else DayReading(),
        moment=read_time(folded, marks.offered_times(said)),
        books=change_words.wants_to_book(folded),
        one_more=marks.MOVE_OR_ONE_MORE in said and change_words.wants_one_more(folded),
        waits=change_words.wants_to_wait(folded),
    )
    return _answered(_changing(heard, folded, said, prompt, known), folded, said, prompt)


def _changing(heard: Heard, folded: str, said: str, prompt: Prompt, known: Known) -> Heard:
    """With what it wants for an appointment: then days and times are those it has, or those it is to have."""
    asked = marks.is_reminder(said) or marks.CHANGE_OR_CANCEL in said
    perhaps = bool(prompt.appointments) and (asked or not known.booking)
    change = change_words.read_change(folded, perhaps=perhaps)
    named = heard.day.wanted is not None or heard.moment.wanted is not None
    if marks.MOVE_OR_ONE_MORE in said and not heard.one_more and change_words.wants_this_one(folded):
        return replace(heard, change=Wanted.MOVE, same_matter=True)
    if named and not is_yes(folded) and (change is Wanted.UNDECIDED or (asked and change is None)):
        change = Wanted.MOVE
    elif marks.is_reminder(said) and change is None and is_no(folded):
        change = Wanted.UNDECIDED
    about = change or known.change
    if about is None or heard.books:
        return replace(heard, change=change)
    if marks.ASKS_WHICH_APPOINTMENT in said or about is not Wanted.MOVE:
        which = heard.day.wanted or next(iter(heard.day.refused), None)
        return replace(
            heard, change=change, from_day=which, from_at=heard.moment.wanted, day=DayReading(), moment=TimeReading()
        )
    origin = " , ".join(match[0] for match in ORIGIN.finditer(folded)) if change else ""
    target = ORIGIN.sub(" ", folded) if change else folded
    today = prompt.today
    day = read_day(target, today) if today else DayReading()
    return replace(
        heard,
        change=change,
        from_day=(read_day(origin, today).wanted if today else None) or next(iter(day.refused), None),
        from_at=read_time(origin).wanted,
        day=day,
        moment=read_time(target, marks.offered_times(said)),
        shift=change_words.shift(folded),
    )


def _answered(heard: Heard, folded: str, said: str, prompt: Prompt) -> Heard:
    """With what a bare yes or no stands for, after what was asked."""
    if marks.asks_to(said) is Change.BOOK and is_no(folded):
        return replace(heard, drops_time=True)
    if not is_yes(folded):
        return heard
    if start := marks.next_free_in(said, prompt.today):
        day, at = start
        return replace(heard, day=DayReading(wanted=day), moment=TimeReading(wanted=at))
    if first := marks.first_needed_in(said):
        return replace(heard, service=ServiceReading(service=_named(first, prompt)), drops_time=True)
    return replace(heard, waits=heard.waits or marks.OFFERS_LIST in said)


def _named(name: str, prompt: Prompt) -> Service | None:
    return next((service for service in prompt.services if service.name == name), None)

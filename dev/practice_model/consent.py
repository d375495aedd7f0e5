"""Answers to what the shop asked: "Posso confirmar?", a reminder, a slot that the waiting list offered."""

import re
from collections.abc import Iterator

from dev.practice_model import marks
from dev.practice_model import wording_changes as changes
from dev.practice_model.agenda_lines import Appointment, Change, Proposed
from dev.practice_model.booking import booking
from dev.practice_model.changing import appointments_meant, move
from dev.practice_model.conversation import Conversation
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.intents import is_no, is_yes
from dev.practice_model.marks import ListOffer
from dev.practice_model.portuguese import fold
from dev.practice_model.prompt import Prompt
from dev.practice_model.tools import BOOK, CANCEL, CONFIRM, LEAVE
from dev.practice_model.wish import Hearing

_DO_IT = {
    Change.BOOK: re.compile(r"\W*(?:sim,? )?(?:pode|podem|quero) (?:confirmar|marcar|agendar|reservar)\b.{0,30}"),
    Change.MOVE: re.compile(r"\W*(?:sim,? )?(?:pode|podem|quero) (?:confirmar|remarcar|mudar|trocar)\b.{0,30}"),
    Change.CANCEL: re.compile(
        r"\W*(?:sim,? )?(?:(?:pode|podem|quero) (?:cancelar|desmarcar|confirmar)|cancela\w*|desmarca\w*)\b.{0,30}"
    ),
}
_BEGINS_WITH_YES = re.compile(r"^\W*(?:sim|isso|claro|ok|confirmo|perfeito|fechado)\b")
_TAKEN_BACK = re.compile(r"\b(?:nao|mas|so que|espera|depois|talvez|acho)\b|\?")
_COMES = re.compile(
    r"\W*(?:sim,? )?(?:estar(?:ei|emos) (?:ai|la)|(?:eu )?vou sim|vamos sim|confirmad[oa]|confirmo)\b.{0,30}"
)


def answer_to_question(
    conversation: Conversation, hearing: Hearing, prompt: Prompt, tools: frozenset[str]
) -> Decision | None:
    """What follows from a yes or a no to what was asked; None where the burst is neither."""
    text, said = fold("\n".join(line.text for line in conversation.burst)), conversation.last_said
    if (asked := marks.asks_to(said)) is not None:
        return _to_proposal(text, asked, hearing, prompt, tools)
    if (offer := marks.list_offer_in(said, prompt.today)) is not None:
        return _to_list_offer(text, offer, prompt, tools)
    if _yes_to_come(text, hearing, said, prompt) and CONFIRM in tools:
        appointment = _asked_about(said, prompt)
        return Use((Call(CONFIRM, {"appointment_id": appointment.code}),)) if appointment else None
    return None


def _to_proposal(text: str, asked: Change, hearing: Hearing, prompt: Prompt, tools: frozenset[str]) -> Decision | None:
    if is_no(text):
        return Say(changes.NOT_BOOKED if asked is Change.BOOK else changes.LEFT_AS_IS)
    calls = [call for proposed in prompt.proposed for call in _again(proposed, hearing, prompt) if call.tool in tools]
    agreed = [proposed for proposed in prompt.proposed if _agrees(text, proposed, hearing)]
    return Use(tuple(calls)) if calls and len(agreed) == len(prompt.proposed) else None


def _agrees(text: str, proposed: Proposed, hearing: Hearing) -> bool:
    """Whether the text is a yes to this; naming its own day and time does not take it back."""
    if hearing.day not in (None, proposed.day) or hearing.moment not in (None, proposed.at):
        return False
    if is_yes(text) or _DO_IT[proposed.change].fullmatch(text):
        return True
    return len(text) <= 80 and bool(_BEGINS_WITH_YES.search(text)) and not _TAKEN_BACK.search(text)


def _again(proposed: Proposed, hearing: Hearing, prompt: Prompt) -> Iterator[Call]:
    """The call that was proposed, with the same data."""
    if proposed.change is Change.BOOK:
        yield Call(
            BOOK,
            {
                "pet_name": proposed.pet,
                "service_type": proposed.service,
                "preferred_date": proposed.day.isoformat(),
                "preferred_time": f"{proposed.at:%H:%M}",
                **({"in_addition": True} if booking(hearing.wish, prompt).get("in_addition") else {}),
            },
        )
        return
    meant = [a for a in appointments_meant(hearing.wish, prompt) if _is_of(a, proposed)]
    meant = meant or [a for a in prompt.appointments if _is_of(a, proposed)]
    if proposed.change is Change.CANCEL:
        meant = [a for a in meant if (a.day, a.at) == (proposed.day, proposed.at)] or meant
        yield from (Call(CANCEL, {"appointment_id": a.code}) for a in meant[:1])
    else:
        yield from (move(a, proposed.day, proposed.at) for a in meant[:1])


def _is_of(appointment: Appointment, proposed: Proposed) -> bool:
    return (appointment.pet, appointment.service) == (proposed.pet, proposed.service)


def _to_list_offer(text: str, offer: ListOffer, prompt: Prompt, tools: frozenset[str]) -> Decision | None:
    if is_no(text) and LEAVE in tools:
        wait = {"pet_name": offer.pet, "service_type": offer.service, "date": offer.day.isoformat()}
        return Use((Call(LEAVE, wait),))
    if not is_yes(text) or BOOK not in tools:
        return None
    kept = (slot for slot in prompt.kept if (slot.service, slot.day, slot.at) == (offer.service, offer.day, offer.at))
    code = next((slot.code for slot in kept), None)
    return Use(
        (
            Call(
                BOOK,
                {
                    "pet_name": offer.pet,
                    "service_type": offer.service,
                    "preferred_date": offer.day.isoformat(),
                    "preferred_time": f"{offer.at:%H:%M}",
                    **({"slot_id": code} if code else {}),
                },
            ),
        )
    )


def _yes_to_come(text: str, hearing: Hearing, said: str, prompt: Prompt) -> bool:
    """Whether it says that the customer comes: to a reminder any yes does, later only plain words."""
    if marks.is_reminder(said):
        return bool(
            is_yes(text) or _COMES.fullmatch(text) or (_BEGINS_WITH_YES.search(text) and not _TAKEN_BACK.search(text))
        )
    waits = [appointment for appointment in prompt.appointments if appointment.waits_for_yes]
    begun = hearing.wish.is_begun or "?" in said
    return bool(waits) and not begun and (is_yes(text) or bool(_COMES.fullmatch(text)))


def _asked_about(said: str, prompt: Prompt) -> Appointment | None:
    """The appointment that a reminder was about: the one it names, else one that waits, else the next."""
    named = [a for a in prompt.appointments if f"{a.service} para {a.pet}: " in said and f"{a.at:%H:%M}" in said]
    waits = [a for a in prompt.appointments if a.waits_for_yes]
    return next(iter([*named, *waits, *prompt.appointments]), None)

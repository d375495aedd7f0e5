"""Orders about one booking, and where it stands: it is looked up first, and of several the owner says which."""

import re
from datetime import date, time

from pydantic import JsonValue

from dev.practice_model import owner_wording as wording
from dev.practice_model.change_words import ORIGIN
from dev.practice_model.days import read_day
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.owner_facts import read_facts
from dev.practice_model.owner_found import Found, chosen, read_found
from dev.practice_model.owner_readings import read_reason
from dev.practice_model.owner_said import Said
from dev.practice_model.owner_tools import CANCEL, FIND, MOVE
from dev.practice_model.portuguese import fold
from dev.practice_model.services import read_service
from dev.practice_model.times import read_time

_CANCEL = re.compile(r"\b(?:cancel(?!ad)\w*|desmarc(?!ad)\w*)\b")
_MOVE = re.compile(
    r"\b(?:remarc(?!ad)\w+|reagend\w+|adi(?:a|ar|e)|antecip\w+|(?:mud|troc|pass(?!ad)|transfer|alter|jog)(?:a|e|ar|ue|ir|ira)\w*)\b"
)
_ALL = re.compile(r"\b(?:tudo|tod[oa]s|geral|agenda inteira)\b")
_WHERE = re.compile(
    r"\b(?:quando|que (?:dia|horas?)|qual (?:o |e o )?(?:dia|horario)|procur\w+|ach[ae]r?|encontr\w+"
    r"|tem (?:algum\w* )?(?:horario|agendamento|consulta|banho|tosa)s?(?: marcad[oa])?)\b"
)
_OF_CUSTOMER = re.compile(r"\b(?:client[ea]|tutora?|dona|sra?) ")


def read_booking_order(said: Said) -> Decision | None:
    """The next step to the order; None where no booking is to be moved, cancelled or found."""
    text = said.folded
    if said.asks and _WHERE.search(text) and said.names:
        return _tell(said)
    if said.asks:
        return None
    if _CANCEL.search(text):
        if _ALL.search(fold(said.answer)):
            return Say(wording.not_everything("Cancelar tudo"))
        return _cancel(said)
    if _MOVE.search(text) and (said.names or read_service(text, said.prompt.services).service or ORIGIN.search(text)):
        return _move(said)
    return None


def booking_verb(said: Said) -> str:
    """What is to be done with a booking: "cancel", "move" or "tell"."""
    if said.asks:
        return "tell"
    return "cancel" if _CANCEL.search(said.folded) else "move"


def _cancel(said: Said) -> Decision:
    reason = read_reason(said.text)
    text = said.folded if reason is None else said.folded[: said.folded.rfind(fold(reason))]
    which = _first_part(said, text)
    found = _look_up(said, read_day(which, said.today).wanted, read_time(which).wanted)
    if not isinstance(found, Found):
        return found
    return Use((Call(CANCEL, {"booking": found.code, **({"reason": reason} if reason else {})}),))


def _move(said: Said) -> Decision:
    text = _first_part(said, said.folded)
    origin = " , ".join(match[0] for match in ORIGIN.finditer(text))
    target = ORIGIN.sub(" ", text)
    day, at = read_day(target, said.today).wanted, read_time(target).wanted
    if day is None and at is None and said.professional is None:
        return Say(wording.WHICH_NEW_TIME)
    found = _look_up(said, read_day(origin, said.today).wanted if origin else None, read_time(origin).wanted)
    if not isinstance(found, Found):
        return found
    to, when = day or found.day, at or found.at
    if to is None or when is None:
        return Say(wording.WHICH_NEW_TIME)
    arguments: dict[str, JsonValue] = {"booking": found.code, "date": to.isoformat(), "time": f"{when:%H:%M}"}
    if said.professional is not None:
        arguments["professional"] = said.professional
    return Use((Call(MOVE, arguments),))


def _tell(said: Said) -> Decision:
    found = _all(said, None)
    if not isinstance(found, list):
        return found
    return Say("\n".join(("Encontrei:", *(f"- {one.line(said.today)}" for one in found))))


def _look_up(said: Said, day: date | None, at: time | None) -> Found | Decision:
    """The one booking that is meant, the call that finds it, or the question which."""
    found = _all(said, day)
    if not isinstance(found, list):
        return found
    service = read_service(said.folded, said.prompt.services).service
    found = [one for one in found if at is None or one.at == at] or found
    found = [one for one in found if service is None or one.service == service.name] or found
    if len(found) > 1 and _chooses(said):
        found = chosen(found, said.answer, said.today)
    if len(found) == 1:
        return found[0]
    return Say(wording.choose("Encontrei mais de um:", [one.line(said.today) for one in found]))


def _all(said: Said, day: date | None) -> list[Found] | Decision:
    """Every booking of that pet or customer, and day; a name is first taken for a pet's."""
    names = [] if _chooses(said) and not said.names else said.names
    base: dict[str, JsonValue] = {"day": day.isoformat()} if day else {}
    if not names and not base:
        return Say(wording.WHOSE_APPOINTMENT)
    as_customer: dict[str, JsonValue] = {"customer": names[0], **base} if names else base
    as_pet: dict[str, JsonValue] = {"pet": names[0], **base} if names else base
    if len(names) > 1:
        tries: list[dict[str, JsonValue]] = [{"pet": names[0], "customer": names[1], **base}, as_pet, as_customer]
    else:
        tries = [as_customer, as_pet] if _OF_CUSTOMER.search(said.folded) else [as_pet, as_customer]
    refusal = ""
    for arguments in tries:
        used = said.conversation.used_with(FIND, arguments)
        if used is None:
            return Use((Call(FIND, arguments),))
        facts = read_facts(used.answer)
        if found := read_found(facts):
            return found
        refusal = facts.text("message") or refusal
        if not facts.ok and facts.texts("candidates"):
            return Say(wording.refused(facts.text("message"), facts.texts("candidates")))
    return Say(refusal or "Não encontrei nenhum agendamento assim na agenda.")


def _chooses(said: Said) -> bool:
    return wording.WHICH_ONE in said.conversation.last_said and said.text != said.answer


def _first_part(said: Said, text: str) -> str:
    """The text without the answer to "which one?": what that names is where the booking is, not where it goes."""
    return text[: len(text) - len(fold(said.answer))] if _chooses(said) else text

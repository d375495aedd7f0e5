"""Client AI by rules: what to answer a customer, and when to hand over to a person."""

import re

from dev.practice_model import wording
from dev.practice_model.booking import continue_booking
from dev.practice_model.change_words import asks_for_list
from dev.practice_model.changing import continue_change
from dev.practice_model.consent import answer_to_question
from dev.practice_model.conversation import Conversation
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.intents import REFUSED, Intent, read_intents
from dev.practice_model.outcomes import outcome
from dev.practice_model.portuguese import fold
from dev.practice_model.prompt import Prompt
from dev.practice_model.services import consultations, read_service
from dev.practice_model.shop_questions import about_the_shop
from dev.practice_model.tools import ESCALATE
from dev.practice_model.waiting import join_list, leave_list, tell_appointments
from dev.practice_model.wish import Hearing, Wish, read_wish

_ABOUT_PEOPLE = re.compile(r"\b(?:atendente|pessoa|equipe|transfer\w+|human[oa]|encaminh\w+)\b")
_ABOUT_BOOKING = re.compile(r"\b(?:agend\w+|horario|marcad[oa]|reserva\w*|cancel\w+)\b")
_ABOUT_PRICE = re.compile(r"\bdisse um valor\b")
_ABOUT_TIME = re.compile(r"\bdisse um horario\b")


def answer_customer(conversation: Conversation, prompt: Prompt, tools: frozenset[str]) -> Decision:
    """The next step for the customer's last messages: a text, or tools."""
    text = fold("\n".join(line.text for line in conversation.burst))
    intents = read_intents(text)
    if conversation.correction:
        return Say(_after_correction(fold(conversation.correction)))
    reason = _reason_for_person(intents, conversation.last_said)
    if reason is not None or conversation.used(ESCALATE):
        return _hand_over(reason, conversation, tools, urgent=Intent.EMERGENCY in intents)
    if intents & REFUSED:
        return Say(wording.REFUSAL)
    if Intent.IDENTITY in intents:
        return Say(wording.identity(prompt.shop))
    hearing = read_wish(conversation, prompt)
    if (told := outcome(conversation, hearing.wish, prompt)) is not None:
        return Say(told)
    if (answer := answer_to_question(conversation, hearing, prompt, tools)) is not None:
        return answer
    if Intent.PRICE in intents or Intent.SERVICES in intents:
        return Say(_prices(text, hearing.wish, prompt, whole_list=Intent.SERVICES in intents))
    if (leaving := leave_list(text, hearing.wish, prompt, tools)) is not None:
        return leaving
    if asks_for_list(text) and hearing.wish.change is None:
        return tell_appointments(conversation, prompt, tools)
    if (asking := about_the_shop(conversation, hearing, intents, prompt, tools)) is not None:
        return asking
    if not _goes_on(intents, hearing, conversation, text):
        return Say(_small_talk(intents, conversation, prompt))
    if hearing.wish.waiting:
        return join_list(conversation, hearing.wish, prompt, tools)
    if hearing.wish.change is not None:
        return continue_change(conversation, hearing, prompt, tools)
    return continue_booking(conversation, hearing, prompt, tools)


def _after_correction(correction: str) -> str:
    if _ABOUT_PRICE.search(correction):
        return wording.UNCONFIRMED_PRICE
    if _ABOUT_TIME.search(correction):
        return wording.UNCONFIRMED_TIME
    if _ABOUT_PEOPLE.search(correction) and not _ABOUT_BOOKING.search(correction):
        return wording.UNCONFIRMED_HANDOVER
    return wording.UNCONFIRMED_BOOKING


def _reason_for_person(intents: frozenset[Intent], last_said: str) -> str | None:
    if Intent.EMERGENCY in intents:
        return "Emergência relatada pelo cliente"
    if intents & REFUSED:
        return None
    if Intent.PERSON in intents:
        return "O cliente pediu para falar com uma pessoa"
    if Intent.COMPLAINT in intents:
        return "Reclamação do cliente"
    if Intent.YES in intents and wording.OFFERS_PERSON in last_said:
        return "O cliente aceitou falar com uma pessoa"
    return None


def _hand_over(reason: str | None, conversation: Conversation, tools: frozenset[str], *, urgent: bool) -> Decision:
    used = conversation.used(ESCALATE)
    if used:
        return Say(wording.handed_over(urgent=urgent) if used[-1].result.ok else wording.HANDOVER_FAILED)
    if reason is None or ESCALATE not in tools:
        return Say(f"{wording.HANDOVER_MISSING}\n{wording.URGENT}" if urgent else wording.HANDOVER_MISSING)
    return Use((Call(ESCALATE, {"reason": reason}),))


def _prices(text: str, wish: Wish, prompt: Prompt, *, whole_list: bool) -> str:
    if not prompt.services:
        return wording.UNKNOWN
    meant = read_service(text, prompt.services)
    if whole_list and meant.service is None and not meant.candidates:
        return wording.prices(prompt.services)
    if meant.service is not None:
        return wording.prices((meant.service,))
    if meant.candidates:
        return wording.prices(meant.candidates)
    if meant.consultation:
        return wording.prices(consultations(prompt.services))
    return wording.prices((wish.service,) if wish.service else prompt.services)


def _goes_on(intents: frozenset[Intent], hearing: Hearing, conversation: Conversation, text: str) -> bool:
    if Intent.BOOKING in intents or hearing.touched:
        return True
    wish = hearing.wish
    if Intent.YES in intents:
        return wish.is_begun or "agendar?" in conversation.last_said
    if intents & {Intent.NO, Intent.THANKS, Intent.GREETING} or "?" in text:
        return False
    # Something the rules could not read, in reply to a question of theirs: the question is put again.
    return wish.is_begun and wish.moment is None and "?" in conversation.last_said


def _small_talk(intents: frozenset[Intent], conversation: Conversation, prompt: Prompt) -> str:
    if Intent.THANKS in intents:
        return wording.GOODBYE
    if Intent.NO in intents or (Intent.YES in intents and not conversation.is_first_answer):
        return wording.ALL_RIGHT
    if Intent.GREETING in intents or Intent.YES in intents or not conversation.burst:
        return wording.greeting(prompt.shop if conversation.is_first_answer else "")
    return wording.UNKNOWN

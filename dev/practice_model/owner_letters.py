"""What the owner wants said to a customer, in the owner's words."""

import re

from dev.practice_model import owner_wording as wording
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.owner_said import Said
from dev.practice_model.owner_tools import SEND

_POLITE = r"^\W*(?:aurora\W+)?(?:por favor\W+)?(?:voce )?(?:pode )?"
_NAME = r"(?:(?:[oa]|ao|aos|client[ea]|tutora?) ){0,2}(?P<name>[a-z][a-z' -]{1,40}?)"
_SAYING = r"(?:\s*:\s*|\s*,?\s+(?:dizendo|falando|avisando|informando)(?: que)?:?\s+|\s+que\s+|\n+)"
_SEND = r"(?:mand\w+|envi\w+|escrev\w+) (?:uma? )?"
_A_MESSAGE = r"(?:mensagem|recado|msg|zap|whats\w*)"
_TO = r"(?:para|pra|pro|ao|a)"
_TEXT = r"(?P<text>.+)$"
_MESSAGE = re.compile(rf"{_POLITE}{_SEND}{_A_MESSAGE}? ?{_TO} {_NAME}{_SAYING}{_TEXT}", re.DOTALL)
_TELL = re.compile(
    rf"{_POLITE}(?:avis[ae]r?|diz|diga|dizer|fal[ae]r?) (?:(?:para|pra|pro|ao) )?{_NAME}{_SAYING}{_TEXT}", re.DOTALL
)
_WITHOUT_TEXT = re.compile(rf"{_POLITE}{_SEND}{_A_MESSAGE} {_TO} {_NAME}\W*$")
_EVERYBODY = re.compile(r"\b(?:todos|todas|todo mundo|clientes|pessoal|geral)\b")


def read_letter(said: Said) -> Decision | None:
    """The message, or what it lacks; None where none is to be sent."""
    folded = said.folded
    found = _MESSAGE.search(folded) or _TELL.search(folded)
    if found is None:
        return Say(wording.WHAT_TO_SAY) if _WITHOUT_TEXT.search(folded) else None
    if _EVERYBODY.search(found["name"]):
        return Say(wording.ONE_CUSTOMER)
    chosen = said.names[:1] if wording.WHICH_ONE in said.conversation.last_said and said.text != said.answer else []
    text = said.text[found.start("text") : found.end("text")]
    if chosen:
        text = text.removesuffix(said.answer)
    name = said.text[found.start("name") : found.end("name")].strip()
    return Use((Call(SEND, {"customer": (chosen or [name])[0], "text": _sentence(text)}),))


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]

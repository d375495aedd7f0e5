"""The owner's yes or no to the orders that wait for one, and what she wants taken back."""

import re

from dev.practice_model import owner_wording as wording
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.intents import is_no, is_yes
from dev.practice_model.owner_facts import read_facts
from dev.practice_model.owner_said import Said
from dev.practice_model.owner_tools import CONFIRM, UNDO
from dev.practice_model.portuguese import fold

_DO_IT = re.compile(
    r"\W*(?:(?:sim|ok|claro|isso|beleza|perfeito|aurora|certo|entao)\W+)*"
    r"(?:pode|podem|manda|mande|bora|faz|faca|vai|aprovo|autorizo|confirmo)"
    r"(?: (?:sim|ver|tudo|isso|la|frente|[a-z]{2,12}[aei]r))*(?: (?:por favor|sim|tudo|isso|obrigad[oa]))*\W*"
)
_YES_BUT = re.compile(r"^\W*(?:sim|ok|pode|claro|isso|beleza|certo)\b.*\b(?:mas|so que|porem|so se|menos|em vez)\b")
_UNDO = re.compile(r"\b(?:desfaz\w*|desfac\w*|desfeit\w*|volt(?:a|e|ar) atras|revert\w+)\b")
_LEAVE = (
    r"(?:(?:deixa|deixe) (?:pra la|para la|quieto|assim|isso)|esquec[ea](?: isso)?|nao (?:faz|faca|precisa)|desisti)"
)
_LEAVE_IT = re.compile(rf"\b{_LEAVE}\b")
LEAVE_IT = re.compile(rf"\W*(?:(?:nao|ah|ok|entao|aurora)\W+)*{_LEAVE}(?: (?:mais|entao|obrigad[oa]))*\W*")
"""The whole of a text, and nothing else."""


def answer_to_orders(said: Said) -> Decision | None:
    """What follows from a yes or a no; None where it is neither, or nothing waits for one."""
    text = fold(said.answer)
    uses = [use for use in said.conversation.fresh_uses if use.name == CONFIRM]
    confirmed = [Call(CONFIRM, use.arguments) for use in uses]
    if any(read_facts(use.answer).text("proposed") for use in uses):
        return Use(tuple(confirmed))  # what is asked again wants a yes of its own
    waiting = [call for order in said.prompt.orders if (call := Call(CONFIRM, {"order": order.code})) not in confirmed]
    if not confirmed and not waiting:
        return None
    if agrees(text):
        return Use((*confirmed, *waiting))
    if wording.asks_leave(said.conversation.last_said) and (is_no(text) or _LEAVE_IT.search(text)):
        return Say(wording.LEFT_UNDONE)
    return None


def agrees(folded: str) -> bool:
    """Whether it is a yes to a deed, and nothing else."""
    return is_yes(folded) or (len(folded) <= 80 and bool(_DO_IT.fullmatch(folded)))


def is_yes_but(said: Said) -> bool:
    """Whether the yes to what was asked has a condition: then it is none."""
    return wording.asks_leave(said.conversation.last_said) and bool(_YES_BUT.search(fold(said.answer)))


def take_back(said: Said) -> Decision | None:
    """ "Desfaz": the last order that was done."""
    return Use((Call(UNDO, {}),)) if _UNDO.search(fold(said.answer)) and not said.asks else None

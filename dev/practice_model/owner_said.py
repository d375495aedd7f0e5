"""What the owner says now, with what it goes on from: an order that lacked something is said in several messages."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from dev.practice_model.conversation import Conversation
from dev.practice_model.owner_readings import read_names
from dev.practice_model.owner_wording import ONE_CUSTOMER, WHICH_ONE, asks_more
from dev.practice_model.portuguese import composed, fold, words
from dev.practice_model.prompt import Prompt
from dev.practice_model.services import service_words

_SHORT = 60
_TO = re.compile(r"^\s*(?:para|pra|pro|ao|a) ")
_TO_ONE = re.compile(r"^\s*(?:(?:para|pra|pro|ao|a) (?!os |as )|\w+(?: \w+)?:)")
_LITTLE = re.compile(r"^\W*(?:e |eh |é )?(?:(?:d|n|para|pra|com)?\s?[oa]s?\s)?(?:client[ea] )?")


@dataclass(frozen=True)
class Said:
    """The matter in the owner's words: `text` as written, all messages of it; `answer` what was just said."""

    text: str
    answer: str
    conversation: Conversation
    prompt: Prompt
    today: date

    @cached_property
    def folded(self) -> str:
        """Without case and accents, as long as `text`."""
        return fold(self.text)

    @property
    def asks(self) -> bool:
        """Whether it is a question, and so no order."""
        return "?" in self.text

    @property
    def names(self) -> list[str]:
        """The names in it; asked which of several, the answer is the name."""
        if WHICH_ONE in self.conversation.last_said and self.text != self.answer and len(self.answer) <= _SHORT:
            chosen = _LITTLE.sub("", composed(self.answer)).strip(" .!")
            if chosen and not re.search(r"\d", chosen):
                return [chosen if chosen[0].isupper() else chosen.title()]
        return read_names(self.text, taken=service_words(self.prompt.services) | self._professionals)

    @property
    def professional(self) -> str | None:
        """Who of the shop's people is named."""
        said = set(words(self.folded))
        named = [name for name in self.prompt.professionals if name.strip() and words(fold(name))[:1]]
        whole = next((name for name in named if set(words(fold(name))) <= said), None)
        return whole or next((name for name in named if words(fold(name))[0] in said), None)

    @property
    def _professionals(self) -> frozenset[str]:
        return frozenset(word for name in self.prompt.professionals for word in words(fold(name))[:1])


def read_said(conversation: Conversation, prompt: Prompt, today: date) -> Said:
    """The burst, and before it the messages it goes on from."""
    answer = "\n".join(line.text for line in conversation.burst)
    parts = [answer]
    asked = conversation.burst[0].answering if conversation.burst else ""
    for line in reversed(conversation.past):
        if ONE_CUSTOMER in asked:  # whom, and what: a message of its own, not the one to everybody
            if _TO_ONE.search(fold(parts[0])):
                parts[0] = f"manda uma mensagem {'' if _TO.search(fold(parts[0])) else 'para '}{parts[0].lstrip()}"
            break
        if not asks_more(asked):
            break
        parts.insert(0, line.text)
        asked = line.answering
    return Said(composed("\n".join(parts)), answer, conversation, prompt, today)


def corrected(said: Said) -> Said | None:
    """With the order it corrects: "sim, mas para 65" after "muda o banho para 60"."""
    if not said.conversation.past:
        return None
    before = said.conversation.past[-1].text
    return Said(composed(f"{before}\n{said.answer}"), said.answer, said.conversation, said.prompt, said.today)

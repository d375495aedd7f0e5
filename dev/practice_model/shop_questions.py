"""What the shop's list does not say: looked up in its earlier answers, asked of its people, and answered by them."""

import re
from collections.abc import Sequence

from dev.practice_model import wording
from dev.practice_model.conversation import Conversation
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.intents import Intent
from dev.practice_model.owner_tools import ANSWER
from dev.practice_model.portuguese import fold, words
from dev.practice_model.prompt import Prompt
from dev.practice_model.protocol import ChatRequest
from dev.practice_model.tools import ASK
from dev.practice_model.wish import Hearing

STILL_ASKING = "A equipe ainda não me respondeu sobre isso. Assim que responder, te conto. 🐾"
GOOD_QUESTION = "Boa pergunta!"
WAITS_FOR_ANSWER = "Responda por aqui que eu aviso."
"""How the engine ends a customer's question to the shop's people."""
WHICH_QUESTION = "Qual pergunta você está respondendo?"

_ABOUT_SHOP = re.compile(
    r"\b(?:voces|vcs|a loja|ai) (?:tambem |ja )?"
    r"(?:aceit|atend|tem\b|vend|trabalh|faz|entreg|busc|leva|parcel|emit|hosped|usa|abre)\w*"
    r"|^\W*(?:oi |ola )?(?:tem|aceita\w*|atende\w*|vende\w*|onde fica|qual (?:e )?o endereco)\b"
)
_TO_WRITE = re.compile(r"^Você é a assistente virtual da loja .+ e leva ao cliente a resposta da equipe\.")
_TO_SUMMARISE = re.compile(r"^Você resume para a Aurora\b")
_TO_HAND_OVER = re.compile(r"^Você resume, para a pessoa da loja .+ que vai assumir o atendimento")
_WHY = re.compile(r"^Motivo registrado: «(.*)»$", re.MULTILINE)
_SAID_BY_CUSTOMER = re.compile(r"^Cliente: (.+)$", re.MULTILINE)
_ANSWERED = re.compile(r"^Resposta da equipe: «(.+)»$", re.MULTILINE)
_SAID_BY_OWNER = re.compile(r"^Ela ou ele: (.+)$", re.MULTILINE)
_SMALL = frozenset(
    words("a o as os um uma de da do das dos e em no na por para pra com que voces vcs tem ai loja sim nao qual eu me")
)
_SUMMARY_LINES = 8
_ASKING = re.compile(r"^\W*(?:qual|quais|quem|quando|onde|como|quant[oa]s?|por ?que|o que)\b")
_NAMES_ONE = re.compile(r"\W*(?:(?:e|eh|foi) )?(?:(?:a|o|da|do|das|dos|sobre) ){1,2}\w+(?: \w+){0,2}\W*")
_TELLING = re.compile(r"^\W*(?:sim|nao)\W+\w+mos\b|^\W*(?:nao )?\w{3,}mos\b.*\bsim\b")


def about_the_shop(
    conversation: Conversation, hearing: Hearing, intents: frozenset[Intent], prompt: Prompt, tools: frozenset[str]
) -> Decision | None:
    """The next step for a question about the shop; None for whatever is none, or cannot be asked."""
    asked = [line.text for line in conversation.burst if "?" in line.text]
    if not asked or intents or ASK not in tools or not _ABOUT_SHOP.search(fold(asked[-1])):
        return None
    if hearing.day is not None or hearing.moment is not None:
        return None
    if (known := _known(asked[-1], prompt.learned)) is not None:
        return Say(known)
    question = " ".join(asked[-1].split())[:300]
    use = conversation.used_with(ASK, {"question": question})
    if use is None:
        return Use((Call(ASK, {"question": question}),))
    if use.result.ok:
        return Say(use.result.answer or GOOD_QUESTION)
    return Say(STILL_ASKING if use.result.error == "already_asked" else wording.UNKNOWN)


def answer_of_owner(text: str, last_said: str, prompt: Prompt, earlier: str = "") -> Decision | None:
    """What the owner writes answers the question she was just asked, or the only one; None where none waits.

    Asked which question she means, she names it ("a do cartão"), and the answer is what she wrote `earlier`.
    """
    if "?" in text or not text.strip() or _ASKING.search(fold(text)):
        return None
    waiting = list(prompt.questions)
    asked = [one for one in waiting if _quoted(one.summary) in last_said] if WAITS_FOR_ANSWER in last_said else []
    if not waiting and WAITS_FOR_ANSWER in last_said:  # somebody else was quicker, which the tool says
        asked = [one for one in prompt.answered if _quoted(one.summary) in last_said][:1]
    said = _stems(text)
    near = [one for one in waiting if said & _stems(_quoted(one.summary))]
    meant = asked or near or waiting
    if WHICH_QUESTION in last_said and len(near) == 1 and earlier and _NAMES_ONE.fullmatch(fold(text)):
        text = earlier
    if len({_quoted(one.summary) for one in meant}) > 1:  # of one wording any of them is the one
        return Say("\n".join((WHICH_QUESTION, *(f"- {_quoted(one.summary)}" for one in meant))))
    return Use((Call(ANSWER, {"question": meant[0].code, "answer": " ".join(text.split())}),)) if meant else None


def sounds_like_answer(text: str) -> bool:
    """Whether it says what the shop does, and asks nothing: "Atendemos sim", "não, só cães"."""
    return bool(_TELLING.search(fold(text)))


def written(request: ChatRequest) -> str | None:
    """The text of a request that is no conversation: an answer in good words, a summary; None for any other."""
    system = next((message.text for message in request.messages if message.role in ("system", "developer")), "")
    if _TO_WRITE.search(system) and (found := _ANSWERED.search(request.last_user_text)):
        return f"Boas notícias da equipe: {found[1]} 🐾"
    if _TO_SUMMARISE.search(system):
        said = _SAID_BY_OWNER.findall(request.last_user_text)
        return "\n".join(f"Disse: {line[:100]}" for line in said[-_SUMMARY_LINES:]) or "Nada de novo."
    if _TO_HAND_OVER.search(system):
        why, said = _WHY.search(request.last_user_text), _SAID_BY_CUSTOMER.findall(request.last_user_text)
        lines = [f"Motivo: {why[1]}"] if why and why[1] else []
        return "\n".join([*lines, *(f"Cliente disse: {line[:100]}" for line in said[-3:]), wording.NO_AI])
    return None


def _known(asked: str, learned: Sequence[tuple[str, str]]) -> str | None:
    said = _content(asked)
    return next((answer for question, answer in learned if said and said == _content(question)), None)


def _content(text: str) -> frozenset[str]:
    return frozenset(word.rstrip("s") for word in words(fold(text)) if word not in _SMALL)


def _stems(text: str) -> frozenset[str]:
    """The beginnings of its words: "aceitamos" is of "aceitam"."""
    return frozenset(word[:5] for word in _content(text))


def _quoted(summary: str) -> str:
    found = re.search(r"«(.+?)»", summary)
    return found[1] if found else summary

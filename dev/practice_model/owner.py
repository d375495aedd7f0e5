"""Aurora by rules: what the owner asks and orders, one round of tools at a time."""

from dev.practice_model import owner_wording as wording
from dev.practice_model.conversation import Conversation, ToolUse
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.intents import Intent, is_yes, read_intents
from dev.practice_model.owner_consent import LEAVE_IT, answer_to_orders, is_yes_but
from dev.practice_model.owner_facts import read_facts
from dev.practice_model.owner_figures import told
from dev.practice_model.owner_matter import any_order, is_left, matter_of
from dev.practice_model.owner_questions import is_compared, is_of_other_shop, read_question
from dev.practice_model.owner_said import Said, corrected, read_said
from dev.practice_model.owner_tools import ANSWER, CONFIRM, ORDERS
from dev.practice_model.portuguese import fold
from dev.practice_model.prompt import Prompt
from dev.practice_model.shop_questions import WAITS_FOR_ANSWER, answer_of_owner, sounds_like_answer


def answer_owner(conversation: Conversation, prompt: Prompt, tools: frozenset[str]) -> Decision:
    """The next step for the owner's last messages."""
    if conversation.correction:
        return Say(wording.TROUBLE)
    intents = read_intents(fold("\n".join(line.text for line in conversation.burst)))
    if Intent.TRICK in intents:
        return Say(wording.REFUSAL)
    if Intent.IDENTITY in intents:
        return Say(wording.IDENTITY)
    if prompt.today is None:
        return Say(wording.TROUBLE)
    said = read_said(conversation, prompt, prompt.today)
    if is_left(said):
        return Say(wording.LEFT_UNDONE)
    said = matter_of(said)
    return _carried_on(_wanted(said, intents), said, tools)


def _wanted(said: Said, intents: frozenset[Intent]) -> Decision:
    """What the owner wants, whether or not it was looked up or proposed in this turn."""
    if answered := [use for use in said.conversation.fresh_uses if use.name == ANSWER]:
        return Use(
            (Call(ANSWER, answered[-1].arguments),)
        )  # its question waits no more: nothing else is answered by it
    if (decision := answer_to_orders(said)) is not None:
        return decision
    if is_yes_but(said):
        return _instead(said)
    if is_of_other_shop(said):
        return Say(wording.OTHER_SHOP)
    if (order := any_order(said)) is not None:
        return order
    answer = None
    if not intents & {Intent.THANKS, Intent.GREETING} and not LEAVE_IT.fullmatch(fold(said.answer)):
        past = said.conversation.past
        earlier = past[-1].text if past else ""
        answer = answer_of_owner(said.answer, said.conversation.last_said, said.prompt, earlier)
    if answer is not None and (WAITS_FOR_ANSWER in said.conversation.last_said or sounds_like_answer(said.answer)):
        return answer
    if (question := read_question(said)) is not None:
        return question
    if answer is not None:
        return answer
    if Intent.THANKS in intents:
        return Say(wording.THANKS)
    if Intent.GREETING in intents or not said.answer.strip():
        return Say(f"{wording.HELLO} {wording.ABILITIES}")
    if intents & {Intent.YES, Intent.NO}:
        return Say(wording.ALL_RIGHT)
    return Say(wording.UNKNOWN)


def _instead(said: Said) -> Decision:
    """ "Sim, mas para 65": the order as it is meant now, which is asked about anew; the first is not carried out."""
    whole = corrected(said)
    order = any_order(whole) if whole is not None else None
    return order if isinstance(order, Use) else Say(wording.NOTHING_DONE)


def _carried_on(wanted: Decision, said: Said, tools: frozenset[str]) -> Decision:
    """The tools that are still to be used for it, or what they answered."""
    if isinstance(wanted, Say):
        return wanted
    missing = tuple(call for call in wanted.calls if call.tool not in tools)
    if missing:
        return Say(wording.CANNOT)
    uses = [said.conversation.used_with(call.tool, call.arguments) for call in wanted.calls]
    calls = tuple(call for call, use in zip(wanted.calls, uses, strict=True) if use is None)
    return Use(calls) if calls else Say(_told([use for use in uses if use is not None], said))


def _told(uses: list[ToolUse], said: Said) -> str:
    """A refusal is told in the tool's words; of what was proposed or done the engine tells itself."""
    answers = [(use, read_facts(use.answer)) for use in uses]
    texts = [
        wording.refused(facts.text("message"), facts.texts("candidates"))
        if use.name in ORDERS or facts.text("message")
        else wording.TROUBLE
        for use, facts in answers
        if not facts.ok
    ]
    if texts:
        return "\n\n".join(dict.fromkeys(texts))
    use, facts = answers[-1]
    if use.name not in ORDERS:
        return told(use.name, facts, compared=is_compared(said))
    if use.name == ANSWER:
        return wording.DONE
    if use.name == CONFIRM:
        if facts.text("done"):
            return wording.DONE
        return wording.ASKED_AGAIN if is_yes(fold(said.answer)) else wording.NOT_AGREED
    return wording.PROPOSED

"""Aurora by rules: what the owner asks and orders, one round of tools at a time."""

from dev.practice_model import owner_wording as wording
from dev.practice_model.conversation import Conversation, ToolUse
from dev.practice_model.decision import Decision, Say, Use
from dev.practice_model.intents import Intent, read_intents
from dev.practice_model.owner_agenda import read_agenda_order
from dev.practice_model.owner_bookings import read_booking_order
from dev.practice_model.owner_consent import answer_to_orders, is_yes_but, take_back
from dev.practice_model.owner_facts import read_facts
from dev.practice_model.owner_figures import told
from dev.practice_model.owner_letters import read_letter
from dev.practice_model.owner_orders import read_order
from dev.practice_model.owner_questions import is_compared, is_of_other_shop, read_question
from dev.practice_model.owner_said import Said, corrected, read_said
from dev.practice_model.owner_tools import ANSWER, CONFIRM, ORDERS
from dev.practice_model.portuguese import fold
from dev.practice_model.prompt import Prompt
from dev.practice_model.shop_questions import WAITS_FOR_ANSWER, answer_of_owner


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
    return _carried_on(_wanted(said, intents), said, tools)


def _wanted(said: Said, intents: frozenset[Intent]) -> Decision:
    """What the owner wants, whether or not it was looked up or proposed in this turn."""
    if (decision := answer_to_orders(said)) is not None:
        return decision
    if is_yes_but(said):
        return _instead(said)
    if is_of_other_shop(said):
        return Say(wording.OTHER_SHOP)
    if (order := _order(said)) is not None:
        return order
    answer = answer_of_owner(said.answer, said.conversation.last_said, said.prompt)
    if answer is not None and WAITS_FOR_ANSWER in said.conversation.last_said:
        return answer
    if (question := read_question(said)) is not None:
        return Use((question,))
    if answer is not None:
        return answer
    if Intent.THANKS in intents:
        return Say(wording.THANKS)
    if Intent.GREETING in intents or not said.answer.strip():
        return Say(f"{wording.HELLO} {wording.ABILITIES}")
    if intents & {Intent.YES, Intent.NO}:
        return Say(wording.ALL_RIGHT)
    return Say(wording.UNKNOWN)


def _order(said: Said) -> Decision | None:
    return (
        read_letter(said) or take_back(said) or read_order(said) or read_agenda_order(said) or read_booking_order(said)
    )


def _instead(said: Said) -> Decision:
    """ "Sim, mas para 65": the order as it is meant now, which is asked about anew; the first is not carried out."""
    whole = corrected(said)
    order = _order(whole) if whole is not None else None
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
        return wording.DONE if facts.text("done") else wording.NOT_AGREED
    return wording.PROPOSED

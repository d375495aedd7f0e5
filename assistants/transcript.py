"""The conversation as the model reads it: each message once, this turn's tool rounds where they happened."""

from collections.abc import Sequence
from datetime import datetime

from openai.types.chat import (
    ChatCompletionAssistantMessageParam,
    ChatCompletionMessageParam,
    ChatCompletionToolMessageParam,
)

from domain.conversation import Sender, StoredMessage
from domain.events import MessageKind
from domain.replies import placeholder
from domain.texts import shown_to_model
from storage.interactions import PastRound

_OURS = (Sender.AI, Sender.HUMAN, Sender.PHONE, Sender.SYSTEM)


def transcript(
    system: str,
    history: Sequence[StoredMessage],
    rounds: Sequence[PastRound],
    correction: str | None,
) -> list[ChatCompletionMessageParam]:
    """`history` oldest first, `rounds` of the present turn in order.

    A message that came after a round stands after the round's tool results, never between a call and its result.
    """
    moments: list[tuple[datetime, list[ChatCompletionMessageParam]]] = [
        *((message.created_at, [_of_message(message)]) for message in history),
        *((past.began, _of_round(past)) for past in rounds),
    ]
    moments.sort(key=lambda moment: moment[0])
    messages: list[ChatCompletionMessageParam] = [{"role": "system", "content": system}]
    for _, of_moment in moments:
        messages.extend(of_moment)
    if correction:
        messages.append({"role": "system", "content": correction})
    return messages


def _of_message(message: StoredMessage) -> ChatCompletionMessageParam:
    text = shown_to_model(placeholder(MessageKind(message.message_type), message.content))
    if message.sender not in _OURS:
        return {"role": "user", "content": text}
    if message.sender in (Sender.HUMAN, Sender.PHONE):
        text = f"[escrito por uma pessoa da equipe] {text}"
    return {"role": "assistant", "content": text}


def _of_round(past: PastRound) -> list[ChatCompletionMessageParam]:
    calls = past.answer.tool_requests
    ids = [f"call_{past.round}_{position}" for position in range(len(calls))]
    asked: ChatCompletionAssistantMessageParam = {
        "role": "assistant",
        "content": past.answer.text or None,
        "tool_calls": [
            {"id": id_, "type": "function", "function": {"name": call.name, "arguments": call.arguments or "{}"}}
            for id_, call in zip(ids, calls, strict=True)
        ],
    }
    told: list[ChatCompletionToolMessageParam] = [
        {"role": "tool", "tool_call_id": id_, "content": result} for id_, result in zip(ids, past.results, strict=True)
    ]
    return [asked, *told]

"""From a request to an answer in OpenAI's shape: by the rules, or by the fault that is to be played."""

import json
import time
import uuid
from collections.abc import Callable

from dev.practice_model.conversation import read_conversation
from dev.practice_model.customer import answer_customer
from dev.practice_model.decision import Decision, Use
from dev.practice_model.faults import Fault, FaultKind
from dev.practice_model.owner import answer_owner
from dev.practice_model.prompt import Role, read_prompt
from dev.practice_model.protocol import (
    AnswerMessage,
    ChatCompletion,
    ChatRequest,
    Choice,
    FinishReason,
    FunctionCall,
    ToolCall,
    Usage,
)
from dev.practice_model.shop_questions import written
from dev.practice_model.wording import NO_AI

INSTANT_TEXT = "Olá! Como posso ajudar?"
INVENTED_BOOKING = "Prontinho! Agendamento confirmado para amanhã às 10:00."
INVENTED_HANDOVER = "Certo! Já transferi você para um atendente, que continua por aqui."
UNKNOWN_TOOL = "delete_all_customers"

Answering = Callable[[ChatRequest], AnswerMessage]


def by_rules(request: ChatRequest) -> AnswerMessage:
    """The answer of the rules; the first text of a conversation says that this is no AI."""
    if (text := written(request)) is not None:
        return AnswerMessage(content=text)
    system = next((message.text for message in request.messages if message.role in ("system", "developer")), "")
    prompt = read_prompt(system)
    conversation = read_conversation(request.messages)
    decision: Decision
    if prompt.role is Role.AURORA:
        decision = answer_owner(conversation, prompt, request.offered_tools)
    else:
        decision = answer_customer(conversation, prompt, request.offered_tools)
    if isinstance(decision, Use):
        calls = decision.calls[:1] if request.parallel_tool_calls is False else decision.calls
        return _calling(*((call.tool, json.dumps(dict(call.arguments), ensure_ascii=False)) for call in calls))
    text = f"{decision.text}\n\n{NO_AI}" if conversation.is_first_answer else decision.text
    return AnswerMessage(content=text)


def at_once(_request: ChatRequest) -> AnswerMessage:
    """The same greeting to everything: for measuring the engine."""
    return AnswerMessage(content=INSTANT_TEXT)


def played(fault: Fault, request: ChatRequest) -> AnswerMessage | None:
    """The wrong message a fault makes the model say; None for faults that are not about what it says."""
    match fault.kind:
        case FaultKind.EMPTY:
            return AnswerMessage(content=None)
        case FaultKind.UNKNOWN_TOOL:
            return _calling((UNKNOWN_TOOL, '{"confirm": true}'))
        case FaultKind.BROKEN_ARGUMENTS:
            first = next((tool.function.name for tool in request.tools or ()), "check_availability")
            return _calling(
                (fault.tool or first, fault.arguments if fault.arguments is not None else '{"date": "2026-')
            )
        case FaultKind.INVENTED_BOOKING:
            return AnswerMessage(content=INVENTED_BOOKING)
        case FaultKind.INVENTED_HANDOVER:
            return AnswerMessage(content=INVENTED_HANDOVER)
        case FaultKind.SAYS:
            return AnswerMessage(content=fault.text)
        case _:
            return None


def completion(request: ChatRequest, message: AnswerMessage, received_bytes: int) -> ChatCompletion:
    """The answer's body; tokens are estimated at four bytes each."""
    prompt_tokens = received_bytes // 4 + 1
    answer_tokens = (
        len(message.content or "") + sum(len(call.function.arguments) for call in message.tool_calls or ())
    ) // 4 + 1
    return ChatCompletion(
        id=f"chatcmpl-{uuid.uuid4().hex}",
        created=int(time.time()),
        model=request.model,
        choices=(
            Choice(message=message, finish_reason=FinishReason.TOOL_CALLS if message.tool_calls else FinishReason.STOP),
        ),
        usage=Usage(
            prompt_tokens=prompt_tokens, completion_tokens=answer_tokens, total_tokens=prompt_tokens + answer_tokens
        ),
    )


def _calling(*calls: tuple[str, str]) -> AnswerMessage:
    made = (
        ToolCall(id=f"call_{uuid.uuid4().hex[:24]}", function=FunctionCall(name=name, arguments=arguments))
        for name, arguments in calls
    )
    return AnswerMessage(content=None, tool_calls=tuple(made))

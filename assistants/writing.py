"""Texts that a model writes outside a customer's or an owner's turn: an answer in good words, a summary."""

from collections.abc import Sequence

from openai.types.chat import ChatCompletionMessageParam

from assistants.prompts import prompt_for_answer, prompt_for_handoff, prompt_for_memory
from domain.conversation import Sender
from domain.shop import Organization
from storage.memories import Past

_OF_A_MESSAGE = 500
"""Characters of one message that are summarised."""


def answer_to_write(shop: Organization, question: str, answer: str) -> list[ChatCompletionMessageParam]:
    """Asks for the shop's answer in good words."""
    return [
        {"role": "system", "content": prompt_for_answer(shop)},
        {"role": "user", "content": f"Pergunta do cliente: «{question}»\nResposta da equipe: «{answer}»"},
    ]


def handoff_to_write(shop: Organization, why: str, read: str) -> list[ChatCompletionMessageParam]:
    """Asks for a summary for whoever takes over; `read` is the conversation in lines (domain.handoff_summary)."""
    return [
        {"role": "system", "content": prompt_for_handoff(shop)},
        {"role": "user", "content": f"Motivo registrado: «{why}»\nConversa:\n{read}"},
    ]


def memory_to_write(shop: Organization, before: str, messages: Sequence[Past]) -> list[ChatCompletionMessageParam]:
    """Asks for one summary of what was remembered before and of these messages."""
    said = "\n".join(
        f"{'Ela ou ele' if one.sender is Sender.OWNER else 'Aurora'}: {' '.join(one.content[:_OF_A_MESSAGE].split())}"
        for one in messages
    )
    earlier = f"Resumo até aqui:\n{before}\n\n" if before else ""
    return [
        {"role": "system", "content": prompt_for_memory(shop)},
        {"role": "user", "content": f"{earlier}Conversa:\n{said}"},
    ]

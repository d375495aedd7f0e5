"""A practice model over real HTTP, the real OpenAI client, and a shop small enough to fit here."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import httpx
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion, ChatCompletionMessageFunctionToolCall, ChatCompletionMessageParam
from openai.types.chat.chat_completion_function_tool_param import ChatCompletionFunctionToolParam
from pydantic import JsonValue

from dev.practice_model import owner_tools
from dev.practice_model.conversation import Conversation, read_conversation
from dev.practice_model.protocol import Message
from dev.practice_model.running import RunningModel, running_practice_model

Json: TypeAlias = dict[str, JsonValue]
Executor: TypeAlias = Callable[[Json], Json]

CLIENT_PROMPT = """Você é a assistente virtual da loja Pet Feliz.
Responda em mensagens curtas.

## Datas
- 2026-11-22 = domingo (hoje)
- 2026-11-23 = segunda-feira (amanhã)
- 2026-11-24 = terça-feira

## Serviços
- Consulta Veterinária Geral: R$ 120,00, 60 min
- Vacinação: R$ 80,00, 30 min
- Check-up: R$ 150,00, 60 min
- Emergência: R$ 250,00, 60 min
- Banho: R$ 60,00, 60 min
- Banho e Tosa: R$ 1.110,00, 90 min
- Tosa Higiênica: R$ 70,00, 60 min

## Pets do cliente
- nenhum cadastrado
"""
OWNER_PROMPT = (
    "Você é a Aurora, assistente da dona ou do dono da loja Pet Feliz.\n\n## Datas\n- 2026-11-22 = domingo (hoje)\n"
)
CLIENT_TOOLS = ("register_pet", "check_availability", "book_appointment", "escalate_to_human")
ALL_TOOLS = (
    *CLIENT_TOOLS, "update_pet", "reschedule_appointment", "cancel_appointment", "confirm_appointment",
    "list_appointments", "join_waiting_list", "leave_waiting_list",
)  # fmt: skip
OWNER_TOOLS = ("attendance_report", "revenue_report")
AURORA_TOOLS = frozenset(
    value for name, value in vars(owner_tools).items() if name.isupper() and isinstance(value, str)
)
MANAGING_PROMPT = (
    OWNER_PROMPT
    + CLIENT_PROMPT[CLIENT_PROMPT.index("## Serviços") : CLIENT_PROMPT.index("## Pets")]
    + "## Profissionais\n- Ana\n- Bruno\n"
)
SLOTS: Json = {"ok": True, "slots": ["09:00", "10:00", "11:00", "14:00", "15:00"]}


def with_pets(*lines: str) -> str:
    """The customer's prompt with pets on file."""
    return CLIENT_PROMPT.replace("- nenhum cadastrado", "\n".join(f"- {line}" for line in lines))


def with_agenda(
    *appointments: str, kept: str = "", proposed: str = "", waits: str = "", pets: str = "Rex (cachorro)"
) -> str:
    """The prompt of a customer who has appointments; `kept`, `proposed` and `waits` are lines of their blocks."""
    blocks = {
        "Agendamentos do cliente": "\n".join(f"- {line}" for line in appointments) or "- nenhum",
        "Horários guardados para o cliente escolher": kept,
        "Esperando o sim do cliente": proposed,
        "Lista de espera do cliente": waits,
    }
    return with_pets(*pets.split("; ")) + "".join(f"\n## {title}\n{text}\n" for title, text in blocks.items() if text)


def with_orders(*orders: str) -> str:
    """The prompt of an owner whose orders wait for a yes: "1a2b3c4d: 💰 Banho: …"."""
    return f"{MANAGING_PROMPT}\n## Pedidos esperando um sim\n" + "\n".join(f"- {order}" for order in orders) + "\n"


def owners_turn(*texts: str) -> Conversation:
    """What an owner writes first."""
    return read_conversation([Message(role="user", content=text) for text in texts])


def offered(*names: str) -> list[ChatCompletionFunctionToolParam]:
    """Tools as a request offers them."""
    return [{"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in names]


@dataclass
class Talk:
    """A conversation with the model: keeps the history, runs the tools it asks for, as the engine would."""

    client: AsyncOpenAI
    prompt: str = CLIENT_PROMPT
    tools: Sequence[str] = CLIENT_TOOLS
    executors: dict[str, Executor] = field(default_factory=dict)
    history: list[ChatCompletionMessageParam] = field(default_factory=list)
    rounds: list[list[tuple[str, Json]]] = field(
        default_factory=list
    )  # per model call that used tools: name, arguments
    model: str = "gpt-4o-mini"

    @property
    def used(self) -> list[tuple[str, Json]]:
        """All tool calls so far, in order."""
        return [call for calls in self.rounds for call in calls]

    @property
    def tool_names(self) -> list[str]:
        """The names of all tools called so far, in order."""
        return [name for name, _ in self.used]

    async def ask(self) -> ChatCompletion:
        """One model call with the history as it is."""
        system: ChatCompletionMessageParam = {"role": "system", "content": self.prompt}
        return await self.client.chat.completions.create(
            model=self.model, messages=[system, *self.history], tools=offered(*self.tools)
        )

    async def say(self, *texts: str) -> str:
        """Sends a burst, lets the model use its tools, and returns its text; the engine adds booking facts to it."""
        self.history += [{"role": "user", "content": text} for text in texts]
        for _ in range(6):
            message = (await self.ask()).choices[0].message
            if not message.tool_calls:
                assert message.content is not None
                booked = self.history[-1]["role"] == "tool" and self.tool_names[-1] == "book_appointment"
                facts = (
                    "\n\nAgendamento confirmado:\n🕙 Horário: 10:00"
                    if booked and "prontinho" in message.content
                    else ""
                )
                self.history.append({"role": "assistant", "content": message.content + facts})
                return message.content
            self._run([call for call in message.tool_calls if isinstance(call, ChatCompletionMessageFunctionToolCall)])
        raise AssertionError("the model does not come to an end")

    def _run(self, calls: list[ChatCompletionMessageFunctionToolCall]) -> None:
        self.history.append(
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "id": call.id,
                        "type": "function",
                        "function": {"name": call.function.name, "arguments": call.function.arguments},
                    }
                    for call in calls
                ],
            }
        )
        self.rounds.append([])
        for call in calls:
            name = call.function.name
            result: Json
            try:
                arguments: Json = json.loads(call.function.arguments)
            except ValueError:
                arguments, result = {}, {"ok": False, "error": "invalid_arguments", "message": "Argumentos inválidos."}
            else:
                default: Json = SLOTS if name == "check_availability" else {"ok": True}
                result = self.executors.get(name, lambda _, answer=default: answer)(arguments)
            self.rounds[-1].append((name, arguments))
            self.history.append({"role": "tool", "tool_call_id": call.id, "content": json.dumps(result)})


@pytest.fixture
async def model() -> AsyncIterator[RunningModel]:
    """A practice model of the test's own."""
    async with running_practice_model() as running:
        yield running


@pytest.fixture
async def client(model: RunningModel) -> AsyncIterator[AsyncOpenAI]:
    """The client the engine uses, with its retries off as there."""
    async with AsyncOpenAI(base_url=model.base_url, api_key="treino", max_retries=0, timeout=10) as openai:
        yield openai


@pytest.fixture
async def http(model: RunningModel) -> AsyncIterator[httpx.AsyncClient]:
    """Plain HTTP to the same model, with a key."""
    async with httpx.AsyncClient(base_url=model.root_url, headers={"authorization": "Bearer treino"}) as plain:
        yield plain


@pytest.fixture
def talk(client: AsyncOpenAI) -> Talk:
    """A customer nobody knows yet."""
    return Talk(client)


@pytest.fixture
def owner(client: AsyncOpenAI) -> Talk:
    """The shop's owner."""
    return Talk(client, prompt=OWNER_PROMPT, tools=OWNER_TOOLS, model="gpt-4o")

"""How fast what is stored is on the screens of open consoles: many of one shop, each with a stream over HTTP."""

import asyncio
import random
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from cryptography.fernet import Fernet

from bench.cost import Meter, spent
from bench.figures import Target, Waits
from bench.processes import answering
from bench.screens import Screen, Sights, mark
from bench.shop import open_shop
from dev.ports import LOOPBACK, Ports
from dev.postgres import DatabaseUrls, throwaway_postgres
from dev.terminal import DevError
from domain.addresses import Address, AddressKind
from domain.conversation import Audience, HandoffReason, Sender
from domain.events import InboundMessage, MessageKind
from domain.ids import ConversationId
from domain.instances import WhatsAppInstance
from domain.operators import OperatorRole
from operating import operators
from operating.deeds import at_command_line
from operating.passwords import Passwords
from storage import contacts, conversations, handoffs, inbound, organizations
from storage.database import Database
from storage.migrate import migrate

_PASSWORD = "cachorro quente 42"
_START_SECONDS = 30.0
_LAST_SECONDS = 5.0
_PARTS = frozenset({"fila", "conversas", "historico"})
"""What each console follows; the conversation is one of those that are written to."""


@dataclass(frozen=True)
class Screens:
    """How much is looked at, and stored."""

    consoles: int = 200
    operators: int = 20
    conversations: int = 40
    seconds: int = 20
    per_second: float = 5.0


SCREENS = Screens()
SCREENS_QUICK = Screens(seconds=5)


@dataclass(frozen=True)
class ConsoleFigures:
    """From a message's commit to its sight on the last of the consoles that show it: on every list, and on the pages
    of its conversation.

    `unseen` messages were not on all of them within five seconds. `paintings` and `events` are what was sent, a second;
    CPU is in milliseconds a message, by process.
    """

    screens: Screens
    messages: int
    unseen: int
    on_every_list: Waits
    in_the_conversation: Waits
    paintings: Mapping[str, float]
    events: float
    cpu_ms: Mapping[str, float]
    gateway_megabytes: float


def console_targets(found: ConsoleFigures) -> tuple[Target, ...]:
    """What operators are promised: an event on every screen soon after it is stored."""
    consoles = f"{found.screens.consoles} consoles"
    return (
        Target(f"on the list of {consoles}, p99", found.on_every_list.p99, 300, "ms"),
        Target(f"on the list of {consoles}, worst", found.on_every_list.max, 300, "ms"),
        Target("in the conversation, worst", found.in_the_conversation.max, 300, "ms"),
        Target("not seen", found.unseen, 0, "messages"),
    )


async def measure_console(screens: Screens, progress: Callable[[str], None]) -> ConsoleFigures:
    """The figures of a fresh gateway process over a fresh database in memory; Temporal has no part in it."""
    directory = Path(tempfile.mkdtemp(prefix="auzap-bench-"))
    key = Fernet.generate_key().decode()
    try:
        async with AsyncExitStack() as stack:
            urls = await stack.enter_async_context(throwaway_postgres())
            await asyncio.to_thread(migrate, urls.owner, urls.app)
            gateway, pid = await stack.enter_async_context(_gateway(urls, key, directory))
            database = await Database.connect(urls.app, max_size=2)
            stack.push_async_callback(database.close)
            instance = await open_shop(urls.app, key, f"http://{LOOPBACK}:9")
            shop = _Shop(database, instance, await _customers(database, instance, screens.conversations))
            cookies = await _sign_in(gateway, database, instance, screens.operators)
            progress(f"Opening {screens.consoles} consoles…")
            sights = Sights()
            await stack.enter_async_context(_open(screens, gateway, cookies, shop.chats, sights))
            progress(f"Storing messages for {screens.seconds} s…")
            return await _measured(screens, shop, sights, Meter({"gateway": pid}))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@dataclass(frozen=True)
class _Shop:
    database: Database
    instance: WhatsAppInstance
    chats: list[ConversationId]

    async def stored(self, conversation: int, message: int) -> float:
        """Store a message as the worker does; when it was committed."""
        said = InboundMessage(
            provider_message_id=uuid.uuid4().hex,
            reply_to=_phone(conversation).value,
            addresses=(_phone(conversation),),
            kind=MessageKind.TEXT,
            text=f"{mark(conversation, message)} Queria marcar um banho para o Rex amanhã de manhã, por favor.",
            sent_at=datetime.now(UTC),
        )
        async with self.database.tenant(self.instance.organization_id) as tenant:
            await inbound.record(
                tenant,
                self.instance.organization_id,
                self.chats[conversation],
                self.instance.id,
                [said],
                Sender.CUSTOMER,
            )
        return time.monotonic()


async def _measured(screens: Screens, shop: _Shop, sights: Sights, meter: Meter) -> ConsoleFigures:
    committed: dict[tuple[int, int], float] = {}
    numbers = [0] * screens.conversations
    sights.begin()
    before = meter.cpu_seconds()
    began = time.monotonic()
    while (due := len(committed) / screens.per_second) < screens.seconds:
        await asyncio.sleep(max(0.0, began + due - time.monotonic()))
        conversation = random.randrange(screens.conversations)
        at = await shop.stored(conversation, numbers[conversation])
        committed[conversation, numbers[conversation]] = at
        numbers[conversation] += 1
    took = time.monotonic() - began
    followers = screens.consoles // screens.conversations

    def seen(part: str, at_least: int) -> list[float]:
        arrivals = {one: sights.arrived.get((part, *one), []) for one in committed}
        return [max(all_) - committed[one] for one, all_ in arrivals.items() if len(all_) >= at_least]

    deadline = time.monotonic() + _LAST_SECONDS
    while len(seen("conversas", screens.consoles)) < len(committed) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    lists, chats = seen("conversas", screens.consoles), seen("historico", followers)
    cost = spent(before, meter.cpu_seconds())
    return ConsoleFigures(
        screens=screens,
        messages=len(committed),
        unseen=2 * len(committed) - len(lists) - len(chats),
        on_every_list=Waits.of(lists),
        in_the_conversation=Waits.of(chats),
        paintings={part: round(sights.paintings[part] / took, 1) for part in sorted(_PARTS)},
        events=round(sights.events.total() / took, 1),
        cpu_ms={part: round(seconds / len(committed) * 1_000, 1) for part, seconds in cost.items()},
        gateway_megabytes=meter.megabytes()["gateway"],
    )


@asynccontextmanager
async def _open(
    screens: Screens, gateway: str, cookies: list[str], chats: list[ConversationId], sights: Sights
) -> AsyncIterator[None]:
    """Every console with all its parts painted; one that loses its stream breaks the measurement."""
    opened = [Screen(sights) for _ in range(screens.consoles)]
    try:
        async with asyncio.TaskGroup() as reading:
            tasks = []
            for number, screen in enumerate(opened):
                topics = f"fila,conversas,historico-{chats[number % len(chats)]}"
                tasks.append(reading.create_task(screen.follow(gateway, cookies[number % len(cookies)], topics)))
            async with asyncio.timeout(_START_SECONDS):
                while not all(screen.parts >= _PARTS for screen in opened):
                    await asyncio.sleep(0.05)
            yield
            for task in tasks:
                task.cancel()
    except* (ConnectionError, TimeoutError) as lost:
        raise DevError(f"A console lost its stream: {lost.exceptions[0]}") from lost


async def _customers(database: Database, instance: WhatsAppInstance, count: int) -> list[ConversationId]:
    """A conversation each; every fourth waits for a person."""
    made: list[ConversationId] = []
    for number in range(count):
        async with database.tenant(instance.organization_id) as tenant:
            contact = await contacts.upsert(tenant, instance.organization_id, [_phone(number)], f"Cliente {number}")
            conversation = await conversations.upsert(
                tenant,
                instance.organization_id,
                contact_id=contact,
                instance_id=instance.id,
                audience=Audience.CUSTOMER,
                conversation_key=uuid.uuid4().hex,
            )
            if number % 4 == 0:
                await handoffs.open_one(tenant, conversation.id, HandoffReason.ASKED_BY_MODEL, "quer uma pessoa")
            made.append(conversation.id)
    return made


async def _sign_in(gateway: str, database: Database, instance: WhatsAppInstance, count: int) -> list[str]:
    """What the browsers of so many operators send along."""
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    async with database.tenant(instance.organization_id) as tenant:
        slug = await organizations.slug_of(tenant, instance.organization_id)
    cookies = []
    for number in range(count):
        email = f"operador{number}@example.com"
        await operators.add(
            database,
            passwords,
            instance.organization_id,
            at_command_line(),
            name=f"Operador {number}",
            email=email,
            role=OperatorRole.ATTENDANT,
            password=_PASSWORD,
        )
        async with httpx.AsyncClient(trust_env=False) as http:
            form = {"loja": slug, "email": email, "senha": _PASSWORD}
            answer = await http.post(f"{gateway}/console/entrar", data=form)
        if "auzap" not in answer.cookies:
            raise DevError(f"An operator could not sign in: {answer.status_code}")
        cookies.append(f"auzap={answer.cookies['auzap']}")
    return cookies


@asynccontextmanager
async def _gateway(urls: DatabaseUrls, key: str, directory: Path) -> AsyncIterator[tuple[str, int]]:
    """A gateway process; its address and process id."""
    port = Ports().take()
    env = {
        "PATH": "/usr/bin:/bin",
        "DATABASE_URL": urls.app,
        "AUZAP_SECRET_KEY": key,
        "AUZAP_GATEWAY_PORT": str(port),
        "AUZAP_CONSOLE_SECURE_COOKIES": "false",
        "TEMPORAL_ADDRESS": f"{LOOPBACK}:9",
    }
    url = f"http://{LOOPBACK}:{port}"
    command, log = [sys.executable, "-m", "gateway"], directory / "gateway.log"
    async with answering(command, env=env, log=log, at=f"{url}/console/entrar", called="The gateway") as pid:
        yield url, pid


def _phone(number: int) -> Address:
    return Address(kind=AddressKind.PHONE, value=f"55119{number:08d}")

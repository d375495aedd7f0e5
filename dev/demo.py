"""Plays the seed's dialogues on the running stack, through the practice phone, and checks every reply and row.

Customer, owner, burst and hand-over go the way of real messages: the phone's webhook, Temporal, the channel's adapter.
"""

from contextlib import AsyncExitStack
from urllib.parse import quote

from rich.console import Console
from rich.markup import escape
from temporalio.client import Client

from dev import demo_bookings, demo_invitations, demo_knowledge, demo_owner, demo_summary
from dev.demo_person import person
from dev.demo_race import race
from dev.demo_stage import PATIENCE, PLAYED, Stage, forget_earlier_plays, fresh_phone
from dev.practice_phone import PhoneClient
from dev.seed import OPERATOR_EMAIL, SLUG, WEBHOOK_KEY, PracticeShop, seed
from dev.stack import Stack
from operating.passwords import generated
from storage.database import Database
from storage.instances import Instances
from storage.secrets import Keyring
from temporal import DATA_CONVERTER
from workflows.ids import conversation_workflow_id

CUSTOMER_NAME = f"Marina {PLAYED}"


async def play(stack: Stack) -> int:
    """The demonstration; 0 when every reply and every row was as it should be."""
    console = Console(highlight=False)
    async with AsyncExitStack() as closing:
        database = await Database.connect(stack.env["DATABASE_URL"])
        closing.push_async_callback(database.close)
        shop = await furnish(stack, database)
        assert stack.urls.practice_phone is not None
        phone = await closing.enter_async_context(PhoneClient(stack.urls.practice_phone))
        temporal = await Client.connect(
            stack.urls.temporal_address, namespace=stack.urls.temporal_namespace, data_converter=DATA_CONVERTER
        )
        stage = Stage(console, phone, database, shop.organization_id, stack.urls.practice_model is not None)
        await forget_earlier_plays(stage)
        marina = fresh_phone()
        try:
            await _conversation(stage, marina)
            await demo_bookings.move(stage, marina, CUSTOMER_NAME)
            await demo_bookings.remind(stage, marina, CUSTOMER_NAME, temporal)
            await race(stage, (fresh_phone(), fresh_phone()), temporal)
            await demo_owner.figures(stage)
            await demo_owner.order(stage)
            await demo_summary.summary(stage, temporal)
            await demo_invitations.invitations(stage, shop.at_work, temporal)
            await demo_knowledge.learned(stage)
            await _burst(stage, fresh_phone())
            await person(stage, stack.urls.gateway, _console_password(stack))
        except TimeoutError:
            stage.check(False, f"uma resposta não veio em {PATIENCE} s (veja {stack.state.logs})")
        key = await _show_rows(stage, marina)
        _show_addresses(console, stack, marina, key)
        if stage.problems:
            console.print(f"[bold red]{len(stage.problems)} problema(s):[/] " + escape("; ".join(stage.problems)))
            return 1
        console.print("[bold green]Tudo como devia ser.[/]")
        return 0


async def furnish(stack: Stack, database: Database) -> PracticeShop:
    """The practice shop, in the database and on the practice phone."""
    assert stack.urls.practice_phone is not None
    keys = [key.strip() for key in stack.env["AUZAP_SECRET_KEY"].split(",")]
    id_secret = keys[-1].encode()  # as settings.py reads it
    return await seed(
        database,
        Instances(Keyring(keys)),
        stack.urls.practice_phone,
        stack.urls.gateway,
        id_secret,
        _console_password(stack),
    )


def way_into_the_console(stack: Stack) -> str:
    """Where it is, and with what one signs in."""
    return f"{stack.urls.gateway}/console/entrar?loja={SLUG}  ({OPERATOR_EMAIL}, senha {_console_password(stack)})"


def _console_password(stack: Stack) -> str:
    return stack.state.secret("console-password", generated)


async def _conversation(stage: Stage, phone: str) -> None:
    """The seed's customer: Rex, a consultation, tomorrow at ten."""
    stage.console.rule("Uma cliente agenda uma consulta")
    await stage.says(phone, CUSTOMER_NAME, "Olá! Quero agendar uma consulta para meu cachorro Rex.", expect=["Rex"])
    await stage.says(
        phone, CUSTOMER_NAME, "Consulta geral. Pode ser amanhã de manhã?", expect=["09:00", "10:00", "11:00"]
    )
    await stage.says(
        phone,
        CUSTOMER_NAME,
        "10h está ótimo. É um Golden Retriever de 3 anos.",
        expect=["10:00", "Rex", "Golden Retriever", "3 anos", "Consulta Veterinária Geral", "R$ 120,00"],
    )


async def _burst(stage: Stage, phone: str) -> None:
    """Three lines in a hurry, one answer."""
    stage.console.rule("Três linhas, uma resposta")
    await stage.says(phone, "Cliente com pressa", "oi", "tudo bem?", "quanto custa o banho?", expect=["R$ 50,00"])
    answers = await stage.rows(
        """select count(*) from messages m join conversations c on c.id = m.conversation_id
           join contacts ct on ct.id = c.contact_id where ct.phone = $1 and m.direction = 'outbound'""",
        phone,
    )
    stage.check(answers[0][0] == 1, f"três linhas tiveram {answers[0][0]} respostas")


async def _show_rows(stage: Stage, phone: str) -> str:
    """What the database holds of the first conversation; its key."""
    stage.console.rule("O que ficou no banco")
    of_contact = (
        "join conversations c on c.id = t.conversation_id join contacts ct on ct.id = c.contact_id where ct.phone = $1"
    )
    messages = await stage.rows(f"select t.* from messages t {of_contact} order by t.seq", phone)
    calls = await stage.rows(f"select t.* from ai_interactions t {of_contact} order by t.created_at", phone)
    tools = await stage.rows(f"select t.* from tool_calls t {of_contact} order by t.created_at", phone)
    pets = await stage.rows(
        "select t.* from pets t join contacts ct on ct.id = t.contact_id where ct.phone = $1", phone
    )
    bookings = await stage.bookings(phone)
    conversations = await stage.rows(
        "select c.* from conversations c join contacts ct on ct.id = c.contact_id where ct.phone = $1", phone
    )
    stage.show("messages", messages, "direction", "sender", "status", "handled_as", "created_at")
    stage.show("pets", pets, "name", "species", "breed", "birth_date")
    stage.show("bookings", bookings, "service", "professional", "start_time", "price", "status")
    stage.show("ai_interactions", calls, "agent_type", "model", "round", "total_tokens", "status")
    stage.show("tool_calls", tools, "name", "round", "position", "arguments")
    stage.check(len(conversations) == 1, f"{len(conversations)} conversas em vez de uma")
    stage.check(len(pets) == 1 and pets[0]["name"] == "Rex", "o Rex não foi cadastrado uma vez")
    stage.check(len(bookings) == 1 and str(bookings[0]["price"]) == "120.00", "a consulta não foi agendada uma vez")
    inbound = [row["handled_as"] for row in messages if row["direction"] == "inbound"]
    stage.check(inbound == ["answered"] * stage.typed[phone], f"mensagens recebidas: {inbound}")
    sent = [row["status"] for row in messages if row["direction"] == "outbound"]
    stage.check(
        len(sent) == stage.heard[phone] and set(sent) <= {"sent", "delivered", "read"}, f"mensagens enviadas: {sent}"
    )
    stage.check(all(row["status"] == "ok" for row in calls), "uma chamada do modelo falhou")
    return conversations[0]["conversation_key"] if conversations else ""


def _show_addresses(console: Console, stack: Stack, phone: str, key: str) -> None:
    console.rule("Para olhar de perto")
    console.print(f"Console da loja:    {way_into_the_console(stack)}", soft_wrap=True)
    console.print(f"Celular de treino:  {stack.urls.practice_phone}/#{WEBHOOK_KEY}/{phone}", soft_wrap=True)
    if stack.urls.temporal_ui and key:
        workflow = quote(conversation_workflow_id(key), safe="")
        page = f"{stack.urls.temporal_ui}/namespaces/{stack.urls.temporal_namespace}/workflows/{workflow}"
        console.print(f"Temporal Web UI:    {page}", soft_wrap=True)

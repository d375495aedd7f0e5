"""console/conversation.py: a conversation as its page shows it, to whom it shows it, and what of it is live."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import httpx
from pydantic import HttpUrl

from console import conversation
from console.conversation import place_of, token_of
from console.parts import Parts
from console.topics import Topic, TopicKind
from domain.conversation import Audience, HandoffReason, Sender
from domain.events import DeliveryStatus
from domain.handoffs import Deadline, DueKind, HandoffState
from domain.ids import NoteId, OperatorId, TurnId
from domain.model import ToolOutcome, ToolRequest
from operating.attending import Attending
from storage import conversations, handoffs, notes, outbox, ready_answers, stuck_steps, tool_calls
from storage.database import Connection
from storage.instances import Instances
from storage.ready_answers import ReadyAnswer
from storage.secrets import Keyring
from storage.stuck_steps import FailedTry
from storage.timeline import Place
from storage.tool_calls import ToolCallKey
from tests.console.conftest import Browser, Console
from tests.shops import CUSTOMER, Shop
from tests.storage.rows import Customer, customer, reply, told, wrote
from webhooks.intake import Intake

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


async def test_the_chat_says_who_wrote_what(console: Console, ana: Browser) -> None:
    """Customer, assistant, operator, phone and fixed texts are told apart by word, each message with its delivery."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        of = await _marina(tenant, console.shop)
        await wrote(tenant, console.shop, of, "Oi\nTudo bem?")
        await told(tenant, console.shop, of, "Olá, sou a assistente")
        await told(tenant, console.shop, of, "Recado fixo", sender=Sender.SYSTEM)
        await told(tenant, console.shop, of, "Do celular", sender=Sender.PHONE)
        await _person_said(tenant, console.shop, of, console.ana.id, "Aqui é a Ana")
        row = (await reply(tenant, console.shop, of, "Esta não saiu"))[0]
        await outbox.move(tenant, row.id, to=DeliveryStatus.FAILED, error="not_on_whatsapp: the number is not")
    said = _lines(await ana.get(f"/conversas/{of.conversation_id}"))
    assert [(one["who"], one["text"], one["state"]) for one in said] == [
        ("Cliente", "Oi\nTudo bem?", ""),
        ("Assistente (IA)", "Olá, sou a assistente", "enviada"),
        ("Aviso automático", "Recado fixo", "enviada"),
        ("Celular da loja", "Do celular", "enviada"),
        ("Ana", "Aqui é a Ana", "na fila"),
        ("Assistente (IA)", "Esta não saiu", "não enviada: o número não está no WhatsApp"),
    ]


async def test_tools_notes_and_hand_overs_stand_between(console: Console, ana: Browser) -> None:
    """What a tool did opens with its facts; a note is marked as the team's own; a hand-over says why."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        of = await _marina(tenant, console.shop)
        await tool_calls.save(
            tenant,
            console.shop.organization_id,
            of.conversation_id,
            ToolCallKey(turn_id=TurnId(uuid.uuid4()), round=0, position=0),
            ToolRequest(
                id="1", name="book_appointment", arguments='{"pet_name": "Rex", "preferred_date": "2026-11-23"}'
            ),
            ToolOutcome(ok=False, content='{"message": "Esse horário já foi."}'),
        )
        await conversations.hand_over(tenant, of.conversation_id, HandoffReason.ASKED_BY_MODEL, "quer uma pessoa")
        await _noted(tenant, console.shop, of, console.bruno.id, "Já comprou ração aqui")
    page = (await ana.get(f"/conversas/{of.conversation_id}")).text
    assert re.search(r"<summary><span aria-hidden=\"true\">🚫</span> Agendar: Esse horário já foi\.", page)
    assert '<dt>pet</dt><dd dir="auto">Rex</dd>' in page
    assert '<dt>dia</dt><dd dir="auto">23/11/2026</dd>' in page
    assert "A assistente chamou uma pessoa: quer uma pessoa" in page
    assert re.search(r"Bruno <span class=\"badge\">só a equipe vê</span></p>\s*<p[^>]*>Já comprou ração aqui</p>", page)


async def test_what_anybody_wrote_is_text(console: Console, ana: Browser) -> None:
    """Scripts and quotes in messages, names, notes, reasons, summaries, arguments and ready answers stay text."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        of = await _marina(tenant, console.shop, name=SCRIPT)
        await wrote(tenant, console.shop, of, SCRIPT)
        await _noted(tenant, console.shop, of, console.ana.id, SCRIPT)
        await tool_calls.save(
            tenant,
            console.shop.organization_id,
            of.conversation_id,
            ToolCallKey(turn_id=TurnId(uuid.uuid4()), round=0, position=0),
            ToolRequest(id="1", name=SCRIPT, arguments='{"pet_name": "<script>x</script>"}'),
            ToolOutcome(ok=True, content=SCRIPT),
        )
        await conversations.hand_over(tenant, of.conversation_id, HandoffReason.ASKED_BY_MODEL, SCRIPT)
        handoff = await handoffs.find_open(tenant, of.conversation_id)
        assert handoff is not None
        await handoffs.keep_summary(tenant, handoff.id, SCRIPT)
        await ready_answers.add(
            tenant,
            console.shop.organization_id,
            ReadyAnswer.model_validate({"id": uuid.uuid4(), "title": SCRIPT, "content": SCRIPT}),
        )
    page = (await ana.get(f"/conversas/{of.conversation_id}")).text
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 8
    assert "<script>" not in page
    assert "<img" not in page
    card = (await ana.get(f"/clientes/{of.contact_id}")).text
    assert "<script>" not in card
    assert "&lt;script&gt;" in card


async def test_odd_texts_are_harmless(console: Console, ana: Browser) -> None:
    """Only control characters is nothing; what turns the reading direction is taken out; a very long text is folded."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        of = await _marina(tenant, console.shop, name="\u202e\u200b")
        await wrote(tenant, console.shop, of, "\u202e\u2066\x07", "abc\u202edef", "palavra " * 400)
    answer = await ana.get(f"/conversas/{of.conversation_id}")
    said = _lines(answer)
    assert [one["text"] for one in said[:2]] == ["(sem texto)", "abcdef"]
    assert len(said[2]["text"]) < 1_300
    assert re.search(r"<summary>Ler o resto \(\d+ caracteres\)</summary>", answer.text)
    assert '<h1 id="com-quem-falo"><bdi>+55 11 99999-0001</bdi></h1>' in answer.text


async def test_older_messages_are_a_page_of_their_own(console: Console, ana: Browser) -> None:
    """The newest sixty, then those before, as a page and, for htmx, as the part that goes above; none twice."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        of = await _marina(tenant, console.shop)
        await wrote(tenant, console.shop, of, *[f"mensagem {number}." for number in range(100)])
    newest = await ana.get(f"/conversas/{of.conversation_id}")
    assert [one["text"] for one in _lines(newest)] == [f"mensagem {number}." for number in range(40, 100)]
    found = re.search(r'href="/console(/conversas/[^"]+antes=[^"]+)"', newest.text)
    assert found is not None
    older = await ana.get(found[1])
    assert [one["text"] for one in _lines(older)] == [f"mensagem {number}." for number in range(40)]
    assert 'sse-swap="historico' not in older.text
    part = await ana.get(found[1], hx_request="true")
    assert "<html" not in part.text
    assert [one["text"] for one in _lines(part)] == [f"mensagem {number}." for number in range(40)]
    assert "antes=" not in part.text


def test_places_survive_an_address() -> None:
    """A place reads back to the microsecond; what is none is the beginning."""
    place = Place(seq=5, at=datetime(2026, 11, 23, 15, 0, 0, 123457, tzinfo=UTC))
    assert place_of(token_of(place)) == place
    for rubbish in (None, "", "x", "5", "-", "5-", "٣-٣", "5-99999999999999999999999", "1e3-5", "5--5"):
        assert place_of(rubbish) is None, rubbish


async def test_who_has_it_and_what_may_be_done(console: Console, ana: Browser, bruno: Browser) -> None:
    """The standing says who has it, why, what is next and when; buttons are those that fit the viewer."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        of = await _marina(tenant, console.shop)
        await wrote(tenant, console.shop, of, "Oi")
    path = f"/conversas/{of.conversation_id}"
    assert _who(await ana.get(path)) == "com a IA"
    assert _acts(await ana.get(path)) == {"responder", "anotar", "assumir", "pausar"}
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await conversations.hand_over(tenant, of.conversation_id, HandoffReason.ASKED_BY_MODEL, "reclamação")
        due = Deadline(kind=DueKind.REMIND, at=datetime(2026, 11, 23, 13, 15, tzinfo=UTC))
        await _stands(tenant, of, HandoffState.WAITING, None, due)
    waiting = await ana.get(path)
    assert _who(waiting) == "esperando uma pessoa"
    assert "A assistente chamou uma pessoa: reclamação" in waiting.text
    assert re.search(r"lembrar a equipe\s+às <time[^>]*>23/11 10:15</time>", waiting.text)
    assert "Assumir e responder" in waiting.text
    assert _acts(waiting) == {"responder", "anotar", "assumir", "devolver", "resolver", "pausar", "transferir"}
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await _stands(tenant, of, HandoffState.CLAIMED, console.ana.id, None)
        await conversations.set_ai_enabled(tenant, of.conversation_id, False)
    hers, his = await ana.get(path), await bruno.get(path)
    assert _who(hers) == "com você"
    assert _acts(hers) == {"responder", "anotar", "devolver", "resolver", "retomar", "transferir"}
    assert ">Enviar</button>" in hers.text
    assert _who(his) == "com Ana"
    assert _acts(his) == {"responder", "anotar", "devolver", "resolver", "retomar", "transferir"}
    assert 'botao-enviar"' not in his.text
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await _stands(tenant, of, HandoffState.CLAIMED, console.bruno.id, None)
    assert _acts(await ana.get(path)) == {"responder", "anotar", "retomar"}


async def test_opening_it_marks_it_read_for_who_has_it(console: Console, ana: Browser, bruno: Browser) -> None:
    """The one who has the conversation has read it by opening it; somebody else who looks has not."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        of = await _marina(tenant, console.shop)
        await conversations.hand_over(tenant, of.conversation_id, HandoffReason.ASKED_BY_MODEL)
        await _stands(tenant, of, HandoffState.CLAIMED, console.ana.id, None)
        await tenant.execute("update conversations set unread_count = 3")
    await bruno.get(f"/conversas/{of.conversation_id}")
    assert await _unread(console) == 3
    await ana.get(f"/conversas/{of.conversation_id}")
    assert await _unread(console) == 0


async def test_owners_are_served_by_aurora(console: Console, ana: Browser) -> None:
    """An owner's conversation is shown without any form to act in it, and a form sent all the same changes nothing."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        of = await customer(tenant, console.shop, audience=Audience.OWNER)
    page = await ana.get(f"/conversas/{of.conversation_id}")
    assert "a Aurora responde" in page.text
    assert _acts(page) == set()
    for deed in ("responder", "anotar", "assumir", "devolver", "resolver", "pausar", "retomar", "transferir"):
        form = {"deed": str(uuid.uuid4()), "texto": "x", "para": str(console.bruno.id)}
        answer = await ana.post(f"/conversas/{of.conversation_id}/{deed}", form)
        assert answer.status_code == 409, deed
    async with console.database.tenant(console.shop.organization_id) as tenant:
        assert await tenant.fetchval("select count(*) from conversation_notes") == 0
        assert await tenant.fetchval("select ai_enabled from conversations")


async def test_another_shops_conversation_is_not_there(console: Console, carla: Browser) -> None:
    """An id of another shop's, or of nothing, is the same page for reading and for every form, and nothing changes."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        of = await _marina(tenant, console.shop)
    answers = [
        await carla.get(f"/conversas/{of.conversation_id}"),
        await carla.get(f"/conversas/{uuid.uuid4()}"),
        await carla.get("/conversas/nada"),
        await carla.get(f"/clientes/{of.contact_id}"),
    ]
    for deed in ("responder", "anotar", "assumir", "devolver", "resolver", "pausar", "retomar", "transferir"):
        form = {"deed": str(uuid.uuid4()), "texto": "x", "para": str(console.carla.id)}
        answers.append(await carla.post(f"/conversas/{of.conversation_id}/{deed}", form))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    async with console.database.tenant(console.shop.organization_id) as tenant:
        assert await tenant.fetchval("select count(*) from conversation_notes") == 0
        assert await tenant.fetchval("select ai_enabled from conversations")
        assert await tenant.fetchval("select count(*) from audit_log where action <> 'add_operator'") == 0


async def test_the_live_parts_are_as_the_page_shows_them(console: Console, ana: Browser) -> None:
    """What is painted anew is what the page holds; only the standing differs by viewer, and brings its send button."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        of = await _marina(tenant, console.shop)
        await wrote(tenant, console.shop, of, "Oi")
    parts = _parts(console)
    paint = conversation.painter(parts)
    page = (await ana.get(f"/conversas/{of.conversation_id}")).text

    def topic(kind: TopicKind, viewer: OperatorId | None = None) -> Topic:
        return Topic(console.shop.organization_id, kind, str(of.conversation_id), viewer)

    assert _squeezed(await paint(topic(TopicKind.TIMELINE))) in _squeezed(page)
    assert _squeezed(await paint(topic(TopicKind.CARD))) in _squeezed(page)
    standing = await paint(topic(TopicKind.STANDING, console.ana.id))
    assert "com a IA" in standing
    assert '<div id="enviar" hx-swap-oob="true">' in standing
    assert f'sse-swap="historico-{of.conversation_id}"' in page
    assert f"historico-{of.conversation_id}" in page.partition('sse-connect="')[2].partition('"')[0]


async def test_the_way_to_the_workflow(console: Console, ana: Browser) -> None:
    """There is a link to the conversation's workflow where the Temporal Web UI is known, and none where it is not."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        of = await _marina(tenant, console.shop)
        key = await tenant.fetchval("select conversation_key from conversations")
    assert "Temporal" not in (await ana.get(f"/conversas/{of.conversation_id}")).text
    url = str(HttpUrl("http://temporal.example:8233/"))
    parts = _parts(console, url)
    topic = Topic(console.shop.organization_id, TopicKind.STANDING, str(of.conversation_id), console.ana.id)
    html = await conversation.painter(parts)(topic)
    assert f'href="http://temporal.example:8233/namespaces/default/workflows/conversation%2F{key}"' in html


def _parts(console: Console, temporal_ui: str | None = None) -> Parts:
    database, temporal, settings = console.database, console.temporal, console.settings
    instances = Instances(Keyring(settings.keys))
    intake = Intake(database, instances, temporal, settings.id_secret, settings.auzap_task_queue)
    return Parts(database, temporal, Attending(database, temporal), instances, intake, temporal_ui)


async def _marina(tenant: Connection, shop: Shop, name: str = "Marina") -> Customer:
    of = await customer(tenant, shop)
    await tenant.execute("update contacts set name = $2 where id = $1", of.contact_id, name)
    return of


async def _person_said(tenant: Connection, shop: Shop, of: Customer, operator_id: OperatorId, text: str) -> None:
    await outbox.enqueue(
        tenant,
        shop.organization_id,
        of.conversation_id,
        shop.instance.id,
        turn_id=TurnId(uuid.uuid4()),
        address=CUSTOMER,
        parts=[text],
        sender=Sender.HUMAN,
        operator_id=operator_id,
    )


async def _noted(tenant: Connection, shop: Shop, of: Customer, operator_id: OperatorId, content: str) -> None:
    await notes.write(
        tenant,
        shop.organization_id,
        of.conversation_id,
        NoteId(uuid.uuid4()),
        operator_id=operator_id,
        content=content,
    )


async def _stands(
    tenant: Connection, of: Customer, state: HandoffState, operator_id: OperatorId | None, due: Deadline | None
) -> None:
    handoff = await handoffs.find_open(tenant, of.conversation_id)
    assert handoff is not None
    since = datetime.now(UTC) - timedelta(minutes=5) if state is HandoffState.WAITING else None
    await handoffs.note_standing(tenant, handoff.id, state=state, operator_id=operator_id, waiting_since=since, due=due)


async def test_what_is_stuck_is_said(console: Console, ana: Browser) -> None:
    """A conversation whose step keeps failing says so above the composer, with the way to what can be done."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        of = await _marina(tenant, console.shop)
        key = await tenant.fetchval("select conversation_key from conversations")
    running = await console.temporal.start_workflow("Unattended", id=f"conversation/{key}", task_queue="nobody")
    failed = FailedTry(
        workflow_id=running.id,
        run_id=running.first_execution_run_id or "",
        activity_id="1",
        activity="send_reply",
        is_local=True,
        error_type="ChannelUnavailable",
        error="<b>away</b>",
        attempts=7,
    )
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await stuck_steps.note(tenant, console.shop.organization_id, failed)
    page = (await ana.get(f"/conversas/{of.conversation_id}")).text
    await running.terminate()
    standing = page.partition('id="situacao"')[2].partition("</section>")[0]
    assert "7 tentativas" in standing
    assert '<a href="/console/parados">' in standing
    assert "<b>away" not in standing


async def _unread(console: Console) -> int:
    async with console.database.tenant(console.shop.organization_id) as tenant:
        return int(await tenant.fetchval("select unread_count from conversations"))


def _lines(answer: httpx.Response) -> list[dict[str, str]]:
    """What was said, as the page has it."""
    assert answer.status_code == 200, answer.text
    found = []
    for item in re.findall(r'<li class="fala .*?</li>', answer.text, re.DOTALL):
        text = re.search(r'<p class="texto" dir="auto">(.*?)</p>', item, re.DOTALL)
        who = re.search(r'<p class="quem"><span aria-hidden="true">[^<]+</span> (.*?)</p>', item)
        state = re.search(r'<span class="estado \w+"><span aria-hidden="true">[^<]+</span> (.*?)</span>', item)
        found.append(
            {"who": who[1] if who else "", "text": text[1] if text else "", "state": state[1] if state else ""}
        )
    return found


def _who(answer: httpx.Response) -> str:
    found = re.search(r"<strong>(.*?)</strong>", answer.text)
    return found[1] if found else ""


def _acts(answer: httpx.Response) -> set[str]:
    return set(re.findall(r'action="/console/conversas/[0-9a-f-]{36}/(\w+)"', answer.text))


def _squeezed(html: str) -> str:
    return " ".join(html.split())

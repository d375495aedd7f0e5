"""The queue's page: who waits, since when and until when, in words; and what may be done about it."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from console import queue
from console.topics import TopicKind
from domain.alerts import AlertKind
from domain.conversation import Audience
from domain.deeds import DeedKind
from domain.handoffs import DueKind, HandoffState
from domain.ids import OperatorId
from storage import alerts, audit, conversations
from tests.console.conftest import Browser, Console
from tests.console.streams import opened
from tests.storage.people_waiting import MINUTE, somebody, tell, waits
from tests.storage.rows import Customer, wrote

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202etxt.exe\x07"
_CARD = re.compile(r'<li class="card entry.*?</li>', re.S)
_TAGS = re.compile(r"<[^>]+>")


def read(html: str) -> str:
    """What a page says, without its marks."""
    return " ".join(_TAGS.sub(" ", html).split())


async def put(
    console: Console,
    number: int,
    due: tuple[DueKind, timedelta] | None,
    *,
    name: str | None = None,
    audience: Audience = Audience.CUSTOMER,
    since: timedelta = timedelta(0),
    claimed_by: OperatorId | None = None,
    state: HandoffState | None = None,
) -> Customer:
    """A customer of the shop's who has a hand-over, due so far from this moment."""
    now = datetime.now(UTC)
    async with console.database.tenant(console.shop.organization_id) as tenant:
        made = await somebody(tenant, console.shop, number, name=name, audience=audience)
        await waits(tenant, made, due, since=since, claimed_by=claimed_by, state=state, now=now)
    return made


async def painted(browser: Browser, topic: TopicKind) -> str:
    """A live part, as every open page is sent it."""
    async with opened(browser.http, "/console/eventos", [topic]) as stream:
        return (await stream.of(topic)).data


async def test_nobody_waits(ana: Browser) -> None:
    """The empty queue says so, warmly; it is live all the same."""
    answer = await ana.get("/fila")
    assert answer.status_code == 200
    assert "Ninguém esperando por uma pessoa." in answer.text
    assert 'sse-swap="fila"' in answer.text
    assert "topicos=fila,avisos" in answer.text


async def test_who_is_due_first_comes_first(console: Console, ana: Browser) -> None:
    """Deadlines in words beside their colours: overdue, soon, later; who is served is below, with who serves."""
    await put(console, 1, (DueKind.IDLE, 4 * 60 * MINUTE), name="Servida", claimed_by=console.bruno.id)
    await put(console, 2, (DueKind.REMIND, 3.5 * MINUTE), name="Logo")
    await put(console, 3, (DueKind.REMIND, -10.5 * MINUTE), name="Atrasada", since=25.5 * MINUTE)
    await put(console, 4, (DueKind.REMIND, 12.5 * MINUTE), name="Depois")
    await put(console, 5, (DueKind.ESCALATE, 5.5 * MINUTE), name="Lembrada", since=20.5 * MINUTE)
    await put(console, 6, (DueKind.QUIET, 50 * MINUTE), name="Telefone", state=HandoffState.CLAIMED)
    cards = [read(card) for card in _CARD.findall((await ana.get("/fila")).text)]
    expected = ("Atrasada", "Lembrada", "Logo", "Depois", "Telefone", "Servida")
    assert [next(name for name in expected if card.startswith(name)) for card in cards] == list(expected)
    late, reminded, soon, later, on_phone, served = cards
    assert "atrasada há 10 minutos" in late
    assert "espera há 25 minutos" in late
    assert "atrasada" in reminded
    assert "avisar a dona ou o dono" in reminded
    assert "vence em 3 minutos" in soon
    assert "vence em 12 minutos" in later
    assert "com celular da loja" in on_phone
    assert "Assumir" in on_phone
    assert "com Bruno" in served
    assert "Assumir" not in served
    assert "devolver à IA se ninguém escrever" in served


async def test_a_card_says_why_and_what_was_said(console: Console, ana: Browser) -> None:
    """Reason with its detail, the phone, the last words, how many are unread, and a link to the conversation."""
    made = await put(console, 7, (DueKind.REMIND, MINUTE), name="Marina")
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await wrote(tenant, console.shop, made, "Cadê vocês?")
    (card,) = _CARD.findall((await ana.get("/fila")).text)
    assert "A assistente chamou uma pessoa: quer um desconto" in read(card)
    assert "+55 11 90000-0007" in card
    assert "Cadê vocês?" in card
    assert "1 mensagem não lida" in read(card)
    assert f'href="/console/conversas/{made.conversation_id}"' in card


async def test_the_first_page_works_without_a_script_and_live_paintings_hold_no_secret(
    console: Console, ana: Browser
) -> None:
    """Forms of the loaded page carry token and deed; what is painted once for all carries neither."""
    made = await put(console, 1, (DueKind.REMIND, MINUTE))
    form = rf'action="/console/conversas/{made.conversation_id}/assumir">\s*(.*?)</form>'
    (loaded,) = re.findall(form, (await ana.get("/fila")).text, re.S)
    assert f'name="csrf" class="csrf" value="{ana.csrf}"' in loaded
    assert re.search(r'name="deed" class="deed" value="[0-9a-f-]{36}"', loaded)
    live = await painted(ana, TopicKind.QUEUE)
    (blank,) = re.findall(form, live, re.S)
    assert 'name="csrf" class="csrf" value=""' in blank
    assert 'name="deed" class="deed" value=""' in blank
    assert await painted(ana, TopicKind.QUEUE) == live


async def test_an_owner_is_answered_by_aurora_and_not_to_be_taken(console: Console, ana: Browser) -> None:
    """Who writes for the shop is marked, and has no button."""
    await put(console, 1, None, audience=Audience.OWNER)
    (card,) = _CARD.findall((await ana.get("/fila")).text)
    assert "dona ou dono" in card
    assert "Assumir" not in card


@pytest.mark.parametrize("name", [HOSTILE, "a" * 255, "   ", None])
async def test_hostile_names_and_words_are_text(console: Console, ana: Browser, name: str | None) -> None:
    """Nothing a customer calls themselves, or writes, becomes a part of the page."""
    made = await put(console, 1, (DueKind.ESCALATE, MINUTE), name=name, since=20 * MINUTE)
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await wrote(tenant, console.shop, made, HOSTILE)
        await tenant.execute("update handoffs set detail = $1", HOSTILE)
        await tell(tenant, console.shop, made)
    for html in ((await ana.get("/fila")).text, await painted(ana, TopicKind.QUEUE)):
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "\u202e" not in html
        assert "\x07" not in html
        assert "&lt;script&gt;alert(1)" in html
        assert name is None or not name.strip() or name[:20] in html or "&lt;script&gt;" in html


async def test_who_waits_too_long_is_on_a_banner_until_somebody_knows(console: Console, ana: Browser) -> None:
    """The banner names them; “Estou ciente” takes it away for everybody, and is noted once however often it is sent."""
    made = await put(console, 1, (DueKind.ESCALATE, MINUTE), name="Marina", since=20.5 * MINUTE)
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await tell(tenant, console.shop, made)
        await tell(tenant, console.shop, made, AlertKind.WAITING_TOO_LONG)
    before = (await ana.get("/fila")).text
    assert "Um cliente espera há tempo demais" in before
    assert re.search(r">Marina</a>, há 20 minutos<", before)
    form = {"deed": str(uuid.uuid4())}
    for _ in range(2):
        answer = await ana.post(f"/fila/{made.conversation_id}/ciente", form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/fila")
    after = (await ana.get("/fila")).text
    assert "há tempo demais" not in after
    assert "Marina" in after
    async with console.database.tenant(console.shop.organization_id) as tenant:
        noted = [entry for entry in await audit.newest(tenant) if entry.action == DeedKind.ACKNOWLEDGE]
    assert [entry.actor for entry in noted] == ["Ana"]


async def test_another_shop_sees_and_notices_nothing(console: Console, carla: Browser) -> None:
    """Its queue is empty, and its word about a strange conversation changes nothing."""
    made = await put(console, 1, (DueKind.ESCALATE, MINUTE), name="Marina", since=20 * MINUTE)
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await tell(tenant, console.shop, made)
    assert "Marina" not in (await carla.get("/fila")).text
    await carla.post(f"/fila/{made.conversation_id}/ciente", {"deed": str(uuid.uuid4())})
    async with console.database.tenant(console.shop.organization_id) as tenant:
        assert len(await alerts.overlooked(tenant)) == 1
    async with console.database.tenant(console.other_shop.organization_id) as tenant:
        assert DeedKind.ACKNOWLEDGE not in {entry.action for entry in await audit.newest(tenant)}


async def test_a_long_queue_is_cut_and_counted(console: Console, ana: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not shown is said, with the way to it."""
    monkeypatch.setattr(queue, "_CARDS", 2)
    for number in range(5):
        await put(console, number, (DueKind.REMIND, MINUTE))
    html = (await ana.get("/fila")).text
    assert len(_CARD.findall(html)) == 2
    assert "E mais 3 na fila" in html
    assert '/console/conversas?filtro=esperando"' in html


async def test_who_was_given_back_is_gone(console: Console, ana: Browser) -> None:
    """Released or resolved: no card."""
    made = await put(console, 1, (DueKind.REMIND, MINUTE), name="Marina")
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await conversations.resume(tenant, made.conversation_id, resolved=True)
    assert "Marina" not in (await ana.get("/fila")).text
    assert "Ninguém esperando" in await painted(ana, TopicKind.QUEUE)

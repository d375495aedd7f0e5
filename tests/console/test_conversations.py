"""The list of conversations: newest first, page by page, filtered, searched; hostile names are text."""

import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import conversations as pages
from console.conversations import place_as_text, place_in
from console.topics import TopicKind
from domain.conversation import Audience, Sender
from domain.events import DeliveryStatus, MessageKind
from domain.handoffs import DueKind, HandoffState
from domain.ids import ConversationId
from storage import conversations
from storage.inbox import Place
from tests.console.conftest import Browser, Console
from tests.console.test_queue import HOSTILE, painted
from tests.storage.people_waiting import MINUTE, NOW, somebody, waits
from tests.storage.rows import pet, reply, told, wrote

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LINE = re.compile(r'<li class="line.*?</li>', re.S)
_NAME = re.compile(r'class="line-name" href="/console/conversas/([0-9a-f-]{36})"[^>]*>(.*?)</a>')
_NEXT = re.compile(r'href="([^"]+)" rel="next"')


def names(html: str) -> list[str]:
    """Who is on the list, in order."""
    return [unescape(name) for _, name in _NAME.findall(html)]


async def test_nobody_wrote_yet(ana: Browser) -> None:
    """The empty list says so, and is live."""
    html = (await ana.get("/conversas")).text
    assert "Nenhuma conversa por aqui ainda." in html
    assert 'sse-swap="conversas"' in html
    assert "topicos=conversas,avisos" in html


async def test_a_line_tells_where_the_conversation_stands(console: Console, ana: Browser) -> None:
    """IA, waiting, with whom, on the phone, paused, resolved, an owner's: each in a word."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        made = [await somebody(tenant, console.shop, n, name=f"Pessoa {n}", at=NOW - n * MINUTE) for n in range(6)]
        await somebody(tenant, console.shop, 6, name="Pessoa 6", at=NOW - 6 * MINUTE, audience=Audience.OWNER)
        await waits(tenant, made[1], (DueKind.REMIND, MINUTE))
        await waits(tenant, made[2], None, claimed_by=console.bruno.id)
        await waits(tenant, made[3], None, state=HandoffState.CLAIMED)
        await conversations.set_ai_enabled(tenant, made[4].conversation_id, False)
        await conversations.resume(tenant, made[5].conversation_id, resolved=True)
    html = (await ana.get("/conversas")).text
    assert names(html) == [f"Pessoa {n}" for n in range(7)]
    badges = [re.findall(r'<span class="badge [a-z]+">(.*?)</span>', line) for line in _LINE.findall(html)]
    assert badges == [
        ["IA"],
        ["esperando"],
        ["em atendimento com Bruno"],
        ["no celular da loja"],
        ["IA pausada"],
        ["resolvida"],
        ["dona ou dono", "IA"],
    ]
    assert _LINE.findall(await painted(ana, TopicKind.CONVERSATIONS)) == _LINE.findall(html)


async def test_a_line_tells_what_was_said_last_and_by_whom(console: Console, ana: Browser) -> None:
    """The customer's own words as they are; ours with who wrote them, and whether they went out."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        one = await somebody(tenant, console.shop, 1, name="Marina")
        await wrote(tenant, console.shop, one, "Oi,\n\ntudo bem?")

    async def said() -> str:
        (line,) = _LINE.findall((await ana.get("/conversas")).text)
        found = re.search(r'class="line-said muted" dir="auto">(.*?)</p>', line)
        assert found is not None
        return unescape(found[1])

    assert await said() == "Oi, tudo bem?"
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await told(tenant, console.shop, one, "Tudo! E o Rex?")
    assert await said() == "IA: Tudo! E o Rex?"
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await wrote(tenant, console.shop, one, "", kind=MessageKind.AUDIO)
    assert await said() == "🎤 Áudio"
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await told(tenant, console.shop, one, "Já ouço", sender=Sender.HUMAN)
        await tenant.execute("update messages set operator_id = $1 where sender = 'human'", console.ana.id)
    assert await said() == "Ana: Já ouço"
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await reply(tenant, console.shop, one, "Perdida", moved_to=DeliveryStatus.FAILED)
    assert await said() == "IA, não enviada: Perdida"


async def test_pages_join_without_gaps_or_repeats(
    console: Console, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Following “Mais antigas” shows everybody once, though somebody writes meanwhile; only the first page is live."""
    monkeypatch.setattr(pages, "PAGE", 3)
    async with console.database.tenant(console.shop.organization_id) as tenant:
        made = [
            await somebody(tenant, console.shop, n, name=f"P{n}", at=NOW - n * MINUTE if n < 7 else None)
            for n in range(8)
        ]
    seen, path = [], "/conversas"
    while True:
        html = (await ana.get(path)).text
        seen += names(html)
        assert ("sse-swap" in html.split('id="conversas"')[1].split(">")[0]) == (path == "/conversas")
        more = _NEXT.search(html)
        if more is None:
            break
        path = unescape(more[1]).removeprefix("/console")
        async with console.database.tenant(console.shop.organization_id) as tenant:
            await wrote(tenant, console.shop, made[0], "de novo")
    assert seen == [f"P{n}" for n in range(8)]
    assert "Voltar ao começo" in html


async def test_filters_are_links_and_keep_to_their_pages(
    console: Console, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“Minhas” are one's own; the next page of a filter is of that filter; an unknown filter is none."""
    monkeypatch.setattr(pages, "PAGE", 1)
    async with console.database.tenant(console.shop.organization_id) as tenant:
        for number, who in enumerate((console.ana, console.bruno, console.ana)):
            made = await somebody(tenant, console.shop, number, name=f"P{number}", at=NOW - number * MINUTE)
            await waits(tenant, made, None, claimed_by=who.id)
    html = (await ana.get("/conversas?filtro=minhas")).text
    assert names(html) == ["P0"]
    assert 'href="/console/conversas?filtro=minhas" aria-current="true"' in html
    more = _NEXT.search(html)
    assert more is not None
    assert names((await ana.get(unescape(more[1]).removeprefix("/console"))).text) == ["P2"]
    assert names((await ana.get("/conversas?filtro=quaisquer")).text) == ["P0"]
    assert "Nenhuma conversa por aqui" in (await ana.get("/conversas?filtro=donos")).text


@pytest.mark.parametrize("asked", ["conceicao", "CONCEIÇÃO", "rex", "marina rex", "(11) 8765-4321", "987654321"])
async def test_a_search_shows_whom_it_finds(console: Console, ana: Browser, asked: str) -> None:
    """By name, pet or phone; the words stay in the field, and the result is not live."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        made = await somebody(tenant, console.shop, 87654321, name="Marina Conceição")
        await tenant.execute("update contact_addresses set value = '5511987654321'")
        await pet(tenant, console.shop, made.contact_id)
        await somebody(tenant, console.shop, 2, name="João")
    html = (await ana.get(f"/conversas?busca={quote(asked)}")).text
    assert names(html) == ["Marina Conceição"]
    assert f'value="{asked}"' in html
    assert 'sse-swap="conversas"' not in html


async def test_a_search_keeps_its_words_on_the_next_page(
    console: Console, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words with signs of their own come through the address unharmed."""
    monkeypatch.setattr(pages, "PAGE", 1)
    async with console.database.tenant(console.shop.organization_id) as tenant:
        for number in range(2):
            await somebody(tenant, console.shop, number, name="Ana & Zé", at=NOW - number * MINUTE)
    more = _NEXT.search((await ana.get(f"/conversas?{urlencode({'busca': 'Ana & Zé'})}")).text)
    assert more is not None
    html = (await ana.get(unescape(more[1]).removeprefix("/console"))).text
    assert names(html) == ["Ana & Zé"]
    assert 'value="Ana &amp; Zé"' in html
    assert not _NEXT.search(html)


async def test_a_search_that_finds_nothing_says_so(ana: Browser) -> None:
    """With what was searched for, as text."""
    html = (await ana.get(f"/conversas?busca={quote('<b>ninguém</b>')}")).text
    assert "Nada encontrado para “&lt;b&gt;ninguém&lt;/b&gt;”" in html
    assert "<b>ninguém" not in html


@pytest.mark.parametrize(
    "asked", ["busca=%00", "busca=" + "9" * 9_000, "busca=%ff%fe", "busca=%25_%5C", "depois=%00&filtro=%00"]
)
async def test_bad_addresses_show_a_page(ana: Browser, asked: str) -> None:
    """Whatever is in the address, there is a list."""
    assert (await ana.get(f"/conversas?{asked}")).status_code == 200


@pytest.mark.parametrize("name", [HOSTILE, "á" * 255, "\u200f\u202e", None])
async def test_hostile_names_and_words_are_text(console: Console, ana: Browser, name: str | None) -> None:
    """Nothing a customer calls themselves, or writes, becomes a part of the page; without a name it is the phone."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        made = await somebody(tenant, console.shop, 1, name=name)
        await wrote(tenant, console.shop, made, HOSTILE)
    for html in ((await ana.get("/conversas")).text, await painted(ana, TopicKind.CONVERSATIONS)):
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "\u202e" not in html
        assert "\x07" not in html
        assert "&lt;script&gt;alert(1)" in html
        assert name is not None or names(html) == ["+55 11 90000-0001"]


async def test_another_shop_sees_nothing(console: Console, carla: Browser) -> None:
    """Neither listed nor found."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await somebody(tenant, console.shop, 1, name="Marina")
    for path in ("/conversas", "/conversas?busca=marina", "/conversas?filtro=clientes"):
        assert names((await carla.get(path)).text) == []


async def test_times_are_the_shops(console: Console, ana: Browser) -> None:
    """A clock's time today, a day before that, by the shop's own clock; machines read the moment itself."""
    now = datetime.now(UTC)
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await somebody(tenant, console.shop, 1, at=now)
        await somebody(tenant, console.shop, 2, at=datetime(2020, 2, 3, 1, tzinfo=UTC))
    html = (await ana.get("/conversas")).text
    assert f'datetime="{now.isoformat()}"' in html
    assert ">02/02/2020</time>" in html
    assert re.search(r">\d\d:\d\d</time>", html)


@given(st.timedeltas(timedelta(0), timedelta(days=100_000)).map(_EPOCH.__add__) | st.none())
def test_a_place_comes_through_an_address_unharmed(at: datetime | None) -> None:
    """To the microsecond, and where nothing was said."""
    place = Place(at=at, id=ConversationId(uuid4()))
    assert place_in(place_as_text(place)) == place
    assert re.fullmatch(r"[A-Za-z0-9_-]+", place_as_text(place))


@given(st.text() | st.binary().map(lambda junk: place_as_text(Place(at=None, id=ConversationId(uuid4()))) + junk.hex()))
def test_a_malformed_place_is_the_beginning(text: str) -> None:
    """Nothing in an address can break the list."""
    found = place_in(text)
    assert found is None or isinstance(found, Place)


def test_a_place_beyond_time_is_the_beginning() -> None:
    """A number that no clock reaches names no place."""
    far = place_as_text(Place(at=datetime(9999, 1, 1, tzinfo=UTC) + timedelta(days=300), id=ConversationId(uuid4())))
    assert place_in(far) is not None
    assert place_in(_encoded("999999999999999999." + "0" * 32)) is None


def _encoded(plain: str) -> str:
    return urlsafe_b64encode(plain.encode()).decode()

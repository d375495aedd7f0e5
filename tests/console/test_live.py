"""The live console on a real database: what is stored is painted once for all who look, and for nobody else."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from console.live import Live, touches
from console.topics import Topic, TopicKind
from dev.postgres import DatabaseUrls
from domain.ids import OrganizationId
from storage import changes
from storage.changes import Change, ChangeKind
from storage.database import Database
from storage.instances import Instances
from tests.console.easels import Easel, live_console, nothing, the_next
from tests.shops import Shop, open_shop
from tests.storage.rows import Customer, customer, insert_booking, wrote

_SHOP = OrganizationId(uuid.uuid4())
_CONVERSATION = str(uuid.uuid4())
_SUBJECTS = {
    TopicKind.TIMELINE: _CONVERSATION,
    TopicKind.STANDING: _CONVERSATION,
    TopicKind.CARD: _CONVERSATION,
    TopicKind.AGENDA: "2026-11-23",
}


@pytest.fixture
async def shop(database: Database, instances: Instances) -> Shop:
    """The shop whose console is open."""
    return await open_shop(database, instances)


@pytest.fixture
async def marina(database: Database, shop: Shop) -> Customer:
    """A customer with a conversation."""
    async with database.tenant(shop.organization_id) as tenant:
        return await customer(tenant, shop)


def _queue(shop: Shop) -> Topic:
    return Topic(shop.organization_id, TopicKind.QUEUE)


async def _writes(database: Database, shop: Shop, of: Customer, text: str = "Oi!") -> None:
    async with database.tenant(shop.organization_id) as tenant:
        await wrote(tenant, shop, of, text)


async def _listens(urls: DatabaseUrls) -> None:
    """Wait until the console's own connection listens."""
    owner = await asyncpg.connect(urls.owner)
    try:
        async with asyncio.timeout(5):
            while not await _listeners(owner):
                await asyncio.sleep(0.01)
    finally:
        await owner.close()


async def _listeners(owner: "asyncpg.Connection[asyncpg.Record]") -> list[int]:
    rows = await owner.fetch(
        """select pid from pg_stat_activity
           where datname = current_database() and query ilike 'listen %auzap_consoles%'"""
    )
    return [row["pid"] for row in rows]


async def test_what_is_stored_is_painted(
    database: Database, database_urls: DatabaseUrls, shop: Shop, marina: Customer
) -> None:
    """A page is given its part at once, and anew when a message is committed; a booking reaches the agenda's days."""
    easel = Easel()
    day = Topic(shop.organization_id, TopicKind.AGENDA, "2026-11-23")
    async with live_console(database_urls.app, easel) as live:
        await _listens(database_urls)
        with live.follow([_queue(shop)]) as queue, live.follow([day]) as agenda:
            await easel.at_rest()
            assert {(await the_next(queue)).topic, (await the_next(agenda)).topic} == {_queue(shop), day}
            easel.html = "<ol><li>Marina</li></ol>"
            await _writes(database, shop, marina)
            assert (await the_next(queue)).html == "<ol><li>Marina</li></ol>"
            assert await nothing(agenda)
            async with database.tenant(shop.organization_id) as tenant:
                await insert_booking(tenant, shop, marina.contact_id, start=datetime.now(UTC) + timedelta(days=1))
            assert (await the_next(agenda)).topic == day


async def test_one_change_is_painted_once_for_all_who_look(
    database: Database, database_urls: DatabaseUrls, shop: Shop, marina: Customer
) -> None:
    """Two pages, one painting, and both are given the same; what looks the same is not given again."""
    easel = Easel()
    async with live_console(database_urls.app, easel) as live:
        with live.follow([_queue(shop)]) as one, live.follow([_queue(shop)]) as other:
            before = await easel.at_rest()
            await the_next(one)
            await the_next(other)
            easel.html = "<p>Marina</p>"
            await _writes(database, shop, marina)
            assert await the_next(one) is await the_next(other)
            assert await easel.at_rest() == before + 1
            await _writes(database, shop, marina, "Alguém?")
            assert await easel.at_rest() == before + 2
            assert await nothing(one, seconds=0.05)
            assert await nothing(other, seconds=0.05)


async def test_changes_during_a_painting_cause_one_more(
    database: Database, database_urls: DatabaseUrls, shop: Shop, marina: Customer
) -> None:
    """However much changes while a part is being painted, it is painted exactly once more, and shows the last."""
    easel = Easel()
    async with live_console(database_urls.app, easel) as live:
        with live.follow([_queue(shop)]) as page:
            before = await easel.at_rest()
            easel.free.clear()
            await _writes(database, shop, marina)
            await easel.until(lambda: len(easel.asked) == before + 1)
            for text in ("Oi?", "Tem alguém?", "Olá?"):
                await _writes(database, shop, marina, text)
            await easel.at_rest()
            assert len(easel.asked) == before + 1
            easel.free.set()
            assert await easel.at_rest() == before + 2
            assert (await the_next(page)).html == f"<p>{before + 2}</p>"
            assert await nothing(page, seconds=0.05)


async def test_the_list_that_every_message_changes_has_pauses(
    database: Database, database_urls: DatabaseUrls, shop: Shop, marina: Customer
) -> None:
    """The first of many changes is on the list of conversations at once, the others are painted together."""
    easel = Easel()
    async with live_console(database_urls.app, easel) as live:
        with live.follow([Topic(shop.organization_id, TopicKind.CONVERSATIONS)]):
            before = await easel.at_rest()
            loop = asyncio.get_running_loop()
            began = loop.time()
            while loop.time() - began < 0.6:
                await _writes(database, shop, marina)
            assert before + 3 <= await easel.at_rest() <= before + 6


async def test_a_page_that_reads_slowly_is_given_the_newest_only(
    database: Database, database_urls: DatabaseUrls, shop: Shop, marina: Customer
) -> None:
    """Ten paintings later there is still one of each part waiting for it: the last."""
    easel = Easel()
    topics = [_queue(shop), Topic(shop.organization_id, TopicKind.BADGE)]
    async with live_console(database_urls.app, easel) as live:
        with live.follow(topics) as slow, live.follow(topics) as quick:
            await easel.at_rest()
            for _ in range(10):
                count = len(easel.asked)
                await _writes(database, shop, marina)
                await easel.until(lambda count=count: len(easel.asked) >= count + 2)  # type: ignore[misc]  # bound now
            count = await easel.at_rest()
            given = [await the_next(slow), await the_next(slow)]
            assert {painted.topic for painted in given} == set(topics)
            assert {painted.html for painted in given} == {f"<p>{count - 1}</p>", f"<p>{count}</p>"}
            assert await nothing(slow, seconds=0.05)
            assert {(await the_next(quick)).topic, (await the_next(quick)).topic} == set(topics)


async def test_a_cut_connection_is_made_again_and_everything_painted(
    database: Database, database_urls: DatabaseUrls, shop: Shop, marina: Customer
) -> None:
    """What changed while nobody listened is on the page as soon as somebody does again, and what comes after it."""
    easel = Easel("<p>vazia</p>")
    owner = await asyncpg.connect(database_urls.owner)
    try:
        async with live_console(database_urls.app, easel) as live:
            await _listens(database_urls)
            with live.follow([_queue(shop)]) as page:
                await the_next(page)
                await easel.at_rest()
                for pid in await _listeners(owner):
                    await owner.execute("select pg_terminate_backend($1)", pid)
                easel.html = "<p>Marina</p>"  # nobody is told
                assert (await the_next(page)).html == "<p>Marina</p>"
                easel.html = "<p>Marina, Rex</p>"
                await _writes(database, shop, marina)
                assert (await the_next(page)).html == "<p>Marina, Rex</p>"
    finally:
        await owner.close()


async def test_shops_never_mix(
    database: Database, database_urls: DatabaseUrls, instances: Instances, shop: Shop, marina: Customer
) -> None:
    """What happens in one shop paints nothing of another, not even of a conversation with the same id."""
    other = await open_shop(database, instances, name="Outra Loja")
    easel = Easel()
    topics = [
        Topic(other.organization_id, kind, (_SUBJECTS.get(kind) and str(marina.conversation_id)) or "")
        for kind in TopicKind
        if kind is not TopicKind.AGENDA
    ]
    async with live_console(database_urls.app, easel) as live:
        with live.follow(topics), live.follow([_queue(shop)]) as page:
            await easel.at_rest()
            await the_next(page)
            easel.asked.clear()
            await _writes(database, shop, marina)
            await the_next(page)
            await easel.at_rest()
            assert {topic.organization_id for topic in easel.asked} == {shop.organization_id}


async def test_a_painting_that_fails_is_tried_again(
    database: Database, database_urls: DatabaseUrls, shop: Shop, marina: Customer
) -> None:
    """Neither the page's stream nor its other parts end; it is tried anew by itself, and at the next change."""
    easel = Easel()
    async with live_console(database_urls.app, easel) as live:
        await _listens(database_urls)
        easel.failing = True
        with live.follow([_queue(shop)]) as page:
            await easel.until(lambda: len(easel.asked) >= 2)
            before = len(easel.asked)
            loop = asyncio.get_running_loop()
            await asyncio.sleep(0.1)
            began = loop.time()
            await _writes(database, shop, marina)
            await easel.until(lambda: len(easel.asked) > before)
            assert loop.time() - began < 0.5
            easel.failing = False
            assert (await the_next(page)).topic == _queue(shop)


async def test_nothing_is_painted_that_nobody_looks_at(
    database: Database, database_urls: DatabaseUrls, shop: Shop, marina: Customer
) -> None:
    """When the last page of a part is closed its painting ends, while another's goes on."""
    easel = Easel()
    async with live_console(database_urls.app, easel) as live:
        with live.follow([_queue(shop)]) as page:
            with live.follow([_queue(shop), Topic(shop.organization_id, TopicKind.BADGE)]):
                await easel.at_rest()
            await easel.at_rest()
            easel.asked.clear()
            await _writes(database, shop, marina)
            await the_next(page)
            await easel.at_rest()
            assert {topic.kind for topic in easel.asked} == {TopicKind.QUEUE}
        easel.asked.clear()
        await _writes(database, shop, marina)
        assert await easel.at_rest() == 0


async def test_pages_end_with_the_live_console(database_urls: DatabaseUrls, shop: Shop) -> None:
    """A page that waits is told at once; one that comes later is ended as it begins."""
    async with live_console(database_urls.app, Easel()) as live:
        page = live.follow([_queue(shop)])
        await the_next(page)
        waiting = asyncio.create_task(the_next(page))
        await asyncio.sleep(0)
    with pytest.raises(StopAsyncIteration):
        await waiting
    with live.follow([_queue(shop)]) as late, pytest.raises(StopAsyncIteration):
        await the_next(late)


async def test_a_kind_that_nobody_paints_is_left_alone(database_urls: DatabaseUrls, shop: Shop) -> None:
    """The page keeps its other parts live."""
    easel = Easel()
    live = Live(database_urls.app, {TopicKind.BADGE: easel.paint})
    with live.follow([_queue(shop), Topic(shop.organization_id, TopicKind.BADGE)]) as page:
        assert (await the_next(page)).topic.kind is TopicKind.BADGE
        assert await nothing(page, seconds=0.1)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ChangeKind.CONVERSATION, {"historico", "situacao", "ficha", "conversas", "fila", "painel", "avisos"}),
        (ChangeKind.HANDOFF, {"historico", "situacao", "ficha", "conversas", "fila", "painel", "avisos"}),
        (ChangeKind.BOOKING, {"agenda", "ficha", "historico", "painel"}),
        (ChangeKind.ALERT, {"fila", "painel", "avisos", "parados"}),
        (ChangeKind.STUCK, {"parados", "situacao", "painel", "avisos", "fila"}),
        (ChangeKind.SESSION, set()),
        ("of_a_newer_deploy", set(TopicKind)),
    ],
)
def test_a_change_touches_what_shows_it(kind: ChangeKind | str, expected: set[str]) -> None:
    """Each kind of change reaches the parts that show it; one that is not known reaches all of its shop."""
    change = Change(organization=_SHOP, kind=kind, subject=_CONVERSATION)
    topics = [Topic(_SHOP, topic, _SUBJECTS.get(topic, "")) for topic in TopicKind]
    assert {topic.kind for topic in topics if touches(change, topic)} == expected


def test_a_change_in_one_conversation_leaves_another_alone() -> None:
    """Only the conversation's own timeline, standing and card are painted anew."""
    change = Change(organization=_SHOP, kind=ChangeKind.CONVERSATION, subject=str(uuid.uuid4()))
    assert not any(
        touches(change, Topic(_SHOP, kind, _CONVERSATION))
        for kind in (TopicKind.TIMELINE, TopicKind.STANDING, TopicKind.CARD)
    )


def test_a_payload_that_is_not_ours_is_no_change() -> None:
    """Whatever is notified on the channel is read without an error."""
    assert changes.read("Oi") is None
    assert changes.read('{"organization": "x", "kind": "conversation", "subject": null}') is None


def test_a_known_kind_is_read_as_one() -> None:
    """Not as any word: that would touch everything."""
    payload = f'{{"organization": "{_SHOP}", "kind": "%s", "subject": null}}'
    for kind in ChangeKind:
        change = changes.read(payload % kind)
        assert change is not None
        assert change.kind is kind
    newer = changes.read(payload % "of_a_newer_deploy")
    assert newer is not None
    assert not isinstance(newer.kind, ChangeKind)

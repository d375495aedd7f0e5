"""A row that changes wakes its workflow: once, whoever wrote it, whatever dies or is away between the two."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from dev.postgres import DatabaseUrls
from domain.errors import StorageUnavailable
from domain.ids import BookingId
from operating import waking
from operating.waking import Waking
from storage import wakes
from storage.database import Database
from storage.instances import Instances
from tests.outage import database_outage
from tests.shops import Shop, open_shop
from tests.storage import rows
from workflows import contracts
from workflows.ids import booking_workflow_id, waiting_list_workflow_id
from workflows.search_attributes import AUZAP_ORGANIZATION


@dataclass
class Scene:
    """A shop whose rows change, and the Temporal that is to hear of it; nobody works on the queue."""

    shop: Shop
    database: Database
    temporal: Client
    queue: str

    def waking(self, client: Client | None = None) -> Waking:
        """A worker's Waking."""
        return Waking(self.database, client or self.temporal, task_queue=self.queue)

    async def wake(self, *subjects: uuid.UUID) -> None:
        """As the triggers do when these bookings change."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            for subject in subjects:
                await tenant.execute("select wake($1, 'booking', $2)", self.shop.organization_id, str(subject))

    async def waiting(self) -> list[str]:
        """What Temporal has still to be told of."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            return [row["subject"] for row in await tenant.fetch("select subject from wakes order by created_at")]

    async def give_back(self) -> None:
        """Time passes: what a worker took and did not finish is anybody's again."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            await tenant.execute("update wakes set claimed_until = '-infinity'")

    async def book(self, *, status: str = "scheduled") -> uuid.UUID:
        """Another system writes a booking, past all our code."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            owner = await rows.customer(tenant, self.shop)
            return await rows.insert_booking(tenant, self.shop, owner.contact_id, start=rows.NOON, status=status)

    def handle(self, booking_id: uuid.UUID) -> WorkflowHandle[Any, Any]:  # Any: the handle of an id knows no types
        """The booking's workflow."""
        return self.temporal.get_workflow_handle(booking_workflow_id(BookingId(booking_id)))

    async def told(self, booking_id: uuid.UUID) -> list[str]:
        """What a booking's workflow heard, its start first; nothing when it was never started."""
        events = []
        with suppress(RPCError):
            async for event in self.handle(booking_id).fetch_history_events():
                events.append(event.event_type)
        names = {
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: "start",
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: contracts.ROW_CHANGED,
        }
        return [names[event] for event in events if event in names]

    async def until_told(self, booking_id: uuid.UUID, *, times: int = 1) -> None:
        """Wait until it was."""
        async with asyncio.timeout(20):
            while (await self.told(booking_id)).count(contracts.ROW_CHANGED) < times or await self.waiting():
                await asyncio.sleep(0.05)


@pytest.fixture
async def scene(database: Database, instances: Instances, temporal_client: Client) -> Scene:
    """A shop, and no process that takes its wakes."""
    shop = await open_shop(database, instances)
    return Scene(shop, database, temporal_client, f"test-{uuid.uuid4().hex[:8]}")


@asynccontextmanager
async def taking(scene: Scene, urls: DatabaseUrls, client: Client | None = None) -> AsyncIterator["_Watched"]:
    """A worker's Waking runs meanwhile."""
    watched = _Watched(scene.database, client or scene.temporal, task_queue=scene.queue)
    task = asyncio.create_task(watched.run(urls.app))
    try:
        yield watched
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class _Watched(Waking):
    """Says how often it could not go on because the database was away."""

    failures = 0

    async def deliver(self) -> int:
        try:
            return await super().deliver()
        except StorageUnavailable:
            self.failures += 1
            raise

    async def has_failed(self, times: int) -> None:
        """Wait until it did."""
        async with asyncio.timeout(10):
            while self.failures < times:
                await asyncio.sleep(0.02)


class _Before(Interceptor):
    """Something happens while Temporal is being told."""

    def __init__(self, happens: Callable[[], Awaitable[None]]) -> None:
        self._happens = happens

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        happens = self._happens

        class Outbound(OutboundInterceptor):
            async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
                await happens()
                return await super().start_workflow(input)

        return Outbound(next)


def with_meanwhile(client: Client, happens: Callable[[], Awaitable[None]]) -> Client:
    """The client, at whose every start of a workflow this happens first."""
    config = client.config()
    config["interceptors"] = [*config["interceptors"], _Before(happens)]
    return Client(**config)


# A row and its workflow.


async def test_another_system_s_row_starts_its_workflow_at_once(scene: Scene, database_urls: DatabaseUrls) -> None:
    """A plain insert is enough: the notification wakes the worker, not the look that it takes now and then."""
    async with taking(scene, database_urls):
        booking_id = await scene.book()
        async with asyncio.timeout(waking._LOOK - 1):
            await scene.until_told(booking_id)
    assert await scene.told(booking_id) == ["start", contracts.ROW_CHANGED]
    described = await scene.handle(booking_id).describe()
    assert described.workflow_type == contracts.BOOKING_WORKFLOW
    assert described.task_queue == scene.queue
    assert described.typed_search_attributes[AUZAP_ORGANIZATION] == str(scene.shop.organization_id)


async def test_a_change_wakes_the_workflow_that_runs(scene: Scene) -> None:
    """The second wake is a signal to the same run, not a second workflow."""
    booking_id = await scene.book()
    assert await scene.waking().deliver() == 1
    async with scene.database.tenant(scene.shop.organization_id) as tenant:
        await tenant.execute("update bookings set status = 'confirmed' where id = $1", booking_id)
    assert await scene.waking().deliver() == 1
    assert await scene.told(booking_id) == ["start", contracts.ROW_CHANGED, contracts.ROW_CHANGED]


async def test_a_rolled_back_row_wakes_nobody(scene: Scene) -> None:
    """The wake is of the row's own transaction, and goes with it."""
    booking_id = uuid.uuid4()
    with suppress(KeyError):
        async with scene.database.tenant(scene.shop.organization_id) as tenant:
            owner = await rows.customer(tenant, scene.shop)
            booking_id = await rows.insert_booking(tenant, scene.shop, owner.contact_id, start=rows.NOON)
            assert await tenant.fetchval("select count(*) from wakes") == 1
            raise KeyError("the writer dies")
    assert await scene.waiting() == []
    assert await scene.waking().deliver() == 0
    assert await scene.told(booking_id) == []


async def test_imported_history_wakes_nobody(scene: Scene) -> None:
    """A booking that is over when it is written has no life to keep."""
    for status in ("completed", "cancelled", "no_show"):
        await scene.book(status=status)
        async with scene.database.tenant(scene.shop.organization_id) as tenant:
            await tenant.execute("delete from bookings")
    assert await scene.waiting() == []


async def test_a_wait_wakes_its_day_s_list(scene: Scene) -> None:
    """Who waits for a service on a day is one workflow's, named by both."""
    async with scene.database.tenant(scene.shop.organization_id) as tenant:
        owner = await rows.customer(tenant, scene.shop)
        pet, bath = await rows.pet(tenant, scene.shop, owner.contact_id), await rows.service(tenant)
        await tenant.execute(
            "insert into waiting_list (organization_id, conversation_id, contact_id, service_id, pet_id, day)"
            " values ($1, $2, $3, $4, $5, $6)",
            scene.shop.organization_id, owner.conversation_id, owner.contact_id, bath.id, pet.id, rows.NOON.date(),
        )  # fmt: skip
    assert await scene.waking().deliver() == 1
    handle = scene.temporal.get_workflow_handle(waiting_list_workflow_id(bath.id, rows.NOON.date()))
    assert (await handle.describe()).workflow_type == contracts.WAITING_LIST_WORKFLOW


# What dies between.


async def test_a_process_that_dies_after_the_commit_loses_nothing(scene: Scene) -> None:
    """The row is there and Temporal does not know: the wake stays, and whoever comes next delivers it, once."""
    booking_id = await scene.book()
    async with scene.database.unbound() as unbound:  # taken by a worker that dies with it in its hands
        assert len(await wakes.claim(unbound, most=20, hold=timedelta(seconds=0.3))) == 1
    assert await scene.waking().deliver() == 0
    assert await scene.waiting() == [str(booking_id)]
    async with asyncio.timeout(5):
        while not await scene.waking().deliver():
            await asyncio.sleep(0.05)
    assert await scene.told(booking_id) == ["start", contracts.ROW_CHANGED]
    assert await scene.waiting() == []


async def test_a_process_that_dies_after_temporal_starts_no_second_workflow(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporal was told and the wake not forgotten: the next one tells it again, and it is one run that looks twice."""
    booking_id = await scene.book()

    async def dies(*_: object) -> None:
        raise StorageUnavailable("the process dies here")

    with monkeypatch.context() as dying:
        dying.setattr(wakes, "forget", dies)
        with pytest.raises(StorageUnavailable):
            await scene.waking().deliver()
    first = (await scene.handle(booking_id).describe()).run_id
    await scene.give_back()
    assert await scene.waking().deliver() == 1
    assert (await scene.handle(booking_id).describe()).run_id == first
    assert await scene.told(booking_id) == ["start", contracts.ROW_CHANGED, contracts.ROW_CHANGED]
    assert await scene.waiting() == []


async def test_temporal_that_is_away_is_waited_for(scene: Scene) -> None:
    """Nobody answers at Temporal's address: the wake stays until somebody does."""
    booking_id = await scene.book()

    async def nobody() -> None:
        raise RPCError("nobody there", RPCStatusCode.UNAVAILABLE, b"")

    assert await scene.waking(with_meanwhile(scene.temporal, nobody)).deliver() == 0
    assert await scene.waking(await Client.connect("127.0.0.1:9", lazy=True)).deliver() == 0
    assert await scene.waiting() == [str(booking_id)]
    await scene.give_back()
    assert await scene.waking().deliver() == 1
    assert await scene.told(booking_id) == ["start", contracts.ROW_CHANGED]


async def test_temporal_that_hangs_holds_nobody_up_for_long(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that never returns is given up, and the wake stays."""
    monkeypatch.setattr(waking, "_TEMPORAL_SECONDS", 0.1)
    booking_id = await scene.book()

    async def hangs() -> None:
        await asyncio.Event().wait()

    async with asyncio.timeout(3):
        assert await scene.waking(with_meanwhile(scene.temporal, hangs)).deliver() == 0
    assert await scene.waiting() == [str(booking_id)]


# What happens at once.


async def test_two_workers_share_the_wakes(scene: Scene) -> None:
    """Fifty wakes and two workers: each wake is told once, by one of them."""
    subjects = [uuid.uuid4() for _ in range(50)]
    await scene.wake(*subjects)

    async def works() -> int:
        taken = 0
        while more := await scene.waking().deliver():
            taken += more
        return taken

    taken = await asyncio.gather(works(), works())
    assert sum(taken) == 50
    assert all(taken)
    assert await scene.waiting() == []
    heard = Counter([tuple(await scene.told(subject)) for subject in subjects])
    assert heard == {("start", contracts.ROW_CHANGED): 50}


async def test_what_one_worker_is_taking_another_does_not_wait_for(scene: Scene) -> None:
    """Two workers look at the same moment: each gets wakes of its own, at once."""
    await scene.wake(*(uuid.uuid4() for _ in range(6)))
    hold = timedelta(seconds=10)
    async with asyncio.timeout(5), scene.database.unbound() as one, scene.database.unbound() as other:
        first, second = await wakes.claim(one, most=4, hold=hold), await wakes.claim(other, most=4, hold=hold)
    assert (len(first), len(second)) == (4, 2)
    assert not {wake.subject for wake in first} & {wake.subject for wake in second}


async def test_a_wake_that_is_written_again_meanwhile_is_not_lost(scene: Scene) -> None:
    """The row changes again while Temporal is being told of the first change: it is told again."""
    booking_id = uuid.uuid4()
    await scene.wake(booking_id)

    async def changes_again() -> None:
        await scene.wake(booking_id)

    assert await scene.waking(with_meanwhile(scene.temporal, changes_again)).deliver() == 1
    assert await scene.waiting() == [str(booking_id)]
    assert await scene.waking().deliver() == 1
    assert await scene.waiting() == []
    assert await scene.told(booking_id) == ["start", contracts.ROW_CHANGED, contracts.ROW_CHANGED]


async def test_changes_in_a_row_are_one_wake(scene: Scene) -> None:
    """Ten changes before anybody looks are one call of Temporal's."""
    booking_id = uuid.uuid4()
    for _ in range(10):
        await scene.wake(booking_id)
    assert await scene.waking().deliver() == 1
    assert await scene.told(booking_id) == ["start", contracts.ROW_CHANGED]


async def test_an_unreadable_wake_is_forgotten_and_holds_nobody_up(scene: Scene) -> None:
    """Another system wrote nonsense: it goes, and the others are delivered."""
    booking_id = uuid.uuid4()
    async with scene.database.tenant(scene.shop.organization_id) as tenant:
        for kind, subject in (("booking", "no-id"), ("waiting_list", f"{uuid.uuid4()}/31-02"), ("waiting_list", "")):
            await tenant.execute("select wake($1, $2, $3)", scene.shop.organization_id, kind, subject)
    await scene.wake(booking_id)
    await scene.waking().deliver()
    assert await scene.waiting() == []
    assert await scene.told(booking_id) == ["start", contracts.ROW_CHANGED]


# What is away.


async def test_a_lost_listening_connection_is_made_again(
    scene: Scene, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the connection that listens is cut: another hears what is written later, and what was written meanwhile."""
    monkeypatch.setattr(waking, "_LOOK", 600)
    async with taking(scene, database_urls):
        await scene.until_told(await scene.book())
        owner = await asyncpg.connect(database_urls.owner)
        cut = await owner.fetch(
            """select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and query ilike 'listen %'"""
        )
        await owner.close()
        assert len(cut) == 1
        meanwhile, later = uuid.uuid4(), uuid.uuid4()
        await scene.wake(meanwhile)
        await scene.until_told(meanwhile)
        await scene.wake(later)
        await scene.until_told(later)


async def test_a_database_that_is_away_is_waited_for(
    scene: Scene, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every connection is cut, and the row is written while nobody of ours can see it: the workflow starts after."""
    monkeypatch.setattr(waking, "_LOOK", 0.1)
    booking_id = uuid.uuid4()
    async with taking(scene, database_urls) as watched:
        async with database_outage(database_urls):
            owner = await asyncpg.connect(database_urls.owner)
            await owner.execute("select wake($1, 'booking', $2)", scene.shop.organization_id, str(booking_id))
            await owner.close()
            await watched.has_failed(2)
        await scene.until_told(booking_id)


async def test_a_database_that_goes_away_in_the_midst_delivers_again(
    scene: Scene, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes while Temporal is being told, so the wake is not forgotten: it is told again, and then forgotten."""
    monkeypatch.setattr(waking, "_LOOK", 0.1)
    monkeypatch.setattr(waking, "_CLAIM", timedelta(seconds=0.3))
    booking_id = uuid.uuid4()
    await scene.wake(booking_id)
    calls = 0

    async def goes_away() -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            await stack.enter_async_context(database_outage(database_urls))

    away = with_meanwhile(scene.temporal, goes_away)
    async with AsyncExitStack() as stack, taking(scene, database_urls, away) as watched:
        await watched.has_failed(1)
        assert await scene.told(booking_id) == ["start", contracts.ROW_CHANGED]
        await stack.aclose()
        await scene.until_told(booking_id, times=2)
    assert (await scene.told(booking_id)).count("start") == 1

"""A shop's schedules: Temporal's are what the rows say, in the shop's own time, whatever changes."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleDescription,
    ScheduleUpdate,
    ScheduleUpdateInput,
    UpdateScheduleInput,
)
from temporalio.service import RPCError, RPCStatusCode

from dev.postgres import DatabaseUrls
from domain.aurora_rules import AuroraRules, Briefing
from domain.ids import OrganizationId
from domain.owners import OwnerRole
from operating import waking
from operating.schedules import reconcile
from operating.waking import Waking
from storage import organizations, owners
from storage.database import Database
from storage.instances import Instances
from storage.organizations import SettingsChange
from tests.shops import OWNER, SILENT_AURORA, Shop, open_shop
from workflows import contracts
from workflows.ids import briefing_schedule_id
from workflows.search_attributes import AUZAP_ORGANIZATION

SCHEDULED = frozenset(one for one in Briefing if one.is_scheduled)
DAILY = SCHEDULED - {Briefing.WEEKLY_REVIEW}


@dataclass
class Scene:
    """A shop, and the Temporal its schedules are in; nobody works on the queue."""

    shop: Shop
    database: Database
    temporal: Client
    queue: str

    async def reconcile(self) -> None:
        """As a worker does when the shop's rows changed."""
        await reconcile(self.temporal, self.database, self.shop.organization_id, task_queue=self.queue)

    async def change(self, *, timezone: str | None = None, **rules: object) -> None:
        """The owner or an operator changes the shop's settings."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            before = (await organizations.get(tenant, self.shop.organization_id)).aurora_rules
            after = AuroraRules.model_validate({**before.model_dump(), **rules})
            changes = SettingsChange(timezone=timezone, aurora_rules=after)
            await organizations.change(tenant, self.shop.organization_id, changes)

    async def described(self, briefing: Briefing) -> ScheduleDescription | None:
        """The schedule as Temporal has it; None when it has none."""
        handle = self.temporal.get_schedule_handle(briefing_schedule_id(self.shop.organization_id, briefing))
        try:
            return await handle.describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None

    async def there(self) -> set[Briefing]:
        """Which have one."""
        return {one for one in Briefing if await self.described(one)}

    async def paused(self) -> set[Briefing]:
        """Which have one that is paused."""
        found = {one: await self.described(one) for one in Briefing}
        return {one for one, schedule in found.items() if schedule and schedule.schedule.state.paused}

    async def times(self, briefing: Briefing, zone: str, *, since: datetime | None = None) -> list[datetime]:
        """When it fires next, in a zone; `since` looks from another moment than now."""
        if since is not None:
            handle = self.temporal.get_schedule_handle(briefing_schedule_id(self.shop.organization_id, briefing))

            def seen_from(found: ScheduleUpdateInput) -> ScheduleUpdate:
                schedule = found.description.schedule
                schedule.spec.start_at = since
                return ScheduleUpdate(schedule)

            await handle.update(seen_from)
        described = await self.described(briefing)
        assert described is not None
        return [at.astimezone(ZoneInfo(zone)) for at in described.info.next_action_times]


@pytest.fixture
async def scene(database: Database, instances: Instances, temporal_client: Client) -> Scene:
    """A shop in São Paulo that is told everything, reconciled."""
    shop = await open_shop(database, instances, aurora=AuroraRules())
    scene = Scene(shop, database, temporal_client, f"test-{uuid.uuid4().hex[:8]}")
    await scene.reconcile()
    return scene


@asynccontextmanager
async def waking_of(scene: Scene, urls: DatabaseUrls, client: Client | None = None) -> AsyncIterator[None]:
    """A worker takes wakes meanwhile."""
    task = asyncio.create_task(Waking(scene.database, client or scene.temporal, task_queue=scene.queue).run(urls.app))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until_told(scene: Scene) -> None:
    """Wait until Temporal has all that was written."""
    async with asyncio.timeout(20):
        while True:
            async with scene.database.tenant(scene.shop.organization_id) as tenant:
                if not await tenant.fetchval("select count(*) from wakes"):
                    return
            await asyncio.sleep(0.05)


# What stands in Temporal.


async def test_every_briefing_has_a_schedule_of_its_shop(scene: Scene) -> None:
    """It starts the briefing's workflow on our queue, is never run twice at once, and catches up an hour at most."""
    for briefing in SCHEDULED:
        described = await scene.described(briefing)
        assert described is not None
        action, policy = described.schedule.action, described.schedule.policy
        assert isinstance(action, ScheduleActionStartWorkflow)
        assert action.workflow == contracts.BRIEFING_WORKFLOW
        assert action.task_queue == scene.queue
        assert action.typed_search_attributes[AUZAP_ORGANIZATION] == str(scene.shop.organization_id)
        assert described.typed_search_attributes[AUZAP_ORGANIZATION] == str(scene.shop.organization_id)
        assert policy.overlap.name == "SKIP"
        assert policy.catchup_window == timedelta(hours=1)


async def test_who_waits_has_no_schedule(scene: Scene) -> None:
    """Each hand-over keeps its own deadlines: the schedule of before is deleted."""
    assert await scene.there() == SCHEDULED
    before = await scene.described(Briefing.ALERTS)
    assert before is not None
    await scene.temporal.create_schedule(
        briefing_schedule_id(scene.shop.organization_id, Briefing.WAITING), before.schedule
    )
    assert Briefing.WAITING in await scene.there()
    await scene.reconcile()
    assert await scene.there() == SCHEDULED


async def test_it_fires_at_the_shop_s_hours(scene: Scene) -> None:
    """Each at the time of the rules; the review on its day of the week."""
    zone = "America/Sao_Paulo"
    rules = AuroraRules()
    expected = {
        Briefing.DAILY_SUMMARY: rules.daily_summary_at,
        Briefing.MORNING_AGENDA: rules.morning_agenda_at,
        Briefing.ALERTS: rules.alerts_at,
    }
    for briefing, at in expected.items():
        times = await scene.times(briefing, zone)
        assert {moment.time() for moment in times} == {at}
        assert [moment.date() for moment in times] == [times[0].date() + timedelta(days=n) for n in range(len(times))]
    reviews = await scene.times(Briefing.WEEKLY_REVIEW, zone)
    assert {(moment.weekday(), moment.time()) for moment in reviews} == {(0, time(8, 30))}
    await scene.change(weekly_review_day=6, weekly_review_at="19:45", daily_summary_at="21:15")
    await scene.reconcile()
    reviews = await scene.times(Briefing.WEEKLY_REVIEW, zone)
    assert {(moment.weekday(), moment.time()) for moment in reviews} == {(6, time(19, 45))}
    assert {moment.time() for moment in await scene.times(Briefing.DAILY_SUMMARY, zone)} == {time(21, 15)}


@pytest.mark.parametrize(
    ("zone", "eve", "offsets"),
    [
        ("America/Santiago", date(2027, 4, 1), {-3, -4}),  # the clock is set back in the night to 04/04
        ("America/Santiago", date(2027, 9, 2), {-4, -3}),  # and forward in the night to 05/09
        ("America/New_York", date(2027, 3, 12), {-5, -4}),
        ("America/Sao_Paulo", date(2027, 1, 28), {-3}),  # no change of the clock; the month ends
        ("America/Manaus", date(2028, 2, 26), {-4}),  # February of a leap year
        ("America/Asuncion", date(2026, 12, 28), {-3}),  # the year ends
    ],
)
async def test_six_in_the_evening_is_six_in_the_evening(scene: Scene, zone: str, eve: date, offsets: set[int]) -> None:
    """Every day at 18:00 of the shop's clock: across a change of the clock, and across the end of a month."""
    await scene.change(timezone=zone)
    await scene.reconcile()
    since = datetime.combine(eve, time.min, tzinfo=ZoneInfo(zone))
    times = await scene.times(Briefing.DAILY_SUMMARY, zone, since=since)
    assert [at.replace(tzinfo=None) for at in times] == [
        datetime.combine(eve + timedelta(days=n), time(18)) for n in range(10)
    ]
    hours = {offset.total_seconds() / 3600 for at in times if (offset := at.utcoffset())}
    assert hours == offsets


# What changes it.


async def test_another_time_zone_moves_it(scene: Scene) -> None:
    """The same hour of the new zone, and of no other."""
    before = await scene.times(Briefing.DAILY_SUMMARY, "America/Manaus")
    assert {at.time() for at in before} == {time(17)}
    await scene.change(timezone="America/Manaus")
    await scene.reconcile()
    assert {at.time() for at in await scene.times(Briefing.DAILY_SUMMARY, "America/Manaus")} == {time(18)}


async def test_pausing_keeps_the_others(scene: Scene) -> None:
    """What is paused does not fire and stays where it is; resumed it fires again."""
    await scene.change(paused={Briefing.DAILY_SUMMARY, Briefing.MORNING_AGENDA})
    await scene.reconcile()
    assert await scene.paused() == {Briefing.DAILY_SUMMARY, Briefing.MORNING_AGENDA}
    await scene.change(paused={Briefing.ALERTS})
    await scene.reconcile()
    assert await scene.paused() == {Briefing.ALERTS}
    assert await scene.there() == SCHEDULED


async def test_a_paused_briefing_needs_no_schedule(scene: Scene) -> None:
    """A shop that was silent from the beginning has none; the first to be resumed gets one."""
    await scene.change(paused=set(Briefing))
    for one in SCHEDULED:
        await scene.temporal.get_schedule_handle(briefing_schedule_id(scene.shop.organization_id, one)).delete()
    await scene.reconcile()
    assert await scene.there() == set()
    await scene.change(paused=set(Briefing) - {Briefing.ALERTS})
    await scene.reconcile()
    assert await scene.there() == {Briefing.ALERTS}
    assert await scene.paused() == set()


async def test_without_anybody_to_tell_there_is_none(scene: Scene) -> None:
    """The last owner goes and a manager stays: what only owners hear goes; the manager goes too, and so does all."""
    async with scene.database.tenant(scene.shop.organization_id) as tenant:
        await owners.add(tenant, scene.shop.organization_id, phone="5511977776666", name=None, role=OwnerRole.MANAGER)
        await owners.deactivate(tenant, OWNER)
    await scene.reconcile()
    assert await scene.there() == {Briefing.MORNING_AGENDA, Briefing.ALERTS}
    async with scene.database.tenant(scene.shop.organization_id) as tenant:
        await owners.deactivate(tenant, "5511977776666")
    await scene.reconcile()
    assert await scene.there() == set()
    async with scene.database.tenant(scene.shop.organization_id) as tenant:
        await owners.add(tenant, scene.shop.organization_id, phone=OWNER, name=None, role=OwnerRole.OWNER)
    await scene.reconcile()
    assert await scene.there() == SCHEDULED


async def test_a_second_run_finds_all_as_it_is(scene: Scene) -> None:
    """Nothing fires by it, and the times stay."""
    before = {one: await scene.times(one, "UTC") for one in DAILY}
    for _ in range(3):
        await scene.reconcile()
    assert {one: await scene.times(one, "UTC") for one in DAILY} == before
    for one in DAILY:
        described = await scene.described(one)
        assert described is not None
        assert described.info.num_actions == 0


async def test_two_workers_at_once_agree(scene: Scene) -> None:
    """Both make the schedules of a shop at the same moment: there is one of each."""
    for one in SCHEDULED:
        await scene.temporal.get_schedule_handle(briefing_schedule_id(scene.shop.organization_id, one)).delete()
    await asyncio.gather(*(scene.reconcile() for _ in range(4)))
    assert await scene.there() == SCHEDULED


async def test_who_read_first_does_not_write_last(scene: Scene) -> None:
    """A worker that read the old rows and hangs in Temporal holds up who reads the new ones: those win."""
    reading, going_on = asyncio.Event(), asyncio.Event()

    async def hangs() -> None:
        reading.set()
        await going_on.wait()

    slow = reconcile(
        with_meanwhile(scene.temporal, hangs), scene.database, scene.shop.organization_id, task_queue=scene.queue
    )
    first = asyncio.create_task(slow)
    await reading.wait()
    await scene.change(paused=set(Briefing))
    second = asyncio.create_task(scene.reconcile())
    done, _ = await asyncio.wait({second}, timeout=0.5)
    going_on.set()
    await asyncio.gather(first, second)
    assert not done
    assert await scene.paused() == SCHEDULED


async def test_a_shop_that_is_gone_has_none(scene: Scene) -> None:
    """Its rows are away, its schedules go too; another's stay."""
    gone = OrganizationId(uuid.uuid4())
    donor = await scene.described(Briefing.ALERTS)
    assert donor is not None
    schedule: Schedule = donor.schedule
    await scene.temporal.create_schedule(briefing_schedule_id(gone, Briefing.ALERTS), schedule)
    await reconcile(scene.temporal, scene.database, gone, task_queue=scene.queue)
    with pytest.raises(RPCError):
        await scene.temporal.get_schedule_handle(briefing_schedule_id(gone, Briefing.ALERTS)).describe()
    assert await scene.there() == SCHEDULED


# What wakes it.


async def test_a_change_of_the_rows_is_all_it_takes(scene: Scene, database_urls: DatabaseUrls) -> None:
    """The zone, the rules, an owner: whoever writes, the schedules follow, and the wake is gone."""
    async with waking_of(scene, database_urls):
        await until_told(scene)
        await scene.change(timezone="America/Manaus")
        await until_told(scene)
        assert {at.time() for at in await scene.times(Briefing.DAILY_SUMMARY, "America/Manaus")} == {time(18)}
        await scene.change(paused={Briefing.DAILY_SUMMARY})
        await until_told(scene)
        assert await scene.paused() == {Briefing.DAILY_SUMMARY}
        async with scene.database.tenant(scene.shop.organization_id) as tenant:
            await owners.deactivate(tenant, OWNER)
        await until_told(scene)
        assert await scene.there() == set()


async def test_a_new_shop_gets_its_schedules(scene: Scene, instances: Instances, database_urls: DatabaseUrls) -> None:
    """Its first owner is enough."""
    other = Scene(
        await open_shop(scene.database, instances, aurora=AuroraRules()), scene.database, scene.temporal, scene.queue
    )
    async with waking_of(scene, database_urls):
        await until_told(other)
    assert await other.there() == SCHEDULED


async def test_a_silent_shop_costs_nothing(scene: Scene, instances: Instances, database_urls: DatabaseUrls) -> None:
    """All is paused from the beginning: the wake is taken, and Temporal has no schedule."""
    shop = await open_shop(scene.database, instances, aurora=SILENT_AURORA)
    other = Scene(shop, scene.database, scene.temporal, scene.queue)
    async with other.database.tenant(shop.organization_id) as tenant:
        await tenant.execute("select wake($1, 'schedules', $2)", shop.organization_id, str(shop.organization_id))
    async with waking_of(scene, database_urls):
        await until_told(other)
    assert await other.there() == set()


async def test_temporal_that_is_away_is_asked_again(
    scene: Scene, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first try fails: the wake stays, and a later try makes it true."""
    monkeypatch.setattr(waking, "_LOOK", 0.1)
    monkeypatch.setattr(waking, "_CLAIM", timedelta(seconds=0.3))
    tries = 0

    async def away() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise RPCError("nobody there", RPCStatusCode.UNAVAILABLE, b"")

    await scene.change(paused=set(Briefing))
    async with waking_of(scene, database_urls, with_meanwhile(scene.temporal, away)):
        await until_told(scene)
    assert tries > 1
    assert await scene.paused() == SCHEDULED


async def test_schedules_that_hang_hold_up_no_other_wake(scene: Scene, database_urls: DatabaseUrls) -> None:
    """Temporal takes starts and hangs on schedules: a booking's workflow starts all the same, at once."""

    async def hangs() -> None:
        await asyncio.Event().wait()

    booking_id = uuid.uuid4()
    await scene.change(paused=set(Briefing))
    async with waking_of(scene, database_urls, with_meanwhile(scene.temporal, hangs)):
        async with scene.database.tenant(scene.shop.organization_id) as tenant:
            await tenant.execute("select wake($1, 'booking', $2)", scene.shop.organization_id, str(booking_id))
        async with asyncio.timeout(3):
            while True:
                with suppress(RPCError):
                    await scene.temporal.get_workflow_handle(f"booking/{booking_id}").describe()
                    break
                await asyncio.sleep(0.02)
    assert await scene.paused() == set()


Happens = Callable[[], Awaitable[None]]


class _Before(Interceptor):
    """Something happens before a schedule is updated."""

    def __init__(self, happens: Happens) -> None:
        self._happens = happens

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        happens = self._happens

        class Outbound(OutboundInterceptor):
            async def update_schedule(self, input: UpdateScheduleInput) -> None:
                await happens()
                await super().update_schedule(input)

        return Outbound(next)


def with_meanwhile(client: Client, happens: Happens) -> Client:
    """The client, at whose every update of a schedule this happens first."""
    config = client.config()
    config["interceptors"] = [*config["interceptors"], _Before(happens)]
    return Client(**config)

"""The waiting list: what comes free is offered to one customer at a time, each with a deadline, by day."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper

from dev.postgres import DatabaseUrls
from domain.bookings import BookingStatus, ChangedBy
from domain.dates import weekday
from domain.ids import ServiceId
from domain.model import ToolOutcome
from domain.opening import OpeningHours, OpenSpan
from reception import waiting
from reception.waiting import WaitingPlan
from storage import professionals
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.engine import Engine, running_engine
from tests.shops import PLAIN_RULES
from tests.storage import rows
from tests.storage.rows import Customer
from tests.workflows.agenda_days import (
    PATIENCE,
    Life,
    booked,
    called,
    change_rules,
    customer,
    desk_of,
    marked,
    moved,
    on_the_hour,
    pet_of,
    says,
    shop_where_it_is,
)
from workflows.ids import waiting_list_workflow_id

FIRST, SECOND = "5511977770001", "5511977770002"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OFFER = "Boa notícia! Abriu um horário de Banho"


@dataclass
class Line:
    """Tomorrow, on which the only bather has two hours, both booked; and who waits for one of them."""

    engine: Engine
    skipper: TimeSkipper
    zone: ZoneInfo
    service_id: ServiceId
    taken: tuple[Life, Life]

    @property
    def day(self) -> date:
        """The day that is waited for."""
        return self.taken[0].start.date()

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:  # Any: the handle of an id knows no types
        """The list's workflow."""
        return self.engine.temporal.get_workflow_handle(waiting_list_workflow_id(self.service_id, self.day))

    async def now(self) -> datetime:
        """The list's own time."""
        return await self.skipper.get_current_time(self.handle)

    async def passes(self, duration: timedelta) -> None:
        """Let that much time pass for the list."""
        await self.is_still()
        async with asyncio.timeout(PATIENCE):
            await self.skipper.fast_forward(self.handle, duration)

    async def has_ended(self) -> None:
        """Wait until nobody waits, while time passes as it does."""
        async with asyncio.timeout(PATIENCE):
            await self.handle.result()

    async def is_still(self) -> None:
        """Wait until every change has reached the list, and it waits again or has ended."""
        await self.engine.until(self._is_still)

    async def _is_still(self) -> bool:
        if await self.engine.rows("select 1 from wakes"):
            return False
        described = (await self.handle.describe()).raw_description
        return not described.HasField("pending_workflow_task") and not described.pending_activities

    async def joins(self, phone: str, pet: str) -> Customer:
        """A customer asks to be told when time comes free."""
        who = await customer(self.engine, phone)
        await pet_of(self.engine, who, pet)
        await says(self.engine, who, "quero entrar na lista de espera", phone)
        joined = await called(
            self.engine, who, "join_waiting_list", pet_name=pet, service_type="Banho", date=self.day.isoformat()
        )
        assert joined.ok, joined.content
        await self.is_still()
        return who

    async def answers(self, who: Customer, phone: str, pet: str, text: str, hour: int = 14) -> ToolOutcome:
        """The customer answers, and the model books what was offered; what the tool says."""
        await says(self.engine, who, text, phone)
        return await called(
            self.engine,
            who,
            "book_appointment",
            now=await self.now(),
            pet_name=pet,
            service_type="Banho",
            preferred_date=self.day.isoformat(),
            preferred_time=f"{hour}:00",
        )

    async def statuses(self) -> list[str]:
        """What became of who waits, in their order."""
        return [row["status"] for row in await self.engine.rows("select status from waiting_list order by created_at")]

    def offers(self) -> list[tuple[str, str]]:
        """To whom what was offered: phone and hour, in order."""
        return [
            (sent.to.partition("@")[0], "14:00" if "às 14:00" in sent.text else "15:00")
            for sent in self.engine.bridge.record.sent
            if OFFER in sent.text
        ]


async def full_day(engine: Engine, skipper: TimeSkipper, hour: int = 10) -> Line:
    """A shop in which it is that hour; tomorrow is full."""
    zone = await shop_where_it_is(engine, hour)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        bather, other = await professionals.active(tenant)
        await professionals.retire(tenant, other.id)
        two_hours = (OpenSpan(opens=time(14), closes=time(16)),)
        await professionals.set_hours(tenant, bather.id, OpeningHours(dict.fromkeys(range(7), two_hours)), None)
        bath = await rows.service(tenant)
    regular = await customer(engine, has_written=False)
    taken = [
        await booked(
            engine, skipper, regular, on_the_hour(zone, 1, start), pet=await pet_of(engine, regular, f"Rex {start}")
        )
        for start in (14, 15)
    ]
    return Line(engine, skipper, zone, bath.id, (taken[0], taken[1]))


async def test_what_comes_free_is_offered_to_the_first_only(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Two wait and one slot is cancelled: who joined first is told, the slot is theirs to take, the other waits on."""
    line = await full_day(stepped_engine, skipper)
    await line.joins(FIRST, "Thor")
    await line.joins(SECOND, "Mel")
    assert line.offers() == []
    await marked(line.taken[0], BookingStatus.CANCELLED)
    await stepped_engine.bridge.record.wait_for_sent(1)
    await line.is_still()
    assert line.offers() == [(FIRST, "14:00")]
    assert await line.statuses() == ["offered", "waiting"]
    (text,) = [sent.text for sent in stepped_engine.bridge.record.sent]
    assert f"para Thor: amanhã, {weekday(line.day)}, {line.day:%d/%m}, às 14:00" in text
    held = await stepped_engine.until_row("select expires_at, start_time from held_slots")
    assert f"Guardo para você até {held['expires_at'].astimezone(line.zone):%H:%M}" in text
    assert abs(held["expires_at"] - datetime.now(UTC) - 30 * MINUTE) < MINUTE
    await line.passes(20 * MINUTE)
    assert line.offers() == [(FIRST, "14:00")]


async def offered_to_the_first(engine: Engine, skipper: TimeSkipper) -> tuple[Line, Customer, Customer]:
    """Two wait, and the first has an offer."""
    line = await full_day(engine, skipper)
    first, second = await line.joins(FIRST, "Thor"), await line.joins(SECOND, "Mel")
    await marked(line.taken[0], BookingStatus.CANCELLED)
    await engine.bridge.record.wait_for_sent(1)
    await line.is_still()
    return line, first, second


async def test_a_deadline_that_passes_makes_it_the_next_one_s(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """No answer within half an hour: the same slot is offered to the second, and the first waits no longer."""
    line, *_ = await offered_to_the_first(stepped_engine, skipper)
    await line.passes(31 * MINUTE)
    assert line.offers() == [(FIRST, "14:00"), (SECOND, "14:00")]
    assert await line.statuses() == ["lapsed", "offered"]
    await line.passes(31 * MINUTE)
    assert len(line.offers()) == 2
    assert await line.statuses() == ["lapsed", "lapsed"]


async def test_who_says_yes_in_time_is_booked(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """A yes to the offer is enough: the slot is theirs, and the second goes on waiting for another."""
    line, first, _ = await offered_to_the_first(stepped_engine, skipper)
    await line.passes(20 * MINUTE)
    assert (await line.answers(first, FIRST, "Thor", "sim, quero!")).booking is not None
    await stepped_engine.until_row("select 1 from waiting_list where status = 'booked'")
    await line.is_still()
    assert await line.statuses() == ["booked", "waiting"]
    row = await stepped_engine.until_row(
        "select b.start_time, b.status from bookings b join pets p on p.id = b.pet_id where p.name = 'Thor'"
    )
    assert tuple(row) == (line.taken[0].start, "scheduled")
    assert await stepped_engine.rows("select 1 from held_slots") == []
    await line.passes(40 * MINUTE)
    assert line.offers() == [(FIRST, "14:00")]


async def test_the_list_ends_with_the_last_who_waited(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """One waits, is offered, says yes: nothing is left to do, and the booking has a life of its own."""
    line = await full_day(stepped_engine, skipper)
    first = await line.joins(FIRST, "Thor")
    await marked(line.taken[1], BookingStatus.CANCELLED)
    await stepped_engine.bridge.record.wait_for_sent(1)
    await line.is_still()
    await line.answers(first, FIRST, "Thor", "sim", hour=15)
    await line.has_ended()
    assert await line.statuses() == ["booked"]
    booking = await stepped_engine.until_row(
        "select b.id, w.booking_id from bookings b join pets p on p.id = b.pet_id"
        " join waiting_list w on w.pet_id = p.id where p.name = 'Thor'"
    )
    assert booking["id"] == booking["booking_id"]
    await Life(stepped_engine, skipper, booking["id"], line.taken[1].start).comes_to("scheduled")


async def test_who_answers_too_late_is_refused_and_told_why(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The slot is being offered to the second: the first's yes books nothing and takes nothing from them."""
    line, first, second = await offered_to_the_first(stepped_engine, skipper)
    await line.passes(31 * MINUTE)
    await stepped_engine.bridge.record.wait_for_sent(2)
    answer = await line.answers(first, FIRST, "Thor", "sim, quero!")
    assert not answer.ok
    assert "slot_taken" in answer.content
    assert (
        await stepped_engine.rows("select 1 from bookings b join pets p on p.id = pet_id where p.name = 'Thor'") == []
    )
    assert (await line.answers(second, SECOND, "Mel", "quero sim")).booking is not None


async def test_two_slots_are_offered_to_two_at_once(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Nobody waits for an answer that is not about their slot."""
    line = await full_day(stepped_engine, skipper)
    await line.joins(FIRST, "Thor")
    await line.joins(SECOND, "Mel")
    await stepped_engine.rows("update bookings set status = 'cancelled' returning 1")
    await stepped_engine.bridge.record.wait_for_sent(2)
    await line.is_still()
    assert sorted(line.offers()) == [(FIRST, "14:00"), (SECOND, "15:00")]
    assert await line.statuses() == ["offered", "offered"]


async def test_a_booking_that_is_moved_away_frees_its_time_too(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Not only who cancels makes room."""
    line = await full_day(stepped_engine, skipper)
    await line.joins(FIRST, "Thor")
    await moved(line.taken[0], line.taken[0].start + DAY)
    await stepped_engine.bridge.record.wait_for_sent(1)
    assert line.offers() == [(FIRST, "14:00")]


async def test_nobody_is_asked_at_night(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Cancelled at ten in the evening: the offer comes when the shop opens, with its whole half hour."""
    line = await full_day(stepped_engine, skipper, hour=22)
    await line.joins(FIRST, "Thor")
    await marked(line.taken[0], BookingStatus.CANCELLED)
    await line.is_still()
    opening = datetime.combine(line.day, time(9), tzinfo=line.zone)
    await line.passes(opening - MINUTE - await line.now())
    assert line.offers() == []
    await line.passes(2 * MINUTE)
    assert line.offers() == [(FIRST, "14:00")]
    assert "até 09:30" in stepped_engine.bridge.record.sent[-1].text


async def test_who_declines_makes_it_the_next_one_s_at_once(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """A no is not waited out."""
    line, first, _ = await offered_to_the_first(stepped_engine, skipper)
    left = await called(
        stepped_engine, first, "leave_waiting_list", pet_name="Thor", service_type="Banho", date=line.day.isoformat()
    )
    assert left.ok
    await stepped_engine.bridge.record.wait_for_sent(2)
    assert line.offers() == [(FIRST, "14:00"), (SECOND, "14:00")]
    assert await line.statuses() == ["declined", "offered"]


async def test_who_leaves_before_an_offer_gets_none(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The list knows only who waits still."""
    line = await full_day(stepped_engine, skipper)
    first = await line.joins(FIRST, "Thor")
    await called(
        stepped_engine, first, "leave_waiting_list", pet_name="Thor", service_type="Banho", date=line.day.isoformat()
    )
    await line.has_ended()
    await line.joins(SECOND, "Mel")
    await marked(line.taken[0], BookingStatus.CANCELLED)
    await stepped_engine.bridge.record.wait_for_sent(1)
    assert line.offers() == [(SECOND, "14:00")]
    assert await line.statuses() == ["left", "offered"]


async def test_when_the_day_is_over_nobody_waits(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Nothing came free: the wait ends with the day, without a word."""
    line = await full_day(stepped_engine, skipper)
    await line.joins(FIRST, "Thor")
    await line.joins(SECOND, "Mel")
    await line.passes(2 * DAY)
    await line.has_ended()
    assert await line.statuses() == ["lapsed", "lapsed"]
    assert stepped_engine.bridge.record.sent == []


async def test_who_got_the_service_another_way_waits_no_longer(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The reception found room for Thor: the next slot is offered to the second."""
    line = await full_day(stepped_engine, skipper)
    first = await line.joins(FIRST, "Thor")
    await line.joins(SECOND, "Mel")
    async with stepped_engine.database.tenant(stepped_engine.shop.organization_id) as tenant:
        await professionals.add(tenant, stepped_engine.shop.organization_id, "Reforço")
    thor = await pet_of(stepped_engine, first, "Thor")
    await booked(stepped_engine, skipper, first, on_the_hour(line.zone, 1, 10), pet=thor)
    async with stepped_engine.database.tenant(stepped_engine.shop.organization_id) as tenant:
        await professionals.retire(tenant, (await professionals.active(tenant))[-1].id)
    await marked(line.taken[0], BookingStatus.CANCELLED)
    await stepped_engine.bridge.record.wait_for_sent(1)
    await line.is_still()
    assert line.offers() == [(SECOND, "14:00")]
    assert await line.statuses() == ["booked", "offered"]


async def test_a_slot_that_somebody_let_go_is_offered_too(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The last free slot was kept for somebody who then did not take it: who waits may have it."""
    line = await full_day(stepped_engine, skipper)
    await marked(line.taken[0], BookingStatus.CANCELLED)
    undecided = await customer(stepped_engine)
    await called(stepped_engine, undecided, "check_availability", service_type="Banho", date=line.day.isoformat())
    held = await stepped_engine.until_row("select booking_id, expires_at from held_slots")
    await line.joins(FIRST, "Thor")
    assert line.offers() == []
    deciding = Life(stepped_engine, skipper, held["booking_id"], line.taken[0].start)
    await deciding.comes_to("release")
    await line.passes(11 * MINUTE)
    await deciding.ends()
    await stepped_engine.bridge.record.wait_for_sent(1)
    assert line.offers() == [(FIRST, "14:00")]


async def test_an_offer_waits_for_the_shop_s_number(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Offline, the slot stays the first one's; back in time, they are told, once."""
    line = await full_day(stepped_engine, skipper)
    await line.joins(FIRST, "Thor")
    stepped_engine.bridge.connected = False
    await marked(line.taken[0], BookingStatus.CANCELLED)
    await stepped_engine.until_row("select 1 from messages where direction = 'outbound' and status = 'pending'")
    await line.passes(3 * MINUTE)
    stepped_engine.bridge.connected = True
    await line.passes(2 * MINUTE)
    assert line.offers() == [(FIRST, "14:00")]
    await line.passes(5 * MINUTE)
    assert line.offers() == [(FIRST, "14:00")]


async def test_an_offer_that_could_not_be_made_in_time_is_never_made(
    stepped_engine: Engine, skipper: TimeSkipper
) -> None:
    """Offline past the deadline: the message is given up, and is not sent when the number is back."""
    await change_rules(stepped_engine, PLAIN_RULES.model_copy(update={"waiting_list_minutes": 8}))
    line = await full_day(stepped_engine, skipper)
    await line.joins(FIRST, "Thor")
    stepped_engine.bridge.connected = False
    await marked(line.taken[0], BookingStatus.CANCELLED)
    await stepped_engine.until_row("select 1 from messages where direction = 'outbound' and status = 'pending'")
    await line.passes(9 * MINUTE)
    await line.has_ended()
    assert await line.statuses() == ["lapsed"]
    row = await stepped_engine.until_row("select status, error from messages where direction = 'outbound'")
    assert row["status"] == "failed"
    assert row["error"]


async def test_who_cannot_be_written_to_is_passed_over(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The first's number is not on WhatsApp any more: the second is asked after the deadline at the latest."""
    stepped_engine.bridge.not_on_whatsapp.add(f"{FIRST}@s.whatsapp.net")
    line = await full_day(stepped_engine, skipper)
    await line.joins(FIRST, "Thor")
    await line.joins(SECOND, "Mel")
    await marked(line.taken[0], BookingStatus.CANCELLED)
    await stepped_engine.until_row("select 1 from messages where direction = 'outbound' and status = 'failed'")
    await line.passes(31 * MINUTE)
    assert line.offers() == [(SECOND, "14:00")]


async def test_one_slot_is_not_offered_by_two_lists(
    database: Database, instances: Instances, keys: Keys, temporal_client: Client, database_urls: DatabaseUrls
) -> None:
    """One waits for a bath, one for a clip, and both lists look at the one free slot at once: one of them offers it."""
    async with (
        running_engine(database, instances, keys, temporal_client, database_urls.app, worker=False) as engine,
        AsyncExitStack() as looking,
    ):
        line = await full_day(engine, TimeSkipper(temporal_client))
        for phone, pet, service in ((FIRST, "Thor", "Banho"), (SECOND, "Mel", "Tosa")):
            who = await customer(engine, phone)
            await pet_of(engine, who, pet)
            await says(engine, who, "quero entrar na lista de espera", phone)
            day = line.day.isoformat()
            assert (await called(engine, who, "join_waiting_list", pet_name=pet, service_type=service, date=day)).ok
        await engine.rows("update bookings set status = 'cancelled' where id = $1 returning 1", line.taken[0].id)
        clip, bath = [
            row["service_id"]
            for row in await engine.rows("select service_id from waiting_list order by created_at desc")
        ]

        async def clips() -> WaitingPlan:
            async with database.tenant(engine.shop.organization_id) as tenant:
                return await waiting.plan(
                    await desk_of(engine, tenant, datetime.now(UTC), by=ChangedBy.TIME), clip, line.day
                )

        watching = await looking.enter_async_context(database.unbound())
        async with database.tenant(engine.shop.organization_id) as tenant:
            desk = await desk_of(engine, tenant, datetime.now(UTC), by=ChangedBy.TIME)
            assert len((await waiting.plan(desk, bath, line.day)).offers) == 1
            second = asyncio.create_task(clips())
            await rows.until_somebody_waits(watching)
        assert (await second).offers == ()
        assert await line.statuses() == ["offered", "waiting"]

"""Campaigns: one customer at a time, paced, in decent hours, until the time is taken; and one report."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

from pydantic import SecretStr
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import TimeSkipper

from assistants.model import ChatModel
from channels.registry import channels
from dev.postgres import DatabaseUrls
from domain.bookings import ChangedBy
from domain.events import ConnectionState
from domain.invitations import CampaignOutcome
from office import campaigning
from operating.waking import Waking
from reception.desk import Desk
from storage import contacts, organizations, professionals
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.engine import Engine, running_engine
from tests.storage import rows
from tests.storage.rows import Customer
from tests.workflows.inviting import PACE, Filling, filled
from worker import activities_of, worker_for

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def books(campaign: Filling, who: Customer, hour: int = 9) -> None:
    """A customer books tomorrow."""
    start = datetime.combine(campaign.tomorrow, time(hour), tzinfo=campaign.zone)
    async with campaign.engine.database.tenant(campaign.engine.shop.organization_id) as tenant:
        await rows.insert_booking(tenant, campaign.engine.shop, who.contact_id, start=start)


async def test_customers_are_invited_one_at_a_time_and_paced(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The first at once, the next not before the pace has passed; each once; then the owner hears how it went, once."""
    campaign = await filled(stepped_engine, skipper)
    await stepped_engine.bridge.record.wait_for_sent(1)
    await campaign.passes(2 * MINUTE)
    assert campaign.invited() == ["Ana"]
    await campaign.passes(PACE - 2 * MINUTE)
    assert campaign.invited() == ["Ana", "Bia"]
    await campaign.passes(PACE)
    assert campaign.invited() == ["Ana", "Bia", "Caio"]
    assert campaign.reports() == []
    await campaign.has_ended()
    assert campaign.invited() == ["Ana", "Bia", "Caio"]
    assert await campaign.statuses() == [("sent", None)] * 3
    (report,) = campaign.reports()
    assert report[0].endswith(": terminei, todos da lista foram vistos.")
    assert report[1:3] == ["Convidados: 3 de 3: Ana (Mel), Bia (Thor), Caio (Rex).", "Ninguém marcou ainda."]
    (row,) = await stepped_engine.rows("select status, outcome from campaigns")
    assert tuple(row) == ("finished", "all_invited")


async def test_the_invitation_is_honest_and_goes_to_the_customer(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """It says who writes, for which pet, what, and how to get no more; to the address the customer wrote from."""
    await filled(stepped_engine, skipper, people=1)
    (sent,) = await stepped_engine.bridge.record.wait_for_sent(1)
    assert sent.to == f"{rows.phone(1).value}@s.whatsapp.net"
    first, second, third, fourth = sent.text.splitlines()
    assert first == "Oi, Ana! Aqui é a assistente virtual da loja Pet Shop Amigo Fiel. 🐾"
    assert "Mel" in second
    assert "Banho" in second
    assert third.startswith("Quer que eu veja um para Mel?")
    assert fourth == "Para não receber convites, responda SAIR."


async def test_ordered_at_night_it_waits_for_the_morning(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Nobody is written to at night: the first is invited when the shop opens, the others after it."""
    campaign = await filled(stepped_engine, skipper, hour=21)
    morning = datetime.combine(campaign.tomorrow, time(9), tzinfo=campaign.zone)
    await campaign.passes_to(morning - MINUTE)
    assert campaign.invited() == []
    await campaign.passes(2 * MINUTE)
    assert campaign.invited() == ["Ana"]
    await campaign.has_ended()
    assert campaign.invited() == ["Ana", "Bia", "Caio"]


async def test_an_evening_ends_before_everybody_is_invited(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The shop closes between two invitations: the next one is the next morning's."""
    campaign = await filled(stepped_engine, skipper, hour=16)
    await stepped_engine.bridge.record.wait_for_sent(1)
    await campaign.is_still()
    async with stepped_engine.database.tenant(stepped_engine.shop.organization_id) as tenant:
        today = (await campaign.now()).date()
        await tenant.execute(  # it closes early today
            "insert into special_days (organization_id, day) values ($1, $2)",
            stepped_engine.shop.organization_id,
            today,
        )
    await campaign.passes_to(datetime.combine(campaign.tomorrow, time(8, 59), tzinfo=campaign.zone))
    assert campaign.invited() == ["Ana"]
    await campaign.passes(2 * MINUTE)
    assert campaign.invited() == ["Ana", "Bia"]


async def test_who_may_not_be_invited_any_more_is_skipped_with_the_reason(
    stepped_engine: Engine, skipper: TimeSkipper
) -> None:
    """One opted out, one has booked, one talks with a person: each is passed over, and the report says why."""
    campaign = await filled(stepped_engine, skipper, people=4)
    await stepped_engine.bridge.record.wait_for_sent(1)
    await campaign.is_still()
    bia, caio, duda = campaign.customers[1:]
    async with stepped_engine.database.tenant(stepped_engine.shop.organization_id) as tenant:
        await contacts.set_opted_out(tenant, bia.contact_id, True)
        await tenant.execute("update conversations set status = 'waiting_human' where id = $1", duda.conversation_id)
    await books(campaign, caio)
    await campaign.has_ended()
    assert campaign.invited() == ["Ana"]
    assert await campaign.statuses() == [
        ("sent", None),
        ("skipped", "opted_out"),
        ("skipped", "has_booked"),
        ("skipped", "with_a_person"),
    ]
    (report,) = campaign.reports()
    assert report[1:7] == [
        "Convidados: 1 de 4: Ana (Mel).",
        "Ninguém marcou ainda.",
        "Não convidados:",
        "- Bia (Thor): não quer convites",
        "- Caio (Rex): já tem horário marcado",
        "- Duda (Nina): uma pessoa da equipe está atendendo",
    ]


async def test_it_stops_when_nothing_is_free_any_more(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The last free hour is booked by the one invited: the others are not invited, and the owner hears who booked."""
    campaign = await filled(stepped_engine, skipper)
    await stepped_engine.bridge.record.wait_for_sent(1)
    await campaign.is_still()
    async with stepped_engine.database.tenant(stepped_engine.shop.organization_id) as tenant:
        for one in await professionals.active(tenant):
            for hour in range(9, 18):
                for ahead in (0, 1):
                    day = campaign.tomorrow + timedelta(days=ahead)
                    await rows.insert_booking(
                        tenant,
                        stepped_engine.shop,
                        campaign.customers[0].contact_id,
                        start=datetime.combine(day, time(hour), tzinfo=campaign.zone),
                        professional=one.id,
                        status="confirmed" if hour == 9 else "no_show",
                    )
    await campaign.passes(PACE)
    await campaign.has_ended()
    assert campaign.invited() == ["Ana"]
    assert await campaign.statuses() == [("sent", None), *[("skipped", "campaign_ended")] * 2]
    (report,) = campaign.reports()
    assert report[0].endswith(": parei, não há mais horário livre nesses dias.")
    assert "Já marcaram:" in report
    assert f"- Ana: Banho, {campaign.tomorrow:%d/%m} às 09:00" in report


async def test_the_owner_stops_it_in_the_middle(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Stopped while it waits for the pace: nobody else is invited, and the report comes at once, once."""
    campaign = await filled(stepped_engine, skipper)
    await stepped_engine.bridge.record.wait_for_sent(1)
    await campaign.is_still()
    await campaign.stop()
    async with asyncio.timeout(20):
        await campaign.handle.result()
    await campaign.is_still()
    assert campaign.invited() == ["Ana"]
    assert await campaign.statuses() == [("sent", None), *[("skipped", "campaign_ended")] * 2]
    (report,) = campaign.reports()
    assert report[0].endswith(": parei, como foi pedido.")
    assert report[1] == "Convidados: 1 de 3: Ana (Mel)."


async def test_while_the_number_is_away_it_waits(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The number goes away before the first is sent: it waits, the next do not pile up, and each goes out once."""
    stepped_engine.bridge.connected = False
    campaign = await filled(stepped_engine, skipper)
    await stepped_engine.until_row("select 1 from messages where from_me and status = 'pending'")
    await campaign.is_still(letters=False)
    async with asyncio.timeout(20):
        await skipper.fast_forward(campaign.handle, 20 * MINUTE)
    assert len(await stepped_engine.rows("select 1 from letters")) == 1
    stepped_engine.bridge.connected = True
    (letter,) = await stepped_engine.rows("select id from letters")
    async with asyncio.timeout(20):
        await skipper.fast_forward(stepped_engine.temporal.get_workflow_handle(f"letter/{letter['id']}"), 2 * MINUTE)
    await campaign.has_ended()
    assert campaign.invited() == ["Ana", "Bia", "Caio"]


async def test_stopped_while_the_number_is_away_nothing_is_ever_sent(
    stepped_engine: Engine, skipper: TimeSkipper
) -> None:
    """The first invitation waits for the number when the owner stops: it does not go out when the number is back."""
    stepped_engine.bridge.connected = False
    campaign = await filled(stepped_engine, skipper)
    await stepped_engine.until_row("select 1 from messages where from_me and status = 'pending'")
    await campaign.is_still(letters=False)
    await campaign.stop()
    await stepped_engine.until_row("select 1 from campaigns where outcome = 'stopped'")
    stepped_engine.bridge.connected = True
    (report,) = await stepped_engine.rows("select id, content from aurora_proactive_messages")
    assert "Convidados: 0 de 3." in report["content"]
    await campaign.is_still(letters=False)
    told: WorkflowHandle[Any, Any] = stepped_engine.temporal.get_workflow_handle(f"letter/{report['id']}")
    if (await told.describe()).status is WorkflowExecutionStatus.RUNNING:
        async with asyncio.timeout(20):
            await skipper.fast_forward(told, 2 * MINUTE)
    await campaign.is_still()
    assert campaign.invited() == []
    assert len(campaign.reports()) == 1
    assert await campaign.statuses() == [("skipped", "campaign_ended")] * 3


async def test_no_letter_is_written_while_the_number_is_known_to_be_away(
    stepped_engine: Engine, skipper: TimeSkipper, instances: Instances
) -> None:
    """The provider has said that the number is offline: nothing is written until it says otherwise."""
    engine = stepped_engine

    async def number_is(state: ConnectionState) -> None:
        async with engine.database.tenant(engine.shop.organization_id) as tenant:
            await instances.set_connection(tenant, engine.shop.instance.id, state)

    await number_is(ConnectionState.CLOSE)
    campaign = await filled(engine, skipper)
    await campaign.passes(HOUR)
    assert await engine.rows("select 1 from letters") == []
    await number_is(ConnectionState.OPEN)
    await campaign.passes(6 * MINUTE)
    assert campaign.invited()[0] == "Ana"


async def test_who_booked_after_the_invitation_is_in_the_report(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """Bia books an hour after she was invited: the report counts her, and what is still free."""
    campaign = await filled(stepped_engine, skipper, people=2)
    await stepped_engine.bridge.record.wait_for_sent(1)
    await campaign.passes(PACE)
    assert campaign.invited() == ["Ana", "Bia"]
    await books(campaign, campaign.customers[1])
    await campaign.has_ended()
    (report,) = campaign.reports()
    assert report[2:4] == ["Já marcaram:", f"- Bia: Banho, {campaign.tomorrow:%d/%m} às 09:00"]
    assert report[4].startswith("Ainda livres nesses dias: ")


async def test_the_campaign_ends_with_its_days(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The shop does not open any more before the last day is over: it ends, and says who was not seen to."""
    campaign = await filled(stepped_engine, skipper, hour=21)
    async with stepped_engine.database.tenant(stepped_engine.shop.organization_id) as tenant:
        for ahead in (0, 1):
            await tenant.execute(
                "insert into special_days (organization_id, day) values ($1, $2)",
                stepped_engine.shop.organization_id,
                campaign.tomorrow + timedelta(days=ahead),
            )
    await campaign.has_ended()
    (report,) = campaign.reports()
    assert report[0].endswith(": terminei, o tempo para convidar acabou.")
    assert report[1] == "Convidados: 0 de 3."


async def test_a_step_that_ran_but_was_not_heard_of_writes_nothing_twice(
    stepped_engine: Engine, skipper: TimeSkipper
) -> None:
    """A worker dies after the step's commit: the same step, and the same end, run again and change nothing."""
    campaign = await filled(stepped_engine, skipper)
    await stepped_engine.bridge.record.wait_for_sent(1)
    await campaign.is_still()
    for _ in range(2):
        async with stepped_engine.database.tenant(stepped_engine.shop.organization_id) as tenant:
            shop = await organizations.get(tenant, stepped_engine.shop.organization_id)
            step = await campaigning.take_step(Desk(tenant, shop, datetime.now(UTC), ChangedBy.TIME), campaign.id)
            assert step.look_again is not None
    assert len(await stepped_engine.rows("select 1 from letters")) == 1
    await campaign.has_ended()
    for _ in range(2):
        async with stepped_engine.database.tenant(stepped_engine.shop.organization_id) as tenant:
            shop = await organizations.get(tenant, stepped_engine.shop.organization_id)
            desk = Desk(tenant, shop, datetime.now(UTC), ChangedBy.TIME)
            await campaigning.finish(desk, campaign.id, CampaignOutcome.ALL_INVITED)
    assert len(campaign.reports()) == 1
    assert campaign.invited() == ["Ana", "Bia", "Caio"]


@asynccontextmanager
async def working(
    engine: Engine, instances: Instances, urls: DatabaseUrls, skipper: TimeSkipper
) -> AsyncIterator[None]:
    """A worker process's work, until it is ended."""
    model = ChatModel.connect(api_key=SecretStr("x"), base_url=engine.model.base_url, timeout_seconds=5)
    activities = activities_of(engine.database, instances, channels(engine.http), model)
    queue = engine.settings.auzap_task_queue
    async with worker_for(engine.temporal, activities, database=engine.database, task_queue=queue):
        taking = asyncio.create_task(Waking(engine.database, skipper.client, task_queue=queue).run(urls.app))
        yield
        taking.cancel()
    await model.close()


async def test_another_worker_goes_on_where_the_first_one_was(
    database: Database,
    instances: Instances,
    keys: Keys,
    temporal_client: Client,
    database_urls: DatabaseUrls,
    skipper: TimeSkipper,
) -> None:
    """The worker ends after the first invitation; the next one invites the others, and nobody twice."""
    async with running_engine(
        database, instances, keys, temporal_client, database_urls.app, worker=False, starting=skipper.client
    ) as engine:
        async with working(engine, instances, database_urls, skipper):
            campaign = await filled(engine, skipper)
            await engine.bridge.record.wait_for_sent(1)
        async with working(engine, instances, database_urls, skipper):
            await campaign.has_ended()
        assert campaign.invited() == ["Ana", "Bia", "Caio"]
        assert len(campaign.reports()) == 1

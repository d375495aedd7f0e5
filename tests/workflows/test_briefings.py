"""Briefings: told at their time, once, of the day they were due, in figures that are the rows'; held when they must."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import TimeSkipper, WorkflowEnvironment
from temporalio.worker import Worker

from activities.briefing import Briefings
from assistants.team import toolbox
from assistants.toolbox import Turn
from domain.addresses import Address, AddressKind
from domain.aurora_rules import Briefing
from domain.conversation import AgentType, Sender
from domain.ids import ContactId, ConversationId, OrganizationId, TurnId
from domain.model import ToolOutcome, ToolRequest
from domain.owners import OwnerRole
from storage import inbound, organizations, owners
from storage.database import Database
from tests.engine import Engine
from tests.shops import OWNER
from tests.storage import rows
from tests.workflows.briefings_told import DAY, Told, to
from workflows import contracts
from workflows.briefing import BriefingWorkflow
from workflows.contracts import BriefingStart

MANAGER = "5511977776666"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def told(engine: Engine) -> Told:
    """A running shop."""
    return Told(engine)


async def with_manager(told: Told) -> None:
    """The shop has a manager too."""
    shop = told.engine.shop.organization_id
    async with told.engine.database.tenant(shop) as tenant:
        await owners.add(tenant, shop, phone=MANAGER, name="Gerente", role=OwnerRole.MANAGER)


async def receivers(told: Told, count: int) -> list[str]:
    """To whom the messages went."""
    return sorted(sent.to.partition("@")[0] for sent in await told.engine.bridge.record.wait_for_sent(count))


# The day's two ends.


async def test_the_day_s_summary_comes_at_its_time(told: Told) -> None:
    """At 18:00 by its schedule: the rows' figures of that day, sent to the owner, noted as sent; managers get none."""
    await with_manager(told)
    await told.wants(Briefing.DAILY_SUMMARY)
    await told.booked((told.at(hour) for hour in (9, 10, 11)), status="completed")
    await told.booked([told.at(12)], status="completed", phone=2)
    await told.booked([told.at(13)], status="no_show")
    await told.booked([told.at(14)], status="cancelled")
    await told.booked([told.at(16)])
    await told.booked(told.at(hour, days=1) for hour in (9, 10))
    await told.booked((told.at(hour, days=-7) for hour in (9, 10)), status="completed")
    await told.due(Briefing.DAILY_SUMMARY)
    (message,) = await told.ended(1)
    assert (message["message_type"], message["status"]) == ("daily_summary", "sent")
    assert message["scheduled_for"] == told.at(18)
    assert await receivers(told, 1) == [OWNER]
    (text,) = told.texts()
    assert text == message["content"]
    for line in (
        "👥 2 clientes atendidos: 4 banhos",
        "💰 Receita: R$ 200,00",
        ": R$ 100,00; diferença: R$ 100,00 a mais (+100%)",
        "⏳ Em aberto: 1 agendamento, R$ 50,00",
        "❌ 1 falta: R$ 50,00",
        "🚫 1 cancelamento: R$ 50,00",
        ": 2 agendamentos",
        f"{told.day:%d/%m}",
        f"{told.day + DAY:%d/%m}: 2 agendamentos",
    ):
        assert line in text, text


async def test_a_schedule_that_fires_twice_tells_once(told: Told) -> None:
    """The same time twice, the workflow by hand at that time, and another hour of that day: one message, sent once."""
    await told.wants(Briefing.DAILY_SUMMARY)
    await told.booked([told.at(9)], status="completed")
    await told.due(Briefing.DAILY_SUMMARY)
    await told.due(Briefing.DAILY_SUMMARY)
    assert len(await told.ended(1)) == len(await told.messages()) == 1
    await told.due(Briefing.DAILY_SUMMARY, days=1)  # another day, of which there is nothing to say
    assert len(await told.messages()) == 1
    assert len(told.texts()) == 1


async def test_set_off_by_hand_twice_a_day_it_tells_once(told: Told) -> None:
    """An operator triggers the schedule in the Web UI, and again: today's summary comes once."""
    await told.wants(Briefing.DAILY_SUMMARY)
    await told.booked([told.at(9, days=-1)], status="completed")
    await told.triggered(Briefing.DAILY_SUMMARY)
    await told.triggered(Briefing.DAILY_SUMMARY)
    assert len(await told.ended(1)) == len(await told.messages()) == 1


async def test_a_summary_that_fires_late_is_of_the_day_it_was_due(told: Told) -> None:
    """Temporal was away at 18:00 of the day before: its figures, not those of the day on which it is told."""
    await told.wants(Briefing.DAILY_SUMMARY)
    await told.booked([told.at(9, days=-2)], status="completed")
    await told.booked((told.at(hour, days=-1) for hour in (9, 10)), status="completed")
    await told.due(Briefing.DAILY_SUMMARY, days=-2)
    (message,) = await told.messages()
    assert "💰 Receita: R$ 50,00" in message["content"]
    assert f"{told.day - 2 * DAY:%d/%m}" in message["content"].splitlines()[0]


async def test_the_morning_s_agenda(told: Told) -> None:
    """Owner and manager: who comes when, by whom, and the first free time; a closed day is left in peace."""
    await with_manager(told)
    await told.wants(Briefing.MORNING_AGENDA)
    await told.booked([told.at(9)], status="confirmed")
    await told.booked([told.at(15)], phone=2)
    await told.booked([told.at(16)], status="cancelled", phone=2)
    await told.due(Briefing.MORNING_AGENDA)
    assert await receivers(told, 2) == sorted([OWNER, MANAGER])
    text = told.texts()[0]
    assert "2 agendamentos" in text
    assert "09:00 Cliente 1, Banho ✅\n15:00 Cliente 2, Banho" in text
    assert "o primeiro às 09:00" in text  # of the other professional
    assert "10:00 a 15:00, Profissional 1" in text
    shop = told.engine.shop.organization_id
    async with told.engine.database.tenant(shop) as tenant:
        closed = told.day + DAY
        await tenant.execute(
            "insert into special_days (organization_id, day, note) values ($1, $2, 'folga')", shop, closed
        )
    await told.due(Briefing.MORNING_AGENDA, days=1)
    assert len(await told.messages()) == 2


async def test_a_shop_without_anything_hears_nothing(told: Told) -> None:
    """No booking ever, nobody who waits: no summary, no review, no alert of few bookings."""
    await told.wants(*Briefing, weekly_review_day=told.day.weekday())
    for briefing in (Briefing.DAILY_SUMMARY, Briefing.WEEKLY_REVIEW, Briefing.ALERTS):
        await told.due(briefing)
    assert await told.messages() == []


async def test_the_week_s_review_has_a_picture(told: Told) -> None:
    """The seven days before, beside the seven before those; revenue by day as a chart; the owner's alone."""
    await with_manager(told)
    await told.wants(Briefing.WEEKLY_REVIEW, weekly_review_day=told.day.weekday())
    await told.booked((told.at(9, days=-day) for day in (1, 2, 7)), status="completed")
    await told.booked([told.at(9, days=0)], status="completed", phone=2)
    await told.booked([told.at(9, days=-8)], status="completed")
    await told.due(Briefing.WEEKLY_REVIEW)
    (message,) = await told.messages()
    text = message["content"]
    assert "💰 Receita: R$ 150,00" in text
    assert "Semana anterior: R$ 50,00; diferença: R$ 100,00 a mais (+200%)" in text
    assert "1 que já era cliente" in text
    assert "Ocupação da agenda: 2,4%" in text  # 3 of 126 hours
    picture = json.loads(message["picture"])
    assert sum(picture["series"][0]["values"]) == 150
    assert len(picture["labels"]) == 7


# Skipped time.


async def test_a_summary_by_skipped_time(engine: Engine, time_skipping: WorkflowEnvironment, told: Told) -> None:
    """A briefing that waits for its hour and is fast-forwarded to it tells of that hour's day."""
    await told.wants(Briefing.DAILY_SUMMARY)
    await told.booked([told.at(9)], status="completed")
    run = await time_skipping.client.start_workflow(
        contracts.BRIEFING_WORKFLOW,
        BriefingStart(organization_id=engine.shop.organization_id, briefing=Briefing.DAILY_SUMMARY),
        id=f"briefing-{uuid.uuid4()}",
        task_queue=engine.settings.auzap_task_queue,
        start_delay=told.at(18) - datetime.now(UTC),
        result_type=int,
    )
    assert await run.result() == 1
    (message,) = await told.ended(1)
    assert abs(message["scheduled_for"] - told.at(18)) < MINUTE
    assert "💰 Receita: R$ 50,00" in told.texts()[0]


# Away, paused, gone.


async def test_held_while_the_number_is_offline(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """It fires while the shop's number is disconnected: the message waits, and goes out once when it is back."""
    told = Told(stepped_engine)
    await told.wants(Briefing.DAILY_SUMMARY)
    await told.booked([told.at(9)], status="completed")
    stepped_engine.bridge.connected = False
    await told.due(Briefing.DAILY_SUMMARY)
    await stepped_engine.until_row("select 1 from messages where direction = 'outbound' and status = 'pending'")
    assert [row["status"] for row in await told.messages()] == ["scheduled"]
    (message,) = await told.messages()
    letter = stepped_engine.temporal.get_workflow_handle(f"letter/{message['id']}")
    await skipper.fast_forward(letter, 10 * MINUTE)
    assert told.texts() == []
    stepped_engine.bridge.connected = True
    await skipper.fast_forward(letter)
    assert len(told.texts()) == 1
    assert [row["status"] for row in await told.ended(1)] == ["sent"]


async def test_past_its_age_it_is_not_sent(stepped_engine: Engine, skipper: TimeSkipper) -> None:
    """The number stays offline until the summary is old news: it failed, the row says so, and it never goes out."""
    told = Told(stepped_engine)
    await told.wants(Briefing.DAILY_SUMMARY)
    await told.booked([told.at(9)], status="completed")
    stepped_engine.bridge.connected = False
    await told.due(Briefing.DAILY_SUMMARY)
    await stepped_engine.until_row("select 1 from messages where direction = 'outbound' and status = 'pending'")
    (message,) = await told.messages()
    assert message["expires_at"] == told.at(23)
    await stepped_engine.rows(  # a day of looking at it every minute is long to wait for
        "update aurora_proactive_messages set expires_at = $1 returning 1", datetime.now(UTC) + 3 * MINUTE
    )
    letter = stepped_engine.temporal.get_workflow_handle(f"letter/{message['id']}")
    await skipper.fast_forward(letter)
    stepped_engine.bridge.connected = True
    assert [(row["status"], row["error"]) for row in await told.ended(1)] == [("failed", "passou do prazo")]
    assert told.texts() == []


async def test_what_was_paused_since_is_not_told(told: Told) -> None:
    """The schedule fired, and the owner paused it in the same moment: the row is the truth."""
    await told.wants(Briefing.DAILY_SUMMARY)
    await told.wants()
    await told.booked([told.at(9)], status="completed")
    await told.due(Briefing.DAILY_SUMMARY)
    assert await told.messages() == []


async def test_a_shop_that_is_gone_is_told_nothing(database: Database, time_skipping: WorkflowEnvironment) -> None:
    """Its schedule fires once more: the run ends, and nothing is tried again."""
    queue = f"test-{uuid.uuid4().hex[:8]}"
    async with Worker(
        time_skipping.client,
        task_queue=queue,
        workflows=[BriefingWorkflow],
        activities=[Briefings(database).tell_owners],
    ):
        start = BriefingStart(organization_id=OrganizationId(uuid.uuid4()), briefing=Briefing.ALERTS)
        told: int = await time_skipping.client.execute_workflow(
            contracts.BRIEFING_WORKFLOW, start, id=queue, task_queue=queue, result_type=int
        )
    assert told == 0


# Alerts.


async def inactive_customers(told: Told, count: int) -> None:
    """So many, who have written once, were last here sixty days ago."""
    for number in range(count):
        at = told.at(9 + number % 8, days=-60 - number // 8)
        await told.booked([at], status="completed", phone=100 + number)
        shop = told.engine.shop
        async with told.engine.database.tenant(shop.organization_id) as tenant:
            one = await rows.customer(tenant, shop, to(100 + number))
            message = rows.said("oi", address=to(100 + number)).model_copy(update={"sent_at": datetime.now(UTC)})
            await inbound.record(
                tenant, shop.organization_id, one.conversation_id, shop.instance.id, [message], Sender.CUSTOMER
            )


@pytest.mark.parametrize(
    ("coming", "inactive", "missed", "said"),
    [
        (5, 10, 2, []),
        (4, 10, 2, ["Só 4 agendamentos"]),
        (5, 11, 2, ["11 clientes sem vir há mais de 45 dias"]),
        (5, 10, 3, ["3 faltas ontem"]),
        (4, 11, 3, ["Só 4 agendamentos", "11 clientes sem vir", "3 faltas ontem"]),
    ],
)
async def test_alerts_on_both_sides_of_their_thresholds(
    told: Told, coming: int, inactive: int, missed: int, said: list[str]
) -> None:
    """Fewer than 5 in the next 3 days, more than 10 away for 45 days, more than 2 no-shows: one message of what is so.

    What is today, what is cancelled, and what is after the third day do not count.
    """
    await told.wants(Briefing.ALERTS)
    await told.booked(told.at(9 + n % 3, days=1 + n // 3) for n in range(coming))
    await told.booked([told.at(12), told.at(12, days=4)])
    await told.booked([told.at(15, days=2)], status="cancelled")
    await told.booked((told.at(9 + n, days=-1) for n in range(missed)), status="no_show")
    await inactive_customers(told, inactive)
    await told.due(Briefing.ALERTS)
    found = await told.messages()
    assert len(found) == bool(said)
    for line in said:
        assert line in found[0]["content"], found[0]["content"]
    for line in ("agendamentos de", "clientes sem vir", "faltas ontem"):
        if not any(line in f"{one} de" for one in said):
            assert all(line not in message["content"] for message in found)


async def test_that_customers_stay_away_is_said_once_a_week(told: Told) -> None:
    """It is so for weeks; the next day is silent, the next week is not."""
    await told.wants(Briefing.ALERTS, few_bookings=0)
    await inactive_customers(told, 11)
    for days in (0, 1, 6, 7):
        await told.due(Briefing.ALERTS, days=days)
    found = await told.messages()
    assert [message["fingerprint"] for message in found] == [
        f"alerts/{told.day}",
        f"alerts/{told.day + 7 * DAY}",
    ]


async def test_a_suggestion_waits_for_the_owner_s_yes(told: Told) -> None:
    """Few bookings: the alert names whom to invite and asks the owner; any other answer invites nobody.

    The manager reads of the same days without the question: invitations are not theirs to order.
    """
    await with_manager(told)
    await told.wants(Briefing.ALERTS)
    await inactive_customers(told, 3)
    await told.due(Briefing.ALERTS)
    assert len(await told.ended(2)) == 2
    by_receiver = {sent.to.partition("@")[0]: sent.text for sent in told.engine.bridge.record.sent}
    assert "Posso mandar?" not in by_receiver[MANAGER]
    assert by_receiver[OWNER].endswith("Posso mandar?")
    assert "Convidar 3 clientes para Banho" in by_receiver[OWNER]
    assert "Cliente 100" in by_receiver[OWNER]
    (order,) = await told.engine.rows("select id, conversation_id from owner_orders where status = 'proposed'")
    outcome = await answered(told, order["conversation_id"], order["id"], "me conta mais antes")
    assert outcome.done is None
    (order,) = await told.engine.rows("select id, conversation_id from owner_orders where status = 'proposed'")
    assert await told.engine.rows("select 1 from campaigns") == []


async def test_pode_mandar_is_a_yes_to_the_alert(told: Told) -> None:
    """The owner answers the alert with it, and a campaign of exactly the customers it named begins, once."""
    await told.wants(Briefing.ALERTS)
    await inactive_customers(told, 3)
    await told.due(Briefing.ALERTS)
    await told.ended(1)
    (order,) = await told.engine.rows("select id, conversation_id from owner_orders where status = 'proposed'")
    outcome = await answered(told, order["conversation_id"], order["id"], "pode mandar")
    assert outcome.done is not None, outcome.content
    again = await answered(told, order["conversation_id"], order["id"], "pode mandar")
    assert json.loads(again.content)["error"] == "already_done"
    assert len(await told.engine.rows("select 1 from campaigns")) == 1
    assert len(await told.engine.rows("select 1 from invitations")) == 3


async def test_an_alert_told_twice_proposes_once(told: Told) -> None:
    """A second firing of the day finds the message, and keeps no second order."""
    await told.wants(Briefing.ALERTS)
    await inactive_customers(told, 3)
    await told.due(Briefing.ALERTS)
    await told.due(Briefing.ALERTS)
    await told.ended(1)
    orders = await told.engine.rows("select turn_id from owner_orders")
    assert [order["turn_id"] for order in orders] == [message["id"] for message in await told.messages()]


async def answered(told: Told, conversation_id: ConversationId, order_id: uuid.UUID, text: str) -> ToolOutcome:
    """The owner answers with that, and Aurora's model takes it for a yes."""
    shop = told.engine.shop.organization_id
    async with told.engine.database.tenant(shop) as tenant:
        address = Address(kind=AddressKind.PHONE, value=OWNER)
        message = rows.said(text, address=address).model_copy(update={"sent_at": datetime.now(UTC)})
        await inbound.record(tenant, shop, conversation_id, told.engine.shop.instance.id, [message], Sender.OWNER)
    async with told.engine.database.tenant(shop) as tenant:
        contact_id = await tenant.fetchval("select contact_id from conversations where id = $1", conversation_id)
        turn = Turn(
            tenant=tenant,
            organization=await organizations.get(tenant, shop),
            conversation_id=conversation_id,
            contact_id=ContactId(contact_id),
            turn_id=TurnId(uuid.uuid4()),
            now=datetime.now(UTC),
            owner=await owners.of_contact(tenant, ContactId(contact_id)),
        )
        arguments = json.dumps({"order": order_id.hex[:8]})
        return await toolbox(AgentType.AURORA).call(
            turn, ToolRequest(id="1", name="confirm_order", arguments=arguments)
        )

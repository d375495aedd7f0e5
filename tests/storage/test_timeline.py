"""storage/timeline.py: everything that happened in a conversation, in one order, page by page."""

import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import asyncpg

from dev.postgres import DatabaseUrls
from domain.bookings import BookingChange, ChangedBy
from domain.charts import Chart, ChartUnit, Series
from domain.conversation import HandoffReason, Sender
from domain.events import DeliveryStatus, MessageKind
from domain.handoffs import HandoffState
from domain.ids import ConversationId, NoteId, OperatorId, TurnId
from domain.model import ToolOutcome, ToolRequest
from domain.operators import Operator, OperatorRole
from storage import conversations, handoffs, notes, operators, outbox, timeline, tool_calls
from storage.database import Connection, Database
from storage.timeline import BookingEntry, Entry, HandoffEntry, MessageEntry, NoteEntry, Place, ToolEntry
from storage.tool_calls import ToolCallKey
from tests.shops import CUSTOMER, Shop
from tests.storage.rows import Customer, customer, pet, reply, told, wrote

CHART = Chart(title="Banhos", labels=("seg",), series=(Series(name="x", values=(1,)),), unit=ChartUnit.BOOKINGS)


async def test_every_kind_of_entry_in_the_order_it_happened(database: Database, shop: Shop) -> None:
    """Messages, tools, notes and hand-overs stand between each other as they happened, with who did what."""
    async with database.tenant(shop.organization_id) as tenant:
        ana = await _ana(tenant, shop)
        of = await customer(tenant, shop)
        await wrote(tenant, shop, of, "Oi")
        await _called(tenant, shop, of, "check_availability")
        await told(tenant, shop, of, "Temos às 10h")
        await conversations.hand_over(tenant, of.conversation_id, HandoffReason.ASKED_BY_MODEL, "quer falar com alguém")
        await _claimed(tenant, of.conversation_id, ana.id)
        await _noted(tenant, shop, of.conversation_id, ana.id, "cliente antiga")
        await _person_said(tenant, shop, of, ana.id, "Aqui é a Ana")
        await conversations.resume(tenant, of.conversation_id, by="Ana")
        entries = (await timeline.page(tenant, of.conversation_id)).entries
    assert [_short(one) for one in entries] == [
        "customer: Oi",
        "tool check_availability",
        "ai: Temos às 10h",
        "waiting asked_by_model: quer falar com alguém",
        "claimed Ana",
        "note Ana: cliente antiga",
        "human Ana: Aqui é a Ana",
        "released by Ana",
    ]


async def test_delivery_lateness_and_pictures(database: Database, shop: Shop) -> None:
    """A message says how far it got and why not further, whether it came late, of what kind it is, and its chart."""
    async with database.tenant(shop.organization_id) as tenant:
        of = await customer(tenant, shop)
        await wrote(tenant, shop, of, "", kind=MessageKind.AUDIO)
        await tenant.execute("update messages set late = true")
        row = (await reply(tenant, shop, of, "Segue o gráfico", pictures=[CHART]))[0]
        await outbox.move(tenant, row.id, to=DeliveryStatus.FAILED, error="window_closed: too old")
        entries = await _messages(tenant, of.conversation_id)
    assert (entries[0].kind, entries[0].status, entries[0].late) == (MessageKind.AUDIO, None, True)
    assert (entries[1].status, entries[1].error) == (DeliveryStatus.FAILED, "window_closed: too old")
    assert (entries[2].status, entries[2].picture) == (DeliveryStatus.PENDING, "Banhos")


async def test_what_the_shop_did_to_bookings(database: Database, shop: Shop) -> None:
    """What the shop's people booked, moved or cancelled is told; what the customer did is in the tools' own entries."""
    start = datetime.now(UTC) + timedelta(days=3)
    async with database.tenant(shop.organization_id) as tenant:
        of = await customer(tenant, shop)
        rex = await pet(tenant, shop, of.contact_id)

        async def book(hours: int, conversation_id: ConversationId | None) -> uuid.UUID:
            found: uuid.UUID = await tenant.fetchval(
                """insert into bookings (organization_id, contact_id, conversation_id, pet_id, service_id,
                       professional_id, booking_type, start_time, end_time, duration_minutes, price, changed_by)
                   select $1, $2, $3, $4, s.id, w.id, 'banho', $5::timestamptz, $5::timestamptz + interval '1 hour', 60,
                       $6, 'customer'
                   from services s, professionals w where s.name = 'Banho' order by w.number limit 1 returning id""",
                shop.organization_id,
                of.contact_id,
                conversation_id,
                rex.id,
                start + timedelta(hours=hours),
                Decimal(50),
            )
            return found

        by_shop, moved, own = await book(0, None), await book(2, of.conversation_id), await book(4, of.conversation_id)
        await tenant.execute(
            "update bookings set changed_by = 'owner', timed_at = now() + interval '1 s' where id = $1", moved
        )
        await tenant.execute("update bookings set changed_by = 'operator', status = 'cancelled' where id = $1", by_shop)
        await tenant.execute("update bookings set changed_by = 'customer', status = 'cancelled' where id = $1", own)
        found = (await timeline.page(tenant, of.conversation_id)).entries
    told_of = {(one.id, one.change, one.by) for one in found if isinstance(one, BookingEntry)}
    assert told_of == {
        (by_shop, BookingChange.BOOKED, ChangedBy.OPERATOR),
        (by_shop, BookingChange.CANCELLED, ChangedBy.OPERATOR),
        (moved, BookingChange.MOVED, ChangedBy.OWNER),
    }


async def test_pages_miss_nothing_and_say_nothing_twice(database: Database, shop: Shop) -> None:
    """Page after page, each entry comes once, in order, to the very beginning, though moments coincide."""
    async with database.tenant(shop.organization_id) as tenant:
        ana = await _ana(tenant, shop)
        of = await customer(tenant, shop)
        for number in range(90):
            await wrote(tenant, shop, of, f"mensagem {number}")
            if number % 2:
                await _noted(tenant, shop, of.conversation_id, ana.id, f"nota {number}")
            if number % 3 == 0:
                await _called(tenant, shop, of, f"tool_{number}")
        await tenant.execute("update conversation_notes set created_at = date_trunc('second', created_at)")
        whole: list[Entry] = []
        before, pages = None, 0
        while True:
            page = await timeline.page(tenant, of.conversation_id, before)
            whole = [*page.entries, *whole]
            pages, before = pages + 1, page.older
            if before is None:
                break
    assert pages >= 3
    assert len({_short(one) for one in whole}) == len(whole) == 90 + 45 + 30
    seqs = [one.seq for one in whole if isinstance(one, MessageEntry)]
    assert seqs == sorted(seqs)
    times = [one.at for one in whole]
    assert times == sorted(times)


async def test_a_clock_that_went_back_keeps_the_order_of_messages(database: Database, shop: Shop) -> None:
    """Messages stand in the order we came to know them, on one page and over pages."""
    async with database.tenant(shop.organization_id) as tenant:
        of = await customer(tenant, shop)
        for number in range(70):
            await wrote(tenant, shop, of, f"{number}")
        await tenant.execute("update messages set created_at = created_at - interval '1 hour' where content = '65'")
        newest = await timeline.page(tenant, of.conversation_id)
        assert newest.older is not None
        oldest = await timeline.page(tenant, of.conversation_id, newest.older)
    contents = [one.content for one in (*oldest.entries, *newest.entries) if isinstance(one, MessageEntry)]
    assert contents == [str(number) for number in range(70)]


async def test_an_outcome_of_another_version_is_no_obstacle(database: Database, shop: Shop) -> None:
    """A tool call whose stored outcome cannot be read any more does not keep the conversation from opening."""
    async with database.tenant(shop.organization_id) as tenant:
        of = await customer(tenant, shop)
        await _called(tenant, shop, of, "check_availability")
        await tenant.execute("""update tool_calls set outcome = '{"ok": true, "content": "", "gone": 1}'""")
        entries = (await timeline.page(tenant, of.conversation_id)).entries
    assert [_short(one) for one in entries] == ["tool check_availability"]


async def test_other_shops_see_nothing(database: Database, shop: Shop, other_shop: Shop) -> None:
    """A conversation's id opens it in its own shop only."""
    async with database.tenant(shop.organization_id) as tenant:
        of = await customer(tenant, shop)
        await wrote(tenant, shop, of, "Oi")
    async with database.tenant(other_shop.organization_id) as tenant:
        assert (await timeline.page(tenant, of.conversation_id)).entries == ()


async def test_long_conversations_are_read_by_index(
    database: Database, database_urls: DatabaseUrls, shop: Shop
) -> None:
    """Of 5,000 messages and as many tool calls a page reads its own sixty, by the index of the conversation."""
    async with database.tenant(shop.organization_id) as tenant:
        of = await customer(tenant, shop)
        await tenant.execute(
            """insert into messages (organization_id, conversation_id, whatsapp_instance_id, direction, sender, content,
                   status, address) select $1, $2, $3, 'inbound', 'customer', 'm' || n, 'received', $4
               from generate_series(1, 5000) n""",
            shop.organization_id,
            of.conversation_id,
            shop.instance.id,
            CUSTOMER,
        )
        await tenant.execute(
            """insert into tool_calls (organization_id, conversation_id, turn_id, round, position, name, arguments,
                   outcome) select $1, $2, gen_random_uuid(), 0, 0, 'x', '{}', '{"ok": true, "content": ""}'
               from generate_series(1, 5000)""",
            shop.organization_id,
            of.conversation_id,
        )
    owner = await asyncpg.connect(database_urls.owner)
    await owner.execute("analyze messages; analyze tool_calls")
    await owner.close()
    async with database.tenant(shop.organization_id) as tenant:
        now = await tenant.fetchval("select now()")
        plans = [
            await _plan(tenant, timeline.MESSAGES, of.conversation_id, 2500, 61),
            await _plan(tenant, timeline.TOOLS, of.conversation_id, now, 61),
            await _plan(tenant, timeline.TOOLS, of.conversation_id, None, 61),
        ]
        middle = await timeline.page(tenant, of.conversation_id, Place(seq=2500, at=now - timedelta(days=1)))
    assert len(middle.entries) == timeline.PAGE
    for plan in plans:
        assert "Index Scan Backward" in plan, plan
        assert "Sort" not in plan, plan
        assert max(int(rows) for rows in re.findall(r"actual rows=(\d+)", plan)) <= 61, plan


async def _plan(tenant: Connection, query: str, *arguments: object) -> str:
    rows = await tenant.fetch(f"explain (analyze, timing off) {query}", *arguments)
    return "\n".join(row[0] for row in rows)


async def _ana(tenant: Connection, shop: Shop) -> Operator:
    found = await operators.add(
        tenant,
        shop.organization_id,
        email="ana@loja.example",
        name="Ana",
        role=OperatorRole.ATTENDANT,
        password_hash="x",
    )
    assert found is not None
    return found


async def _called(tenant: Connection, shop: Shop, of: Customer, name: str) -> None:
    await tool_calls.save(
        tenant,
        shop.organization_id,
        of.conversation_id,
        ToolCallKey(turn_id=TurnId(uuid.uuid4()), round=0, position=0),
        ToolRequest(id="1", name=name, arguments="{}"),
        ToolOutcome(ok=True, content="{}"),
    )


async def _claimed(tenant: Connection, conversation_id: ConversationId, operator_id: OperatorId) -> None:
    handoff = await handoffs.find_open(tenant, conversation_id)
    assert handoff is not None
    await handoffs.note_standing(
        tenant, handoff.id, state=HandoffState.CLAIMED, operator_id=operator_id, waiting_since=None, due=None
    )


async def _noted(
    tenant: Connection, shop: Shop, conversation_id: ConversationId, operator_id: OperatorId, content: str
) -> None:
    await notes.write(
        tenant,
        shop.organization_id,
        conversation_id,
        NoteId(uuid.uuid4()),
        operator_id=operator_id,
        content=content,
    )


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


async def _messages(tenant: Connection, conversation_id: ConversationId) -> Sequence[MessageEntry]:
    entries = (await timeline.page(tenant, conversation_id)).entries
    return [one for one in entries if isinstance(one, MessageEntry)]


def _short(entry: Entry) -> str:
    match entry:
        case MessageEntry():
            return f"{entry.sender}{f' {entry.author}' if entry.author else ''}: {entry.content}"
        case ToolEntry():
            return f"tool {entry.name}"
        case NoteEntry():
            return f"note {entry.author}: {entry.content}"
        case BookingEntry():
            return f"booking {entry.change}"
        case HandoffEntry(state=HandoffState.WAITING):
            return f"waiting {entry.reason}: {entry.detail}"
        case HandoffEntry(state=HandoffState.CLAIMED):
            return f"claimed {entry.operator}"
        case HandoffEntry():
            return f"{entry.state} by {entry.ended_by}"

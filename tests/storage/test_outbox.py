"""A row before it is a message; statuses only go on; our own echo is never a person typing."""

import asyncio
import uuid
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.charts import Chart, ChartUnit, Series
from domain.conversation import Sender
from domain.events import DeliveryStatus, MessageKind, ShopMessageSeen
from domain.ids import MessageId, TurnId
from storage import outbox
from storage.database import Connection, Database
from storage.outbox import OutboundMessage
from tests.shops import Shop
from tests.storage.rows import LID, PHONE, Customer, customer, reply, seen, status, until_somebody_waits

CHART = Chart(
    title="Receita", labels=("seg", "ter"), series=(Series(name="Feito", values=(1.5, 2.0)),), unit=ChartUnit.REAIS
)
REPORTED = [s for s in DeliveryStatus if s not in (DeliveryStatus.PENDING, DeliveryStatus.SENDING)]


async def status_of(tenant: Connection, message_id: MessageId) -> DeliveryStatus:
    """How far a message got."""
    return DeliveryStatus(await tenant.fetchval("select status from messages where id = $1", message_id))


async def turn_of(tenant: Connection, row: OutboundMessage) -> TurnId:
    """The turn that wrote a row."""
    return TurnId(await tenant.fetchval("select turn_id from messages where id = $1", row.id))


async def begun(database: Database, shop: Shop, text: str = "Olá!") -> tuple[Customer, OutboundMessage]:
    """A reply that is being sent."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        (row,) = await reply(tenant, shop, one, text, moved_to=DeliveryStatus.SENDING)
    return one, row


async def test_defect_07_a_reply_is_written_once(database: Database, shop: Shop) -> None:
    """A second run of the turn finds the first one's rows, text and all, in order."""
    turn = TurnId(uuid.uuid4())
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        first = await reply(tenant, shop, one, "um", "dois", turn_id=turn)
        second = await reply(tenant, shop, one, "outro texto", "dois", turn_id=turn)
        assert second == first == await outbox.of_turn(tenant, turn)
        assert [row.content for row in first] == ["um", "dois"]
        assert len({row.reference for row in first}) == 2
        assert all(row.status is DeliveryStatus.PENDING and row.whatsapp_message_id is None for row in first)
        sent = await tenant.fetch("select sent_by_ai, from_me, part from messages order by part")
        assert [tuple(row) for row in sent] == [(True, True, 0), (True, True, 1)]
        (fixed,) = await reply(tenant, shop, one, "fixo", sender=Sender.SYSTEM)
        assert await tenant.fetchval("select sent_by_ai from messages where id = $1", fixed.id) is False


async def test_pictures_come_after_the_words(database: Database, shop: Shop) -> None:
    """A row for each chart, with its title as the caption; a second run finds the same, chart and all."""
    turn = TurnId(uuid.uuid4())
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        first = await reply(tenant, shop, one, "um", "dois", turn_id=turn, pictures=[CHART])
        assert await reply(tenant, shop, one, "um", "dois", turn_id=turn, pictures=[CHART]) == first
        assert [(row.content, row.picture) for row in first] == [("um", None), ("dois", None), ("Receita", CHART)]
        kinds = await tenant.fetch("select message_type, part from messages order by part")
        assert [tuple(row) for row in kinds] == [("text", 0), ("text", 1), ("image", 2)]


async def test_one_turn_written_by_two_workers_at_once_is_one_reply(database: Database, shop: Shop) -> None:
    """The unique turn and part decide."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
    turn = TurnId(uuid.uuid4())

    async def write(text: str) -> list[OutboundMessage]:
        async with database.tenant(shop.organization_id) as tenant:
            return await reply(tenant, shop, one, text, turn_id=turn)

    a, b = await asyncio.gather(write("a"), write("b"))
    assert a == b


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reports=st.lists(st.sampled_from(list(DeliveryStatus)), max_size=6), marked_at=st.integers(0, 6))
async def test_a_status_never_goes_back(
    database: Database, shop: Shop, reports: list[DeliveryStatus], marked_at: int
) -> None:
    """Whatever is reported, in whatever order, before or after we know the id: the furthest one stands."""
    _, row = await begun(database, shop)
    provider_id = uuid.uuid4().hex
    furthest = DeliveryStatus.SENT
    was = DeliveryStatus.SENDING
    for at, report in enumerate([*reports, None]):
        if at == min(marked_at, len(reports)):
            async with database.tenant(shop.organization_id) as tenant:
                await outbox.mark_sent(tenant, row, shop.instance.id, provider_id)
        if report is None:
            continue
        async with database.tenant(shop.organization_id) as tenant:
            await outbox.apply_status(tenant, shop.organization_id, shop.instance.id, status(provider_id, report))
            furthest = max(furthest, report, key=lambda s: s.rank)
            now = await status_of(tenant, row.id)
            assert now.rank >= was.rank
            was = now
    async with database.tenant(shop.organization_id) as tenant:
        assert await status_of(tenant, row.id) is furthest


async def test_every_pair_of_statuses(database: Database, shop: Shop) -> None:
    """After the first, the second counts only if it is further on; `move` changes nothing that was sent."""
    for first, second in product(REPORTED, DeliveryStatus):
        _, row = await begun(database, shop)
        async with database.tenant(shop.organization_id) as tenant:
            await outbox.mark_sent(tenant, row, shop.instance.id, f"{first} {second}")
            for report in (first, second):
                await outbox.apply_status(
                    tenant, shop.organization_id, shop.instance.id, status(f"{first} {second}", report)
                )
            reached = max(first, second, key=lambda s: s.rank)
            assert await status_of(tenant, row.id) is reached
            await outbox.move(tenant, row.id, to=DeliveryStatus.PENDING)
            await outbox.mark_sent(tenant, row, shop.instance.id, "another")
            assert await status_of(tenant, row.id) is reached
            known_as = await tenant.fetchval("select whatsapp_message_id from messages where id = $1", row.id)
            assert known_as == f"{first} {second}"


async def test_a_receipt_that_comes_before_we_know_the_id_is_kept(database: Database, shop: Shop) -> None:
    """`delivered` first, the send's answer after; a failure's reason comes along."""
    _, row = await begun(database, shop)
    _, doomed = await begun(database, shop, "outra")
    async with database.tenant(shop.organization_id) as tenant:
        for report in (status("X", DeliveryStatus.DELIVERED), status("Z", DeliveryStatus.FAILED, error="131047")):
            await outbox.apply_status(tenant, shop.organization_id, shop.instance.id, report)
        assert await status_of(tenant, row.id) is DeliveryStatus.SENDING
        await outbox.mark_sent(tenant, row, shop.instance.id, "X")
        await outbox.mark_sent(tenant, doomed, shop.instance.id, "Z")
        assert await status_of(tenant, row.id) is DeliveryStatus.DELIVERED
        assert await status_of(tenant, doomed.id) is DeliveryStatus.FAILED
        assert await tenant.fetchval("select error from messages where id = $1", doomed.id) == "131047"


async def test_a_receipt_known_by_our_reference_marks_the_send(database: Database, shop: Shop) -> None:
    """Where the channel returns what we sent along, the id is learnt from the report."""
    _, row = await begun(database, shop)
    async with database.tenant(shop.organization_id) as tenant:
        report = status("wamid.X", DeliveryStatus.DELIVERED, reference=row.reference)
        await outbox.apply_status(tenant, shop.organization_id, shop.instance.id, report)
        assert await status_of(tenant, row.id) is DeliveryStatus.DELIVERED
        assert await tenant.fetchval("select whatsapp_message_id from messages") == "wamid.X"


@pytest.mark.parametrize("receipt_first", [True, False])
async def test_a_receipt_and_the_send_in_the_same_moment_meet(
    database: Database, shop: Shop, receipt_first: bool
) -> None:
    """Whoever commits second sees what the first one wrote: `delivered` is not lost between two transactions."""
    _, row = await begun(database, shop)

    async def report(tenant: Connection) -> None:
        await outbox.apply_status(tenant, shop.organization_id, shop.instance.id, status("X", DeliveryStatus.DELIVERED))

    async def mark(tenant: Connection) -> None:
        await outbox.mark_sent(tenant, row, shop.instance.id, "X")

    first, second = (report, mark) if receipt_first else (mark, report)

    async def second_one() -> None:
        async with database.tenant(shop.organization_id) as tenant:
            await second(tenant)

    async with database.tenant(shop.organization_id) as tenant:
        await first(tenant)
        waiting = asyncio.create_task(second_one())
        await until_somebody_waits(tenant)
    await waiting
    async with database.tenant(shop.organization_id) as tenant:
        assert await status_of(tenant, row.id) is DeliveryStatus.DELIVERED


async def test_moves_before_the_send(database: Database, shop: Shop) -> None:
    """pending → sending → pending again when certainly not sent → failed, with its reason; a failure is final."""
    _, row = await begun(database, shop)
    async with database.tenant(shop.organization_id) as tenant:
        await outbox.move(tenant, row.id, to=DeliveryStatus.PENDING, error="ChannelDisconnected")
        assert await status_of(tenant, row.id) is DeliveryStatus.PENDING
        await outbox.move(tenant, row.id, to=DeliveryStatus.FAILED, error="passou do prazo")
        await outbox.move(tenant, row.id, to=DeliveryStatus.SENDING)
        assert await status_of(tenant, row.id) is DeliveryStatus.FAILED
        assert await tenant.fetchval("select error from messages") == "passou do prazo"


async def claim(database: Database, shop: Shop, event: ShopMessageSeen) -> bool:
    """An echo arrives, in a transaction of its own."""
    async with database.tenant(shop.organization_id) as tenant:
        return await outbox.claim_echo(tenant, shop.instance.id, event)


async def test_an_echo_is_known_by_its_id(database: Database, shop: Shop) -> None:
    """After the send call returned."""
    _, row = await begun(database, shop)
    async with database.tenant(shop.organization_id) as tenant:
        await outbox.mark_sent(tenant, row, shop.instance.id, "X")
    assert await claim(database, shop, seen("X", "Olá!"))
    assert not await claim(database, shop, seen("Y", "Olá!"))  # the same words again: typed by somebody


async def test_an_echo_is_known_by_our_reference(database: Database, shop: Shop) -> None:
    """Where the channel took our id for its own, before the send call returned; the row is then sent."""
    _, row = await begun(database, shop)
    assert await claim(database, shop, seen(row.reference, "Olá! (com outra formatação)"))
    async with database.tenant(shop.organization_id) as tenant:
        assert await status_of(tenant, row.id) is DeliveryStatus.SENT
    assert await claim(database, shop, seen(row.reference, "Olá!"))


async def test_an_echo_is_known_by_its_text_while_it_is_being_sent(database: Database, shop: Shop) -> None:
    """To the same person only, and only these words; a late answer of the send call changes nothing."""
    _, row = await begun(database, shop)
    assert not await claim(database, shop, seen("P1", "Outra coisa"))
    assert not await claim(database, shop, seen("P2", "Olá!", LID))
    assert await claim(database, shop, seen("X", "Olá!"))
    async with database.tenant(shop.organization_id) as tenant:
        await outbox.mark_sent(tenant, row, shop.instance.id, "X")
        found = await tenant.fetchrow("select status, whatsapp_message_id from messages where id = $1", row.id)
        assert found is not None
        assert tuple(found) == ("sent", "X")


async def test_the_echo_of_a_picture_is_ours(database: Database, shop: Shop) -> None:
    """Known by our reference, or by its caption while it is being sent; a photo a person sends is that person's."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        rows = await reply(tenant, shop, one, "Segue", pictures=[CHART, CHART], moved_to=DeliveryStatus.SENDING)
        await outbox.mark_sent(tenant, rows[0], shop.instance.id, "T")

    def photo(id_: str, caption: str) -> ShopMessageSeen:
        return seen(id_, caption).model_copy(update={"kind": MessageKind.IMAGE})

    assert not await claim(database, shop, photo("P1", ""))
    assert not await claim(database, shop, photo("P2", "Olha que lindo"))
    assert await claim(database, shop, photo(rows[2].reference, "Receita"))
    assert await claim(database, shop, photo("X", "Receita"))
    assert not await claim(database, shop, photo("Y", "Receita"))
    async with database.tenant(shop.organization_id) as tenant:
        assert [row.whatsapp_message_id for row in await outbox.of_turn(tenant, await turn_of(tenant, rows[0]))] == [
            "T",
            "X",
            rows[2].reference,
        ]


@pytest.mark.parametrize("unsent", [DeliveryStatus.PENDING, DeliveryStatus.FAILED])
async def test_the_text_of_what_is_not_being_sent_is_no_echo(
    database: Database, shop: Shop, unsent: DeliveryStatus
) -> None:
    """A person may type what we held or gave up."""
    _, row = await begun(database, shop)
    async with database.tenant(shop.organization_id) as tenant:
        await outbox.move(tenant, row.id, to=unsent)
    assert not await claim(database, shop, seen("X", "Olá!"))


@pytest.mark.parametrize("text", ["Olá!", "Ola, formatada de outro jeito"])
async def test_an_echo_that_races_with_the_sends_answer_is_ours(database: Database, shop: Shop, text: str) -> None:
    """`mark_sent` is not committed yet while the echo asks: it waits, and finds its id."""
    _, row = await begun(database, shop)
    async with database.tenant(shop.organization_id) as tenant:
        await outbox.mark_sent(tenant, row, shop.instance.id, "X")
        asking = asyncio.create_task(claim(database, shop, seen("X", text)))
        await until_somebody_waits(tenant)
    assert await asking


async def test_an_echo_and_the_sends_answer_never_wait_for_each_other(database: Database, shop: Shop) -> None:
    """Many at once, in both orders: all are ours, and nobody ends in a deadlock."""
    rows = [(await begun(database, shop, f"texto {n}"))[1] for n in range(20)]

    async def mark(n: int) -> None:
        async with database.tenant(shop.organization_id) as tenant:
            await outbox.mark_sent(tenant, rows[n], shop.instance.id, f"X{n}")

    async def echo(n: int) -> bool:
        return await claim(database, shop, seen(f"X{n}", f"texto {n}"))

    done = await asyncio.gather(
        *(step for n in range(20) for step in ((echo(n), mark(n)) if n % 2 else (mark(n), echo(n))))
    )
    assert [result for result in done if result is not None] == [True] * 20


async def test_another_shops_echo_is_not_ours(database: Database, shop: Shop, other_shop: Shop) -> None:
    """The same id, the same words, the same person, another tenant."""
    _, row = await begun(database, shop)
    assert not await claim(database, other_shop, seen("X", "Olá!"))
    assert not await claim(database, other_shop, seen(row.reference, "Olá!"))


async def test_what_was_typed_on_the_phone_is_stored_once(database: Database, shop: Shop) -> None:
    """Idempotent by the provider's id; it is a person's, and counts as sent."""
    async with database.tenant(shop.organization_id) as tenant:
        one = await customer(tenant, shop)
        for _ in range(2):
            await outbox.record_phone_message(
                tenant, shop.organization_id, one.conversation_id, shop.instance.id, seen("P", "Oi, é a Ana")
            )
        (row,) = await tenant.fetch("select sender, content, status, from_me, sent_by_ai, address from messages")
        assert tuple(row) == ("phone", "Oi, é a Ana", "sent", True, False, f"{PHONE.value}@s.whatsapp.net")
    assert not await claim(database, shop, seen("P", "Oi, é a Ana"))  # a redelivery is no echo of ours


async def test_conversations_whose_reply_is_held(database: Database, shop: Shop, other_shop: Shop) -> None:
    """Those with something still to send on this number, each once."""
    async with database.tenant(shop.organization_id) as tenant:
        held = await customer(tenant, shop, PHONE, key="a" * 32)
        done = await customer(tenant, shop, LID, key="b" * 32)
        await reply(tenant, shop, held, "um", "dois")
        (sent,) = await reply(tenant, shop, done, "três")
        await outbox.mark_sent(tenant, sent, shop.instance.id, "X")
        assert await outbox.held_conversations(tenant, shop.instance.id) == ["a" * 32]
        assert await outbox.held_conversations(tenant, other_shop.instance.id) == []


async def test_a_sent_reply_is_the_conversations_last_word(database: Database, shop: Shop) -> None:
    """Preview and unread count follow."""
    _, row = await begun(database, shop, "x" * 500)
    async with database.tenant(shop.organization_id) as tenant:
        await tenant.execute("update conversations set unread_count = 3")
        await outbox.mark_sent(tenant, row, shop.instance.id, "X")
        found = await tenant.fetchrow("select unread_count, last_message_preview from conversations")
        assert found is not None
        assert tuple(found) == (0, "x" * 120)

"""The lists of the console: the queue by deadline, the conversations page by page, and what a search finds."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest

from domain.addresses import Address, AddressKind
from domain.alerts import AlertKind
from domain.conversation import Audience, HandoffReason, Sender
from domain.events import DeliveryStatus, MessageKind
from domain.handoffs import Deadline, DueKind, HandoffState
from domain.ids import ConversationId, OperatorId
from storage import alerts, contacts, conversations, handoffs, inbox
from storage.database import Connection, Database
from storage.inbox import Filter, Listed, Place
from tests.shops import Shop
from tests.storage.people_waiting import MINUTE, NOW, somebody, tell, waits
from tests.storage.rows import LID, customer, pet, phone, reply, told, wrote


async def operator(tenant: Connection, shop: Shop, name: str = "Ana") -> OperatorId:
    """Somebody of the shop's people."""
    made: uuid.UUID = await tenant.fetchval(
        """insert into operators (organization_id, email, name, role, password_hash)
           values ($1, lower($2) || '@loja.example', $2, 'attendant', '') returning id""",
        shop.organization_id,
        name,
    )
    return OperatorId(made)


def ids(listed: Sequence[Listed]) -> list[ConversationId]:
    """Which conversations, in order."""
    return [one.id for one in listed]


async def test_the_queue_is_ordered_by_who_is_due(database: Database, shop: Shop) -> None:
    """Who waits too long before who waits, both before who is served; among each by deadline, then by age."""
    async with database.tenant(shop.organization_id) as tenant:
        ana = await operator(tenant, shop)
        people = [await somebody(tenant, shop, number) for number in range(8)]
        served, unwatched, soon, overdue, fresh, escalated, later, served_sooner = people
        await waits(tenant, served, (DueKind.IDLE, 9 * MINUTE), claimed_by=ana)
        await waits(tenant, unwatched, None, since=90 * MINUTE)
        await waits(tenant, soon, (DueKind.REMIND, 3 * MINUTE))
        await waits(tenant, overdue, (DueKind.REMIND, -10 * MINUTE), since=25 * MINUTE)
        await waits(tenant, fresh, None)
        await waits(tenant, escalated, (DueKind.ESCALATE, 2 * MINUTE), since=28 * MINUTE)
        await waits(tenant, later, (DueKind.REMIND, 14 * MINUTE))
        await waits(tenant, served_sooner, (DueKind.QUIET, 2 * MINUTE), state=HandoffState.CLAIMED)
        found = await inbox.queue(tenant, NOW)
    expected = [unwatched, overdue, escalated, fresh, soon, later, served_sooner, served]
    assert [one.conversation_id for one in found.shown] == [one.conversation_id for one in expected]
    assert [one.is_overdue for one in found.shown] == [True] * 3 + [False] * 5
    assert found.more == 0


async def test_the_queue_says_how_many_more_there_are(database: Database, shop: Shop) -> None:
    """Those that are due first are shown, the others counted; who was given back is neither."""
    async with database.tenant(shop.organization_id) as tenant:
        for number in range(5):
            await waits(tenant, await somebody(tenant, shop, number), (DueKind.REMIND, number * MINUTE + MINUTE))
        gone = await somebody(tenant, shop, 9)
        await waits(tenant, gone, (DueKind.REMIND, -MINUTE))
        await conversations.resume(tenant, gone.conversation_id)
        found = await inbox.queue(tenant, NOW, limit=2)
        nobody = await inbox.queue(tenant, NOW, limit=200)
    assert [one.due and one.due.at for one in found.shown] == [NOW + MINUTE, NOW + 2 * MINUTE]
    assert found.more == 3
    assert nobody.more == 0


async def test_the_queue_tells_who_waits_why_and_who_serves(database: Database, shop: Shop) -> None:
    """Name, phone, reason with its detail, the last words and whose they are, and the operator's name."""
    async with database.tenant(shop.organization_id) as tenant:
        ana = await operator(tenant, shop)
        marina = await somebody(tenant, shop, 1, name="Marina")
        await wrote(tenant, shop, marina, "Oi", "Quero falar com alguém")
        await waits(tenant, marina, (DueKind.IDLE, MINUTE), claimed_by=ana)
        (one,) = (await inbox.queue(tenant, NOW)).shown
    assert (one.name, one.phone, one.operator, one.operator_id) == ("Marina", phone(1).value, "Ana", ana)
    assert (one.reason, one.detail) == (HandoffReason.ASKED_BY_MODEL, "quer um desconto")
    assert (one.said, one.said_by, one.unread_count) == ("Quero falar com alguém", Sender.CUSTOMER, 2)
    assert one.state is HandoffState.CLAIMED
    assert one.due == Deadline(kind=DueKind.IDLE, at=NOW + MINUTE)


async def test_pages_have_no_gaps_and_no_repeats_while_messages_arrive(database: Database, shop: Shop) -> None:
    """Whoever writes meanwhile moves to the top; everybody else is seen once, those of one and the same moment too, and
    at the end those who never wrote."""
    async with database.tenant(shop.organization_id) as tenant:
        for number in range(20):
            at = NOW - timedelta(minutes=number // 4) if number < 16 else None
            await somebody(tenant, shop, number, at=at)
        everybody = ids(await inbox.newest(tenant))
        seen: list[ConversationId] = []
        after: Place | None = None
        while page := await inbox.newest(tenant, after=after, limit=3):
            seen += ids(page)
            assert len(seen) <= len(everybody)
            after = page[-1].place
            await somebody(tenant, shop, 100 + len(seen), at=NOW + timedelta(minutes=len(seen)))
            await tenant.execute(
                "update conversations set last_message_at = $2 where id = $1",
                seen[0],
                NOW + timedelta(minutes=len(seen), seconds=1),
            )
        assert seen == everybody
        assert len(seen) == 20
        assert (await inbox.newest(tenant, limit=1))[0].id == seen[0]


async def test_who_never_wrote_is_last_not_lost(database: Database, shop: Shop) -> None:
    """A conversation without a message stands at the end, and says that nothing was said."""
    async with database.tenant(shop.organization_id) as tenant:
        silent = await somebody(tenant, shop, 1, at=None)
        old = await somebody(tenant, shop, 2, at=NOW - timedelta(days=4_000))
        found = await inbox.newest(tenant)
    assert ids(found) == [old.conversation_id, silent.conversation_id]
    assert (found[1].said, found[1].said_by, found[1].last_message_at, found[1].place.at) == ("", None, None, None)


async def test_a_conversation_that_was_merged_away_is_listed_once(database: Database, shop: Shop) -> None:
    """A lid that turns out to be a phone's owner: one line, with the words of both."""
    async with database.tenant(shop.organization_id) as tenant:
        known = await somebody(tenant, shop, 1, name="Marina")
        other = await customer(tenant, shop, LID)
        await wrote(tenant, shop, other, "Sou eu de novo")
        await contacts.upsert(tenant, shop.organization_id, (phone(1), LID), None)
        (line,) = await inbox.newest(tenant)
        assert ids(await inbox.search(tenant, "marina")) == [line.id]
    assert line.id in (known.conversation_id, other.conversation_id)
    assert (line.name, line.said) == ("Marina", "Sou eu de novo")


async def test_filters_let_through_what_they_say(database: Database, shop: Shop) -> None:
    """Waiting, mine, paused, owners, customers."""
    async with database.tenant(shop.organization_id) as tenant:
        ana, bruno = await operator(tenant, shop), await operator(tenant, shop, "Bruno")
        plain = await somebody(tenant, shop, 1, at=NOW)
        waiting = await somebody(tenant, shop, 2, at=NOW - MINUTE)
        hers = await somebody(tenant, shop, 3, at=NOW - 2 * MINUTE)
        his = await somebody(tenant, shop, 4, at=NOW - 3 * MINUTE)
        paused = await somebody(tenant, shop, 5, at=NOW - 4 * MINUTE)
        owner = await somebody(tenant, shop, 6, at=NOW - 5 * MINUTE, audience=Audience.OWNER)
        await waits(tenant, waiting, (DueKind.REMIND, MINUTE))
        await waits(tenant, hers, None, claimed_by=ana)
        await waits(tenant, his, None, claimed_by=bruno)
        await conversations.set_ai_enabled(tenant, paused.conversation_id, False)

        async def through(only: Filter) -> list[ConversationId]:
            return ids(await inbox.newest(tenant, only=only, operator_id=ana))

        everybody = [one.conversation_id for one in (plain, waiting, hers, his, paused, owner)]
        assert await through(Filter.ALL) == everybody
        assert await through(Filter.WAITING) == [waiting.conversation_id]
        assert await through(Filter.MINE) == [hers.conversation_id]
        assert await through(Filter.AI_PAUSED) == [paused.conversation_id]
        assert await through(Filter.OWNERS) == [owner.conversation_id]
        assert await through(Filter.CUSTOMERS) == everybody[:-1]
        rest = await inbox.newest(tenant, only=Filter.CUSTOMERS, after=Place(at=NOW, id=plain.conversation_id))
        assert ids(rest) == everybody[1:-1]


async def test_a_line_says_who_has_it_and_who_spoke_last(database: Database, shop: Shop) -> None:
    """The operator of an open hand-over, and the last message with its writer, sent or not."""
    async with database.tenant(shop.organization_id) as tenant:
        ana = await operator(tenant, shop)
        one = await somebody(tenant, shop, 1)
        await waits(tenant, one, None, claimed_by=ana)
        await wrote(tenant, shop, one, "", kind=MessageKind.AUDIO)
        (line,) = await inbox.newest(tenant)
        assert (line.handoff, line.operator) == (HandoffState.CLAIMED, "Ana")
        assert (line.said, line.said_as, line.said_by) == ("", MessageKind.AUDIO, Sender.CUSTOMER)
        await told(tenant, shop, one, "Bom dia!", sender=Sender.HUMAN)
        await tenant.execute("update messages set operator_id = $1 where sender = 'human'", ana)
        (line,) = await inbox.newest(tenant)
        assert (line.said, line.said_by, line.said_by_operator, line.was_sent) == (
            "Bom dia!",
            Sender.HUMAN,
            "Ana",
            True,
        )
        await reply(tenant, shop, one, "Até logo!", moved_to=DeliveryStatus.FAILED)
        (line,) = await inbox.newest(tenant)
        assert (line.said, line.said_by, line.was_sent) == ("Até logo!", Sender.AI, False)


@pytest.mark.parametrize(
    "asked",
    [
        "Conceição",
        "conceicao",
        "CONCEIÇÃO",
        "onceiç",
        "silva da marina",
        "  marina   SILVA ",
        "d’ávila",
        "d avila",
        "rex",
        "marina rex",
        "Réx",
        "98765-4321",
        "8765-4321",
        "(11) 98765-4321",
        "(11) 8765-4321",
        "+55 11 98765-4321",
        "+55 11 8765-4321",
        "551187654321",
        "011 98765 4321",
        "4321",
        "1198",
    ],
)
async def test_a_search_finds_her(database: Database, shop: Shop, asked: str) -> None:
    """By any part of the name, whatever capitals and accents; by the pet's name; by the phone as people type it."""
    async with database.tenant(shop.organization_id) as tenant:
        address = Address(kind=AddressKind.PHONE, value="5511987654321")
        marina = await customer(tenant, shop, address)
        await tenant.execute(
            "update contacts set name = $2 where id = $1", marina.contact_id, "Marina Conceição da Silva d’Ávila"
        )
        await pet(tenant, shop, marina.contact_id, "Réx")
        joao = await customer(tenant, shop, Address(kind=AddressKind.PHONE, value="5521933330000"))
        await tenant.execute("update contacts set name = 'João' where id = $1", joao.contact_id)
        assert ids(await inbox.search(tenant, asked)) == [marina.conversation_id]


@pytest.mark.parametrize(
    "asked", ["", "   ", "!!!", "🐶", "%", "_", "\\", "zé%", "m_rina", "marina thor", "98", "5512"]
)
async def test_a_search_for_nothing_or_for_signs_finds_nobody(database: Database, shop: Shop, asked: str) -> None:
    """What stands for anything in SQL stands for itself here; fewer than three digits are no phone."""
    async with database.tenant(shop.organization_id) as tenant:
        marina = await somebody(tenant, shop, 87654321, name="Marina")
        await pet(tenant, shop, marina.contact_id)
        assert await inbox.search(tenant, asked) == []


async def test_signs_in_names_are_found_as_themselves(database: Database, shop: Shop) -> None:
    """An underscore in a name is searched for as one."""
    async with database.tenant(shop.organization_id) as tenant:
        named = await somebody(tenant, shop, 1, name="rex_e_mel")
        await somebody(tenant, shop, 2, name="rexaeamel")
        assert ids(await inbox.search(tenant, "rex_e_mel")) == [named.conversation_id]


async def test_what_is_found_comes_newest_first_and_page_by_page(database: Database, shop: Shop) -> None:
    """The pages of a search join without a gap."""
    async with database.tenant(shop.organization_id) as tenant:
        made = [await somebody(tenant, shop, number, name="Ana", at=NOW - number * MINUTE) for number in range(5)]
        first = await inbox.search(tenant, "ana", limit=2)
        rest = await inbox.search(tenant, "ana", after=first[-1].place, limit=9)
    assert ids([*first, *rest]) == [one.conversation_id for one in made]


async def test_other_shops_are_invisible(database: Database, shop: Shop, other_shop: Shop) -> None:
    """Neither list, queue, search nor banner of one shop shows anything of another."""
    async with database.tenant(shop.organization_id) as tenant:
        marina = await somebody(tenant, shop, 1, name="Marina")
        await pet(tenant, shop, marina.contact_id)
        await waits(tenant, marina, (DueKind.REMIND, -MINUTE), since=9 * MINUTE)
        await tell(tenant, shop, marina)
    async with database.tenant(other_shop.organization_id) as tenant:
        assert await inbox.newest(tenant) == []
        assert await inbox.newest(tenant, only=Filter.WAITING) == []
        assert (await inbox.queue(tenant, NOW)).shown == ()
        for asked in ("marina", "rex", phone(1).value):
            assert await inbox.search(tenant, asked) == []
        assert await alerts.overlooked(tenant) == []
        assert not await alerts.take_notice(tenant, marina.conversation_id)
    async with database.tenant(shop.organization_id) as tenant:
        assert len(await alerts.overlooked(tenant)) == 1


async def test_who_waits_too_long_is_named_until_noticed_or_served(database: Database, shop: Shop) -> None:
    """One line a customer, the longest waiting first; gone when somebody took notice, and when nobody waits there."""
    async with database.tenant(shop.organization_id) as tenant:
        first = await somebody(tenant, shop, 1, name="Marina")
        second = await somebody(tenant, shop, 2)
        answered = await somebody(tenant, shop, 3)
        for one, since in ((second, 20), (first, 40), (answered, 60)):
            await waits(tenant, one, (DueKind.ESCALATE, MINUTE), since=since * MINUTE)
            await tell(tenant, shop, one)
            await tell(tenant, shop, one, AlertKind.WAITING_TOO_LONG)
            await tell(tenant, shop, one, AlertKind.ASKED_BY_MODEL)
        await handoffs.note_answer(tenant, answered.conversation_id)
        named = [one.conversation_id for one in await alerts.overlooked(tenant)]
        assert named == [first.conversation_id, second.conversation_id]
        assert await alerts.take_notice(tenant, first.conversation_id)
        assert not await alerts.take_notice(tenant, first.conversation_id)
        assert [one.conversation_id for one in await alerts.overlooked(tenant)] == [second.conversation_id]
        unseen = await alerts.listed(tenant)
    assert AlertKind.ASKED_BY_MODEL in {one.kind for one in unseen if one.conversation_id == first.conversation_id}

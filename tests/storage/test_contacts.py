"""One row a person, however many addresses WhatsApp gives them, however many messages arrive at once."""

import asyncio
import uuid
from datetime import date, timedelta

from domain.addresses import Address, AddressKind, address_from_jid
from domain.alerts import AlertKind
from domain.bookings import Intent
from domain.conversation import AgentType, Audience, ConversationStatus, HandoffReason, Sender
from domain.ids import BookingId, ContactId, TurnId
from domain.model import ModelAnswer, ToolOutcome, ToolRequest
from domain.shop import Species
from storage import (
    alerts,
    bookings,
    campaigns,
    contacts,
    conversations,
    held_slots,
    inbound,
    interactions,
    owners,
    pets,
    professionals,
    tool_calls,
    waiting_list,
)
from storage.campaigns import InvitationStatus
from storage.database import Connection, Database
from storage.held_slots import NewSlot
from storage.tool_calls import ToolCallKey
from tests.shops import OWNER, Shop
from tests.storage.rows import (
    BSUID,
    LID,
    NOON,
    PHONE,
    contents,
    customer,
    insert_booking,
    owners_rows,
    pet,
    phone,
    reply,
    said,
    service,
    until_somebody_waits,
)


async def upsert(database: Database, shop: Shop, *addresses: Address, name: str | None = None) -> ContactId:
    """One arrival, in a transaction of its own."""
    async with database.tenant(shop.organization_id) as tenant:
        return await contacts.upsert(tenant, shop.organization_id, addresses, name)


async def count(tenant: Connection, table: str) -> int:
    """How many rows the shop has."""
    found: int = await tenant.fetchval(f"select count(*) from {table}")
    return found


async def test_defect_14_ninth_digit_decides_no_owner(database: Database, shop: Shop) -> None:
    """With or without the ninth digit it is one contact, and the same owner."""
    short, long = address_from_jid("551188887777@s.whatsapp.net"), address_from_jid(f"{OWNER}@s.whatsapp.net")
    assert short is not None
    assert long is not None
    assert await upsert(database, shop, short) == await upsert(database, shop, long)
    async with database.tenant(shop.organization_id) as tenant:
        assert await owners.find(tenant, [short.value]) == await owners.find(tenant, [OWNER]) is not None
        assert await owners.find(tenant, [PHONE.value]) is None
        assert await owners.find(tenant, []) is None


async def test_a_second_arrival_finds_the_first(database: Database, shop: Shop) -> None:
    """Idempotent; a name is learnt once and kept."""
    first = await upsert(database, shop, PHONE)
    assert await upsert(database, shop, PHONE, name="Lia") == first
    assert await upsert(database, shop, PHONE, name="Outra") == first
    async with database.tenant(shop.organization_id) as tenant:
        row = await tenant.fetchrow("select phone, name, last_contact_at is not null there from contacts")
        assert row is not None
        assert tuple(row) == (PHONE.value, "Lia", True)
        assert await contacts.phones_of(tenant, first) == [PHONE.value]


async def test_a_lid_and_then_the_phone_with_it(database: Database, shop: Shop) -> None:
    """Known by lid alone, then linked; from then on either finds the contact, and the phone is known."""
    by_lid = await upsert(database, shop, LID)
    assert await upsert(database, shop, PHONE, LID) == by_lid
    assert await upsert(database, shop, PHONE) == by_lid
    async with database.tenant(shop.organization_id) as tenant:
        assert await tenant.fetchval("select phone from contacts") == PHONE.value
        assert await contacts.phones_of(tenant, by_lid) == [PHONE.value]


async def test_two_contacts_that_are_one_become_one(database: Database, shop: Shop) -> None:
    """Pets, bookings, messages, calls and alerts of both are the older contact's; the assistant stays silent."""
    async with database.tenant(shop.organization_id) as tenant:
        old = await customer(tenant, shop, LID, key="a" * 32)
    async with database.tenant(shop.organization_id) as tenant:
        new = await customer(tenant, shop, PHONE, key="b" * 32)
        await tenant.execute("update contacts set name = 'Lia' where id = $1", new.contact_id)
        rex_old = await pet(tenant, shop, old.contact_id, "Rex")
        rex_new = await pet(tenant, shop, new.contact_id, "réx", breed="Golden Retriever")
        await tenant.execute("update pets set birth_date = '2023-01-01' where id = $1", rex_new.id)
        mimi = await pet(tenant, shop, new.contact_id, "Mimi")
        await insert_booking(tenant, shop, old.contact_id, start=NOON, pet_id=rex_old.id)
        await insert_booking(tenant, shop, new.contact_id, start=NOON + timedelta(hours=1), pet_id=rex_new.id)
        await insert_booking(tenant, shop, new.contact_id, start=NOON + timedelta(hours=2), pet_id=mimi.id)
        for one, text in ((old, "pelo lid"), (new, "pelo telefone")):
            await inbound.record(
                tenant, shop.organization_id, one.conversation_id, shop.instance.id, [said(text)], Sender.CUSTOMER
            )
            await reply(tenant, shop, one, f"resposta {text}")
            turn = TurnId(uuid.uuid4())
            answer = ModelAnswer(model="m", tool_requests=(ToolRequest(id="1", name="x", arguments="{}"),))
            await interactions.save_answer(
                tenant, shop.organization_id, one.conversation_id, turn, 1, AgentType.CLIENT_AI, answer
            )
            await tool_calls.save(
                tenant,
                shop.organization_id,
                one.conversation_id,
                ToolCallKey(turn_id=turn, round=1, position=0),
                answer.tool_requests[0],
                ToolOutcome(ok=True, content="{}"),
            )
            await alerts.raise_alert(
                tenant,
                shop.organization_id,
                kind=AlertKind.DEAD_LETTER,
                detail=text,
                fingerprint=text,
                conversation_id=one.conversation_id,
            )
        await conversations.hand_over(tenant, new.conversation_id, HandoffReason.ASKED_BY_MODEL, "quer uma pessoa")
        await conversations.set_ai_enabled(tenant, new.conversation_id, False)

    assert await upsert(database, shop, PHONE, LID) == old.contact_id

    async with database.tenant(shop.organization_id) as tenant:
        assert await count(tenant, "contacts") == await count(tenant, "conversations") == 1
        assert await tenant.fetchval("select name || phone from contacts") == f"Lia{PHONE.value}"
        own = {p.name: p for p in await pets.of_contact(tenant, old.contact_id)}
        assert set(own) == {"Rex", "Mimi"}
        assert (own["Rex"].breed, own["Rex"].birth_date) == ("Golden Retriever", date(2023, 1, 1))
        booked = await tenant.fetch(
            """select b.contact_id, p.name from bookings b join pets p on p.id = b.pet_id order by b.start_time"""
        )
        assert [tuple(row) for row in booked] == [(old.contact_id, name) for name in ("Rex", "Rex", "Mimi")]
        assert await contents(tenant, old.conversation_id) == [
            "pelo lid",
            "resposta pelo lid",
            "pelo telefone",
            "resposta pelo telefone",
        ]
        for table in ("ai_interactions", "tool_calls", "alerts"):
            assert await count(tenant, table) == 2, table
        merged = await conversations.get(tenant, old.conversation_id)
        assert (merged.status, merged.ai_enabled) == (ConversationStatus.WAITING_HUMAN, False)
        (waiting,) = await conversations.waiting(tenant)
        assert waiting["handoff_reason"] == "asked_by_model: quer uma pessoa"
        assert await tenant.fetchval("select unread_count from conversations") == 2


async def test_a_conversation_of_the_younger_contact_alone_is_kept(database: Database, shop: Shop) -> None:
    """With nothing on the other side it changes hands as it is, waiting as before; an owner's beside it."""
    async with database.tenant(shop.organization_id) as tenant:
        old = await contacts.upsert(tenant, shop.organization_id, [LID], None)
    async with database.tenant(shop.organization_id) as tenant:
        new = await customer(tenant, shop, PHONE, key="c" * 32)
        await conversations.hand_over(tenant, new.conversation_id, HandoffReason.MODEL_FAILURE)
    async with database.tenant(shop.organization_id) as tenant:
        as_owner = await customer(tenant, shop, PHONE, audience=Audience.OWNER, key="d" * 32)
    assert await upsert(database, shop, LID, PHONE) == old
    async with database.tenant(shop.organization_id) as tenant:
        kept = await conversations.get(tenant, new.conversation_id)
        assert (kept.contact_id, kept.status) == (old, ConversationStatus.WAITING_HUMAN)
        assert (await conversations.get(tenant, as_owner.conversation_id)).contact_id == old
        assert await conversations.key_of(tenant, shop.instance.id, [LID]) == "c" * 32


async def test_the_same_pet_booked_twice_at_one_start_does_not_stop_a_merge(database: Database, shop: Shop) -> None:
    """Both bookings stay; one pet cannot have both, so the second is left without its pet for people to see."""
    async with database.tenant(shop.organization_id) as tenant:
        old = await contacts.upsert(tenant, shop.organization_id, [LID], None)
        first, second = [row["id"] for row in await tenant.fetch("select id from professionals order by number")]
        rex = await pet(tenant, shop, old, "Rex")
        await insert_booking(tenant, shop, old, start=NOON, pet_id=rex.id, professional=first)
    async with database.tenant(shop.organization_id) as tenant:
        new = await contacts.upsert(tenant, shop.organization_id, [PHONE], None)
        twin = await pet(tenant, shop, new, "REX")
        await insert_booking(tenant, shop, new, start=NOON, pet_id=twin.id, professional=second)
    assert await upsert(database, shop, LID, PHONE) == old
    async with database.tenant(shop.organization_id) as tenant:
        assert [p.id for p in await pets.of_contact(tenant, old)] == [rex.id]
        rows = await tenant.fetch("select contact_id, pet_id from bookings order by pet_id nulls last")
        assert [tuple(row) for row in rows] == [(old, rex.id), (old, None)]


async def test_who_was_invited_is_not_invited_again_as_the_contact_that_stays(database: Database, shop: Shop) -> None:
    """Of one person's two invitations in a campaign the one that was sent stays, whichever contact had it."""
    async with database.tenant(shop.organization_id) as tenant:
        old = await contacts.upsert(tenant, shop.organization_id, [LID], None)
    async with database.tenant(shop.organization_id) as tenant:
        new = await contacts.upsert(tenant, shop.organization_id, [PHONE], None)
        bath, owner = await service(tenant), (await owners.listed(tenant))[0]
        campaign = await campaigns.add(
            tenant,
            shop.organization_id,
            owner.id,
            service_id=bath.id,
            first_day=NOON.date(),
            last_day=NOON.date(),
            invited=[(new, None), (old, None)],
        )
        await campaigns.settle(tenant, campaign, 0, InvitationStatus.SENT)
    assert await upsert(database, shop, LID, PHONE) == old
    async with database.tenant(shop.organization_id) as tenant:
        found = await campaigns.invitations(tenant, campaign)
    assert [(one.contact_id, one.status) for one in found] == [(old, InvitationStatus.SENT)]


async def test_what_is_held_and_waited_for_goes_along(database: Database, shop: Shop) -> None:
    """Bookings, held slots and the waiting list of both conversations are the one conversation's and contact's, with
    the pet that stays; who waits is still in line, and a wait that both had is one."""
    async with database.tenant(shop.organization_id) as tenant:
        old = await customer(tenant, shop, LID, key="a" * 32)
        bath, clip = await service(tenant), await service(tenant, "Tosa")
        rex = await pet(tenant, shop, old.contact_id, "Rex")
    async with database.tenant(shop.organization_id) as tenant:
        new = await customer(tenant, shop, PHONE, key="b" * 32)
        twin = await pet(tenant, shop, new.contact_id, "REX")
        mimi = await pet(tenant, shop, new.contact_id, "Mimi")
        made = await insert_booking(tenant, shop, new.contact_id, start=NOON, pet_id=twin.id)
        await tenant.execute("update bookings set conversation_id = $1", new.conversation_id)
        for who, of, what, start in (
            (old, rex, bath, NOON),
            (new, twin, bath, NOON + timedelta(hours=1)),
            (new, mimi, clip, NOON + timedelta(hours=2)),
        ):
            await held_slots.hold(
                tenant,
                shop.organization_id,
                who.conversation_id,
                who.contact_id,
                [
                    NewSlot(
                        booking_id=BookingId(uuid.uuid4()),
                        intent=Intent.BOOK,
                        service_id=what.id,
                        pet_id=of.id,
                        professional_id=(await professionals.active(tenant))[0].id,
                        start=start,
                        end=start + timedelta(hours=1),
                    )
                ],
                turn_id=TurnId(uuid.uuid4()),
                expires_at=NOON + timedelta(hours=1),
                now=NOON,
            )
        for who, of, what, status in (
            (old, rex, bath, "waiting"),
            (new, twin, bath, "waiting"),
            (old, rex, clip, "left"),
            (new, twin, clip, "waiting"),
            (new, mimi, bath, "offered"),
        ):
            await waiting_list.join(
                tenant,
                shop.organization_id,
                conversation_id=who.conversation_id,
                contact_id=who.contact_id,
                service_id=what.id,
                pet_id=of.id,
                day=NOON.date(),
            )
            await tenant.execute(
                "update waiting_list set status = $3 where pet_id = $1 and service_id = $2", of.id, what.id, status
            )

    assert await upsert(database, shop, PHONE, LID) == old.contact_id

    async with database.tenant(shop.organization_id) as tenant:
        for table, rows in (("bookings", 1), ("held_slots", 3), ("waiting_list", 4)):
            owners_of = await tenant.fetch(f"select contact_id, conversation_id from {table}")
            assert {tuple(row) for row in owners_of} == {(old.contact_id, old.conversation_id)}, table
            assert len(owners_of) == rows, table
        assert await tenant.fetchval("select pet_id from bookings where id = $1", made) == rex.id
        held = await held_slots.of_conversation(tenant, old.conversation_id, NOON)
        assert [slot.pet_id for slot in held] == [rex.id, rex.id, mimi.id]
        line = await waiting_list.of_contact(tenant, old.contact_id, NOON.date())
        assert {(w.pet, w.service, w.status) for w in line} == {
            ("Rex", "Banho", "waiting"),
            ("Rex", "Tosa", "waiting"),
            ("Mimi", "Banho", "offered"),
        }
        (coming,) = await bookings.coming(tenant, old.contact_id, after=NOON - timedelta(hours=1))
        assert coming.conversation_id == old.conversation_id


async def test_what_the_owners_side_knows_of_both_goes_along(database: Database, shop: Shop) -> None:
    """Letters, invitations, questions, orders and memories of both contacts are the one's; a campaign invites the one
    person once, the elder memory stays, and who wanted no invitations under either address wants none."""
    async with database.tenant(shop.organization_id) as tenant:
        old = await customer(tenant, shop, LID, key="a" * 32)
        rex = await pet(tenant, shop, old.contact_id, "Rex")
        await owners_rows(tenant, shop, old, rex.id)
    async with database.tenant(shop.organization_id) as tenant:
        new = await customer(tenant, shop, PHONE, key="b" * 32)
        twin = await pet(tenant, shop, new.contact_id, "REX")
        await owners_rows(tenant, shop, new, twin.id)
        await tenant.execute(
            """insert into invitations (organization_id, campaign_id, position, contact_id)
               select $1, campaign_id, 2, $2 from invitations where contact_id = $3""",
            shop.organization_id,
            new.contact_id,
            old.contact_id,
        )
        await tenant.execute(
            "update conversation_memories set summary = 'de antes' where conversation_id = $1", old.conversation_id
        )
        await contacts.set_opted_out(tenant, new.contact_id, True)

    assert await upsert(database, shop, PHONE, LID) == old.contact_id

    async with database.tenant(shop.organization_id) as tenant:
        for table, expected in (("letters", 2), ("invitations", 2), ("shop_questions", 2)):
            whose = await tenant.fetch(f"select contact_id from {table}")
            assert [row["contact_id"] for row in whose] == [old.contact_id] * expected, table
        for table, expected in (("owner_orders", 2), ("shop_questions", 2), ("conversation_memories", 1)):
            whose = await tenant.fetch(f"select conversation_id from {table}")
            assert [row["conversation_id"] for row in whose] == [old.conversation_id] * expected, table
        assert {row["pet_id"] for row in await tenant.fetch("select pet_id from invitations")} == {rex.id}
        assert await tenant.fetchval("select count(distinct campaign_id) from invitations") == 2
        assert await tenant.fetchval("select summary from conversation_memories") == "de antes"
        assert await contacts.has_opted_out(tenant, old.contact_id)
        assert await count(tenant, "audit_log") == 2
    assert await upsert(database, shop, PHONE, LID) == old.contact_id


async def test_a_memory_of_the_younger_conversation_alone_is_kept(database: Database, shop: Shop) -> None:
    """Where the elder remembers nothing, what the other knew is not lost; the opt-out noted first keeps its time."""
    async with database.tenant(shop.organization_id) as tenant:
        old = await customer(tenant, shop, LID, key="a" * 32)
        await tenant.execute("update contacts set opted_out_at = '2026-01-01' where id = $1", old.contact_id)
    async with database.tenant(shop.organization_id) as tenant:
        await owners_rows(tenant, shop, await customer(tenant, shop, PHONE, key="b" * 32))
        await tenant.execute("update contacts set opted_out_at = '2026-02-02' where opted_out_at is null")
    assert await upsert(database, shop, PHONE, LID) == old.contact_id
    async with database.tenant(shop.organization_id) as tenant:
        (kept,) = await tenant.fetch("select conversation_id, summary from conversation_memories")
        assert tuple(kept) == (old.conversation_id, "falou da agenda")
        assert await tenant.fetchval("select opted_out_at::date::text from contacts") == "2026-01-01"


async def test_three_contacts_become_one(database: Database, shop: Shop) -> None:
    """A message that carries all three identities merges all."""
    people = [await upsert(database, shop, address) for address in (LID, BSUID, PHONE)]
    assert await upsert(database, shop, PHONE, LID, BSUID) == people[0]
    async with database.tenant(shop.organization_id) as tenant:
        assert await count(tenant, "contacts") == 1
        assert await count(tenant, "contact_addresses") == 3


async def test_defect_11_twenty_arrivals_at_once_are_one_contact(database: Database, shop: Shop) -> None:
    """Whatever order the addresses come in, nobody waits for ever and nobody is made twice."""
    orders = [(PHONE, LID, BSUID), (BSUID, LID, PHONE), (LID,), (PHONE,), (LID, PHONE)]
    found = await asyncio.gather(*(upsert(database, shop, *orders[n % len(orders)]) for n in range(20)))
    async with database.tenant(shop.organization_id) as tenant:
        assert await count(tenant, "contacts") == 1
        assert await tenant.fetchval("select id from contacts") == await contacts.upsert(
            tenant, shop.organization_id, [PHONE], None
        )
    assert len(found) == 20


async def test_a_merge_and_an_arrival_at_another_address_do_not_lose_each_other(database: Database, shop: Shop) -> None:
    """What somebody writes under one address, while two others are merged, stays theirs."""
    for n in range(10):
        lid, bsuid = (
            Address(kind=AddressKind.LID, value=f"9000000000{n:02d}"),
            Address(kind=AddressKind.BSUID, value=f"BR.90000000{n:02d}"),
        )
        await upsert(database, shop, phone(n))
        await upsert(database, shop, lid, bsuid)

        async def write(address: Address, text: str) -> None:
            async with database.tenant(shop.organization_id) as tenant:
                one = await customer(tenant, shop, address)
                await inbound.record(
                    tenant, shop.organization_id, one.conversation_id, shop.instance.id, [said(text)], Sender.CUSTOMER
                )

        await asyncio.gather(write(bsuid, f"{n}"), upsert(database, shop, phone(n), lid))
        async with database.tenant(shop.organization_id) as tenant:
            assert await tenant.fetchval("select count(*) from messages where content = $1", f"{n}") == 1
            assert await count(tenant, "contacts") == n + 1


async def test_a_contact_that_was_merged_away_while_its_lock_was_waited_for(database: Database, shop: Shop) -> None:
    """The look-up is made again: nobody is handed the id of a contact that is gone."""
    old = await upsert(database, shop, PHONE)
    await upsert(database, shop, LID, BSUID)
    async with database.tenant(shop.organization_id) as merging:
        assert await contacts.upsert(merging, shop.organization_id, [PHONE, LID], None) == old
        waiting = asyncio.create_task(upsert(database, shop, BSUID))
        await until_somebody_waits(merging)
    assert await waiting == old


async def test_pets_are_the_contacts_own(database: Database, shop: Shop) -> None:
    """Registered twice is one pet, completed, never overwritten; a birth date that was exact stays exact."""
    async with database.tenant(shop.organization_id) as tenant:
        lia, rui = await customer(tenant, shop, PHONE), await customer(tenant, shop, LID)
        first = await pet(tenant, shop, lia.contact_id, "Rex")
        again = await pets.register(
            tenant,
            shop.organization_id,
            lia.contact_id,
            name="REX",
            species=Species.CAT,
            breed="Golden Retriever",
            approximate_birth_date=date(2023, 1, 1),
        )
        assert (again.id, again.name, again.species, again.breed) == (first.id, "Rex", Species.DOG, "Golden Retriever")
        assert await tenant.fetchval("select birth_date_is_approximate from pets") is True
        await tenant.execute("update pets set birth_date_is_approximate = false")
        third = await pets.register(
            tenant,
            shop.organization_id,
            lia.contact_id,
            name="Rex",
            species=Species.DOG,
            breed="Poodle",
            approximate_birth_date=date(2020, 1, 1),
        )
        assert (third.breed, third.birth_date) == ("Golden Retriever", date(2023, 1, 1))
        assert await tenant.fetchval("select birth_date_is_approximate from pets") is False
        assert await pets.of_contact(tenant, rui.contact_id) == []
        assert (await pet(tenant, shop, rui.contact_id, "Rex")).id != first.id

"""A database is brought to the newest revision, by whoever comes first; the app's role has no power."""

import asyncio
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import create_engine

from dev.postgres import DatabaseUrls
from domain.errors import Misconfigured
from domain.handoffs import HandoffRules
from storage import migrate as migration
from storage.database import Database
from storage.migrate import migrate


@pytest.fixture
def empty(postgres: DatabaseUrls) -> Iterator[DatabaseUrls]:
    """A database with nothing in it, and a login of its own that does not exist yet."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres.owner, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        owner = f"{postgres.owner.rpartition('/')[0]}/{name}"
        host = owner.rpartition("@")[2]
        yield DatabaseUrls(owner=owner, app=f"postgresql://{name}:s%40cret@{host}")
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))


def revision(urls: DatabaseUrls) -> list[tuple[str]]:
    """What the database says of itself."""
    with psycopg.connect(urls.owner) as connection:
        return connection.execute("select version_num from alembic_version").fetchall()


async def test_twice_is_fine_and_two_at_once_take_turns(empty: DatabaseUrls) -> None:
    """Three processes that start together all find a ready database, and the app can enter it."""
    await asyncio.gather(*(asyncio.to_thread(migrate, empty.owner, empty.app) for _ in range(3)))
    await asyncio.to_thread(migrate, empty.owner, empty.app)
    assert len(revision(empty)) == 1
    opened = await Database.connect(empty.app)
    async with opened.unbound() as unbound:
        assert await unbound.fetchval("select count(*) from contacts") == 0
    await opened.close()


def test_down_is_refused(database_urls: DatabaseUrls) -> None:
    """Nothing before the foundation; nothing is dropped."""
    before = revision(database_urls)
    with pytest.raises(RuntimeError):
        to_revision(database_urls, "base", down=True)
    assert revision(database_urls) == before


def to_revision(urls: DatabaseUrls, target: str, *, down: bool = False) -> None:
    """Alembic alone, from one revision to another."""
    engine = create_engine(urls.owner.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.connect() as connection:
            config = Config(attributes={"connection": connection})
            config.set_main_option("script_location", str(migration._MIGRATIONS))
            (command.downgrade if down else command.upgrade)(config, target)
    finally:
        engine.dispose()


def test_the_agenda_cannot_be_taken_back(database_urls: DatabaseUrls) -> None:
    """Not to the revision before it: what was booked since could not be told apart; nothing is dropped."""
    before = revision(database_urls)
    with pytest.raises(RuntimeError, match="backup"):
        to_revision(database_urls, "0001", down=True)
    assert revision(database_urls) == before


_OLD_SHOP = """
insert into organizations (id, slug, name) values ('00000000-0000-0000-0000-000000000001', 'velha', 'Loja Velha');
insert into organization_settings (organization_id, timezone, opening_hours, ai_config)
    values ('00000000-0000-0000-0000-000000000001', 'America/Sao_Paulo', '{}', '{}');
insert into contacts (id, organization_id)
    values ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000001');
insert into pets (id, organization_id, contact_id, name, name_folded, species)
    select ('00000000-0000-0000-0000-00000000001' || n)::uuid, organization_id, id, n, n, 'dog'
    from contacts, generate_series(1, 2) n;
insert into services (id, organization_id, name, name_folded, category, duration_minutes, price)
    values ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000001', 'Banho', 'banho', 'banho',
            60, 50);
insert into professionals (id, organization_id, name)
    select ('00000000-0000-0000-0000-00000000002' || n)::uuid, '00000000-0000-0000-0000-000000000001', n
    from generate_series(1, 3) n;
"""
_OLD_BOOKING = """
insert into bookings (organization_id, contact_id, pet_id, service_id, professional_id, professional_number,
    booking_type, start_time, end_time, duration_minutes, price, status)
select p.organization_id, '00000000-0000-0000-0000-000000000002', %(pet)s, '00000000-0000-0000-0000-000000000003', p.id,
    p.number, %(name)s, %(start)s::timestamptz, %(start)s::timestamptz + interval '1 hour', 60, 50, %(status)s
from professionals p where p.name = %(who)s
"""


def test_old_bookings_come_along_also_those_that_overlap(empty: DatabaseUrls) -> None:
    """A database of the revision before, with a pet in two places: every booking keeps its time, the first of an
    overlap counts, and what is booked from now on is refused where any that counts is in the way."""
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        migration._make_app_role(connection, empty.app)
    to_revision(empty, "0001")
    rex, mimi = (uuid.UUID(int=0x11), uuid.UUID(int=0x12))
    old = [
        ("first", rex, "1", "2026-11-23T10:00Z", "scheduled"),
        ("overlaps it", rex, "2", "2026-11-23T10:30Z", "confirmed"),
        ("overlaps that", rex, "1", "2026-11-23T11:15Z", "scheduled"),
        ("of another pet", mimi, "3", "2026-11-23T10:00Z", "in_progress"),
        ("cancelled", rex, "1", "2026-11-23T15:00Z", "cancelled"),
        ("over one that was cancelled", rex, "2", "2026-11-23T15:30Z", "scheduled"),
        ("long done", rex, "1", "2026-10-01T10:00Z", "completed"),
        ("long done beside it", rex, "2", "2026-10-01T10:30Z", "completed"),
        ("of no pet", None, "1", "2026-11-23T18:00Z", "scheduled"),
    ]
    coming = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    old += [("to come", None, "3", coming, "confirmed"), ("to come, off", None, "3", coming, "cancelled")]
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        connection.execute(_OLD_SHOP)
        for name, pet, who, start, status in old:
            connection.execute(_OLD_BOOKING, {"name": name, "pet": pet, "who": who, "start": start, "status": status})
        before = connection.execute("select id, start_time, end_time, status, price from bookings order by id")
        kept = before.fetchall()
    migrate(empty.owner, empty.app)
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        after = connection.execute("select id, start_time, end_time, status, price from bookings order by id")
        assert after.fetchall() == kept
        counts = connection.execute("select booking_type from bookings where pet_occupied is not null order by 1")
        assert [row[0] for row in counts] == ["first", "of another pet", "over one that was cancelled"]
        professionals = connection.execute("select count(*) from bookings where occupied is null")
        assert professionals.fetchone() == (2,)
        woken = connection.execute("select b.booking_type from wakes w join bookings b on b.id::text = w.subject")
        to_come = connection.execute(
            """select booking_type from bookings where end_time > now()
               and status in ('scheduled', 'confirmed', 'in_progress')"""
        )
        assert sorted(woken.fetchall()) == sorted(to_come.fetchall())
        assert ("to come",) in connection.execute("select booking_type from bookings").fetchall()
        assert connection.execute("select count(*) from wakes").fetchone() != (0,)
        # Touched in any way but its time, what overlapped stays as it is; no wrong number sneaks in.
        connection.execute("update bookings set status = 'confirmed' where booking_type = 'overlaps it'")
        with pytest.raises(psycopg.errors.ExclusionViolation):
            connection.execute("update bookings set pet_number = 7 where booking_type = 'overlaps it'")
        for when, who in (("2026-11-23T10:15Z", "3"), ("2026-11-23T10:59Z", "3"), ("2026-11-23T16:00Z", "1")):
            with pytest.raises(psycopg.errors.ExclusionViolation):
                connection.execute(
                    _OLD_BOOKING, {"name": "new", "pet": rex, "who": who, "start": when, "status": "scheduled"}
                )
        # Moved to where there is room, it counts again.
        move = "update bookings set start_time = %(at)s, end_time = %(at)s::timestamptz + interval '1 hour' where"
        connection.execute(f"{move} booking_type = 'overlaps it'", {"at": "2026-11-23T20:00Z"})
        with pytest.raises(psycopg.errors.ExclusionViolation):
            connection.execute(
                _OLD_BOOKING,
                {"name": "new", "pet": rex, "who": "3", "start": "2026-11-23T20:30Z", "status": "scheduled"},
            )
        with pytest.raises(psycopg.errors.ExclusionViolation):
            connection.execute(f"{move} booking_type = 'overlaps that'", {"at": "2026-11-23T10:30Z"})


_CONVERSATION = """
insert into whatsapp_instances (id, organization_id, kind, webhook_key, external_id, base_url, secrets)
    select '00000000-0000-0000-0000-000000000004', organization_id, 'practice', 'k', 'x', '', '' from contacts;
insert into conversations (id, organization_id, contact_id, whatsapp_instance_id, audience, conversation_key)
    select '00000000-0000-0000-0000-000000000005', organization_id, id, '00000000-0000-0000-0000-000000000004',
        'customer', md5('') from contacts;
"""


def test_old_bookings_are_in_the_figures(empty: DatabaseUrls) -> None:
    """A shop's bookings from before are added up by its own days, and who has a conversation booked in it."""
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        migration._make_app_role(connection, empty.app)
    to_revision(empty, "0003")
    old = [
        ("at the desk", "1", "2026-11-23T02:30Z", "completed"),
        ("in a chat", "1", "2026-11-23T12:00Z", "completed"),
        ("off", "2", "2026-11-23T12:00Z", "cancelled"),
    ]
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        connection.execute(_OLD_SHOP)
        connection.execute(_CONVERSATION)
        for name, who, start, status in old:
            values = {"name": name, "pet": None, "who": who, "start": start, "status": status}
            connection.execute(_OLD_BOOKING, values)
        connection.execute(
            """update bookings set conversation_id = '00000000-0000-0000-0000-000000000005'
               where booking_type = 'in a chat'"""
        )
    migrate(empty.owner, empty.app)
    with psycopg.connect(empty.owner) as connection:
        made = connection.execute("select booking_type, booked_by from bookings order by 1")
        assert made.fetchall() == [("at the desk", "operator"), ("in a chat", "customer"), ("off", "operator")]
        days = connection.execute("select day::text, status, bookings, revenue::int from booking_days order by 1, 2")
        assert days.fetchall() == [
            ("2026-11-22", "completed", 1, 50),
            ("2026-11-23", "cancelled", 1, 50),
            ("2026-11-23", "completed", 1, 50),
        ]
        hours = connection.execute("select day::text, hour, minutes from occupied_hours order by 1, 2")
        assert hours.fetchall() == [("2026-11-22", 23, 30), ("2026-11-23", 0, 30), ("2026-11-23", 9, 60)]
        visits = connection.execute("select visits, last_visit - first_visit from customer_visits")
        assert visits.fetchall() == [(2, timedelta(hours=9, minutes=30))]


def test_who_waited_before_still_waits(empty: DatabaseUrls) -> None:
    """How long a customer may wait is a rule of hand-overs now, and each conversation that a person has gets one: who
    waits waits since then; who was answered waits for no word, or since they wrote again."""
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        migration._make_app_role(connection, empty.app)
    to_revision(empty, "0004")
    handed_over = [  # reason, and what was written afterwards
        ("asked_by_model: reclamação: o banho", ["customer"]),
        ("model_failure", []),
        (None, []),
        ("answered_on_phone", ["phone"]),
        ("asked_by_model", ["phone", "customer", "customer"]),
    ]
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        connection.execute(_OLD_SHOP)
        connection.execute(
            """update organization_settings set aurora_rules = '{"waiting_minutes": 20, "few_bookings": 7}'"""
        )
        connection.execute(_CONVERSATION)
        for number, (reason, senders) in enumerate(handed_over):
            _wait(connection, number, reason, senders)
    migrate(empty.owner, empty.app)
    with psycopg.connect(empty.owner) as connection:
        rules = connection.execute("select handoff_rules, aurora_rules from organization_settings").fetchall()
        carried = {"first_answer_minutes": 20, "escalate_minutes": 40, "tell_customer_minutes": 60}
        assert rules == [(carried, {"few_bookings": 7})]
        assert HandoffRules.model_validate(carried).first_answer_minutes == 20
        made = connection.execute(
            """select reason, detail, state, to_char(waiting_since at time zone 'utc', 'HH24:MI'), due_at, ended_at,
                   to_char(first_answer_at at time zone 'utc', 'HH24:MI') from handoffs h
               join conversations c on c.id = h.conversation_id order by c.conversation_key"""
        ).fetchall()
        assert made == [
            ("asked_by_model", "reclamação: o banho", "waiting", "10:00", None, None, None),
            ("model_failure", "", "waiting", "10:00", None, None, None),
            ("already_waiting", "", "waiting", "10:00", None, None, None),
            ("answered_on_phone", "", "claimed", None, None, None, "10:01"),
            ("asked_by_model", "", "claimed", "10:02", None, None, "10:01"),
        ]


def _wait(connection: psycopg.Connection, number: int, reason: str | None, senders: list[str]) -> None:
    """A conversation that was handed over at ten, and what was written in it in the minutes after."""
    ids = {"contact": uuid.UUID(int=0x100 + number), "conversation": uuid.UUID(int=0x200 + number)}
    connection.execute("""insert into contacts (id, organization_id) select %(contact)s, id from organizations;""", ids)
    connection.execute(
        """insert into conversations (id, organization_id, contact_id, whatsapp_instance_id, audience, conversation_key,
               status, handoff_reason, handoff_since)
           select %(conversation)s, organization_id, %(contact)s, id, 'customer', 'k' || %(number)s::text,
               'waiting_human', %(reason)s, '2026-11-23T10:00Z' from whatsapp_instances""",
        {**ids, "number": number, "reason": reason},
    )
    for minute, sender in enumerate(senders, start=1):
        connection.execute(
            """insert into messages (organization_id, conversation_id, whatsapp_instance_id, direction, sender, content,
                   provider_type, status, address, created_at)
               select organization_id, id, whatsapp_instance_id, %(direction)s, %(sender)s, 'oi', 'text', 'received',
                   'x', %(at)s::timestamptz from conversations where id = %(conversation)s""",
            {
                **ids,
                "direction": "inbound" if sender == "customer" else "outbound",
                "sender": sender,
                "at": f"2026-11-23T10:{minute:02}Z",
            },
        )


@pytest.mark.parametrize("powers", ["superuser", "bypassrls", "in role postgres"])
def test_a_role_with_power_is_refused(empty: DatabaseUrls, powers: str) -> None:
    """A role that could see every shop's rows is not made the app's; nothing is migrated."""
    name = empty.owner.rpartition("/")[2]
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        connection.execute(sql.SQL("create role {} login password 'x' " + powers).format(sql.Identifier(name)))
    with pytest.raises(Misconfigured, match="row-level security"):
        migrate(empty.owner, empty.app)
    with psycopg.connect(empty.owner) as connection:
        assert connection.execute("select to_regclass('contacts')").fetchone() == (None,)


@pytest.mark.parametrize("app", ["postgresql://127.0.0.1/auzap", "postgresql:///auzap"])
def test_an_address_without_a_user_is_refused(empty: DatabaseUrls, app: str) -> None:
    """The app's role has to be named."""
    with pytest.raises(Misconfigured, match="DATABASE_URL"):
        migrate(empty.owner, app)
    with pytest.raises(Misconfigured):
        migrate(empty.owner, empty.owner)
